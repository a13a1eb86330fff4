"""Campaign: addresses that people type, checked before anything is sent to them."""

import re

import idna

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
# RFC 5321 §4.5.3.1
_LONGEST_LOCAL_PART = 64
_LONGEST = 254


def split(text: str) -> list[str]:
    """Return what stands between the commas of ``text``, without spaces around it."""
    return [word for part in text.split(",") if (word := part.strip(" "))]


def bare(text: str) -> str:
    """Return the address that ``text`` is, with its domain in ASCII (RFC 5891).

    :raise ValueError: it is not exactly one address, or has more to it, such as a name.
    """
    local, at, domain = text.partition("@")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode("ascii")
    address = f"{local}{at}{domain}"
    if (
        not _LOCAL_PART.fullmatch(local)
        or not _DOMAIN.fullmatch(domain)
        or len(local) > _LONGEST_LOCAL_PART
        or len(address) > _LONGEST
    ):
        raise ValueError(f"“{text}” is not an address.")
    return address

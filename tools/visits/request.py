"""Tracking: what a request for a tracked address says, read from its WSGI environment.

Everything in it comes from outside and may be anything.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple

from .. import tokens

# The letter of each purpose in an address.
PURPOSES = {
    "o": tokens.OPEN,
    "c": tokens.CLICK,
    "v": tokens.VIEW,
    "u": tokens.UNSUBSCRIBE,
    "p": tokens.UNSUBSCRIBE,
    "s": tokens.SIGN_UP,
    "j": tokens.JOIN,
}
# Where a link's code would stand; links have longer ones.
DECOY_CODE = "d0"

_PATH = re.compile(
    rf"/campaign/(?:o/(?P<open>[0-9a-f]{{{tokens.SIGNED_LENGTH}}})\.gif"
    rf"|c/(?P<click>[0-9a-f]{{{tokens.SIGNED_LENGTH}}})/(?P<code>[0-9A-Za-z]{{1,40}})"
    rf"|(?P<letter>[vupsj])/(?P<page>[0-9a-f]{{{tokens.SIGNED_LENGTH}}}))"
)
# Headers that tell something about who asks, by their names in the environment.
_TELLING = {
    "HTTP_ACCEPT_LANGUAGE": "accept-language",
    "HTTP_PURPOSE": "purpose",
    "HTTP_SEC_PURPOSE": "sec-purpose",
    "HTTP_X_PURPOSE": "x-purpose",
    "HTTP_X_MOZ": "x-moz",
    "HTTP_SEC_FETCH_MODE": "sec-fetch-mode",
    "HTTP_SEC_FETCH_DEST": "sec-fetch-dest",
    "HTTP_SEC_FETCH_USER": "sec-fetch-user",
    "HTTP_DNT": "dnt",
    "HTTP_SEC_GPC": "sec-gpc",
    "HTTP_VIA": "via",
}
_LONGEST_AGENT = 255
_LONGEST_HEADER = 100


class TrackedRequest(NamedTuple):
    """A request for the address of a mail; nothing of it is verified yet."""

    purpose: str
    signed: str
    code: str
    method: str
    address: str
    agent: str
    headers: dict[str, str]

    @property
    def is_decoy(self) -> bool:
        """Whether it is for the link that nobody can see."""
        return self.code == DECOY_CODE

    @property
    def wants_no_tracking(self) -> bool:
        """Whether it says so (Do Not Track, Global Privacy Control)."""
        return "1" in (self.headers.get("dnt"), self.headers.get("sec-gpc"))


def read(environ: Mapping[str, object], is_proxied: bool) -> TrackedRequest | None:
    """Return what a request asks for, or None when it is for another kind of page.

    :param is_proxied: a proxy stands before us and says where requests come from.
    """
    found = _PATH.fullmatch(str(environ.get("PATH_INFO", "")))
    if not found:
        return None
    letter = found["letter"] or ("o" if found["open"] else "c")
    return TrackedRequest(
        purpose=PURPOSES[letter],
        signed=found["open"] or found["click"] or found["page"],
        code=found["code"] or "",
        method=str(environ.get("REQUEST_METHOD", "")),
        address=_address(environ, is_proxied),
        agent=_text(environ.get("HTTP_USER_AGENT"), _LONGEST_AGENT),
        headers={
            name: _text(environ[key], _LONGEST_HEADER)
            for key, name in _TELLING.items()
            if key in environ
        },
    )


def _address(environ: Mapping[str, object], is_proxied: bool) -> str:
    """Return the IP address of who asks, '' if that is none.

    A proxy adds it at the end of a list; what stands before was said by others.
    """
    text = str(environ.get("REMOTE_ADDR") or "")
    if is_proxied and environ.get("HTTP_X_FORWARDED_FOR"):
        text = str(environ["HTTP_X_FORWARDED_FOR"]).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return ""


def _text(value: object, length: int) -> str:
    """Return text that a database takes: WSGI gives bytes as Latin-1."""
    text = str(value or "")[:length]
    return text.replace("\0", "")

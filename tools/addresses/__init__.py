"""Campaign: what an address tells about who may read mails to it.

Three questions, answered from the lists in this folder and without asking the network:
is it a task's address and not a person's, does its mailbox vanish, is it mistyped?
None of them is a reason to leave an address out by itself: a person decides.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_SEPARATORS = re.compile(r"[._-]+")
_PUNCTUATION_AND_DIGITS = re.compile(r"[._\-0-9]")

# Shorter names have too many real neighbours: ``web.de`` and ``wek.de``.
_SHORTEST_NAME = 5
# Country codes that also come of typing ``com`` or ``net`` too fast.
_COUNTRY_OR_MISTAKE = {"co", "cm", "om", "ne"}
_KNOWN_DOMAINS = 100_000  # kept in memory; a list has far fewer


@dataclass(frozen=True, slots=True)
class AddressNote:
    """What stands out about an address."""

    is_role: bool = False
    is_disposable: bool = False
    suggestion: str | None = None

    def __bool__(self) -> bool:
        return self.is_role or self.is_disposable or self.suggestion is not None


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


ROLE_NAMES = frozenset(_lines("role_names.txt"))
DISPOSABLE_DOMAINS = frozenset(_lines("disposable_domains.txt"))
_MAILBOX_LINES = _lines("mailbox_domains.txt")
MAILBOX_DOMAINS = frozenset(line.removeprefix("~") for line in _MAILBOX_LINES)
_MEANT = [line for line in _MAILBOX_LINES if not line.startswith("~")]
_MEANT_WITHOUT_DOTS = {domain.replace(".", ""): domain for domain in reversed(_MEANT)}


def judge(address: str) -> AddressNote:
    """Return what stands out about an address; a note that is false when nothing does.

    :param address: one bare address, such as ``info@example.com``.
    """
    return AddressNote(is_role(address), is_disposable(address), suggestion(address))


def is_role(address: str) -> bool:
    """Return whether an address belongs to a task, such as ``sales@`` or ``info-de@``.

    What follows a ``+`` is the reader's own note. ``sales.team`` and ``info-de`` are
    words for tasks too; ``mark.sales`` is a name.
    """
    local = _split(address)[0].partition("+")[0]
    if _PUNCTUATION_AND_DIGITS.sub("", local) in ROLE_NAMES:
        return True
    first, *others = _SEPARATORS.split(local.strip("._-"))
    return first in ROLE_NAMES and all(
        other in ROLE_NAMES or (len(other) == 2 and other.isalpha()) for other in others
    )


def is_disposable(address: str) -> bool:
    """Return whether an address is of a mailbox that vanishes after minutes or days."""
    labels = _split(address)[1].split(".")
    return any(
        ".".join(labels[start:]) in DISPOSABLE_DOMAINS
        for start in range(len(labels) - 1)
    )


def suggestion(address: str) -> str | None:
    """Return the address that was probably meant, or None.

    Only domains of big mailbox providers are known well enough, and only one slip is
    mended in the name and one in its ending.
    """
    local, domain = _split(address, lower_local=False)
    meant = _meant_domain(domain)
    return f"{local}@{meant}" if local and meant else None


@lru_cache(_KNOWN_DOMAINS)
def _meant_domain(domain: str) -> str | None:
    if not domain or domain in MAILBOX_DOMAINS or domain in DISPOSABLE_DOMAINS:
        return None
    if meant := _MEANT_WITHOUT_DOTS.get(domain.replace(".", "")):
        return meant  # ``gmailcom``, ``yahoo.couk``
    name, dot, ending = domain.partition(".")
    if not dot:
        return None
    candidates = [
        meant for meant in _MEANT if _may_be(name, ending, *meant.split(".", 1))
    ]
    # an ending that is right is worth more than any other
    candidates.sort(key=lambda meant: meant.split(".", 1)[1] != ending)
    return candidates[0] if candidates else None


def _may_be(name: str, ending: str, meant_name: str, meant_ending: str) -> bool:
    """Return whether a domain in two parts may be a slip for another."""
    if len(meant_name) < _SHORTEST_NAME:
        # ``gmx.con``: no country is called so, so the name must be right
        return (
            name == meant_name
            and len(ending) > 2
            and _ending_slip(ending, meant_ending)
        )
    if name != meant_name and not _name_slip(name, meant_name):
        return False
    return ending == meant_ending or _ending_slip(ending, meant_ending)


def _name_slip(typed: str, meant: str) -> bool:
    """Return whether one slip made ``typed`` of ``meant``.

    The first letter is hardly ever wrong: ``ymail`` and ``hmail`` are others' names.
    """
    same_start = typed[:1] == meant[0] or typed[:2] == meant[1::-1]
    return same_start and _is_one_slip(typed, meant)


def _ending_slip(typed: str, meant: str) -> bool:
    """Return whether one slip made an ending: of ``com`` and ``net`` only.

    Two letters away from a country's there is always another country.
    """
    if meant not in ("com", "net") or (
        len(typed) <= 2 and typed not in _COUNTRY_OR_MISTAKE
    ):
        return False
    return _is_one_slip(typed, meant) or typed in ("ocm", "cmo", "nte", "ent")


def _is_one_slip(typed: str, meant: str) -> bool:
    """Return whether one letter is missing, too much, wrong, or two are swapped."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    left, right = typed[start:], meant[start:]
    if len(left) == len(right):
        swapped = left[1::-1] == right[:2] and left[2:] == right[2:]
        return left[1:] == right[1:] or (len(left) > 1 and swapped)
    longer, shorter = sorted((left, right), key=len, reverse=True)
    return longer[1:] == shorter


def _split(address: str, lower_local: bool = True) -> tuple[str, str]:
    local, _at, domain = address.strip().rpartition("@")
    return local.lower() if lower_local else local, domain.lower().rstrip(".")

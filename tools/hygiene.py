"""Hygiene: what is wrong with an address on a list, judged from what is known of it.

Nothing here asks the network. A finding is a reason to look, not a verdict: people
decide what becomes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from . import addresses, mail_address

INVALID = "invalid"
NO_MAIL = "no_mail"
BOUNCED = "bounced"
BLOCKED = "blocked"
LEFT = "left"
TYPO = "typo"
DUPLICATE = "duplicate"
TRAP = "trap"
DISPOSABLE = "disposable"
ROLE = "role"
QUIET = "quiet"

# The signs that make a trap likely, besides that no person was ever seen.
OLD, NO_NAME = "old", "no_name"
_TRAP_SIGNS = (TYPO, ROLE, NO_NAME)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on somebody is quiet, and from when on that is suspicious.

    :param mails: so many mails without a sign of a person,
    :param days: and nothing for so many days.
    :param trap_days: a contact that has been there so long is old.
    """

    mails: int = 5
    days: int = 180
    trap_days: int = 365


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a contact.

    :param written: the address as somebody wrote it.
    :param address: the same, normalized; blank if there is none.
    :param gets_mail: whether its domain has a mail server, as far as that is known.
    :param is_bounced: whether a server said that the address does not exist.
    :param blocked: why it is mailed no more, or blank.
    :param has_left: whether its reader has left another list.
    :param is_duplicate: whether another contact has the same address.
    :param quiet_mails: mails that arrived since the last sign of a person.
    :param quiet_days: days since that sign, or since the first mail; None: no mail.
    :param was_human: whether there ever was a sign of a person.
    :param age_days: how long it has been there.
    :param has_name: whether anybody knows a name.
    """

    written: str
    address: str
    gets_mail: bool = True
    is_bounced: bool = False
    blocked: str = ""
    has_left: bool = False
    is_duplicate: bool = False
    quiet_mails: int = 0
    quiet_days: float | None = None
    was_human: bool = False
    age_days: float = 0
    has_name: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    :param signs: what it stands on, for kinds that say so.
    :param suggestion: the address that was probably meant.
    """

    kind: str
    signs: tuple[str, ...] = ()
    suggestion: str = ""


def judge(facts: Facts, limits: Limits) -> list[Found]:
    """Return what is wrong with a contact, the gravest first.

    Of an address that gets no mail anyway only that is said: what its reader does, or
    whose it may be, harms nobody any more.

    >>> facts = Facts("ann@gmial.com", "ann@gmial.com")
    >>> [found.kind for found in judge(facts, Limits())]
    ['typo']
    """
    if not is_valid(facts.written, facts.address):
        return [Found(INVALID)]
    found = list(_judge_state(facts))
    if not any(one.kind in (BLOCKED, NO_MAIL, BOUNCED) for one in found):
        found += _judge_address(facts, limits)
    return found


def is_valid(written: str, address: str) -> bool:
    """Return whether what was written is one address, perhaps with a name before it.

    >>> is_valid("Ann <ann@example.com>", "ann@example.com")
    True
    >>> is_valid("ellen@ward@example.com", "ward@example.com")
    False
    """
    try:
        mail_address.bare(address)
    except ValueError:
        return False
    text, address = written.strip().lower(), address.lower()
    return text == address or (text.endswith(f"<{address}>") and text.count("@") == 1)


def _judge_state(facts: Facts) -> Iterator[Found]:
    if facts.blocked:
        yield Found(BLOCKED, (facts.blocked,))
    if not facts.gets_mail:
        yield Found(NO_MAIL, suggestion=addresses.suggestion(facts.address) or "")
    if facts.is_bounced:
        yield Found(BOUNCED, suggestion=addresses.suggestion(facts.address) or "")
    if facts.has_left and not facts.blocked:
        yield Found(LEFT)
    if facts.is_duplicate:
        yield Found(DUPLICATE)


def _judge_address(facts: Facts, limits: Limits) -> Iterator[Found]:
    note = addresses.judge(facts.address)
    signs = {TYPO: bool(note.suggestion), ROLE: note.is_role}
    is_quiet = (
        facts.quiet_days is not None
        and facts.quiet_mails >= limits.mails
        and facts.quiet_days >= limits.days
    )
    if note.suggestion:
        yield Found(TYPO, suggestion=note.suggestion)
    if is_quiet and not facts.was_human and facts.age_days >= limits.trap_days:
        signs[NO_NAME] = not facts.has_name
        if shown := [sign for sign in _TRAP_SIGNS if signs[sign]]:
            yield Found(TRAP, (QUIET, OLD, *shown))
    if note.is_disposable:
        yield Found(DISPOSABLE)
    if note.is_role:
        yield Found(ROLE)
    if is_quiet:
        yield Found(QUIET)

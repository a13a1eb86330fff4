"""Sending: how many mails may leave now, when limits hold for any stretch of time.

A limit never speaks of the clock's hours but of *any* hour (day, second), so that no
provider sees twice as many around the turn of one. Mails count from the moment they are
claimed: first as *held*, for as long as a worker has them, then as *used* from the
moment their batch is settled. No mail leaves after it is settled, so whatever stretch
of time one looks at, it holds no more mails than the limit says, whichever and however
many workers sent them and however long they took.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400

# A limit that is spread holds for the parts of its stretch too, in proportion.
SPREAD_PARTS = 12
# How soon to ask again when mails that other workers hold use up a limit.
HELD_SECONDS = 0.5
# After its time a ceiling doubles at this pace, until it is this many times as high.
RECOVERY_SECONDS = 300
RECOVERED = 256


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``mails`` in any ``seconds``."""

    mails: int
    seconds: int

    @property
    def rate(self) -> float:
        """Mails per second in the long run."""
        return self.mails / self.seconds


@dataclass(frozen=True, slots=True)
class Use:
    """What of a limit is used: mails settled within its stretch, and mails held.

    ``oldest`` is the age in seconds of the oldest that counts.
    """

    limit: Limit
    used: int
    held: int
    oldest: float = 0


def limits(
    per_second: int, per_hour: int, per_day: int, spread: bool = False
) -> list[Limit]:
    """Return the limits that a rule's numbers stand for; 0 stands for none.

    >>> limits(0, 100, 0, spread=True)
    [Limit(mails=100, seconds=3600), Limit(mails=9, seconds=300)]
    """
    stretches = ((per_second, SECOND), (per_hour, HOUR), (per_day, DAY))
    found = [Limit(mails, seconds) for mails, seconds in stretches if mails]
    if spread:
        found += [
            Limit(math.ceil(one.mails / SPREAD_PARTS), one.seconds // SPREAD_PARTS)
            for one in found
            if one.seconds > SECOND
        ]
    return found


def day_limits(mails: int) -> list[Limit]:
    """Return the limits of a day's number, spread over the day; 0 lets nothing pass."""
    return limits(0, 0, mails, spread=True) if mails else [Limit(0, DAY)]


def allowance(uses: Iterable[Use], wanted: int, copies: int = 0) -> tuple[int, float]:
    """Return how many mails may be taken now and, if none, when to ask again.

    :param wanted: how many mails at the most, copies included.
    :param copies: how many copies leave with each mail. They count too; a mail that is
        beyond a limit by its copies alone leaves when nothing else counts.

    >>> hour = Limit(100, HOUR)
    >>> allowance([Use(hour, used=60, held=10)], wanted=200)
    (30, 0)
    >>> allowance([Use(hour, used=100, held=0, oldest=3000)], wanted=200)
    (0, 600)
    >>> allowance([Use(hour, used=60, held=10)], wanted=200, copies=6)
    (4, 0)
    """
    free, wait = max(wanted // (1 + copies), min(wanted, 1)), 0.0
    for use in uses:
        each = min(1 + copies, use.limit.mails) or 1
        left = use.limit.mails - use.used - use.held
        free = min(free, max(left, 0) // each)
        if left < each:
            held = use.used + each <= use.limit.mails
            rest = HELD_SECONDS if held else use.limit.seconds - use.oldest
            wait = max(wait, rest)
    return (free, 0) if free else (0, wait)


def ceiling(mails_per_minute: int, seconds_over: float) -> Limit | None:
    """Return what is left of a ceiling that a provider's answer has led to.

    While it lasts it holds as it stands; then it doubles step by step, until it is
    forgotten.

    :param seconds_over: how long its time has been over; negative while it lasts.

    >>> ceiling(2, -60), ceiling(2, 700), ceiling(2, 3000)
    (Limit(mails=2, seconds=60), Limit(mails=16, seconds=60), None)
    """
    if seconds_over < 0:
        return Limit(mails_per_minute, MINUTE)
    factor = 2 ** (1 + int(seconds_over // RECOVERY_SECONDS))
    return Limit(mails_per_minute * factor, MINUTE) if factor <= RECOVERED else None


def seconds_to_send(waiting: int, uses: Iterable[Use]) -> float:
    """Return how long ``waiting`` mails take at the least under these limits."""
    longest = 0.0
    for use in uses:
        beyond = waiting - max(use.limit.mails - use.used - use.held, 0)
        longest = max(longest, beyond / use.limit.rate)
    return longest

"""Response: to whom of a team a reply goes.

Moments are naive datetimes in UTC, as everywhere in Odoo.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# How a reply came to somebody, or why to nobody.
ONLY = "only"  # there was no other
TURN = "turn"  # got nothing for the longest time
LOAD = "load"  # has the fewest open replies
PREVIOUS = "previous"  # had this contact before
FIRST_BACK = "first_back"  # nobody is at work, this one's hours begin first
FULL = "full"  # all who could have all that they can take
CLOSED = "closed"  # nobody is at work, and the team waits for its hours
AWAY = "away"  # all are away
EMPTY = "empty"  # there is nobody to choose from

# Who had the contact before keeps it over a lunch break.
BREAK = timedelta(hours=2)


@dataclass(frozen=True)
class Candidate:
    """A member of the team, as far as the choice depends on it."""

    id: int
    load: int = 0  # how many open replies they have
    capacity: int = 0  # how many they can have at most; 0: any number
    turn: int = 0  # grows with every reply that the team gives out
    languages: frozenset[str] = frozenset()  # none: all
    begins_at: datetime = datetime.min  # from when on they are at work
    is_away: bool = False

    @property
    def is_free(self) -> bool:
        return not self.capacity or self.load < self.capacity

    def speaks(self, language: str | None) -> bool:
        return not language or not self.languages or language in self.languages


@dataclass(frozen=True)
class Choice:
    """Who it is, and what made the difference."""

    reason: str
    candidate: Candidate | None = None
    is_spoken: bool = True  # whether anybody there speaks the language


def choose(
    candidates: Iterable[Candidate],
    *,
    now: datetime,
    by_load: bool = False,
    waits: bool = False,
    language: str | None = None,
    previous: int | None = None,
) -> Choice:
    """Choose who takes a reply.

    :param by_load: give it to who has the fewest, instead of in turn
    :param waits: when nobody is at work, give it to nobody
    :param language: of the reply; nobody who speaks it there: anybody takes it
    :param previous: who had the contact before, and keeps it if at work
    """
    everybody = list(candidates)
    there = [one for one in everybody if not one.is_away]
    if not there:
        return Choice(AWAY if everybody else EMPTY)
    speakers = [one for one in there if one.speaks(language)]
    is_spoken = bool(speakers)
    able = speakers or there
    free = [one for one in able if one.is_free]
    for one in free:
        if one.id == previous and one.begins_at <= now + BREAK:
            return Choice(PREVIOUS, one, is_spoken)
    at_work = [one for one in able if one.begins_at <= now]
    if not at_work:
        if waits:
            return Choice(CLOSED, None, is_spoken)
        if not free:
            return Choice(FULL, None, is_spoken)
        first = min(one.begins_at for one in free)
        best = _best([one for one in free if one.begins_at == first], by_load)
        return Choice(FIRST_BACK, best, is_spoken)
    ready = [one for one in at_work if one.is_free]
    if not ready:
        return Choice(FULL, None, is_spoken)
    if len(ready) == 1:
        return Choice(ONLY, ready[0], is_spoken)
    return Choice(LOAD if by_load else TURN, _best(ready, by_load), is_spoken)


def _best(candidates: list[Candidate], by_load: bool) -> Candidate:
    """Return the one with the fewest replies, or who has waited for the longest."""
    if by_load:
        return min(candidates, key=lambda one: (one.load, one.turn, one.id))
    return min(candidates, key=lambda one: (one.turn, one.id))

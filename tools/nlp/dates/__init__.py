"""Response: the dates and times that people write in their answers.

An own small grammar for English, German, French and Spanish with the reading of people
at work: "Tuesday at 3" is in the afternoon, of the Tuesday to come. Of other languages,
dates and times in figures are read.

* :func:`find_dates`: every date and time in a text;
* :func:`meeting_times`: those that are proposed for a meeting;
* :func:`follow_up`: when the author wants to hear from us again;
* :func:`is_absence`: whether somebody is away;
* :func:`return_date`: when an absent author is back;
* :func:`language_of`: the language that the dates are in.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from . import calendar as cal
from ..language import SUPPORTED
from .clauses import Places
from .cues import cue
from .followups import FollowUp, find_follow_up, find_return, is_habit
from .lexer import fold
from .meetings import is_proposed
from .parse import Expression, Reading, read

_LONGEST = 20_000
_YEARS = 1971, 2500
# As far from the hour that stands for a part of the day, a time is in it, in seconds.
_SAME_PART = 3 * 3600


@dataclass(frozen=True, slots=True)
class TimeProposal:
    """A time that somebody names, in the wall clock of the reference date.

    ``precision`` is ``minute``, ``part`` (of the day, named by ``part``; ``start`` has
    an hour in it) or ``day``. ``zone`` is the time zone as the author wrote it, if any:
    ``start`` is in that zone then. ``span`` is where ``expression`` stands in the text.
    """

    start: datetime
    end: datetime | None
    precision: str
    part: str | None
    span: tuple[int, int]
    expression: str
    zone: str | None = None


def local(date: datetime, tz: tzinfo | None) -> datetime:
    """Return ``date`` as a naive time of the wall clock in ``tz``.

    A year that no mail is from becomes one that can be reckoned with.
    """
    if not _YEARS[0] <= date.year <= _YEARS[1]:
        date = date.replace(year=min(max(date.year, _YEARS[0]), _YEARS[1]), day=1)
    if date.tzinfo is not None:
        date = (date.astimezone(tz) if tz else date).replace(tzinfo=None)
    return date


def find_dates(
    text: str, date: datetime, lang: str, tz: tzinfo | None = None
) -> list[TimeProposal]:
    """Return all dates and times in ``text``, in its order; ranges by their start."""
    ref = local(date, tz)
    reading = read(text[:_LONGEST], ref, lang)
    return [_point(reading, found, ref) for found in reading.expressions]


def meeting_times(
    text: str, date: datetime, lang: str, tz: tzinfo | None = None
) -> list[TimeProposal]:
    """Return the times that ``text`` proposes or accepts for a meeting, in its order.

    ``date`` is when the text was written. Days that are over, deadlines, absences and
    times that the author rules out are no proposals.
    """
    ref = local(date, tz)
    reading = read(text[:_LONGEST], ref, lang)
    if not reading.expressions:
        return []
    places = Places(reading)
    proposals: dict[tuple, TimeProposal] = {}
    for found in reading.expressions:
        if found.days and is_habit(found, reading):
            continue
        if is_proposed(found, places, ref, lang):
            point = _point(reading, found, ref)
            proposals.setdefault((point.start, point.precision), point)
    points = proposals.values()
    return [one for one in points if not any(_tells_more(o, one) for o in points)]


def _tells_more(one: TimeProposal, other: TimeProposal) -> bool:
    """Return whether ``one`` is the same time as ``other``, told more exactly."""
    if one.start.date() != other.start.date():
        return False
    if other.precision == cal.DAY:
        return one.precision != cal.DAY
    if (one.precision, other.precision) != (cal.MINUTE, cal.PART):
        return False
    return abs((one.start - other.start).total_seconds()) <= _SAME_PART


def follow_up(
    text: str, date: datetime, lang: str, tz: tzinfo | None = None
) -> FollowUp | None:
    """Return when the author of ``text`` asks to be contacted again, or None."""
    ref = local(date, tz)
    return find_follow_up(read(text[:_LONGEST], ref, lang), ref, lang)


def return_date(
    text: str, date: datetime, lang: str, tz: tzinfo | None = None
) -> FollowUp | None:
    """Return when the author of an absence notice is back, or None."""
    ref = local(date, tz)
    return find_return(read(text[:_LONGEST], ref, lang), ref, lang)


def is_absence(text: str, lang: str) -> bool:
    """Return whether a text speaks of somebody being away."""
    return bool(cue("ABSENCE", lang).search(fold(text[:_LONGEST])))


def language_of(text: str, date: datetime, lang: str) -> str:
    """Return the language whose dates cover most of a text, ``lang`` unless another.

    For texts that are too short to tell: "in zwei Stunden", "Thu at 8".
    """

    def covered(code: str) -> int:
        reading = read(text[:_LONGEST], local(date, None), code)
        return sum(end - start for start, end in map(reading.span, reading.expressions))

    return max((lang, *SUPPORTED), key=covered)


def _point(reading: Reading, found: Expression, ref: datetime) -> TimeProposal:
    """Return an expression as a point in time."""
    clock, days = found.clock, found.days
    span = reading.span(found)
    expression = reading.text[span[0] : span[1]]
    if clock is None:
        start = datetime.combine(days.first, time())
        return TimeProposal(start, None, cal.DAY, None, span, expression)
    at = time(cal.office_hour(clock) % 24, clock.minute)
    day = days.first if days else ref.date()
    if days is None and clock.precision == cal.MINUTE and at <= ref.time():
        day += timedelta(days=1)
    start = datetime.combine(day, at)
    end = datetime.combine(day, time(*clock.end)) if clock.end else None
    return TimeProposal(
        start, end, clock.precision, clock.part or None, span, expression, found.zone
    )


__all__ = [
    "FollowUp",
    "TimeProposal",
    "find_dates",
    "follow_up",
    "is_absence",
    "language_of",
    "local",
    "meeting_times",
    "return_date",
]

"""Response: finds times for a meeting between what two people's days leave free.

Times are aware or all naive in one zone; a span is a pair of begin and end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

import pytz

Span = tuple[datetime, datetime]

# How people write zones, in capitals, and a place whose clocks show that time.
ZONES = {
    "UTC": "UTC",
    "GMT": "Europe/London",
    "BST": "Europe/London",
    "UK TIME": "Europe/London",
    "LONDON TIME": "Europe/London",
    "WET": "Europe/Lisbon",
    "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin",
    "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin",
    "HEURE DE PARIS": "Europe/Paris",
    "HEURE DE LONDRES": "Europe/London",
    "HORA PENINSULAR": "Europe/Madrid",
    "HORA DE MADRID": "Europe/Madrid",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "EASTERN": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "CT": "America/Chicago",
    "CENTRAL TIME": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "PACIFIC": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "JST": "Asia/Tokyo",
    "SAST": "Africa/Johannesburg",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
}


def zone_of(written: str | None) -> str | None:
    """Return the name of the time zone that somebody wrote, if it is known."""
    words = (written or "").upper().replace("_", " ").strip()
    return ZONES.get(words)


def is_free(
    start: datetime, length: timedelta, busy: Iterable[Span], buffer=timedelta(0)
) -> bool:
    """Return whether nothing is in the way, with some air around it."""
    first, last = start - buffer, start + length + buffer
    return all(end <= first or begin >= last for begin, end in busy)


def free_times(
    work: Iterable[Span],
    busy: Sequence[Span],
    length: timedelta,
    *,
    buffer: timedelta = timedelta(0),
    earliest: datetime | None = None,
    step: timedelta = timedelta(minutes=30),
) -> list[datetime]:
    """Return when a meeting can begin, on full steps of the clock.

    :param work: when there is somebody to meet.
    :param busy: what is in the way.
    """
    found = set()
    for begin, end in work:
        start = _next_step(max(begin, earliest) if earliest else begin, step)
        while start + length <= end:
            if is_free(start, length, busy, buffer):
                found.add(start)
            start += step
    return sorted(found)


def spread(times: Sequence[datetime], count: int) -> list[datetime]:
    """Return some of the times, on different days where that is possible.

    Mornings and afternoons take turns, so that there is something for everybody.
    """
    by_day: dict = {}
    for moment in times:
        by_day.setdefault(moment.date(), []).append(moment)
    days = list(by_day.values())
    chosen = [
        next((one for one in day if (one.hour >= 12) == bool(turn % 2)), day[0])
        for turn, day in enumerate(days[:count])
    ]
    # days of which each has given one give another, some hours away from it
    for day in days:
        for moment in day:
            if len(chosen) >= count:
                return sorted(chosen)
            if all(abs(moment - one) >= timedelta(hours=2) for one in chosen):
                chosen.append(moment)
    return sorted(chosen)


def daytime(first: datetime, last: datetime, zone: str) -> list[Span]:
    """Return the spans, in UTC, in which people of a zone like to be met."""
    tz = pytz.timezone(zone)
    spans = []
    day = first.astimezone(tz).date()
    while day <= last.astimezone(tz).date():
        if day.weekday() < 5:
            spans.append(
                tuple(
                    tz.localize(datetime.combine(day, time(hour))).astimezone(pytz.utc)
                    for hour in (8, 18)
                )
            )
        day += timedelta(days=1)
    return spans


def overlap(one: Iterable[Span], other: Sequence[Span]) -> list[Span]:
    """Return what two lists of spans have in common."""
    return [
        (max(begin, start), min(end, stop))
        for begin, end in one
        for start, stop in other
        if max(begin, start) < min(end, stop)
    ]


def _next_step(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    over = (moment - midnight) % step
    return moment + (step - over) if over else moment

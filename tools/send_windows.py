"""Sending: the hours and days at which mails may leave, on the recipient's clock.

Moments are naive datetimes in UTC, as everywhere in Odoo. Only the way from UTC to a
local clock is asked of a time zone, so it may be pytz's or the standard library's.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

MINUTES_A_DAY = 24 * 60
DAY = timedelta(days=1)

# A window that does not open for so long is looked at again then.
HORIZON_DAYS = 370


@dataclass(frozen=True)
class SendWindow:
    """Days of the week, and from which to which minute of a day mails may leave.

    One that closes at or before the minute at which it opens goes on past midnight and
    belongs to the day on which it opens. Nothing leaves on a day off, whenever the
    window opened.
    """

    days: frozenset[int]  # Monday is 0
    opens: int
    closes: int
    days_off: frozenset[date] = frozenset()

    @property
    def crosses_midnight(self) -> bool:
        return self.closes <= self.opens

    def is_open(self, clock: datetime) -> bool:
        """Return whether mails may leave when a clock shows ``clock``."""
        if clock.date() in self.days_off:
            return False
        minute = clock.hour * 60 + clock.minute
        today = clock.weekday() in self.days and self.opens <= minute
        if not self.crosses_midnight:
            return today and minute < self.closes
        yesterday = (clock - DAY).weekday() in self.days
        return today or (yesterday and minute < self.closes)

    def starts(self, day: date) -> Iterator[datetime]:
        """Yield what clocks show when the window may open on ``day``."""
        midnight = datetime.combine(day, time())
        if self.crosses_midnight:
            yield midnight  # after a day off, what began the day before goes on
        yield midnight + timedelta(minutes=self.opens)


def next_opening(window: SendWindow, tz: tzinfo, now: datetime) -> datetime:
    """Return the first moment from ``now`` on at which ``window`` is open in ``tz``.

    A window that closes in the hour that comes twice in autumn is not waited for a
    second time.
    """
    if window.is_open(clock_at(now, tz)):
        return now
    today = clock_at(now, tz).date()
    for offset in range(HORIZON_DAYS):
        openings = [
            moment
            for start in window.starts(today + offset * DAY)
            for moment in _moments(start, tz)
            if moment >= now and window.is_open(clock_at(moment, tz))
        ]
        if openings:
            return min(openings)
    return now + HORIZON_DAYS * DAY


def clock_at(moment: datetime, tz: tzinfo) -> datetime:
    """Return what clocks in ``tz`` show at ``moment``."""
    aware = moment.replace(tzinfo=timezone.utc).astimezone(tz)
    return aware.replace(tzinfo=None)


def _moments(clock: datetime, tz: tzinfo) -> list[datetime]:
    """Return when clocks in ``tz`` show ``clock``, or jump over it.

    That is one moment, but two in the hour that comes twice in autumn. In spring an
    hour is left out; then it is the moment of the jump.
    """
    offsets = {
        clock_at(near, tz) - near
        for near in (clock - DAY, clock + DAY)  # no zone changes twice so quickly
    }
    moments = [clock - offset for offset in offsets]
    shown = [moment for moment in moments if clock_at(moment, tz) == clock]
    if shown:
        return shown
    before, after = min(moments), max(moments)
    minutes = range((after - before) // timedelta(minutes=1) + 1)
    jump = bisect_left(
        minutes,
        clock,
        key=lambda minute: clock_at(before + timedelta(minutes=minute), tz),
    )
    return [before + timedelta(minutes=jump)]

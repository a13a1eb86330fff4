"""Campaign: when something that recurs is due, right across daylight saving.

The hour of the wall clock stays the same all year, as people expect. An hour that a
change of the clock leaves out is moved behind the gap, one that comes twice counts the
first time (RFC 5545 §3.3.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil import rrule

DAY, WEEK, MONTH = "day", "week", "month"
_FREQUENCIES = {DAY: rrule.DAILY, WEEK: rrule.WEEKLY, MONTH: rrule.MONTHLY}


def to_utc(wall: datetime, zone: str) -> datetime:
    """Return the moment (naive, UTC) at which clocks in ``zone`` show ``wall``.

    >>> to_utc(datetime(2027, 3, 28, 2, 30), "Europe/Berlin")  # clocks go 2:00 → 3:00
    datetime.datetime(2027, 3, 28, 1, 30)
    """
    moment = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def to_wall(moment: datetime, zone: str) -> datetime:
    """Return what clocks in ``zone`` show at ``moment`` (naive, UTC)."""
    aware = moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every ``interval`` days, weeks or months from ``start`` on.

    :param start: the first time, as the clock in ``zone`` shows it.
    :param weekdays: for weeks: the days, Monday is 0; none: that of the start.
    :param until: the last day on which it may happen, in ``zone``.
    """

    start: datetime
    zone: str
    unit: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None

    def __post_init__(self):
        if self.unit not in _FREQUENCIES:
            raise ValueError(f"{self.unit} is no unit of recurrence")
        if self.interval < 1:
            raise ValueError("it recurs after one unit at the least")

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the moments (naive, UTC) after ``moment``, the nearest first."""
        # a day earlier: clocks may be moved between the two
        begin = to_wall(moment, self.zone) - timedelta(days=1)
        for wall in self._rule().xafter(begin, inc=True):
            due = to_utc(wall, self.zone)
            if due > moment:
                yield due

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first moment after ``moment``, or None when there is none."""
        return next(self.after(moment), None)

    def last_until(self, moment: datetime) -> datetime | None:
        """Return the latest moment that is not after ``moment``, or None."""
        wall = self._rule().before(to_wall(moment, self.zone), inc=True)
        return to_utc(wall, self.zone) if wall else None

    def _rule(self) -> rrule.rrule:
        options = {}
        if self.unit == WEEK and self.weekdays:
            options["byweekday"] = self.weekdays
        if self.unit == MONTH and self.start.day > 28:
            # the last day of the month that is not after the one that was chosen
            options["bymonthday"] = range(28, self.start.day + 1)
            options["bysetpos"] = -1
        if self.until:
            options["until"] = datetime.combine(self.until, datetime.max.time())
        return rrule.rrule(
            _FREQUENCIES[self.unit],
            dtstart=self.start,
            interval=self.interval,
            **options,
        )

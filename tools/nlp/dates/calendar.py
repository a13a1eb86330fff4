"""Response: days and times as values, and the arithmetic of the calendar."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY, WEEK, WEEKEND, MONTH = "day", "week", "weekend", "month"
QUARTER, YEAR, SEASON = "quarter", "year", "season"

MINUTE, PART = "minute", "part"
# The hour that stands for a part of the day.
PARTS = {
    "first": 9,
    "morning": 9,
    "lunch": 12,
    "noon": 12,
    "afternoon": 15,
    "late": 17,
    "evening": 19,
    "night": 20,
}


@dataclass(frozen=True, slots=True)
class Days:
    """One day, or the days from ``first`` to ``last``, meant as a ``grain``.

    ``weekday`` is set for a weekday that nothing else fixes; ``fixed`` tells that the
    writer named the year, or the day relative to today.
    """

    first: date
    last: date
    grain: str = DAY
    weekday: int | None = None
    fixed: bool = True
    anchor: bool = False  # a weekday in a named week


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. ``sure`` tells that nobody needs to guess morning or afternoon."""

    hour: int
    minute: int = 0
    precision: str = MINUTE
    part: str = ""
    sure: bool = True
    weak: bool = False  # perhaps no time at all
    padded: bool = False  # "08:30": nobody writes the afternoon so
    end: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time said in one word: "in two hours"."""

    days: Days
    clock: Clock


Value = Days | Clock | Moment


def one(day: date, *, fixed: bool = True) -> Days:
    """Return a single day."""
    return Days(day, day, fixed=fixed)


def part_of_day(name: str) -> Clock:
    """Return a part of the day."""
    return Clock(PARTS[name], 0, PART, name)


def office_hour(clock: Clock) -> int:
    """Return the hour that people at work mean: 1 to 7 is the afternoon."""
    guess = not clock.sure and not clock.padded and 1 <= clock.hour <= 7
    return clock.hour + 12 if guess else clock.hour


def in_part(time: Clock, part: str) -> Clock:
    """Return the time in that part of the day: "3 in the morning", "abends um 8"."""
    hour = time.hour
    if time.sure:
        return time
    if part in ("morning", "first"):
        hour = 0 if hour == 12 else hour
    elif part == "night":
        hour = hour + 12 if 6 <= hour < 12 else hour
    elif part in ("afternoon", "evening", "late"):
        hour = hour + 12 if hour < 12 else hour
    elif hour < 6:
        hour += 12
    return replace(time, hour=hour, sure=True, weak=False)


def make_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def coming_weekday(ref: date, weekday: int) -> date:
    """Return the next such day after ``ref``."""
    return ref + timedelta(days=(weekday - ref.weekday() - 1) % 7 + 1)


def week_of(ref: date, offset: int = 0) -> Days:
    """Return the calendar week of ``ref`` or one some weeks later, from Monday."""
    monday = ref - timedelta(days=ref.weekday()) + timedelta(weeks=offset)
    return Days(monday, monday + timedelta(days=6), WEEK)


def weekend_of(ref: date, offset: int = 0) -> Days:
    """Return Saturday and Sunday of a calendar week."""
    monday = week_of(ref, offset).first
    return Days(monday + timedelta(days=5), monday + timedelta(days=6), WEEKEND)


def month_of(year: int, month: int) -> Days:
    """Return a month; ``month`` may be less than 1 or more than 12."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Days(date(year, month, 1), _month_end(year, month), MONTH)


def months_of(year: int, month: int, count: int, grain: str) -> Days:
    """Return ``count`` months from ``month`` on."""
    return Days(
        month_of(year, month).first, month_of(year, month + count - 1).last, grain
    )


def quarter_of(ref: date, offset: int = 0) -> Days:
    """Return the quarter of ``ref`` or one some quarters later."""
    return months_of(ref.year, (ref.month - 1) // 3 * 3 + 1 + 3 * offset, 3, QUARTER)


def year_of(year: int) -> Days:
    """Return a whole year."""
    return Days(date(year, 1, 1), date(year, 12, 31), YEAR)


def season_of(year: int, month: int) -> Days:
    """Return the three months of a season of the northern half of the earth."""
    return months_of(year, month, 3, SEASON)


def add_months(ref: date, count: int) -> date:
    """Return the day ``count`` months later, or the last of a shorter month."""
    month = month_of(ref.year, ref.month + count)
    return min(month.first + timedelta(days=ref.day - 1), month.last)


def add_workdays(ref: date, count: int) -> date:
    """Return the day ``count`` working days later."""
    while count > 0:
        ref += timedelta(days=1)
        count -= ref.weekday() < 5
    return ref


def without_year(ref: date, month: int, day: int) -> date | None:
    """Return the next such day; today counts, and 29 February waits for its year."""
    for year in range(ref.year, ref.year + 5):
        found = make_date(year, month, day)
        if found and found >= ref:
            return found
    return None


def day_of_month(ref: date, day: int) -> date | None:
    """Return the next day of that number."""
    for offset in range(4):
        month = month_of(ref.year, ref.month + offset).first
        found = make_date(month.year, month.month, day)
        if found and found > ref:
            return found
    return None


def weekday_and_number(ref: date, weekday: int, day: int) -> date | None:
    """Return the next day of that number that is that weekday."""
    for offset in range(16):
        month = month_of(ref.year, ref.month + offset).first
        found = make_date(month.year, month.month, day)
        if found and found >= ref and found.weekday() == weekday:
            return found
    return None


def easter(year: int) -> date:
    """Return Easter Sunday (Gauss, as Meeus gives it)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday(name: str, ref: date) -> Days | None:
    """Return the days of a holiday, the next not over, or None if none is known."""
    for year in (ref.year - 1, ref.year, ref.year + 1, ref.year + 2):
        days = _holiday(name, year)
        if days and days.last >= ref:
            return days
    return None


_AFTER_EASTER = {"pentecost": 49, "ascension": 39, "carnival": -48}
# Month, weekday, which of them in the month.
_BY_WEEKDAY = {
    "thanksgiving": (11, 3, 4),
    "labor_day": (9, 0, 1),
    "memorial_day": (5, 0, -1),
}
# What goes by the moon: Diwali by the Indian national calendar, the Chinese new year.
_MOVING = {
    "diwali": {
        2025: date(2025, 10, 20),
        2026: date(2026, 11, 8),
        2027: date(2027, 10, 29),
        2028: date(2028, 10, 17),
        2029: date(2029, 11, 5),
        2030: date(2030, 10, 26),
    },
    "lunar_new_year": {
        2025: date(2025, 1, 29),
        2026: date(2026, 2, 17),
        2027: date(2027, 2, 6),
        2028: date(2028, 1, 26),
        2029: date(2029, 2, 13),
        2030: date(2030, 2, 3),
    },
}


def _holiday(name: str, year: int) -> Days | None:
    if name == "christmas":
        return Days(date(year, 12, 24), date(year + 1, 1, 3), SEASON)
    if name == "new_year":
        return Days(date(year + 1, 1, 1), date(year + 1, 1, 31), SEASON)
    if name == "summer_break":
        return Days(date(year, 7, 1), date(year, 8, 31), SEASON)
    if name == "september":
        return Days(date(year, 9, 1), date(year, 9, 30), MONTH)
    if name in _MOVING:
        first = _MOVING[name].get(year)
        return Days(first, first, SEASON) if first else None
    if name in _BY_WEEKDAY:
        month, weekday, number = _BY_WEEKDAY[name]
        days = month_of(year, month)
        if number < 0:
            first = days.last - timedelta(days=(days.last.weekday() - weekday) % 7)
        else:
            first = coming_weekday(days.first - timedelta(days=1), weekday)
            first += timedelta(weeks=number - 1)
        return Days(first, first, SEASON)
    if name == "epiphany":
        return Days(date(year, 1, 6), date(year, 1, 6), SEASON)
    if name == "all_saints":
        return Days(date(year, 11, 1), date(year, 11, 2), SEASON)
    sunday = easter(year) + timedelta(days=_AFTER_EASTER.get(name, 0))
    return Days(sunday, sunday + timedelta(days=1), SEASON)


def edge_of(days: Days, edge: str) -> Days:
    """Return the early, middle or late third of a range, or one half of it."""
    span = (days.last - days.first).days + 1
    if edge == "first":
        return replace(days, last=days.first + timedelta(days=span // 2 - 1))
    if edge == "second":
        return replace(days, first=days.first + timedelta(days=span // 2))
    third = max(1, span // 3)
    first = {"early": 0, "mid": third, "late": span - third}[edge]
    start = days.first + timedelta(days=first)
    last = min(days.last, start + timedelta(days=third - 1))
    if edge == "mid":
        last = min(days.last, days.first + timedelta(days=span - third - 1))
    return replace(days, first=start, last=max(start, last))


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)

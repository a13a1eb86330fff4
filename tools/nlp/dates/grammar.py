"""Response: how the words of dates and times are put together, in one table.

A rule is a sequence of categories of :mod:`.lexicon`, ``?`` for what may be missing
and ``|`` between alternatives, and the function that makes a value of what was found.
At every word the longest rule wins. What a rule found is in ``found`` under the name of
its category, a second one under the name and ``2``.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from . import calendar as cal
from .calendar import Clock, Days, Moment, Value

Found = dict[str, object]
Builder = Callable[[Found, datetime], Value | None]

# ----------------------------------------------------------------------
# Days
# ----------------------------------------------------------------------


def _weekday(found: Found, ref: datetime) -> Days:
    weekday = found["weekday"]
    return replace(cal.one(cal.coming_weekday(ref.date(), weekday)), weekday=weekday)


def _weekday_this(found: Found, ref: datetime) -> Days:
    """The weekday of this week, or the coming one when that is over."""
    day = cal.week_of(ref.date()).first + timedelta(days=found["weekday"])
    if day <= ref.date():
        day = cal.coming_weekday(ref.date(), found["weekday"])
    return cal.one(day)


def _weekday_next(found: Found, ref: datetime) -> Days:
    """ "Next Tuesday" said on a Monday is the one of next week."""
    return _in_week(found["weekday"], ref, 1)


def _weekday_coming(found: Found, ref: datetime) -> Days:
    return cal.one(cal.coming_weekday(ref.date(), found["weekday"]))


def _weekday_last(found: Found, ref: datetime) -> Days:
    coming = cal.coming_weekday(ref.date(), found["weekday"])
    return cal.one(
        coming - timedelta(days=7 if coming.weekday() != ref.weekday() else 14)
    )


def _weekday_after_next(found: Found, ref: datetime) -> Days:
    return _in_week(found["weekday"], ref, 2)


def _weekday_this_week(found: Found, ref: datetime) -> Days:
    return _in_week(found["weekday"], ref, 0)


def _in_week(weekday: int, ref: datetime, offset: int) -> Days:
    day = cal.week_of(ref.date(), offset).first + timedelta(days=weekday)
    return replace(cal.one(day), anchor=True)


def _week_on_weekday(found: Found, ref: datetime) -> Days:
    day = cal.coming_weekday(ref.date() - timedelta(days=1), found["weekday"])
    weeks = found.get("num") or found.get("few") or 1
    return cal.one(day + timedelta(weeks=weeks))


def _fortnight_on_weekday(found: Found, ref: datetime) -> Days:
    return cal.one(
        cal.coming_weekday(ref.date(), found["weekday"]) + timedelta(days=14)
    )


def _weekday_en_huit(found: Found, ref: datetime) -> Days | None:
    """ "Lundi en huit" is Monday week, "en quinze" the one after."""
    weeks = {8: 1, 15: 2}.get(found["num"])
    return _week_on_weekday({**found, "num": weeks}, ref) if weeks else None


def _rel(found: Found, ref: datetime) -> Days:
    return cal.one(ref.date() + timedelta(days=found["rel"]))


def _rel_in_a_week(found: Found, ref: datetime) -> Days:
    """ "Heute in acht Tagen", "a week from today"."""
    weeks = found.get("num") or found.get("few") or 1
    if "day" in found:
        weeks = {8: 1, 14: 2, 15: 2}.get(found.get("num"), 0)
    days = weeks * 7 or int(found.get("num") or 0)
    return cal.one(ref.date() + timedelta(days=found["rel"] + days))


def _rel_in_eight(found: Found, ref: datetime) -> Days | None:
    """ "De hoy en ocho": in a week, counting today."""
    weeks = {8: 1, 15: 2}.get(found["num"])
    return (
        cal.one(ref.date() + timedelta(days=found["rel"] + 7 * weeks))
        if weeks
        else None
    )


def _rel_later(found: Found, ref: datetime) -> Days:
    return cal.one(ref.date() + timedelta(days=found["rel"] + _count(found)))


def _tonight(_found: Found, ref: datetime) -> Moment:
    return Moment(cal.one(ref.date()), cal.part_of_day("evening"))


def _exact(found: Found, ref: datetime) -> Days | None:
    year, month, day = found.get("date") or found.get("slashed") or found.get("dotted")
    if "year" in found:
        year = found["year"]
    if month > 12 >= day:
        month, day = day, month
    if not year:
        return _yearless(ref, month, day)
    exact = cal.make_date(year, month, day)
    return cal.one(exact) if exact else None


def _yearless(ref: datetime, month: int, day: int) -> Days | None:
    exact = cal.without_year(ref.date(), month, day)
    return cal.one(exact, fixed=False) if exact else None


def _day_month(found: Found, ref: datetime) -> Days | None:
    day = found.get("ord") or found.get("num")
    if not day or day > 31:
        return None
    if "year" in found or "this" in found:
        exact = cal.make_date(found.get("year") or ref.year, found["month"], day)
        return cal.one(exact) if exact else None
    return _yearless(ref, found["month"], day)


def _day_month_number(found: Found, ref: datetime) -> Days | None:
    """ "Am siebten vierten" is the 7th of April."""
    day, month = found.get("num") or found["ord"], found.get("ord2") or found["ord"]
    return _yearless(ref, month, day) if month < 13 and day < 32 else None


def _figures(found: Found, _ref: datetime) -> Days | None:
    """ "24 12 2027"."""
    exact = cal.make_date(found["year"], found["num2"], found["num"])
    return cal.one(exact) if exact else None


def _last_day(found: Found, ref: datetime) -> Days:
    return cal.one(_month(found, ref).last)


def _day_range(found: Found, ref: datetime) -> Days | None:
    """ "12 to 14 March": the range, beginning with its first day."""
    numbers = [found.get(key) for key in ("num", "ord", "num2", "ord2") if key in found]
    if len(numbers) != 2 or max(numbers) > 31:
        return None
    first = _day_month({**found, "num": numbers[0], "ord": None}, ref)
    last = _day_month({**found, "num": numbers[1], "ord": None}, ref)
    if first and last and last.first < first.first and not first.fixed:
        first = _yesteryear(first)  # "the 3rd to the 14th", said on the 4th
    if not first or not last or last.first < first.first:
        return first
    return replace(first, last=last.first)


def _yesteryear(days: Days) -> Days:
    """Return the same day of the year before."""
    return cal.one(cal.add_months(days.first, -12), fixed=False)


def _day_number(found: Found, ref: datetime) -> Days | None:
    day = found.get("ord") or found.get("num")
    exact = cal.day_of_month(ref.date(), day) if day and day < 32 else None
    return cal.one(exact, fixed=False) if exact else None


def _day_of_month_unit(found: Found, ref: datetime) -> Days | None:
    """ "The 3rd of next month"."""
    month = cal.month_of(ref.year, ref.month + (1 if "next" in found else 0))
    day = found.get("ord") or found.get("num")
    exact = cal.make_date(month.first.year, month.first.month, day)
    return cal.one(exact) if exact else None


def _weekday_number(found: Found, ref: datetime) -> Days | None:
    """ "Tuesday 16th"; a bare figure only when such a day is near."""
    day = found.get("ord") or found.get("num")
    if not day or day > 31:
        return None
    exact = cal.weekday_and_number(ref.date(), found["weekday"], day)
    if exact is None:
        return _day_number(found, ref) if "ord" in found else None
    if "ord" not in found and day < 19 and (exact - ref.date()).days > 45:
        return None
    return cal.one(exact)


def _weekday_hour(found: Found, ref: datetime) -> Moment | None:
    """ "Tuesday 10": at ten, when it cannot be the tenth."""
    if not 7 < found["num"] < 19:
        return None
    return Moment(_weekday(found, ref), Clock(found["num"]))


def _weekday_slashed(found: Found, ref: datetime) -> Days | None:
    """ "Tuesday 7/6": which is the month, the weekday tells."""
    _year, month, day = found["slashed"]
    for one, other in ((month, day), (day, month)):
        days = _yearless(ref, one, other) if one < 13 else None
        if days and days.first.weekday() == found["weekday"]:
            return days
    return _exact(found, ref)


def _nth_weekday(found: Found, ref: datetime) -> Days | None:
    """ "The first Monday of October", "last Friday in May"."""
    month = _month(found, ref)
    days = [
        month.first + timedelta(days=i)
        for i in range((month.last - month.first).days + 1)
        if (month.first + timedelta(days=i)).weekday() == found["weekday"]
    ]
    number = found.get("ord")
    if "last" in found:
        return cal.one(days[-1])
    return cal.one(days[number - 1]) if number and number <= len(days) else None


# ----------------------------------------------------------------------
# Weeks, months, quarters, years
# ----------------------------------------------------------------------


def _month(found: Found, ref: datetime) -> Days:
    month = found["month"]
    if "year" in found:
        return cal.month_of(found["year"], month)
    year = ref.year + (1 if month < ref.month else 0)
    if "next" in found and month == ref.month:
        year += 1
    return replace(cal.month_of(year, month), fixed=False)


def _month_next_year(found: Found, ref: datetime) -> Days:
    return cal.month_of(ref.year + 1, found["month"])


_UNITS = ("week", "weekend", "month_unit", "quarter_unit", "year_unit", "half_year")


def _unit(found: Found) -> str:
    return next((unit for unit in _UNITS if unit in found), "")


def _period(unit: str, ref: datetime, offset: int) -> Days:
    day = ref.date()
    if unit == "week":
        return cal.week_of(day, offset)
    if unit == "weekend":
        return cal.weekend_of(day, offset)
    if unit == "month_unit":
        return cal.month_of(day.year, day.month + offset)
    if unit == "quarter_unit":
        return cal.quarter_of(day, offset)
    if unit == "half_year":
        start = (1 if day.month < 7 else 7) + 6 * offset
        return cal.months_of(day.year, start, 6, cal.SEASON)
    return cal.year_of(day.year + offset)


def _next_period(found: Found, ref: datetime) -> Days:
    unit = _unit(found)
    offset = int(found.get("after_next") or 1)
    # On a weekday "next weekend" is the one that follows, for most.
    return _period(unit, ref, offset)


def _this_period(found: Found, ref: datetime) -> Days:
    unit = _unit(found)
    days = _period(unit, ref, 0)
    return replace(days, first=max(days.first, ref.date())) if unit != "week" else days


def _last_period(found: Found, ref: datetime) -> Days:
    return _period(_unit(found), ref, -1)


def _count(found: Found) -> int:
    """Return the days that ``found`` counts, months and years left out."""
    number = found.get("num") or found.get("few") or 1
    if "fortnight" in found:
        return 14 * int(number)
    return int(number) * (7 if "week" in found else 1)


def _later(found: Found, ref: datetime) -> Value | None:
    return _shift(found, ref, 1)


def _ago(found: Found, ref: datetime) -> Value | None:
    return _shift(found, ref, -1)


def _shift(found: Found, ref: datetime, sign: int) -> Value | None:
    """Return the day, or for hours and minutes the moment, so much later."""
    number = int(found.get("num") or found.get("few") or 1) * sign
    if abs(number) > 1500:
        return None
    try:
        if "hour_unit" in found or "minute_unit" in found:
            step = {"hours" if "hour_unit" in found else "minutes": number}
            at = ref + timedelta(**step)
            return Moment(cal.one(at.date()), Clock(at.hour, at.minute))
        if "month_unit" in found:
            return cal.one(cal.add_months(ref.date(), number))
        if "quarter_unit" in found:
            return cal.one(cal.add_months(ref.date(), 3 * number))
        if "year_unit" in found:
            return cal.one(cal.add_months(ref.date(), 12 * number))
        if "workday" in found:
            return cal.one(cal.add_workdays(ref.date(), number))
        return cal.one(ref.date() + timedelta(days=_count(found) * sign))
    except (OverflowError, ValueError):
        return None


def shifted(start: date, unit: str, number: int) -> Days:
    """Return the day ``number`` units after ``start``."""
    at = datetime.combine(start, datetime.min.time())
    value = _shift({unit: 1, "num": abs(number)}, at, 1 if number > 0 else -1)
    return value if isinstance(value, Days) else cal.one(start)


def _hours_later(found: Found, ref: datetime) -> Value | None:
    return _later({"num": found["num"], "hour_unit": 1}, ref)


def _half_hour(found: Found, ref: datetime) -> Moment:
    at = ref + timedelta(minutes=30)
    return Moment(cal.one(at.date()), Clock(at.hour, at.minute))


def _quarter(found: Found, ref: datetime) -> Days | None:
    number = found.get("quarter_name") or found.get("ord") or found.get("num")
    if not number or number > 4:
        return None
    year = found.get("year") or ref.year
    days = cal.months_of(year, 3 * number - 2, 3, cal.QUARTER)
    if "year" not in found and days.last < ref.date():
        days = cal.months_of(year + 1, 3 * number - 2, 3, cal.QUARTER)
    return days


def _quarter_next_year(found: Found, ref: datetime) -> Days | None:
    return _quarter({**found, "year": ref.year + 1}, ref)


def _half(found: Found, ref: datetime) -> Days | None:
    number = found.get("half_name") or found.get("ord") or found.get("num")
    if not number or number > 2:
        return None
    year = found.get("year") or ref.year
    days = cal.months_of(year, 6 * number - 5, 6, cal.SEASON)
    if "year" not in found and days.last < ref.date():
        days = cal.months_of(year + 1, 6 * number - 5, 6, cal.SEASON)
    return days


def _half_next_year(found: Found, ref: datetime) -> Days | None:
    return _half({**found, "year": ref.year + 1}, ref)


def _year(found: Found, _ref: datetime) -> Days:
    return cal.year_of(found["year"])


def _season(found: Found, ref: datetime) -> Days:
    days = cal.season_of(found.get("year") or ref.year, found["season"])
    if "year" not in found and days.first <= ref.date():
        days = cal.season_of(ref.year + 1, found["season"])
    return days


def _season_next_year(found: Found, ref: datetime) -> Days:
    return cal.season_of(ref.year + 1, found["season"])


def _holiday(found: Found, ref: datetime) -> Days | None:
    return cal.holiday(found["holiday"], ref.date())


def _holiday_year(found: Found, _ref: datetime) -> Days | None:
    return cal.holiday(found["holiday"], date(found["year"], 1, 4))


def _week_number(found: Found, ref: datetime) -> Days | None:
    number, year = found["num"], found.get("year") or ref.year
    if not 0 < number < 54:
        return None
    monday = date.fromisocalendar(year, min(number, 52), 1)
    days = cal.week_of(monday)
    if days.last < ref.date() and "year" not in found:
        days = cal.week_of(date.fromisocalendar(year + 1, min(number, 52), 1))
    return days


def _week_of_day(found: Found, ref: datetime) -> Days | None:
    """ "The week of 7 December": the calendar week of that day."""
    day = (_day_month if "month" in found else _exact)(found, ref)
    return cal.week_of(day.first) if day else None


def _week_of_two_digits(found: Found, ref: datetime) -> Days | None:
    """ "Week 41"; "week 2" may be of anything."""
    return _week_number(found, ref) if found["num"] > 9 else None


def _nth_week(found: Found, ref: datetime) -> Days | None:
    """ "The first week of March", "letzte Woche im Mai"."""
    month = _month(found, ref)
    if "last" in found:
        return replace(cal.week_of(month.last), first=month.last - timedelta(days=6))
    number = found.get("ord") or found.get("num")
    if not number or number > 5:
        return None
    first = month.first + timedelta(weeks=number - 1)
    return Days(first, min(first + timedelta(days=6), month.last), cal.WEEK)


# ----------------------------------------------------------------------
# Times
# ----------------------------------------------------------------------


def _clock(found: Found, _ref: datetime) -> Clock | None:
    hour, minute, padded = (
        found.get("clock") or found.get("hour_minute") or found.get("military")
    )
    if "ampm" in found and hour <= 12:
        return Clock(hour % 12 + found["ampm"], minute)
    if hour == 24:
        hour = 0
    return Clock(hour, minute, sure=hour > 12, padded=padded)


def _hour_minutes(found: Found, _ref: datetime) -> Clock | None:
    hour, minute = found["num"], found["num2"]
    if hour > 24 or minute > 59:
        return None
    return Clock(hour % 24, minute, sure=hour > 12)


def _hour(found: Found, _ref: datetime) -> Clock | None:
    hour = found["num"]
    if hour > 24:
        return None
    if "ampm" in found:
        return Clock(hour % 12 + found["ampm"]) if hour < 13 else None
    return Clock(hour % 24, sure=hour > 12)


def _plus(minutes: Callable[[Found], int]) -> Builder:
    """Return a builder for an hour and minutes counted from it."""

    def build(found: Found, _ref: datetime) -> Clock | None:
        hour = found.get("hour") or found.get("noon") or found.get("num") or 0
        if not 0 <= hour <= 24:
            return None
        if "ampm" in found and hour < 13:
            hour = hour % 12 + found["ampm"]
        else:
            hour = cal.office_hour(Clock(hour, sure=hour > 12))
        total = hour * 60 + minutes(found)
        return Clock(total // 60 % 24, total % 60)

    return build


def _on_weekday(time: Builder) -> Builder:
    """Return a builder for a time and the weekday beside it."""

    def build(found: Found, ref: datetime) -> Moment | None:
        clock = time(found, ref)
        return clock and Moment(_weekday(found, ref), clock)

    return build


def _minutes_first(sign: int) -> Builder:
    """ "Ten past three", "fünf vor zwölf": the minutes come first."""

    def build(found: Found, ref: datetime) -> Clock | None:
        if found["num"] > 40:
            return None
        return _plus(lambda f: sign * f["num"])({**found, "hour": found["num2"]}, ref)

    return build


def _noon(found: Found, _ref: datetime) -> Clock:
    return Clock(found["noon"])


def _part(found: Found, _ref: datetime) -> Clock:
    return cal.part_of_day(found["part"])


def _this_part(found: Found, ref: datetime) -> Moment:
    return Moment(cal.one(ref.date()), _part(found, ref))


def _rel_part(found: Found, ref: datetime) -> Moment:
    return Moment(_rel(found, ref), _part(found, ref))


def _weekday_part(found: Found, ref: datetime) -> Moment:
    return Moment(_weekday(found, ref), _part(found, ref))


def _weekday_half(found: Found, ref: datetime) -> Moment:
    """ "Fri am", "Monday pm"."""
    part = "afternoon" if found["ampm"] else "morning"
    return Moment(_weekday(found, ref), cal.part_of_day(part))


def _next_weekday_part(found: Found, ref: datetime) -> Moment:
    days = _weekday_next(found, ref) if "next" in found else _weekday_coming(found, ref)
    return Moment(days, _part(found, ref))


def _hour_in_part(found: Found, ref: datetime) -> Clock | None:
    clock = _hour({"num": found["num"]}, ref)
    return cal.in_part(clock, found["part"]) if clock else None


def _weak_clock(found: Found, ref: datetime) -> Clock | None:
    """ "10.30" alone may be anything; beside a day it is a time."""
    clock = _clock(found, ref)
    return replace(clock, weak=True) if clock else None


def _late_afternoon(_found: Found, _ref: datetime) -> Clock:
    return replace(cal.part_of_day("afternoon"), hour=17)


def _edge_part(found: Found, _ref: datetime) -> Clock:
    clock = cal.part_of_day(found["part"])
    shift = {"early": -1, "late": 2}.get(found["edge"], 0)
    return replace(clock, hour=clock.hour + shift)


def _range(found: Found, ref: datetime) -> Clock | None:
    """ "2-4pm", "zwischen 14 und 16 Uhr": from ``num`` or a time to another."""
    start = _bound(found, ref, "")
    end = _bound(found, ref, "2")
    if start is None or end is None:
        return None
    ampm = found.get("ampm2", found.get("ampm"))
    if end.hour <= 12 and ampm is not None and "ampm2" in found | _second(found):
        end = replace(end, hour=end.hour % 12 + int(ampm), sure=True)
        if not start.sure and start.hour <= 12:
            hour = start.hour % 12 + int(ampm)
            if hour * 60 + start.minute > end.hour * 60 + end.minute:
                hour = start.hour % 12
            start = replace(start, hour=hour, sure=True)
    first = cal.office_hour(start)
    last = cal.office_hour(end)
    if last * 60 + end.minute <= first * 60 + start.minute:
        return replace(start, hour=first, sure=True)
    return Clock(first, start.minute, end=(last, end.minute))


def _hour_to_time(found: Found, ref: datetime) -> Clock | None:
    """ "Between 2 and 3:30 pm": a bare hour, and a time that tells which half."""
    end = _clock(found, ref)
    start = _hour({"num": found["num"]}, ref) if found["num"] < 13 else None
    if start is None or end is None:
        return None
    last = cal.office_hour(end)
    first = cal.office_hour(start)
    if "ampm" in found and first < 12 <= last and found["num"] + 12 <= last:
        first = found["num"] + 12
    if (first, 0) >= (last, end.minute):
        return Clock(first)
    return Clock(first, end=(last, end.minute))


def _weak_span(found: Found, ref: datetime) -> Clock | None:
    """ "3-3.30", a time if a day is beside it."""
    clock = _hour_to_time(found, ref)
    return clock and replace(clock, weak=True)


def _weekday_span(found: Found, ref: datetime) -> Moment | None:
    """ "Thurs 2-4": from two to four, not the second to the fourth."""
    first, last = found["num"], found["num2"]
    hours = [cal.office_hour(Clock(hour, sure=hour > 12)) for hour in (first, last)]
    if max(first, last) > 20 or not 7 < hours[0] < hours[1] <= hours[0] + 6:
        return None
    if first > 12 and cal.weekday_and_number(ref.date(), found["weekday"], first):
        return None
    return Moment(_weekday(found, ref), Clock(hours[0], end=(hours[1], 0)))


def _part_bounded(is_start: bool) -> Builder:
    """ "Any time after 2", "anytime before 11": the part of the day that is left."""

    def build(found: Found, ref: datetime) -> Clock | None:
        clock = (_hour if "num" in found else _clock)(found, ref)
        if clock is None:
            return None
        hour = cal.office_hour(clock)
        if is_start:
            name = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
        else:
            name = "morning" if hour < 14 else "afternoon"
        return cal.part_of_day(name)

    return build


def _second(found: Found) -> Found:
    """Return the single "pm" of a range as that of its end."""
    return {"ampm2": 1} if "ampm" in found else {}


def _bound(found: Found, ref: datetime, suffix: str) -> Clock | None:
    for name in ("clock", "hour_minute"):
        key = name + suffix
        if key in found:
            return _clock({name: found[key]}, ref)
    key = "num" + suffix
    if key not in found:
        # "10:30 to 12": the only bare figure is the end
        key = "num" if suffix and "num" in found and _has_time(found) else ""
        if suffix and not key and _has_time(found):
            return next(
                (
                    _clock({n: found[n]}, ref)
                    for n in ("clock", "hour_minute")
                    if n in found
                ),
                None,
            )
    hour = found.get(key)
    return Clock(hour % 24, sure=hour > 12) if key and hour <= 24 else None


def _has_time(found: Found) -> bool:
    return "clock" in found or "hour_minute" in found


# ----------------------------------------------------------------------
# The table
# ----------------------------------------------------------------------

_DAYNO = "num|ord"
_OF = "dot? of? the?"
_YEAR = "comma? of? year?"

RULES: tuple[tuple[str, Builder], ...] = (
    # weekdays
    ("weekday", _weekday),
    ("this weekday", _weekday_this),
    ("coming weekday", _weekday_coming),
    ("this coming weekday", _weekday_coming),
    ("weekday coming", _weekday_coming),
    ("the? next weekday", _weekday_next),
    ("weekday next", _weekday_coming),
    ("after_next weekday", _weekday_after_next),
    ("last weekday", _weekday_last),
    ("weekday last", _weekday_last),
    ("weekday comma? of? the? this week", _weekday_this_week),
    ("weekday comma? of? the? next|coming week", _weekday_next),
    ("weekday comma? of? the? week next|coming", _weekday_next),
    ("weekday comma? of? the? week after_next", _weekday_after_next),
    ("weekday comma? of? the? after_next week", _weekday_after_next),
    ("this week comma? on? weekday", _weekday_this_week),
    ("next|coming week comma? on? weekday", _weekday_next),
    ("week next|coming comma? on? the? weekday", _weekday_next),
    ("week after_next comma? on? weekday", _weekday_after_next),
    ("after_next week comma? on? weekday", _weekday_after_next),
    ("one|num week on|from weekday", _week_on_weekday),
    ("one|num week from? this|next|coming weekday", _week_on_weekday),
    ("weekday week", _week_on_weekday),
    ("one week weekday", _week_on_weekday),
    ("weekday in one|num week", _week_on_weekday),
    ("weekday fortnight", _fortnight_on_weekday),
    ("one? fortnight on|from weekday", _fortnight_on_weekday),
    ("weekday in num", _weekday_en_huit),
    ("weekday comma? num|few week hence", _week_on_weekday),
    # today, tomorrow
    ("rel", _rel),
    ("tonight", _tonight),
    ("rel in one|num week|day", _rel_in_a_week),
    ("one|num|few week|day from|hence rel", _rel_in_a_week),
    ("rel week", _rel_in_a_week),
    ("rel in num", _rel_in_eight),
    # days of a month
    ("date", _exact),
    ("slashed", _exact),
    ("dotted year", _exact),
    ("weekday comma? the? dotted", _exact),
    ("day_lead dotted", _exact),
    (f"{_DAYNO} {_OF} this? month dot? {_YEAR}", _day_month),
    (f"{_DAYNO} dash month dash? year?", _day_month),
    (f"{_DAYNO} day of? month {_YEAR}", _day_month),
    (f"month dash? the? {_DAYNO} comma? year?", _day_month),
    (
        f"from|day_lead? the? {_DAYNO} dot? to|dash|and|or|day_lead the? {_DAYNO} "
        f"{_OF} month {_YEAR}",
        _day_range,
    ),
    (f"month {_DAYNO} to|dash|and|or {_DAYNO} comma? year?", _day_range),
    (f"{_DAYNO} of? the? next|this month_unit", _day_of_month_unit),
    (f"{_DAYNO} of? the? month_unit next", _day_of_month_unit),
    ("ord day of? the? next|this month_unit", _day_of_month_unit),
    ("last day of? the? month year?", _last_day),
    ("num num year", _figures),
    ("day_word num|ord", _day_number),
    ("day_lead num dot ord", _day_month_number),
    (f"weekday dot? comma? the? {_DAYNO} {_OF} month dot? {_YEAR}", _day_month),
    (f"weekday comma? month dot? the? {_DAYNO} comma? year?", _day_month),
    ("weekday comma? the? num dot?", _weekday_number),
    ("weekday comma? the? ord", _weekday_number),
    ("weekday num", _weekday_hour),
    ("weekday comma? slashed", _weekday_slashed),
    ("weekday comma? from? num dash|to num", _weekday_span),
    ("the|on ord", _day_number),
    ("day_lead num dot", _day_number),
    ("day_lead|the|on day_number", _day_number),
    ("day_lead ord ord", _day_month_number),
    ("weekday comma? the? ord ord", _day_month_number),
    ("month slash num", _day_month),
    ("the? ord|last weekday of? month year?", _nth_weekday),
    # months, quarters, years, seasons
    ("month", _month),
    ("month of? year", _month),
    ("in|of|edge|until|after|from month", _month),
    ("next|this month", _month),
    ("month next", _month),
    ("month of? the? next year_unit", _month_next_year),
    ("month of? the? year_unit next", _month_next_year),
    (
        "next|coming week|weekend|month_unit|quarter_unit|year_unit|half_year",
        _next_period,
    ),
    (
        "week|weekend|month_unit|quarter_unit|year_unit|half_year next|coming",
        _next_period,
    ),
    ("after_next week|weekend|month_unit|quarter_unit|year_unit", _next_period),
    ("week|weekend|month_unit|quarter_unit|year_unit after_next", _next_period),
    ("this week|weekend|month_unit|quarter_unit|year_unit|half_year", _this_period),
    ("edge of? the week|month_unit|quarter_unit|year_unit|half_year", _this_period),
    ("edge week|month_unit|quarter_unit|year_unit", _this_period),
    ("last week|weekend|month_unit|quarter_unit|year_unit", _last_period),
    ("week|weekend|month_unit|quarter_unit|year_unit last", _last_period),
    ("quarter_name of? year?", _quarter),
    ("quarter_name of? the? next year_unit", _quarter_next_year),
    ("the? ord|num dot? quarter_unit of? year?", _quarter),
    ("the? ord|num dot? quarter_unit of? the? next year_unit", _quarter_next_year),
    ("half_name of? the? year?", _half),
    ("half_name of? the? next year_unit", _half_next_year),
    ("ord|num dot? half_year of? year?", _half),
    ("in year", _year),
    ("in|of|after|until|this|edge of? the? season year?", _season),
    ("next season", _season),
    ("season of? the? next year_unit", _season_next_year),
    ("holiday", _holiday),
    ("holiday year", _holiday_year),
    ("week_no num", _week_number),
    ("week num", _week_of_two_digits),
    (f"week_of {_DAYNO} {_OF} month {_YEAR}", _week_of_day),
    (f"week_of the? month {_DAYNO} {_YEAR}", _week_of_day),
    ("week_of the? date|slashed|dotted", _week_of_day),
    ("in of? the? week num", _week_number),
    ("the? ord|num|last week of? the? month year?", _nth_week),
    ("the? ord|num|last week_of the? month year?", _nth_week),
    # so much later
    ("in about? num|few|one day|week|fortnight|month_unit|quarter_unit", _later),
    ("in about? num|few|one year_unit", _later),
    ("in num|few|one workday|hour_unit|minute_unit", _later),
    ("in num|few|one day|week|fortnight|month_unit|year_unit time_of", _later),
    ("num|few|one day|week|fortnight|month_unit|year_unit hence", _later),
    ("num|few|one hour_unit|minute_unit|workday hence", _later),
    ("in num to|dash|or num day|week|month_unit|year_unit", _later),
    ("in fortnight", _later),
    ("give num|few|one week|fortnight|day|month_unit", _later),
    ("next|coming num|few day|week|month_unit|year_unit|workday", _later),
    ("num|few next|coming day|week|month_unit|year_unit|workday", _later),
    ("num|few day|week|month_unit|year_unit next|coming", _later),
    ("in num oclock", _hours_later),
    ("in one? half hour_unit", _half_hour),
    ("num|few|one day|week|month_unit|year_unit|hour_unit|minute_unit ago", _ago),
    (
        "ago_prefix num|few|one day|week|month_unit|year_unit|hour_unit|minute_unit",
        _ago,
    ),
    # times
    ("clock ampm? oclock?", _clock),
    ("hour_minute ampm|oclock", _clock),
    ("at|about hour_minute ampm? oclock?", _clock),
    ("military ampm|oclock", _clock),
    ("at military ampm? oclock?", _clock),
    ("num ampm", _hour),
    ("num oclock", _hour),
    ("num dot? oclock ampm", _hour),
    ("num oclock num", _hour_minutes),
    ("at num num ampm?", _hour_minutes),
    ("num num ampm", _hour_minutes),
    ("at bare_hour", _hour),
    ("about bare_hour", _hour),
    ("at bare_hour or num ampm|oclock", _hour),
    ("half past num ampm?", _plus(lambda f: 30)),
    ("half bare_hour ampm?", _plus(lambda f: 30)),
    ("halb num", _plus(lambda f: -30)),
    ("one? quarter past num ampm?", _plus(lambda f: 15)),
    ("one? quarter before_hour num ampm?", _plus(lambda f: -15)),
    ("viertel past num", _plus(lambda f: f["viertel"])),
    ("viertel before_hour num", _plus(lambda f: -15)),
    ("viertel num", _plus(lambda f: f["viertel"] - 60)),
    ("num minute_unit? past num ampm?", _minutes_first(1)),
    ("num minute_unit? before_hour num ampm?", _minutes_first(-1)),
    ("num oclock? and half", _plus(lambda f: 30)),
    ("num oclock and num minute_unit", _hour_minutes),
    ("num oclock? and the? quarter", _plus(lambda f: 15)),
    ("num oclock? minus the? quarter", _plus(lambda f: -15)),
    ("num oclock? minus num", _plus(lambda f: -f["num2"])),
    ("at num oclock? and num", _plus(lambda f: f["num2"])),
    ("noon", _noon),
    ("noon and half", _plus(lambda f: 30)),
    ("noon and the? quarter", _plus(lambda f: 15)),
    ("noon minus the? quarter", _plus(lambda f: -15)),
    ("noon num", _plus(lambda f: f["num"])),
    (
        "one? quarter|num before_hour noon",
        _plus(lambda f: -f.get("quarter", f.get("num"))),
    ),
    # a time on a weekday, whatever day of the month its figure may be
    ("weekday comma? num ampm|oclock", _on_weekday(_hour)),
    ("weekday comma? military", _on_weekday(_clock)),
    ("military weekday", _on_weekday(_clock)),
    ("weekday comma? num oclock? and half", _on_weekday(_plus(lambda f: 30))),
    ("weekday comma? num oclock? and the? quarter", _on_weekday(_plus(lambda f: 15))),
    (
        "weekday comma? num oclock? minus the? quarter",
        _on_weekday(_plus(lambda f: -15)),
    ),
    ("weekday comma? num oclock? minus num", _on_weekday(_plus(lambda f: -f["num2"]))),
    ("part", _part),
    ("this part", _this_part),
    ("rel part", _rel_part),
    ("weekday part", _weekday_part),
    ("weekday ampm", _weekday_half),
    ("next|coming weekday part", _next_weekday_part),
    ("num oclock? in|of|on|day_lead|the part", _hour_in_part),
    ("at num oclock? in|of|on|day_lead|the? part", _hour_in_part),
    ("num oclock? in|of the|on part", _hour_in_part),
    ("num oclock? part", _hour_in_part),
    ("hour_minute", _weak_clock),
    ("num dash hour_minute|clock", _weak_span),
    ("any_time after|from num ampm? oclock?", _part_bounded(True)),
    ("any_time after|from clock|hour_minute ampm? oclock?", _part_bounded(True)),
    ("any_time before_hour num ampm? oclock?", _part_bounded(False)),
    ("any_time before_hour clock|hour_minute ampm? oclock?", _part_bounded(False)),
    ("late_afternoon", _late_afternoon),
    ("edge dash? part", _edge_part),
    # from one time to another
    ("from? num dash|to num ampm|oclock", _range),
    ("from? num ampm dash|to num ampm", _range),
    ("from num and|to|dash num ampm? oclock?", _range),
    ("from dot? num and|to|dash dot? num ampm? oclock?", _range),
    ("from num and|to|dash clock|hour_minute ampm? oclock?", _hour_to_time),
    ("span_from num span_to num ampm? oclock?", _range),
    ("from? num oclock dash|to num oclock", _range),
    ("from num oclock? and|to num oclock", _range),
    ("from? clock oclock? dash|to clock oclock? ampm?", _range),
    ("from clock oclock? and|to clock oclock? ampm?", _range),
    ("from? clock dash|to num ampm|oclock", _range),
    ("from? num ampm? dash|to clock ampm?", _range),
    ("from? hour_minute dash|to hour_minute oclock|ampm", _range),
    ("from hour_minute and|to hour_minute oclock? ampm?", _range),
)

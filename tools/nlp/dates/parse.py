"""Response: the dates and times in a text, each with the words it is made of."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime

from . import calendar as cal
from .calendar import Clock, Days, Moment, Value
from .grammar import RULES, Builder, Found, shifted
from .lexer import Token, tokenize

# More times than a person proposes; a longer list is a pasted document.
MOST = 50

_ALIASES = {"bare_hour": "num", "day_number": "num"}


@dataclass(slots=True)
class Expression:
    """A day, a time, or both, and the tokens ``first`` to before ``last``."""

    days: Days | None
    clock: Clock | None
    first: int
    last: int
    zone: str | None = None
    edge: bool = False
    inherited: bool = False  # the day is that of an earlier expression


@dataclass(slots=True)
class Reading:
    """A text, its tokens, and the expressions in it."""

    text: str
    tokens: list[Token]
    expressions: list[Expression]

    def span(self, expression: Expression) -> tuple[int, int]:
        """Return where the expression stands in the text."""
        return (
            self.tokens[expression.first].start,
            self.tokens[expression.last - 1].end,
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    elements: tuple[tuple[tuple[str, ...], bool], ...]
    build: Builder


def _compile() -> dict[str, list[_Rule]]:
    """Return the rules by the categories that they may begin with."""
    index: dict[str, list[_Rule]] = defaultdict(list)
    for pattern, build in RULES:
        elements = tuple(
            (tuple(element.rstrip("?").split("|")), element.endswith("?"))
            for element in pattern.split()
        )
        rule = _Rule(elements, build)
        for names, optional in elements:
            for name in names:
                index[name].append(rule)
            if not optional:
                break
    return index


_INDEX = _compile()


def read(text: str, ref: datetime, lang: str) -> Reading:
    """Return the expressions of ``text``, as said at ``ref``."""
    tokens = tokenize(text, lang)
    found = _expressions(tokens, ref)
    merged = [
        expression
        for expression in _merge(found, tokens)
        if expression.days or not expression.clock.weak
    ]
    if merged and _is_greeting(merged[0], tokens):
        del merged[0]
    _take_distances(merged, tokens)
    _take_edges(merged, tokens)
    _take_zones(merged, tokens)
    _share_weeks(merged, tokens, ref)
    _share_times(merged, tokens)
    _take_same_times(merged, tokens)
    return Reading(text, tokens, merged)


# ----------------------------------------------------------------------
# Rules
# ----------------------------------------------------------------------


def _expressions(tokens: list[Token], ref: datetime) -> list[Expression]:
    found: list[Expression] = []
    index, size = 0, len(tokens)
    while index < size and len(found) < MOST:
        cats = tokens[index].cats
        match = _longest(tokens, index, ref) if cats else None
        if match is None or _is_beaten(tokens, index, match, ref):
            index += 1
            continue
        value, stop = match
        found.append(_expression(value, index, stop))
        index = stop
    return found


_LEADS = ("the", "on", "at", "in", "of", "about", "after", "until", "from", "day_lead")


def _is_beaten(
    tokens: list[Token], index: int, match: tuple[Value, int], ref: datetime
) -> bool:
    """Return whether without its first word, a preposition, more would be found.

    "Am 2." is the second of a month, but not in "am 2. Oktober".
    """
    if not any(name in tokens[index].cats for name in _LEADS):
        return False
    if index + 1 >= len(tokens) or not tokens[index + 1].cats:
        return False
    following = _longest(tokens, index + 1, ref)
    return (
        following is not None
        and following[1] > match[1]
        and isinstance(following[0], type(match[0]))
    )


def _expression(value: Value, first: int, last: int) -> Expression:
    if isinstance(value, Moment):
        return Expression(value.days, value.clock, first, last)
    if isinstance(value, Days):
        return Expression(value, None, first, last)
    return Expression(None, value, first, last)


def _longest(
    tokens: list[Token], index: int, ref: datetime
) -> tuple[Value, int] | None:
    """Return the value of the longest rule that holds from ``index`` on."""
    matches: list[tuple[int, int, _Rule, Found]] = []
    seen: set[int] = set()
    for name in tokens[index].cats:
        for rule in _INDEX.get(name, ()):
            if id(rule) in seen:
                continue
            seen.add(id(rule))
            found: Found = {}
            stop = _match(rule.elements, 0, tokens, index, found)
            if stop:
                matches.append((stop, len(matches), rule, found))
    matches.sort(key=lambda match: (-match[0], match[1]))
    for stop, _order, rule, found in matches:
        value = rule.build(found, ref)
        if value is not None:
            return value, stop
    return None


def _match(
    elements: tuple, number: int, tokens: list[Token], index: int, found: Found
) -> int:
    """Return the end of the longest match of ``elements`` from ``number`` on, or 0."""
    if number == len(elements):
        return index
    names, optional = elements[number]
    if index < len(tokens):
        cats = tokens[index].cats
        for name in names:
            if name not in cats:
                continue
            key = _ALIASES.get(name, name)
            if key in found:
                key += "2"
            found[key] = cats[name]
            stop = _match(elements, number + 1, tokens, index + 1, found)
            if stop:
                return stop
            del found[key]
    return _match(elements, number + 1, tokens, index, found) if optional else 0


# ----------------------------------------------------------------------
# A day and a time that belong together
# ----------------------------------------------------------------------

_MAX_GAP = 4


def _merge(found: list[Expression], tokens: list[Token]) -> list[Expression]:
    merged: list[Expression] = []
    for expression in found:
        if merged and _is_filled(tokens, merged[-1].last, expression.first):
            joined = _join(merged[-1], expression)
            if joined is not None:
                merged[-1] = joined
                continue
        merged.append(expression)
    return merged


def _is_filled(tokens: list[Token], start: int, stop: int) -> bool:
    """Return whether only words without a meaning of their own stand between."""
    if stop - start > _MAX_GAP:
        return False
    return all(
        "filler" in token.cats
        or "bracket" in token.cats
        or "dash" in token.cats
        or "colon" in token.cats
        or "dot" in token.cats
        and token.end - token.start == 1
        and index + 1 < stop - start + 1
        and _is_abbreviation(tokens, start + index)
        for index, token in enumerate(tokens[start:stop])
    )


def _is_abbreviation(tokens: list[Token], index: int) -> bool:
    """Return whether a full stop belongs to the word before it: "Tue. 12 Jan."."""
    before = tokens[index - 1].cats
    return "weak_weekday" in before or "weak_month" in before or "month" in before


def _join(left: Expression, right: Expression) -> Expression | None:
    days = _join_days(left.days, right.days)
    clock = _join_clocks(left.clock, right.clock)
    if days is False or clock is False:
        return None
    if left.days and left.clock and left.clock.precision == cal.MINUTE and right.days:
        return None if right.clock else Expression(days, clock, left.first, right.last)
    return Expression(days, clock, left.first, right.last)


def _join_days(left: Days | None, right: Days | None) -> Days | None | bool:
    """Return the days that both mean; False when they mean different ones."""
    if left is None or right is None:
        return left or right
    for named, other in ((left, right), (right, left)):
        if other.first <= named.first and named.last <= other.last:
            return named
        if (
            named.weekday is not None
            and other.grain == cal.DAY
            and (other.first.weekday() == named.weekday)
        ):
            return other
        if named.weekday is not None and other.grain == cal.WEEK:
            offset = named.weekday - other.first.weekday()
            day = other.first.fromordinal(other.first.toordinal() + offset)
            return replace(cal.one(day), anchor=True)
    return False


def _join_clocks(left: Clock | None, right: Clock | None) -> Clock | None | bool:
    """Return the time that both tell; False when they tell different ones."""
    if left is None or right is None:
        return left or right
    for time, part in ((left, right), (right, left)):
        if time.precision == cal.MINUTE and part.precision == cal.PART:
            return cal.in_part(time, part.part)
    return False


_DISTANCES = ("day", "week", "fortnight", "month_unit", "year_unit", "workday")


def _take_distances(found: list[Expression], tokens: list[Token]) -> None:
    """Count from a day: "two weeks after Easter", "3 days before 12 January"."""
    for expression in found:
        at = expression.first
        link = at - 1
        if "from" in tokens[at].cats or "after" in tokens[at].cats:
            link = at
        if expression.days is None or link < 2:
            continue
        sign = 0
        if "after" in tokens[link].cats or "from" in tokens[link].cats:
            sign = 1
        elif "before_hour" in tokens[link].cats or "until" in tokens[link].cats:
            sign = -1
        unit, number = tokens[link - 1].cats, tokens[link - 2].cats
        count = number.get("num") or number.get("few") or number.get("one")
        name = next((name for name in _DISTANCES if name in unit), "")
        if sign and count and name:
            start = expression.days.last if sign > 0 else expression.days.first
            expression.days = shifted(start, name, sign * int(count))
            expression.first = link - 2


def _take_edges(found: list[Expression], tokens: list[Token]) -> None:
    """Narrow "early next week", "Ende März", "mi-mars" to that part of the range."""
    for expression in found:
        days = expression.days
        if days is None or days.grain == cal.DAY or expression.clock:
            continue
        names = [expression.first]
        before = expression.first - 1
        for _count in range(3):
            if before < 0:
                break
            names.append(before)
            cats = tokens[before].cats
            if not ("of" in cats or "the" in cats or "dash" in cats):
                break
            before -= 1
        for index in names:
            edge = tokens[index].cats.get("edge")
            if edge:
                expression.days = cal.edge_of(days, str(edge))
                expression.first, expression.edge = min(index, expression.first), True
                break


def _take_zones(found: list[Expression], tokens: list[Token]) -> None:
    """Keep the zone that follows a time: "3:30 PM EST", "14h (heure de Paris)"."""
    for expression in found:
        if expression.clock is None or expression.clock.precision != cal.MINUTE:
            continue
        index = expression.last
        if index < len(tokens) and "bracket" in tokens[index].cats:
            index += 1
        if index < len(tokens) and "zone" in tokens[index].cats:
            expression.zone = tokens[index].text.upper()
            if index == expression.last:
                expression.last += 1


# ----------------------------------------------------------------------
# What one expression leaves to another
# ----------------------------------------------------------------------


def _is_listed(tokens: list[Token], start: int, stop: int) -> bool:
    """Return whether two expressions are items of one list: "Tuesday or Wednesday"."""
    between = tokens[start:stop]
    return len(between) <= 4 and all(
        any(
            name in token.cats
            for name in ("or", "and", "comma", "slash", "filler", "to")
        )
        or token.text in ("either", "also", "auch", "aussi", "bien", "tambien", "else")
        for token in between
    )


def _share_weeks(found: list[Expression], tokens: list[Token], ref: datetime) -> None:
    """Move bare weekdays into the week that is named beside or before them."""
    week: Days | None = None
    week_at = -100
    for number, expression in enumerate(found):
        days = expression.days
        if days is None:
            continue
        if days.grain == cal.WEEK or days.anchor:
            if days.first >= ref.date() or days.grain == cal.WEEK:
                week, week_at = cal.week_of(days.first), expression.last
            _share_back(found, tokens, number)
        elif days.weekday is not None and week and expression.first - week_at < 25:
            expression.days = _moved(days, week)
        elif days.weekday is None:
            week = None


def _share_back(found: list[Expression], tokens: list[Token], number: int) -> None:
    days = found[number].days
    while number and days:
        before = found[number - 1]
        if before.days is None or before.days.weekday is None:
            return
        if not _is_listed(tokens, before.last, found[number].first):
            return
        before.days = _moved(before.days, cal.week_of(days.first))
        number -= 1


def _moved(days: Days, week: Days) -> Days:
    day = date.fromordinal(week.first.toordinal() + days.weekday)
    return replace(cal.one(day), anchor=True)


def _is_greeting(expression: Expression, tokens: list[Token]) -> bool:
    """Return whether a text begins with a part of the day: "Morning Gillian."."""
    if expression.first or expression.days or expression.clock.precision != cal.PART:
        return False
    after = tokens[expression.last] if expression.last < len(tokens) else None
    return after is None or not after.cats or "comma" in after.cats


def _take_same_times(found: list[Expression], tokens: list[Token]) -> None:
    """Give "same time Tuesday" the time that was named before."""
    known: Clock | None = None
    for expression in found:
        near = tokens[max(0, expression.first - 3) : expression.last + 3]
        if expression.clock and not expression.inherited:
            known = expression.clock
        elif known and expression.days and not expression.clock:
            if any("same_time" in token.cats for token in near):
                expression.clock = known


def _share_times(found: list[Expression], tokens: list[Token]) -> None:
    """Give "Tuesday or Wednesday at 10" its time twice, "Monday 10 or 2pm" its day."""
    for number, expression in enumerate(found):
        before = found[number - 1] if number else None
        if before is None:
            continue
        if expression.days is None and before.days is not None:
            if before.days.grain == cal.DAY and expression.first - before.last < 12:
                expression.days, expression.inherited = before.days, True
        elif expression.days is not None and before.days is None:
            gap = tokens[before.last : expression.first]
            if len(gap) < 4 and not any("stop" in token.cats for token in gap):
                before.days, before.inherited = expression.days, True
    for number in range(len(found) - 2, -1, -1):
        here, after = found[number], found[number + 1]
        if (
            here.clock is None
            and here.days is not None
            and here.days.grain == cal.DAY
            and after.clock is not None
            and after.days is not None
            and not after.inherited
            and _is_listed(tokens, here.last, after.first)
        ):
            here.clock = after.clock

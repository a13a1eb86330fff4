"""Response: when to come back to somebody, and when an absent person is back."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from . import calendar as cal
from .calendar import Days
from .clauses import Place, Places
from .cues import cue
from .parse import Expression, Reading

_AFTER = {
    "en": "after|post|following|once|past|not before|not until",
    "de": "nach|nach dem|nach den|nach der|erst nach",
    "fr": "apres|apres le|apres les|apres la|apres l'|passe|passees",
    "es": "despues de|despues del|tras|pasad[oa]s?|luego de|tras el|tras la|tras las",
}
_BEFORE = {
    "en": "before|by",
    "de": "vor",
    "fr": "avant",
    "es": "antes de|antes del",
}
_NOT = re.compile(
    r"(?<!\w)(?:not|nicht|pas|no|never|nie|jamais|nunca)(?!\w)[^,]{0,40}$"
)
_INCLUSIVE = re.compile(
    r"(?<!\w)(?:inclusive|including|inclu[ds]\w*|einschlieslich|inkl|inclus\w*|compris)"
)
# What follows the day of return.
_BACK = re.compile(
    r"\W*(?:wieder|zuruck|erreichbar|bin ich|sind wir|i will be back|i'll be back"
    r"|we are back|je serai de retour|estare de vuelta)"
)
_PLURALS = ("days", "tags", "dis", "dimanches", "sabados", "domingos")
_MAX_YEARS = 3
_LONG_AGO_IF_OVER = 300


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A day to come back on: ``day``, the best of those from ``first`` to ``last``.

    ``span`` is where ``expression`` stands in the text.
    """

    day: date
    first: date
    last: date
    span: tuple[int, int]
    expression: str


def find_follow_up(reading: Reading, ref: datetime, lang: str) -> FollowUp | None:
    """Return when the author asks to be contacted again."""
    places = Places(reading)
    best: tuple[int, FollowUp] | None = None
    for found in reading.expressions:
        if found.days is None or found.inherited or found.days.last < ref.date():
            continue
        if is_habit(found, reading) or _is_over(found.days, ref):
            continue
        place = places.of(found)
        rank = _rank(found, place, lang) or _rank_by_then(found, place, places, lang)
        if not rank:
            continue
        follow_up = _follow_up(found, place, reading, ref, lang)
        if follow_up and (best is None or rank > best[0]):
            best = (rank, follow_up)
    return best[1] if best else None


def _rank(found: Expression, place: Place, lang: str) -> int:
    """Return how surely the expression is the time to come back; 0 when it is not."""
    again = cue("FOLLOW_UP", lang).search(place.clause)
    if cue("ABSENCE", lang).search(place.clause if again else place.sentence):
        return 0
    if cue("PAST", lang).search(place.clause) and not found.edge:
        if not cue("FOLLOW_UP", lang).search(place.clause):
            return 0
    if cue("FOLLOW_UP", lang).search(place.clause):
        return 3
    if cue("FOLLOW_UP", lang).search(place.sentence):
        return 2
    if found.days.grain == cal.DAY and found.days.weekday is not None:
        return 0
    if _leads(_AFTER, lang, place.before) and _is_short(place):
        return 1
    if cue("NOT_NOW", lang).search(place.sentence):
        until = cue("UNTIL", lang).search(place.before[-30:])
        return 1 if until else 0
    return 0


def _is_short(place: Place) -> bool:
    """Return whether a clause says little more than when: "After Easter please"."""
    return len(place.clause.split()) <= 5 and place.sentence.startswith(place.clause)


def _is_over(days: Days, ref: datetime) -> bool:
    """Return whether a day without a year is rather the one that has just passed."""
    ahead = (days.first - ref.date()).days
    return days.grain == cal.DAY and not days.fixed and ahead > _LONG_AGO_IF_OVER


def is_habit(found: Expression, reading: Reading) -> bool:
    """Return whether a weekday is any of its kind: "on Sundays", "montags"."""
    start, stop = reading.span(found)
    word = reading.text[start:stop].lower()
    if found.first and "every" in reading.tokens[found.first - 1].cats:
        return True
    return found.days.weekday is not None and word.endswith(_PLURALS)


def _rank_by_then(found: Expression, place: Place, places: Places, lang: str) -> int:
    """Return the rank of a longer time that a later sentence calls "then"."""
    if found.days.grain == cal.DAY or cue("ABSENCE", lang).search(place.sentence):
        return 0
    for number in (place.number + 1, place.number + 2):
        sentence = places.sentence(number)
        if cue("FOLLOW_UP", lang).search(sentence) and cue("THEN", lang).search(
            sentence
        ):
            return 1
    return 0


def _follow_up(
    found: Expression, place: Place, reading: Reading, ref: datetime, lang: str
) -> FollowUp | None:
    before = place.before[-30:]
    days = found.days
    start, stop = reading.span(found)
    if _leads(_AFTER, lang, before) or "after" in reading.tokens[found.first].cats:
        days = _after(days)
    elif _leads(_BEFORE, lang, before):
        if not _NOT.search(before):
            return None
    elif days.grain == cal.DAY and _NOT.search(before[-12:]):
        return None
    day = representative(days, found.edge, ref.date())
    if day is None or day > ref.date().replace(day=1) + timedelta(
        days=366 * _MAX_YEARS
    ):
        return None
    expression = reading.text[start:stop]
    return FollowUp(day, days.first, days.last, (start, stop), expression)


def _leads(table: dict[str, str], lang: str, before: str) -> bool:
    words = table.get(lang, table["en"])
    article = (
        r"(?: (?:the|our|my|this|den|dem|der|das|die|le|la|les|l'|el|los|las|ese))?"
    )
    return bool(re.search(rf"(?<!\w)(?:{words}){article}\s*$", before))


def _after(days: Days) -> Days:
    """Return the time after a day, a month or a season, as long as is meant."""
    first = days.last + timedelta(days=1)
    length = {cal.DAY: 6, cal.WEEK: 6, cal.WEEKEND: 4}.get(days.grain, 29)
    return Days(first, first + timedelta(days=length), cal.WEEK)


def representative(days: Days, edge: bool, today: date) -> date | None:
    """Return the day of a range that is taken: a working day, not its first if long."""
    first, last = days.first, days.last
    if first <= today <= last and days.grain != cal.DAY:
        first = min(last, today + timedelta(days=1))
    if last < today:
        return None
    if days.grain == cal.DAY:
        return first
    length = (last - first).days
    if edge:
        day = first + timedelta(days=length // 2)
    elif length > 200:
        day = first + timedelta(days=13)
    elif length > 31:
        day = first + timedelta(days=9)
    else:
        day = first
    while day.weekday() > 4 and day < last:
        day += timedelta(days=1)
    return day


# ----------------------------------------------------------------------
# Absence notices
# ----------------------------------------------------------------------


def find_return(reading: Reading, ref: datetime, lang: str) -> FollowUp | None:
    """Return when somebody who is away will be back."""
    places = Places(reading)
    if not places.says("ABSENCE", lang):
        return None
    until: FollowUp | None = None
    for found in reading.expressions:
        days = found.days
        if days is None or found.inherited or days.last < ref.date():
            continue
        if _is_over(days, ref):
            continue
        place = places.of(found)
        start, stop = reading.span(found)
        made = FollowUp(
            representative(days, found.edge, ref.date()) or days.first,
            days.first,
            days.last,
            (start, stop),
            reading.text[start:stop],
        )
        if _is_return(place, lang):
            return made
        if until is None and _is_until(found, place, reading, lang):
            until = _next_day(made, found, place, lang)
    return until


def _is_return(place: Place, lang: str) -> bool:
    tail = place.before[-60:]
    returns = [found.end() for found in cue("RETURN", lang).finditer(tail)]
    limits = [found.end() for found in cue("UNTIL", lang).finditer(tail)]
    if returns and (not limits or limits[-1] < returns[-1]):
        return True
    return not limits and bool(_BACK.match(place.after))


def _is_until(found: Expression, place: Place, reading: Reading, lang: str) -> bool:
    if cue("UNTIL", lang).search(place.before[-24:]):
        return True
    tokens = reading.tokens[max(0, found.first - 4) : found.first]
    return (
        any("to" in token.cats for token in tokens)
        or found.days.first != found.days.last
    )


def _next_day(made: FollowUp, found: Expression, place: Place, lang: str) -> FollowUp:
    """Return the working day after the last day of absence.

    "Until Monday" says that Monday is the day, "until 12 March" that it is the last.
    """
    days = found.days
    inclusive = _INCLUSIVE.search(place.after[:24]) or _INCLUSIVE.search(
        place.before[-24:]
    )
    if days.weekday is not None and lang == "en" and not inclusive:
        return made
    if days.grain == cal.MONTH and not found.edge and not inclusive:
        return made  # "until January" names the month of return
    day = cal.add_workdays(days.last, 1)
    return replace(made, day=day, first=days.last, last=max(day, days.last))


__all__ = ["FollowUp", "find_follow_up", "find_return", "is_habit", "representative"]

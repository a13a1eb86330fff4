"""Response: which of the times in a reply are proposed for a meeting."""

import re
from datetime import datetime, timedelta

from . import calendar as cal
from .clauses import Place, Places
from .cues import cue
from .parse import Expression

# A word right before a date that makes it a deadline, a duration or the past.
_LIMITS = {
    "en": (
        "on a|rather than|instead of|except|bar|by|until|till|til|since|before|last|"
        "every|each|dated|(?<!most )(?<!all )(?<!part )(?<!rest )"
        "(?<!chance )of|through|than"
    ),
    "de": "anstatt|statt|auser|ausser|bis|seit|vor|spatestens|jeden|letzten|vom|"
    "bis zum|bis spatestens|ende|"
    "dem|als",
    "fr": "plutot que|au lieu de|sauf|avant|jusqu'au|jusqu'a|d'ici|depuis|chaque|"
    "d'ici le|avant le|du|"
    "depuis le|que|un",
    "es": "en lugar de|en vez de|salvo|menos|excepto|antes|hasta|desde|cada|"
    "antes del|hasta el|desde el|del|que|un",
}
# "Tuesday - no, make that Wednesday"; "the meeting on Monday went fine".
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:no|nein|non|sorry|pardon|perdon|halt|wait|scratch that)\W[^.?!]{0,12}"
    r"(?:make (?:it|that)|i mean\w*|lieber|besser|plutot|mejor|doch)"
    r"|(?:went|was|were|lief|war|etait|s'est|fue|estuvo)(?!\w))"
)
_OH_NO = re.compile(r"\s*(?:ach nein|oh nein|oh no|ah non|no wait|wait|ay no|uy no)\b")
_CONFIRMED = re.compile(
    r"(?:rendez-vous|rdv|reunion|entretien|visio|appel|cita|llamada|visita)"
    r" (?:du|de|del)\s*$"
)
_MAX_DAYS = 400
_LONG_AGO_IF_OVER = 300  # a day without a year that has just passed


def limit(lang: str) -> re.Pattern:
    """Return the pattern of the words that bound a time."""
    words = _LIMITS.get(lang, _LIMITS["en"])
    return re.compile(
        rf"(?<!\w)(?:{words})(?: (?:the|end of|le|la|el|den|dem|zum))?\s*$"
    )


def is_proposed(found: Expression, places: Places, ref: datetime, lang: str) -> bool:
    """Return whether an expression is a time to meet."""
    if not _is_precise(found, ref):
        return False
    place = places.of(found)
    if _is_bounded(found, place, lang) or _is_negated(place, lang):
        return False
    if _TAKEN_BACK.match(place.after):
        return False
    if _OH_NO.match(places.sentence(place.number + 1)):
        return False
    if cue("HOURS", lang).search(place.sentence):
        return False
    meeting = bool(cue("MEETING", lang).search(place.sentence))
    suits = bool(cue("MEETING", lang).search(place.clause))
    absence = cue("ABSENCE", lang)
    is_full = found.days is not None and found.clock is not None
    if absence.search(place.clause if suits or is_full else place.sentence):
        return False
    is_asked = found.clock is not None and "?" in place.sentence
    if not meeting and not is_asked and places.says("ABSENCE", lang):
        return False
    if cue("PAST", lang).search(place.clause) and not meeting:
        return False
    if cue("OTHER_USE", lang).search(place.clause) and not _is_named(place, lang):
        return False
    if cue("FOLLOW_UP", lang).search(place.sentence) and found.clock is None:
        return False
    return meeting or _is_all_there_is(found, place, places, lang)


def _is_precise(found: Expression, ref: datetime) -> bool:
    days = found.days
    if days is None:
        return found.clock is not None and found.clock.precision == cal.MINUTE
    if days.grain != cal.DAY or found.edge:
        return False
    ahead = (days.first - ref.date()).days
    if ahead < 0 or ahead > _MAX_DAYS or (not days.fixed and ahead > _LONG_AGO_IF_OVER):
        return False
    if ahead == 0:
        return found.clock is not None and _is_ahead(found, ref)
    return True


def _is_ahead(found: Expression, ref: datetime) -> bool:
    clock = found.clock
    if clock.precision == cal.PART:
        return clock.hour >= ref.hour
    hour = cal.office_hour(clock)
    at = datetime.combine(found.days.first, datetime.min.time())
    return at + timedelta(hours=hour, minutes=clock.minute) > ref


def _is_bounded(found: Expression, place: Place, lang: str) -> bool:
    if found.clock is not None and (found.days is None or found.inherited):
        return False
    before = place.before[-40:]
    if "confirm" in place.sentence and _CONFIRMED.search(before):
        return False
    return bool(limit(lang).search(before))


def _is_negated(place: Place, lang: str) -> bool:
    """Return whether the clause says that this is when it does *not* suit."""
    words = cue("NO_NEGATION", lang).sub(" ", place.clause)
    return bool(cue("NEGATION", lang).search(words))


# Words that name the meeting itself, not only that something suits.
_NAMES = {
    "en": "meet|meeting|call|demo|zoom|teams|chat|speak|talk|slot|appointment|ring|"
    "phone",
    "de": "treffen|termin|telefonat|telefonieren|gesprach|sprechen|call|meeting|demo|"
    "anrufen",
    "fr": "rendez-vous|rdv|reunion|appel|appeler|demo|visio|echanger|creneau|parler",
    "es": "reunion|reunirnos|llamada|llamar|hablar|cita|demo|videollamada|vernos|"
    "quedar",
}


def _is_named(place: Place, lang: str) -> bool:
    words = _NAMES.get(lang, _NAMES["en"])
    return bool(re.search(rf"(?<!\w)(?:{words})(?!\w)", place.sentence))


def _is_all_there_is(
    found: Expression, place: Place, places: Places, lang: str
) -> bool:
    """Return whether a time stands for itself: "Tuesday 10am?", "Wed 3pm then"."""
    rest = len(place.sentence.split()) - (found.last - found.first)
    if rest > 8:
        return False
    if found.clock is not None or "?" in place.sentence:
        return True
    beside = f"{places.sentence(place.number - 1)} {places.sentence(place.number + 1)}"
    return rest <= 4 and bool(cue("MEETING", lang).search(beside))

"""Response: a text as words that dates and times can be made of."""

import re
from dataclasses import dataclass
from functools import cache

from .lexicon import LANGUAGES

_PLAIN = str.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿßœæ’‘`´–—−‑\u00a0\u202f",
    "aaaaaaceeeeiiiinooooouuuuyysoa''''----  ",
)
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}

_TOKEN = re.compile(
    r"""
    (?P<iso>(?<![\d.])(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12]\d|3[01]|0?[1-9])
        (?!\d))
  | (?P<dmy>(?<![\d.])\d{1,2}(?P<sep>[./-])\ ?\d{1,2}(?P=sep)\ ?
        (?:(?:19|20)\d\d|\d\d)(?![\d:h]|[./-]\d))
  | (?P<dm>(?<![\d.])\d{1,2}\.\ ?\d{1,2}\.(?!\d))
  | (?P<slash>(?<![\d/.])\d{1,2}/\d{1,2}(?![\d/%]|\.\d))
  | (?P<half_day>\d{1,2}:[0-5]\d[ap](?![a-z.]))
  | (?P<clock>(?<![\d:.])t?\d{1,2}(?::|\ ?h\ ?)[0-5]\d(?::[0-5]\d)?(?![\d:]))
  | (?P<dot>(?<![\d.,])\d{1,2}\.\d\d(?!\d|[.,]\d|\ ?(?:%|\$|€|£)))
  | (?P<junk>\d+(?:[.,']\d+)+ | [$€£]\ ?\d+ | \d+\ ?(?:%|€|\$|£|°)
        | [+#]\ ?\d+(?:[ -]?\d+)*)
  | (?P<ish>(?<![\d:.,])\d{1,2}\ ?-?ish(?![a-z]))
  | (?P<ord>\d{1,2}(?:st|nd|rd|th|ere|eme|er|e|te[nrs]?|º|ª|°)(?![a-z\d]))
  | (?P<num>\d+)
  | (?P<ampm>[ap]\.\ ?m\b\.?)
  | (?P<elision>(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=[a-z]))
  | (?P<word>[a-z]+(?:'[a-z]+)*)
  | (?P<stop>\n\s*\n|\n\s*[-*•](?=\s))
  | (?P<sign>[^\s\w])
    """,
    re.VERBOSE,
)
_SIGNS = {
    ",": "comma", "-": "dash", "/": "slash", "(": "bracket", ")": "bracket",
    ".": "dot", ";": "stop", "?": "stop", "!": "stop", ":": "colon", "@": "at",
    "&": "and", "•": "stop", "|": "comma", "~": "about",
}  # fmt: skip
# "Donnerstagnachmittag"
_COMPOUND = re.compile(
    "(montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)"
    "(morgen|vormittag|mittag|nachmittag|abend|fruh)s?"
)
_MAX_TOKENS = 6000

Cats = dict[str, object]
Phrase = tuple[tuple[str, ...], Cats]


@dataclass(slots=True)
class Token:
    """A word, a figure or a sign: what it may mean, and where it stands."""

    text: str
    start: int
    end: int
    cats: Cats


_NOTHING: Cats = {}


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, as long as it was before."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower if lower.isascii() else lower.translate(_PLAIN)


@cache
def lexicon(lang: str) -> dict[str, list[Phrase]]:
    """Return the phrases of a language by their first word, longest first."""
    found: dict[tuple[str, ...], Cats] = {}
    for category, table in LANGUAGES.get(lang, {}).items():
        if isinstance(table, str):
            first = 1 if "month" in category else 0
            entries = enumerate((words.split() for words in table.split("|")), first)
        else:
            entries = ((value, words.split()) for value, words in table.items())
        for value, phrases in entries:
            for phrase in phrases:
                for variant in _variants(phrase, lang):
                    found.setdefault(_split(variant), {}).setdefault(category, value)
    by_word: dict[str, list[Phrase]] = {}
    for words, cats in sorted(found.items(), key=lambda item: -len(item[0])):
        by_word.setdefault(words[0], []).append((words[1:], cats))
    return by_word


def _variants(phrase: str, lang: str) -> set[str]:
    variants = {phrase}
    if lang == "de":
        spelled = phrase
        for letter, pair in _GERMAN.items():
            spelled = spelled.replace(letter, pair)
        variants.add(spelled)
    return variants


def _split(phrase: str) -> tuple[str, ...]:
    text = fold(phrase.replace("_", " "))
    return tuple(m[0] for m in _TOKEN.finditer(text) if m.lastgroup != "sep")


def tokenize(text: str, lang: str) -> list[Token]:
    """Return the tokens of ``text``; phrases of several words are one token."""
    folded = fold(text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(folded):
        kind = _kind(match)
        if lang == "de" and (words := _COMPOUND.fullmatch(match[0])):
            middle = match.start() + len(words[1])
            tokens += [
                Token(words[1], match.start(), middle, _NOTHING),
                Token(words[2], middle, match.end(), _NOTHING),
            ]
            continue
        tokens.append(
            Token(match[0], match.start(), match.end(), _READERS[kind](match[0], lang))
        )
        if len(tokens) >= _MAX_TOKENS:
            break
    return _join_phrases(tokens, text, lang)


def _kind(match: re.Match) -> str:
    kind = match.lastgroup
    return "dmy" if kind == "sep" else kind


def _join_phrases(tokens: list[Token], text: str, lang: str) -> list[Token]:
    """Give each word its meanings, and make one token of each known phrase."""
    known = lexicon(lang)
    joined: list[Token] = []
    index, size = 0, len(tokens)
    while index < size:
        token = tokens[index]
        phrases = known.get(token.text) or known.get(token.text.removesuffix("'s"))
        if phrases:
            for rest, cats in phrases:
                stop = _phrase_end(tokens, index + 1, rest) if rest else index + 1
                if stop:
                    token.end = tokens[stop - 1].end
                    token.cats = {**token.cats, **cats} if token.cats else cats
                    if stop - index > 1:
                        token.text = fold(text[token.start : token.end])
                    index = stop - 1
                    break
        joined.append(token)
        index += 1
    _settle_weak(joined, text, lang)
    _settle_numbers(joined, text, lang)
    return joined


def _phrase_end(tokens: list[Token], index: int, rest: tuple[str, ...]) -> int:
    """Return the index behind the phrase whose ``rest`` follows, or 0."""
    size = len(tokens)
    for word in rest:
        if index < size and tokens[index].text == "-" and word != "-":
            index += 1
        if index >= size or tokens[index].text != word:
            return 0
        index += 1
    return index


def _settle_weak(tokens: list[Token], text: str, lang: str) -> None:
    """Make "Wed", "May" or "mar." a weekday or month where something says so."""
    for index, token in enumerate(tokens):
        cats = token.cats
        if "weak_weekday" not in cats and "weak_month" not in cats:
            continue
        before = tokens[index - 1].cats if index else _NOTHING
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        capital = text[token.start].isupper() or lang in ("fr", "es")
        cats = dict(cats)
        if "weak_weekday" in cats and _is_weekday(token, before, after, capital, lang):
            cats["weekday"] = cats["weak_weekday"]
            # "mar. 12 janvier", "di 14.3."
        if "weak_month" in cats and _is_month(before, after, capital):
            cats["month"] = cats["weak_month"]
        token.cats = cats


_BESIDE_WEEKDAY = ("comma", "dash", "part", "or", "slash")
_FIGURES = ("num", "ord", "clock", "date", "hour_minute")


def _is_weekday(
    token: Token, before: Cats, after: Token | None, capital: bool, lang: str
) -> bool:
    following = after.cats if after else _NOTHING
    figure = any(name in following for name in _FIGURES)
    if capital and before is _NOTHING and (after is None or "stop" in following):
        return True
    if lang == "en":
        return (
            figure
            or ("dot" in following and capital)
            or any(name in following for name in ("ampm", "part", "at"))
            or any(name in before for name in ("next", "this", "on", "coming", "dash"))
            or (capital and token.text not in ("sun", "sat"))
            or token.text in ("fri", "tue", "thu", "thur")
        )
    close = after is not None and after.start == token.end
    if "dot" in following and close:
        return capital
    if lang == "de":
        leads = ("next", "this", "coming", "on")
        if any(name in before for name in leads) and capital:
            return token.text != "so" or "on" not in before
        return (
            capital
            and (figure or any(x in following for x in _BESIDE_WEEKDAY))
            and (token.text != "so" or figure)
        )
    in_table = after is not None and after.text == "|" and capital
    return in_table or (figure and token.text not in ("mer", "mar"))


def _is_month(before: Cats, after: Token | None, capital: bool) -> bool:
    following = after.cats if after else _NOTHING
    if any(name in before for name in ("num", "ord", "edge")):
        return True
    if any(name in before for name in ("in", "of", "until", "next", "this", "from")):
        return capital
    if "num" in following or "ord" in following or "year" in following:
        return capital
    return False


# A figure before one of these counts something else than hours or days.
_COUNTED = frozenset(
    [
        "day",
        "week",
        "fortnight",
        "month_unit",
        "quarter_unit",
        "year_unit",
        "hour_unit",
        "minute_unit",
        "workday",
        "weekend",
        "half_year",
        "month",
    ]
)
# What may follow "at 3", besides a word of dates and times.
_AFTER_HOUR = frozenset(
    [
        "works",
        "work",
        "would",
        "is",
        "if",
        "please",
        "your",
        "our",
        "or",
        "and",
        "suits",
        "sharp",
        "your",
        "for",
        "with",
        "my",
        "may",
        "then",
        "but",
        "instead",
        "uk",
        "to",
        "latest",
        "onwards",
        "ok",
        "okay",
        "fine",
        "good",
        "i",
        "we",
        "you",
        "sounds",
        "will",
        "should",
        "be",
        "rather",
        "could",
        "passt",
        "passen",
        "ware",
        "geht",
        "gehen",
        "hatte",
        "ist",
        "konnte",
        "konnen",
        "wurde",
        "bei",
        "mit",
        "sein",
        "ginge",
        "haben",
        "me",
        "te",
        "nos",
        "le",
        "va",
        "si",
        "por",
        "seria",
        "esta",
        "puede",
        "tengo",
        "podria",
        "en",
        "h",
        "est",
        "me",
        "ca",
        "serait",
        "si",
        "pour",
        "onward",
        "prompt",
        "ish",
        "central",
        "eastern",
        "local",
        "time",
        "london",
        "berlin",
        "paris",
        "madrid",
    ]
)


def _settle_numbers(tokens: list[Token], text: str, lang: str) -> None:
    """Tell figures that may be an hour or a day from those that count something."""
    for index, token in enumerate(tokens):
        number = token.cats.get("num")
        if number is None or not 0 < number < 32:
            continue
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if after is not None and not _may_stand_alone(after, text, lang):
            continue
        token.cats = {**token.cats, "bare_hour": number}
        if lang in ("fr", "es") and token.text.isdigit():
            token.cats["day_number"] = number


def _may_stand_alone(after: Token, text: str, lang: str) -> bool:
    if any(name in _COUNTED for name in after.cats):
        return False
    if after.cats or not after.text[0].isalpha():
        return after.text not in ("%", "+", "x")
    if after.text in _AFTER_HOUR:
        return True
    if lang == "de":
        return not text[after.start].isupper()
    return False


# ----------------------------------------------------------------------
# Figures
# ----------------------------------------------------------------------


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def _read_iso(text: str, _lang: str) -> Cats:
    year, month, day = _numbers(text)
    return {"date": (year, month, day)}


def _read_dmy(text: str, _lang: str) -> Cats:
    day, month, year = _numbers(text)
    return {"date": (year if year > 99 else 2000 + year, month, day)}


def _read_dm(text: str, _lang: str) -> Cats:
    day, month = _numbers(text)
    return {"date": (0, month, day)} if _is_date(day, month) else _NOTHING


def _read_slash(text: str, _lang: str) -> Cats:
    day, month = _numbers(text)
    if not _is_date(day, month) and not _is_date(month, day):
        return _NOTHING
    return {"slashed": (0, month, day)}


def _read_clock(text: str, _lang: str) -> Cats:
    hour, minute, *_seconds = _numbers(text)
    return (
        {"clock": (hour, minute, text.lstrip("t")[0] == "0")} if hour < 25 else _NOTHING
    )


def _read_dot(text: str, _lang: str) -> Cats:
    """Read ``10.30``: a time, or in the continent's way of writing a date."""
    first, second = _numbers(text)
    cats: Cats = {}
    if first < 24 and second < 60:
        cats["hour_minute"] = (first, second, text[0] == "0")
    if _is_date(first, second):
        cats["dotted"] = (0, second, first)
    return cats


def _read_ord(text: str, _lang: str) -> Cats:
    value = int(re.match(r"\d+", text)[0])
    return {"ord": value} if 0 < value < 32 else _NOTHING


def _read_half_day(text: str, _lang: str) -> Cats:
    hour, minute = _numbers(text)
    if not 0 < hour < 13:
        return _NOTHING
    return {"clock": (hour % 12 + (12 if text[-1] == "p" else 0), minute, True)}


def _read_ish(text: str, _lang: str) -> Cats:
    """Read "4ish": an hour, if a day is beside it."""
    hour = _numbers(text)[0]
    return {"hour_minute": (hour, 0, False)} if 0 < hour < 24 else _NOTHING


def _read_num(text: str, _lang: str) -> Cats:
    if len(text) > 4:
        return _NOTHING
    value = int(text)
    cats: Cats = {}
    if len(text) < 4:
        cats["num"] = value
    elif 1970 <= value < 2100:
        cats["year"] = value
    if len(text) > 2 and value // 100 < 24 and value % 100 < 60:
        cats["military"] = (value // 100, value % 100, text[0] == "0")
    return cats


def _read_ampm(text: str, _lang: str) -> Cats:
    return {"ampm": 12 if text[0] == "p" else 0}


def _read_sign(text: str, _lang: str) -> Cats:
    name = _SIGNS.get(text)
    return {name: 1} if name else _NOTHING


def _read_nothing(_text: str, _lang: str) -> Cats:
    return _NOTHING


def _is_date(day: int, month: int) -> bool:
    return 0 < day < 32 and 0 < month < 13


_READERS = {
    "iso": _read_iso,
    "dmy": _read_dmy,
    "dm": _read_dm,
    "slash": _read_slash,
    "clock": _read_clock,
    "dot": _read_dot,
    "junk": _read_nothing,
    "ord": _read_ord,
    "half_day": _read_half_day,
    "ish": _read_ish,
    "num": _read_num,
    "ampm": _read_ampm,
    "elision": _read_nothing,
    "word": _read_nothing,
    "stop": lambda _text, _lang: {"stop": 1},
    "sign": _read_sign,
}

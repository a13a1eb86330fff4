"""Response: what people write about now that they did not before.

Phrases of one to three words are weighed by how much likelier they are in the new
replies than in earlier ones (log-odds with a prior from both, in standard deviations;
Monroe, Colaresi and Quinn 2008). What one person repeats counts once a reply.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .rules import DATA
from .words import Words, fold

_LONGEST_PHRASE = 3
# Below this many standard deviations a difference may be chance.
_CLEAR = 1.96
_FEWEST = 3
_MARKS = frozenset(".?!,@")


@dataclass(frozen=True, slots=True)
class Theme:
    """A phrase that has become common: in how many replies now and before, and which.

    ``score`` is in standard deviations, ``replies`` are numbers of new replies.
    """

    phrase: str
    now: int
    before: int
    score: float
    replies: tuple[int, ...]


def find_new(
    new: Sequence[str],
    earlier: Iterable[str],
    known: Iterable[str] = (),
    limit: int = 20,
) -> list[Theme]:
    """Return the phrases that are new, the clearest first.

    :param new: clean texts of the period in question.
    :param earlier: clean texts from before; may be many.
    :param known: phrases not to name again: topics that exist, themes put away.
    """
    places: dict[str, list[int]] = {}
    spelled: dict[str, Counter] = {}
    for number, text in enumerate(new):
        for phrase, written in _phrases(text).items():
            places.setdefault(phrase, []).append(number)
            spelled.setdefault(phrase, Counter())[written] += 1
    common = {phrase for phrase, found in places.items() if len(found) >= _FEWEST}
    before: Counter[str] = Counter()
    earlier_replies = 0
    for text in earlier:
        earlier_replies += 1
        before.update(common.intersection(_phrases(text)))
    put_away = {" ".join(map(fold, phrase.split())) for phrase in known}
    themes = []
    for phrase in common - put_away:
        score = _score(len(places[phrase]), len(new), before[phrase], earlier_replies)
        if score >= _CLEAR:
            written = spelled[phrase].most_common(1)[0][0]
            now = tuple(places[phrase])
            themes.append(
                Theme(written, len(now), before[phrase], round(score, 2), now)
            )
    themes.sort(key=lambda theme: (-theme.score, -len(theme.phrase), theme.phrase))
    return _without_parts(themes)[:limit]


def _phrases(text: str) -> dict[str, str]:
    """Return the phrases of a text, folded and as written, no stop words outside."""
    words = Words(text)
    found: dict[str, str] = {}
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST_PHRASE, len(words)) + 1):
            word = words.folded[last - 1]
            if word in _MARKS or "0" in word or not word.strip("_"):
                break
            if words.folded[first] in _stop_words() or word in _stop_words():
                continue
            if last - first == 1 and len(word) < 4:
                continue
            start, end = words.span(first, last)
            found.setdefault(
                " ".join(words.folded[first:last]), " ".join(text[start:end].split())
            )
    return found


def _score(now: int, new: int, before: int, earlier: int) -> float:
    """Return how much likelier a phrase is now, in standard deviations."""
    total = now + before
    share = total / max(1, new + earlier)
    prior_now, prior_before = share * 1.0 + 0.5, share * 1.0 + 0.5
    a, b = now + prior_now, before + prior_before
    odds_now = math.log(a / (new - now + 1.0))
    odds_before = math.log(b / (earlier - before + 1.0))
    return (odds_now - odds_before) / math.sqrt(1 / a + 1 / b)


def _without_parts(themes: list[Theme]) -> list[Theme]:
    """Drop a phrase that only stands inside a longer one, in the same replies."""
    kept: list[Theme] = []
    for theme in themes:
        inside = any(
            f" {theme.phrase.lower()} " in f" {other.phrase.lower()} "
            and len(other.replies) >= 0.8 * len(theme.replies)
            for other in themes
            if other is not theme
        )
        if not inside:
            kept.append(theme)
    return kept


_STOP_WORDS: set[str] = set()


def _stop_words() -> set[str]:
    if not _STOP_WORDS:
        data = json.loads((DATA / "stop_words.json").read_text(encoding="utf-8"))
        _STOP_WORDS.update(
            fold(word) for words in data.values() for word in words.split()
        )
    return _STOP_WORDS

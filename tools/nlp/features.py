"""Response: what the models see of a text. Training and use read it through here."""

from dataclasses import dataclass

from .rules import Hit, Pack, pack
from .words import Words

# Hits of a label count together up to this weight.
_STRONGEST = 4.0
_SKIPPED = (".", ",")

SIGNS = ("asks", "shouts", "asking_share", "length", "capitals", "ends_asking")


@dataclass(slots=True)
class Features:
    """A text in numbers.

    ``grams`` are words, pairs of words and word beginnings, each with the words
    (first, before last) where it first stands. ``rules`` is the weight of each label's
    phrases, 0 to 2, ``signs`` what punctuation and letters tell, 0 to 1.
    """

    words: Words
    hits: list[Hit]
    grams: dict[str, tuple[int, int]]
    rules: dict[str, float]
    signs: dict[str, float]


def read(text: str, language: str, rules: Pack | None = None) -> Features:
    """Return the features of a text in a language."""
    words = Words(text)
    hits = (rules or pack(language)).find(words)
    weights: dict[str, float] = {}
    for hit in hits:
        if hit.label:
            weights[hit.label] = weights.get(hit.label, 0.0) + hit.weight
    return Features(
        words,
        hits,
        _grams(words),
        {label: min(weight, _STRONGEST) / 2 for label, weight in weights.items()},
        _signs(words),
    )


def _grams(words: Words) -> dict[str, tuple[int, int]]:
    """Return words, pairs of neighbours, and the beginnings of longer words."""
    grams: dict[str, tuple[int, int]] = {}
    put = grams.setdefault
    before = ""
    place = -1
    for index, word in enumerate(words.folded):
        if word in _SKIPPED:
            continue
        here = (index, index + 1)
        put(word, here)
        if len(word) > 4:
            put(word[:4] + "*", here)
            if len(word) > 6:
                put(word[:6] + "*", here)
        if before:
            put(f"{before} {word}", (place, index + 1))
        before, place = word, index
    return grams


def _signs(words: Words) -> dict[str, float]:
    """Return what punctuation, length and capital letters tell."""
    count = len(words.sentences) or 1
    asking = sum(sentence.mark == "?" for sentence in words.sentences)
    shouting = sum(sentence.mark == "!" for sentence in words.sentences)
    written = words.text.split()
    loud = sum(len(word) > 2 and word.isupper() for word in written)
    return {
        "asks": float(asking > 0),
        "shouts": shouting / count,
        "asking_share": asking / count,
        "length": min(1.0, len(words) / 60),
        "capitals": loud / (len(written) or 1),
        "ends_asking": float(bool(words.folded) and words.folded[-1] == "?"),
    }

"""Checking: words that filters and people take for spam.

No word makes a mail spam: filters look at the sender first. So a phrase has a weight
(1: common in honest offers too, 2: rarely, 3: hardly ever), each counts once, in the
subject twice, and only their sum says anything. The lists are our own, in
``data/phrases_<language>.tsv``; all of them are looked for in every mail.
"""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from .finding import INFO, OK, WARNING, Finding

_DATA = Path(__file__).parent / "data"
# Sums from which a person is told, and is asked.
TELL, ASK = 3, 6
_SPACES = re.compile(r"\s+")


def check(subject: str, text: str) -> Iterator[Finding]:
    """Weigh the phrases of a mail."""
    weights = phrases()
    pattern = _pattern()
    found = {phrase: weights[phrase] for phrase in _find(pattern, text)}
    for phrase in _find(pattern, subject):
        found[phrase] = 2 * weights[phrase]
    score = sum(found.values())
    items = tuple(sorted(found, key=lambda phrase: (-found[phrase], phrase)))
    if score >= TELL:
        level = WARNING if score >= ASK else INFO
        yield Finding("wording", level, {"score": score}, items[:20])
    else:
        yield Finding("wording_fine", OK)


@functools.cache
def phrases() -> dict[str, int]:
    """Return the weight of each phrase, in all languages."""
    weights: dict[str, int] = {}
    for path in sorted(_DATA.glob("phrases_*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                weight, phrase = line.split("\t")
                weights[phrase] = max(int(weight), weights.get(phrase, 0))
    return weights


@functools.cache
def _pattern() -> re.Pattern:
    # the longest first, so that a phrase is not taken for a shorter one in it
    words = sorted(phrases(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def _find(pattern: re.Pattern, text: str) -> set[str]:
    return set(pattern.findall(_SPACES.sub(" ", text.casefold().replace("’", "'"))))

"""Response: the questions and requests in a reply, each with its sentence and place."""

from collections.abc import Iterable
from dataclasses import dataclass

from .rules import Hit
from .words import Sentence, Words

# As many rows as a person can work through; a longer list is a pasted document.
MOST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence that wants an answer (``question``) or an act (``request``)."""

    kind: str
    text: str
    start: int
    end: int


def find(words: Words, hits: Iterable[Hit], really_asks: bool) -> list[Row]:
    """Return the sentences that ask for something, in their order.

    :param really_asks: whether the reply asks at all; where it does not, its question
        marks are rhetorical.
    """
    asked, wanted = set(), set()
    for hit in hits:
        if hit.label == "asks":
            asked.add(words.sentence_of[hit.first])
        elif hit.label == "request":
            wanted.add(words.sentence_of[hit.first])
    rows = []
    for number, sentence in enumerate(words.sentences):
        if sentence.last - sentence.first < 2:
            continue
        if really_asks and (sentence.mark == "?" or number in asked):
            rows.append(_row("question", words, sentence))
        elif number in wanted and sentence.mark != "?":
            rows.append(_row("request", words, sentence))
    return rows[:MOST]


def _row(kind: str, words: Words, sentence: Sentence) -> Row:
    text = words.text[sentence.start : sentence.end].strip()
    return Row(kind, text, sentence.start, sentence.end)

"""Campaign: what has changed between two texts, in pieces that a person can read."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, ADDED, REMOVED = "same", "added", "removed"
# Lines that have less in common are two lines, and not one that was changed.
_ALIKE = 0.4
# How far ahead a changed line is looked for, and in how long ones: comparing all with
# all takes time with the square.
_NEAR_LINES = 20
_MAX_WORDS = 1000
_WORD = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)


class Piece(NamedTuple):
    """Text of a line, and whether the old text has it, the new one, or both."""

    kind: str
    text: str


def diff_lines(old: str, new: str) -> list[list[Piece]]:
    """Return the lines of both texts, each as pieces in reading order.

    A line that was changed stands once, with the words that went and came in it.
    """
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    lines: list[list[Piece]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            lines += [[Piece(SAME, line)] for line in before[i1:i2]]
        else:
            lines += _changed_lines(before[i1:i2], after[j1:j2])
    return lines


def diff_words(old: str, new: str) -> list[Piece]:
    """Return one line as pieces: the words of both, gone ones before those in place."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(before[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(Piece(REMOVED, "".join(before[i1:i2])))
        if j1 < j2:
            pieces.append(Piece(ADDED, "".join(after[j1:j2])))
    return pieces


def _changed_lines(before: list[str], after: list[str]) -> Iterator[list[Piece]]:
    """Pair off lines that are alike; the others went or came."""
    after = list(after)
    for line in before:
        near = enumerate(after[:_NEAR_LINES])
        place = next((i for i, other in near if _alike(line, other)), None)
        if place is None:
            yield [Piece(REMOVED, line)]
            continue
        yield from ([Piece(ADDED, other)] for other in after[:place])
        yield diff_words(line, after[place])
        del after[: place + 1]
    yield from ([Piece(ADDED, other)] for other in after)


def _alike(line: str, other: str) -> bool:
    words = [word for word in _WORD.findall(line) if not word.isspace()]
    others = [word for word in _WORD.findall(other) if not word.isspace()]
    if not words or not others or max(len(words), len(others)) > _MAX_WORDS:
        return words == others
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    return (
        matcher.real_quick_ratio() >= _ALIKE
        and matcher.quick_ratio() >= _ALIKE
        and matcher.ratio() >= _ALIKE
    )

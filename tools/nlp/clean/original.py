"""Response: take away from a reply what stood in the mail that it answers."""

import re
from itertools import pairwise

from .sheet import QUOTE, Sheet

_WORD = re.compile(r"[^\W_]+")
_SHINGLE = 4
_LINE = re.compile(r"\n+")


class Original:
    """The words of a mail that was sent, to find them again in whatever shape."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text.lower())
        self.shingles = {
            tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)
        }
        self.lines = {
            tuple(_WORD.findall(line.lower())) for line in _LINE.split(text) if line
        }
        self.lines.discard(())
        self.pairs = set(pairwise(words))

    def share(self, words: list[str]) -> float:
        """Return the share of ``words`` that stands in the original in this order."""
        size = len(words) - _SHINGLE + 1
        if size < 1:
            return 0.0
        covered = bytearray(len(words))
        for index in range(size):
            if tuple(words[index : index + _SHINGLE]) in self.shingles:
                covered[index : index + _SHINGLE] = b"\x01" * _SHINGLE
        return sum(covered) / len(words)


def subtract(sheet: Sheet, original: str) -> None:
    """Cut the lines of ``sheet`` that stand in ``original``, wrapped or not.

    Short lines are cut only beside lines that are a quote already: "Yes, Monday" may
    be an answer as well.
    """
    known = Original(original)
    if not known.lines:
        return
    short: list[int] = []
    for index, line in enumerate(sheet.lines):
        if not line or sheet.kinds[index]:
            continue
        words = _WORD.findall(line.lower())
        if len(words) < _SHINGLE:
            short.append(index)
        elif known.share(words) >= 0.8:
            sheet.cut(index, index + 1, QUOTE)
    for order in (short, reversed(short)):
        for index in order:
            _cut_beside(sheet, index, known)


def _cut_beside(sheet: Sheet, index: int, known: Original) -> None:
    words = tuple(_WORD.findall(sheet.lines[index].lower()))
    if not words or sheet.kinds[index]:
        return
    if words not in known.lines and not (
        len(words) > 1 and all(pair in known.pairs for pair in pairwise(words))
    ):
        return
    above, below = index - 1, index + 1
    while above >= 0 and not sheet.lines[above]:
        above -= 1
    below = sheet.next_filled(below)
    if (above >= 0 and sheet.kinds[above] == QUOTE) or (
        below < len(sheet.lines) and sheet.kinds[below] == QUOTE
    ):
        sheet.cut(index, index + 1, QUOTE)

"""Response: a mail as a sheet of lines, each with the reason why it is cut, if any."""

from collections.abc import Iterator
from dataclasses import dataclass, field

QUOTE = "quote"
ATTRIBUTION = "attribution"
HEADER_BLOCK = "header_block"
SIGNATURE = "signature"
MOBILE_LINE = "mobile_line"
DISCLAIMER = "disclaimer"
BANNER = "banner"
FOOTER = "footer"
OVERLONG = "overlong"

# What belongs to another mail; the rest frames the author's own.
FOREIGN = frozenset((QUOTE, ATTRIBUTION, HEADER_BLOCK, OVERLONG))


@dataclass(slots=True)
class Sheet:
    """Lines without line ends, and for each its kind: ``""`` while it is the author's.

    ``marked`` tells lines that the mail itself marks as quoted (``>``, a
    ``blockquote``) from those that are a quote by our conclusion.
    """

    lines: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    marked: list[bool] = field(default_factory=list)

    def add(self, line: str, kind: str = "", marked: bool = False) -> None:
        """Append one line."""
        self.lines.append(line)
        self.kinds.append(kind)
        self.marked.append(marked)

    def cut(self, start: int, stop: int, kind: str) -> None:
        """Call the lines from ``start`` to before ``stop`` ``kind``, if still kept."""
        kinds = self.kinds
        for index in range(start, stop):
            if not kinds[index]:
                kinds[index] = kind

    def mark(self, start: int, kind: str) -> None:
        """Call all lines from ``start`` on ``kind``: the mail itself marks them so."""
        count = len(self.lines) - start
        self.kinds[start:], self.marked[start:] = [kind] * count, [True] * count

    def restore(self, start: int, kinds: frozenset[str]) -> None:
        """Keep the unmarked lines from ``start`` on that were cut as ``kinds``."""
        for index in range(start, len(self.lines)):
            if self.kinds[index] in kinds and not self.marked[index]:
                self.kinds[index] = ""

    def kept(self) -> list[int]:
        """Return the indexes of the author's lines that are not empty."""
        lines, kinds = self.lines, self.kinds
        return [i for i, line in enumerate(lines) if line and not kinds[i]]

    def next_filled(self, start: int) -> int:
        """Return the index of the first line from ``start`` on that is not empty."""
        lines, size = self.lines, len(self.lines)
        while start < size and not lines[start]:
            start += 1
        return start

    def segments(self) -> list[list[int]]:
        """Return the author's lines, one list for each stretch between quotes."""
        found: list[list[int]] = []
        current: list[int] = []
        for index, line in enumerate(self.lines):
            kind = self.kinds[index]
            if kind in FOREIGN:
                if line and current:
                    found.append(current)
                    current = []
            elif line and not kind:
                current.append(index)
        if current:
            found.append(current)
        return found

    def paragraphs(self) -> Iterator[list[int]]:
        """Yield the kept lines of each paragraph."""
        current: list[int] = []
        for index, line in enumerate(self.lines):
            if line and not self.kinds[index]:
                current.append(index)
            elif current:
                yield current
                current = []
        if current:
            yield current

    def text(self) -> str:
        """Return the author's lines with at most one empty line between two."""
        pieces: list[str] = []
        gap = False
        for index, line in enumerate(self.lines):
            if not line or self.kinds[index]:
                gap = True
                continue
            if pieces and gap:
                pieces.append("")
            pieces.append(line)
            gap = False
        return "\n".join(pieces)

    def pieces(self) -> Iterator[tuple[str, str]]:
        """Yield kind and text of each stretch that was cut, in the mail's order."""
        kind, start = "", 0
        size = len(self.lines)
        for index in range(size + 1):
            here = self.kinds[index] if index < size else ""
            if here == kind or (here == "" and index < size and not self.lines[index]):
                continue
            if kind:
                text = "\n".join(self.lines[start:index]).strip("\n")
                if text.strip():
                    yield kind, text
            kind, start = here, index

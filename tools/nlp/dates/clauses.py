"""Response: the sentence and the clause that a date stands in."""

import re
from dataclasses import dataclass

from .cues import cue
from .lexer import fold
from .parse import Expression, Reading

_SENTENCE = re.compile(r"[.?!;]+(?=\s|$)|[?!;]|\n\s*\n|\n\s*[-*•]\s")
_CLAUSE = re.compile(
    r"[,:()]|\s[-–—]\s"
    r"|(?<!\w)(?:(?<!anything )(?<!nothing )but|however|though"
    r"|although|while|whereas|otherwise|instead|so"
    r"|aber|jedoch|sondern|dafur|allerdings|ansonsten|sonst|dagegen|hingegen"
    r"|mais|cependant|sinon|par contre|en revanche|toutefois"
    r"|pero|sino|aunque|sin embargo|en cambio)(?!\w)"
)
# Of a sentence without an end, as much on each side counts.
_REACH = 400
_SHORT = re.compile(r"(?:^|[^a-z])(?:[a-z]{1,3}|\d{1,4}|[a-z]\.[a-z])$")


@dataclass(slots=True)
class Place:
    """Where an expression stands: folded clause and sentence, and what is before it."""

    clause: str
    sentence: str
    before: str  # in the sentence, up to the expression
    after: str
    number: int  # of the sentence


class Places:
    """The sentences of a reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = fold(reading.text)
        spans = [reading.span(found) for found in reading.expressions]
        self.bounds = self._bounds(_SENTENCE, 0, len(self.text), spans)
        self.spans = spans
        self._said: dict[tuple[str, str], bool] = {}

    def says(self, name: str, lang: str) -> bool:
        """Return whether a cue stands anywhere in the text."""
        if (name, lang) not in self._said:
            self._said[name, lang] = bool(cue(name, lang).search(self.text))
        return self._said[name, lang]

    def _bounds(
        self, pattern: re.Pattern, start: int, stop: int, spans: list[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """Return the stretches between the matches that are not inside a date."""
        bounds, begin, number = [], start, 0
        for match in pattern.finditer(self.text, start, stop):
            while number < len(spans) and spans[number][1] <= match.start():
                number += 1
            inside = number < len(spans) and spans[number][0] < match.end()
            # "… until 30 June. Please call": the date's full stop ends the sentence
            if inside and match.end() == spans[number][1]:
                inside = not self.reading.text[match.end() :].lstrip()[:1].isupper()
            if inside or (match[0] == "." and self._is_abbreviation(match.start())):
                continue
            bounds.append((begin, match.end()))
            begin = match.end()
        if begin < stop:
            bounds.append((begin, stop))
        return bounds

    def _is_abbreviation(self, at: int) -> bool:
        """Return whether a full stop ends a short word that a small letter follows."""
        following = self.reading.text[at + 1 : at + 3].strip()
        return bool(_SHORT.search(self.text[max(0, at - 5) : at])) and (
            following[:1].islower() or following[:1].isdigit()
        )

    def of(self, expression: Expression) -> Place:
        """Return the place of an expression."""
        start, stop = self.reading.span(expression)
        number, (begin, end) = next(
            (
                (i, bound)
                for i, bound in enumerate(self.bounds)
                if bound[0] <= start < bound[1]
            ),
            (0, (0, len(self.text))),
        )
        begin, end = max(begin, start - _REACH), min(end, stop + _REACH)
        inner = [span for span in self.spans if begin <= span[0] < end]
        clause = next(
            (
                bound
                for bound in self._bounds(_CLAUSE, begin, end, inner)
                if bound[0] <= start < bound[1]
            ),
            (begin, end),
        )
        return Place(
            self.text[clause[0] : clause[1]],
            self.text[begin:end],
            self.text[begin:start],
            self.text[stop:end],
            number,
        )

    def sentence(self, number: int) -> str:
        """Return a sentence, folded; empty when there is none of that number."""
        if not 0 <= number < len(self.bounds):
            return ""
        start, stop = self.bounds[number]
        return self.text[start:stop]

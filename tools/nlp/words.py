"""Response: a text as words with their places, the ground everything else stands on.

Words are compared folded: lower case, without accents, ``don't`` as ``dont``, digits as
``0``. The marks that end a sentence are kept as words of their own, so that nothing is
matched across them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# The most of a reply that is read for its meaning; longer ones are pasted documents.
LONGEST = 20_000

_ENDS = frozenset(".?!")
_WORD = re.compile(
    r"""
    [\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}     # an address
    | https?://\S{1,500}
    | \w+(?:['’](?:t|s|m|re|ve|ll|d)\b)?
    | [?!]+ | [.…]+ | ¿ | ¡ | [:;]-?[)(D] | ,
    | \n
    """,
    re.VERBOSE,
)
_ACCENTS = str.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿœæ", "aaaaaaceeeeiiiinoooooouuuuyyoa"
)
_APOSTROPHES = str.maketrans("", "", "'’")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words from ``first`` to before ``last``, characters from ``start`` to ``end``.

    ``mark`` is how it ends: a full stop, a question mark or an exclamation mark.
    """

    first: int
    last: int
    start: int
    end: int
    mark: str


class Words:
    """The words of a text.

    ``folded[i]`` is compared, ``text[starts[i]:ends[i]]`` is how it was written, and
    ``sentence_of[i]`` is the number of the sentence that it is in.
    """

    __slots__ = ("ends", "folded", "sentence_of", "sentences", "starts", "text")

    def __init__(self, text: str):
        self.text = text = text[:LONGEST]
        self.folded: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for found in _WORD.finditer(text):
            word = _fold(found[0])
            if word:
                self.folded.append(word)
                self.starts.append(found.start())
                self.ends.append(found.end())
        self.sentences = list(self._split())
        self.sentence_of = [
            number
            for number, sentence in enumerate(self.sentences)
            for _ in range(sentence.first, sentence.last)
        ]

    def __len__(self) -> int:
        return len(self.folded)

    def _split(self) -> Iterator[Sentence]:
        """Yield the sentences; each holds the mark that ends it."""
        first = 0
        for index, word in enumerate(self.folded):
            if word in _ENDS and not self._is_in_figure(index):
                # "What?!" and "Really...?": the strongest of the marks counts
                yield self._sentence(first, index + 1, word)
                first = index + 1
        if first < len(self.folded):
            yield self._sentence(first, len(self.folded), ".")

    def _is_in_figure(self, index: int) -> bool:
        """Return whether a full stop stands between digits: "13.00", "1.500"."""
        start, end = self.starts[index], self.ends[index]
        return (
            self.text[start - 1 : start].isdigit()
            and self.text[end : end + 1].isdigit()
        )

    def _sentence(self, first: int, last: int, mark: str) -> Sentence:
        return Sentence(first, last, self.starts[first], self.ends[last - 1], mark)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters of the words from ``first`` to before ``last``."""
        return self.starts[first], self.ends[last - 1]


@lru_cache(maxsize=20_000)
def _fold(word: str) -> str:
    """Return a word as it is compared; a mark as the one character that tells."""
    if word == "\n":
        return "."
    if word[0] in "?!":
        return "?" if "?" in word else "!"
    if word[0] in ".…":
        return "."
    if "@" in word:
        return "@"
    if word[:4] == "http" and "://" in word:
        return "://"
    return fold(word)


def fold(word: str) -> str:
    """Return a word in lower case, without accents and apostrophes, digits as 0."""
    word = word.lower().replace("ß", "ss").translate(_ACCENTS)
    return _DIGITS.sub("0", word.translate(_APOSTROPHES))

"""Response: phrases that tell what a reply wants, kept as data, one pack a language.

A pack is JSON: its language, the words that negate, what a negated hit turns into, and
the phrases of each label with weight and scope. A phrase is written in words:

========= ==============================================================
``a|b``   one of these words
``a*``    a word that begins like this
``[a|b]`` one of these words, or none
``<a>``   a word of the pack's class ``a``
``..``    up to three words (``..5``: up to five)
``_``     any one word
``^``     the beginning of a sentence
``$``     the end of a sentence
``?``     a question mark (``!`` and ``,`` alike)
========= ==============================================================

Phrases are no regular expressions on purpose: users may add their own, and whatever
they write takes linear time.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .words import Words, fold

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "de", "fr", "es")

# Where a phrase counts.
SCOPES = (
    "any",
    "statement",  # not in a sentence that asks
    "question",  # only in a sentence that asks
    "whole",  # the reply says nothing else
)
_LONGEST_PHRASE = 16
_LONGEST_GAP = 6
_SENTENCE_ENDS = (".", "?", "!")
_MARKS = (".", "!", ",")
# More words around it, and a reply says something else, too.
_MOST_COURTESY = 20


class PackError(ValueError):
    """A rule pack is not as it should be; the text says where."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that was found: its label and weight, and the words it covers."""

    label: str
    weight: float
    phrase: str
    first: int
    last: int
    is_negated: bool = False
    is_all: bool = False  # the reply says nothing else


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase of a pack."""

    label: str
    weight: float
    phrase: str
    scope: str
    elements: tuple["_Element", ...]


@dataclass(frozen=True, slots=True)
class _Element:
    words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    is_optional: bool = False
    gap: int = 0
    mark: str = ""  # "^" or "$": a place, no word

    def takes(self, word: str) -> bool:
        """Return whether the element matches a word."""
        return (
            word in self.words
            or bool(self.prefixes and word.startswith(self.prefixes))
            or (self.mark == "_" and word not in _SENTENCE_ENDS)
        )


class Pack:
    """The phrases of one language, ready to be looked for."""

    def __init__(self, data: Mapping):
        try:
            self.language = str(data["language"])
            negation = data.get("negation") or {}
            classes = data.get("classes") or {}
            self.negators = frozenset(map(fold, negation.get("words", ())))
            self.window = int(negation.get("window", 3))
            self.courtesy = frozenset(map(fold, data.get("courtesy", ())))
            self.turns = dict(negation.get("turns", {}))
            self.rules = [
                rule
                for label, groups in data["labels"].items()
                for group in groups
                for rule in _rules_of(label, group, classes)
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise PackError(f"The rule pack lacks or garbles {error}.") from error
        self._by_word: dict[str, list[Rule]] = {}
        self._by_prefix: dict[str, list[Rule]] = {}
        for rule in self.rules:
            self._index(rule)

    def extended(self, rules: Iterable[Mapping]) -> "Pack":
        """Return this pack with more phrases: ``{label, phrase, weight, scope}``."""
        grown = object.__new__(Pack)
        grown.language, grown.negators = self.language, self.negators
        grown.window, grown.turns = self.window, self.turns
        grown.courtesy = self.courtesy
        grown.rules = list(self.rules)
        grown._by_word, grown._by_prefix = {}, {}
        for rule in rules:
            group = {**rule, "phrases": [rule["phrase"]]}
            grown.rules.extend(_rules_of(rule["label"], group))
        for rule in grown.rules:
            grown._index(rule)
        return grown

    def _index(self, rule: Rule) -> None:
        """Note a rule under each word that it may begin with."""
        for element in rule.elements:
            if element.mark in ("^", "$"):
                continue
            for word in element.words:
                self._by_word.setdefault(word, []).append(rule)
            for prefix in element.prefixes:
                self._by_prefix.setdefault(prefix[:3], []).append(rule)
            if not element.is_optional:
                break

    def find(self, words: Words) -> list[Hit]:
        """Return the hits in a text, in the order of their places."""
        hits: list[Hit] = []
        folded = words.folded
        by_word, by_prefix = self._by_word, self._by_prefix
        for index, word in enumerate(folded):
            candidates = by_word.get(word)
            more = by_prefix.get(word[:3])
            if more:
                candidates = candidates + more if candidates else more
            if not candidates:
                continue
            for rule in candidates:
                last = _match(rule.elements, folded, index)
                if last > index and self._in_scope(rule.scope, words, index, last):
                    hits.append(self._hit(rule, words, index, last))
        return _strongest(hits)

    def _in_scope(self, scope: str, words: Words, first: int, last: int) -> bool:
        """Return whether a phrase counts where it stands."""
        if scope == "any":
            return True
        if scope == "whole":
            rest = words.folded[:first] + words.folded[last:]
            return len(rest) < _MOST_COURTESY and all(
                word in self.courtesy or word in _MARKS for word in rest
            )
        sentence = words.sentences[words.sentence_of[first]]
        return (sentence.mark == "?") == (scope == "question")

    def _hit(self, rule: Rule, words: Words, first: int, last: int) -> Hit:
        """Return a hit, turned into its opposite where it is negated."""
        turned = self.turns.get(rule.label)
        if turned is not None and self._is_negated(words.folded, first):
            return Hit(turned, rule.weight, rule.phrase, first, last, True)
        is_all = rule.scope == "whole"
        return Hit(rule.label, rule.weight, rule.phrase, first, last, is_all=is_all)

    def _is_negated(self, folded: list[str], first: int) -> bool:
        """Return whether a word that negates stands shortly before, in the clause."""
        for index in range(first - 1, max(-1, first - 1 - self.window), -1):
            word = folded[index]
            if word in _SENTENCE_ENDS or word == ",":
                return False
            if word in self.negators:
                return True
        return False


def _rules_of(label: str, group: Mapping, classes: Mapping = {}) -> Iterable[Rule]:
    weight, scope = float(group.get("weight", 1)), str(group.get("scope", "any"))
    if scope not in SCOPES or not 0 < weight <= 3:
        raise PackError(
            f"“{label}” has a scope or weight that is not allowed: {scope}, {weight}."
        )
    for phrase in group["phrases"]:
        yield Rule(label, weight, phrase, scope, _parse(phrase, classes))


def _parse(phrase: str, classes: Mapping) -> tuple[_Element, ...]:
    """Return a phrase's elements, or say what is wrong with it."""
    elements = tuple(_element(part, classes) for part in phrase.split())
    if not 0 < len(elements) <= _LONGEST_PHRASE:
        raise PackError(f"“{phrase}” must have 1 to {_LONGEST_PHRASE} words.")
    words = [item for item in elements if item.mark not in ("^", "$")]
    if not words or words[0].gap or words[0].mark == "_":
        raise PackError(f"“{phrase}” must begin with a word.")
    if all(item.is_optional or item.gap for item in words):
        raise PackError(f"“{phrase}” needs a word that is not optional.")
    return elements


def _element(part: str, classes: Mapping) -> _Element:
    if part in ("^", "$", "_"):
        return _Element(mark=part)
    if part.startswith(".."):
        gap = int(part[2:]) if part[2:].isdecimal() else 3
        return _Element(gap=min(gap, _LONGEST_GAP))
    is_optional = part.startswith("[") and part.endswith("]")
    choices = []
    for choice in part.strip("[]").split("|"):
        if choice.startswith("<"):
            if choice[1:-1] not in classes:
                raise PackError(f"“{part}” names a class of words that is none.")
            choices += [fold(word) for word in classes[choice[1:-1]]]
        elif choice:
            choices.append(fold(choice))
    prefixes = tuple(choice[:-1] for choice in choices if choice.endswith("*"))
    if any(len(prefix) < 3 for prefix in prefixes):
        raise PackError(f"“{part}” needs three letters before the star.")
    words = frozenset(choice for choice in choices if not choice.endswith("*"))
    if not words and not prefixes:
        raise PackError(f"“{part}” has no letter.")
    return _Element(words, prefixes, is_optional)


def _match(elements: tuple[_Element, ...], folded: list[str], index: int) -> int:
    """Return where a phrase that begins at a word ends, or -1.

    Tries the places that an element may stand at together, so that the time it takes
    is bounded by the length of the phrase.
    """
    count = len(folded)
    places = {index}
    for element in elements:
        reached: set[int] = set()
        for place in places:
            if element.gap:
                reached.add(place)
                for step in range(place, min(place + element.gap, count)):
                    if folded[step] in _SENTENCE_ENDS:
                        break
                    reached.add(step + 1)
            elif element.mark == "^":
                if place == 0 or folded[place - 1] in _SENTENCE_ENDS:
                    reached.add(place)
            elif element.mark == "$":
                if place == count or folded[place] in _SENTENCE_ENDS:
                    reached.add(place)
            else:
                if element.is_optional:
                    reached.add(place)
                if place < count and element.takes(folded[place]):
                    reached.add(place + 1)
        if not reached:
            return -1
        places = reached
    return min(places)


def _strongest(hits: list[Hit]) -> list[Hit]:
    """Drop hits of a label that lie within a stronger or longer hit of that label."""
    hits.sort(key=lambda hit: (hit.first, -hit.last, -hit.weight))
    kept: list[Hit] = []
    reach: dict[str, int] = {}
    for hit in hits:
        if hit.last > reach.get(hit.label, -1):
            reach[hit.label] = hit.last
            kept.append(hit)
    return kept


_PACKS: dict[str, Pack] = {}


def pack(language: str) -> Pack:
    """Return the shipped pack of a language; English for those that have none."""
    language = language if language in LANGUAGES else "en"
    if language not in _PACKS:
        file = DATA / f"rules_{language}.json"
        _PACKS[language] = Pack(json.loads(file.read_text(encoding="utf-8")))
    return _PACKS[language]

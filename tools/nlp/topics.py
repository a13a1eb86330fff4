"""Response: what a reply is about, by a list of words for each topic, kept as data."""

import json
import re
from collections.abc import Mapping, Sequence

from .base import Evidence, Label
from .rules import DATA, LANGUAGES, Pack
from .words import Words

_PACKS: dict[str, Pack] = {}
# What stands between words, and means nothing in a phrase: "heat-pump", "S/4".
_NO_WORD = re.compile(r"[^\w\s|*\[\]<>.^$?!,'’]")
_MOST = 3
_OF_INTENTS = {"pricing_request": "price", "document_request": "documents"}


def pack(language: str) -> Pack:
    """Return the words of the topics in a language; English where it has none."""
    language = language if language in LANGUAGES else "en"
    if not _PACKS:
        data = json.loads((DATA / "topics.json").read_text(encoding="utf-8"))
        for name, topics in data.items():
            _PACKS[name] = _pack(name, topics)
    return _PACKS[language]


def check(phrase: str) -> None:
    """Raise :class:`.rules.PackError` unless it is a phrase that can be looked for."""
    own_pack("en", {"own": [phrase]})


def own_pack(language: str, topics: Mapping[str, Sequence[str]]) -> Pack:
    """Return the shipped topics and a user's own: ``{"topic": ["phrase", …]}``.

    :raises PackError: a phrase is none.
    """
    more = [
        {"label": topic, "phrase": _NO_WORD.sub(" ", phrase)}
        for topic, phrases in topics.items()
        for phrase in phrases
    ]
    return pack(language).extended(more)


def find(words: Words, topics: Pack, intents: Sequence[Label] = ()) -> list[Label]:
    """Return the topics of a text, the one with the most words first.

    Who wants a price or a document writes about one, in whatever words.
    """
    places: dict[str, dict[tuple[int, int], str]] = {}
    for hit in topics.find(words):
        spots = places.setdefault(hit.label, {})
        spots[words.span(hit.first, hit.last)] = hit.phrase
    labels = [
        Label(
            topic,
            round(1 - 0.4 ** len(spots), 3),
            tuple(
                Evidence("rule", words.text[start:end], 1.0, start, end, phrase)
                for (start, end), phrase in list(spots.items())[:_MOST]
            ),
        )
        for topic, spots in places.items()
    ]
    labels += [
        Label(_OF_INTENTS[label.name], label.confidence, label.evidence)
        for label in intents
        if label.name in _OF_INTENTS and _OF_INTENTS[label.name] not in places
    ]
    return sorted(labels, key=lambda label: -label.confidence)


def _pack(language: str, topics: Mapping[str, Sequence[str]]) -> Pack:
    labels = {topic: [{"phrases": phrases}] for topic, phrases in topics.items()}
    return Pack({"language": language, "labels": labels})

"""Response: what people say a reply really is, to learn from and to measure on."""

import json
from dataclasses import dataclass

from .rules import DATA
from .taxonomy import HUMAN, INTENTS, SENTIMENTS


@dataclass(frozen=True, slots=True)
class Correction:
    """A reply and what a person says it is: all of its intents, and its sentiment.

    :raises ValueError: for a name that is none of ours.
    """

    text: str
    language: str
    intents: frozenset[str]
    sentiment: str | None = None

    def __post_init__(self):
        if unknown := set(self.intents) - set(INTENTS):
            raise ValueError(f"There is no intent {', '.join(sorted(unknown))}.")
        if self.sentiment is not None and self.sentiment not in SENTIMENTS:
            raise ValueError(f"There is no sentiment {self.sentiment}.")


def regression_set() -> list[Correction]:
    """Return the replies that no shipped model has learned from."""
    lines = (DATA / "regression.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Correction(
            row["text"], row["lang"], frozenset(row["intents"]), row["sentiment"]
        )
        for row in rows
        if row["kind"] == HUMAN
    ]

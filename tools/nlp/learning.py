"""Response: a new model version from people's corrections, in plain Python.

What is learned lies on top of the model: weights of the grams in the corrected replies,
and of the sentence vector where there is one. A version is offered only when it is
better on corrections that it has not seen, and not worse on the replies that are kept
for measuring (``data/regression.jsonl``). Nothing here is random: the same corrections
give the same model.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain

from . import features as feature_tools
from .corrections import Correction, regression_set
from .model import Model, loads, sealed
from .taxonomy import QUESTIONS, SENTIMENTS

# With fewer there is nothing to check the result on.
FEWEST = 10
# Of these every correction is used; of more, the newest.
MOST = 2_000
_FOLDS = 4
_ROUNDS = 12
_RATE = 0.6
_GRAM_RATE = 24.0
_DENSE_RATE = 0.002
_DECAY = 0.002
# By how much a figure on the kept replies may fall: two of them, about.
_TOLERANCE = 0.01
# How much of what was learned is tried, until the kept replies lose nothing.
_STEPS = (1.0, 0.6, 0.35, 0.2)
_SMALLEST = 0.02

_GROUPS = {
    "interested": {"interested"},
    "not_interested": {"not_interested"},
    "any_question": set(QUESTIONS),
    "meeting_request": {"meeting_request"},
    "objection_timing": {"objection_timing"},
    "any_wrong_person": {"wrong_person", "referral"},
    "unsubscribe": {"unsubscribe"},
    "complaint": {"complaint"},
}
_FLAVOURS = (
    "pricing_request",
    "document_request",
    "information_request",
    "referral",
    "objection_budget",
    "objection_has_solution",
    "objection_other",
    "thanks",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a model does on some replies: micro-F1 of intents, accuracy of sentiment."""

    intents: float
    sentiment: float
    replies: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the corrections.

    ``model`` is the new version, or None where ``reason`` says why there is none.
    ``before`` and ``after`` are on corrections that were not learned from;
    ``kept_before`` and ``kept_after`` on the replies kept for measuring.
    """

    model: Model | None
    reason: str
    before: Figures | None = None
    after: Figures | None = None
    kept_before: Figures | None = None
    kept_after: Figures | None = None


Encoder = Callable[[str], Sequence[float]]


@dataclass(slots=True)
class _Example:
    features: feature_tools.Features
    vector: list[float] | None
    logits: list[float]
    scale: float
    targets: dict[int, float]
    feeling: int | None


@dataclass(slots=True)
class _Delta:
    """What is learned: weights by gram and of the vector, one column a head.

    The heads' biases stay: how often a label is right in corrections, which are of what
    went wrong, says nothing about how often it is right.
    """

    grams: dict[str, list[float]] = field(default_factory=dict)
    dense: list[list[float]] | None = None


def learn(
    model: Model,
    corrections: Sequence[Correction],
    version: str,
    encode: Encoder | None = None,
    kept: Sequence[Correction] | None = None,
) -> Learned:
    """Return a new version of a model that has learned from corrections, or why not.

    Takes seconds for hundreds of corrections.

    :param version: the name of the new version.
    :param encode: gives the sentence vector, for a model that has one.
    :param kept: replies to measure on instead of :func:`regression_set`.
    """
    corrections = list(corrections)[-MOST:]
    if len(corrections) < FEWEST:
        return Learned(None, f"It takes {FEWEST} corrections to learn from.")
    examples = [_example(model, item, encode) for item in corrections]
    measured = [
        _example(model, item, encode)
        for item in (regression_set() if kept is None else kept)
    ]
    before = _figures(model, examples, None)
    kept_before = _figures(model, measured, None)
    delta = _fit(model, examples)
    for step in _STEPS:
        part = _scaled(delta, step)
        kept_after = _figures(model, measured, part)
        if _is_no_worse(kept_before, kept_after):
            break
    else:
        return Learned(
            None,
            "The replies kept for measuring got worse.",
            before,
            kept_before=kept_before,
            kept_after=kept_after,
        )
    after = _validated(model, corrections, examples, step)
    facts = (before, after, kept_before, kept_after)
    if not _is_better(before, after):
        return Learned(None, "Corrections not learned from got no better.", *facts)
    return Learned(
        _export(model, part, version, _told(len(corrections), *facts)), "", *facts
    )


# ------------------------------------------------------------
# Examples
# ------------------------------------------------------------


def _example(model: Model, item: Correction, encode: Encoder | None) -> _Example:
    """Return a correction with all that does not change while learning."""
    features = feature_tools.read(item.text, item.language)
    vector = None
    if encode and model.dense:
        vector = model.scaled_vector(list(encode(item.text)))
    targets = {
        model.heads.index(head): float(bool(names & item.intents))
        for head, names in _GROUPS.items()
    }
    for head in _FLAVOURS:
        targets[model.heads.index(head)] = float(head in item.intents)
    feeling = None
    if item.sentiment is not None:
        feeling = SENTIMENTS.index(item.sentiment)
    logits = model.logits(features)
    if vector:
        model.add_dense(logits, vector)
    return _Example(
        features, vector, logits, model.gram_scale(features), targets, feeling
    )


def _logits(example: _Example, delta: _Delta | None) -> list[float]:
    """Return the raw scores of an example with what was learned on top."""
    found = list(example.logits)
    if delta is None:
        return found
    for gram in example.features.grams:
        if row := delta.grams.get(gram):
            for column, value in enumerate(row):
                found[column] += value * example.scale
    if delta.dense and example.vector:
        for column, row in enumerate(delta.dense):
            found[column] += sum(map(float.__mul__, row, example.vector))
    return found


# ------------------------------------------------------------
# Learning
# ------------------------------------------------------------


def _fit(model: Model, examples: Sequence[_Example]) -> _Delta:
    """Return what stochastic gradient descent makes of the examples."""
    width = len(model.heads)
    delta = _Delta()
    if examples and examples[0].vector:
        delta.dense = [[0.0] * len(examples[0].vector) for _ in range(width)]
    for number in range(_ROUNDS):
        rate = _RATE / (1 + number / 4)
        for example in _shuffled(examples, number):
            _step(model, delta, example, rate)
        _decay(delta, 1 - _DECAY * len(examples) ** 0.5)
    return delta


def _step(model: Model, delta: _Delta, example: _Example, rate: float) -> None:
    """Move the weights a little towards what the example should have given."""
    logits = _logits(example, delta)
    errors = {}
    for column, target in example.targets.items():
        head = model.head(column)
        likely = _sigmoid(head["scale"] * (logits[column] - head["threshold"]))
        errors[column] = target - likely
    if example.feeling is not None:
        first = len(logits) - len(SENTIMENTS)
        for number, likely in enumerate(_softmax(logits[first:])):
            errors[first + number] = (number == example.feeling) - likely
    moves = [
        (column, error * rate) for column, error in errors.items() if abs(error) > 0.02
    ]
    if not moves:
        return
    width = len(logits)
    for gram in example.features.grams:
        row = delta.grams.setdefault(gram, [0.0] * width)
        pull = example.scale * _GRAM_RATE * model.rarity(gram) ** 2
        for column, move in moves:
            row[column] += move * pull
    if delta.dense and example.vector:
        for column, move in moves:
            pull = move * _DENSE_RATE / _RATE
            delta.dense[column] = [
                weight + pull * value
                for weight, value in zip(
                    delta.dense[column], example.vector, strict=True
                )
            ]


def _decay(delta: _Delta, factor: float) -> None:
    for row in chain(delta.grams.values(), delta.dense or ()):
        row[:] = [weight * factor for weight in row]


def _scaled(delta: _Delta, step: float) -> _Delta:
    return _Delta(
        {gram: [w * step for w in row] for gram, row in delta.grams.items()},
        delta.dense and [[w * step for w in row] for row in delta.dense],
    )


def _shuffled(examples: Sequence[_Example], number: int) -> list[_Example]:
    """Return the examples in another order every round, the same at every time."""
    keys = [
        sha256(f"{number}:{place}".encode()).digest() for place in range(len(examples))
    ]
    order = sorted(range(len(examples)), key=keys.__getitem__)
    return [examples[place] for place in order]


# ------------------------------------------------------------
# Measuring
# ------------------------------------------------------------


def _validated(
    model: Model,
    corrections: Sequence[Correction],
    examples: Sequence[_Example],
    step: float,
) -> Figures:
    """Return the figures on corrections, each judged by what learned from others.

    Copies of one text stay together, or it would be judged by itself.
    """
    folds: list[list[int]] = [[] for _ in range(_FOLDS)]
    for place, item in enumerate(corrections):
        digest = sha256(" ".join(item.text.lower().split()).encode()).digest()
        folds[digest[0] % _FOLDS].append(place)
    pairs = []
    for fold in folds:
        out = set(fold)
        rest = [item for place, item in enumerate(examples) if place not in out]
        delta = _scaled(_fit(model, rest), step)
        pairs += [(examples[place], _logits(examples[place], delta)) for place in fold]
    return _measure(model, pairs)


def _figures(
    model: Model, examples: Iterable[_Example], delta: _Delta | None
) -> Figures:
    return _measure(model, [(item, _logits(item, delta)) for item in examples])


def _measure(model: Model, pairs: Sequence[tuple[_Example, list[float]]]) -> Figures:
    right = given = wanted = felt = judged = 0
    columns = [model.heads.index(head) for head in _GROUPS]
    for example, logits in pairs:
        for column in columns:
            is_given = logits[column] >= model.head(column)["threshold"]
            is_wanted = example.targets[column] > 0.5
            right += is_given and is_wanted
            given += is_given
            wanted += is_wanted
        if example.feeling is not None:
            judged += 1
            last = logits[-len(SENTIMENTS) :]
            felt += last.index(max(last)) == example.feeling
    return Figures(
        round(2 * right / max(1, given + wanted), 4),
        round(felt / max(1, judged), 4),
        len(pairs),
    )


def _is_better(before: Figures, after: Figures) -> bool:
    """Return whether one figure rose and their sum did."""
    gained = after.intents - before.intents, after.sentiment - before.sentiment
    return max(gained) > 0 and sum(gained) > 0


def _is_no_worse(before: Figures, after: Figures) -> bool:
    return (
        after.intents >= before.intents - _TOLERANCE
        and after.sentiment >= before.sentiment - _TOLERANCE
    )


# ------------------------------------------------------------
# The new version
# ------------------------------------------------------------


def _export(model: Model, delta: _Delta, version: str, told: Mapping) -> Model:
    """Return a model with what was learned put into its tables."""
    data = model.data
    grams = dict(data["grams"])
    for gram, row in delta.grams.items():
        if max(map(abs, row)) < _SMALLEST:
            continue
        # a gram that is new has no rarity, so that it leaves the others' weights alone
        old = grams.get(gram) or [0.0] * (len(row) + 1)
        summed = [a + b for a, b in zip(old[1:], row, strict=True)]
        grams[gram] = [old[0], *(round(value, 3) for value in summed)]
    dense = data["dense"]
    if dense and delta.dense:
        rows = [
            [round(a + b, 5) for a, b in zip(old, new, strict=True)]
            for old, new in zip(dense["weights"], delta.dense, strict=True)
        ]
        dense = {**dense, "weights": rows}
    body = {
        **data,
        "version": version,
        "grams": grams,
        "dense": dense,
        "training": {**data["training"], "learned": [*_earlier(data), told]},
    }
    return loads(json.dumps(sealed(body)))


def _earlier(data: Mapping) -> list:
    return list(data["training"].get("learned", ()))[-19:]


def _told(
    corrections: int,
    before: Figures,
    after: Figures,
    kept_before: Figures,
    kept_after: Figures,
) -> dict:
    """Return what a version says about how it came to be."""
    return {
        "corrections": corrections,
        "intents": [before.intents, after.intents],
        "sentiment": [before.sentiment, after.sentiment],
        "kept_intents": [kept_before.intents, kept_after.intents],
        "kept_sentiment": [kept_before.sentiment, kept_after.sentiment],
    }


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _softmax(values: Sequence[float]) -> list[float]:
    highest = max(values)
    powers = [math.exp(value - highest) for value in values]
    total = sum(powers)
    return [power / total for power in powers]

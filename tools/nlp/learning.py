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
from .measuring import HEADS, Example, Figures, is_better, is_no_worse, measure
from .model import Model, loads, sealed
from .taxonomy import SENTIMENTS

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
# How much of what was learned is tried, until the kept replies lose nothing.
_STEPS = (1.0, 0.6, 0.35, 0.2)
_SMALLEST = 0.02

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
class Learned:
    """What came of the corrections.

    ``model`` is the new version, or None where ``reason`` says why there is none; then
    ``rejected`` is what would have been. ``before`` and ``after`` are on corrections
    that were not learned from; ``kept_before`` and ``kept_after`` on the replies kept
    for measuring.
    """

    model: Model | None
    reason: str
    before: Figures | None = None
    after: Figures | None = None
    kept_before: Figures | None = None
    kept_after: Figures | None = None
    rejected: Model | None = None


Encoder = Callable[[str], Sequence[float]]


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
    rival: Model | None = None,
    seen: int = 0,
) -> Learned:
    """Return a new version of a model that has learned from corrections, or why not.

    Takes seconds for hundreds of corrections.

    :param version: the name of the new version.
    :param encode: gives the sentence vector, for a model that has one.
    :param kept: replies to measure on instead of :func:`regression_set`.
    :param rival: the version to do better than, if it is not ``model``.
    :param seen: how many corrections, from the first on, the rival has learned from;
        the two are compared on the others.
    """
    seen = max(0, seen - max(0, len(corrections) - MOST))
    corrections = list(corrections)[-MOST:]
    if len(corrections) - seen < FEWEST:
        return Learned(None, f"It takes {FEWEST} corrections to learn from.")
    examples = [_example(model, item, encode) for item in corrections]
    measured = [
        _example(model, item, encode)
        for item in (regression_set() if kept is None else kept)
    ]
    rivals = examples[seen:]
    if rival:
        rivals = [_example(rival, item, encode) for item in corrections[seen:]]
    before = _figures(rival or model, rivals, None)
    kept_before = _figures(model, measured, None)
    delta = _fit(model, examples)
    for step in _STEPS:
        part = _scaled(delta, step)
        kept_after = _figures(model, measured, part)
        if is_harmless := is_no_worse(kept_before, kept_after):
            break
    after = _validated(model, corrections, examples, step, seen)
    facts = (before, after, kept_before, kept_after)
    made = _export(model, part, version, _told(len(corrections), *facts))
    if not is_harmless:
        reason = "The replies kept for measuring got worse."
    elif not is_better(before, after):
        reason = "Corrections not learned from got no better."
    else:
        return Learned(made, "", *facts)
    return Learned(None, reason, *facts, rejected=made)


# ------------------------------------------------------------
# Examples
# ------------------------------------------------------------


def _example(model: Model, item: Correction, encode: Encoder | None) -> Example:
    """Return a correction with all that does not change while learning."""
    features = feature_tools.read(item.text, item.language)
    vector = None
    if encode and model.dense:
        vector = model.scaled_vector(list(encode(item.text)))
    targets = {
        model.heads.index(head): float(bool(names & item.intents))
        for head, names in HEADS.items()
    }
    for head in _FLAVOURS:
        targets[model.heads.index(head)] = float(head in item.intents)
    feeling = None
    if item.sentiment is not None:
        feeling = SENTIMENTS.index(item.sentiment)
    logits = model.logits(features)
    if vector:
        model.add_dense(logits, vector)
    return Example(
        features, vector, logits, model.gram_scale(features), targets, feeling
    )


def _logits(example: Example, delta: _Delta | None) -> list[float]:
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


def _fit(model: Model, examples: Sequence[Example]) -> _Delta:
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


def _step(model: Model, delta: _Delta, example: Example, rate: float) -> None:
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


def _shuffled(examples: Sequence[Example], number: int) -> list[Example]:
    """Return the examples in another order every round, the same at every time."""
    keys = [
        sha256(f"{number}:{place}".encode()).digest() for place in range(len(examples))
    ]
    order = sorted(range(len(examples)), key=keys.__getitem__)
    return [examples[place] for place in order]


def _validated(
    model: Model,
    corrections: Sequence[Correction],
    examples: Sequence[Example],
    step: float,
    seen: int,
) -> Figures:
    """Return the figures on corrections, each judged by what learned from others.

    Copies of one text stay together, or it would be judged by itself. The first
    ``seen`` of them are left out of the figures.
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
        pairs += [
            (examples[place], _logits(examples[place], delta))
            for place in fold
            if place >= seen
        ]
    return measure(model, pairs)


def _figures(
    model: Model, examples: Iterable[Example], delta: _Delta | None
) -> Figures:
    return measure(model, [(item, _logits(item, delta)) for item in examples])


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

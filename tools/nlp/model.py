"""Response: linear models as JSON: read, checked, applied and explained.

A model is data, never code. It is a table of weights, one column a *head*; a head is a
label with a threshold and a calibration. Its checksum covers everything else in it.

=============== =====================================================================
``schema``      1
``engine``      the engine it is for
``version``     a name; a retrained model gets a new one
``heads``       ``{name: {bias, threshold, scale}}``, in the order of the columns
``rules``       ``{label: weights}``: per unit of a label's phrases in the rule packs
``signs``       ``{sign: weights}``
``grams``       ``{gram: [rarity, weights…]}``
``words``       a packed table for words the training texts lack: ``{words, rarity,
                steps, weights}``, weights as base64 of signed bytes
``dense``       weights for a sentence vector, with ``mean`` and ``deviation``, or null
``training``    facts: how many texts, sources, figures
``sha256``      of the canonical JSON of all the rest
=============== =====================================================================
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from .features import Features

SCHEMA = 1
# A model that is larger than this is not one of ours.
LARGEST = 12_000_000
_MOST_GRAMS = 100_000
_MOST_WORDS = 100_000
_MOST_HEADS = 64


class ModelError(ValueError):
    """A model file is not as it should be; the text says what is wrong with it."""


class Model:
    """A checked model. Nothing changes it after it was read."""

    def __init__(self, data: Mapping):
        _check(data)
        self.data = data
        self.engine: str = data["engine"]
        self.version: str = data["version"]
        self.heads: list[str] = list(data["heads"])
        self.rules: dict[str, list[float]] = data["rules"]
        self.signs: dict[str, list[float]] = data["signs"]
        self.grams: dict[str, list[float]] = data["grams"]
        self.dense: Mapping | None = data["dense"]
        self._heads = list(data["heads"].values())
        self._bias = [float(head["bias"]) for head in self._heads]
        self._rarest = max((row[0] for row in self.grams.values()), default=0) or 1.0
        self._words = _WordTable(data["words"], len(self.heads))

    def logits(
        self, features: Features, vector: Sequence[float] | None = None
    ) -> list[float]:
        """Return the raw score of each head, in the order of :attr:`heads`."""
        totals = list(self._bias)
        for label, value in features.rules.items():
            _add(totals, self.rules.get(label), value)
        for sign, value in features.signs.items():
            if value:
                _add(totals, self.signs.get(sign), value)
        rows, scale = self._gram_rows(features)
        sums = [0.0] * len(totals)
        for row in rows:
            # the first column is the gram's rarity
            for column, weight in enumerate(row[1:]):
                sums[column] += weight
        for column, value in enumerate(sums):
            totals[column] += value * scale
        self._words.add(totals, features)
        if vector is not None and self.dense:
            self.add_dense(totals, self.scaled_vector(vector))
        return totals

    def head(self, column: int) -> Mapping:
        """Return the bias, threshold and scale of a head."""
        return self._heads[column]

    def rarity(self, gram: str) -> float:
        """Return how rare a gram is, from 0 for a word in every text to 1."""
        row = self.grams.get(gram)
        # learned grams have no rarity in the table: they are as rare as can be
        return min(1.0, row[0] / self._rarest) if row and row[0] else 1.0

    def gram_scale(self, features: Features) -> float:
        """Return what the weights of a text's grams are multiplied with."""
        return self._gram_rows(features)[1]

    def _gram_rows(self, features: Features) -> tuple[list[list[float]], float]:
        """Return the rows of the grams that are known, and what they are scaled by."""
        get = self.grams.get
        rows = [row for gram in features.grams if (row := get(gram)) is not None]
        norm = math.sqrt(sum(row[0] * row[0] for row in rows))
        # a text of none but learned grams, whose rarity is 0, is taken as it is
        return rows, 1 / norm if norm else 1.0

    def scaled_vector(self, vector: Sequence[float]) -> list[float]:
        """Return a sentence vector as the weights expect it."""
        dense = self.dense
        return [
            (value - mean) / deviation
            for value, mean, deviation in zip(
                vector, dense["mean"], dense["deviation"], strict=True
            )
        ]

    def add_dense(self, totals: list[float], scaled: Sequence[float]) -> None:
        """Add what a scaled sentence vector says."""
        for column, weights in enumerate(self.dense["weights"]):
            totals[column] += sum(map(float.__mul__, scaled, weights))

    def probabilities(self, logits: Sequence[float]) -> dict[str, float]:
        """Return each head's probability; .5 is where its label is given."""
        found = {}
        for name, head, logit in zip(self.heads, self._heads, logits, strict=True):
            found[name] = _sigmoid(head["scale"] * (logit - head["threshold"]))
        return found

    def contributions(
        self, features: Features, head: str
    ) -> list[tuple[float, str, str, tuple[int, int]]]:
        """Return what spoke for a head: weight, source, text, words (first, last)."""
        column = self.heads.index(head)
        found = []
        for label, value in features.rules.items():
            row = self.rules.get(label)
            if row and (weight := row[column] * value) > 0.05:
                hits = [hit for hit in features.hits if hit.label == label]
                total = sum(hit.weight for hit in hits)
                found += [
                    (
                        weight * hit.weight / total,
                        "rule",
                        hit.phrase,
                        (hit.first, hit.last),
                    )
                    for hit in hits
                ]
        _rows, scale = self._gram_rows(features)
        for gram, place in features.grams.items():
            row = self.grams.get(gram)
            if row and (weight := row[column + 1] * scale) > 0.05:
                found.append((weight, "word", gram, place))
        found.sort(key=lambda item: -item[0])
        return found


class _WordTable:
    """Weights of words by what they mean, for those that training never saw."""

    def __init__(self, data: Mapping | None, heads: int):
        self.index: dict[str, int] = {}
        if not data:
            return
        words = data["words"].split(" ")
        try:
            packed = base64.b64decode(data["weights"], validate=True)
            rarity = base64.b64decode(data["rarity"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ModelError(f"The model's table of words is garbled: {error}.")
        if len(packed) != len(words) * heads or len(rarity) != len(words):
            raise ModelError("The model's table of words has the wrong size.")
        self.index = {word: number for number, word in enumerate(words)}
        self.weights = memoryview(packed).cast("b")
        self.rarity = rarity
        self.steps = [float(step) for step in data["steps"]]
        self.heads = heads

    def add(self, totals: list[float], features: Features) -> None:
        """Add what the words of a text mean, evened out by how many there are."""
        if not self.index:
            return
        heads, weights = self.heads, self.weights
        sums = [0] * heads
        energy = 0.0
        for word in features.words.folded:
            number = self.index.get(word)
            if number is None:
                continue
            energy += (self.rarity[number] / 255) ** 2
            start = number * heads
            for column, weight in enumerate(weights[start : start + heads]):
                sums[column] += weight
        if energy:
            scale = 1 / math.sqrt(energy)
            for column, step in enumerate(self.steps):
                totals[column] += sums[column] * step * scale


def _add(totals: list[float], row: Sequence[float] | None, value: float) -> None:
    if row:
        for column, weight in enumerate(row):
            totals[column] += weight * value


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1 / (1 + math.exp(-min(value, 60)))
    raised = power(value)
    return raised / (1 + raised)


def power(value: float) -> float:
    """Return e to a number, 0 where that is nothing."""
    return math.exp(max(value, -60))


# ------------------------------------------------------------
# Reading and checking
# ------------------------------------------------------------


def load(path: Path) -> Model:
    """Return the model in a file, or raise :class:`ModelError`."""
    try:
        if path.stat().st_size > LARGEST:
            raise ModelError(f"{path.name} is larger than a model may be.")
        return loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        raise ModelError(f"{path.name} is not text.")


def loads(text: str) -> Model:
    """Return the model in a JSON text, or raise :class:`ModelError`."""
    if len(text) > LARGEST:
        raise ModelError("The model is larger than a model may be.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The model is no JSON: {error}.")
    return Model(data)


def sealed(data: Mapping) -> dict:
    """Return a model's data with the checksum that belongs to it."""
    body = {name: value for name, value in data.items() if name != "sha256"}
    return {**body, "sha256": checksum(body)}


def checksum(data: Mapping) -> str:
    """Return the checksum of a model's data."""
    body = {name: value for name, value in data.items() if name != "sha256"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _check(data: Mapping) -> None:
    """Raise :class:`ModelError` unless the data is a model of this schema."""
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise ModelError(f"This is no model of schema {SCHEMA}.")
    for name, kind in _TYPES.items():
        if not isinstance(data.get(name), kind):
            raise ModelError(f"The model has no proper “{name}”.")
    if data.get("sha256") != checksum(data):
        raise ModelError("The model was changed: its checksum does not fit.")
    count = len(data["heads"])
    if not 0 < count <= _MOST_HEADS or len(data["grams"]) > _MOST_GRAMS:
        raise ModelError("The model has too many heads or grams, or none.")
    for name, head in data["heads"].items():
        _check_row(f"head {name}", [head.get(key) for key in _HEAD], len(_HEAD))
    for name in ("rules", "signs"):
        for key, row in data[name].items():
            _check_row(f"{name} {key}", row, count)
    for gram, row in data["grams"].items():
        _check_row(f"gram {gram}", row, count + 1)
    _check_dense(data["dense"], count)
    _check_words(data["words"], count)


_HEAD = ("bias", "threshold", "scale")
_TYPES = {
    "engine": str,
    "version": str,
    "heads": Mapping,
    "rules": Mapping,
    "signs": Mapping,
    "grams": Mapping,
    "words": (Mapping, type(None)),
    "dense": (Mapping, type(None)),
    "training": Mapping,
}


def _check_dense(dense: Mapping | None, count: int) -> None:
    if dense is None:
        return
    mean = dense.get("mean")
    if not isinstance(mean, list) or not 0 < len(mean) <= 2048:
        raise ModelError("The model's vector has no proper length.")
    rows = dense.get("weights")
    if not isinstance(rows, list) or len(rows) != count:
        raise ModelError("The model's vector has not one row a head.")
    for row in (mean, dense.get("deviation"), *rows):
        _check_row("vector", row, len(mean))


def _check_words(words: Mapping | None, count: int) -> None:
    if words is None:
        return
    for name in ("words", "weights", "rarity"):
        if not isinstance(words.get(name), str):
            raise ModelError(f"The model's table of words has no proper “{name}”.")
    if words["words"].count(" ") >= _MOST_WORDS:
        raise ModelError("The model's table of words is too long.")
    _check_row("steps", words.get("steps"), count)


def _check_row(name: str, row: object, length: int) -> None:
    good = (
        isinstance(row, list)
        and len(row) == length
        and all(
            type(value) in (int, float) and -1e6 < value < 1e6  # also no NaN
            for value in row
        )
    )
    if not good:
        raise ModelError(f"The model's {name} is not {length} numbers.")

"""The tables of a model file, from fitted weights."""

import base64

import numpy as np

from tools.nlp import features

from .train_texts import HEADS

# The engine with sentence vectors uses both models; as all is linear, they are one.
SHARE_OF_SENTENCES = 0.65


def export(design, weights: np.ndarray, biases: np.ndarray, heads: dict) -> dict:
    """Return the tables of a model."""
    recipe = design.recipe
    place = len(design.grams.names)
    grams = {
        gram: [rarity, *(weights[:, number] * rarity)]
        for number, (gram, rarity) in enumerate(
            zip(design.grams.names, design.grams.rarity, strict=True)
        )
    }
    table = dense = None
    if recipe.meanings:
        width = design.meanings.vectors.shape[1]
        table = _word_table(design, weights[:, place : place + width])
        place += width
    if recipe.sentences:
        width = len(design.mean)
        rows = weights[:, place : place + width] * recipe.sentences
        dense = {
            "mean": list(design.mean),
            "deviation": list(design.deviation),
            "weights": [list(row) for row in rows],
        }
        place += width
    signs, phrases = features.SIGNS, design.labels
    return {
        "heads": {
            head: {"bias": float(biases[n]), **heads[head]}
            for n, head in enumerate(HEADS)
        },
        "rules": {
            label: list(weights[:, place + len(signs) + number])
            for number, label in enumerate(phrases)
        },
        "signs": {
            sign: list(weights[:, place + number]) for number, sign in enumerate(signs)
        },
        "grams": grams,
        "words": table,
        "dense": dense,
    }


def blended(words: dict, sentences: dict, heads: dict) -> dict:
    """Return one model for two: the weighted sum of their scores from the threshold on.

    ``heads`` are those of the sum, whose thresholds are at 0.
    """
    shares = np.array(
        [
            [
                (1 - SHARE_OF_SENTENCES) * words["heads"][head]["scale"]
                for head in HEADS
            ],
            [SHARE_OF_SENTENCES * sentences["heads"][head]["scale"] for head in HEADS],
        ]
    )
    both = (words, sentences)

    def summed(table: str, skip: int = 0) -> dict:
        """Return a table's rows as sums; the first ``skip`` numbers stay."""
        return {
            name: [
                *row[:skip],
                *sum(
                    np.array(model[table][name][skip:]) * share
                    for model, share in zip(both, shares, strict=True)
                ),
            ]
            for name, row in words[table].items()
        }

    table, dense = words["words"], sentences["dense"]
    bias = sum(
        share
        * np.array([m["heads"][h]["bias"] - m["heads"][h]["threshold"] for h in HEADS])
        for m, share in zip(both, shares, strict=True)
    )
    return {
        "heads": {
            head: {"bias": float(bias[n]), **heads[head]}
            for n, head in enumerate(HEADS)
        },
        "rules": summed("rules"),
        "signs": summed("signs"),
        "grams": summed("grams", skip=1),
        "words": {**table, "steps": list(np.array(table["steps"]) * shares[0])},
        "dense": {
            **dense,
            "weights": [
                list(np.array(row) * share)
                for row, share in zip(dense["weights"], shares[1], strict=True)
            ],
        },
    }


def rounded(tables: dict) -> dict:
    """Return tables with as many digits as tell anything."""
    for name in ("rules", "signs", "grams"):
        tables[name] = {key: _row(row) for key, row in tables[name].items()}
    for head in tables["heads"].values():
        head["bias"] = round(head["bias"], 4)
    if tables["words"]:
        tables["words"]["steps"] = _row(tables["words"]["steps"], 7)
    if dense := tables["dense"]:
        tables["dense"] = {
            "mean": _row(dense["mean"], 5),
            "deviation": _row(dense["deviation"], 5),
            "weights": [_row(row, 5) for row in dense["weights"]],
        }
    return tables


def _word_table(design, weights: np.ndarray) -> dict:
    """Return what each word adds to each head, in steps of a byte."""
    order = sorted(design.meanings.index.items(), key=lambda item: item[0])
    numbers = [number for _word, number in order]
    rarity = design.rarity[numbers]
    values = design.meanings.vectors[numbers] @ weights.T * rarity[:, None]
    values *= design.recipe.meanings
    steps = np.abs(values).max(0) / 127
    packed = np.round(values / steps).astype(np.int8)
    return {
        "words": " ".join(word for word, _number in order),
        "weights": base64.b64encode(packed.tobytes()).decode(),
        "rarity": base64.b64encode(
            np.round(rarity * 255).astype(np.uint8).tobytes()
        ).decode(),
        "steps": list(steps),
    }


def _row(values, digits: int = 3) -> list[float]:
    return [round(float(value), digits) for value in values]

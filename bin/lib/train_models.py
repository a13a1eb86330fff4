"""Fits the models of the reply analysis. Runs in the environment of bin/pins/train.txt.

What is learned from texts is kept apart from what the rule packs see, in a way: each
text is learned from three times, twice with most of its phrases hidden. Who writes both
the texts and the phrases knows them too well, and a model would trust the phrases more
than strangers' mails justify.
"""

import base64
import json
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

import numpy as np  # noqa: E402
from scipy.sparse import csr_matrix, hstack, vstack  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from lib.train_matrix import (  # noqa: E402
    Grams,
    Meanings,
    rule_matrix,
    sentence_matrix,
    sign_matrix,
)
from lib.train_texts import (  # noqa: E402
    FLAVOURS,
    GROUPS,
    HEADS,
    SENTIMENTS,
    Text,
    is_kept_back,
    of_reply,
    read_public,
    read_replies,
    targets_of,
)
from tools.nlp import features, rules  # noqa: E402
from tools.nlp import model as models  # noqa: E402

TRAINING = ROOT / "tools" / "nlp" / "training"
DATA = ROOT / "tools" / "nlp" / "data"

FOLDS = 5
SEED = 1
# How often the phrases of a text are hidden in its copies, and how many copies.
HIDDEN = 0.75
COPIES = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an engine's model is fitted: what it sees, and how freely it may learn."""

    engine: str
    strength: float
    meanings: float
    sentences: float


RECIPES = {
    "hybrid": Recipe("hybrid", strength=4.0, meanings=1.0, sentences=0.0),
    "hybrid_e5": Recipe("hybrid_e5", strength=2.0, meanings=0.0, sentences=0.08),
}


class Design:
    """The matrix of some texts for a recipe; made on training texts only."""

    def __init__(self, recipe: Recipe, texts: list[Text], meanings: Meanings):
        self.recipe = recipe
        self.grams = Grams(texts)
        self.meanings = meanings
        self.rarity = meanings.rarity(texts)
        self.labels = sorted(
            {r.label for lang in rules.LANGUAGES for r in rules.pack(lang).rules}
            | {"not_interested", "negative"}
        )
        self.mean = self.deviation = None

    def matrix(self, texts: list[Text], vectors: np.ndarray | None) -> csr_matrix:
        """Return the texts as rows: grams, meanings or sentences, signs, phrases."""
        blocks = [self.grams.matrix(texts)]
        if self.recipe.meanings:
            known = self.meanings.matrix(texts, self.rarity)
            blocks.append(csr_matrix(known * self.recipe.meanings))
        if self.recipe.sentences:
            if self.mean is None:
                self.mean, self.deviation = vectors.mean(0), vectors.std(0)
            scaled = (vectors - self.mean) / self.deviation
            blocks.append(csr_matrix(scaled * self.recipe.sentences))
        blocks.append(csr_matrix(sign_matrix(texts)))
        blocks.append(csr_matrix(rule_matrix(texts, self.labels)))
        return hstack(blocks).tocsr()

    def copies(self, matrix: csr_matrix) -> csr_matrix:
        """Return the rows, and again with most phrases hidden at random."""
        chance = np.random.default_rng(SEED)
        cut = matrix.shape[1] - len(self.labels)
        left, right = matrix[:, :cut], matrix[:, cut:].toarray()
        hidden = [
            hstack([left, csr_matrix(right * (chance.random(right.shape) > HIDDEN))])
            for _ in range(COPIES)
        ]
        return vstack([matrix, *hidden]).tocsr()


class Fit:
    """The weights of all heads, fitted on some texts."""

    def __init__(self, recipe: Recipe, texts: list[Text], vectors, meanings: Meanings):
        self.design = Design(recipe, texts, meanings)
        rows = self.design.copies(self.design.matrix(texts, vectors))
        times = 1 + COPIES
        self.weights = np.zeros((len(HEADS), rows.shape[1]))
        self.bias = np.zeros(len(HEADS))
        importance = np.tile([text.weight for text in texts], times)
        for number, head in enumerate(HEADS):
            if head in SENTIMENTS:
                continue
            known, values = (np.tile(a, times) for a in targets_of(texts, head))
            learner = LogisticRegression(
                C=recipe.strength / times, solver="liblinear", random_state=SEED
            )
            learner.fit(rows[known], values[known], importance[known])
            self.weights[number] = learner.coef_[0]
            self.bias[number] = learner.intercept_[0]
        self._fit_sentiment(rows, texts, recipe.strength / times)

    def _fit_sentiment(self, rows: csr_matrix, texts: list[Text], strength: float):
        times = 1 + COPIES
        names = np.tile([text.sentiment or "" for text in texts], times)
        known = names != ""
        learner = LogisticRegression(C=strength, class_weight="balanced", max_iter=3000)
        learner.fit(rows[known], names[known])
        first = len(HEADS) - len(SENTIMENTS)
        assert [f"sentiment_{name}" for name in learner.classes_] == list(SENTIMENTS)
        self.weights[first:], self.bias[first:] = learner.coef_, learner.intercept_

    def logits(self, texts: list[Text], vectors) -> np.ndarray:
        """Return the raw scores of texts, a row each."""
        return self.design.matrix(texts, vectors) @ self.weights.T + self.bias


def cross_validate(recipe: Recipe, texts: list[Text], vectors, meanings) -> np.ndarray:
    """Return the raw score of each text by a model that has not learned from it."""
    order = np.random.default_rng(SEED).permutation(len(texts))
    found = np.zeros((len(texts), len(HEADS)))
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        pick = lambda numbers: [texts[number] for number in numbers]  # noqa: E731
        rows = vectors[rest] if vectors is not None else None
        fit = Fit(recipe, pick(rest), rows, meanings)
        found[out] = fit.logits(
            pick(out), vectors[out] if vectors is not None else None
        )
    return found


# ------------------------------------------------------------
# Thresholds and figures
# ------------------------------------------------------------


def f1(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * (predicted & true).sum() / max(1, predicted.sum() + true.sum())


def thresholds(scores: np.ndarray, texts: list[Text]) -> dict[str, dict[str, float]]:
    """Return threshold and steepness of each head.

    Each is half its own best and half what all groups share: the lowest that costs
    nothing to speak of, as phrases and texts are by the same hand here, and strangers'
    mails score lower.
    """
    steps = np.arange(-1.5, 0.5, 0.05)
    known = np.array([text.targets["interested"] is not None for text in texts])
    true = np.array([[bool(t.targets[g]) for g in GROUPS] for t in texts])[known]
    columns = [HEADS.index(group) for group in GROUPS]
    micro = [f1(scores[known][:, columns] > step, true) for step in steps]
    shared = float(steps[np.argmax(np.array(micro) >= max(micro) - 0.004)])
    found = {}
    for number, head in enumerate(HEADS):
        if head in SENTIMENTS:
            found[head] = {"threshold": 0.0, "scale": 1.0}
            continue
        some, values = targets_of(texts, head)
        column = scores[some, number]
        best = float(steps[np.argmax([f1(column > s, values[some]) for s in steps])])
        if head in (*GROUPS, *FLAVOURS):
            best = (best + shared) / 2
        learner = LogisticRegression(fit_intercept=False, C=1e6)
        learner.fit((column - best)[:, None], values[some])
        found[head] = {
            "threshold": round(best, 3),
            "scale": round(float(np.clip(learner.coef_[0, 0], 0.5, 4.0)), 3),
        }
    return found


def figures(scores: np.ndarray, texts: list[Text], heads: dict) -> dict[str, float]:
    """Return how good scores are: groups, flavours, sentiment."""
    limits = np.array([heads[head]["threshold"] for head in HEADS])
    given = scores > limits
    known = np.array([text.targets["interested"] is not None for text in texts])
    true = np.array([[bool(t.targets[g]) for g in HEADS] for t in texts])
    columns = [HEADS.index(group) for group in GROUPS]
    groups, wanted = given[known][:, columns], true[known][:, columns]
    found = {
        "texts": int(known.sum()),
        "intents_micro_f1": f1(groups, wanted),
        "intents_macro_f1": np.mean(
            [f1(groups[:, k], wanted[:, k]) for k in range(len(GROUPS))]
        ),
        "intents_exact": (groups == wanted).all(1).mean(),
    }
    felt = np.array([text.sentiment or "" for text in texts])
    has = felt != ""
    names = np.array([head.removeprefix("sentiment_") for head in SENTIMENTS])
    told = names[scores[has][:, -len(SENTIMENTS) :].argmax(1)]
    found["sentiment_accuracy"] = (told == felt[has]).mean()
    found["sentiment_macro_f1"] = np.mean(
        [f1(told == name, felt[has] == name) for name in names]
    )
    for number, head in enumerate(HEADS):
        if head not in SENTIMENTS:
            some, values = targets_of(texts, head)
            found[f"f1_{head}"] = f1(given[some, number], values[some])
    return {name: round(float(value), 3) for name, value in found.items()}


# ------------------------------------------------------------
# The model's file
# ------------------------------------------------------------


def export(fit: Fit, heads: dict, facts: dict) -> dict:
    """Return the data of a model."""
    design, recipe = fit.design, fit.design.recipe
    place = len(design.grams.names)
    grams = {
        gram: _row([rarity, *(fit.weights[:, number] * rarity)])
        for number, (gram, rarity) in enumerate(
            zip(design.grams.names, design.grams.rarity, strict=True)
        )
    }
    table = dense = None
    if recipe.meanings:
        width = design.meanings.vectors.shape[1]
        table = _word_table(design, fit.weights[:, place : place + width])
        place += width
    if recipe.sentences:
        width = len(design.mean)
        weights = fit.weights[:, place : place + width] * recipe.sentences
        dense = {
            "mean": _row(design.mean, 5),
            "deviation": _row(design.deviation, 5),
            "weights": [_row(row, 5) for row in weights],
        }
        place += width
    signs, phrases = features.SIGNS, design.labels
    return {
        "schema": models.SCHEMA,
        "engine": recipe.engine,
        "version": facts.pop("version"),
        "heads": {
            head: {"bias": round(float(fit.bias[n]), 4), **heads[head]}
            for n, head in enumerate(HEADS)
        },
        "rules": {
            label: _row(fit.weights[:, place + len(signs) + number])
            for number, label in enumerate(phrases)
        },
        "signs": {
            sign: _row(fit.weights[:, place + number])
            for number, sign in enumerate(signs)
        },
        "grams": grams,
        "words": table,
        "dense": dense,
        "training": facts,
    }


def _word_table(design: Design, weights: np.ndarray) -> dict:
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
        "steps": _row(steps, 7),
    }


def _row(values, digits: int = 3) -> list[float]:
    return [round(float(value), digits) for value in values]


def main(cache: str, *names: str) -> None:
    """Fit the named engines' models, all without a name, and write them."""
    replies = read_replies(TRAINING)
    kept = [reply for reply in replies if is_kept_back(reply)]
    learned = [of_reply(reply) for reply in replies if not is_kept_back(reply)]
    texts = learned + read_public(TRAINING)
    measured = [of_reply(reply) for reply in kept]
    meanings = Meanings(Path(cache))
    vectors = sentence_matrix(texts)
    own = len(learned)
    (DATA / "regression.jsonl").write_text(
        "".join(json.dumps(reply, ensure_ascii=False) + "\n" for reply in kept),
        encoding="utf-8",
    )
    for name in names or RECIPES:
        recipe = RECIPES[name]
        rows = vectors if recipe.sentences else None
        scores = cross_validate(recipe, texts, rows, meanings)
        heads = thresholds(scores, texts)
        validated = figures(scores[:own], texts[:own], heads)
        validated["f1_requests"] = figures(scores, texts, heads)["f1_requests"]
        fit = Fit(recipe, texts, rows, meanings)
        more = sentence_matrix(measured) if recipe.sentences else None
        held = figures(fit.logits(measured, more), measured, heads)
        del held["f1_requests"]  # only the public sentences know
        facts = {
            "version": "2026.11",
            "replies": own,
            "public_sentences": len(texts) - own,
            "cross_validation": validated,
            "kept_back": held,
        }
        data = models.sealed(export(fit, heads, facts))
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        models.loads(text)
        (DATA / f"model_{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(text) / 1e6:.1f} MB")
        print("  cross-validation", validated)
        print("  kept back       ", held, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

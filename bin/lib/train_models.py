"""Fits the models of the reply analysis. Runs in the environment of bin/pins/train.txt.

What is learned from texts is kept apart from what the rule packs see, in a way: each
reply is learned from several times, mostly with most of its phrases hidden. Who writes
both the texts and the phrases knows them too well, and a model would trust the phrases
more than strangers' mails justify.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

import numpy as np  # noqa: E402
from scipy.sparse import csr_matrix, hstack, vstack  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from lib.train_figures import figures, thresholds  # noqa: E402
from lib.train_file import SHARE_OF_SENTENCES, blended, export, rounded  # noqa: E402
from lib.train_matrix import (  # noqa: E402
    Grams,
    Meanings,
    rule_matrix,
    sentence_matrix,
    sign_matrix,
)
from lib.train_texts import (  # noqa: E402
    HEADS,
    SENTIMENTS,
    Text,
    is_kept_back,
    of_reply,
    read_public,
    read_replies,
    targets_of,
)
from tools.nlp import model as models  # noqa: E402
from tools.nlp import rules  # noqa: E402

VERSION = "2026.11.3"
TRAINING = ROOT / "tools" / "nlp" / "training"
DATA = ROOT / "tools" / "nlp" / "data"

FOLDS = 5
SEED = 1
# How often the phrases of a text are hidden in its copies, and how many copies.
HIDDEN = 0.75
COPIES = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a model sees, and how freely it may learn."""

    strength: float
    meanings: float
    sentences: float


WORDS = Recipe(strength=4.0, meanings=1.0, sentences=0.0)
SENTENCES = Recipe(strength=2.0, meanings=0.0, sentences=0.08)


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

    def copies(self, matrix: csr_matrix, own: np.ndarray) -> csr_matrix:
        """Return the rows, and our own again with most phrases hidden at random."""
        chance = np.random.default_rng(SEED)
        cut = matrix.shape[1] - len(self.labels)
        left, right = matrix[own, :cut], matrix[own, cut:].toarray()
        hidden = [
            hstack([left, csr_matrix(right * (chance.random(right.shape) > HIDDEN))])
            for _ in range(COPIES)
        ]
        return vstack([matrix, *hidden]).tocsr()


class Fit:
    """The weights of all heads, fitted on some texts."""

    def __init__(self, recipe: Recipe, texts: list[Text], vectors, meanings: Meanings):
        self.design = Design(recipe, texts, meanings)
        own = np.array([text.is_reply for text in texts])
        rows = self.design.copies(self.design.matrix(texts, vectors), own)
        order = [*range(len(texts)), *(np.tile(np.flatnonzero(own), COPIES))]
        # a reply weighs as much as all of its copies together did alone
        importance = np.array([text.weight for text in texts])
        importance[own] /= 1 + COPIES
        self.weights = np.zeros((len(HEADS), rows.shape[1]))
        self.bias = np.zeros(len(HEADS))
        for number, head in enumerate(HEADS):
            if head in SENTIMENTS:
                continue
            known, values = (part[order] for part in targets_of(texts, head))
            learner = LogisticRegression(
                C=recipe.strength, solver="liblinear", random_state=SEED
            )
            learner.fit(rows[known], values[known], importance[order][known])
            self.weights[number] = learner.coef_[0]
            self.bias[number] = learner.intercept_[0]
        self._fit_sentiment(rows, np.array([t.sentiment or "" for t in texts])[order])

    def _fit_sentiment(self, rows: csr_matrix, names: np.ndarray):
        known = names != ""
        learner = LogisticRegression(
            C=self.design.recipe.strength / (1 + COPIES),
            class_weight="balanced",
            max_iter=3000,
        )
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


@dataclass(slots=True)
class Result:
    """A recipe's model and how it does."""

    tables: dict
    scores: np.ndarray  # by cross-validation
    heads: dict
    kept_scores: np.ndarray  # of the replies kept back


def follow(recipe: Recipe, texts, vectors, kept, kept_vectors, meanings) -> Result:
    """Return what comes of a recipe."""
    scores = cross_validate(recipe, texts, vectors, meanings)
    heads = thresholds(scores, texts)
    fit = Fit(recipe, texts, vectors, meanings)
    return Result(
        export(fit.design, fit.weights, fit.bias, heads),
        scores,
        heads,
        fit.logits(kept, kept_vectors),
    )


def blend(words: Result, sentences: Result, texts: list[Text]) -> Result:
    """Return the two as one."""

    def mixed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        parts = []
        for scores, heads in ((one, words.heads), (other, sentences.heads)):
            limits = np.array([heads[head]["threshold"] for head in HEADS])
            steep = np.array([heads[head]["scale"] for head in HEADS])
            parts.append((scores - limits) * steep)
        return (1 - SHARE_OF_SENTENCES) * parts[0] + SHARE_OF_SENTENCES * parts[1]

    scores = mixed(words.scores, sentences.scores)
    heads = thresholds(scores, texts, shared=0.0)
    tables = blended(words.tables, sentences.tables, heads)
    return Result(
        tables, scores, heads, mixed(words.kept_scores, sentences.kept_scores)
    )


def write(engine: str, result: Result, texts: list[Text], kept: list[Text]) -> None:
    """Write an engine's model and print its figures."""
    own = [number for number, text in enumerate(texts) if text.is_reply]
    validated = figures(result.scores[own], [texts[n] for n in own], result.heads)
    public = figures(result.scores, texts, result.heads)
    validated["f1_requests"] = public["f1_requests"]
    measured = figures(result.kept_scores, kept, result.heads)
    del measured["f1_requests"]  # only the public sentences know
    data = {
        "schema": models.SCHEMA,
        "engine": engine,
        "version": VERSION,
        **rounded(result.tables),
        "training": {
            "replies": len(own),
            "public_sentences": len(texts) - len(own),
            "cross_validation": validated,
            "kept_back": measured,
        },
    }
    text = json.dumps(models.sealed(data), ensure_ascii=False, separators=(",", ":"))
    models.loads(text)
    (DATA / f"model_{engine}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{engine}: {len(text) / 1e6:.1f} MB")
    print("  cross-validation", validated)
    print("  kept back       ", measured, flush=True)


def main(cache: str) -> None:
    """Fit the models of both engines, and write them."""
    replies = read_replies(TRAINING)
    kept_replies = [reply for reply in replies if is_kept_back(reply)]
    (DATA / "regression.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept_replies),
        encoding="utf-8",
    )
    texts = [of_reply(reply) for reply in replies if not is_kept_back(reply)]
    texts += read_public(TRAINING)
    kept = [of_reply(reply) for reply in kept_replies]
    meanings = Meanings(Path(cache))
    words = follow(WORDS, texts, None, kept, None, meanings)
    write("hybrid", words, texts, kept)
    vectors, kept_vectors = sentence_matrix(texts), sentence_matrix(kept)
    sentences = follow(SENTENCES, texts, vectors, kept, kept_vectors, meanings)
    write("hybrid_e5", blend(words, sentences, texts), texts, kept)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How good the models of the reply analysis are, and from where on labels are given."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from .train_texts import FLAVOURS, GROUPS, HEADS, SENTIMENTS, Text, targets_of

# Mails are longer than most of the texts: more words speak for these by accident. On
# mails by others, which nothing was learned from, this gave the best F1; the rest are
# as good without.
RAISED_FOR_MAILS = ("interested", "objection_timing", "complaint")
RAISE = 0.4


def f1(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * (predicted & true).sum() / max(1, predicted.sum() + true.sum())


def thresholds(
    scores: np.ndarray, texts: list[Text], shared: float | None = None
) -> dict[str, dict[str, float]]:
    """Return threshold and steepness of each head.

    Each is half its own best and half the best that all groups share, raised for mails
    where that helps. With ``shared`` it is that one for all.
    """
    given = shared
    steps = np.arange(-1.5, 0.5, 0.05)
    known = np.array([text.targets["interested"] is not None for text in texts])
    true = np.array([[bool(t.targets[g]) for g in GROUPS] for t in texts])[known]
    columns = [HEADS.index(group) for group in GROUPS]
    micro = [f1(scores[known][:, columns] > step, true) for step in steps]
    if shared is None:
        shared = float(steps[np.argmax(micro)])
    found = {}
    for number, head in enumerate(HEADS):
        if head in SENTIMENTS:
            found[head] = {"threshold": 0.0, "scale": _steepness(scores, texts)}
            continue
        some, values = targets_of(texts, head)
        column = scores[some, number]
        best = float(steps[np.argmax([f1(column > s, values[some]) for s in steps])])
        best = best if given is None else given
        if head in (*GROUPS, *FLAVOURS):
            best = (best + shared) / 2
        if head in RAISED_FOR_MAILS and given is None:
            best += RAISE
        learner = LogisticRegression(fit_intercept=False, C=1e6)
        learner.fit((column - best)[:, None], values[some])
        found[head] = {
            "threshold": round(best, 3),
            "scale": round(float(np.clip(learner.coef_[0, 0], 0.5, 4.0)), 3),
        }
    return found


def _steepness(scores: np.ndarray, texts: list[Text]) -> float:
    """Return what makes probabilities of the sentiments' scores the likeliest."""
    names = [text.sentiment for text in texts if text.sentiment]
    known = np.array([bool(text.sentiment) for text in texts])
    last = scores[known][:, -len(SENTIMENTS) :]
    wanted = [SENTIMENTS.index(f"sentiment_{name}") for name in names]

    def loss(scale: float) -> float:
        scaled = last * scale
        total = np.log(np.exp(scaled).sum(1))
        return float((total - scaled[np.arange(len(wanted)), wanted]).mean())

    return round(float(min(np.arange(0.4, 1.61, 0.05), key=loss)), 2)


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

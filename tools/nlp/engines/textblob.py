"""Response: TextBlob's polarity of English words, with the rules for all the rest.

It is here because people know it and ask for it. On replies it is hardly better than
calling everything neutral (docs/response-analysis.md has the figures), and it only
knows English; for the other languages the default engine's sentiment stands.
"""

from importlib import util

from ..base import EngineError, Evidence, Prediction, Reply
from .hybrid import Hybrid

# Polarity runs from -1 to +1; within this of 0 a reply counts as neutral.
_NEUTRAL = 0.15
_LONGEST = 5_000


class TextBlob(Hybrid):
    """Intents of the default engine, sentiment of English replies by TextBlob."""

    name = "textblob"

    def _file(self):
        return super()._file().with_name("model_hybrid.json")

    def available(self) -> bool:
        """Return whether the package is there; it is not loaded for the answer."""
        try:
            found = util.find_spec("textblob")
        except (ImportError, ValueError):
            found = None
        if not found:
            self._trouble = (
                "the Python package textblob is not installed: pip install textblob"
            )
            return False
        return super().available()

    def predict(self, reply: Reply) -> Prediction:
        """Return what a reply says."""
        prediction = super().predict(reply)
        if reply.language == "en":
            polarity, words = _polarity(reply.text[:_LONGEST])
            prediction.sentiment = _probabilities(polarity)
            prediction.sentiment_evidence = words
        return prediction


def _polarity(text: str) -> tuple[float, tuple[Evidence, ...]]:
    try:
        from textblob import TextBlob as Blob

        found = Blob(text).sentiment_assessments
    except Exception as error:
        raise EngineError(f"TextBlob failed: {error}") from error
    words = tuple(
        Evidence("word", " ".join(parts), round(polarity, 3))
        for parts, polarity, _subjectivity, _label in found.assessments[:6]
        if polarity
    )
    return found.polarity, words


def _probabilities(polarity: float) -> tuple[float, float, float]:
    """Return negative, neutral, positive; they cross where neutral ends."""
    strength = min(1.0, abs(polarity))
    if strength <= _NEUTRAL:
        felt = 0.5 * strength / _NEUTRAL * 0.8
    else:
        felt = 0.55 + 0.45 * (strength - _NEUTRAL) / (1 - _NEUTRAL)
    if polarity < 0:
        return felt, 1 - felt, 0.0
    return 0.0, 1 - felt, felt

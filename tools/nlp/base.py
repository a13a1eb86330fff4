"""Response: what an engine gets, what it answers, and what each label stands on."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from .features import Features

# The most evidence that is kept for one label.
MOST_EVIDENCE = 6


class EngineError(Exception):
    """An engine cannot answer now; the text says why. Another one takes over."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a label was given.

    ``source`` is one of ``header``, ``rule``, ``word``, ``sentence``, ``engine``.
    ``start`` and ``end`` are characters of the clean text, -1 if it is not from there.
    ``weight`` is how much it spoke for the label, in the engine's own measure.
    """

    source: str
    text: str
    weight: float
    start: int = -1
    end: int = -1
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A name on one of the axes, how sure it is (0 to 1), and why."""

    name: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()

    def as_dict(self) -> dict:
        """Return the label as plain values."""
        return {
            "name": self.name,
            "confidence": round(self.confidence, 3),
            "evidence": [
                {
                    "source": item.source,
                    "text": item.text,
                    "weight": item.weight,
                    "start": item.start,
                    "end": item.end,
                    "rule": item.rule,
                }
                for item in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """What an engine reads: the author's own words, their language, the subject.

    ``features`` are those of the shipped rule packs, where somebody has read them.
    """

    text: str
    language: str
    subject: str = ""
    features: Features | None = None


@dataclass(slots=True)
class Prediction:
    """What an engine makes of a reply.

    ``intents`` holds every label with its probability; those from .5 on are given.
    ``sentiment`` are the probabilities of negative, neutral and positive. ``asks`` is
    the probability that something is really asked, ``machine`` of each automatic kind.
    """

    intents: dict[str, Label] = field(default_factory=dict)
    sentiment: tuple[float, float, float] = (0.0, 1.0, 0.0)
    sentiment_evidence: tuple[Evidence, ...] = ()
    asks: float | None = None
    requests: float | None = None
    machine: dict[str, float] = field(default_factory=dict)
    engine: str = ""
    version: str = ""


class Engine(ABC):
    """A way to understand a reply. Made once a process, after it was forked."""

    name = ""

    @abstractmethod
    def available(self) -> bool:
        """Return whether the engine can answer; must be quick and never raise."""

    @abstractmethod
    def predict(self, reply: Reply) -> Prediction:
        """Return what a reply says, or raise :class:`EngineError`."""

    def health(self) -> str:
        """Return one line about the engine for an administrator."""
        return f"{self.name}: {'ready' if self.available() else 'not available'}"

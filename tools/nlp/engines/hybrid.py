"""Response: the default engine: rule packs and a linear model, without packages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import features as feature_tools
from .. import model as models
from .. import rules
from ..base import (
    MOST_EVIDENCE,
    Engine,
    EngineError,
    Evidence,
    Label,
    Prediction,
    Reply,
)
from ..taxonomy import SENTIMENTS

# Heads that are intents, by the intents they stand for.
_INTENTS = (
    "interested",
    "not_interested",
    "meeting_request",
    "objection_timing",
    "unsubscribe",
    "complaint",
    "pricing_request",
    "document_request",
    "information_request",
    "referral",
    "objection_budget",
    "objection_has_solution",
    "objection_other",
    "thanks",
    "any_question",
    "any_wrong_person",
)
_MACHINES = ("out_of_office", "left_company", "auto_reply")
# Evidence is worth its cost only for labels that may be given.
_LIKELY = 0.35


class Hybrid(Engine):
    """Phrases of the rule packs and a linear model of words, both data.

    :param model: a retrained model to use instead of the shipped one.
    :param extra_rules: phrases of the user's own by language:
        ``{"en": [{"label", "phrase", "weight", "scope"}]}``. They count by their
        weight, and besides as the label's shipped phrases do.
    """

    name = "hybrid"

    def __init__(
        self,
        model: models.Model | None = None,
        extra_rules: Mapping[str, Sequence[Mapping]] | None = None,
    ):
        self._model = model
        self._trouble = ""
        self._packs = {
            language: rules.pack(language).extended(more)
            for language, more in (extra_rules or {}).items()
        }
        self._own = {
            language: {(rule["label"], rule["phrase"]) for rule in more}
            for language, more in (extra_rules or {}).items()
        }

    @property
    def model(self) -> models.Model:
        """The model in use, read on first need."""
        if self._model is None:
            self._model = models.load(self._file())
        return self._model

    def _file(self) -> Path:
        return rules.DATA / f"model_{self.name}.json"

    def available(self) -> bool:
        """Return whether the model can be read; it is read once."""
        try:
            return bool(self.model)
        except models.ModelError as error:
            self._trouble = str(error)
            return False

    def health(self) -> str:
        """Return the model's version, or what is wrong with it."""
        if self.available():
            return f"{self.name}: ready, model {self.model.version}"
        return f"{self.name}: not available: {self._trouble}"

    def features(self, reply: Reply) -> feature_tools.Features:
        """Return what the model sees of a reply."""
        pack = self._packs.get(reply.language)
        if reply.features and not pack:
            return reply.features
        return feature_tools.read(reply.text, reply.language, pack)

    def vector(self, reply: Reply) -> Sequence[float] | None:
        """Return the sentence vector of a reply; this engine has none."""
        return None

    def predict(self, reply: Reply) -> Prediction:
        """Return what a reply says."""
        try:
            model = self.model
        except models.ModelError as error:
            raise EngineError(str(error)) from error
        features = self.features(reply)
        logits = model.logits(features, self.vector(reply))
        self._add_own_phrases(logits, features, reply.language)
        probabilities = model.probabilities(logits)
        labels = {}
        for name in _INTENTS:
            sure = probabilities[name]
            why = self._evidence(features, name) if sure >= _LIKELY else ()
            labels[name] = Label(name, sure, why)
        scale = model.head(len(logits) - 1)["scale"]
        sentiment = _softmax([scale * logit for logit in logits[-len(SENTIMENTS) :]])
        felt = SENTIMENTS[max(range(3), key=sentiment.__getitem__)]
        return Prediction(
            intents=labels,
            sentiment=sentiment,
            sentiment_evidence=(
                self._evidence(features, f"sentiment_{felt}")
                if felt != "neutral"
                else ()
            ),
            asks=probabilities["asks"],
            requests=probabilities["requests"],
            machine={name: probabilities[name] for name in _MACHINES},
            engine=self.name,
            version=model.version,
        )

    def _add_own_phrases(
        self, logits: list[float], features: feature_tools.Features, language: str
    ) -> None:
        """Add the weights of the user's own phrases to what they speak for."""
        own = self._own.get(language, ())
        for hit in features.hits:
            if (hit.label, hit.phrase) in own and hit.label in self.model.heads:
                logits[self.model.heads.index(hit.label)] += hit.weight

    def _evidence(
        self, features: feature_tools.Features, head: str
    ) -> tuple[Evidence, ...]:
        """Return the phrases and words that spoke loudest for a head, with places."""
        found: list[Evidence] = []
        taken: set[tuple[int, int]] = set()
        for weight, source, text, (first, last) in self.model.contributions(
            features, head
        ):
            start, end = features.words.span(first, last)
            if (start, end) in taken:
                continue
            taken.add((start, end))
            found.append(
                Evidence(
                    source,
                    features.words.text[start:end],
                    round(weight, 3),
                    start,
                    end,
                    text,
                )
            )
            if len(found) == MOST_EVIDENCE:
                break
        return tuple(found)


def _softmax(values: Sequence[float]) -> tuple[float, float, float]:
    highest = max(values)
    powers = [models.power(value - highest) for value in values]
    total = sum(powers)
    negative, neutral, positive = (power / total for power in powers)
    return negative, neutral, positive

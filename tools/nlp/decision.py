"""Response: from an engine's probabilities to the labels that a reply gets."""

from collections.abc import Mapping, Sequence

from .base import Evidence, Label, Prediction
from .rules import Hit
from .taxonomy import AUTO_REPLY, HUMAN, OUT_OF_OFFICE, SENTIMENTS
from .words import Words

# A label is given from here on.
GIVEN = 0.5
# A question's flavour is told from here on; what is asked without one is "question".
_FLAVOUR = 0.4
# Beside a meeting the head of all questions sees none; a flavour this sure is one.
_BESIDES = 0.9
# A question mark is rhetorical only when there is little doubt.
_ASKS_MARKED = 0.3
# Words alone make a machine's mail only when they leave little doubt.
_MACHINE, _MACHINE_UNSPOKEN = 0.6, 0.8
# With a time that is proposed it takes less; a person should look at it, though.
_LEAST_WITH_TIME = {"meeting_request": 0.06, "objection_timing": 0.2}
_BY_TIME = 0.6

_SIMPLE = (
    "interested",
    "not_interested",
    "meeting_request",
    "objection_timing",
    "objection_budget",
    "objection_has_solution",
    "objection_other",
    "unsubscribe",
    "complaint",
    "thanks",
)
# What a question may be about besides the offer.
_ASKED_FOR = {"meeting_request", "objection_timing", "referral", "wrong_person"}
_FLAVOURS = ("pricing_request", "document_request", "information_request")


def intents(
    prediction: Prediction,
    hits: Sequence[Hit],
    words: Words,
    times: Mapping[str, Evidence],
    really_asks: bool,
) -> list[Label]:
    """Return the intents of a person's reply, the surest first; never none.

    :param really_asks: whether something is asked, see :func:`asks`.
    :param times: what is named by its time, a meeting or another day to be asked again.
    """
    labels = prediction.intents
    given = [labels[name] for name in _SIMPLE if _sure(labels, name) >= GIVEN]
    given += [
        Label(name, _BY_TIME, (why, *labels[name].evidence))
        for name, why in times.items()
        if _LEAST_WITH_TIME[name] <= _sure(labels, name) < GIVEN
    ]
    given += _referrals(labels, hits)
    given += _questions(labels, {label.name for label in given}, really_asks)
    given = _with_exact_opt_out(given, hits, words)
    if not given:
        highest = max((label.confidence for label in labels.values()), default=0.0)
        return [Label("other", round(1 - highest, 3))]
    return sorted(given, key=lambda label: -label.confidence)


def _sure(labels: Mapping[str, Label], name: str) -> float:
    return labels[name].confidence if name in labels else 0.0


def _questions(
    labels: Mapping[str, Label], given: set[str], really_asks: bool
) -> list[Label]:
    """Return what is asked for: prices, documents, information, or something else.

    "Could we talk on Tuesday?" asks for a meeting, and for nothing else.
    """
    if "any_question" not in labels:
        return []
    asks_nothing_else = not really_asks or given & _ASKED_FOR
    if _sure(labels, "any_question") < GIVEN and asks_nothing_else:
        return [labels[name] for name in _FLAVOURS if _sure(labels, name) >= _BESIDES]
    found = [labels[name] for name in _FLAVOURS if _sure(labels, name) >= GIVEN]
    if found:
        return found
    surest = max(_FLAVOURS, key=lambda name: _sure(labels, name))
    name = surest if _sure(labels, surest) >= _FLAVOUR else "question"
    if name == "question" and given & _ASKED_FOR:
        return []
    asked = labels["any_question"]
    return [Label(name, max(asked.confidence, GIVEN), asked.evidence)]


def _referrals(labels: Mapping[str, Label], hits: Sequence[Hit]) -> list[Label]:
    """Return whether somebody else is meant, and whether it is said who."""
    if _sure(labels, "any_wrong_person") < GIVEN:
        return []
    wrong = labels["any_wrong_person"]
    found = []
    if _sure(labels, "referral") >= GIVEN:
        found.append(labels["referral"])
    if not found or any(hit.label == "wrong_person" for hit in hits):
        found.append(Label("wrong_person", wrong.confidence, wrong.evidence))
    return found


def _with_exact_opt_out(
    given: list[Label], hits: Sequence[Hit], words: Words
) -> list[Label]:
    """Return the labels with the opt-out made sure, where the reply says nothing else.

    This is the one exact rule that may act alone: "STOP" is not interpreted.
    """
    for hit in hits:
        if hit.label == "unsubscribe" and hit.is_all:
            start, end = words.span(hit.first, hit.last)
            why = Evidence(
                "rule", words.text[start:end], hit.weight, start, end, "exact"
            )
            rest = [label for label in given if label.name != "unsubscribe"]
            return [Label("unsubscribe", 0.99, (why,)), *rest]
    return given


def sentiment(prediction: Prediction) -> tuple[str, float, float]:
    """Return the class, the score from −1 to +1, and how sure it is."""
    negative, neutral, positive = prediction.sentiment
    name = SENTIMENTS[max(range(3), key=prediction.sentiment.__getitem__)]
    sure = max(negative, neutral, positive)
    return name, round(positive - negative, 3), round(sure, 3)


def asks(prediction: Prediction, hits: Sequence[Hit], words: Words) -> bool:
    """Return whether something is really asked, with a question mark or without."""
    marked = any(sentence.mark == "?" for sentence in words.sentences)
    if _sure(prediction.intents, "any_question") >= GIVEN and not marked:
        return True
    if prediction.asks is not None:
        return prediction.asks >= (_ASKS_MARKED if marked else GIVEN)
    return marked or any(hit.label == "asks" for hit in hits)


def machine(prediction: Prediction, hits: Sequence[Hit], is_absence: bool) -> Label:
    """Return the kind of writer by words alone; a person unless there is little doubt.

    Besides the probability it takes a phrase that only notices have; or more of it for
    somebody who has left, or where absence is spoken of.
    """
    if not prediction.machine:
        return Label(HUMAN, 0.9)
    name = max(prediction.machine, key=prediction.machine.__getitem__)
    sure = prediction.machine[name]
    least = _MACHINE_UNSPOKEN
    if any(hit.label in ("out_of_office", "auto_reply") for hit in hits):
        least = _MACHINE
    elif name == AUTO_REPLY or (name == OUT_OF_OFFICE and not is_absence):
        least = 2.0
    if sure >= least and (prediction.asks or 0) < GIVEN:
        return Label(name, round(sure, 3), (Evidence("engine", "", round(sure, 3)),))
    return Label(HUMAN, round(1 - sure, 3))

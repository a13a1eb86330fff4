"""Response: how well a model understands replies of which people have said all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .features import Features
from .model import Model
from .taxonomy import QUESTIONS, SENTIMENTS

# By how much a figure on the kept replies may fall: two of them, about.
TOLERANCE = 0.01

# The heads that are measured, by the intents they stand for.
HEADS = {
    "interested": {"interested"},
    "not_interested": {"not_interested"},
    "any_question": set(QUESTIONS),
    "meeting_request": {"meeting_request"},
    "objection_timing": {"objection_timing"},
    "any_wrong_person": {"wrong_person", "referral"},
    "unsubscribe": {"unsubscribe"},
    "complaint": {"complaint"},
}


@dataclass(slots=True)
class Example:
    """A reply with all that does not change while learning.

    ``targets`` is by head what a person says, ``feeling`` the number of the sentiment.
    """

    features: Features
    vector: list[float] | None
    logits: list[float]
    scale: float
    targets: dict[int, float]
    feeling: int | None


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How often a label should have been given, was given, and was rightly given."""

    wanted: int
    given: int
    right: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.wanted + self.given)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a model does on some replies: micro-F1 of intents, accuracy of sentiment.

    ``labels`` has each label's own figures.
    """

    intents: float
    sentiment: float
    replies: int
    labels: Mapping[str, LabelFigures] = field(default_factory=dict)


def measure(model: Model, pairs: Sequence[tuple[Example, list[float]]]) -> Figures:
    """Return how well the scores of each example fit what a person says of it."""
    wanted, given, right = Counter(), Counter(), Counter()
    columns = {head: model.heads.index(head) for head in HEADS}
    felt = judged = 0
    for example, logits in pairs:
        for head, column in columns.items():
            is_given = logits[column] >= model.head(column)["threshold"]
            is_wanted = example.targets[column] > 0.5
            wanted[head] += is_wanted
            given[head] += is_given
            right[head] += is_given and is_wanted
        if example.feeling is not None:
            last = logits[-len(SENTIMENTS) :]
            highest = last.index(max(last))
            judged += 1
            felt += highest == example.feeling
            wanted[SENTIMENTS[example.feeling]] += 1
            given[SENTIMENTS[highest]] += 1
            right[SENTIMENTS[highest]] += highest == example.feeling
    total = sum(wanted[head] + given[head] for head in HEADS)
    return Figures(
        round(2 * sum(right[head] for head in HEADS) / max(1, total), 4),
        round(felt / max(1, judged), 4),
        len(pairs),
        {
            name: LabelFigures(wanted[name], given[name], right[name])
            for name in (*HEADS, *SENTIMENTS)
        },
    )


def is_better(before: Figures, after: Figures) -> bool:
    """Return whether one figure rose and their sum did."""
    gained = after.intents - before.intents, after.sentiment - before.sentiment
    return max(gained) > 0 and sum(gained) > 0


def is_no_worse(before: Figures, after: Figures) -> bool:
    """Return whether no figure fell by more than chance allows."""
    return (
        after.intents >= before.intents - TOLERANCE
        and after.sentiment >= before.sentiment - TOLERANCE
    )

"""Response: the whole analysis of one inbound mail, a pure function.

    clean ─▶ language ─▶ engine ─▶ who wrote ─▶ times ─▶ labels ─▶ questions, topics

No step raises on anything that a mail may hold, and the time each takes grows with the
length of the mail, no faster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from . import clean as cleaning
from . import decision, engines, questions, sender, taxonomy, topics
from . import features as feature_tools
from . import language as languages
from .base import Engine, Label, Prediction, Reply
from .rules import Pack
from .times import Times

# What is shown of the text that was cut away.
_LONGEST_CUT = 20_000


def analyze(
    text: str,
    html: str | None,
    date: str | datetime,
    *,
    subject: str = "",
    headers: Mapping[str, object] | None = None,
    original: str = "",
    engine: Engine | str | None = None,
    fallback: Engine | None = None,
    topic_packs: Callable[[str], Pack] = topics.pack,
    tz: str | None = None,
    kind: str | None = None,
) -> dict:
    """Return what a reply says, as plain values.

    The flat keys are the summary: ``clean_text``, ``language``, ``sentiment``,
    ``sentiment_score``, ``confidence`` (of the sentiment), ``intents`` (the groups of
    :data:`.taxonomy.GROUPS`), ``topics``, ``has_question``, ``wants_meeting``,
    ``meeting_times``, ``follow_up_date``, ``dates`` (all that are named),
    ``action_request``, ``low_support`` (the language is none of ours), ``cut``,
    ``engine``, ``model``, ``fallback`` (why another engine had to answer).
    ``axes`` holds kind, intents, sentiment and topics in full, each with confidence and
    evidence; ``rows`` the questions and requests; ``follow_up`` the day to come back on
    (of return, for an absence) and those around it that are as good. Times are the
    writer's wall clock. Places are characters of ``clean_text``.

    :param date: when the reply arrived; all relative times count from it.
    :param original: the body of the mail that it answers, as plain text.
    :param engine: the engine to ask, or its name; without, the best that is installed.
    :param fallback: who answers when it cannot, instead of the shipped default.
    :param topic_packs: gives the topics' words by language: the shipped ones and one's
        own, see :func:`.topics.own_pack`.
    :param tz: name of the writer's time zone, where it is known; ``date`` is taken
        there when it has a zone.
    :param kind: who wrote, where a person has said so.
    :raises ValueError: for a ``date`` or a ``kind`` that is none.
    :raises zoneinfo.ZoneInfoNotFoundError: for a time zone that there is not.
    """
    arrived = _moment(date)
    text, subject, original = text or "", str(subject or ""), original or ""
    cleaned = cleaning.clean(text, html, original=original)
    spoken = _language(cleaned.text, subject, original)
    features = feature_tools.read(cleaned.text, spoken.code)
    reply = Reply(cleaned.text, spoken.code, subject, features)
    if engine is None:
        engine = engines.best()
    elif isinstance(engine, str):
        engine = engines.get(engine)
    prediction, why_another = engines.predict(engine, reply, fallback)
    who = _told(kind) or sender.kind(headers, text, html, reply, prediction)
    times = Times(cleaned.text, subject, arrived, spoken, who.name, tz)
    said = _Said(Label("neutral", who.confidence))
    if who.name == taxonomy.HUMAN:
        said = _said_by_person(reply, prediction, times, topic_packs(spoken.code))
    groups = taxonomy.groups(who.name, [label.name for label in said.intents])
    return {
        "clean_text": cleaned.text,
        "cut": [
            {"kind": cut.kind, "text": cut.text[:_LONGEST_CUT]} for cut in cleaned.cut
        ],
        "language": spoken.code,
        "low_support": spoken.code not in (*languages.SUPPORTED, languages.UNKNOWN),
        "engine": prediction.engine,
        "model": prediction.version,
        "fallback": why_another,
        "intents": groups,
        "wants_meeting": "meeting" in groups,
        **times.as_dict(groups),
        **said.as_dict(),
        "axes": {"kind": who.as_dict(), **said.axes()},
    }


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person says; a machine says nothing, and feels nothing.

    ``score`` is the sentiment from −1 to +1, ``requests`` whether an act is asked for.
    """

    sentiment: Label
    score: float = 0.0
    intents: Sequence[Label] = ()
    topics: Sequence[Label] = ()
    asks: bool = False
    requests: bool = False
    rows: Sequence[questions.Row] = ()

    def as_dict(self) -> dict:
        """Return the summary as plain values."""
        return {
            "sentiment": self.sentiment.name,
            "sentiment_score": self.score,
            "confidence": self.sentiment.confidence,
            "topics": [label.name for label in self.topics],
            "has_question": self.asks,
            "action_request": self.requests,
            "rows": [asdict(row) for row in self.rows],
        }

    def axes(self) -> dict:
        """Return the axes in full, as plain values."""
        return {
            "intents": [label.as_dict() for label in self.intents],
            "sentiment": self.sentiment.as_dict(),
            "topics": [label.as_dict() for label in self.topics],
        }


def _said_by_person(
    reply: Reply, prediction: Prediction, times: Times, topic_pack: Pack
) -> _Said:
    """Return what a person's reply says."""
    words, hits = reply.features.words, reply.features.hits
    asks = decision.asks(prediction, hits, words)
    labels = decision.intents(prediction, hits, words, times.evidence(), asks)
    name, score, sure = decision.sentiment(prediction)
    rows = questions.find(words, hits, asks)
    requests = (prediction.requests or 0) >= decision.GIVEN
    return _Said(
        Label(name, sure, prediction.sentiment_evidence),
        score,
        labels,
        topics.find(words, topic_pack, labels),
        asks,
        requests or any(row.kind == "request" for row in rows),
        rows,
    )


def _told(kind: str | None) -> Label | None:
    """Return as a label what a person has said of who wrote."""
    if kind and kind not in taxonomy.KINDS:
        raise ValueError(f"There is no kind {kind}.")
    return Label(kind, 1.0) if kind else None


def _moment(date: str | datetime) -> datetime:
    """Return when a reply arrived, as wall-clock time."""
    if isinstance(date, datetime):
        return date
    return datetime.fromisoformat(str(date).replace("Z", "+00:00"))


def _language(text: str, subject: str, original: str) -> languages.Language:
    """Return a reply's language.

    "OK" tells none: then the subject's counts, or that of the mail it answers.
    """
    found = languages.detect(text)
    for more in (subject, original):
        if found.code != languages.UNKNOWN:
            break
        found = languages.detect(more)
    return found

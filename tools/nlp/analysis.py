"""Response: the whole analysis of one inbound mail, a pure function.

    clean ─▶ language ─▶ engine ─▶ who wrote ─▶ times ─▶ labels ─▶ questions, topics

No step raises on anything that a mail may hold, and the time each takes grows with the
length of the mail, no faster.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from . import clean as cleaning
from . import dates, decision, engines, questions, sender, taxonomy, topics
from . import features as feature_tools
from . import language as languages
from .base import Engine, Evidence, Label, Reply
from .rules import Pack

# What is shown of the text that was cut away.
_LONGEST_CUT = 20_000
# Below this, dates are read in whatever language makes most of them.
_SURE_OF_LANGUAGE = 0.5


def analyze(
    text: str,
    html: str | None,
    date: str | datetime,
    *,
    subject: str = "",
    headers: Mapping[str, object] | None = None,
    original: str = "",
    engine: Engine | str | None = None,
    topic_pack: Pack | None = None,
    tz: str | None = None,
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
    :param topic_pack: the shipped topics and one's own, see :func:`.topics.own_pack`.
    :param tz: name of the writer's time zone, where it is known; ``date`` is taken
        there when it has a zone.
    :raises ValueError: for a ``date`` that is none.
    :raises zoneinfo.ZoneInfoNotFoundError: for a time zone that there is not.
    """
    arrived = _moment(date)
    subject = str(subject or "")
    cleaned = cleaning.clean(text or "", html, original=original or "")
    spoken = _language(cleaned.text, subject, original or "")
    language = spoken.code
    features = feature_tools.read(cleaned.text, language)
    words, hits = features.words, features.hits
    reply = Reply(cleaned.text, language, subject, features)
    if engine is None:
        engine = engines.best()
    elif isinstance(engine, str):
        engine = engines.get(engine)
    prediction, fallback = engines.predict(engine, reply)
    is_absence = dates.is_absence(cleaned.text, language)
    kind = sender.kind(headers, subject, text or "", html, prediction, hits, is_absence)
    is_human = kind.name == taxonomy.HUMAN
    times = _Times(cleaned.text, subject, arrived, spoken, kind.name, tz)
    labels = []
    if is_human:
        labels = decision.intents(prediction, hits, words, times.evidence())
    names = [label.name for label in labels]
    feeling, score, sure = decision.sentiment(prediction)
    if not is_human:
        feeling, score, sure = "neutral", 0.0, kind.confidence
    asks = is_human and decision.asks(prediction, hits, words)
    rows = questions.find(words, hits, asks) if is_human else []
    about = []
    if is_human:
        about = topics.find(words, topic_pack or topics.pack(language), labels)
    groups = taxonomy.groups(kind.name, names)
    return {
        "clean_text": cleaned.text,
        "cut": [
            {"kind": cut.kind, "text": cut.text[:_LONGEST_CUT]} for cut in cleaned.cut
        ],
        "language": language,
        "low_support": language not in (*languages.SUPPORTED, languages.UNKNOWN),
        "engine": prediction.engine,
        "model": prediction.version,
        "fallback": fallback,
        "sentiment": feeling,
        "sentiment_score": score,
        "confidence": sure,
        "intents": groups,
        "topics": [label.name for label in about],
        "has_question": asks,
        "wants_meeting": "meeting" in groups,
        "action_request": _requests(prediction, rows),
        "rows": [
            {"kind": row.kind, "text": row.text, "start": row.start, "end": row.end}
            for row in rows
        ],
        **times.as_dict(groups),
        "axes": {
            "kind": kind.as_dict(),
            "intents": [label.as_dict() for label in labels],
            "sentiment": Label(
                feeling, sure, prediction.sentiment_evidence if is_human else ()
            ).as_dict(),
            "topics": [label.as_dict() for label in about],
        },
    }


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


def _requests(prediction, rows) -> bool:
    """Return whether somebody is asked to do something."""
    if prediction.requests is not None and prediction.requests >= decision.GIVEN:
        return True
    return any(row.kind == "request" for row in rows)


class _Times:
    """The times that a reply names; each is told only where it means something."""

    def __init__(
        self,
        text: str,
        subject: str,
        arrived: datetime,
        spoken: languages.Language,
        kind: str,
        tz: str | None,
    ):
        zone = ZoneInfo(tz) if tz else None
        language = spoken.code
        if spoken.confidence < _SURE_OF_LANGUAGE:
            language = dates.language_of(text, arrived, language)
        self.kind = kind
        self.named = dates.find_dates(text, arrived, language, zone)
        self.proposals: list[dates.TimeProposal] = []
        self.contact: dates.FollowUp | None = None
        self.offset = 0  # of the text, in what the day to come back on was read from
        if kind == taxonomy.OUT_OF_OFFICE:
            self.offset = len(subject) + 2
            notice = f"{subject}\n\n{text}"
            self.contact = dates.return_date(notice, arrived, language, zone)
        elif self.named:
            self.proposals = dates.meeting_times(text, arrived, language, zone)
            self.contact = dates.follow_up(text, arrived, language, zone)

    def evidence(self) -> dict[str, Evidence]:
        """Return what intents the times speak for: a time of day for a meeting."""
        found = {}
        for proposal in self.proposals:
            if proposal.precision != "day":
                found["meeting_request"] = _why(proposal)
                break
        if self.contact:
            found["objection_timing"] = _why(self.contact)
        return found

    def as_dict(self, groups: list[str]) -> dict:
        """Return the times as plain values."""
        contact, proposals = self.contact, self.proposals
        if "later" not in groups and self.kind != taxonomy.OUT_OF_OFFICE:
            contact = None
        if "meeting" not in groups:
            proposals = []
        return {
            "meeting_times": [_proposal(found) for found in proposals],
            "follow_up_date": contact.day.isoformat() if contact else None,
            "follow_up": _follow_up(contact, self.offset) if contact else None,
            "dates": [_moment_of(found) for found in self.named],
        }


def _why(found: dates.TimeProposal | dates.FollowUp) -> Evidence:
    start, end = found.span
    return Evidence("rule", found.expression, 1.0, start, end, "time")


def _proposal(found: dates.TimeProposal) -> dict:
    """Return a proposed time as plain values."""
    return {
        "start": _moment_of(found),
        "end": found.end.isoformat() if found.end else None,
        "precision": found.precision,
        "part": found.part,
        "zone": found.zone,
        "expr": found.expression,
        "place": list(found.span),
    }


def _moment_of(found: dates.TimeProposal) -> str:
    """Return when something is, in ISO 8601; a whole day without a time of day."""
    start = found.start.date() if found.precision == "day" else found.start
    return start.isoformat()


def _follow_up(found: dates.FollowUp, offset: int) -> dict:
    """Return a day to come back on; its place is empty when the subject names it."""
    start, end = (place - offset for place in found.span)
    return {
        "day": found.day.isoformat(),
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "expr": found.expression,
        "place": [start, end] if start >= 0 else [],
    }

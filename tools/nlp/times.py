"""Response: the times that a reply names, and which of them mean something."""

from datetime import datetime
from zoneinfo import ZoneInfo

from . import dates, taxonomy
from .base import Evidence
from .language import Language

# Below this, dates are read in whatever language makes most of them.
_SURE_OF_LANGUAGE = 0.5


class Times:
    """The times that a reply names; each is told only where it means something."""

    def __init__(
        self,
        text: str,
        subject: str,
        arrived: datetime,
        spoken: Language,
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

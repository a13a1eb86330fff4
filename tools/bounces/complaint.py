"""Tracking: spam complaints as mailbox providers report them (ARF, RFC 5965).

A report is a ``multipart/report; report-type=feedback-report`` of a text for people,
a ``message/feedback-report`` with fields, and the mail it is about or its headers.
Providers black out whom it is from, so it tells by its return path and its
``Message-ID`` which mail it is about.

Reports come from anybody. Headers are read as they stand: the parsers of
:mod:`email.headerregistry` raise on some that are malformed on purpose.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

# What recipients report; other types are no complaint ("not-spam", "auth-failure") or
# about something else ("virus"). Some providers leave the type out.
_COMPLAINTS = ("abuse", "fraud", "")
_REPORT = re.compile(
    r"\s*multipart/report\b(?=.*\breport-type\s*=\s*\"?feedback-report\b)",
    re.IGNORECASE | re.DOTALL,
)
_FIELDS_PART = "message/feedback-report"
_RETURNED_PARTS = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,995}>")
_HEADER_LINE = re.compile(r"(?m)^([!-9;-~]+)[ \t]*:(.*(?:\n[ \t].*)*)")
_LONGEST_HEADERS = 256 * 1024


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """What a report says, all of it unproven.

    ``return_paths`` are texts in which the return path of the mail may stand, the most
    direct first.
    """

    is_complaint: bool
    return_paths: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()


def is_report(message: Message) -> bool:
    """Return whether a mail is a feedback report, by its own words."""
    return bool(_REPORT.match(_first(message, "content-type")))


def read(message: Message) -> FeedbackReport:
    """Read a feedback report; what is broken in it is left out."""
    fields = returned = None
    for part in _parts(message):
        kind = _first(part, "content-type").partition(";")[0].strip().lower()
        if kind == _FIELDS_PART and fields is None:
            fields = _headers_inside(part)
        elif kind in _RETURNED_PARTS and returned is None:
            returned = _headers_inside(part)
    if fields is None:
        return FeedbackReport(is_complaint=False)
    returned = returned or []
    kind = next(_values(fields, "feedback-type"), "").strip().lower()
    own = [(name.lower(), value) for name, value in _raw_headers(message)]
    return FeedbackReport(
        is_complaint=kind in _COMPLAINTS,
        return_paths=(
            *_values(own, "to", "delivered-to", "x-original-to"),
            *_values(fields, "original-mail-from"),
            *(value for _name, value in returned),
        ),
        message_ids=tuple(
            message_id
            for value in _values(returned, "message-id", "x-original-message-id")
            for message_id in _MESSAGE_ID.findall(value)
        ),
    )


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return payload if isinstance(payload, list) else []


def _headers_inside(part: Message) -> list[tuple[str, str]]:
    """Return the headers that a part consists of or begins with."""
    inside = part.get_payload()
    if isinstance(inside, list):  # a message in the message
        pairs = _raw_headers(inside[0]) if inside else ()
        return [(name.lower(), value) for name, value in pairs]
    text = inside[:_LONGEST_HEADERS].replace("\r\n", "\n") if inside else ""
    head = text.lstrip("\n").partition("\n\n")[0]
    return [(name.lower(), value) for name, value in _HEADER_LINE.findall(head)]


def _raw_headers(message: Message) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name, value in message.raw_items())


def _values(headers: list[tuple[str, str]], *names: str) -> Iterator[str]:
    return (value for name, value in headers if name in names)


def _first(message: Message, name: str) -> str:
    for found, value in _raw_headers(message):
        if found.lower() == name:
            return value
    return ""

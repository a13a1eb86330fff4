"""Response: who or what wrote, by what :mod:`..bounces` knows and by the words.

Odoo hands over headers and bodies of a mail, not its source: for the detectors it is
put together again.
"""

from collections.abc import Mapping
from email.message import Message

from .. import bounces
from . import dates, decision
from .base import Evidence, Label, Prediction, Reply

_LONGEST_HEADER = 4_000
_MOST_HEADERS = 200
_LONGEST_BODY = 100_000
# Said of the bodies as they came, which they are no longer.
_OF_BODIES = ("subject", "content-transfer-encoding", "content-length", "mime-version")


def kind(
    headers: Mapping[str, object] | None,
    text: str,
    html: str | None,
    reply: Reply,
    prediction: Prediction,
) -> Label:
    """Return who wrote: by headers and fixed phrases first, then by the words.

    ``text`` and ``html`` are the bodies as they came.
    """
    found = bounces.sort(_message(headers or {}, reply.subject, text, html))
    if found.kind == bounces.HUMAN:
        is_absence = dates.is_absence(reply.text, reply.language)
        return decision.machine(prediction, reply.features.hits, is_absence)
    source = "header" if ":" in found.evidence else "rule"
    why = Evidence(source, found.evidence[:300], found.confidence, rule=found.rule)
    return Label(found.kind, found.confidence, (why,))


def _message(
    headers: Mapping[str, object], subject: str, text: str, html: str | None
) -> Message:
    """Return the mail that headers and bodies came from, as far as they tell."""
    message = Message()
    for name, value in list(headers.items())[:_MOST_HEADERS]:
        name = str(name).strip()
        if name and ":" not in name and name.lower() not in _OF_BODIES:
            message[_line(name)] = _line(str(value))
    message["Subject"] = _line(subject)
    body = _part("plain", text) if text.strip() else _part("html", html or "")
    if message.get_content_maintype() == "multipart":
        message.set_payload([body])
    else:
        del message["Content-Type"]
        message["Content-Type"] = body["Content-Type"]
        message.set_payload(body.get_payload())
    return message


def _part(subtype: str, text: str) -> Message:
    part = Message()
    part["Content-Type"] = f"text/{subtype}; charset=utf-8"
    part.set_payload(text[:_LONGEST_BODY].encode("utf-8", "replace").decode("utf-8"))
    return part


def _line(text: str) -> str:
    """Return a header's value on one line."""
    return " ".join(text[:_LONGEST_HEADER].split())

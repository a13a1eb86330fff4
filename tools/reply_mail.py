"""Response: what is kept of a reply as it came.

Texts and header lines are taken from the mail itself, within bounds, whatever is wrong
with it. What a line means is found out later, in the background.
"""

import hashlib
from dataclasses import dataclass
from email.message import Message

from .bounces.mail import Mail, decoded, text_of

_MOST_TEXTS = 6
_LONGEST_TEXT = 200_000
_LONGEST_HEADER = 500
_MOST_HEADERS = 60
# Of the way that a mail took, and of proofs that only machines read.
_NOT_KEPT = (
    *("received", "x-received", "dkim-signature", "authentication-results"),
    *("received-spf", "domainkey-signature", "x-google-dkim-signature"),
)
_NOT_KEPT_BEGINNINGS = (
    *("arc-", "x-ms-exchange-", "x-microsoft-", "x-forefront-", "x-spam-", "x-gm-"),
    *("x-ironport-", "x-proofpoint-", "x-mimecast-", "x-google-", "x-provags-"),
)


@dataclass(frozen=True, slots=True)
class ReplyMail:
    """A mail's own words: ``text`` and ``html`` as they came, ``headers`` by name."""

    text: str
    html: str
    headers: dict[str, str]
    subject: str


def read(message: Message) -> ReplyMail:
    """Return what is kept of a mail. Never raises."""
    mail = Mail(message)
    return ReplyMail(
        _joined(mail, "text/plain", "\n"),
        _joined(mail, "text/html", "<br/>\n"),
        _telling_headers(mail),
        mail.subject,
    )


def stand_in_id(message: Message) -> str:
    """Return a ``Message-ID`` for a mail without one: the same for the same mail."""
    mail = Mail(message)
    named = [f"{name}:{mail.first(name)}" for name in ("from", "to", "date", "subject")]
    digits = hashlib.sha256("\n".join([*named, mail.whole_text]).encode()).hexdigest()
    return f"<{digits[:40]}@without-message-id.invalid>"


def has_id(message: Message) -> bool:
    """Return whether a mail has a ``Message-ID`` at all."""
    return bool(Mail(message).first("message-id").strip())


def _joined(mail: Mail, kind: str, between: str) -> str:
    """Return the texts of one type; Apple's programs cut one up around pictures."""
    found = []
    for part in mail.parts:
        is_untyped = kind == "text/plain" and part.type in ("text", "")
        if part.type != kind and not is_untyped:
            continue
        disposition = str(part.message.get("content-disposition") or "").lower()
        if disposition.strip().startswith("attachment"):
            continue
        found.append(text_of(part.message))
        if len(found) >= _MOST_TEXTS:
            break
    return between.join(found)[:_LONGEST_TEXT]


def _telling_headers(mail: Mail) -> dict[str, str]:
    headers = {}
    for name, value in mail.headers:
        if name in headers or name in _NOT_KEPT:
            continue
        if name.startswith(_NOT_KEPT_BEGINNINGS):
            continue
        headers[name] = decoded(value)[:_LONGEST_HEADER].replace("\x00", "")
        if len(headers) >= _MOST_HEADERS:
            break
    return headers

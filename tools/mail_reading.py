"""Checking: a finished mail taken apart, for people to look at."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

# Encoded files in the source: this many lines are shown, the others are counted.
_SHOWN_LINES = 3
_BASE64_BLOCK = re.compile(rb"(?:^[A-Za-z0-9+/=]{1,78}\r?\n){12,}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file in a mail; ``size`` is in bytes, as it lies on a disk."""

    name: str
    mimetype: str
    size: int


class MailReading:
    """What is in the bytes of a mail.

    ``size`` is what travels, in bytes, with files and encoding; ``html_size`` is the
    page alone, as a mail program has it after decoding.
    """

    def __init__(self, data: bytes):
        self.data = data
        self.size = len(data)
        self._message: EmailMessage = email.message_from_bytes(
            data, policy=email.policy.SMTP
        )
        self.html = self._body("html")
        self.text = self._body("plain")
        self.html_size = len(self.html.encode())

    def header(self, name: str) -> str:
        """Return a header, decoded; empty when there is none."""
        return str(self._message[name] or "")

    @property
    def attachments(self) -> list[AttachedFile]:
        return [
            AttachedFile(
                part.get_filename() or "",
                part.get_content_type(),
                len(part.get_payload(decode=True) or b""),
            )
            for part in self._message.iter_attachments()
        ]

    @property
    def source(self) -> str:
        """The mail as it travels, but for the middle of the files."""
        return _BASE64_BLOCK.sub(_shorten, self.data).decode("utf-8", "replace")

    def _body(self, subtype: str) -> str:
        part = self._message.get_body((subtype,))
        return part.get_content().replace("\r\n", "\n") if part else ""


def _shorten(match: re.Match) -> bytes:
    lines = match[0].splitlines(keepends=True)
    rest = len(lines) - _SHOWN_LINES
    return b"".join(lines[:_SHOWN_LINES]) + b"[... %d more lines ...]\r\n" % rest

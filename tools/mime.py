"""Sending: RFC 5322 messages built from a skeleton that is made once per mailing.

Building a message with :mod:`email.message` takes about a millisecond, nearly all of
it for parts that are the same for every recipient. Here those parts are encoded once:
the attachments, the constant headers, and every constant piece of the bodies, in
quoted-printable (RFC 2045 §6.7), where a piece may end anywhere with a soft line break.
What is left per recipient is to encode the few pieces that differ and to join bytes.
"""

import binascii
import functools
import re
import secrets
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from datetime import datetime, timezone
from email.utils import format_datetime

CRLF = b"\r\n"
SOFT_BREAK = b"=\r\n"

# Control characters and line ends never enter a header (header injection).
_UNSAFE_IN_HEADER = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_PLAIN_HEADER = re.compile(r"[ -~]{0,60}")
# Text that is its own quoted-printable form and fits on a line.
_PLAIN_PIECE = re.compile(r"[!-<>-~][ -<>-~]{0,71}")
_ATOM_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")

_HEADER_CHARSET = Charset("utf-8")
_HEADER_CHARSET.header_encoding = QP


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with every mail of a mailing."""

    name: str
    mimetype: str
    content: bytes


def clean_header(value: str) -> str:
    """Return ``value`` on one line, without control characters."""
    return _UNSAFE_IN_HEADER.sub(" ", value).strip()


@functools.lru_cache(maxsize=4096)
def header(name: str, value: str) -> bytes:
    """Return the header line for unstructured text, encoded (RFC 2047) and folded."""
    value = clean_header(value)
    if _PLAIN_HEADER.fullmatch(value):
        return f"{name}: {value}\r\n".encode()
    charset = "us-ascii" if value.isascii() else _HEADER_CHARSET
    encoded = Header(value, charset, maxlinelen=76, header_name=name)
    return f"{name}: {encoded.encode(linesep=chr(13) + chr(10))}\r\n".encode()


def raw_header(name: str, value: str) -> bytes:
    """Return a header line as it stands: never encoded, never folded.

    For structured values that readers match byte by byte, such as
    ``List-Unsubscribe`` (RFC 8058). ``value`` must be ASCII.
    """
    return f"{name}: {clean_header(value)}\r\n".encode("ascii")


@functools.lru_cache(maxsize=4096)
def mailbox(display_name: str, address: str) -> str:
    """Return ``"Display name" <address>`` for an address header (RFC 5322 §3.4)."""
    name = clean_header(display_name)
    if not name:
        return address
    if _ATOM_NAME.fullmatch(name) and len(name) <= 60:
        return f"{name} <{address}>" if name.isalnum() else f'"{name}" <{address}>'
    if name.isascii() and len(name) <= 60:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    encoded = Header(name, _HEADER_CHARSET, maxlinelen=75, header_name="Reply-To")
    return f"{encoded.encode(linesep=chr(13) + chr(10))}\r\n <{address}>"


def address_header(name: str, display_name: str, address: str) -> bytes:
    """Return an address header line for one mailbox with an ASCII address."""
    return f"{name}: {mailbox(display_name, address)}\r\n".encode("ascii")


@functools.lru_cache(maxsize=8)
def date_header(timestamp: int) -> bytes:
    """Return the ``Date`` header for a Unix time in seconds."""
    moment = datetime.fromtimestamp(timestamp, timezone.utc)
    return f"Date: {format_datetime(moment)}\r\n".encode()


def new_placeholder() -> str:
    """Return a unique word that marks the place of a value in a text.

    It is a word of ASCII letters and digits: it passes through HTML, URLs and
    quoted-printable unchanged.
    """
    return f"cd{secrets.token_hex(10)}x"


class QuotedPrintable:
    """Encodes pieces of text that are later joined; constant pieces only once.

    An encoded piece starts at the beginning of a line and ends with a line break,
    soft or real, so encoded pieces can be joined in any order. Placeholders stand on
    a line of their own; replacing them by up to 75 plain characters keeps lines valid.
    """

    def __init__(self, placeholders: Iterable[str] = ()):
        words = "|".join(map(re.escape, placeholders))
        self._split = re.compile(f"({words})").split if words else lambda text: [text]
        self._constant: dict[str, bytes] = {}

    def remember(self, texts: Iterable[str]) -> None:
        """Encode ``texts`` now; :meth:`encode` then only looks them up."""
        for text in texts:
            self._constant[text] = self._encode(text)

    def encode(self, text: str) -> bytes:
        """Return ``text`` in quoted-printable, ended by a line break."""
        known = self._constant.get(text)
        if known is not None:
            return known
        if _PLAIN_PIECE.fullmatch(text) and text[0] != ".":
            return text.encode() + SOFT_BREAK
        return self._encode(text)

    def _encode(self, text: str) -> bytes:
        encoded = []
        for index, piece in enumerate(self._split(text)):
            if not piece:
                continue
            if index % 2:  # a placeholder
                encoded.append(piece.encode() + SOFT_BREAK)
            else:
                encoded.append(_quoted_printable(piece))
        return b"".join(encoded)


def _quoted_printable(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    if encoded.startswith(b"."):
        encoded = b"=2E" + encoded[1:]
    encoded = encoded.replace(b"\n.", b"\n=2E").replace(b"\n", CRLF)
    return encoded if encoded.endswith(CRLF) else encoded + SOFT_BREAK


class Skeleton:
    """What all mails of a mailing have in common, as bytes.

    A mail is ``multipart/alternative`` of text and HTML; with attachments that stands
    inside a ``multipart/mixed``.
    """

    def __init__(self, headers: Sequence[bytes], attachments: Sequence[Attachment] = ()):
        outer, inner = (f"cd-{secrets.token_hex(12)}" for _part in range(2))
        alternative = _boundary_header("alternative", inner)
        head = [*headers, b"MIME-Version: 1.0\r\n"]
        tail = [f"\r\n--{inner}--\r\n".encode()]
        if attachments:
            head += [_boundary_header("mixed", outer), f"\r\n--{outer}\r\n".encode()]
            tail += [_attachment_part(outer, attachment) for attachment in attachments]
            tail.append(f"\r\n--{outer}--\r\n".encode())
        head += [alternative, _text_part(inner, "plain")]
        self._head = b"".join(head)
        self._middle = CRLF + _text_part(inner, "html")
        self._tail = b"".join(tail)

    def message(self, headers: list[bytes], text: list[bytes], html: list[bytes]) -> bytes:
        """Return the message with these headers and encoded pieces of both bodies."""
        return b"".join(
            (*headers, self._head, *text, self._middle, *html, self._tail)
        )


def _boundary_header(subtype: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n'.encode()


def _text_part(boundary: str, subtype: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _attachment_part(boundary: str, attachment: Attachment) -> bytes:
    mimetype = clean_header(attachment.mimetype or "application/octet-stream")
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", mimetype) or mimetype.startswith(
        ("multipart/", "message/")  # these may not be base64 (RFC 2046 §5.2)
    ):
        mimetype = "application/octet-stream"
    disposition = _filename_parameter(clean_header(attachment.name) or "attachment")
    return (
        f"\r\n--{boundary}\r\n"
        f"Content-Type: {mimetype}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {disposition}\r\n\r\n"
    ).encode() + encodebytes(attachment.content).replace(b"\n", CRLF)


def _filename_parameter(name: str) -> str:
    """Return the ``filename`` parameter, encoded as RFC 2231 says when it must be."""
    if name.isascii() and len(name) <= 60:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'filename="{quoted}"'
    encoded = "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02X}"
        for byte in name.encode("utf-8", "replace")
    )
    # Continuations (RFC 2231 §3) keep the lines short; never split inside "%XX".
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[A-Za-z0-9]){1,18}", encoded)
    return ";\r\n ".join(
        f"filename*{index}*={'utf-8' + chr(39) * 2 if not index else ''}{piece}"
        for index, piece in enumerate(pieces)
    )

"""Sending: RFC 5322 messages built from a skeleton that is made once per mailing.

Building a message with :mod:`email.message` takes about a millisecond, nearly all of
it for parts that are the same for every recipient. Here those parts are encoded once:
the attachments, the constant headers, and every constant piece of the bodies, in
quoted-printable (RFC 2045 §6.7), where a piece may end anywhere with a soft line break.
What is left per recipient is to encode the few pieces that differ and to join bytes.

Where something stands for a value that is known last (a signed token in a link), it is
a *placeholder*: a piece of its own, which is exchanged when the pieces are joined.
"""

import binascii
import functools
import re
import secrets
from base64 import encodebytes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime

CRLF = b"\r\n"
SOFT_BREAK = b"=\r\n"

# Control characters and line ends never enter a header (header injection).
_UNSAFE_IN_HEADER = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
# Text that nothing has to be done to; what looks encoded would be decoded.
_PLAIN_HEADER = re.compile(r"(?!.*=\?)[ -~]{0,60}")
_LONGEST_WORD = 900  # a line of a header may have 998 characters (RFC 5322 §2.1.1)
_UNSAFE_IN_ADDRESS = re.compile(r"[\s<>,;\x00-\x1f\x7f]|^$")
_MIMETYPE = re.compile(r"[a-z0-9][\w.+-]{0,126}/[a-z0-9][\w.+-]{0,126}", re.ASCII)
# A blank at the end of a line, which binascii encodes without looking at the length.
_LATE_BLANK = re.compile(rb"(?m)^(.{74,})(=20|=09)$")
# A line that begins with a dot would have to be changed by SMTP (RFC 5321 §4.5.2).
_LEADING_DOTS = re.compile(rb"(?m)^\.+")
# Text that is its own quoted-printable form and fits on a line.
_PLAIN_PIECE = re.compile(r"(?!\.)[!-<>-~][ -<>-~]{0,71}")


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
    if not _PLAIN_HEADER.fullmatch(value):
        column = len(name) + 2
        value = _folded(value, column) or _encoded_words(value, column)
    return f"{name}: {value}\r\n".encode()


def raw_header(name: str, value: str) -> bytes:
    """Return a header line as it stands: never encoded, never folded.

    For structured values that readers match byte by byte, such as
    ``List-Unsubscribe`` (RFC 8058). ``value`` must be ASCII.
    """
    return f"{name}: {clean_header(value)}\r\n".encode("ascii")


@functools.lru_cache(maxsize=4096)
def mailbox(display_name: str, address: str) -> str:
    """Return ``"Display name" <address>`` for an address header (RFC 5322 §3.4).

    :raise ValueError: the address would end early or be more than one.
    """
    if _UNSAFE_IN_ADDRESS.search(address):
        raise ValueError(
            f"“{address}” is not an address that mail programs understand."
        )
    name = clean_header(display_name)
    if not name:
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    if not _PLAIN_HEADER.fullmatch(quoted):
        name = _encoded_words(name, 10)
    elif not name.isalnum():
        name = f'"{quoted}"'
    fold = "\r\n" if len(name) + len(address) > 60 else ""
    return f"{name}{fold} <{address}>"


def _folded(text: str, column: int) -> str | None:
    """Return ``text`` folded at its spaces; None when it has to be encoded.

    :param column: where on its line the text begins; lines end at column 76 unless a
        single word is longer.
    """
    if not text.isascii() or "=?" in text:
        return None
    words = re.findall(" *[^ ]+", text)
    if max(map(len, words)) > _LONGEST_WORD:
        return None
    folded = []
    for index, word in enumerate(words):
        column += len(word)
        if index and column > 76:
            folded.append("\r\n")
            column = len(word)
        folded.append(word)
    return "".join(folded)


def _encoded_words(text: str, column: int) -> str:
    """Return ``text`` as encoded words (RFC 2047 §2), one a line.

    :param column: where on its line the first word begins; words end at column 76.
    """
    words, piece, room = [], b"", max((76 - column - 12) // 4 * 3, 4)
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            words.append(piece)
            piece, room = b"", 45
        piece += octets
    words.append(piece)
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(word, newline=False).decode()}?="
        for word in words
    )


def address_header(name: str, display_name: str, address: str) -> bytes:
    """Return an address header line for one mailbox with an ASCII address."""
    return f"{name}: {mailbox(display_name, address)}\r\n".encode("ascii")


def addresses_header(name: str, addresses: Iterable[str]) -> bytes:
    """Return an address header line for several ASCII addresses, folded after each."""
    value = ",\r\n ".join(mailbox("", address) for address in addresses)
    return f"{name}: {value}\r\n".encode("ascii")


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


def _splitter(placeholders: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a function that splits texts; every second piece is a placeholder."""
    words = "|".join(map(re.escape, placeholders)) or "(?!)"
    return re.compile(f"({words})").split


class QuotedPrintable:
    """Encodes texts that are later joined; constant texts only once.

    An encoded text is a list of pieces. It starts at the beginning of a line and ends
    with a line break, soft or real, so encoded texts can be joined in any order.
    Placeholders stand on a line of their own; exchanging them for up to 75 plain
    characters keeps lines valid.
    """

    def __init__(self, placeholders: Iterable[str] = ()):
        self._split = _splitter(placeholders)
        self._constant: dict[str, list[bytes]] = {}

    def remember(self, texts: Iterable[str]) -> None:
        """Encode ``texts`` now; :meth:`encode` then only looks them up."""
        for text in texts:
            self._constant[text] = self._encode(text)

    def encode(self, text: str) -> list[bytes]:
        """Return ``text`` in quoted-printable, ended by a line break."""
        known = self._constant.get(text)
        return self._encode(text) if known is None else known

    def _encode(self, text: str) -> list[bytes]:
        pieces = []
        for index, piece in enumerate(self._split(text)):
            if index % 2:  # a placeholder
                pieces += piece.encode(), SOFT_BREAK
            elif piece:
                pieces.append(_quoted_printable(piece))
        return pieces


def _quoted_printable(text: str) -> bytes:
    if _PLAIN_PIECE.fullmatch(text):
        return text.encode() + SOFT_BREAK
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    is_open = not lines.endswith("\n")
    if is_open:  # keep a place for the soft line break
        lines += "="
    encoded = binascii.b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    if is_open:
        encoded = encoded[:-3].removesuffix(b"=\n") + b"=\n"
    encoded = _LATE_BLANK.sub(rb"\1=\n\2", encoded)
    encoded = _LEADING_DOTS.sub(lambda dots: b"=2E=\n" * len(dots[0]), encoded)
    return encoded.replace(b"\n", CRLF)


class Skeleton:
    """What all mails of a mailing have in common, as bytes.

    A mail is ``multipart/alternative`` of text and HTML; with attachments that stands
    inside a ``multipart/mixed``. No line of it begins with a dot.

    :param has_own_files: whether each mail may have files of its own.
    """

    def __init__(
        self,
        headers: Sequence[bytes],
        attachments: Sequence[Attachment] = (),
        placeholders: Iterable[str] = (),
        has_own_files: bool = False,
    ):
        outer, inner = (f"cd-{secrets.token_hex(12)}" for _part in range(2))
        alternative = _boundary_header("alternative", inner)
        head = [*headers, b"MIME-Version: 1.0\r\n"]
        tail = [f"\r\n--{inner}--\r\n".encode()]
        self._outer, end = outer, []
        if attachments or has_own_files:
            head += [_boundary_header("mixed", outer), f"\r\n--{outer}\r\n".encode()]
            tail += [_attachment_part(outer, attachment) for attachment in attachments]
            end = [f"\r\n--{outer}--\r\n".encode()]
        head += [alternative, _text_part(inner, "plain")]
        split = _splitter(placeholders)
        self._head = [piece.encode() for piece in split(b"".join(head).decode())]
        self._middle = _text_part(inner, "html")
        self._tail = b"".join(tail)
        self._end = b"".join(end)

    @property
    def size(self) -> int:
        """The bytes that every mail has, whatever is said in it."""
        return sum(map(len, (*self._head, self._middle, self._tail, self._end)))

    def message(
        self,
        headers: Iterable[bytes],
        text: Iterable[bytes],
        html: Iterable[bytes],
        values: Mapping[bytes, bytes],
        own_files: Iterable[Attachment] = (),
    ) -> bytes:
        """Return the message with these headers and encoded pieces of both bodies.

        :param values: what to put in the place of each placeholder.
        :param own_files: what only this recipient gets, where the skeleton has room.
        """
        files = [_attachment_part(self._outer, file) for file in own_files]
        bodies = (*text, self._middle, *html)
        pieces = (*headers, *self._head, *bodies, self._tail, *files, self._end)
        return b"".join(map(values.get, pieces, pieces))


def _boundary_header(subtype: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n'.encode()


def _text_part(boundary: str, subtype: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _attachment_part(boundary: str, attachment: Attachment) -> bytes:
    mimetype = attachment.mimetype.partition(";")[0].strip(" ").lower()
    if not _MIMETYPE.fullmatch(mimetype) or mimetype.startswith(
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
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    if _PLAIN_HEADER.fullmatch(quoted):
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

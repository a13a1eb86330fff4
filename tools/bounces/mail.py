"""Tracking: an inbound mail as the detectors see it: read once, within bounds.

Mails come from anybody. Headers are read as they stand, because the parsers of
:mod:`email.headerregistry` raise on some that are malformed on purpose; so much of
everything is looked at, and no more.
"""

import email
import email.header
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property

from ..tokens import SIGNED_LENGTH
from .result import Clues

Headers = list[tuple[str, str]]

_MOST_HEADERS = 500
_MOST_PARTS = 60
_MOST_CLUES = 20
_LONGEST_HEADER = 4000
_LONGEST_TEXT = 64 * 1024
_DEEPEST = 12

RETURNED = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers")
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]]{1,250}@[^\s<>\"'(),:;]{1,250}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,995}>")
_TAG = re.compile(rf"\+([0-9a-f]{{{SIGNED_LENGTH}}})(?:@|=40|=)")
_SIGNED = re.compile(rf"(?<![0-9a-f])[0-9a-f]{{{SIGNED_LENGTH}}}(?![0-9a-f])")
# As it stands, and as security gateways write it when they wrap links.
_LINK = re.compile(
    rf"campaign(?:/|[%-](?:25)?2f)([couv])(?:/|[%-](?:25)?2f)"
    rf"([0-9a-f]{{{SIGNED_LENGTH}}})(?![0-9a-f])"
)
_HEADER_LINE = re.compile(
    r"(?m)^[ \t>|]{0,8}([A-Za-z][!-9;-~]{1,60})[ \t]*:[ \t]?(.*(?:\n[ \t].*)*)"
)
_PROVIDER_IDS = (
    "x-ses-message-id",
    "x-mailgun-sid",
    "x-sg-id",
    "x-sg-message-id",
    "x-mandrill-msg-id",
    "x-provider-message-id",
)
# From here on a text consists of the mail that it returns.
_RETURN_BEGINS = re.compile(
    r"""(?mix)
    ^[ \t>|]*-{2,}[ ]*(
        below\sthis\sline\sis\sa\scopy
        | this\sis\sa\scopy\sof
        | (the\s)?original\smessage
        | (the\s)?unsent\smessage
        | (the\s)?message\sheaders?\sfollows?
        | ursprüngliche\snachricht | message\sd'origine | mensaje\soriginal
        | messaggio\soriginale | oorspronkelijk\sbericht | mensagem\soriginal
        | returned\smessage | undelivered\smessage
    )
    | ^[ \t]*(original\smessage\s(headers?|follows)|the\sheaders?\sof\sthe\soriginal
        |included\sis\sa\scopy\sof|below\sis\sa\scopy\sof|the\soriginal\smessage\sfollows
        |ursprüngliche\snachrichtenkopf|en-têtes\sde\smessage\sd'origine
        |encabezados\sde\smensajes?\soriginales)
    | ^(received|return-path|message-id|dkim-signature|mime-version|from|date)[ ]?:
        [^\n]*\n
        ([ \t][^\n]*\n)*[!-9;-~]+:[ ][^\n]*\n([ \t][^\n]*\n)*[!-9;-~]+:[ ]
    """
)
_TAGS = re.compile(r"<[^<>]*>")
_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/tr|/h[1-6]|/li)\b[^<>]*>")
_UNSEEN = ("style", "script", "head", "title")
_ENTITIES = {
    "nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'",
    "#160": " ", "apos": "'",
}  # fmt: skip
_ENTITY = re.compile(r"&(#?\w{1,8});")


def parse(source: bytes | Message) -> Message:
    """Return a mail parsed; of one that cannot be, its headers."""
    if isinstance(source, Message):
        return source
    try:
        return email.message_from_bytes(source)
    except Exception:  # such as a thousand parts inside of each other
        head = source.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return email.message_from_bytes(head[:_LONGEST_TEXT] + b"\n\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail: its type in lower case, and where it lies."""

    type: str
    message: Message


class Mail:
    """The facts about a mail, each worked out when first asked for."""

    def __init__(self, source: bytes | Message):
        self.message = parse(source)
        self.headers = raw_headers(self.message)

    def first(self, name: str) -> str:
        """Return the first header of a name in lower case, as it stands, or ""."""
        return next(values(self.headers, name), "")

    @cached_property
    def content_type(self) -> str:
        return self.first("content-type").lower()

    def is_report(self, kind: str) -> bool:
        """Return whether it is a ``multipart/report`` of this kind (RFC 6522)."""
        return self.content_type.lstrip().startswith("multipart/report") and bool(
            re.search(rf"report-type\s*=\s*[\"']?{kind}\b", self.content_type)
        )

    @cached_property
    def subject(self) -> str:
        return decoded(self.first("subject"))

    @cached_property
    def sender(self) -> str:
        """Return the address of its author in lower case, or ""."""
        found = _ADDRESS.findall(self.first("from"))
        return found[-1].lower() if found else ""

    @cached_property
    def parts(self) -> list[Part]:
        """Return its parts that are no multipart, but not those of attached mails."""
        found: list[Part] = []
        waiting = [(self.message, 0)]
        while waiting and len(found) < _MOST_PARTS:
            message, depth = waiting.pop(0)
            kind = _type_of(message)
            payload = payload_of(message)
            is_message = kind.startswith("message/")
            if isinstance(payload, list) and not is_message and depth < _DEEPEST:
                inside = [(part, depth + 1) for part in payload[:_MOST_PARTS]]
                waiting[:0] = [pair for pair in inside if isinstance(pair[0], Message)]
            else:
                found.append(Part(kind, message))
        return found

    def part(self, *types: str) -> Message | None:
        """Return its first part of one of these types."""
        return next((part.message for part in self.parts if part.type in types), None)

    @cached_property
    def whole_text(self) -> str:
        """Return its first readable text, with whatever it quotes."""
        for kinds, convert in (
            (("text/plain", "text", ""), str),
            (("text/html",), html_to_text),
        ):
            for part in self.parts:
                if part.type in kinds and not _is_attachment(part.message):
                    if text := convert(text_of(part.message)).strip():
                        return text
        return ""

    @cached_property
    def _split(self) -> tuple[str, str]:
        text = self.whole_text
        begins = _RETURN_BEGINS.search(text)
        if not begins:
            return text, ""
        return text[: begins.start()], text[begins.start() :]

    @property
    def text(self) -> str:
        """Return its text up to the mail that it returns."""
        return self._split[0]

    @cached_property
    def returned(self) -> Headers:
        """Return the headers of the mail that it returns."""
        for part in self.parts:
            if part.type in RETURNED:
                if found := headers_inside(part.message):
                    return found
        lines = _HEADER_LINE.findall(self._split[1])[:_MOST_HEADERS]
        return [(name.lower(), value[:_LONGEST_HEADER]) for name, value in lines]

    def clues(self, fields: Headers | None = None) -> Clues:
        """Return which of our mails it may be about.

        :param fields: what a machine-readable part says.
        """
        own = " ".join(
            values(
                self.headers,
                "to",
                "delivered-to",
                "x-original-to",
                "envelope-to",
                "x-envelope-to",
                "cc",
            )
        )
        fields = fields or []
        told = " ".join(value for _name, value in fields)
        returned = " ".join(value for _name, value in self.returned)
        # lower case: some systems fold the case of a return path
        places = f"{own} {told} {returned} {self._split[1]}".lower()
        message_ids = [
            *values(fields, "original-message-id", "x-original-message-id"),
            *values(self.returned, "message-id", "x-original-message-id"),
            *values(self.returned, "x-ms-exchange-parent-message-id"),
            *values(self.headers, "x-original-message-id"),
        ]
        return Clues(
            tags=_few(_TAG.findall(places)),
            message_ids=_few(_MESSAGE_ID.findall(" ".join(message_ids))),
            provider_ids=_few(
                value.strip().strip("<>")
                for value in values([*self.returned, *fields], *_PROVIDER_IDS)
            ),
            signed=_few(_SIGNED.findall(f"{returned} {self._split[1]}".lower())),
            references=_few(self._references()),
            links=_few(self._links()),
        )

    def _references(self) -> Iterator[str]:
        """Return which mails it answers: in a thread the last one is the nearest.

        Exchange may exchange the ids of mails that pass it, and keeps the first one.
        """
        for name in ("in-reply-to", "x-ms-exchange-parent-message-id"):
            yield from _MESSAGE_ID.findall(" ".join(values(self.headers, name)))
        thread = _MESSAGE_ID.findall(" ".join(values(self.headers, "references")))
        yield from reversed(thread)

    def _links(self) -> Iterator[tuple[str, str]]:
        for part in self.parts:
            if part.type in ("text/plain", "text/html", "text", ""):
                yield from _LINK.findall(text_of(part.message).lower())


def _few(found: Iterable) -> tuple:
    return tuple(dict.fromkeys(found))[:_MOST_CLUES]


# ------------------------------------------------------------
# Headers
# ------------------------------------------------------------


def raw_headers(message: Message) -> Headers:
    """Return the headers of a mail as they stand, their names in lower case."""
    found = []
    for number, (name, value) in enumerate(message.raw_items()):
        if number >= _MOST_HEADERS:
            break
        found.append((str(name).lower(), _printable(str(value)[:_LONGEST_HEADER])))
    return found


def headers_inside(part: Message) -> Headers:
    """Return the headers that a part consists of or begins with."""
    inside = payload_of(part)
    if isinstance(inside, list):  # a message in the message
        return raw_headers(inside[0]) if inside else []
    text = text_of(part).lstrip("\n").partition("\n\n")[0]
    return [
        (name.lower(), value[:_LONGEST_HEADER])
        for name, value in _HEADER_LINE.findall(text)[:_MOST_HEADERS]
    ]


def payload_of(part: Message) -> list[Message] | str:
    """Return the parts of a part, or what it holds as it stands."""
    try:
        payload = part.get_payload()
    except Exception:  # a charset with a NUL in its name, and the like
        payload = None
    return payload if isinstance(payload, (list, str)) else ""


def values(headers: Headers, *names: str) -> Iterator[str]:
    """Return the values of the headers of some names."""
    return (value for name, value in headers if name in names)


def decoded(value: str) -> str:
    """Return a header's value as people read it (RFC 2047)."""
    value = " ".join(value.split())
    try:
        chunks = email.header.decode_header(value)
        return _printable(str(email.header.make_header(chunks)))
    except Exception:  # unknown charsets, broken base64
        return value


def address_in(value: str) -> str:
    """Return the first address in a text, or ""."""
    found = _ADDRESS.search(value)
    return found[0].strip(".").lower() if found else ""


def _type_of(message: Message) -> str:
    kind = next(values(raw_headers(message), "content-type"), "text/plain")
    return kind.partition(";")[0].strip().lower()


def _is_attachment(message: Message) -> bool:
    kind = next(values(raw_headers(message), "content-disposition"), "")
    return kind.strip().lower().startswith("attachment")


def _printable(text: str) -> str:
    """Return a text without halves of characters, which nothing can encode.

    In headers they are what the parser makes of bytes that should have been encoded,
    which mostly are UTF-8.
    """
    try:
        return text.encode("ascii", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")


# ------------------------------------------------------------
# Texts
# ------------------------------------------------------------


def text_of(part: Message) -> str:
    """Return a part's text, decoded as well as it can be."""
    try:
        data = part.get_payload(decode=True)
    except Exception:
        data = None
    if not isinstance(data, bytes):
        inside = payload_of(part)
        data = inside.encode("utf-8", "replace") if isinstance(inside, str) else b""
    kind = next(values(raw_headers(part), "content-type"), "")
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", kind, re.IGNORECASE)
    data = data[:_LONGEST_TEXT]
    try:
        text = data.decode(charset[1] if charset else "utf-8", "replace")
    except Exception:  # an unknown charset, or one that is no charset
        text = data.decode("utf-8", "replace")
    return _printable(text.replace("\r\n", "\n").replace("\x00", ""))


def html_to_text(source: str) -> str:
    """Return what a page says, line by line. Good enough for rules to read."""
    for name in _UNSEEN:
        source = _without(source, name)
    text = _TAGS.sub("", _BREAKS.sub("\n", source))
    text = _ENTITY.sub(lambda found: _ENTITIES.get(found[1].lower(), found[0]), text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without(source: str, name: str) -> str:
    """Return a page without the elements of a name; one that never ends, ends it."""
    begins = re.compile(rf"<{name}\b", re.IGNORECASE)
    ends = re.compile(rf"</{name}\b", re.IGNORECASE)
    kept, place = [], 0
    while begin := begins.search(source, place):
        kept.append(source[place : begin.start()])
        end = ends.search(source, begin.end())
        if not end:
            return "".join(kept)
        place = end.start()
    return "".join(kept) + source[place:]


def readable(source: bytes, most_boundaries: int) -> bytes:
    """Return a mail that Python's parser can read.

    One with too many parts inside of each other becomes its headers and its beginning,
    as plain text.
    """
    if source.lower().count(b"boundary") <= most_boundaries:
        return source
    try:
        email.message_from_bytes(source)
        return source
    except Exception:  # a thousand parts inside of each other
        head, _blank, body = source.replace(b"\r\n", b"\n").partition(b"\n\n")
        lines = re.sub(rb"(?mi)^content-[^\n]*\n(?:[ \t][^\n]*\n)*", b"", head + b"\n")
        return lines[:_LONGEST_TEXT] + b"\n" + body[:_LONGEST_TEXT]

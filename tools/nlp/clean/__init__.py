"""Response: the author's own words in a reply, and what was cut around them.

The steps, each a module: the mail becomes lines (:mod:`.markup` for HTML), quotes are
found (:mod:`.quotes`), what stood in our own mail is subtracted (:mod:`.original`),
then banners and disclaimers (:mod:`.notices`) and the signature (:mod:`.signature`) go.
Every step looks at a line a bounded number of times: the time grows with the size of
the mail, whatever is in it.
"""

import re
from dataclasses import dataclass

from . import markup, notices, original as originals, quotes, signature
from .sheet import (
    ATTRIBUTION,
    BANNER,
    FOREIGN,
    HEADER_BLOCK,
    OVERLONG,
    QUOTE,
    SIGNATURE,
    Sheet,
)

# Longer mails are read to here: an answer stands above, and the rest is kept as cut.
MAX_TEXT = 300_000
MAX_HTML = 1_500_000
MAX_LINES = 20_000

_NOISE = re.compile(
    "[\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad\u034f\x00]"
    "|\u200d(?![\u2600-\u27bf\U0001f300-\U0001faff])"  # unless it joins two emojis
)
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of the mail that is not the author's.

    ``kind`` is one of ``quote``, ``attribution``, ``header_block``, ``signature``,
    ``mobile_line``, ``disclaimer``, ``banner``, ``footer`` and ``overlong`` (the end of
    a mail too long to be read).
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What an author wrote: ``text``, and in the mail's order what was ``cut``.

    ``source`` tells which part of the mail was read, ``html`` or ``text``.
    """

    text: str
    cut: tuple[Cut, ...]
    source: str


def clean(text: str, html: str | None, *, original: str = "") -> Cleaned:
    """Return the author's own words in a mail.

    ``text`` and ``html`` are its two bodies; either may be empty. ``original`` is the
    body of the mail it answers, as plain text: what stands there is not the author's.
    """
    original = _tidy(original or "")[:MAX_TEXT]
    cleaned = None
    if html and html.strip():
        cleaned = _clean_html(_tidy(html), original)
        if cleaned.text or not (text and text.strip()):
            return cleaned
    if text and text.strip():
        read = _finish(_read_text(_tidy(text)), original, "text")
        if read.text or cleaned is None:
            return read
    return cleaned or Cleaned("", (), "text")


def _tidy(text: str) -> str:
    """Return ``text`` without what cannot be seen or encoded."""
    if text.isascii() and "\x00" not in text:
        return text
    return _SURROGATES.sub("\ufffd", _NOISE.sub("", text))


def _clean_html(source: str, original: str) -> Cleaned:
    rest = source[MAX_HTML:]
    sheet = markup.read(source[:MAX_HTML])
    sheet.cut(MAX_LINES, len(sheet.lines), OVERLONG)
    if rest:
        sheet.add(rest, OVERLONG)
    return _finish(sheet, original, "html")


def _read_text(text: str) -> Sheet:
    sheet = Sheet()
    lines = _BREAKS.split(text[:MAX_TEXT])
    for line in lines[:MAX_LINES]:
        # What is left of the delimiter of signatures is told from a line of dashes.
        sheet.add(_BLANKS.sub(" ", line).strip())
    rest = "\n".join(lines[MAX_LINES:]) + text[MAX_TEXT:]
    if rest:
        sheet.add(rest, OVERLONG)
    return sheet


def _finish(sheet: Sheet, original: str, source: str) -> Cleaned:
    """Take all steps on the lines of a mail."""
    tag = notices.split_tag(sheet)
    notices.mark_banners(sheet)
    _mark_quotes(sheet, original)
    signature.mark_pictures(sheet)
    notices.mark_banners(sheet)
    notices.mark_disclaimers(sheet)
    signature.mark_mobile_lines(sheet)
    signature.mark_signatures(sheet)
    if not sheet.kept():
        _restore_signature(sheet)
    cut = [Cut(kind, text) for kind, text in sheet.pieces()]
    if tag:
        cut.insert(0, Cut(BANNER, tag))
    return Cleaned(_without_rules(sheet), tuple(cut), source)


def _mark_quotes(sheet: Sheet, original: str) -> None:
    quotes.mark_prefixed(sheet)
    quotes.mark_unmarked(sheet)
    kept = sheet.kept()
    unmarked = any(
        kind == QUOTE and not marked
        for kind, marked in zip(sheet.kinds, sheet.marked, strict=True)
    )
    if unmarked and original:
        # Below or between the lines of a quote that nothing marks there may be answers.
        if not kept or quotes.hints_at_answers_inside(sheet.text()):
            sheet.restore(0, frozenset((QUOTE,)))
    if original:
        originals.subtract(sheet, original)
    quotes.mark_leading(sheet)


def _restore_signature(sheet: Sheet) -> None:
    """Keep what the markup calls a signature when the mail has nothing else.

    Some people write inside the signature that their program began.
    """
    for index, kind in enumerate(sheet.kinds):
        if kind == SIGNATURE and sheet.marked[index]:
            sheet.kinds[index] = ""
    signature.mark_mobile_lines(sheet)
    signature.mark_signatures(sheet)


def _without_rules(sheet: Sheet) -> str:
    """Return the author's lines, but for rules at the beginning and the end."""
    lines = sheet.text().split("\n")
    while lines and not lines[0].strip(" -_=*"):
        lines.pop(0)
    while lines and not lines[-1].strip(" -_=*"):
        lines.pop()
    return "\n".join(lines)

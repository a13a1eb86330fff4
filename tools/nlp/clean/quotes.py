"""Response: where in the lines of a reply the mail that it answers begins and ends."""

import re

from .phrases import (
    COPY,
    FROM,
    HEADERS,
    INLINE_HINTS,
    OPENERS,
    ORIGINAL_MESSAGE,
    OTHER,
    REPLY_ABOVE,
    SENT,
    SPEAKERS,
    SUBJECT,
    TO,
    WROTE,
)
from .sheet import ATTRIBUTION, HEADER_BLOCK, QUOTE, Sheet

_WROTE = re.compile(
    r"(?<!\w)(?:" + "|".join(map(re.escape, WROTE)) + r")(?!\w)", re.IGNORECASE
)
_WROTE_CJK = re.compile("|".join(word for word in WROTE if ord(word[-1]) > 0x2E80))
_OPENER = re.compile(
    r"(?:" + "|".join(map(re.escape, OPENERS)) + r")(?=[\s,.:]|$)", re.IGNORECASE
)
_DATE = re.compile(
    r"\d{1,2}[:.h]\d{2}(?!\d)"  # a time
    r"|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"  # a date in figures
    r"|(?<!\d)(?:19|20)\d{2}(?!\d)"  # a year
    r"|\d{1,2}月\d{1,2}"
)
_FRAME = " \t>*_-–—=~#|\u200e\u200f"
_SEPARATOR = re.compile(r"[-_=*~#—–+. ]{5,}$|[-_=*~—–]{3,}$")
_INITIALS = re.compile(r"[A-Z]{1,3}> ?\S")
_LABEL = re.compile(r"[^\W\d_][\w .'’()/-]{0,28}$")
_MAX_ATTRIBUTION_LINES = 5
_MAX_ATTRIBUTION = 450
# Where programs go on in the same line with what they quote.
_GOES_ON = re.compile(r"(?:On|Am|Le|El) [^<]*<[^<>\s]+@[^<>\s]+> ?[\w ]{1,12} ?:(?= )")
_WRAPPED_FROM = 58  # no mail program breaks a line earlier


def mark_prefixed(sheet: Sheet) -> None:
    """Cut the lines that are quoted line by line, with ``>`` or a bar."""
    lines = sheet.lines
    bars = [
        i for i, line in enumerate(lines) if line.startswith("|") and not sheet.kinds[i]
    ]
    initials = [i for i, line in enumerate(lines) if _INITIALS.match(line)]
    quoted = {i for i, line in enumerate(lines) if line.startswith(">")}
    for marks in (bars, initials):
        if len(marks) > 1:
            quoted.update(marks)
    for index in quoted:
        sheet.cut(index, index + 1, QUOTE)
        sheet.marked[index] = True
    _mark_wrapped(sheet, quoted)


def _mark_wrapped(sheet: Sheet, quoted: set[int]) -> None:
    """Cut what is left over where a quoted line was broken on its way."""
    for index in quoted:
        rest = index + 1
        if rest + 1 not in quoted or rest in quoted:
            continue
        before, line = sheet.lines[index].rstrip(), sheet.lines[rest]
        if (
            len(before) >= _WRAPPED_FROM
            and line[:1].islower()
            and before[-1] not in ".?!"
        ):
            sheet.cut(rest, rest + 1, QUOTE)


def mark_unmarked(sheet: Sheet) -> None:
    """Cut what follows an attribution, a header block or a separator.

    When the quote itself is marked, only the line above it goes, and answers between
    the quoted lines stay.
    """
    lines, kinds = sheet.lines, sheet.kinds
    size = len(lines)
    index = 0
    while index < size:
        if kinds[index] or not lines[index]:
            index += 1
            continue
        kind, start, stop = _find_start(sheet, index)
        if not kind:
            index += 1
            continue
        sheet.cut(start, stop, kind)
        following = sheet.next_filled(stop)
        if following < size and sheet.marked[following]:
            index = following
            continue
        if following < size and kinds[following] == "" or kind != ATTRIBUTION:
            _cut_rest(sheet, start, stop)
            return
        index = stop


def _cut_rest(sheet: Sheet, start: int, stop: int) -> None:
    sheet.cut(stop, len(sheet.lines), QUOTE)


def _find_start(sheet: Sheet, index: int) -> tuple[str, int, int]:
    """Return what begins at ``index``: its kind and its first and last line + 1."""
    line = sheet.lines[index]
    if len(line) > 1000:
        return "", 0, 0
    if _is_original_message(line) or _is_reply_above(line):
        return QUOTE, index, index + 1
    stop = _header_block(sheet, index)
    if stop:
        return HEADER_BLOCK, _with_separators(sheet, index), stop
    start = _attribution(sheet, index)
    if start >= 0:
        return ATTRIBUTION, start, index + 1
    return "", 0, 0


def _with_separators(sheet: Sheet, start: int) -> int:
    """Return where the block begins when the separator above belongs to it."""
    before = start - 1
    while before >= 0 and not sheet.kinds[before]:
        line = sheet.lines[before]
        if line and not _SEPARATOR.match(line):
            break
        if line:
            start = before
        before -= 1
    return start


def _is_original_message(line: str) -> bool:
    bare = line.strip(_FRAME + ":.").lower()
    if len(bare) > 60:
        return False
    if bare in ORIGINAL_MESSAGE:
        return bare != line.lower() or "message" not in bare or len(bare.split()) > 1
    # "----- Forwarded by Anna Berg/Sales/ACME on 01/12/2027 10:00 AM -----"
    if not line.startswith(("--", "==", "__", "**")):
        return False
    return any(bare.startswith(words) for words in ORIGINAL_MESSAGE)


def _is_reply_above(line: str) -> bool:
    if len(line) > 120 or " " not in line:
        return False
    lower = line.lower()
    return any(words in lower for words in REPLY_ABOVE)


# ----------------------------------------------------------------------
# "On 12 January 2027 at 10:00 Anna Berg <a@b.example> wrote:"
# ----------------------------------------------------------------------


def _attribution(sheet: Sheet, last: int) -> int:
    """Return the first line of the attribution that ends in line ``last``, or -1."""
    whole = _GOES_ON.match(sheet.lines[last][:_MAX_ATTRIBUTION])
    if whole and _is_attribution(whole[0], True):
        return last
    ending = sheet.lines[last].rstrip(_FRAME)
    colon = ending.endswith((":", "："))
    if not colon and not _ends_with_verb(ending):
        return -1
    text = ""
    stop = max(-1, last - _MAX_ATTRIBUTION_LINES)
    for start in range(last, stop, -1):
        line = sheet.lines[start]
        if not line or sheet.kinds[start]:
            return -1
        text = f"{line} {text}" if text else line
        if len(text) > _MAX_ATTRIBUTION:
            return -1
        if _is_attribution(text, colon):
            return _first_line(sheet, start)
    return -1


def _ends_with_verb(line: str) -> bool:
    tail = line[-24:]
    return any(found.end() == len(tail) for found in _WROTE.finditer(tail))


def _is_attribution(text: str, colon: bool) -> bool:
    bare = text.strip(_FRAME + "[(")
    address = "@" in bare or "mailto:" in bare
    dated = bool(_DATE.search(bare))
    if not dated and not address:
        return False
    verb = _WROTE.search(bare) or _WROTE_CJK.search(bare)
    opened = bool(_OPENER.match(bare))
    if not verb:
        return colon and dated and address
    if bare.split(None, 1)[0].lower().strip(",") in SPEAKERS or "?" in bare:
        return False
    speaker = bare[: verb.start()].split()[-1:] or [""]
    if speaker[0].lower() in SPEAKERS and not address:
        return False
    if colon:
        return address or opened or len(bare) < 120
    return (dated and address) or (opened and dated and verb.end() >= len(bare) - 2)


def _first_line(sheet: Sheet, start: int) -> int:
    """Return ``start``, or the line above when the attribution begins there."""
    if _OPENER.match(sheet.lines[start].strip(_FRAME)):
        return start
    above = start - 1
    if above < 0 or sheet.kinds[above]:
        return start
    if sheet.lines[above].endswith("<") and ">" in sheet.lines[start]:
        return above
    line = sheet.lines[above].strip(_FRAME)
    if len(line) > 100 or not any(sign.isdigit() for sign in line):
        return start
    begins = _OPENER.match(line) and line[-1:] not in ".!?"
    return above if begins else start


# ----------------------------------------------------------------------
# From: ... Sent: ... To: ... Subject: ...
# ----------------------------------------------------------------------


def _header(line: str) -> tuple[frozenset[str], str]:
    """Return what the line's label names, and its value."""
    label, colon, value = line.partition(":")
    if not colon:
        label, colon, value = line.partition("：")
    if not colon or len(label) > 32:
        return frozenset(), ""
    label = label.strip(_FRAME).lower()
    return HEADERS.get(label, frozenset()), value.strip(" *_\t")


def _header_block(sheet: Sheet, start: int) -> int:
    """Return the end of the header block that begins in line ``start``, or 0."""
    kinds, _value = _header(sheet.lines[start])
    if kinds & {FROM, SENT, TO, SUBJECT}:
        stop = _known_block(sheet, start)
        if stop:
            return stop
    return _unknown_block(sheet, start) or _notes_block(sheet, start)


def _known_block(sheet: Sheet, start: int) -> int:
    """Return the end of a block whose labels we know: at least two of them."""
    lines, size = sheet.lines, len(sheet.lines)
    found: list[frozenset[str]] = []
    stop, index, misses, evidence = 0, start, 0, False
    while index < min(size, start + 24) and misses < 2 and not sheet.kinds[index]:
        line = lines[index]
        if not line:
            # Some programs put empty lines between; a block that is complete ends.
            if _is_complete(found) or index - start > 12:
                break
            index += 1
            continue
        kinds, value = _header(line)
        if kinds:
            found.append(kinds)
            stop, misses = index + 1, 0
            evidence |= bool("@" in value or _DATE.search(value))
        elif found and (misses or not _is_value(line)):
            break
        else:
            misses += 0 if "@" in line or _DATE.search(line) else 1
            evidence |= "@" in line or bool(_DATE.search(line))
            if "@" in line or line[:1] in "<;":
                stop = index + 1
        index += 1
    distinct = _distinct(found)
    if distinct >= 3 or (distinct == 2 and evidence):
        return _past_values(sheet, stop, found)
    return 0


def _is_value(line: str) -> bool:
    """Return whether a line can be the value of the label above, or its second line."""
    return len(line) < 200 and line[-1:] not in "?!"


def _past_values(sheet: Sheet, stop: int, found: list[frozenset[str]]) -> int:
    """Return the end of the block, past the value of a last label that stands alone."""
    _kinds, value = _header(sheet.lines[stop - 1])
    if not value and stop < len(sheet.lines) and sheet.lines[stop]:
        return stop + 1
    return stop


def _is_complete(found: list[frozenset[str]]) -> bool:
    named = frozenset().union(*found) if found else frozenset()
    return SUBJECT in named and FROM in named and _distinct(found) >= 3


def _distinct(found: list[frozenset[str]]) -> int:
    """Return how many different things the labels name."""
    named: set[str] = set()
    for kinds in sorted(found, key=len):
        free = kinds - named - {OTHER, COPY}
        if free:
            named.add(min(free))
    return len(named)


def _unknown_block(sheet: Sheet, start: int) -> int:
    """Return the end of a block in a language we do not know.

    Three lines ``label: value`` in a row, one with an address and one with a date.
    """
    address = dated = False
    index, size = start, len(sheet.lines)
    while index < min(size, start + 8):
        line = sheet.lines[index]
        label, colon, value = line.partition(":")
        if not colon or not value.strip() or not _LABEL.match(label.strip(_FRAME)):
            break
        if value.startswith("//"):
            break
        address |= "@" in value
        dated |= bool(_DATE.search(value))
        index += 1
    return index if index - start >= 3 and address and dated else 0


def _notes_block(sheet: Sheet, start: int) -> int:
    """Return the end of a block of HCL Notes, whose labels have no colon.

    ``"Anna Berg" <a@b.example>`` / ``12.01.2027 10:00`` / ``To ...`` / ``Subject ...``
    """
    lines, size = sheet.lines, len(sheet.lines)
    if "@" not in lines[start] and "/" not in lines[start]:
        return 0
    named: set[str] = set()
    dated = False
    stop, index = 0, start
    while index < min(size, start + 14):
        line = lines[index]
        word, _space, value = line.partition(" ")
        word, _tab, _value = word.partition("\t")
        kinds = HEADERS.get(word.lower(), frozenset()) if word[:1].isupper() else None
        if kinds and (value or line != word or index + 1 < size):
            named |= kinds & {TO, SUBJECT, COPY}
            stop = index + 1
        elif _DATE.search(line) and len(line) < 60:
            dated = True
        index += 1
    return stop if dated and TO in named and SUBJECT in named else 0


# ----------------------------------------------------------------------
# Replies below a quote that nothing marks, and between its lines
# ----------------------------------------------------------------------


def hints_at_answers_inside(text: str) -> bool:
    """Return whether the author says that answers stand in the quoted mail."""
    lower = text.lower()
    return any(hint in lower for hint in INLINE_HINTS)


def mark_leading(sheet: Sheet) -> None:
    """Cut attributions and separators just above what is known to be a quote.

    With the quote known, less is asked of the line that introduces it.
    """
    lines, kinds = sheet.lines, sheet.kinds
    for index in range(1, len(lines)):
        if kinds[index] != QUOTE or kinds[index - 1] == QUOTE:
            continue
        above = index - 1
        while above >= 0 and not lines[above] and not kinds[above]:
            above -= 1
        for _count in range(3):
            if above < 0 or kinds[above] or not _introduces(lines[above]):
                break
            sheet.cut(above, above + 1, ATTRIBUTION)
            above -= 1


def _introduces(line: str) -> bool:
    if not line or len(line) > 200:
        return False
    if _SEPARATOR.match(line) or _header(line)[0]:
        return True
    bare = line.rstrip(_FRAME)
    address, dated = "@" in line, bool(_DATE.search(line))
    if bare.endswith((":", "：")):
        return address or dated or _ends_with_verb(bare[:-1].rstrip())
    return address and dated and bare[-1:] not in "?!."

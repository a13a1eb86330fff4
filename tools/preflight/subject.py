"""Checking: subject and preview text, the first that people see."""

import re
from collections.abc import Iterator

from .finding import ERROR, INFO, OK, WARNING, Finding

# About what telephones and wide windows show of a subject.
LONG_SUBJECT = 70
_REPLY = re.compile(r"\s*(?:re|fw|fwd|aw|wg|tr|rv)\s*:", re.IGNORECASE)


def check(subject: str, preview: str) -> Iterator[Finding]:
    """Look at what a recipient sees of both, values filled in."""
    if not subject.strip():
        yield Finding("subject_missing", ERROR)
        return
    findings = [*_shape(subject), *_first_words(subject, preview)]
    yield from findings
    if not findings:
        yield Finding("subject", OK)


def _shape(subject: str) -> Iterator[Finding]:
    letters = [one for one in subject if one.isalpha()]
    capitals = sum(map(str.isupper, letters))
    cased = sum(one.isupper() or one.islower() for one in letters)
    if len(subject) > LONG_SUBJECT:
        yield Finding("subject_long", INFO, {"count": len(subject)})
    if cased > 8 and capitals > 0.7 * cased:
        yield Finding("subject_capitals", WARNING)
    if re.search(r"[!?]{2}", subject) or subject.count("!") > 2:
        yield Finding("subject_marks", WARNING)
    if _REPLY.match(subject):
        yield Finding("subject_reply", WARNING)


def _first_words(subject: str, preview: str) -> Iterator[Finding]:
    if not preview.strip():
        yield Finding("preview_missing", INFO)
    elif preview.strip().casefold() == subject.strip().casefold():
        yield Finding("preview_same", INFO)

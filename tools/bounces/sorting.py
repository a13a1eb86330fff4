"""Tracking: the detectors in their order, the most authoritative first."""

import dataclasses
from collections.abc import Callable
from email.message import Message

from . import automatic
from .complaint import feedback_report, junk_mail_report
from .delivery_status import delivery_status, is_from_machine
from .formats import FORMATS
from .mail import Mail
from .receipt import disposition_notification, receipt_in_words
from .result import HUMAN, NOTICE, Sorted
from .wording import failure_by_library, failure_in_words, is_named_report

_LONGEST_EXCERPT = 4000


def failure_in_format(mail: Mail) -> Sorted | None:
    """A report in the words of a known mail system."""
    if not is_from_machine(mail) and not is_named_report(mail):
        return None  # a person may have pasted one
    for read in FORMATS:
        if found := read(mail):
            return found
    return None


def automatic_answer(mail: Mail) -> Sorted | None:
    """What a machine answered in somebody's name."""
    found = automatic.detect(
        dict(reversed(mail.headers)), mail.subject, mail.whole_text
    )
    if not found:
        return None
    return Sorted(
        found.kind,
        f"automatic:{found.rule}",
        found.confidence,
        clues=mail.clues(),
        evidence=found.evidence,
    )


def unknown_report(mail: Mail) -> Sorted | None:
    """A report or a mail system's mail that nothing else understands."""
    is_report = mail.content_type.lstrip().startswith("multipart/report")
    if not is_report and not mail.sender.startswith("mailer-daemon@"):
        return None
    return Sorted(NOTICE, "unknown_report", 0.6, clues=mail.clues())


DETECTORS: tuple[Callable[[Mail], Sorted | None], ...] = (
    feedback_report,
    junk_mail_report,
    disposition_notification,
    delivery_status,
    failure_in_format,
    failure_in_words,
    failure_by_library,
    receipt_in_words,
    automatic_answer,
    unknown_report,
)


def sort(source: bytes | Message) -> Sorted:
    """Return what an inbound mail is. Never raises, whatever it is given.

    :param source: a mail, parsed or as it came.
    """
    mail = Mail(source)
    for detect in DETECTORS:
        if found := detect(mail):
            return _with_text(found, mail)
    return _with_text(Sorted(HUMAN, "none", 0.9, clues=mail.clues()), mail)


def read_text(source: bytes | Message) -> str:
    """Return a mail's text, whatever is wrong with it."""
    return Mail(source).whole_text


def _with_text(found: Sorted, mail: Mail) -> Sorted:
    return dataclasses.replace(found, text=mail.text[:_LONGEST_EXCERPT].strip())

"""Tracking: receipts. Somebody's program has shown, deleted or taken our mail."""

import re

from .mail import Mail, headers_inside, values
from .phrases import any_of, fold
from .result import READ_RECEIPT, Sorted

# How Exchange and Outlook begin the subject when they write no disposition.
_SUBJECT = re.compile(
    r"(?:(?:not )?read|gelesen|ungelesen geloscht|lu|non lu|leido|no leido|letto"
    r"|non letto|gelezen|niet gelezen|lida|nao lida|przeczytano|last|laest|lest"
    r"|deleted|geloscht"
    r"|(?:read|return|delivery) receipt|lesebestatigung|confirmation de lecture"
    r"|confirmacion de lectura|conferma di lettura|leesbevestiging"
    r"|disposition notification)(?: \([a-z]+\))? ?[:-] "
)
_TEXT = any_of(r"""
    your message.{0,400}(was|were) (read|deleted|displayed|opened) (on|without)
    this is a (return |read )?receipt for (the|your) (mail|message)
    (was|has been) displayed on (the recipient's|\S+ )(computer|screen)
    no guarantee that the message has been read or understood
    keine garantie, dass (der inhalt|die nachricht)
    ihre nachricht.{0,400}wurde am .{0,60} gelesen
    votre message.{0,400}a ete lu le
    (el|su) mensaje.{0,400}(se leyo|fue leido|ha sido leido) el
    il messaggio.{0,400}e stato letto (in data|il)
    uw bericht.{0,400}is gelezen op
    a (sua )?mensagem.{0,400}foi (lida|exibida) em
""")


def disposition_notification(mail: Mail) -> Sorted | None:
    """A message disposition notification (RFC 8098)."""
    part = mail.part("message/disposition-notification")
    if not part and not mail.is_report("disposition-notification"):
        return None
    fields = headers_inside(part) if part else []
    disposition = next(values(fields, "disposition"), "").strip()
    return Sorted(
        READ_RECEIPT,
        "disposition_notification",
        0.99,
        clues=mail.clues(fields),
        evidence=disposition[:200],
    )


def receipt_in_words(mail: Mail) -> Sorted | None:
    """A receipt that lost its machine-readable part on the way, or never had one."""
    if not _SUBJECT.match(fold(mail.subject)):
        return None
    found = _TEXT.search(fold(mail.text[:4000]))
    if not found:
        return None
    return Sorted(
        READ_RECEIPT,
        "receipt_in_words",
        0.9,
        clues=mail.clues(),
        evidence=found[0][:200],
    )

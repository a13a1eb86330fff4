"""Tracking: delivery failures that no format fits, by their words.

Reports in a format of their own, in any language, that still come as reports do: from
a mail system, or under a subject that only reports have.
"""

import logging
import re

from . import reasons
from .delivery_status import is_from_machine
from .mail import Mail, address_in
from .phrases import PERSONAL, any_of, fold
from .result import DELAYED, Failure, Sorted

try:  # reads dozens of old formats; needs Python 3.11
    from flufl.bounce import all_failures
except ImportError:
    all_failures = None
else:  # it logs a traceback for whatever it cannot read, as anybody may send
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_LONGEST = 4000
_LIBRARY_LIMIT = 512 * 1024

_SUBJECT = re.compile(
    r"(?:\[[^\]]{0,40}\] ?|\*+ ?)*(?:(?:warning|notice|error|alert|achtung) ?[:!]? ?)?"
    + any_of(r"""
    undeliver(ed|able)
    un?zustellbar
    non remis
    no se puede entregar
    onbestelbaar
    non recapitabile
    nao entregue
    nie dostarczono
    olevererbart
    kan ikke leveres
    returned mail
    returned to sender
    mail returned
    returned message
    (mail |message |e-?mail )?deliver(y|ies) (has )?(failed|failure|fails?|error|problem|status|report|notification|incomplete|delayed|unsuccessful)
    (mail|message|e-?mail|delivery) (delivery )?(failure|failed|failing|error|undeliverable|not delivered|could not be delivered|system error)
    failure notice
    failed mail
    failed delivery
    non[ -]?delivery
    nondeliver
    delayed mail
    delayed:
    mail delayed
    message delayed
    could not send
    there was an error sending
    your (message|mail|e-?mail) .{0,60}(failed|returned|not delivered|undelivered|rejected|could not be|couldn't be)
    postmaster notify
    mail system error
    user unknown
    unknown user
    transcript
    (unzustellbare|nicht zugestellte)
    zustell(ung|fehler)
    mailzustellung
    message non (remis|distribue)
    echec (de )?(la )?(remise|distribution|livraison)
    error (de|al) (entrega|entregar)
    entrega fallida
    mancata consegna
    recapito
    consegna (fallita|non)
    falha (na|de) entrega
    bezorg(ing|en)
    nedorucit
    недоставленное
    ваше сообщение не доставлено
    (配信|送信)(エラー|失敗)
    退信
    系统退信
    loop alert
    you \S+ are not member
    message (you sent )?(blocked|rejected)
    (mail|message|e-?mail) (was )?(blocked|rejected|refused)
    rejected (mail|posting)
    rejected:
    blocked:
    benachrichtigung zum ubermittlungsstatus
    notification d'etat de
    notificacion de estado de (la )?entrega
""").pattern  # noqa: E501
)
# Said at the beginning of a text, it is a report whoever sends it.
_FAILED = any_of(r"""
    (could|can|was|were|has|have|is)(n't| not|not) (be |been )?(delivered|sent to)
    (wasn't|couldn't|can't) be delivered
    wasn't delivered
    unable to deliver
    deliver(y|ing) (\S+ ){0,5}(has )?(failed|failure|permanently)
    failed (to deliver|permanently|recipient)
    undeliver(able|ed)
    did not reach
    returned to (the |its )?sender
    address not found
    (message|mail) (\S+ ){0,4}(was|been|has been) (rejected|blocked|returned|refused)
    message blocked
    (permanent|delivery) (fatal )?errors?
    non-?deliverable
    (user|mailbox|address|recipient) (\S+ ){0,3}(unknown|does not exist|not found)
    nicht (\S+ )?zugestellt
    unzustellbar
    zustellung (\S+ ){0,6}fehlgeschlagen
    echec de (la )?(remise|distribution|livraison)
    n'a pas (pu )?(etre |ete )?(delivre|remis|distribue|envoye)
    no (se (ha )?(podido|pudo)|ha podido|pudo) (ser )?entreg
    non (e stato|puo essere|e stata) (possibile )?(recapita|consegna)
    (niet|kon niet) (worden )?(bezorgd|afgeleverd)
    nao (pode|foi) (ser )?(possivel )?entreg
    nie (zostala|mogla|mozna) (\S+ )?dostarcz
    kunde inte levereras
    kunne ikke leveres
    не (может быть )?доставлен
    送信[でて]きません
    配信[でて]きません
    失敗しました
    duplicated message-id
    not a? ?member of this
    may not exist, or you
""")
_WAITS = any_of(r"""
    delayed
    (will|shall) (be )?(keep |continue to |still )?(retr|try)
    not yet been
    hasn't been delivered yet
    warning message only
    still being retried
    temporary (problem|failure)
    attempts will continue
    verzoger
    wird weiter versucht
    retarde
    nouvelle tentative
    retrasad
    volvera a intentar
    ritard
    vertraagd
    no action is required
""")
# What failed is a mail. Servers' codes, an address, or a word for it beside a failure.
_MAIL = re.compile(
    r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])|\b[45]\d\d[ -][a-z<]|[^\s@]@[^\s@]+\."
    r"|\b(e-?mails?|mail ?box|mail|message|recipients?|nachricht|courriel|correo"
    r"|mensaje|messaggio|bericht|mensagem|wiadomosc|meddelande|besked)\b"
)
_ANSWER = re.compile(r"(re|aw|sv|antw|vs|odp|fw|fwd|wg|tr|rv|i)\s?(\[\d+\])?:")


def is_named_report(mail: Mail) -> bool:
    """Return whether its subject is one that only reports have."""
    return bool(_SUBJECT.match(fold(mail.subject)))


def failure_in_words(mail: Mail) -> Sorted | None:
    """A report that only its words give away."""
    subject, text = fold(mail.subject), fold(mail.text[:_LONGEST])
    is_report = mail.is_report("delivery-status")
    named = is_named_report(mail) or is_report
    machine = is_from_machine(mail)
    said = _FAILED.findall(text)
    if _ANSWER.match(subject) and not machine and not is_report:
        # "Re:" is a person's, unless nothing else is
        if len(said) < 2 or PERSONAL.search(text) or "?" in text:
            return None
    elif not (named or (machine and said)):
        return None
    elif not machine and text and not _MAIL.search(f"{fold(mail.subject)} {text}"):
        return None  # something else failed, such as a parcel or a pump
    return _judged(mail, text, bool(said), 0.85 if named and machine else 0.75)


def _judged(mail: Mail, text: str, said: bool, sure: float) -> Sorted:
    address = address_in(mail.first("x-failed-recipients"))
    if not address:
        own = mail.first("to").lower()
        found = re.findall(r"[^\s<>\"'(),:;]{1,200}@[^\s<>\"'(),:;]{1,200}", mail.text)
        address = next((each for each in found if each.lower() not in own), "")
    words = " ".join(mail.text[:_LONGEST].split())
    words = reasons.reply_in(words)[:1500]
    status = reasons.status_in(words)
    why = reasons.classify(status, words)
    kind, rule = why.kind, why.rule
    if _WAITS.search(f"{fold(mail.subject)} {text}") and not status.startswith("5"):
        kind, rule = DELAYED, "warning"
    failure = Failure(kind, rule, address.strip(".").lower(), status, words)
    return Sorted(kind, f"wording:{rule}", sure, (failure,), mail.clues())


def failure_by_library(mail: Mail) -> Sorted | None:
    """A report in one of the many formats that flufl.bounce reads.

    The library tells which addresses failed and whether for good, but not why.
    """
    if all_failures is None or not mail.sender or not is_from_machine(mail):
        return None
    if len(mail.whole_text) > _LIBRARY_LIMIT:
        return None
    try:
        waiting, failed = all_failures(mail.message)
    except Exception:  # it reads what anybody sent
        return None
    if not waiting and not failed:
        return None
    words = " ".join(mail.text[:_LONGEST].split())
    status = reasons.status_in(words)
    why = reasons.classify(status, words)
    if not failed:
        why = reasons.Reason(DELAYED, "warning")
    failures = tuple(
        Failure(
            why.kind,
            why.rule,
            address.decode("ascii", "replace").lower(),
            status,
            words,
        )
        for address in sorted(failed or waiting)[:50]
    )
    return Sorted(why.kind, f"library:{why.rule}", 0.85, failures, mail.clues())

"""Tracking: delivery failures in words, as mail systems have written them for decades.

Each format says by which words it is known, where in it the addresses stand, and what
makes it a mere warning. What follows an address, up to the next one, is the reason.
"""

import re
from dataclasses import dataclass, replace

from . import reasons
from .mail import Mail, address_in
from .result import DELAYED, Failure, Sorted

_LONGEST_REASON = 1500
_MOST_RECIPIENTS = 50
_ADDRESS = r"[^\s<>\"'()\[\],:;]{1,200}@[^\s<>\"'()\[\],:;]{1,200}"


# An address that begins a line, or that one is told of.
_BEGINS_LINE = r"^[ \t]*[<\"]?ADDRESS[>\"]?(?=[:\s(,]|$)"


@dataclass(frozen=True, slots=True)
class Format:
    """How one mail system tells of failures."""

    name: str
    known_by: re.Pattern[str]
    addresses: re.Pattern[str]
    warning: re.Pattern[str] | None

    def __call__(self, mail: Mail) -> Sorted | None:
        """Return what a report in this format says; None when it is in another."""
        known = self.known_by.search(mail.text)
        if not known:
            return None
        failures = self._failures(mail, known)
        if self.warning and self.warning.search(f"{mail.subject}\n{mail.text}"):
            failures = [
                replace(each, kind=DELAYED, rule="warning") for each in failures
            ]
        first = failures[0]
        rule = f"{self.name}:{first.rule}"
        return Sorted(first.kind, rule, 0.93, tuple(failures), mail.clues())

    def _failures(self, mail: Mail, known: re.Match[str]) -> list[Failure]:
        text = mail.text
        own = mail.first("to").lower()
        found = [
            match
            for match in self.addresses.finditer(text)
            if match["address"].lower() not in own
        ][:_MOST_RECIPIENTS]
        if not found:
            address = address_in(mail.first("x-failed-recipients"))
            return [_judge(address, text[known.start() :][:_LONGEST_REASON])]
        ends = [*(match.start() for match in found[1:]), len(text)]
        failures: dict[str, Failure] = {}
        for match, end in zip(found, ends, strict=True):
            reason = text[match.end() : min(end, match.end() + _LONGEST_REASON)]
            failure = _judge(match["address"].rstrip("."), reason)
            if failure.rule == "unknown":  # the reason stands before
                failure = replace(failure, **_reason_of(known[0]))
            told = failures.get(failure.address)
            # named again, now with the server's words
            if not told or told.rule == "unknown" or failure.status > told.status:
                failures[failure.address] = failure
        return list(failures.values())


def _reason_of(words: str) -> dict[str, str]:
    reason = reasons.classify("", words)
    return {"kind": reason.kind, "rule": reason.rule}


def _judge(address: str, reason: str) -> Failure:
    reason = " ".join(reason.split())
    status = reasons.status_in(reason)
    why = reasons.classify(status, reason)
    host = re.search(r"(?:host|server) ([\w.-]{1,200}\.\w{2,20})", reason)
    return Failure(
        why.kind, why.rule, address.lower(), status, reason, host[1] if host else ""
    )


def _format(
    name: str, known_by: str, addresses: str = _BEGINS_LINE, warning: str = ""
) -> Format:
    flags = re.IGNORECASE | re.MULTILINE
    return Format(
        name,
        re.compile(known_by, flags),
        re.compile(addresses.replace("ADDRESS", f"(?P<address>{_ADDRESS})"), flags),
        re.compile(warning, flags) if warning else None,
    )


# The most telling first.
FORMATS: tuple[Format, ...] = (
    _format("james", r"this is the james mail server"),
    _format(
        "qmail",
        r"this is the \S+-send program"
        r"|this is the (qmail|netqmail|mail delivery) program at"
        r"|wasn't able to deliver your message to the following address",
        r"^<ADDRESS>:",
    ),
    _format(
        "exim",
        r"created automatically by (the )?mail delivery (software|system)"
        r"|message that you (have )?sent could not be delivered to (one or more|all)"
        r"|has not been collected by the recipient",
        warning=r"^(warning: )?message \S+ (delayed|deferred)"
        r"|no action is required on your part|has not yet been delivered"
        r"|delivery attempts will continue",
    ),
    _format(
        "postfix",
        r"this is the (mail system|postfix program|\S+ program) at host"
        r"|i'm sorry to have to inform you that (your|the) message",
        r"^<ADDRESS>(?: \(expanded from [^)]*\))?:",
        r"your message could not be delivered for|will be retried until it is"
        r"|this is a warning only|delayed mail \(still being retried\)",
    ),
    _format(
        "sendmail",
        r"-----\s*the following addresses had (permanent|transient|delivery problems)"
        r"|-----\s*transcript of (the )?session follows",
        warning=r"this is a warning message only|had transient non-fatal errors"
        r"|warning: could not send message for past",
    ),
    _format(
        "gmail",
        r"^\s*\*\* .{3,60} \*\*\s*$"
        r"|delivery to the following recipients? "
        r"(has )?(failed permanently|been delayed)"
        r"|technical details of (permanent|temporary) failure"
        r"|gmail (will retry|tried to)|google tried to deliver your message",
        r"(?:^[ \t]{3,}|\b(?:to|an|à|a|para|voor|till|do) )<?ADDRESS>?",
        r"delivery incomplete|gmail will retry"
        r"|delivery status notification \(delay\)|temporary problem delivering"
        r"|has been delayed|technical details of temporary failure",
    ),
    _format(
        "exchange",
        r"delivery has failed to these recipients"
        r"|did not reach the following recipient|generating server:"
        r"|your message (to \S+ )?(could|was|ca)(n't| not|n not) be delivered"
        r"|diagnostic information for administrators"
        r"|fehler bei der (nachrichten)?zustellung|diagnoseinformationen für admin"
        r"|ihre nachricht (an \S+ )?konnte nicht zugestellt"
        r"|échec de la remise|votre message (à \S+ )?n'a pas pu être remis"
        r"|no se pudo entregar|error al entregar"
        r"|recapito non riuscito|impossibile recapitare"
        r"|bezorg(ing|en) is mislukt|bericht (aan \S+ )?kan niet worden bezorgd"
        r"|falha na entrega|não foi possível entregar"
        r"|dostarczenie .{0,40}nie powiodło się|nie można dostarczyć"
        r"|leverans misslyckades|det gick inte att leverera"
        r"|delivery is delayed to these recipients"
        r"|this message hasn't been delivered yet"
        r"|zustellung .{0,40}verzögert|remise .{0,60}(est|a été) retardée",
        r"(?:mailto:|\(|<|^[ \t]*|#<|\b(?:to|an|à|a|aan|para|do|till) )ADDRESS",
        r"delivery is delayed to these recipients|has not (yet )?been delivered"
        r"|this message hasn't been delivered yet|will continue to try"
        r"|zustellung .{0,40}verzögert|remise .{0,60}(est|a été) retardée",
    ),
    _format(
        "notes", r"was not delivered to:|wurde nicht zugestellt an:|n'a pas été remis à"
    ),
    _format(
        "ironport",
        r"the following message to <[^>]*> was undeliverable",
        r"message to <ADDRESS>",
    ),
    _format("messagelabs", r"this is the mail delivery agent at"),
    _format(
        "courier",
        r"running the courier mail server",
        warning=r"delayed mail|still being retried",
    ),
    _format(
        "yahoo",
        r"unable to deliver (your )?message to the following address",
        "^<ADDRESS>:",
    ),
    _format(
        "opensmtpd",
        r"this is the mailer-daemon, please do not reply",
        warning=r"a message is delayed for more than",
    ),
    _format(
        "mdaemon", r"addresses had delivery (problems|errors)|mdaemon", "<ADDRESS>"
    ),
    _format("hmailserver", r"did not reach some or all of the intended recipients"),
    _format("sendgrid", r"automatically generated message from sendgrid", "<ADDRESS>"),
    _format(
        "amazon_ses",
        r"error occurred while trying to deliver the mail to the following recip",
    ),
    _format(
        "mail_ru", r"создано автоматически сервером|письмо не может быть доставлено"
    ),
    _format(
        "groupwise",
        r"(message that you sent was|the message) undeliverable to the following"
        r"|unable to deliver the message to the following",
    ),
    _format(
        "addressed_to",
        r"a transcript of the attempts to send the message follows",
        r"^addressed to: ADDRESS",
    ),
    _format(
        "spam_firewall",
        r"your message to: \S+ was blocked by (our|the) spam",
        r"message to: ADDRESS",
    ),
    _format("imail", r"invalid final delivery userid|^unknown user: \S+@", ": ADDRESS"),
)

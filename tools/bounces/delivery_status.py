"""Tracking: delivery reports by the field (RFC 3464)."""

import base64
import quopri
import re
from email.message import Message

from . import reasons
from .mail import Headers, Mail, address_in, payload_of, raw_headers, text_of, values
from .result import DELAYED, DELIVERED, Failure, Sorted

_ACTIONS = {
    "delayed": DELAYED,
    "delivered": DELIVERED,
    "relayed": DELIVERED,
    "expanded": DELIVERED,
}
_LONGEST_DIAGNOSTIC = 2000
_BLOCK = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(
    r"(?m)^[ \t]{0,4}([A-Za-z][A-Za-z-]{1,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)"
)
_MACHINE = re.compile(
    r"(?i)(mailer-?daemon|postmaster|mail-?delivery|mdaemon|bounce|no-?reply|double-bounce)"
)
_MOST_RECIPIENTS = 50


def delivery_status(mail: Mail) -> Sorted | None:
    """A ``message/delivery-status`` part, or its fields in the text of a report."""
    part = mail.part("message/delivery-status", "message/global-delivery-status")
    if part:
        groups = _groups(part)
        if not mail.is_report("delivery-status") and not is_from_machine(mail):
            return None
    elif mail.is_report("delivery-status") or is_from_machine(mail):
        groups = _groups_in_text(mail)
    else:
        return None
    fields = [field for group in groups for field in group]
    failures = []
    for group in groups[: 2 * _MOST_RECIPIENTS]:
        failure = _failure(mail, group)
        if failure:
            failures.append(failure)
    if not failures:
        return None
    failures.sort(key=lambda failure: failure.kind in (DELAYED, DELIVERED))
    failures.sort(key=lambda failure: failure.kind == DELIVERED)
    first = failures[0]
    return Sorted(
        first.kind,
        f"delivery_status:{first.rule}",
        0.98 if part else 0.9,
        tuple(failures[:_MOST_RECIPIENTS]),
        mail.clues(fields),
    )


def is_from_machine(mail: Mail) -> bool:
    """Return whether it comes from a mail system, by its own words."""
    if re.match(r"\s*<\s*>", mail.first("return-path")):
        return True
    return bool(
        _MACHINE.search(mail.sender) or _MACHINE.search(mail.first("from")[:200])
    )


def _groups(part: Message) -> list[Headers]:
    payload = payload_of(part)
    if isinstance(payload, list):
        groups = [raw_headers(block) for block in payload[: 4 * _MOST_RECIPIENTS]]
        if any(_is_about_recipient(group) for group in groups):
            return groups
        # encoded, which the parser does not expect here
        source = "\n\n".join(map(_source_of, payload[: 4 * _MOST_RECIPIENTS]))
        return _read_groups(_decoded(part, source))
    return _read_groups(text_of(part))


def _decoded(part: Message, source: str) -> str:
    encoding = next(values(raw_headers(part), "content-transfer-encoding"), "").lower()
    data = source.encode("utf-8", "replace")
    if "base64" in encoding:
        data = base64.b64decode(data + b"===")
    elif "quoted-printable" in encoding:
        data = quopri.decodestring(data)
    return data.decode("utf-8", "replace")


def _source_of(block: Message) -> str:
    """Return a block as text; what is encoded has been taken for its body."""
    headers = "".join(f"{name}: {value}\n" for name, value in raw_headers(block))
    return headers + text_of(block)


def _groups_in_text(mail: Mail) -> list[Headers]:
    return [
        group for group in _read_groups(mail.whole_text) if _is_about_recipient(group)
    ]


def _read_groups(text: str) -> list[Headers]:
    return [
        [(name.lower(), value) for name, value in _FIELD.findall(block)]
        for block in _BLOCK.split(text.replace("\r\n", "\n"))
    ]


def _is_about_recipient(group: Headers) -> bool:
    names = {name for name, _value in group}
    return bool(names & {"final-recipient", "original-recipient", "action"}) and bool(
        names & {"action", "status"}
    )


def _failure(mail: Mail, group: Headers) -> Failure | None:
    """Return what one group of fields says about one recipient (RFC 3464 §2.3)."""
    if not _is_about_recipient(group):
        return None
    action = next(values(group, "action"), "").strip().lower().split(" ")[0]
    status = next(iter(reasons.STATUS.findall(next(values(group, "status"), ""))), "")
    diagnostic = _typed(next(values(group, "diagnostic-code"), ""))
    # what people call it comes first, because we know it
    addresses = values(group, "original-recipient"), values(group, "final-recipient")
    address = next(
        (found for each in addresses if (found := address_in(_typed(next(each, ""))))),
        "",
    )
    remote_mta = _typed(next(values(group, "remote-mta"), ""))[:200]
    if not diagnostic and action not in _ACTIONS:
        diagnostic = _words_about(mail, address)
    kind = _ACTIONS.get(action)
    if not kind and status.startswith("2"):
        kind = DELIVERED
    if not kind and not action and status.startswith("4"):
        kind = DELAYED
    rule = action
    if not kind:
        reason = reasons.classify(status, diagnostic)
        kind, rule = reason.kind, reason.rule
    if not reasons.specific(status):
        status = reasons.status_in(diagnostic) or status
    return Failure(
        kind, rule, address, status, diagnostic[:_LONGEST_DIAGNOSTIC], remote_mta
    )


def _typed(value: str) -> str:
    """Return a value without the type before it: ``smtp; 550 No such user``."""
    value = " ".join(value.split())
    kind, semicolon, rest = value.partition(";")
    return (
        rest.strip()
        if semicolon and re.fullmatch(r"[\w-]{1,20}", kind.strip())
        else value
    )


def _words_about(mail: Mail, address: str) -> str:
    """Return what the text for people says when the fields give no reason."""
    text = mail.text
    place = text.lower().find(address) if address else -1
    return " ".join(text[max(place, 0) :][:1500].split())

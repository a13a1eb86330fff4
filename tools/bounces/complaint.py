"""Tracking: spam complaints as mailbox providers report them.

Most send the Abuse Reporting Format (RFC 5965): a ``multipart/report`` of a text for
people, a ``message/feedback-report`` with fields, and the mail it is about or its
headers. Microsoft's consumer mail (JMRP) forwards the mail with a header of its own.
Providers black out whom it is from, so it tells by its return path and its
``Message-ID`` which mail it is about.
"""

from .mail import Mail, address_in, headers_inside, values
from .result import COMPLAINT, NOTICE, Failure, Sorted

# What recipients report; other types are no complaint ("not-spam", "auth-failure") or
# about something else ("virus"). Some providers leave the type out.
_COMPLAINTS = ("abuse", "fraud", "")
_JMRP = "x-hmxmroriginalrecipient"


def feedback_report(mail: Mail) -> Sorted | None:
    """A feedback report. One that is no complaint is nobody's mail all the same."""
    if not mail.is_report("feedback-report"):
        return None
    part = mail.part("message/feedback-report")
    fields = headers_inside(part) if part else []
    kind = next(values(fields, "feedback-type"), "").strip().lower()
    if not part or kind not in _COMPLAINTS:
        return Sorted(NOTICE, "no_complaint", 0.9, clues=mail.clues(fields))
    recipients = values(fields, "original-rcpt-to", "removal-recipient")
    failures = tuple(
        Failure(COMPLAINT, "feedback_report", address)
        for address in dict.fromkeys(map(address_in, recipients))
        if address
    )
    return Sorted(COMPLAINT, "feedback_report", 0.99, failures, mail.clues(fields))


def junk_mail_report(mail: Mail) -> Sorted | None:
    """A mail that a user of Outlook.com has called junk (JMRP)."""
    recipient = next(values(mail.returned, _JMRP), None)
    if recipient is None or not mail.part("message/rfc822"):
        return None
    failure = Failure(COMPLAINT, "junk_mail_report", address_in(recipient))
    return Sorted(COMPLAINT, "junk_mail_report", 0.95, (failure,), mail.clues())

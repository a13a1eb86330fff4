"""Sending and tracking: the life of a delivery, as one table.

A *delivery* is one recipient of one mailing (Odoo's ``mailing.trace``). Its status
is one of Odoo's values; what happened to it is one of the events below. The table
says what an event makes of a status; what the table does not name leaves the status
as it is, so events may arrive late, twice and in any order. What the outside tells (a
bounce, an open, a reply) never moves a delivery backwards, and its last word is the
same in every order: reply before open before bounce. Only an open that was a machine's
is taken back.

=============  ================================================================
status         meaning
=============  ================================================================
``outgoing``   to be sent at or after ``next_attempt_at``
``process``    claimed by a worker, lease running
``sent``       a server accepted it
``open``       opened by its recipient
``reply``      answered by its recipient
``bounce``     refused by, or returned from, the recipient's server
``error``      failed for good before any server accepted it, or, with the failure
               ``outcome_unknown``, lost sight of while it was being handed over
``cancel``     never to be sent (suppressed, or cancelled by a person)
=============  ================================================================
"""

# What happens to a delivery.
CLAIMED = "claimed"
ACCEPTED = "accepted"
DEFERRED = "deferred"
RELEASED = "released"
POSTPONED = "postponed"
REFUSED = "refused"
BOUNCED = "bounced"
FAILED = "failed"
LOST = "lost"
OPENED = "opened"
REPLIED = "replied"
DISPROVED = "disproved"
SUPPRESSED = "suppressed"
CANCELLED = "cancelled"
RETRIED = "retried"
CONFIRMED = "confirmed"
RESENT = "resent"

# Pseudo status for the table only: ``error`` whose failure is ``outcome_unknown``.
UNKNOWN = "unknown"
FAILURE_UNKNOWN = "outcome_unknown"

TRANSITIONS: dict[str, dict[str, str]] = {
    # A worker takes it.
    CLAIMED: {"outgoing": "process"},
    # A server took it over. An open may have arrived before the worker settled. Here
    # and below: a worker that was given up may still know what became of its mail.
    ACCEPTED: {"process": "sent", UNKNOWN: "sent"},
    # Not now: the server said 4xx, or the connection was lost before the hand-over.
    DEFERRED: {"process": "outgoing", UNKNOWN: "outgoing"},
    # The worker gives it back untouched, or died before it was handed over.
    RELEASED: {"process": "outgoing", UNKNOWN: "outgoing"},
    # Its worker finds that it is not the time for this recipient.
    POSTPONED: {"process": "outgoing"},
    # The recipient's server said no while we were talking to it.
    REFUSED: {"process": "bounce", UNKNOWN: "bounce"},
    # A bounce message arrived later.
    BOUNCED: {
        "outgoing": "bounce",
        "process": "bounce",
        "sent": "bounce",
        UNKNOWN: "bounce",
    },
    # It cannot be sent: it does not render, or its attempts are used up.
    FAILED: {"outgoing": "error", "process": "error", UNKNOWN: "error"},
    # The worker died between hand-over and settle: nobody knows.
    LOST: {"process": UNKNOWN},
    # Whoever opens or answers has it, whatever we were told before or are told later:
    # also a server that put us off may have delivered it.
    OPENED: dict.fromkeys(
        ("outgoing", "process", "sent", "bounce", "error", UNKNOWN), "open"
    ),
    REPLIED: dict.fromkeys(
        ("outgoing", "process", "sent", "open", "bounce", "error", UNKNOWN), "reply"
    ),
    # All that seemed to be its recipient turned out to be machines.
    DISPROVED: {"open": "sent"},
    # Its worker finds that the recipient has left since planning, or that a field is
    # empty without which the mail is not to be sent.
    SUPPRESSED: {"process": "cancel"},
    # Taken out by a person; too late when a worker has it.
    CANCELLED: {"outgoing": "cancel"},
    # A person asks for another attempt; the outcome is known to be bad.
    RETRIED: {"error": "outgoing"},
    # A person decides what an unknown outcome was: it arrived, or it may arrive twice.
    CONFIRMED: {UNKNOWN: "sent"},
    RESENT: {UNKNOWN: "outgoing"},
}


def advance(status: str, event: str, failure: str | None = None) -> tuple[str, bool]:
    """Return the status after ``event`` and whether the event changed it.

    ``failure`` is the delivery's failure type; it tells an unknown outcome from
    other errors. The returned status is Odoo's (``error`` for an unknown outcome).

    >>> advance("sent", OPENED)
    ('open', True)
    >>> advance("reply", BOUNCED)
    ('reply', False)
    """
    key = UNKNOWN if status == "error" and failure == FAILURE_UNKNOWN else status
    after = TRANSITIONS[event].get(key)
    if after is None:
        return status, False
    return ("error" if after == UNKNOWN else after), True


# After the first failed attempt a delivery waits a minute, then twice as long each time
# up to four hours, give or take 20 %, so that what failed together does not come back
# together.
FIRST_RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 4 * 3600
MAX_ATTEMPTS = 12  # about 16 hours

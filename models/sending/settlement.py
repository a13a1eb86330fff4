"""Sending: the statements that write what became of deliveries.

Statuses change as :data:`tools.delivery.TRANSITIONS` says and in no other way.
"""

import re
from collections import Counter

from odoo.tools import SQL

from ...tools import bounces, delivery
from ...tools.providers import base

UTC_NOW = SQL("(now() AT TIME ZONE 'UTC')")

# The event that a provider's verdict is.
_EVENTS = {
    base.ACCEPTED: delivery.ACCEPTED,
    base.DEFERRED: delivery.DEFERRED,
    base.REFUSED: delivery.REFUSED,
    base.FAILED: delivery.FAILED,
    base.UNKNOWN: delivery.LOST,
}

# Odoo's failure type for each event that is one.
_FAILURES = {
    delivery.REFUSED: "mail_bounce",
    delivery.FAILED: "unknown",
    delivery.LOST: delivery.FAILURE_UNKNOWN,
}

# A server's answer, code first, is no error of our own.
_REFUSAL = re.compile(r"5\d\d[ -]")


def transition(event, table="trace"):
    """Return SQL for the status after ``event`` and for whether it changes anything.

    Made from :data:`tools.delivery.TRANSITIONS`, the only place where it stands.
    """
    status = SQL.identifier(table, "trace_status")
    unknown = SQL(
        "%s IS NOT DISTINCT FROM %s",
        SQL.identifier(table, "failure_type"),
        delivery.FAILURE_UNKNOWN,
    )
    conditions = {
        "error": SQL("%s = 'error' AND NOT %s", status, unknown),
        delivery.UNKNOWN: SQL("%s = 'error' AND %s", status, unknown),
    }
    cases = [
        SQL(
            "WHEN %s THEN %s",
            conditions.get(before, SQL("%s = %s", status, before)),
            "error" if after == delivery.UNKNOWN else after,
        )
        for before, after in delivery.TRANSITIONS[event].items()
    ]
    return SQL("CASE %s END", SQL(" ").join(cases))


def settle_event(status, lease_id, results):
    """Return the statement that applies ``results`` of one status.

    What arrived in the meantime (an open, a bounce) keeps its status; that the mail
    was accepted is noted all the same. A lost delivery keeps its lease, so that its
    worker, should it live, can still say what became of it.
    """
    event = _EVENTS[status]
    outcome = transition(event)
    if event == delivery.ACCEPTED:
        changes = _accepted(outcome)
        condition = SQL("TRUE")
    else:
        changes = _deferred(outcome) if event == delivery.DEFERRED else _failed(event)
        condition = SQL("%s IS NOT NULL", outcome)
    whys = [_why(event, result.reason) for result in results]
    return SQL(
        """
        UPDATE mailing_trace trace
           SET %s, lease_key = %s, write_date = %s
          FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[])
               AS result(id, reason, provider_reference, bounce_class, bounce_status)
         WHERE trace.id = result.id AND trace.lease_key = %s AND %s
        """,
        changes,
        SQL("trace.lease_key") if event == delivery.LOST else SQL("NULL"),
        UTC_NOW,
        [result.ref for result in results],
        [result.reason or None for result in results],
        [result.provider_id or None for result in results],
        [bounce_class for bounce_class, _status in whys],
        [status for _class, status in whys],
        lease_id,
        condition,
    )


def _why(event, reason):
    """Return the class and the status code of a server's refusal, or None for each."""
    refused = event in (delivery.REFUSED, delivery.FAILED)
    if not refused or not _REFUSAL.match(reason or ""):
        return None, None
    status = bounces.status_in(reason)
    return bounces.classify(status, reason).kind, status or None


def end_lease(lease_id):
    """Return the statement that ends a lease; the first step of settling."""
    return SQL("DELETE FROM campaign_sending_lease WHERE id = %s RETURNING *", lease_id)


def note_batch(results, copies, now):
    """Return the statement that writes down what left under the lease that ends.

    Only who ends the lease writes it down, so that nothing is counted twice.

    :param copies: how many were offered; None: not known, as many as were to be.
    """
    counts = Counter(result.status for result in results)
    if copies is None:
        copies = SQL("COALESCE(copies, 0) * %s", counts[base.ACCEPTED])
    return SQL(
        """
        INSERT INTO campaign_sending_batch
               (account_id, provider_group_id, mailing_id, campaign_id, settled_at,
                mails, copies, accepted, deferred, refused, failed, unknown)
        SELECT account_id, provider_group_id, mailing_id, campaign_id, %s,
               %s, %s, %s, %s, %s, %s, %s
          FROM step0
         WHERE %s
        """,
        now,
        len(results),
        copies,
        *(counts[status] for status in _EVENTS),
        bool(results),
    )


def _accepted(outcome):
    return SQL(
        """
        trace_status = COALESCE(%(outcome)s, trace.trace_status),
        failure_type = CASE WHEN %(outcome)s IS NULL THEN trace.failure_type END,
        failure_reason = CASE WHEN %(outcome)s IS NULL THEN trace.failure_reason END,
        sent_datetime = COALESCE(trace.sent_datetime, %(now)s),
        waiting_for = NULL,
        provider_reference = result.provider_reference
        """,
        outcome=outcome,
        now=UTC_NOW,
    )


def _deferred(outcome):
    """Back to the queue with a growing pause, or failed when attempts are used up."""
    used_up = SQL("trace.attempt_count >= %s", delivery.MAX_ATTEMPTS)
    pause = SQL(
        "LEAST(%s * power(2, trace.attempt_count - 1), %s) * (0.8 + 0.4 * random())",
        delivery.FIRST_RETRY_SECONDS,
        delivery.LONGEST_RETRY_SECONDS,
    )
    return SQL(
        """
        trace_status = CASE WHEN %s THEN %s ELSE %s END,
        failure_type = CASE WHEN %s THEN 'mail_smtp' END,
        failure_reason = result.reason,
        waiting_for = CASE WHEN NOT %s THEN 'retry' END,
        next_attempt_at = %s + %s * interval '1 second'
        """,
        used_up,
        transition(delivery.FAILED),
        outcome,
        used_up,
        used_up,
        UTC_NOW,
        pause,
    )


def _failed(event):
    return SQL(
        """
        trace_status = %s,
        failure_type = %s,
        failure_reason = result.reason,
        bounce_class = result.bounce_class,
        bounce_status = result.bounce_status,
        bounced_at = CASE WHEN result.bounce_class IS NOT NULL THEN %s END,
        waiting_for = NULL
        """,
        transition(event),
        _FAILURES[event],
        UTC_NOW,
    )


def release(lease_id, delivery_ids, counted):
    """Return the statement that gives deliveries back untouched.

    :param counted: it was an attempt all the same; the last one makes it a failure.
    """
    used_up = SQL("FALSE")
    if counted:
        used_up = SQL("trace.attempt_count >= %s", delivery.MAX_ATTEMPTS)
    return SQL(
        """
        UPDATE mailing_trace trace
           SET trace_status = CASE WHEN %(used_up)s THEN %(failed)s ELSE %(free)s END,
               failure_type = CASE WHEN %(used_up)s THEN 'unknown' END,
               failure_reason = CASE WHEN %(used_up)s THEN %(reason)s END,
               attempt_count = GREATEST(trace.attempt_count - %(back)s, 0),
               waiting_for = NULL,
               lease_key = NULL
         WHERE trace.id = ANY(%(ids)s)
           AND trace.lease_key = %(lease)s
           AND %(free)s IS NOT NULL
        """,
        used_up=used_up,
        failed=transition(delivery.FAILED),
        free=transition(delivery.RELEASED),
        reason="The sending process died each time before it came to this mail.",
        back=0 if counted else 1,
        ids=delivery_ids,
        lease=lease_id,
    )


def suppress(lease_id, suppressed):
    """Return the statement that cancels deliveries to people who left.

    :param suppressed: failure type by id.
    """
    return SQL(
        """
        UPDATE mailing_trace trace
           SET trace_status = %(outcome)s,
               failure_type = judged.reason,
               waiting_for = NULL,
               lease_key = NULL
          FROM unnest(%(ids)s::integer[], %(reasons)s::varchar[]) AS judged(id, reason)
         WHERE trace.id = judged.id
           AND trace.lease_key = %(lease)s
           AND %(outcome)s IS NOT NULL
        """,
        outcome=transition(delivery.SUPPRESSED),
        ids=list(suppressed),
        reasons=list(suppressed.values()),
        lease=lease_id,
    )


def postpone(lease_id, postponed):
    """Return the statement that puts deliveries back until their time has come.

    :param postponed: what each id waits for and until when. It was not an attempt.
    """
    reasons, moments = zip(*postponed.values(), strict=True)
    return SQL(
        """
        UPDATE mailing_trace trace
           SET trace_status = %(outcome)s,
               waiting_for = judged.reason,
               next_attempt_at = judged.moment,
               attempt_count = GREATEST(trace.attempt_count - 1, 0),
               lease_key = NULL
          FROM unnest(%(ids)s::integer[], %(reasons)s::varchar[],
                      %(moments)s::timestamp[]) AS judged(id, reason, moment)
         WHERE trace.id = judged.id
           AND trace.lease_key = %(lease)s
           AND %(outcome)s IS NOT NULL
        """,
        outcome=transition(delivery.POSTPONED),
        ids=list(postponed),
        reasons=list(reasons),
        moments=list(moments),
        lease=lease_id,
    )


def resend_uncertain():
    """Return the statement that queues uncertain deliveries again where wanted.

    Once for each delivery, when its mailing's grace time is over; a mailing that was
    closed is opened again. The mail keeps its ``Message-ID``, by which many mailboxes
    notice that it has come twice.
    """
    return SQL(
        """
        WITH resent AS (
            UPDATE mailing_trace trace
               SET trace_status = %(outcome)s,
                   failure_type = NULL,
                   failure_reason = NULL,
                   waiting_for = NULL,
                   resent_at = %(now)s,
                   next_attempt_at = %(now)s,
                   attempt_count = 0,
                   lease_key = NULL
              FROM mailing_mailing mailing
             WHERE mailing.id = trace.mass_mailing_id
               AND mailing.uncertain_policy = 'resend'
               AND mailing.state IN ('sending', 'done')
               AND mailing.sending_error IS NULL
               AND mailing.cancel_reason IS NULL
               AND mailing.active
               AND trace.trace_status = 'error'
               AND trace.failure_type = 'outcome_unknown'
               AND trace.token IS NOT NULL
               AND trace.resent_at IS NULL
               AND trace.write_date
                   <= %(now)s - mailing.uncertain_grace_minutes * interval '1 minute'
            RETURNING trace.mass_mailing_id
        ), reopened AS (
            UPDATE mailing_mailing
               SET state = 'sending', write_date = %(now)s
             WHERE id IN (SELECT mass_mailing_id FROM resent) AND state = 'done'
        )
        SELECT count(*) FROM resent
        """,
        outcome=transition(delivery.RESENT),
        now=UTC_NOW,
    )

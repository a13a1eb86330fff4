"""Sending: the queue, as statements on ``mailing.trace`` and the leases.

Each statement is a transaction of its own in READ COMMITTED: under Odoo's REPEATABLE
READ, workers that claim side by side would fail on each other by the hundred.
"""

import json
from contextlib import contextmanager

from odoo import modules
from odoo.tools import SQL

from ...tools import delivery
from ...tools.providers import base

# Longer than the longest hand-over (ten minutes for the final dot, on two
# connections): a lease that is not renewed for this long belongs to a worker that
# hangs. A dead worker is noticed earlier, by its database session.
LEASE_SECONDS = 1800

UTC_NOW = SQL("(now() AT TIME ZONE 'UTC')")


@contextmanager
def open_queue(env):
    """Give a :class:`Queue` with a database session of its own.

    In tests the queue works inside the test's transaction, because nothing that a
    test does is visible outside of it.
    """
    if modules.module.current_test:
        yield Queue(env.cr)
        return
    cr = env.registry.cursor()
    try:
        cr.connection.autocommit = True
        yield Queue(cr)
    finally:
        if not cr.connection.closed:
            cr.connection.autocommit = False
        cr.close()


class Queue:
    """The statements by which deliveries are taken, watched and settled."""

    def __init__(self, cr):
        self._cr = cr

    # ------------------------------------------------------------
    # Claim
    # ------------------------------------------------------------

    def due_mailings(self):
        """Return the ids of mailings that have deliveries to be sent now."""
        return [
            row[0]
            for row in self._rows(
                SQL(
                    """
            SELECT mailing.id
              FROM mailing_mailing mailing
             WHERE mailing.state = 'sending'
               AND mailing.delivery_engine = 'desk'
               AND mailing.sending_error IS NULL
               AND mailing.active
               AND EXISTS (
                    SELECT FROM mailing_trace trace
                     WHERE trace.mass_mailing_id = mailing.id
                       AND trace.trace_status = 'outgoing'
                       AND trace.token IS NOT NULL
                       AND trace.next_attempt_at <= %s)
             ORDER BY random()
            """,
                    UTC_NOW,
                )
            )
        ]

    def claim(self, mailing_id, lane, limit):
        """Take up to ``limit`` due deliveries of a mailing.

        They are committed as ``process`` before the caller gets them.

        :return: the lease's id and rows of id, res_id, email, token, message_id and
            attempt; (None, []) when nothing is due.
        """
        rows = self._rows(
            SQL(
                """
            WITH due AS (
                SELECT id
                  FROM mailing_trace
                 WHERE mass_mailing_id = %(mailing)s
                   AND trace_status = 'outgoing'
                   AND token IS NOT NULL
                   AND next_attempt_at <= %(now)s
                 ORDER BY next_attempt_at, id
                 LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
            ), lease AS (
                INSERT INTO campaign_sending_lease
                       (mailing_id, lane, claimed_at, expires_at, backend_pid,
                        backend_start, delivery_ids, delivery_count, position,
                        in_flight)
                SELECT %(mailing)s, %(lane)s, %(now)s, %(expiry)s, pg_backend_pid(),
                       (SELECT extract(epoch FROM backend_start) FROM pg_stat_activity
                         WHERE pid = pg_backend_pid()),
                       array_agg(id ORDER BY id), count(*), 0, 0
                  FROM due
                HAVING count(*) > 0
                RETURNING id
            ), claimed AS (
                UPDATE mailing_trace trace
                   SET trace_status = 'process',
                       lease_key = lease.id,
                       attempt_count = COALESCE(trace.attempt_count, 0) + 1
                  FROM due, lease
                 WHERE trace.id = due.id
                RETURNING trace.id, trace.res_id, trace.email, trace.token,
                          trace.message_id, trace.attempt_count
            )
            SELECT lease.id, claimed.* FROM lease, claimed ORDER BY claimed.id
            """,
                mailing=mailing_id,
                lane=lane,
                limit=limit,
                now=UTC_NOW,
                expiry=_expiry(),
            )
        )
        return (rows[0][0], [row[1:] for row in rows]) if rows else (None, [])

    # ------------------------------------------------------------
    # Progress
    # ------------------------------------------------------------

    def arrange(self, lease_id, delivery_ids):
        """Write down the order in which the deliveries will be handed over."""
        self._cr.execute(
            SQL(
                "UPDATE campaign_sending_lease SET delivery_ids = %s WHERE id = %s",
                delivery_ids,
                lease_id,
            )
        )

    def progress(self, lease_id, position, in_flight, results):
        """Write down what is decided and what is about to be handed over.

        One statement, and the commit does not wait for the disk: it survives the
        death of this process. What a crash of the database itself may take away is
        made good in :meth:`recover`.

        :param results: outcomes other than accepted, since the last call.
        :return: False when the lease is no longer ours.
        """
        added = SQL()
        if results:
            added = SQL(
                ", results = COALESCE(results, '[]'::jsonb) || %s::jsonb",
                json.dumps([_as_list(result) for result in results]),
            )
        self._cr.execute(
            SQL(
                """
            UPDATE campaign_sending_lease
               SET position = %s, in_flight = %s, expires_at = %s %s
              FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
             WHERE id = %s AND expires_at > %s
            """,
                position,
                in_flight,
                _expiry(),
                added,
                lease_id,
                UTC_NOW,
            )
        )
        return bool(self._cr.rowcount)

    # ------------------------------------------------------------
    # Settle
    # ------------------------------------------------------------

    def settle(self, lease_id, results, released, suppressed=None):
        """Write the results of a batch, give back what was not tried, end the lease.

        Only the owner of the lease can settle. One that lost it may still say what
        became of the deliveries that were given up as unknown.

        :param released: ids of the deliveries that were not handed over.
        :param suppressed: failure type by id of those that must not be sent.
        """
        by_event = {}
        for result in results:
            by_event.setdefault(_EVENTS[result.status], []).append(result)
        statements = [
            _settle_event(event, lease_id, group) for event, group in by_event.items()
        ]
        if released:
            statements.append(_release(lease_id, released))
        if suppressed:
            statements.append(_suppress(lease_id, suppressed))
        self._run_together(
            SQL("DELETE FROM campaign_sending_lease WHERE id = %s", lease_id),
            statements,
        )

    # ------------------------------------------------------------
    # Recovery
    # ------------------------------------------------------------

    def recover(self):
        """Settle the leases of workers that are gone. Return how many.

        A worker is gone when its database session has ended, or when it has not
        renewed the lease in time. If the database was restarted since the claim, the
        last notes about progress may be lost (they did not wait for the disk): then
        nothing of the batch that is not decided counts as untouched.
        """
        gone = self._rows(
            SQL(
                """
            SELECT lease.id, lease.delivery_ids, lease.position, lease.in_flight,
                   COALESCE(lease.results, '[]'::jsonb),
                   pg_postmaster_start_time() AT TIME ZONE 'UTC' > lease.claimed_at
              FROM campaign_sending_lease lease
             WHERE lease.expires_at <= %s
                OR NOT EXISTS (
                    SELECT FROM pg_stat_activity session
                     WHERE session.pid = lease.backend_pid
                       AND extract(epoch FROM session.backend_start)::text
                           = lease.backend_start)
            """,
                UTC_NOW,
            )
        )
        for lease_id, delivery_ids, position, in_flight, noted, restarted in gone:
            results = [base.SendResult(*values) for values in noted]
            known = {result.ref for result in results}
            results += [
                base.SendResult(ref, base.ACCEPTED)
                for ref in delivery_ids[:position]
                if ref not in known
            ]
            doubtful = len(delivery_ids) if restarted else position + in_flight
            results += [
                base.SendResult(ref, base.UNKNOWN, _WORKER_GONE)
                for ref in delivery_ids[position:doubtful]
                if ref not in known
            ]
            rest = [ref for ref in delivery_ids[doubtful:] if ref not in known]
            self.settle(lease_id, results, rest)
        return len(gone)

    # ------------------------------------------------------------
    # Tools
    # ------------------------------------------------------------

    def _rows(self, query):
        self._cr.execute(query)
        return self._cr.fetchall()

    def _run_together(self, first, statements):
        """Run data-changing statements as one, so that all or none are committed."""
        parts = [SQL("step0 AS (%s)", first)]
        parts += [
            SQL("%s AS (%s)", SQL.identifier(f"step{number}"), statement)
            for number, statement in enumerate(statements, 1)
        ]
        self._cr.execute(SQL("WITH %s SELECT 1", SQL(", ").join(parts)))


_WORKER_GONE = (
    "The sending process died while it handed the mail over; the mail server may or "
    "may not have taken it."
)

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


def _expiry():
    return SQL("%s + %s * interval '1 second'", UTC_NOW, LEASE_SECONDS)


def _as_list(result):
    return [result.ref, result.status, result.reason, result.provider_id]


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


def _settle_event(event, lease_id, results):
    """Return the statement that applies ``event`` to the deliveries of ``results``.

    What arrived in the meantime (an open, a bounce) keeps its status; that the mail
    was accepted is noted all the same. A lost delivery keeps its lease, so that its
    worker, should it live, can still say what became of it.
    """
    outcome = transition(event)
    if event == delivery.ACCEPTED:
        changes = _accepted(outcome)
        condition = SQL("TRUE")
    else:
        changes = _deferred(outcome) if event == delivery.DEFERRED else _failed(event)
        condition = SQL("%s IS NOT NULL", outcome)
    return SQL(
        """
        UPDATE mailing_trace trace
           SET %s, lease_key = %s, write_date = %s
          FROM unnest(%s::integer[], %s::text[], %s::text[])
               AS result(id, reason, provider_reference)
         WHERE trace.id = result.id AND trace.lease_key = %s AND %s
        """,
        changes,
        SQL("trace.lease_key") if event == delivery.LOST else SQL("NULL"),
        UTC_NOW,
        [result.ref for result in results],
        [result.reason or None for result in results],
        [result.provider_id or None for result in results],
        lease_id,
        condition,
    )


def _accepted(outcome):
    return SQL(
        """
        trace_status = COALESCE(%(outcome)s, trace.trace_status),
        failure_type = CASE WHEN %(outcome)s IS NULL THEN trace.failure_type END,
        failure_reason = CASE WHEN %(outcome)s IS NULL THEN trace.failure_reason END,
        sent_datetime = COALESCE(trace.sent_datetime, %(now)s),
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
        next_attempt_at = %s + %s * interval '1 second'
        """,
        used_up,
        transition(delivery.FAILED),
        outcome,
        used_up,
        UTC_NOW,
        pause,
    )


def _failed(event):
    return SQL(
        "trace_status = %s, failure_type = %s, failure_reason = result.reason",
        transition(event),
        _FAILURES[event],
    )


def _release(lease_id, delivery_ids):
    """Return the statement that gives deliveries back untouched."""
    return SQL(
        """
        UPDATE mailing_trace trace
           SET trace_status = COALESCE(%s, trace.trace_status),
               attempt_count = GREATEST(trace.attempt_count - 1, 0),
               lease_key = NULL
         WHERE trace.id = ANY(%s) AND trace.lease_key = %s
        """,
        transition(delivery.RELEASED),
        delivery_ids,
        lease_id,
    )


def _suppress(lease_id, suppressed):
    """Return the statement that cancels deliveries to people who left."""
    return SQL(
        """
        UPDATE mailing_trace trace
           SET trace_status = %(outcome)s,
               failure_type = judged.reason,
               lease_key = NULL
          FROM unnest(%(ids)s::integer[], %(reasons)s::varchar[]) AS judged(id, reason)
         WHERE trace.id = judged.id
           AND trace.lease_key = %(lease)s
           AND %(outcome)s IS NOT NULL
        """,
        outcome=transition(delivery.CANCELLED),
        ids=list(suppressed),
        reasons=list(suppressed.values()),
        lease=lease_id,
    )

"""Sending: the queue, as statements on ``mailing.trace`` and the leases.

Each statement is a transaction of its own in READ COMMITTED: under Odoo's REPEATABLE
READ, workers that claim side by side would fail on each other by the hundred.
"""

import json
from contextlib import contextmanager

from odoo import modules
from odoo.tools import SQL

from ...tools.providers import base
from .settlement import (
    UTC_NOW,
    postpone,
    release,
    resend_uncertain,
    settle_event,
    suppress,
)

# Longer than the longest hand-over (ten minutes for the final dot, on four
# connections): a lease that is not renewed for this long belongs to a worker that
# hangs. A dead worker is noticed earlier, by its database session.
LEASE_SECONDS = 3600


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
        rows = self._rows(
            SQL(
                """
                SELECT mailing.id
                  FROM mailing_mailing mailing
                 WHERE mailing.state = 'sending'
                   AND mailing.delivery_engine = 'desk'
                   AND mailing.sending_error IS NULL
                   AND mailing.is_paused IS NOT TRUE
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
        return [mailing_id for (mailing_id,) in rows]

    def claim(self, mailing_id, lane, limit):
        """Take up to ``limit`` due deliveries of a mailing.

        They are committed as ``process`` before the caller gets them.

        :return: the lease's id and rows of id, res_id, email, token and message_id;
            (None, []) when nothing is due.
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
                            backend_start, delivery_ids)
                    SELECT %(mailing)s, %(lane)s, %(now)s, %(expiry)s, pg_backend_pid(),
                           (SELECT extract(epoch FROM backend_start)
                              FROM pg_stat_activity
                             WHERE pid = pg_backend_pid()),
                           array_agg(id ORDER BY id)
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
                              trace.message_id
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

    def progress(self, lease_id, accepted, others, in_flight):
        """Write down what is decided and what is about to be handed over.

        One statement, and the commit does not wait for the disk: it survives the
        death of this process. What a crash of the database itself may take away is
        made good in :meth:`recover`.

        :param accepted: ids of deliveries taken over since the last call.
        :param others: other results since the last call.
        :param in_flight: ids of the deliveries about to be handed over.
        :return: False when the lease is no longer ours.
        """
        added = SQL()
        if others:
            added = SQL(
                ", results = COALESCE(results, '[]'::jsonb) || %s::jsonb",
                json.dumps([_as_list(result) for result in others]),
            )
        self._execute(
            SQL(
                """
                UPDATE campaign_sending_lease
                   SET accepted_ids = accepted_ids || %s::integer[],
                       in_flight_ids = %s::integer[],
                       expires_at = %s
                       %s
                  FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
                 WHERE id = %s AND expires_at > %s
                """,
                list(accepted),
                list(in_flight),
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

    def settle(
        self,
        lease_id,
        results,
        released,
        suppressed=None,
        died=False,
        postponed=None,
    ):
        """Write the results of a batch, give back what was not tried, end the lease.

        All of it is one statement. Only the owner of the lease can settle. One that
        lost it may still say what became of the deliveries given up as unknown.

        :param released: ids of the deliveries that were not handed over.
        :param suppressed: failure type by id of those that must not be sent.
        :param died: the worker is gone; what is given back counts as an attempt, so
            that a batch that kills its workers does not come back for ever.
        :param postponed: what those wait for that it is not the time for, and until
            when, by id.
        """
        by_event = {}
        for result in results:
            by_event.setdefault(result.status, []).append(result)
        steps = [
            SQL("DELETE FROM campaign_sending_lease WHERE id = %s", lease_id),
            *(settle_event(status, lease_id, one) for status, one in by_event.items()),
        ]
        if released:
            steps.append(release(lease_id, released, counted=died))
        if suppressed:
            steps.append(suppress(lease_id, suppressed))
        if postponed:
            steps.append(postpone(lease_id, postponed))
        parts = [
            SQL("%s AS (%s)", SQL.identifier(f"step{number}"), step)
            for number, step in enumerate(steps)
        ]
        self._execute(SQL("WITH %s SELECT 1", SQL(", ").join(parts)))

    # ------------------------------------------------------------
    # Recovery
    # ------------------------------------------------------------

    def recover(self):
        """Settle the leases of workers that are gone. Return how many.

        A worker is gone when its database session has ended, or when it has not
        renewed the lease in time. The lease is closed by the statement that reads it,
        so that a worker that lives after all cannot hand over anything more.

        If the database was restarted since the claim, the last notes about progress
        may be lost (they did not wait for the disk): then nothing of the batch that
        is not decided counts as untouched.
        """
        gone = self._rows(
            SQL(
                """
                UPDATE campaign_sending_lease lease
                   SET expires_at = '-infinity'
                 WHERE lease.expires_at <= %s
                    OR NOT EXISTS (
                        SELECT FROM pg_stat_activity session
                         WHERE session.pid = lease.backend_pid
                           AND extract(epoch FROM session.backend_start)::text
                               = lease.backend_start)
                RETURNING lease.id, delivery_ids, accepted_ids, in_flight_ids,
                          COALESCE(results, '[]'::jsonb),
                          pg_postmaster_start_time() AT TIME ZONE 'UTC' > claimed_at
                """,
                UTC_NOW,
            )
        )
        for lease_id, delivery_ids, accepted, in_flight, noted, restarted in gone:
            results = [base.SendResult(*values) for values in noted]
            results += [base.SendResult(ref, base.ACCEPTED) for ref in accepted]
            known = {result.ref for result in results}
            doubtful = delivery_ids if restarted else in_flight
            results += [
                base.SendResult(ref, base.UNKNOWN, _WORKER_GONE)
                for ref in doubtful
                if ref not in known
            ]
            known.update(doubtful)
            rest = [ref for ref in delivery_ids if ref not in known]
            self.settle(lease_id, results, rest, died=True)
        return len(gone)

    def resend_uncertain(self):
        """Queue uncertain deliveries again whose mailings want it. Return how many."""
        [(resent,)] = self._rows(resend_uncertain())
        return resent

    # ------------------------------------------------------------
    # Tools
    # ------------------------------------------------------------

    def _execute(self, query):
        """Execute without Odoo's log of a failed query: it would hold addresses."""
        self._cr.execute(query, log_exceptions=False)

    def _rows(self, query):
        self._execute(query)
        return self._cr.fetchall()


_WORKER_GONE = (
    "The sending process died while it handed the mail over; the mail server may or "
    "may not have taken it."
)


def _expiry():
    return SQL("%s + %s * interval '1 second'", UTC_NOW, LEASE_SECONDS)


def _as_list(result):
    return [result.ref, result.status, result.reason, result.provider_id]

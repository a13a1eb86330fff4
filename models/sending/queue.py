"""Sending: the queue, as statements on ``mailing.trace`` and the leases.

Each statement is a transaction of its own in READ COMMITTED: under Odoo's REPEATABLE
READ, workers that claim side by side would fail on each other by the hundred.
"""

import json
from contextlib import contextmanager

from odoo import modules
from odoo.tools import SQL

from ...tools import pacing
from ...tools.providers import base
from . import claim
from .flow import Claim, Flow, Scope
from .settlement import (
    UTC_NOW,
    end_lease,
    note_batch,
    postpone,
    release,
    resend_uncertain,
    settle_event,
    suppress,
)

# The first key of the advisory locks on accounts: "campaign" in ASCII, cut to 31 bits.
ACCOUNT_LOCK = 0x63616D70


@contextmanager
def open_queue(env):
    """Give a :class:`Queue` with a database session of its own.

    In tests the queue works inside the test's transaction, because nothing that a
    test does is visible outside of it.
    """
    if modules.module.current_test:
        yield Queue(env.cr, own_session=False)
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

    def __init__(self, cr, own_session=True, now=UTC_NOW):
        """Work on ``cr``.

        :param own_session: each statement is a transaction of its own.
        :param now: SQL for the present, for tests with a clock of their own.
        """
        self._cr = cr
        self._own_session = own_session
        self._now = now
        self._is_prepared = False

    # ------------------------------------------------------------
    # Claim
    # ------------------------------------------------------------

    def due_flows(self):
        """Return the :class:`Flow` of each mailing and provider that has mails due."""
        return [Flow(*row) for row in self._rows(claim.due_flows(self._now))]

    def claim(self, flow, way, lane, limit):
        """Take up to ``limit`` due deliveries of a flow, as many as limits allow.

        They are committed as ``process`` before the caller gets them. Where something
        is to be counted, workers of the same account count one after the other.

        :param way: the account, see :class:`.account_choice.Way`.
        :return: a :class:`Claim`; without rows nothing is due, or ``wait`` is to pass.
        """
        with self._transaction():
            if not way.terms.is_free:
                self._lock_account(way.account_id)
            rests, ceilings = self._paces(way)
            if (rest := max(rests.values(), default=0)) > 0:
                return Claim(wait=rest, is_down=rests.get(True, 0) > 0)
            if ceilings and way.terms.is_free:
                self._lock_account(way.account_id)
            limits = [*way.terms.limits, *ceilings]
            uses = self._uses(way.account_id, limits)
            limit, wait = pacing.allowance(uses, limit, way.copies)
            connections = self._free_connections(way)
            if not limit or connections < 1:
                return Claim(wait=wait or pacing.HELD_SECONDS)
            rows = self._rows(
                claim.take(flow, way, connections, lane, limit, self._now)
            )
        if not rows:
            return Claim()
        return Claim(
            lease_id=rows[0][0],
            rows=[row[1:] for row in rows],
            connections=connections,
            was_down=True in rests,
        )

    def _paces(self, way):
        """Return how long server (True) and provider (False) rest, and ceilings."""
        rests, ceilings = {}, []
        scope = Scope(way.provider_group_id, None)
        for of_server, seconds, mails, over in self._rows(claim.paces(way, self._now)):
            rests[of_server] = max(rests.get(of_server, 0), seconds or 0)
            if mails and (limit := pacing.ceiling(mails, over)):
                ceilings.append((scope, limit))
        return rests, ceilings

    def _free_connections(self, way):
        """Return how many connections the next batch may use."""
        terms = way.terms
        if not terms.shared_connections:
            return terms.connections
        rows = self._rows(
            claim.open_connections(way.account_id, terms.shared_connections)
        )
        pairs = zip(terms.shared_connections, rows, strict=True)
        return min(terms.connections, *(most - taken for (_, most), (taken,) in pairs))

    def _uses(self, account_id, limits):
        if not limits:
            return []
        rows = self._rows(claim.uses(account_id, limits, self._now))
        return [
            pacing.Use(limit, mails, held, age)
            for (_scope, limit), (mails, age, held) in zip(limits, rows, strict=True)
        ]

    def _lock_account(self, account_id):
        self._execute(
            SQL("SELECT pg_advisory_xact_lock(%s, %s)", ACCOUNT_LOCK, account_id)
        )

    @contextmanager
    def _transaction(self):
        """Make several statements one transaction; each is one by itself otherwise."""
        if not self._own_session:
            yield
            return
        self._execute(SQL("BEGIN ISOLATION LEVEL READ COMMITTED"))
        try:
            yield
        except BaseException:
            if not self._cr.connection.closed:
                self._execute(SQL("ROLLBACK"))
            raise
        self._execute(SQL("COMMIT"))

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
        self._prepare_progress()
        noted = [_as_list(result) for result in others]
        self._execute(
            SQL(
                "EXECUTE campaign_progress (%s, %s, %s, %s, %s)",
                lease_id,
                self._now,
                list(accepted),
                list(in_flight),
                json.dumps(noted) if noted else None,
            )
        )
        return bool(self._cr.rowcount)

    def make_durable(self, lease_id):
        """Have all progress reach the disk. Return False when the lease is lost.

        This commit waits for the disk, and with it for those before.
        """
        self._execute(
            SQL(
                """
                UPDATE campaign_sending_lease
                   SET in_flight_ids = '{}'
                 WHERE id = %s AND expires_at > %s
                """,
                lease_id,
                self._now,
            )
        )
        return bool(self._cr.rowcount)

    def take_copy(self, mailing_id):
        """Take the one copy of a mailing, once for all. Return whether it was there."""
        self._execute(
            SQL(
                """
                UPDATE mailing_mailing
                   SET copied_at = %s
                 WHERE id = %s AND copied_at IS NULL
                """,
                self._now,
                mailing_id,
            )
        )
        return bool(self._cr.rowcount)

    def _prepare_progress(self):
        """Have the database parse and plan the statement once a session.

        It is called for every few mails, and both take longer than executing it.
        """
        if self._is_prepared:
            return
        self._is_prepared = True
        if not self._rows(claim.PROGRESS_IS_PREPARED):
            self._execute(claim.PREPARE_PROGRESS)

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
        copies=None,
    ):
        """Write the results of a batch, give back what was not tried, end the lease.

        All of it is one statement. Only the owner of the lease can settle. One that
        lost it may still say what became of the deliveries given up as unknown.

        :param released: ids of the deliveries that were not handed over.
        :param suppressed: failure type and reason by id of those that must not be
            sent.
        :param died: the worker is gone; what is given back counts as an attempt, so
            that a batch that kills its workers does not come back for ever.
        :param postponed: what those wait for that it is not the time for, and until
            when, by id.
        :param copies: how many copies were offered, see :func:`.note_batch`.
        """
        by_event = {}
        for result in results:
            by_event.setdefault(result.status, []).append(result)
        steps = [
            end_lease(lease_id),
            note_batch(results, copies, self._now),
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
        is not decided counts as untouched. One of its processes that is killed makes
        it restart all but the first: its statistics begin anew then, which tells.
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
                          GREATEST(pg_postmaster_start_time(),
                                   (SELECT stats_reset FROM pg_stat_bgwriter))
                              AT TIME ZONE 'UTC' > claimed_at
                """,
                self._now,
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
    # Manners
    # ------------------------------------------------------------

    def others_wait(self):
        """Return whether a job of Odoo's that is no lane waits for a thread.

        One that runs counts as timed out until it has ended, so it does not wait.
        """
        [(waits,)] = self._rows(
            SQL(
                """
                SELECT EXISTS (
                    SELECT FROM ir_cron job
                     WHERE job.active
                       AND COALESCE(job.campaign_lane, 0) = 0
                       AND (job.nextcall <= %(now)s
                            OR EXISTS (
                                SELECT FROM ir_cron_trigger
                                 WHERE cron_id = job.id AND call_at <= %(now)s))
                       AND COALESCE((
                            SELECT timed_out_counter
                              FROM ir_cron_progress
                             WHERE cron_id = job.id
                             ORDER BY id DESC
                             LIMIT 1), 0) = 0)
                """,
                now=self._now,
            )
        )
        return waits

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


def _as_list(result):
    return [result.ref, result.status, result.reason, result.provider_id]

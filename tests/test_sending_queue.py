"""Sending: claim, lease and recovery of batches."""

from contextlib import contextmanager
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, api, sql_db
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from ..models.sending.queue import Queue
from ..tools.providers.base import (
    ACCEPTED,
    DEFERRED,
    FAILED,
    REFUSED,
    UNKNOWN,
    SendResult,
)
from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestQueue(DeskCommon):
    def setUp(self):
        super().setUp()
        for number in range(6):
            self._contact(f"C{number}", f"c{number}@example.com")
        self.mailing = self._mailing()
        self.mailing.action_launch()
        self._dispatch()
        self.traces = self.mailing.mailing_trace_ids.sorted("id")
        self.queue = Queue(self.env.cr, own_session=False)

    def _statuses(self):
        self.env.invalidate_all()
        return self.traces.mapped("trace_status")

    def _claim(self, limit=6):
        return self._claim_batch(self.queue, self.mailing, limit)

    def _worker_dies(self, lease_id):
        self.env.cr.execute(
            "UPDATE campaign_sending_lease SET backend_pid = 0 WHERE id = %s",
            [lease_id],
        )

    def test_claimed_once(self):
        lease, rows = self._claim(4)
        self.assertEqual([row[0] for row in rows], self.traces[:4].ids)
        self.assertEqual(self._statuses(), ["process"] * 4 + ["outgoing"] * 2)
        other_lease, rest = self._claim()
        self.assertEqual([row[0] for row in rest], self.traces[4:].ids)
        self.assertNotEqual(lease, other_lease)
        self.assertEqual(self._claim(), (None, []))

    def test_settle_applies_each_result(self):
        lease, _rows = self._claim()
        one, two, three, four, five, six = self.traces.ids
        self.queue.settle(
            lease,
            [
                SendResult(one, ACCEPTED, provider_id="250 Ok"),
                SendResult(two, DEFERRED, "451 later"),
                SendResult(three, REFUSED, "550 no"),
                SendResult(four, FAILED, "does not render"),
                SendResult(five, UNKNOWN, "lost"),
            ],
            [six],
        )
        self.assertEqual(
            self._statuses(),
            ["sent", "outgoing", "bounce", "error", "error", "outgoing"],
        )
        self.assertEqual(
            self.traces.mapped("failure_type"),
            [False, False, "mail_bounce", "unknown", "outcome_unknown", False],
        )
        self.assertEqual(self.traces.mapped("attempt_count"), [1, 1, 1, 1, 1, 0])
        self.assertFalse(self.env["campaign.sending.lease"].search([]))

    def test_living_worker_keeps_its_batch(self):
        self._claim()
        self.assertEqual(self.queue.recover(), 0)
        self.assertEqual(self._statuses(), ["process"] * 6)

    def test_dead_worker_before_any_hand_over(self):
        lease, _rows = self._claim()
        self._worker_dies(lease)
        self.assertEqual(self.queue.recover(), 1)
        self.assertEqual(self._statuses(), ["outgoing"] * 6)
        # an attempt all the same: what kills its workers does not come back for ever
        self.assertEqual(self.traces.mapped("attempt_count"), [1] * 6)

    def test_a_batch_that_kills_its_workers_ends(self):
        for _death in range(12):
            lease, _rows = self._claim()
            self.assertTrue(lease)
            self._worker_dies(lease)
            self.queue.recover()
        self.assertEqual(self._statuses(), ["error"] * 6)
        self.assertIn("died each time", self.traces[0].failure_reason)
        self.assertEqual(self._claim(), (None, []))

    def test_dead_worker_in_the_middle(self):
        lease, _rows = self._claim()
        ids = self.traces.ids
        self.queue.progress(lease, [], [], ids[:2])
        refused = SendResult(ids[1], REFUSED, "550 no")
        self.queue.progress(lease, [ids[0]], [refused], ids[2:4])
        self._worker_dies(lease)
        self.queue.recover()
        self.assertEqual(
            self._statuses(), ["sent", "bounce"] + ["error"] * 2 + ["outgoing"] * 2
        )
        self.assertEqual(
            self.traces[2:4].mapped("failure_type"), ["outcome_unknown"] * 2
        )
        # what is uncertain is never resent by itself, nor by "retry"
        self.mailing.action_retry_failed()
        self.assertEqual(self._statuses()[2:4], ["error"] * 2)
        _lease, rows = self._claim()
        self.assertEqual([row[0] for row in rows], ids[4:])

    def test_a_person_decides_about_what_is_uncertain(self):
        lease, _rows = self._claim()
        self.queue.progress(lease, [], [], self.traces[:2].ids)
        self._worker_dies(lease)
        self.queue.recover()
        self.env.invalidate_all()
        arrived, missing = self.traces[:2]
        self.assertEqual(self.mailing.uncertain, 2)
        arrived.action_confirm_sent()
        missing.action_resend()
        self.assertEqual(self._statuses(), ["sent"] + ["outgoing"] * 5)
        self.assertTrue(arrived.sent_datetime)
        self.assertFalse(missing.sent_datetime)
        self.assertEqual(self.mailing.uncertain, 0)
        # neither does anything to deliveries whose outcome is known
        self.traces.action_confirm_sent()
        self.traces.action_resend()
        self.assertEqual(self._statuses(), ["sent"] + ["outgoing"] * 5)

    def test_restarted_database_may_have_forgotten_progress(self):
        lease, _rows = self._claim(3)
        ids = self.traces.ids
        self.queue.progress(lease, [ids[0]], [], [ids[1]])
        self._worker_dies(lease)
        self.env.cr.execute(
            "UPDATE campaign_sending_lease SET claimed_at = '2000-01-01'"
        )
        self.queue.recover()
        self.assertEqual(self._statuses()[:3], ["sent", "error", "error"])

    def test_a_database_process_that_was_killed(self):
        """The others are restarted with it, and what was not on disk is lost."""
        lease, _rows = self._claim(3)
        ids = self.traces.ids
        self.queue.progress(lease, [ids[0]], [], [ids[1]])
        self._worker_dies(lease)
        self.env.cr.execute(
            # comes before the system's view
            "CREATE TEMP VIEW pg_stat_bgwriter AS"
            " SELECT now() + interval '1 second' AS stats_reset"
        )
        self.queue.recover()
        self.assertEqual(self._statuses()[:3], ["sent", "error", "error"])

    def test_a_lease_outlives_its_mailing(self):
        lease, _rows = self._claim(4)
        self.queue.progress(lease, self.traces[:3].ids, [], [])
        account = self.traces[0].sending_account_id
        self.mailing.unlink()
        self._worker_dies(lease)
        self.assertEqual(self.queue.recover(), 1)
        batches = self.env["campaign.sending.batch"].search(
            [("account_id", "=", account.id), ("mailing_id", "=", False)]
        )
        self.assertEqual(batches.mapped("accepted"), [3])

    @mute_logger("odoo.sql_db")
    def test_an_account_in_use_cannot_be_deleted(self):
        self._claim(4)
        account = self.env.ref("campaign_desk.sending_account_default")
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            account.unlink()
        self.assertEqual(self._statuses()[:4], ["process"] * 4)

    def test_a_worker_that_lost_its_lease(self):
        lease, _rows = self._claim()
        ids = self.traces.ids
        self.assertTrue(self.queue.progress(lease, [], [], ids[:2]))
        self.env.cr.execute(
            "UPDATE campaign_sending_lease SET expires_at = '2000-01-01'"
        )
        self.queue.recover()
        # it may hand over nothing more
        self.assertFalse(self.queue.progress(lease, ids[:2], [], ids[2:4]))
        other, _rows = self._claim()
        # it may say what became of what it had handed over, and nothing else
        self.queue.settle(
            lease,
            [
                SendResult(ids[0], ACCEPTED, provider_id="250 Ok"),
                SendResult(ids[1], REFUSED, "550 no"),
                SendResult(ids[2], ACCEPTED),
            ],
            ids[3:],
        )
        self.assertEqual(self._statuses(), ["sent", "bounce"] + ["process"] * 4)
        self.assertTrue(self.queue.progress(other, [], [], ids[2:3]))

    def test_a_worker_taken_for_dead_hands_over_nothing_more(self):
        """Also when it is alive: the lease is closed by the statement that reads it."""
        lease, _rows = self._claim()
        ids = self.traces.ids
        self.queue.progress(lease, [], [], ids[:2])
        self._worker_dies(lease)
        with patch.object(Queue, "settle") as settle:
            self.queue.recover()
        self.assertTrue(settle.called)
        self.assertFalse(self.queue.progress(lease, ids[:2], [], ids[2:4]))
        self.queue.recover()
        self.assertEqual(self._statuses(), ["error"] * 2 + ["outgoing"] * 4)

    def test_what_comes_back_late_opens_the_mailing_again(self):
        lease, _rows = self._claim()
        self.queue.progress(lease, [], [], self.traces.ids)
        self._worker_dies(lease)
        self.queue.recover()
        self._dispatch()
        self.assertEqual(self.mailing.state, "done")
        late = SendResult(self.traces[0].id, DEFERRED, "451 later")
        self.queue.settle(lease, [late], [])
        self._dispatch()
        self.assertEqual(self.mailing.state, "sending")

    def test_open_before_settle_is_kept(self):
        lease, _rows = self._claim(2)
        self.traces[:2].set_opened()
        self.env.flush_all()
        self.queue.settle(
            lease,
            [SendResult(self.traces[0].id, ACCEPTED)],
            [self.traces[1].id],
        )
        self.assertEqual(self._statuses()[:2], ["open", "open"])
        self.assertTrue(self.traces[0].sent_datetime)

    def test_stopped_mailing_is_not_due(self):
        self.env.flush_all()
        self.assertEqual(
            [flow.mailing_id for flow in self.queue.due_flows()], self.mailing.ids
        )
        for values in (
            {"sending_error": "Stop"},
            {"sending_error": False, "state": "draft"},
            {"state": "sending", "active": False},
        ):
            self.mailing.write(values)
            self.env.flush_all()
            self.assertEqual(self.queue.due_flows(), [])


@tagged("-at_install", "post_install")
class TestLock(BaseCase):
    """With sessions of its own: in a test's transaction nobody comes in between."""

    def test_who_changed_a_mailing_meanwhile_comes_first(self):
        mailing_id = self._committed_mailing()
        with self._session() as other, self._session() as env:
            mailing = env["mailing.mailing"].browse(mailing_id)
            env.cr.execute("SELECT 1")  # from here on it does not see what others do
            other["mailing.mailing"].browse(mailing_id).preview = "Changed"
            other.cr.commit()
            with self.assertNoLogs("odoo.sql_db"):
                self.assertFalse(mailing._lock_to_change())
            env.cr.execute("SELECT 1")  # the transaction goes on
            env.cr.commit()
            self.assertEqual(mailing._lock_to_change(), mailing)
            self.assertFalse(
                other["mailing.mailing"].browse(mailing_id)._lock_to_change()
            )

    @contextmanager
    def _session(self):
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            cr.rollback()

    def _committed_mailing(self):
        with self._session() as env:
            mailing = env["mailing.mailing"].create({"subject": "Locked"})
            env.cr.commit()
        self.addCleanup(self._remove, mailing.id)
        return mailing.id

    def _remove(self, mailing_id):
        with self._session() as env:
            mailing = env["mailing.mailing"].browse(mailing_id)
            source = mailing.source_id
            mailing.unlink()
            source.unlink()
            env.cr.commit()

"""Sending: how far a mailing is, and the decisions of a person about deliveries."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..tools.delivery import FAILURE_UNKNOWN
from .common import DeskCommon

COUNTS = (
    "planned",
    "sent",
    "waiting",
    "bounced",
    "failed",
    "uncertain",
    "suppressed",
)


@tagged("-at_install", "post_install")
class TestStatus(DeskCommon):
    def setUp(self):
        super().setUp()
        for number in range(8):
            self._contact(f"C{number}", f"c{number}@example.com")
        self.mailing = self._mailing(user_id=self.user_marketing.id)
        self.mailing.action_launch()

    def _plan(self):
        self._dispatch()
        self.traces = self.mailing.mailing_trace_ids.sorted("id")

    def _status(self):
        mailing = self.mailing.with_user(self.user_marketing)
        return mailing.get_sending_status()

    def _counts(self):
        status = self._status()
        counts = {name: status[name] for name in COUNTS if status[name]}
        parts = sum(counts.values()) - counts.get("planned", 0)
        self.assertEqual(parts, status["planned"], "the parts are not the whole")
        return counts

    def test_numbers(self):
        self._plan()
        self.assertEqual(self._counts(), {"planned": 8, "waiting": 8})
        statuses = ("sent", "open", "reply", "process", "bounce", "error", "error")
        for trace, status in zip(self.traces, (*statuses, "cancel"), strict=True):
            trace.trace_status = status
        self.traces[6].failure_type = FAILURE_UNKNOWN
        expected = dict.fromkeys(COUNTS[3:], 1) | {
            "planned": 8,
            "sent": 3,
            "waiting": 1,
        }
        self.assertEqual(self._counts(), expected)
        # a test mail is none of them; an uncertain one that was opened is not uncertain
        self.traces[5].copy({"is_test_trace": True, "res_id": 1})
        self.traces[6].trace_status = "open"
        self.assertEqual(
            self._counts(),
            {name: number for name, number in expected.items() if name != "uncertain"}
            | {"sent": 4},
        )
        self.assertEqual(self.mailing.waiting, 1)
        self.assertEqual(self.mailing.retryable, 1)
        self.assertEqual(self.mailing.uncertain, 0)
        self.assertAlmostEqual(self.mailing.progress, 87.5)

    def test_phases(self):
        def phase():
            status = self._status()
            self.assertTrue(status["words"])
            return status["phase"], status["reason"]

        self.assertEqual(phase(), ("queued", False))
        self._plan()
        self.assertEqual(phase(), ("sending", False))
        self.mailing.action_pause_sending()
        self.assertEqual(phase(), ("paused", self.mailing.pause_reason))
        self.assertEqual(self.mailing.sending_note, "paused")
        self.mailing._hold_sending("No such server")
        self.assertEqual(phase(), ("stopped", "No such server"))
        self.assertEqual(self.mailing.sending_note, "stopped")
        self.mailing.action_retry_sending()
        self.mailing.action_resume_sending()
        self.assertEqual(phase(), ("sending", False))
        self.assertFalse(self.mailing.sending_note)
        self.mailing.action_cancel_sending()
        self.assertEqual(phase(), ("cancelling", self.mailing.cancel_reason))
        self._dispatch()
        self.assertEqual(phase(), ("cancelled", self.mailing.cancel_reason))
        self.assertEqual(self.mailing.sending_note, "cancelled")
        self.mailing.action_put_in_queue()
        self.assertEqual(phase(), ("queued", False))

    def test_planning_is_sending(self):
        self._plan()
        self.mailing.is_planned = False
        self.traces.trace_status = "sent"
        status = self._status()
        self.assertEqual(status["phase"], "sending")
        self.assertEqual(status["words"], "Planning and sending")

    def test_nothing_due(self):
        self._plan()
        now = fields.Datetime.now()
        for number, trace in enumerate(self.traces, start=1):
            trace.next_attempt_at = now + timedelta(minutes=number)
            trace.waiting_for = "window" if number > 5 else "retry"
        self.user_marketing.tz = "Asia/Kolkata"
        status = self._status()
        self.assertEqual(status["phase"], "waiting")
        first, last = self.traces[0].next_attempt_at, self.traces[-1].next_attempt_at
        self.assertEqual(status["finishes_at"], fields.Datetime.to_string(last))
        self.assertEqual(
            [(one["reason"], one["count"]) for one in status["waiting_for"]],
            [("retry", 5), ("window", 3)],
        )
        self.assertEqual(
            status["waiting_for"][0]["next_attempt_at"],
            fields.Datetime.to_string(first),
        )
        there = first + timedelta(hours=5, minutes=30)
        self.assertIn("a mail server that asked to come later", status["words"])
        self.assertIn(f"{there:%-I:%M}", status["words"])

    def test_each_reason_to_wait(self):
        self._plan()
        later = fields.Datetime.now() + timedelta(hours=1)
        for trace, reason in zip(
            self.traces, ("retry", "window", "cap", "retry"), strict=False
        ):
            trace.write({"waiting_for": reason, "next_attempt_at": later})
        self.traces[3].next_attempt_at = fields.Datetime.now() - timedelta(minutes=1)
        self.traces[4].provider_group_id = False
        self.traces[5].trace_status = "process"
        status = self._status()
        self.assertEqual(status["phase"], "sending")
        self.assertEqual(
            {one["reason"]: one["count"] for one in status["waiting_for"]},
            {"due": 4, "lookup": 1, "retry": 1, "window": 1, "cap": 1},
        )
        self.assertTrue(all(one["words"] for one in status["waiting_for"]))
        self.assertEqual(status["waiting"], 8)

    def test_rate_and_end(self):
        self._plan()
        now = fields.Datetime.now()
        self.assertFalse(self._status()["finishes_at"], "nothing has left yet")
        for minutes, mails in ((30, 60), (2, 2), (1, 2)):
            self.env["campaign.sending.batch"].create(
                {
                    "mailing_id": self.mailing.id,
                    "settled_at": now - timedelta(minutes=minutes),
                    "mails": mails,
                }
            )
        self.env.flush_all()
        # four in two minutes, eight to go
        status = self._status()
        self.assertAlmostEqual(status["mails_per_minute"], 2, delta=0.5)
        end = fields.Datetime.to_datetime(status["finishes_at"])
        self.assertAlmostEqual((end - now).total_seconds(), 240, delta=60)
        # the one that is put off longest is the last
        self.traces[7].write(
            {"waiting_for": "cap", "next_attempt_at": now + timedelta(hours=3)}
        )
        end = fields.Datetime.to_datetime(self._status()["finishes_at"])
        self.assertAlmostEqual((end - now).total_seconds(), 10800, delta=20)
        self.mailing.action_pause_sending()
        self.assertFalse(self._status()["finishes_at"])

    def test_few_statements(self):
        self._plan()
        mailing = self.mailing.with_user(self.user_marketing)
        mailing.get_sending_status()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            mailing.get_sending_status()

    def test_only_email_marketing_users(self):
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.mailing.with_user(stranger).get_sending_status()

    # ------------------------------------------------------------
    # Lists and decisions
    # ------------------------------------------------------------

    def test_each_number_leads_to_its_deliveries(self):
        self._plan()
        statuses = ("sent", "open", "process", "bounce", "error", "error", "cancel")
        for trace, status in zip(self.traces, statuses, strict=False):
            trace.trace_status = status
        self.traces[5].failure_type = FAILURE_UNKNOWN
        arch = self.env["mailing.trace"].get_view(view_type="search")["arch"]
        status = self._status()
        for kind in COUNTS[1:]:
            action = self.mailing.action_view_deliveries(kind)
            [name] = [
                key.removeprefix("search_default_")
                for key in action["context"]
                if key.startswith("search_default_")
                and key != "search_default_mass_mailing_id"
            ]
            [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
            found = self.traces.filtered_domain(safe_eval(node.get("domain")))
            self.assertEqual(len(found), status[kind], kind)

    def test_decisions_change_only_what_they_may(self):
        self._plan()
        failed, uncertain, sent, waiting = self.traces[:4]
        failed.trace_status = "error"
        uncertain.write({"trace_status": "error", "failure_type": FAILURE_UNKNOWN})
        sent.trace_status = "sent"
        chosen = (failed + uncertain + sent + waiting).with_user(self.user_marketing)
        answer = chosen.action_cancel_waiting()
        self.assertIn("3 of 4", answer["params"]["message"])
        self.assertEqual(
            chosen.mapped("trace_status"), ["error", "error", "sent", "cancel"]
        )
        self.assertIn(self.user_marketing.name, waiting.failure_reason)
        self.assertFalse(failed.failure_reason)
        answer = chosen.action_retry()
        self.assertIn("3 of 4", answer["params"]["message"])
        self.assertEqual(failed.trace_status, "outgoing")
        self.assertEqual(uncertain.trace_status, "error")
        chosen.action_confirm_sent()
        self.assertEqual(uncertain.trace_status, "sent")
        self.assertTrue(uncertain.sent_datetime)
        failed.write({"trace_status": "error"})
        self.assertIs(failed.with_user(self.user_marketing).action_retry(), True)

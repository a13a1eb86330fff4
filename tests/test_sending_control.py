"""Sending: pause, resume and cancel while a lane runs."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.sending.lane import LaneRun
from .common import WAY_OUT, DeskCommon

BATCH = "odoo.addons.campaign_desk.models.sending.mailing_trace.BATCH"


@tagged("-at_install", "post_install")
class TestControl(DeskCommon):
    def setUp(self):
        super().setUp()
        self.addresses = [f"c{number:02}@example.com" for number in range(20)]
        for address in self.addresses:
            self._contact(address, address)
        self.startPatcher(patch(BATCH, 4))

    def _under_way(self, **values):
        """Return a mailing that is planned, as its responsible sees it."""
        mailing = self._mailing(user_id=self.user_marketing.id, **values)
        mailing.action_launch()
        self._dispatch()
        self.assertEqual(mailing.state, "sending")
        self.flush_tracking()  # what is created now is not tracked
        return mailing.with_user(self.user_marketing)

    def _run_lane_and(self, act):
        """Run a lane; somebody acts while its first batch is about to leave."""
        hand_over = LaneRun._hand_over
        acts = [act]

        def hand_over_meanwhile(run, *args):
            if acts:
                acts.pop()()
                self.env.flush_all()
            return hand_over(run, *args)

        with patch.object(LaneRun, "_hand_over", hand_over_meanwhile):
            self._run_lane()
        self.assertFalse(acts, "the lane had nothing to do")

    def _log(self, mailing):
        """Return what the chatter says, newest first."""
        self.flush_tracking()
        return " ".join(mailing.message_ids.mapped("body"))

    # ------------------------------------------------------------
    # Pause and resume
    # ------------------------------------------------------------

    def test_pause_and_resume_reach_each_recipient_once(self):
        mailing = self._under_way()
        for sent in (4, 8, 12, 16):
            self._run_lane_and(mailing.action_pause_sending)
            self.assertTrue(mailing.is_paused)
            # the batch in hand is finished, nothing more is taken
            self.assertEqual(len(self.mailbox.mails), sent)
            self._run_lane()
            self._dispatch()
            self.assertEqual(len(self.mailbox.mails), sent)
            self.assertEqual(mailing.state, "sending")
            mailing.action_resume_sending()
        self._run_lane_and(mailing.action_pause_sending)
        self.assertEqual(self.mailbox.recipients, self.addresses)
        # it has come to its end: nothing is paused any more
        self.assertEqual(mailing.state, "done")
        self.assertFalse(mailing.is_paused)
        self.assertFalse(mailing.pause_reason)

    def test_who_paused_and_who_went_on_is_said(self):
        mailing = self._under_way()
        mailing.action_pause_sending()
        name = self.user_marketing.name
        self.assertIn(f"Paused by {name}, ", mailing.pause_reason)
        self.assertIn(mailing.pause_reason, self._log(mailing))
        again = mailing.pause_reason
        mailing.action_pause_sending()
        self.assertEqual(mailing.pause_reason, again)
        mailing.action_resume_sending()
        self.assertIn(f"Resumed by {name}, ", self._log(mailing))
        self.assertFalse(mailing.pause_reason)

    def test_planning_goes_on_while_paused(self):
        mailing = self._mailing()
        mailing.action_launch()
        mailing.action_pause_sending()
        self._dispatch()
        self.assertEqual(len(mailing.mailing_trace_ids), 20)
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        mailing.action_resume_sending()
        self._run_lane()
        self.assertEqual(self.mailbox.recipients, self.addresses)

    def test_a_breaker_tells_who_is_responsible(self):
        mailing = self._under_way()
        self._run_lane_and(lambda: mailing.sudo()._pause_sending("Too many <bounces>"))
        self.assertEqual(len(self.mailbox.mails), 4)
        self.assertEqual(mailing.pause_reason, "Too many <bounces>")
        self.assertEqual(mailing.activity_ids.user_id, self.user_marketing)
        self.assertIn("Too many &lt;bounces&gt;", mailing.activity_ids.note)
        mailing.sudo()._pause_sending("And again")
        self.assertEqual(len(mailing.activity_ids), 1)
        mailing.action_resume_sending()
        self.assertFalse(mailing.activity_ids)
        self._run_lane()
        self.assertEqual(self.mailbox.recipients, self.addresses)

    def test_other_mailings_go_on(self):
        paused, fine = self._under_way(), self._under_way()
        paused.action_pause_sending()
        self._run_lane()
        self.assertEqual((paused.state, fine.state), ("sending", "done"))
        self.assertEqual(self.mailbox.recipients, self.addresses)

    # ------------------------------------------------------------
    # Cancel
    # ------------------------------------------------------------

    def test_cancel_takes_out_what_waits(self):
        self.mailbox.answers["c01"] = "451 Come back"
        mailing = self._under_way()
        self._run_lane_and(mailing.action_cancel_sending)
        self.assertEqual(len(self.mailbox.mails), 3)
        with patch.object(type(mailing), "_reopen_unfinished"):
            self._dispatch()
        self.assertEqual(mailing.state, "done")
        counts = dict(
            self.env["mailing.trace"]._read_group(
                [("mass_mailing_id", "=", mailing.id)], ["trace_status"], ["__count"]
            )
        )
        self.assertEqual(counts, {"sent": 3, "cancel": 17})
        cancelled = mailing.mailing_trace_ids.filtered(
            lambda trace: trace.trace_status == "cancel"
        )
        reason = f"Cancelled by {self.user_marketing.name}, "
        self.assertIn(reason, mailing.cancel_reason)
        self.assertIn(reason, self._log(mailing))
        self.assertEqual(
            set(cancelled.mapped("failure_reason")), {mailing.cancel_reason}
        )
        self.assertFalse(any(cancelled.mapped("failure_type")))
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 3)

    def test_what_comes_back_after_the_end_is_cancelled_too(self):
        mailing = self._under_way()
        self._run_lane_and(mailing.action_cancel_sending)
        self._dispatch()
        late = mailing.mailing_trace_ids.filtered(
            lambda trace: trace.trace_status == "cancel"
        )[0]
        late.trace_status = "outgoing"  # by a worker that was taken for dead
        self._dispatch()
        self._run_lane()
        self.assertEqual(late.trace_status, "cancel")
        self.assertEqual(mailing.state, "done")

    def test_cancel_while_planning_plans_no_more(self):
        mailing = self._under_way()
        mailing.sudo().write({"is_planned": False})
        self._contact("Late", "late@example.com")
        mailing.action_cancel_sending()
        self._dispatch()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(len(mailing.mailing_trace_ids), 20)
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("trace_status")), {"cancel"}
        )

    def test_cancel_of_one_that_waits_for_its_time(self):
        mailing = self._mailing()
        mailing.action_launch()
        mailing.action_pause_sending()
        mailing.action_cancel_sending()
        self.assertEqual(mailing.state, "draft")
        self.assertFalse(mailing.is_paused)
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, self.addresses)

    def test_failed_deliveries_of_a_cancelled_mailing_can_be_retried(self):
        mailing = self._under_way()
        failed = mailing.mailing_trace_ids[0]
        failed.trace_status = "error"
        mailing.action_cancel_sending()
        with self.assertRaisesRegex(UserError, "being cancelled"):
            mailing.action_resume_sending()
        self._dispatch()
        self.assertEqual((mailing.state, failed.trace_status), ("done", "error"))
        mailing.action_retry_failed()
        self._dispatch()
        self._run_lane()
        self.assertEqual(failed.trace_status, "sent")
        self.assertEqual(len(self.mailbox.mails), 1)
        self.assertEqual(mailing.state, "done")

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_only_what_is_under_way(self):
        draft, standard = self._mailing(), self._mailing(delivery_engine="standard")
        standard.state = "sending"
        for mailing in (draft, standard):
            for action in ("pause", "resume", "cancel"):
                with self.assertRaisesRegex(UserError, "about to send or is sending"):
                    getattr(mailing, f"action_{action}_sending")()

    def test_only_email_marketing_users(self):
        mailing = self._under_way()
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        for action in ("pause", "resume", "cancel"):
            with self.assertRaises(AccessError):
                getattr(mailing.with_user(stranger), f"action_{action}_sending")()

    def test_who_may_not_edit_the_template_can_still_stop_it(self):
        editors = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= editors
        editors.user_ids -= self.user_marketing
        mailing = self._under_way(
            body_html="<p t-out=\"object.country_id.name or 'there'\"/>" + WAY_OUT
        )
        with self.assertRaises(AccessError):
            mailing.subject = "Odoo forbids this, so the test means something"
        mailing.action_pause_sending()
        mailing.action_resume_sending()
        mailing.sudo()._hold_sending("No such server")
        mailing.action_retry_sending()
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 20)
        self.assertEqual(mailing.state, "done")
        mailing.mailing_trace_ids[0].trace_status = "error"
        mailing.mailing_trace_ids[0].action_retry()
        self.assertEqual(mailing.state, "sending")
        mailing.action_cancel_sending()
        queued = self._mailing(body_html=mailing.body_html)
        queued.action_launch()
        queued.with_user(self.user_marketing).action_cancel()
        self.assertEqual(queued.state, "draft")

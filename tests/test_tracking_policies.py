"""Tracking: bounce policies, who is left out by them, and who is told."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..tools import bounces
from .test_tracking_bounces import InboundCommon


@tagged("-at_install", "post_install")
class TestPolicies(InboundCommon):
    def _bounce(self, kind, days_ago=0, mailing=None, **values):
        """Have another delivery to Jane come back."""
        number = self.env["mailing.trace"].search_count([]) + 1
        trace = self.trace.copy(
            {
                "token": f"{number:032x}",
                "res_id": 10_000 + number,
                "trace_status": "bounce",
                "mass_mailing_id": (mailing or self.mailing).id,
                "bounce_class": kind,
                "bounced_at": fields.Datetime.now() - timedelta(days=days_ago),
                "failure_reason": "550 No",
                **values,
            }
        )
        self._run_job("campaign_desk.ir_cron_bounces")
        return trace

    def test_each_class_has_its_effect(self):
        for kind, times, held in (
            ("hard_bounce", 1, [("hard_bounce", False)]),
            ("soft_bounce", 2, []),
            ("soft_bounce", 3, [("soft_bounce", True)]),
            ("soft_bounce", 7, [("soft_bounce", False)]),
            ("mailbox_full", 1, []),
            ("mailbox_full", 2, [("mailbox_full", True)]),
            ("mailbox_full", 5, [("mailbox_full", False)]),
            ("block", 30, []),
            ("authentication", 30, []),
            ("content", 30, []),
        ):
            with (
                self.subTest(kind=kind, times=times),
                self.env.cr.savepoint(flush=True) as savepoint,
            ):
                for _time in range(times):
                    self._bounce(kind)
                self.assertEqual(
                    [(reason, pause) for _who, reason, pause in self._suppressed()],
                    held,
                )
                self.assertFalse(self.env["mail.blacklist"].search([]))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_lies_longer_back_does_not_count(self):
        for days_ago in (90, 80, 70):
            self._bounce("soft_bounce", days_ago)
        self.assertFalse(self._suppressed())

    def test_a_change_holds_at_once(self):
        policy = self.env.ref("campaign_desk.bounce_policy_hard")
        policy.count = 2
        self._bounce("hard_bounce")
        self.assertFalse(self._suppressed())
        policy.count = 1
        self._bounce("hard_bounce")
        self.assertTrue(self._suppressed())

    def test_no_policy_no_effect(self):
        self.env["campaign.bounce.policy"].search([]).active = False
        self._bounce("hard_bounce")
        self.assertFalse(self._suppressed())

    def test_nothing_is_an_action(self):
        self.env.ref("campaign_desk.bounce_policy_hard").action = "none"
        self._bounce("hard_bounce")
        self.assertFalse(self._suppressed())

    def test_the_senders_fault_never_harms_the_address(self):
        for kind in bounces.SENDERS_FAULT:
            for action in ("pause", "suppress"):
                with self.assertRaises(ValidationError):
                    self.env["campaign.bounce.policy"].create(
                        {"bounce_class": kind, "action": action}
                    )

    def test_the_responsible_is_told_once(self):
        for kind, times in (("block", 12), ("authentication", 5)):
            for _time in range(times):
                self._bounce(kind)
        activities = self.mailing.activity_ids
        self.assertEqual(len(activities), 2)
        self.assertEqual(activities.user_id, self.user_marketing)
        self.assertIn("550 No", activities[0].note)
        self.assertIn("held against", activities[0].note)

    def test_an_alarm_counts_one_mailing(self):
        other = self._mailing(subject="Other")
        for mailing in (self.mailing, other):
            for _time in range(2):
                self._bounce("authentication", mailing=mailing)
        self.assertFalse(self.mailing.activity_ids | other.activity_ids)

    def test_a_policy_of_another_company_is_not_ours(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.ref("campaign_desk.bounce_policy_hard").company_id = company
        self._bounce("hard_bounce")
        self.assertFalse(self._suppressed())

    def test_what_was_before_lifting_does_not_count_again(self):
        for _time in range(3):
            self._bounce("soft_bounce")
        self.env["campaign.suppression"].search([])._lift("New mailbox")
        self._bounce("soft_bounce")
        self.assertFalse(self._suppressed())

    def test_a_bounce_mail_is_judged_at_once(self):
        self._receive(self._sample("qmail_no_mailbox"))
        self.assertEqual(
            self._suppressed(), [("jane.roe@acme.example", "hard_bounce", False)]
        )
        suppression = self.env["campaign.suppression"].search([])
        self.assertEqual(suppression.scope, "company")
        self.assertEqual(suppression.company_id, self.mailing.company_id)
        self.assertEqual(suppression.trace_id, self.trace)
        self.assertEqual(suppression.source, "policy")
        self.mailbox.mails.clear()
        mailing = self._mailing(subject="Again")
        self._send(mailing)
        self.assertFalse(self.mailbox.mails)
        self.assertEqual(
            self._states(mailing), {self.contact.id: ("cancel", "suppressed")}
        )

    def test_managers_edit_policies(self):
        policy = self.env.ref("campaign_desk.bounce_policy_hard")
        with self.assertRaises(AccessError):
            policy.with_user(self.user_marketing).count = 3
        policy.with_user(self.user_admin).count = 3

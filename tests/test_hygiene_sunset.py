"""Hygiene: who is quiet is asked, and only who gives no sign is suppressed."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import BODY
from .test_hygiene_checks import HygieneCommon


@tagged("-at_install", "post_install")
class TestSunset(HygieneCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["campaign.template"].create(
            {"name": "Stay?", "subject": "Do you want to stay?", "body_html": BODY}
        )
        cls.policy = cls.env["campaign.sunset.policy"].create(
            {
                "name": "Silent",
                "list_id": cls.list_one.id,
                "template_id": cls.template.id,
                "user_id": cls.user_marketing.id,
            }
        )
        cls.company = cls.env.company
        cls.company.email = f"news@{cls.alias_domain}"
        cls.user_marketing.email = f"marketing@{cls.alias_domain}"
        cls.people = [
            cls._contact(name, f"{name}@example.com") for name in ("ann", "ben", "cleo")
        ]

    def setUp(self):
        super().setUp()
        for contact in self.people[:2]:
            self._mails(contact.email)
        self.env["campaign.engagement"]._refresh()

    def _night(self):
        self._run_job("campaign_desk.ir_cron_sunset")
        self._dispatch()
        self._run_lane()
        self.env.invalidate_all()

    def _days_pass(self, days):
        """Let everything of the cases and their mails be so many days older."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE campaign_sunset_case SET create_date = create_date - %(past)s;
            UPDATE mailing_trace SET sent_datetime = sent_datetime - %(past)s
             WHERE mass_mailing_id IN (SELECT mailing_id FROM campaign_sunset_case)
            """,
            {"past": timedelta(days=days)},
        )
        self.env.invalidate_all()

    def _case(self, contact):
        return self.policy.case_ids.filtered(lambda case: case.contact_id == contact)

    def _trace(self, case):
        return case.mailing_id.mailing_trace_ids.filtered(
            lambda trace: trace.email == case.email
        )

    def _states(self):
        return {case.email[:3]: case.state for case in self.policy.case_ids}

    def test_dry_run(self):
        self.policy.action_dry_run()
        self.assertEqual(
            (self.policy.dry_quiet, self.policy.dry_asked, self.policy.dry_suppressed),
            (2, 2, 0),
        )
        self.assertFalse(self.policy.case_ids)
        self.policy.most_per_day = 1
        self.policy.action_dry_run()
        self.assertEqual((self.policy.dry_quiet, self.policy.dry_asked), (2, 1))
        ids = self.policy.action_view_quiet()["domain"][0][2]
        self.assertCountEqual(ids, [contact.id for contact in self.people[:2]])

    def test_nothing_happens_before_it_is_started(self):
        self._night()
        self.assertFalse(self.policy.case_ids)

    def test_asked_and_suppressed(self):
        self.policy.action_start()
        self._night()
        self.assertFalse(self.policy.error)
        self.assertEqual(self._states(), {"ann": "asked", "ben": "asked"})
        self.assertEqual(
            self.mailbox.recipients, ["ann@example.com", "ben@example.com"]
        )
        self._days_pass(13)
        self._night()
        self.assertEqual(self._states(), {"ann": "asked", "ben": "asked"})
        self._days_pass(2)
        self._night()
        self.assertEqual(self._states(), {"ann": "suppressed", "ben": "suppressed"})
        suppressions = self.env["campaign.suppression"].search([])
        self.assertEqual(set(suppressions.mapped("reason")), {"sunset"})
        self.assertEqual(set(suppressions.mapped("scope")), {"company"})
        self.mailbox.mails.clear()
        self._send(self._mailing())
        self.assertEqual(self.mailbox.recipients, ["cleo@example.com"])

    def test_any_sign_of_a_person_lets_them_stay(self):
        ann, ben = self.people[:2]
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self._did(self._trace(self._case(ann)), "open", days=0)
        self._did(self._trace(self._case(ben)), "click", days=0, verdict="machine")
        self._night()
        self.assertEqual(self._states(), {"ann": "returned", "ben": "suppressed"})

    def test_an_answer_to_another_mail_counts(self):
        ann = self.people[0]
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self._delivery(ann.email, 3, reply_datetime=self.now)
        self._night()
        self.assertEqual(self._states(), {"ann": "returned", "ben": "suppressed"})

    def test_what_is_not_judged_yet_puts_it_off(self):
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self.env["campaign.hit"].create(
            {
                "at": self.now,
                "kind": "click",
                "token": self._trace(self._case(self.people[0])).token,
            }
        )
        self._run_job("campaign_desk.ir_cron_sunset")
        self.env.invalidate_all()
        self.assertEqual(self._states(), {"ann": "asked", "ben": "suppressed"})

    def test_mail_that_did_not_arrive(self):
        self.mailbox.answers["ann"] = "550 5.1.1 No such user"
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self._night()
        self.assertEqual(self._states(), {"ann": "cancelled", "ben": "suppressed"})

    def test_mail_that_cannot_be_sent(self):
        """Then nobody is suppressed, and somebody is told."""
        self.template.body_html = "<p>Without a way out</p>"
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self._night()
        self.assertTrue(self.policy.error)
        self.assertEqual(self.policy.activity_ids.user_id, self.user_marketing)
        self.assertEqual(self._states(), {"ann": "asked", "ben": "asked"})
        self.assertFalse(self.mailbox.mails)

    def test_who_is_not_mailed_is_not_asked(self):
        self.env["mail.blacklist"]._add("ann@example.com")
        self._contact("left", "ben@example.com", opted_out=self.list_one)
        self.policy.action_start()
        self._night()
        self.assertFalse(self.policy.case_ids)

    def test_limit(self):
        self.policy.most_per_day = 1
        self.policy.action_start()
        self._night()
        self.assertEqual(len(self.policy.case_ids), 1)
        self._night()
        self.assertEqual(len(self.policy.case_ids), 2)
        self._night()
        self.assertEqual(len(self.policy.case_ids), 2, "Nobody is asked twice.")

    def test_undo(self):
        self.policy.action_start()
        self._night()
        self._days_pass(20)
        self._night()
        ann = self._case(self.people[0])
        ann.with_user(self.user_marketing).action_undo()
        self.assertEqual(ann.state, "undone")
        lifted = self.env["campaign.suppression"]._find_all("ann@example.com")
        self.assertEqual(lifted.lift_reason, "Sunset undone")
        self._night()
        self.assertEqual(len(self.policy.case_ids), 2, "They are left in peace.")
        with self.assertRaises(UserError):
            ann.action_undo()

    def test_asked_by_hand_and_taken_back(self):
        self.check.action_run()
        findings = self.check.finding_ids
        self.assertEqual(set(findings.mapped("kind")), {"quiet"})
        actions = self.env["campaign.hygiene.action"].with_user(self.user_marketing)
        action = actions._decide(
            self.check, "ask", [("id", "in", findings.ids)], policy_id=self.policy.id
        )
        self.assertEqual(action.done_count, 2)
        self.assertEqual(self._states(), {"ann": "asked", "ben": "asked"})
        action.action_undo()
        self.env.invalidate_all()
        self.assertEqual(self._states(), {"ann": "cancelled", "ben": "cancelled"})
        self._dispatch()
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        self.assertEqual(set(findings.mapped("state")), {"open"})

    def test_bad_input(self):
        with self.assertRaises(ValidationError):
            self.policy.write({"scope": "all", "suppress_scope": "list"})

    def test_rights(self):
        for call in ("action_start", "action_pause", "action_dry_run"):
            with self.assertRaises(AccessError):
                getattr(self.policy.with_user(self.user_marketing), call)()
        manager = self._rights("boss", "campaign_desk.group_campaign_manager")
        self.policy.with_user(manager).action_dry_run()
        self.policy.with_user(manager).action_start()
        self.assertEqual(self.policy.state, "running")

"""Hygiene: what is done about findings, and how it is taken back."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.hygiene import campaign_hygiene_action
from .test_hygiene_checks import HygieneCommon


@tagged("-at_install", "post_install")
class TestHygieneActions(HygieneCommon):
    def _decide(self, kind, findings=None, **values):
        decision = (
            self.env["campaign.hygiene.decision"]
            .with_user(self.user_marketing)
            .create(
                {
                    "check_id": self.check.id,
                    "finding_ids": [Command.set((findings or self.findings).ids)],
                    "kind": kind,
                    "reason": "Because",
                    **values,
                }
            )
        )
        action = self.env["campaign.hygiene.action"].browse(
            decision.action_decide()["res_id"]
        )
        self.env.invalidate_all()
        return action

    @property
    def findings(self):
        return self.check.finding_ids.filtered(lambda one: one.state == "open")

    def _undo(self, action):
        action.with_user(self.user_marketing).action_undo()
        self.env.invalidate_all()

    def _subscriptions(self, contact):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT list_id, opt_out, date_trunc('second', opt_out_datetime),
                   opt_out_reason_id, date_trunc('second', create_date)
              FROM mailing_subscription WHERE contact_id = %s ORDER BY list_id
            """,
            [contact.id],
        )
        return self.env.cr.fetchall()

    def test_remove(self):
        contact = self._contact(
            "task", "info@example.com", self.list_one + self.list_two
        )
        before = self._subscriptions(contact)
        self.check.action_run()
        action = self._decide("remove")
        self.assertEqual(contact.list_ids, self.list_two)
        self.assertEqual(self.check.finding_ids.state, "done")
        self.assertEqual(
            (action.user_id, action.reason, action.state, action.done_count),
            (self.user_marketing, "Because", "done", 1),
        )
        self._undo(action)
        self.assertEqual(self._subscriptions(contact), before)
        self.assertEqual(self.check.finding_ids.state, "open")
        self.assertEqual(
            (action.state, action.undone_by_id), ("undone", self.user_marketing)
        )
        with self.assertRaises(UserError):
            action.action_undo()

    def test_remove_settles_the_contact(self):
        contact = self._contact("task", "info@mailinator.com")
        self.check.action_run()
        self.assertEqual(self._found(), {"task": {"disposable", "role"}})
        action = self._decide("remove", self._finding(contact, "role"))
        self.assertFalse(self._found())
        self._undo(action)
        self.assertEqual(self._found(), {"task": {"disposable", "role"}})
        action = self._decide("remove")
        self.assertEqual(action.done_count, 2)
        self._undo(action)
        self.assertEqual(contact.list_ids, self.list_one)

    def test_remove_keeps_who_has_left(self):
        contact = self._contact("task", "info@example.com")
        self.check.action_run()
        contact.subscription_ids.opt_out = True
        action = self._decide("remove")
        self.assertTrue(contact.subscription_ids.opt_out)
        self.assertEqual(action.skipped_count, 1)
        self.assertEqual(self.check.finding_ids.state, "open")

    def test_undo_when_they_came_back_by_themselves(self):
        contact = self._contact("task", "info@example.com")
        self.check.action_run()
        action = self._decide("remove")
        contact.subscription_ids = [Command.create({"list_id": self.list_one.id})]
        contact.subscription_ids.opt_out = True
        self._undo(action)
        self.assertTrue(contact.subscription_ids.opt_out, "The last word is theirs.")

    def test_suppress(self):
        self._contact("task", "info@example.com")
        self._contact("other", "sales@example.com")
        self.check.action_run()
        self.env["campaign.suppression"].create({"address": "sales@example.com"})
        action = self._decide("suppress")
        suppression = self.env["campaign.suppression"].search(
            [("address", "=", "info@example.com")]
        )
        self.assertEqual(
            (suppression.scope, suppression.reason, suppression.note),
            ("company", "hygiene", "Because"),
        )
        self.assertEqual((action.done_count, action.skipped_count), (1, 1))
        self.check.action_run()
        self.assertEqual(self._found(), {"task": {"blocked"}, "other": {"blocked"}})
        self._undo(action)
        self.assertEqual(suppression.state, "lifted")
        kept = self.env["campaign.suppression"].search(
            [("address", "=", "sales@example.com")]
        )
        self.assertEqual(kept.state, "in_force")

    def test_suppress_on_the_list_only(self):
        self._contact("task", "info@example.com")
        self.check.action_run()
        self._decide("suppress", scope="list")
        suppression = self.env["campaign.suppression"].search([])
        self.assertEqual(
            (suppression.scope, suppression.list_id), ("list", self.list_one)
        )

    def test_undo_keeps_what_others_decided(self):
        self._contact("task", "info@example.com")
        self.check.action_run()
        action = self._decide("suppress")
        suppression = self.env["campaign.suppression"].search([])
        suppression._lift("Asked for it")
        suppression.create({"address": "info@example.com", "reason": "complaint"})
        self._undo(action)
        self.assertEqual(action.change_ids.state, "kept")
        self.assertEqual(suppression.search([]).reason, "complaint")

    def test_correct(self):
        contact = self._contact("typo", "Typo@gmial.com")
        self._contact("task", "info@example.com")
        self.check.action_run()
        action = self._decide("correct")
        self.assertEqual(contact.email, "typo@gmail.com")
        self.assertEqual((action.done_count, action.skipped_count), (1, 1))
        self._undo(action)
        self.assertEqual(contact.email, "Typo@gmial.com")

    def test_correct_leaves_what_has_changed(self):
        contact = self._contact("typo", "typo@gmial.com")
        taken = self._contact("taken", "taken@gmial.com")
        self._contact("there", "taken@gmail.com", self.list_two)
        self.check.action_run()
        contact.email = "typo@example.com"
        action = self._decide("correct")
        self.assertEqual(action.skipped_count, 2)
        self.assertEqual(contact.email, "typo@example.com")
        self.assertEqual(taken.email, "taken@gmial.com")

    def test_undo_leaves_what_has_changed(self):
        contact = self._contact("typo", "typo@gmial.com")
        self.check.action_run()
        action = self._decide("correct")
        contact.email = "typo@example.com"
        self._undo(action)
        self.assertEqual(contact.email, "typo@example.com")
        self.assertEqual(action.change_ids.state, "kept")

    def test_merge(self):
        tag = self.env["res.partner.category"].create({"name": "Friend"})
        kept = self._contact(False, "a@example.com", self.list_two)
        kept.subscription_ids.flush_recordset()
        double = self._contact(
            "Ann", "A@example.com", self.list_one + self.list_two, self.list_two
        )
        double.write({"company_name": "Acme", "tag_ids": [Command.link(tag.id)]})
        before = {
            contact: (self._subscriptions(contact), contact.name, contact.tag_ids)
            for contact in (kept, double)
        }
        self.check.action_run()
        action = self._decide("merge")
        self.assertFalse(double.active)
        self.assertFalse(double.subscription_ids)
        self.assertEqual((kept.name, kept.company_name), ("Ann", "Acme"))
        self.assertEqual(kept.tag_ids, tag)
        states = {one.list_id: one.opt_out for one in kept.subscription_ids}
        self.assertEqual(states, {self.list_one: False, self.list_two: True})
        self._undo(action)
        self.assertTrue(double.active)
        self.assertFalse(kept.company_name)
        for contact, (subscriptions, name, tags) in before.items():
            self.assertEqual(self._subscriptions(contact), subscriptions)
            self.assertEqual((contact.name, contact.tag_ids), (name, tags))

    def test_undone_merge_keeps_who_has_left_since(self):
        kept = self._contact("Ann", "a@example.com", self.list_two)
        double = self._contact("Ann", "a@example.com")
        self.check.action_run()
        action = self._decide("merge")
        kept.subscription_ids.filtered(
            lambda one: one.list_id == self.list_one
        ).opt_out = True
        self._undo(action)
        self.assertTrue(double.active)
        self.assertTrue(
            kept.subscription_ids.filtered(
                lambda one: one.list_id == self.list_one
            ).opt_out
        )

    def test_merge_of_what_is_no_double_any_more(self):
        self._contact("Ann", "a@example.com", self.list_two)
        double = self._contact("Ann", "a@example.com")
        self.check.action_run()
        double.email = "b@example.com"
        action = self._decide("merge")
        self.assertTrue(double.active)
        self.assertEqual(action.change_ids.state, "skipped")

    def test_ignore(self):
        contact = self._contact("task", "info@example.com")
        self.check.action_run()
        action = self._decide("ignore")
        self.check.action_run()
        self.assertEqual(self._finding(contact).state, "ignored")
        self.assertFalse(self.check.open_count)
        self._undo(action)
        self.assertEqual(self._finding(contact).state, "open")

    def test_all_of_a_kind(self):
        for name in ("info", "sales", "support"):
            self._contact(name, f"{name}@example.com")
        typo = self._contact("typo", "typo@gmial.com")
        self.check.action_run()
        action = self._decide(
            "remove", self.findings[:1], is_all=True, finding_kind="role"
        )
        self.assertEqual(action.done_count, 3)
        self.assertEqual(self._found(), {"typo": {"typo"}})
        self.assertEqual(typo.list_ids, self.list_one)

    def test_in_the_background(self):
        for number in range(5):
            self._contact(f"n{number}", f"info@n{number}.example")
        self.check.action_run()
        with patch.multiple(campaign_hygiene_action, AT_ONCE=2, CHUNK=2):
            action = self._decide("remove")
            self.assertEqual((action.state, action.progress), ("doing", 0))
            self._run_job("campaign_desk.ir_cron_hygiene_action")
            self.env.invalidate_all()
            self.assertEqual((action.state, action.done_count), ("done", 5))
            self.assertFalse(self.list_one.contact_ids)
            self._undo(action)
            self._run_job("campaign_desk.ir_cron_hygiene_action")
            self.env.invalidate_all()
        self.assertEqual(action.state, "undone")
        self.assertEqual(len(self.list_one.contact_ids), 5)

    def test_what_makes_no_sense(self):
        self._contact("task", "info@example.com")
        self.check.action_run()
        for kind, values in (
            ("merge", {}),
            ("correct", {}),
            ("ask", {}),
        ):
            with self.subTest(kind), self.assertRaises(UserError):
                self._decide(kind, **values)
        finding = self.findings
        self._decide("ignore")
        with self.assertRaises(UserError):
            finding.action_decide()
        with self.assertRaises(UserError):
            self._decide("remove", finding)

    def test_nobody_else_undoes(self):
        self._contact("task", "info@example.com")
        self.check.action_run()
        action = self._decide("remove")
        author = self._rights("author", "campaign_desk.group_campaign_author")
        with self.assertRaises(AccessError):
            action.with_user(author).action_undo()
        with self.assertRaises(AccessError):
            action.with_user(self.user_marketing).reason = "Another"

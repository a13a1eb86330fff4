"""Hygiene: what checks find, and how they tell it."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models.hygiene import hygiene_run
from .test_tracking_engagement import EngagementCommon


class HygieneCommon(EngagementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.check = cls.env["campaign.hygiene.check"].create(
            {"list_id": cls.list_one.id, "user_id": cls.user_marketing.id}
        )

    def _found(self, check=None):
        """Return the open findings: kinds by the name of the contact."""
        found = {}
        for finding in (check or self.check).finding_ids.sorted("id"):
            if finding.state == "open":
                found.setdefault(finding.contact_id.name, set()).add(finding.kind)
        return found

    def _finding(self, contact, kind=None):
        return self.check.finding_ids.filtered(
            lambda one: one.contact_id == contact and one.kind == (kind or one.kind)
        )

    def _mails(self, address, count=6, oldest=300):
        """Let so many mails arrive, the oldest so many days ago."""
        return [self._delivery(address, oldest - number) for number in range(count)]

    def _be_old(self, contacts, days=400):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mailing_contact SET create_date = %s WHERE id = ANY(%s)",
            [self.now - timedelta(days=days), contacts.ids],
        )
        self.env.invalidate_all()

    def _rights(self, login, group):
        return new_test_user(self.env, login, group)


@tagged("-at_install", "post_install")
class TestHygieneChecks(HygieneCommon):
    def test_addresses(self):
        for name, address in (
            ("sound", "sound@example.com"),
            ("none", False),
            ("broken", "broken@"),
            ("two", "two@example.com@example.net"),
            ("typo", "typo@gmial.com"),
            ("task", "info@example.com"),
            ("gone soon", "x@mailinator.com"),
        ):
            self._contact(name, address)
        self.check.action_run()
        self.assertEqual(
            self._found(),
            {
                "none": {"invalid"},
                "broken": {"invalid"},
                "two": {"invalid"},
                "typo": {"typo"},
                "task": {"role"},
                "gone soon": {"disposable"},
            },
        )
        typo = self.check.finding_ids.filtered(lambda one: one.kind == "typo")
        self.assertEqual(typo.suggestion, "typo@gmail.com")
        self.assertEqual(typo.reason, "Did they mean typo@gmail.com?")

    def test_domains_that_were_looked_up(self):
        self._contact("dead", "a@dead.example")
        self._contact("unknown", "a@unknown.example")
        self.env["campaign.mail.domain"].create(
            {"name": "dead.example", "state": "no_mx"}
        )
        self.check.action_run()
        self.assertEqual(self._found(), {"dead": {"no_mail"}})

    def test_bounces(self):
        for name in ("dead", "alive", "blocked"):
            self._contact(name, f"{name}@example.com")
        for name, kind in (
            ("dead", "hard_bounce"),
            ("alive", "hard_bounce"),
            ("blocked", "block"),
        ):
            self._delivery(
                f"{name}@example.com",
                trace_status="bounce",
                bounce_class=kind,
                bounced_at=self.now - timedelta(days=10),
            )
        self._delivery("alive@example.com", 2)  # and this one was taken
        self.env["campaign.engagement"]._refresh()
        self.check.action_run()
        self.assertEqual(self._found(), {"dead": {"bounced"}})

    def test_who_is_not_mailed_any_more(self):
        for name in ("black", "suppressed", "elsewhere", "here too", "other company"):
            self._contact(name, f"{name.replace(' ', '_')}@example.com")
        self.env["mail.blacklist"]._add("black@example.com")
        suppressions = self.env["campaign.suppression"]
        suppressions.create({"address": "suppressed@example.com"})
        other = self.env["res.company"].create({"name": "Other"})
        suppressions.create(
            {"address": "other_company@example.com", "company_id": other.id}
        )
        for name, mailing_list in (
            ("elsewhere", self.list_two),
            ("here_too", self.list_one),
        ):
            self._contact(
                "again", f"{name}@example.com", mailing_list, opted_out=mailing_list
            )
        self.check.action_run()
        found = self._found()
        self.assertEqual(found.get("black"), {"blocked"})
        self.assertEqual(found.get("suppressed"), {"blocked"})
        self.assertEqual(found.get("elsewhere"), {"left"})
        self.assertEqual(found.get("here too"), {"blocked"})
        self.assertNotIn("other company", found)
        reasons = {
            one.contact_id.name: one.reason
            for one in self.check.finding_ids
            if one.kind == "blocked"
        }
        self.assertEqual(reasons["black"], "on the blacklist")
        self.assertEqual(reasons["here too"], "unsubscribed")

    def test_duplicates(self):
        first = self._contact("first", "a@example.com", self.list_two)
        second = self._contact("second", "A@example.com")
        self.check.action_run()
        self.assertEqual(self._found(), {"second": {"duplicate"}})
        self.assertEqual(self._finding(second).kept_contact_id, first)

    def test_never_engaged(self):
        self._contact("quiet", "quiet@example.com")
        self._contact("machine", "machine@example.com")
        self._contact("reader", "reader@example.com")
        self._contact("few", "few@example.com")
        self._mails("quiet@example.com", oldest=301)
        for delivery in self._mails("machine@example.com"):
            self._did(delivery, "click", verdict="machine")
            self._did(delivery, "open", verdict="unknown")
        self._did(self._mails("reader@example.com")[-1], "click", 100)
        self._mails("few@example.com", count=4)
        self.env["campaign.engagement"]._refresh()
        self.check.action_run()
        self.assertEqual(self._found(), {"quiet": {"quiet"}, "machine": {"quiet"}})
        [finding] = self.check.finding_ids.filtered(
            lambda one: one.contact_id.name == "quiet"
        )
        self.assertEqual(finding.reason, "6 mails in 300 days, and no sign of a person")

    def test_traps(self):
        old = self._contact("Info", "info@example.com")
        young = self._contact("Sales", "sales@example.com")
        self._be_old(old)
        for contact in old + young:
            self._mails(contact.email)
        self.env["campaign.engagement"]._refresh()
        self.check.action_run()
        self.assertEqual(
            self._found(),
            {"Info": {"trap", "role", "quiet"}, "Sales": {"role", "quiet"}},
        )
        self.assertEqual(
            self._finding(old, "trap").reason,
            "no sign of a person ever, on the list for long, address of a task",
        )

    def test_whom_it_looks_at(self):
        on_one = self._contact("one", "info@one.example")
        self._contact("two", "info@two.example", self.list_two)
        self._contact("left", "info@left.example", opted_out=self.list_one)
        checks = self.env["campaign.hygiene.check"]
        self.check.action_run()
        self.assertEqual(set(self._found()), {"one"})
        segment = self.env["campaign.segment"].create(
            {"name": "Two", "domain": "[('email', '=like', '%@two.example')]"}
        )
        by_segment = checks.create({"scope": "segment", "segment_id": segment.id})
        by_segment.action_run()
        self.assertEqual(set(self._found(by_segment)), {"two"})
        everybody = checks.create({"scope": "all"})
        everybody.action_run()
        self.assertLessEqual({"one", "two", "left"}, set(self._found(everybody)))
        on_one.active = False
        self.check.action_run()
        self.assertFalse(self._found())

    def test_second_run(self):
        typo = self._contact("typo", "typo@gmial.com")
        task = self._contact("task", "info@example.com")
        self.check.action_run()
        self.assertEqual((self.check.open_count, self.check.new_count), (2, 0))
        typo.email = "typo@gmail.com"
        self._contact("new", "sales@example.com")
        self.check.action_run()
        self.assertEqual(self._finding(typo).state, "gone")
        self.assertFalse(self._finding(task).is_new)
        self.assertEqual((self.check.open_count, self.check.new_count), (2, 1))
        new = self.env["campaign.hygiene.finding"].search(
            [("is_new", "=", True), ("check_id", "=", self.check.id)]
        )
        self.assertEqual(new.contact_id.name, "new")
        typo.email = "typo@gmial.com"
        self.check.action_run()
        self.assertTrue(self._finding(typo).is_new, "It is back.")

    def test_chunks(self):
        self.startPatcher(patch.multiple(hygiene_run, CHUNK=2))
        for number in range(5):
            self._contact(f"n{number}", f"info@n{number}.example")
        self.check.action_run()
        self.assertEqual(self.check.checked_count, 5)
        self.assertEqual(self.check.open_count, 5)

    def test_schedule_and_digest(self):
        self._contact("typo", "typo@gmial.com")
        self.check.interval = "weekly"
        self.assertGreater(self.check.next_run_at, self.now + timedelta(days=6))
        self._run_job("campaign_desk.ir_cron_hygiene")
        self.assertEqual(self.check.state, "new")
        self.check.next_run_at = self.now
        self._run_job("campaign_desk.ir_cron_hygiene")
        self.assertEqual(self.check.state, "done")
        activity = self.check.activity_ids
        self.assertEqual(activity.user_id, self.user_marketing)
        self.assertEqual(activity.summary, "1 findings, 1 new: One")
        self.assertIn("Mistyped domain: 1 new, 1 in all", activity.note)
        self.assertGreater(self.check.next_run_at, self.now + timedelta(days=6))
        # nothing new, nothing to tell
        activity.unlink()
        self.check.next_run_at = self.now
        self._run_job("campaign_desk.ir_cron_hygiene")
        self.assertFalse(self.check.activity_ids)

    def test_broken_segment(self):
        segment = self.env["campaign.segment"].create({"name": "Broken"})
        check = self.env["campaign.hygiene.check"].create(
            {"scope": "segment", "segment_id": segment.id}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_segment SET domain = '[(''nothing'', ''='', 1)]'"
            " WHERE id = %s",
            [segment.id],
        )
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            check.action_run()

    def test_bad_input(self):
        checks = self.env["campaign.hygiene.check"]
        with self.assertRaises(ValidationError):
            checks.create({"scope": "list"})
        with self.assertRaises(ValidationError):
            checks.create({"scope": "segment"})
        partners = self.env["campaign.segment"].create(
            {
                "name": "Customers",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        with self.assertRaises(ValidationError):
            checks.create({"scope": "segment", "segment_id": partners.id})

    def test_rights(self):
        self._contact("task", "info@example.com")
        author = self._rights("author", "campaign_desk.group_campaign_author")
        with self.assertRaises(AccessError):
            self.check.with_user(author).action_run()
        self.check.with_user(self.user_marketing).action_run()
        seen = self.check.with_user(author)
        self.assertEqual(seen.open_count, 1)
        self.assertEqual(seen.summary[0]["kind"], "role")
        self.assertTrue(seen.action_view_findings("role")["domain"])
        finding = seen.finding_ids
        with self.assertRaises(AccessError):
            finding.state = "ignored"
        with self.assertRaises(AccessError):
            self.env["campaign.hygiene.action"].with_user(author)._decide(
                seen, "remove", [("id", "=", finding.id)]
            )

    def test_other_company(self):
        self._contact("task", "info@example.com")
        self.check.action_run()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "campaign_desk.group_campaign_manager",
            company_id=other.id,
            company_ids=[fields.Command.set(other.ids)],
        )
        for record in (self.check, self.check.finding_ids):
            self.assertFalse(
                record.with_user(stranger).search([("id", "in", record.ids)])
            )

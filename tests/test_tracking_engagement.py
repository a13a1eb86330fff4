"""Tracking: the engagement score, and who is shown by it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools import engagement
from .common import DeskCommon


class EngagementCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engagement = cls.env["campaign.engagement"]
        cls.now = fields.Datetime.now()
        cls.past = cls._mailing(state="done")

    def _delivery(self, address, days=10, **values):
        """Return a mail that arrived so many days ago."""
        return self.env["mailing.trace"].create(
            {
                "mass_mailing_id": self.past.id,
                "model": "mailing.contact",
                "res_id": 1,
                "email": address,
                "trace_status": "sent",
                "sent_datetime": self.now - timedelta(days=days),
                **values,
            }
        )

    def _did(self, delivery, kind, days=1, verdict="human"):
        self.env["campaign.event"]._record(
            [
                {
                    "kind": kind,
                    "trace_id": delivery.id,
                    "verdict": verdict,
                    "at": self.now - timedelta(days=days),
                }
            ]
        )

    def _of(self, address):
        return self.engagement.search([("email", "=", address)])


@tagged("-at_install", "post_install")
class TestEngagement(EngagementCommon):
    def test_as_in_python(self):
        for days in (80, 40, 5):
            delivery = self._delivery("a@example.com", days)
            self._did(delivery, "open", days - 1)
            self._did(delivery, "click", days - 1)
        delivery.reply_datetime = self.now - timedelta(days=3)
        self.engagement._refresh()
        row = self._of("a@example.com")
        ages = [79, 39, 4]
        points = engagement.points(
            [
                *((kind, age) for age in ages for kind in ("open", "click")),
                ("reply", 3),
            ]
        )
        self.assertAlmostEqual(row.points, points, 2)
        self.assertEqual(row.score, engagement.score(points))
        self.assertEqual(
            (row.open_count, row.click_count, row.reply_count, row.mail_count),
            (3, 3, 1, 3),
        )

    def test_only_people_count(self):
        delivery = self._delivery("a@example.com", trace_status="open")
        delivery.open_datetime = self.now
        for verdict in ("machine", "unknown"):
            for kind in ("open", "click", "view"):
                self._did(delivery, kind, verdict=verdict)
        self._did(delivery, "decoy")
        self.engagement._refresh()
        row = self._of("a@example.com")
        self.assertEqual((row.score, row.open_count, row.mail_count), (0, 0, 1))
        self.assertFalse(row.last_human_at)

    def test_each_kind_once_for_a_mail(self):
        delivery = self._delivery("a@example.com")
        for kind in ("open", "open", "view", "click", "click"):
            self._did(delivery, kind)
        self.engagement._refresh()
        row = self._of("a@example.com")
        self.assertEqual((row.open_count, row.click_count), (1, 1))

    def test_mails_since(self):
        first = self._delivery("a@example.com", 60)
        self._delivery("a@example.com", 20)
        self._delivery("a@example.com", 10)
        self._delivery("a@example.com", 5, trace_status="bounce")
        self._did(first, "click", 30)
        self.engagement._refresh()
        row = self._of("a@example.com")
        self.assertEqual((row.mail_count, row.quiet_mail_count), (3, 2))

    def test_test_mails_do_not_count(self):
        self._did(self._delivery("a@example.com", is_test_trace=True), "click")
        self.engagement._refresh()
        self.assertFalse(self._of("a@example.com"))

    def test_rows_follow_the_deliveries(self):
        delivery = self._delivery("a@example.com")
        self._did(delivery, "click")
        self.engagement._refresh()
        before = self._of("a@example.com")
        self.assertEqual(self.engagement._refresh(), 0, "Nothing has changed.")
        self.assertEqual(self._of("a@example.com"), before)
        delivery.unlink()
        self.engagement._refresh()
        self.assertFalse(self._of("a@example.com"))

    def test_contacts_and_customers(self):
        contact = self._contact("A", "a@example.com")
        partner = self.env["res.partner"].create(
            {"name": "A", "email": "A@example.com"}
        )
        self._did(self._delivery("a@example.com"), "click")
        self._run_job("campaign_desk.ir_cron_engagement")
        self.env.invalidate_all()
        self.assertEqual(contact.engagement_score, partner.engagement_score)
        self.assertGreater(contact.engagement_score, 20)
        later = self._contact("Later", "a@example.com")
        self.assertEqual(later.engagement_id, contact.engagement_id)
        later.email = "b@example.com"
        self.assertFalse(later.engagement_id)
        found = self.env["mailing.contact"].search(
            [("engagement_score", ">", 20)], order="engagement_score desc"
        )
        self.assertEqual(found, contact)

    def test_in_words(self):
        contact = self._contact("A", "a@example.com")
        self.assertEqual(
            contact.engagement_text, "No mail has reached this address yet."
        )
        deliveries = [self._delivery("a@example.com", days) for days in (30, 20, 10)]
        self.engagement._refresh()
        self.assertIn("3 mails arrived, and no person", contact.engagement_text)
        for delivery in deliveries:
            self._did(delivery, "click")
        delivery.reply_datetime = self.now
        self.engagement._refresh()
        self.assertEqual(
            contact.engagement_text,
            "3 clicks and an answer in the last 90 days: "
            f"{contact.engagement_score} of 100.",
        )

    def test_long_ago(self):
        contact = self._contact("A", "a@example.com")
        self._did(self._delivery("a@example.com", 201), "click", 200)
        self._delivery("a@example.com", 100)
        self.engagement._refresh()
        self.assertEqual(
            contact.engagement_text,
            "The last sign of a person is 200 days old, and 1 mails came since: "
            f"{contact.engagement_score} of 100.",
        )

    def test_half_life_is_a_setting(self):
        self._did(self._delivery("a@example.com", 21), "reply", 20)
        self._did(self._delivery("b@example.com", 21), "click", 20)
        self.engagement._refresh()
        before = self._of("b@example.com").score
        settings = self.env["res.config.settings"].create(
            {"campaign_engagement_half_life": 10}
        )
        settings.set_values()
        self.engagement._refresh()
        self.assertLess(self._of("b@example.com").score, before)
        with self.assertRaises(ValidationError):
            settings.campaign_engagement_half_life = 0

    def test_segment(self):
        eager, quiet, new = (
            self._contact(name, f"{name}@example.com")
            for name in ("eager", "quiet", "new")
        )
        self._did(self._delivery("eager@example.com"), "click")
        self._delivery("quiet@example.com")
        self.engagement._refresh()
        segments = self.env["campaign.segment"]

        def found(**condition):
            segment = segments.create(
                {
                    "name": "Segment",
                    "domain": str([("id", "in", (eager + quiet + new).ids)]),
                    "condition_ids": [Command.create({"kind": "score", **condition})],
                }
            )
            return self.env["mailing.contact"].search(segment._audience_domain())

        self.assertEqual(found(score=20), eager)
        self.assertEqual(found(score=5, comparison="most"), quiet + new)
        segment = segments.search([], limit=1, order="id desc")
        self.assertEqual(
            segment.condition_ids.summary, "Has an engagement score of at most 5"
        )
        with self.assertRaises(ValidationError):
            segment.condition_ids.score = 101

    def test_viewers_see_no_score(self):
        viewer = new_test_user(
            self.env,
            "viewer",
            "base.group_partner_manager,campaign_desk.group_campaign_viewer",
        )
        partner = self.env["res.partner"].create({"name": "A", "email": "a@b.example"})
        with self.assertRaises(AccessError):
            partner.with_user(viewer).read(["engagement_score"])

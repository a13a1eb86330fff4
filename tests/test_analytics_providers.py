"""Analytics: results per mailbox provider and day."""

from datetime import timedelta

from odoo.tests import new_test_user, tagged

from .test_tracking_engagement import EngagementCommon


@tagged("-at_install", "post_install")
class TestProviderResults(EngagementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = cls.env["campaign.provider.group"]
        cls.google, cls.yahoo = groups.create([{"name": "G"}, {"name": "Y"}])
        cls.report = cls.env["campaign.provider.report"]

    def setUp(self):
        super().setUp()
        self.count = 0

    def _delivery(self, address="a@example.com", days=10, **values):
        self.count += 1
        values = {
            "res_id": self.count,
            "token": f"token{self.count}",
            "provider_group_id": self.google.id,
            **values,
        }
        return super()._delivery(address, days, **values)

    def _add_up(self):
        self._run_job("campaign_desk.ir_cron_provider_day")
        self.env.invalidate_all()

    def _rows(self):
        return self.report.search([("mailing_id", "=", self.past.id)], order="day, id")

    def test_counts(self):
        bounce = {"trace_status": "bounce", "bounced_at": self.now}
        self._delivery()
        self._delivery(attempt_count=3)
        self._delivery(
            trace_status="open",
            open_datetime=self.now,
            links_click_datetime=self.now,
            complained_at=self.now,
        )
        self._delivery(bounce_class="hard_bounce", **bounce)
        self._delivery(bounce_class="block", **bounce)
        self._delivery(trace_status="cancel")
        self._delivery(is_test_trace=True)
        self._add_up()
        row = self._rows()
        self.assertEqual(
            [
                row[name]
                for name in (
                    *("sent", "delivered", "deferred", "bounced", "blocked"),
                    *("complained", "opened", "clicked"),
                )
            ],
            [5, 3, 1, 1, 1, 1, 1, 1],
        )
        self.assertEqual(row.provider_group_id, self.google)
        self.assertEqual(row.day, (self.now - timedelta(days=10)).date())
        self.assertAlmostEqual(row.complaint_rate, 100 / 3, 2)
        self.assertAlmostEqual(row.delivered_rate, 60)

    def test_opens_that_nobody_judged_do_not_count(self):
        self._delivery(token=False, trace_status="open", open_datetime=self.now)
        self._add_up()
        self.assertEqual((self._rows().delivered, self._rows().opened), (1, 0))

    def test_rates_of_groups_are_those_of_all_mails(self):
        for _number in range(9):
            self._delivery(days=1)
        self._delivery(days=2, complained_at=self.now)
        self._add_up()
        [(rate, delivered)] = self.report._read_group(
            [("mailing_id", "=", self.past.id)],
            [],
            ["complaint_rate:avg", "delivered:sum"],
        )
        self.assertEqual((rate, delivered), (10.0, 10))

    def test_days_and_providers(self):
        self._delivery(days=1)
        self._delivery(days=2)
        self._delivery(days=2, provider_group_id=self.yahoo.id)
        self._delivery(days=2, provider_group_id=False)
        self._add_up()
        self.assertEqual(len(self._rows()), 4)

    def test_added_up_anew(self):
        delivery = self._delivery()
        self._add_up()
        self.assertEqual(self._rows().clicked, 0)
        delivery.links_click_datetime = self.now
        self._add_up()
        self.assertEqual(self._rows().clicked, 0, "Nobody heard of it.")
        self._did(delivery, "click")
        self._add_up()
        self.assertEqual(self._rows().clicked, 1)
        self.assertEqual(len(self._rows()), 1)

    def test_viewers_see_figures_of_their_company(self):
        self._delivery()
        self._add_up()
        viewer = new_test_user(
            self.env, "viewer", "campaign_desk.group_campaign_viewer"
        )
        self.assertEqual(self._rows().with_user(viewer).sent, 1)
        self.past.company_id = self.env["res.company"].create({"name": "Other"})
        self.env.flush_all()
        self.assertFalse(self.report.with_user(viewer).search([]))

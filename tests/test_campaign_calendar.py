"""The calendar of campaigns: what stands in it, and what moving an entry does."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_campaign_record import CampaignCommon


@tagged("-at_install", "post_install")
class TestCalendar(CampaignCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now().replace(second=0, microsecond=0)
        cls.tomorrow = cls.now + timedelta(days=1)

    def _entries(self, campaign):
        self.env.flush_all()
        entries = self.env["campaign.calendar.entry"].with_user(self.author)
        return entries.search([("campaign_id", "=", campaign.id)])

    def test_draft_is_moved(self):
        campaign = self._campaign(
            schedule_type="scheduled", start_day=self.tomorrow.date()
        )
        entry = self._entries(campaign)
        self.assertEqual((entry.kind, entry.state), ("mail", "draft"))
        self.assertEqual(entry.start, campaign.schedule_date)
        later = self.tomorrow + timedelta(days=2)
        entry.write({"start": later})
        self.assertEqual(campaign.mail_id.schedule_date, later)
        self.assertEqual(self._entries(campaign).start, later)

    def test_scheduled_is_moved(self):
        campaign = self._campaign(
            schedule_type="scheduled", start_day=self.tomorrow.date(), start_time=23
        )
        campaign.action_send()
        later = self.tomorrow + timedelta(days=3)
        self._entries(campaign).write({"start": later})
        self.assertEqual(campaign.mail_id.state, "in_queue")
        self.assertEqual(campaign.mail_id.schedule_date, later)

    def test_one_of_several_mails_is_moved(self):
        campaign = self._campaign()
        first = campaign.mail_id
        second = first.copy(
            {
                "campaign_id": campaign.id,
                "schedule_type": "scheduled",
                "schedule_date": self.tomorrow,
            }
        )
        entry = self._entries(campaign)
        self.assertEqual(entry.mailing_id, second)
        entry.write({"start": self.tomorrow + timedelta(days=1)})
        self.assertEqual(second.schedule_date, self.tomorrow + timedelta(days=1))
        self.assertFalse(first.schedule_date)

    def test_what_cannot_be_moved(self):
        campaign = self._campaign()
        campaign.action_send()
        self._run_jobs()
        entry = self._entries(campaign)
        self.assertEqual(entry.state, "done")
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            entry.write({"start": self.tomorrow})
        with self.assertRaisesRegex(UserError, "still to come"):
            entry.write({"start": self.now - timedelta(hours=1)})
        with self.assertRaisesRegex(UserError, "Only the time"):
            entry.write({"name": "Other"})

    def test_recurring(self):
        campaign = self._campaign(
            schedule_type="recurring", start_day=self.tomorrow.date()
        )
        campaign.action_send()
        entry = self._entries(campaign)
        self.assertEqual(entry.kind, "occurrence")
        self.assertEqual(entry.start, campaign.next_occurrence_at)
        self.assertIn("again", entry.display_name)
        with self.assertRaisesRegex(UserError, "recurs"):
            entry.write({"start": self.tomorrow + timedelta(days=9)})

    def test_end_of_a_test(self):
        campaign = self._campaign()
        campaign.mail_id.write({"ab_testing_enabled": True, "ab_testing_pc": 50})
        entry = self._entries(campaign)
        self.assertEqual(entry.kind, "ab_deadline")
        later = self.tomorrow + timedelta(days=5)
        entry.write({"start": later})
        self.assertEqual(campaign.ab_testing_schedule_datetime, later)

    def test_rights(self):
        campaign = self._campaign(
            schedule_type="scheduled", start_day=self.tomorrow.date()
        )
        other = new_test_user(self.env, "other", "campaign_desk.group_campaign_author")
        with self.assertRaises(AccessError):
            self._entries(campaign).with_user(other).write({"start": self.tomorrow})
        viewer = new_test_user(
            self.env, "viewer", "campaign_desk.group_campaign_viewer"
        )
        entry = self._entries(campaign).with_user(viewer)
        self.assertTrue(entry.start)
        with self.assertRaises(AccessError):
            entry.write({"start": self.tomorrow})

    def test_opens_the_campaign(self):
        campaign = self._campaign(
            schedule_type="scheduled", start_day=self.tomorrow.date()
        )
        action = self._entries(campaign).action_open()
        self.assertEqual(action["res_model"], "utm.campaign")
        self.assertEqual(action["res_id"], campaign.id)

"""The campaign as people work on it: its mail, its state, its schedule."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import BODY, DeskCommon


class CampaignCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = new_test_user(
            cls.env, "author", "campaign_desk.group_campaign_author", tz="Europe/Berlin"
        )
        cls.manager = new_test_user(
            cls.env, "manager", "campaign_desk.group_campaign_manager"
        )
        cls.contact = cls._contact("Ann", "ann@example.com")

    @classmethod
    def _campaign(cls, user=None, **values):
        """Create a campaign with one mail to the first list."""
        campaigns = cls.env["utm.campaign"].with_user(user or cls.author)
        return campaigns.create(
            {
                "title": "Spring",
                "subject": "Spring is here",
                "body_arch": BODY,
                "body_html": BODY,
                "email_from": f"news@{cls.alias_domain}",
                "contact_list_ids": [(6, 0, cls.list_one.ids)],
                **values,
            }
        )

    def _run_jobs(self):
        self._dispatch()
        self._run_lane()


@tagged("-at_install", "post_install")
class TestCampaignMail(CampaignCommon):
    def test_form_makes_the_mail(self):
        """A campaign is filled in and sent from its one form."""
        with Form(self.env["utm.campaign"].with_user(self.author)) as form:
            form.title = "Spring"
            form.subject = "Spring is here"
            form.preview = "And so are we"
            form.email_from = f"news@{self.alias_domain}"
            form.contact_list_ids.add(self.list_one)
        campaign = form.record
        mail = campaign.mail_id
        self.assertEqual(mail.subject, "Spring is here")
        self.assertEqual(mail.preview, "And so are we")
        self.assertEqual(mail.contact_list_ids, self.list_one)
        self.assertEqual(mail.email_from, f"news@{self.alias_domain}")
        self.assertEqual(mail.user_id, self.author)
        campaign.write({"body_arch": BODY, "body_html": BODY})
        campaign.action_send()
        self.assertEqual(campaign.state, "scheduled")
        self._run_jobs()
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])
        self.assertEqual(campaign.state, "done")

    def test_label_for_tracking_has_no_mail(self):
        campaign = self.env["utm.campaign"].create({"title": "A label"})
        self.assertFalse(campaign.mailing_mail_ids)
        campaign.title = "Another"
        self.assertFalse(campaign.mailing_mail_ids)

    def test_mail_is_edited_on_the_campaign(self):
        campaign = self._campaign()
        mail = campaign.mail_id
        campaign.subject = "Later"
        self.assertEqual(campaign.mail_id, mail)
        self.assertEqual(mail.subject, "Later")
        mail.subject = "Even later"
        self.assertEqual(campaign.subject, "Even later")

    def test_drafts_follow_unless_told_otherwise(self):
        campaign = self._campaign(reply_to="a@example.com", email_cc="cc@example.com")
        mail = campaign.mail_id
        self.assertEqual((mail.reply_to, mail.reply_to_mode), ("a@example.com", "new"))
        other = self.env["mailing.mailing"].create(
            {
                "campaign_id": campaign.id,
                "subject": "Other",
                "reply_to": "own@example.com",
            }
        )
        self.assertEqual(other.contact_list_ids, self.list_one)
        campaign.write(
            {
                "reply_to": "b@example.com",
                "email_cc": False,
                "contact_list_ids": [(4, self.list_two.id)],
            }
        )
        self.assertEqual(mail.reply_to, "b@example.com")
        self.assertFalse(mail.email_cc)
        self.assertEqual(other.reply_to, "own@example.com")
        self.assertEqual(other.contact_list_ids, self.list_one + self.list_two)

    def test_both_forms_say_the_same(self):
        """What is changed on the form of the only mail stands on the campaign."""
        campaign = self.env["utm.campaign"].create({"title": "A label"})
        mail = self._mailing(campaign_id=campaign.id)
        self.assertEqual(campaign.contact_list_ids, self.list_one)
        self.assertEqual(campaign.email_from, mail.email_from)
        mail.write({"reply_to": "x@example.com", "contact_list_ids": [(5,)]})
        self.assertEqual(campaign.reply_to, "x@example.com")
        self.assertFalse(campaign.contact_list_ids)
        second = mail.copy({"campaign_id": campaign.id})
        second.reply_to = "y@example.com"
        self.assertEqual(campaign.reply_to, "x@example.com")

    def test_new_mail_starts_with_what_the_campaign_says(self):
        campaign = self._campaign()
        mailings = self.env["mailing.mailing"].with_context(
            default_campaign_id=campaign.id
        )
        values = mailings.default_get(["email_from", "contact_list_ids", "subject"])
        self.assertEqual(values["email_from"], campaign.email_from)
        self.assertIn(self.list_one.id, values["contact_list_ids"][0][2])

    def test_more_mails_have_forms_of_their_own(self):
        campaign = self._campaign()
        campaign.mail_id.copy()
        self.assertTrue(campaign.has_mail_forms)
        self.assertFalse(campaign.subject)

    def test_duplicate(self):
        campaign = self._campaign()
        copied = campaign.copy()
        self.assertEqual(copied.title, "Spring (copy)")
        self.assertEqual(copied.mail_id.subject, "Spring is here")
        self.assertNotEqual(copied.mail_id, campaign.mail_id)
        self.assertEqual(copied.state, "draft")

    def test_costs_and_goal(self):
        campaign = self._campaign(budget=100, actual_cost=120)
        found = self.env["utm.campaign"].search([("is_over_budget", "=", True)])
        self.assertIn(campaign, found)
        campaign.actual_cost = 80
        found = self.env["utm.campaign"].search([("is_over_budget", "=", True)])
        self.assertNotIn(campaign, found)
        campaign.write({"goal": "opened", "goal_target": 2})
        campaign.action_send()
        self._run_jobs()
        campaign.mail_id.mailing_trace_ids.set_opened()
        campaign.invalidate_recordset()
        self.assertEqual((campaign.goal_reached, campaign.goal_progress), (1, 50))
        self.assertEqual(campaign.delivery_count, 1)

    def test_employee_without_the_role(self):
        employee = new_test_user(self.env, "salesperson")
        campaigns = self.env["utm.campaign"].with_user(employee)
        campaign = campaigns.create({"title": "A label"})
        campaign.title = "Mine"
        with self.assertRaises(AccessError):
            campaign.subject = "Hello"
        with self.assertRaises(AccessError):
            campaigns.create({"title": "X", "email_from": "x@example.com"})


@tagged("-at_install", "post_install")
class TestCampaignState(CampaignCommon):
    def test_without_mail(self):
        campaign = self._campaign(subject=False, body_arch=False, body_html=False)
        with self.assertRaisesRegex(UserError, "no mail to send"):
            campaign.action_send()
        with self.assertRaisesRegex(UserError, "a subject"):
            campaign.body_html = BODY

    def test_pause_resume_cancel(self):
        campaign = self._campaign()
        campaign.action_send()
        self._dispatch()
        self.assertEqual(campaign.state, "sending")
        campaign.action_pause_sending()
        self.assertEqual(campaign.state, "paused")
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        campaign.action_resume_sending()
        self.assertEqual(campaign.state, "sending")
        campaign.action_cancel_campaign()
        self._dispatch()
        self.assertEqual(campaign.state, "cancelled")
        self._run_lane()
        self.assertFalse(self.mailbox.mails)

    def test_error_and_going_on(self):
        campaign = self._campaign()
        campaign.action_send()
        self._dispatch()
        campaign.mail_id._hold_sending("No such server")
        self.assertEqual(campaign.state, "paused")
        campaign.action_retry_sending()
        self.assertEqual(campaign.state, "sending")

    def test_schedule_and_back(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        campaign = self._campaign(
            schedule_type="scheduled",
            start_day=tomorrow,
            start_time=9.5,
            timezone="America/New_York",
        )
        campaign.action_send()
        self.assertEqual(campaign.state, "scheduled")
        self.assertEqual(campaign.mail_id.schedule_date, campaign.schedule_date)
        self.assertEqual(campaign.mail_id.state, "in_queue")
        campaign.action_reset_to_draft()
        self.assertEqual(campaign.state, "draft")
        self.assertEqual(campaign.mail_id.state, "draft")
        campaign.action_send()
        campaign.action_cancel_campaign()
        self.assertEqual(campaign.state, "cancelled")
        campaign.action_reset_to_draft()
        self.assertEqual(campaign.state, "draft")

    def test_time_is_past(self):
        campaign = self._campaign(
            schedule_type="scheduled", start_day=fields.Date.today() - timedelta(days=1)
        )
        with self.assertRaisesRegex(UserError, "past or missing"):
            campaign.action_send()

    def test_time_zone(self):
        campaign = self._campaign(
            schedule_type="scheduled",
            start_day="2027-07-01",
            start_time=9.5,
            timezone="America/New_York",
        )
        self.assertEqual(campaign.schedule_date, datetime(2027, 7, 1, 13, 30))
        campaign.schedule_date = datetime(2027, 1, 5, 3, 15)
        self.assertEqual(fields.Date.to_string(campaign.start_day), "2027-01-04")
        self.assertAlmostEqual(campaign.start_time, 22.25)
        with self.assertRaises(ValidationError):
            campaign.start_time = 24

    def test_status_over_all_mails(self):
        self._contact("Ben", "ben@example.com")
        campaign = self._campaign()
        campaign.mail_id.copy({"subject": "Second", "campaign_id": campaign.id})
        campaign.action_send()
        self._dispatch()
        status = campaign.get_sending_status()
        self.assertEqual(status["planned"], 4)
        self.assertEqual(status["waiting"], 4)
        self._run_lane()
        self._dispatch()
        status = campaign.get_sending_status()
        self.assertEqual((status["sent"], status["phase"]), (4, "done"))
        self.assertEqual(status["state"], "done")
        action = campaign.action_view_deliveries("sent")
        self.assertEqual(action["domain"], [("campaign_id", "=", campaign.id)])

    def test_changed_at_the_same_time(self):
        """The state that could not be written now is written by the dispatcher."""
        campaign = self._campaign()
        with patch.object(type(campaign), "_write_states", lambda *_args: None):
            campaign.mail_id.action_launch()
        self.assertEqual(campaign.state, "draft")
        self._dispatch()
        self.assertEqual(campaign.state, "sending")


@tagged("-at_install", "post_install")
class TestCampaignRecurring(CampaignCommon):
    def _recurring(self, **values):
        return self._campaign(
            schedule_type="recurring",
            start_day="2027-03-27",
            start_time=9,
            timezone="Europe/Berlin",
            recurrence_unit="day",
            **values,
        )

    def test_occurrences_across_daylight_saving(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._recurring()
            campaign.action_send()
            self.assertEqual(campaign.state, "scheduled")
            self.assertEqual(campaign.mail_id.state, "draft")
        times = []
        for day in ("2027-03-27 08:00:30", "2027-03-28 07:00:30"):
            self.assertLess(
                campaign.next_occurrence_at, fields.Datetime.to_datetime(day)
            )
            with freeze_time(day):
                self._run_jobs()
            times.append(str(campaign.mailing_mail_ids.sorted("id")[-1].occurrence_at))
        self.assertEqual(times, ["2027-03-27 08:00:00", "2027-03-28 07:00:00"])
        self.assertEqual(
            self.mailbox.recipients, ["ann@example.com", "ann@example.com"]
        )
        self.assertEqual(len(campaign.mailing_mail_ids), 3)
        self.assertEqual(campaign.subject, "Spring is here")

    def test_missed_times_are_made_up_for_once(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._recurring()
            campaign.action_send()
        with freeze_time("2027-04-05 12:00:00"):
            self._run_jobs()
            self._run_jobs()
        occurrence = campaign.mailing_mail_ids - campaign.mail_id
        self.assertEqual(len(occurrence), 1)
        self.assertEqual(str(occurrence.occurrence_at), "2027-04-05 07:00:00")
        self.assertEqual(str(campaign.next_occurrence_at), "2027-04-06 07:00:00")

    def test_nobody_there_at_its_time(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._recurring()
            campaign.action_send()
        self.contact.unlink()
        with freeze_time("2027-03-27 08:00:30"):
            self._run_jobs()
        self.assertEqual(campaign.mailing_mail_ids, campaign.mail_id)
        self.assertTrue(campaign.is_recurring)
        self.assertIn("nobody", campaign.message_ids[0].body)

    def test_last_day(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._recurring(recurrence_until="2027-03-27")
            campaign.action_send()
        with freeze_time("2027-03-27 09:00:00"):
            self._run_jobs()
            self._dispatch()
        self.assertFalse(campaign.is_recurring)
        self.assertEqual(campaign.state, "done")

    def test_all_times_are_past(self):
        campaign = self._recurring(recurrence_until="2027-03-28")
        with (
            freeze_time("2027-05-01 12:00:00"),
            self.assertRaisesRegex(UserError, "times are past"),
        ):
            campaign.action_send()

    def test_one_that_cannot_go_on_holds_no_other(self):
        with freeze_time("2027-03-26 12:00:00"):
            broken, sound = self._recurring(), self._recurring()
            (broken + sound).mapped(lambda one: one.action_send())
        mailings = type(self.env["mailing.mailing"])
        original = mailings._check_may_be_sent

        def check(records):
            if records.campaign_id == broken:
                raise UserError(self.env._("Not like this"))
            return original(records)

        with (
            freeze_time("2027-03-27 08:01:00"),
            patch.object(mailings, "_check_may_be_sent", check),
        ):
            self._run_jobs()
        self.assertFalse(broken.is_recurring)
        self.assertIn("Not like this", str(broken.activity_ids.note))
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])
        self.assertTrue(sound.is_recurring)

    def test_times_in_words(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._recurring()
            self.assertEqual(len(campaign.upcoming_times.splitlines()), 3)

    def test_only_one_mail_recurs(self):
        campaign = self._recurring()
        campaign.mail_id.copy({"campaign_id": campaign.id})
        with self.assertRaisesRegex(UserError, "has one mail"):
            campaign.action_send()


@tagged("-at_install", "post_install")
class TestCampaignApproval(CampaignCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.campaign_approval = True

    def test_way(self):
        campaign = self._campaign()
        with self.assertRaisesRegex(UserError, "not approved"):
            campaign.action_send()
        with self.assertRaisesRegex(UserError, "not approved"):
            campaign.mail_id.action_launch()
        campaign.action_request_approval()
        self.assertEqual(campaign.state, "approval")
        self.assertIn(self.manager, campaign.activity_ids.user_id)
        with self.assertRaises(AccessError):
            campaign.action_approve()
        campaign.with_user(self.manager).action_approve()
        self.assertEqual(campaign.approved_by_id, self.manager)
        self.assertEqual(campaign.state, "scheduled")
        self.assertFalse(campaign.activity_ids)
        self._run_jobs()
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])

    def test_nobody_approves_their_own(self):
        campaign = self._campaign(self.manager, user_id=self.manager.id)
        new_test_user(self.env, "other", "campaign_desk.group_campaign_manager")
        campaign.action_request_approval()
        self.assertFalse(campaign.may_approve)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            campaign.action_approve()

    def test_who_edits_cannot_approve(self):
        campaign = self._campaign()
        campaign.action_request_approval()
        campaign.with_user(self.manager).subject = "Better"
        with self.assertRaisesRegex(UserError, "Somebody else"):
            campaign.with_user(self.manager).action_approve()

    def test_an_edit_revokes(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        for change in (
            {"subject": "Other"},
            {"reply_to": "other@example.com"},
            {"contact_list_ids": [(4, self.list_two.id)]},
            {"start_time": 11},
            {"email_bcc": "boss@example.com"},
        ):
            with self.subTest(change=change):
                campaign = self._campaign(
                    schedule_type="scheduled", start_day=tomorrow, start_time=12
                )
                campaign.action_request_approval()
                campaign.with_user(self.manager).action_approve()
                self.assertEqual(campaign.state, "scheduled")
                campaign.write(change)
                self.assertFalse(campaign.approval_state)
                self.assertEqual(campaign.state, "draft")
                self.assertEqual(campaign.mail_id.state, "draft")
                with self.assertRaisesRegex(UserError, "not approved"):
                    campaign.action_send()

    def test_an_attachment_revokes(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        campaign = self._campaign(schedule_type="scheduled", start_day=tomorrow)
        campaign.action_request_approval()
        campaign.with_user(self.manager).action_approve()
        campaign.attachment_ids = [
            (0, 0, {"name": "offer.txt", "raw": b"half the price"})
        ]
        self.assertEqual(campaign.state, "draft")

    def test_no_detour(self):
        """Neither without a campaign, nor by another engine, nor by a new mail."""
        mailing = self._mailing(user_id=self.author.id)
        with self.assertRaisesRegex(UserError, "second person"):
            mailing.action_launch()
        with self.assertRaisesRegex(UserError, "second person"):
            mailing.action_send_mail()
        mailing.delivery_engine = "standard"
        with self.assertRaisesRegex(UserError, "second person"):
            mailing.action_launch()
        campaign = self._campaign()
        campaign.action_request_approval()
        campaign.with_user(self.manager).action_approve()
        late = self._mailing(campaign_id=campaign.id, user_id=self.author.id)
        self.assertFalse(campaign.approval_state)
        with self.assertRaisesRegex(UserError, "not approved"):
            late.action_launch()

    def test_occurrences_are_covered(self):
        with freeze_time("2027-03-26 12:00:00"):
            campaign = self._campaign(
                schedule_type="recurring",
                start_day="2027-03-27",
                start_time=9,
                timezone="UTC",
                recurrence_unit="day",
            )
            campaign.action_request_approval()
            campaign.with_user(self.manager).action_approve()
        with freeze_time("2027-03-27 09:01:00"):
            self._run_jobs()
        self.assertEqual(campaign.approval_state, "approved")
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])

    def test_refuse(self):
        campaign = self._campaign()
        campaign.action_request_approval()
        campaign.with_user(self.manager).action_refuse()
        self.assertEqual(campaign.state, "draft")
        self.assertEqual(campaign.activity_ids.user_id, self.author)

    def test_nobody_there(self):
        group = self.env.ref("campaign_desk.group_campaign_manager")
        group.sudo().user_ids.active = False
        campaign = self._campaign()
        with self.assertRaisesRegex(UserError, "Nobody can approve"):
            campaign.action_request_approval()

    def test_without_the_setting(self):
        self.env.company.campaign_approval = False
        campaign = self._campaign()
        campaign.action_send()
        self.assertEqual(campaign.state, "scheduled")

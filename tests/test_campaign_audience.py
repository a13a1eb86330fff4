"""To whom a mailing is sent: lists, segments, and who is left out."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import BODY
from .test_campaign_record import CampaignCommon
from .test_campaign_segment import SegmentCommon


@tagged("-at_install", "post_install")
class TestAudience(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dora = cls._contact("Dora", "dora@example.com", cls.list_two)
        cls.emil = cls._contact("Emil", "emil@example.com", cls.list_two)
        cls.people += cls.dora + cls.emil
        cls.only_dora = cls._segment(domain="[('name', '=', 'Dora')]", name="Dora")

    def _sent_to(self, mailing):
        self._send(mailing)
        self.assertEqual(mailing.state, "done")
        return [address.partition("@")[0] for address in self.mailbox.recipients]

    def _to_segment(self, segment, **values):
        return self._mailing(
            contact_list_ids=[], segment_ids=[Command.link(segment.id)], **values
        )

    def test_lists_and_segments(self):
        mailing = self._mailing(segment_ids=[Command.link(self.only_dora.id)])
        self.assertEqual(mailing.audience_count, 4)
        self.assertEqual(self._sent_to(mailing), ["anna", "ben", "cleo", "dora"])

    def test_only_a_segment(self):
        mailing = self._to_segment(self.only_dora)
        self.assertEqual(mailing.total, 1)
        self.assertEqual(self._sent_to(mailing), ["dora"])

    def test_found_at_sending(self):
        mailing = self._to_segment(self.only_dora)
        mailing.action_launch()
        self.emil.name = "Dora"
        self._dispatch()
        self._run_lane()
        self.assertEqual(len(mailing.mailing_trace_ids), 2)

    def test_exclusions(self):
        only_ben = self._segment(domain="[('name', '=', 'Ben')]")
        self._contact("Ben again", "ben@example.com")
        self._contact("Anna again", "anna@example.com", self.list_two)
        mailing = self._mailing(
            excluded_segment_ids=[Command.link(only_ben.id)],
            excluded_list_ids=[Command.link(self.list_two.id)],
        )
        self.assertEqual(self._sent_to(mailing), ["cleo"])

    def test_exclusion_of_other_records(self):
        """Who is left out is left out by address."""
        partner = self.env["res.partner"].create(
            {"name": "A customer", "email": "Anna <ANNA@example.com>"}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"]
                .create({"name": "Ben", "email": "ben@example.com"})
                .id
            }
        )
        excluded = [
            self._segment(
                mailing_model_id=self.env["ir.model"]._get_id(record._name),
                domain=f"[('id', '=', {record.id})]",
            ).id
            for record in (partner, order)
        ]
        mailing = self._mailing(excluded_segment_ids=[Command.set(excluded)])
        self.assertEqual(self._sent_to(mailing), ["cleo"])

    def test_exclusion_by_engagement(self):
        self._past(self.anna, status="open")
        openers = self._segment({"kind": "opened"})
        mailing = self._mailing(excluded_segment_ids=[Command.link(openers.id)])
        self.assertEqual(self._sent_to(mailing), ["ben", "cleo"])

    def test_exclusion_of_archived(self):
        only_ben = self._segment(domain="[('name', '=', 'Ben')]")
        mailing = self._mailing(excluded_segment_ids=[Command.link(only_ben.id)])
        only_ben.active = False
        mailing.invalidate_recordset()
        self.assertEqual(self._sent_to(mailing), ["anna", "cleo"])

    def test_filter_and_segment(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Anna", "email": "anna@example.com", "ref": "x"},
                {"name": "Ben", "email": "ben@example.com", "ref": "x"},
                {"name": "Cleo", "email": "cleo@example.com"},
            ]
        )
        self._past(self.anna, self.cleo, status="open")
        model = self.env["ir.model"]._get_id("res.partner")
        openers = self._segment({"kind": "opened"}, mailing_model_id=model)
        mailing = self._mailing(
            mailing_model_id=model,
            mailing_domain=f"[('ref', '=', 'x'), ('id', 'in', {partners.ids})]",
            segment_ids=[Command.link(openers.id)],
        )
        self.assertEqual(self._sent_to(mailing), ["anna"])

    def test_who_left_every_list(self):
        """They are not mailed through a segment; who is still on one is."""
        self._contact("Gone", "gone@example.com", opted_out=self.list_one)
        self._contact(
            "Half", "half@example.com", self.list_one + self.list_two, self.list_one
        )
        self.env["mailing.contact"].create(
            {"name": "Free", "email": "free@example.com"}
        )
        segment = self._segment(domain="[('name', 'in', ['Gone', 'Half', 'Free'])]")
        for engine in ("desk", "standard"):
            mailing = self._to_segment(segment, delivery_engine=engine)
            with self.subTest(engine=engine), self.mock_mail_gateway():
                mailing._action_send_mail()
                waiting = mailing.mailing_trace_ids.filtered(
                    lambda trace: trace.failure_type != "mail_optout"
                )
                self.assertEqual(
                    sorted(waiting.mapped("email")),
                    ["free@example.com", "half@example.com"],
                )

    def test_who_leaves_while_it_waits(self):
        mailing = self._to_segment(self.only_dora)
        mailing.action_launch()
        self._dispatch()
        self.dora.subscription_ids.opt_out = True
        self._run_lane()
        self.assertEqual(mailing.mailing_trace_ids.failure_type, "mail_optout")

    def test_standard_engine(self):
        only_ben = self._segment(domain="[('name', '=', 'Ben')]")
        mailing = self._mailing(
            delivery_engine="standard",
            segment_ids=[Command.link(self.only_dora.id)],
            excluded_segment_ids=[Command.link(only_ben.id)],
        )
        found = self.env["mailing.contact"].browse(mailing._get_remaining_recipients())
        self.assertEqual(sorted(found.mapped("name")), ["Anna", "Cleo", "Dora"])

    def test_ab_test(self):
        """Versions share the people of a segment without overlap."""
        contacts = [
            self._contact(f"Many {number}", f"many{number}@example.com", self.list_two)
            for number in range(20)
        ]
        segment = self._segment(domain="[('name', 'like', 'Many')]")
        mailing = self._to_segment(segment, ab_testing_enabled=True, ab_testing_pc=50)
        other = mailing.copy({"ab_testing_pc": 50})
        self.assertEqual(other.segment_ids, segment)
        for version in (mailing, other):
            version.action_launch()
        self._dispatch()
        mailed = [
            trace.res_id
            for version in (mailing, other)
            for trace in version.mailing_trace_ids
        ]
        self.assertCountEqual(mailed, [contact.id for contact in contacts])

    def test_broken_segment_stops_the_mailing(self):
        """It must not stand for nobody, or for everybody."""
        mailing = self._mailing(excluded_segment_ids=[Command.link(self.only_dora.id)])
        mailing.action_launch()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_segment SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", self.only_dora.id],
        )
        self.only_dora.invalidate_recordset()
        self._dispatch()
        self.assertIn("filter of the segment", mailing.sending_error)
        self.assertFalse(mailing.mailing_trace_ids)

    def test_segments_of_other_records(self):
        partners = self._segment(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner")
        )
        with self.assertRaises(ValidationError):
            self._mailing(segment_ids=[Command.link(partners.id)])
        mailing = self._mailing(segment_ids=[Command.link(self.only_dora.id)])
        mailing.mailing_model_id = partners.mailing_model_id
        self.assertFalse(mailing.segment_ids)

    def test_form(self):
        """The form counts before anything is saved."""
        action = self.only_dora.action_create_mailing()
        self.env["mailing.list"].search([]).action_archive()
        self.list_one.active = True  # the only one, which Odoo would propose
        mailings = self.env["mailing.mailing"].with_context(**action["context"])
        with Form(mailings) as form:
            form.subject = "News"
            self.assertEqual(form.audience["mailed"], 1)
            form.excluded_segment_ids.add(self.only_dora)
            self.assertEqual(form.audience["mailed"], 0)
            form.excluded_segment_ids.remove(self.only_dora.id)
        mailing = form.save()
        self.assertFalse(mailing.contact_list_ids)
        self.assertEqual(mailing.segment_ids, self.only_dora)
        self.assertEqual(self.only_dora.mailing_count, 1)
        found = mailing.action_view_audience()
        self.assertEqual(found["domain"], [("id", "in", self.dora.ids)])


@tagged("-at_install", "post_install")
class TestCampaignAudience(CampaignCommon):
    """The recipients of a campaign, which are those of its mails."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben = cls._contact("Ben", "ben@example.com", cls.list_two)
        cls.segment = cls.env["campaign.segment"].create(
            {"name": "Ben", "domain": "[('name', '=', 'Ben')]"}
        )

    def test_only_a_segment(self):
        with Form(self.env["utm.campaign"].with_user(self.author)) as form:
            form.title = form.subject = "Spring"
            form.email_from = f"news@{self.alias_domain}"
            self.assertFalse(form.audience)
            form.segment_ids.add(self.segment)
            self.assertEqual(form.audience["sample"], [["Ben", "ben@example.com"]])
        campaign = form.record
        campaign.body_html = BODY
        self.assertEqual(campaign.audience_count, 1)
        self.assertEqual(campaign.mail_id.segment_ids, self.segment)
        campaign.action_send()
        self._run_jobs()
        self.assertEqual(
            campaign.mail_id.mailing_trace_ids.mapped("email"), ["ben@example.com"]
        )

    def test_mails_follow(self):
        campaign = self._campaign(excluded_list_ids=[Command.link(self.list_two.id)])
        mail = campaign.mail_id
        self.assertEqual(mail.excluded_list_ids, self.list_two)
        campaign.excluded_segment_ids = self.segment
        self.assertEqual(mail.excluded_segment_ids, self.segment)
        mail.excluded_segment_ids = False
        campaign.write(
            {
                "excluded_list_ids": [Command.clear()],
                "segment_ids": [Command.link(self.segment.id)],
            }
        )
        self.assertFalse(mail.excluded_list_ids)
        self.assertFalse(mail.excluded_segment_ids, "It says something else.")
        self.assertEqual(mail.segment_ids, self.segment)

    def test_other_records(self):
        campaign = self._campaign(segment_ids=[Command.link(self.segment.id)])
        partners = self.env["ir.model"]._get_id("res.partner")
        campaign.mailing_model_id = partners
        self.assertFalse(campaign.segment_ids)
        self.assertFalse(campaign.mail_id.segment_ids)

    def test_duplicate(self):
        campaign = self._campaign(segment_ids=[Command.link(self.segment.id)])
        copied = campaign.copy()
        self.assertEqual(copied.segment_ids, self.segment)
        self.assertEqual(copied.mail_id.segment_ids, self.segment)

    def test_a_draft_keeps_its_segment(self):
        self.env["utm.campaign"].create(
            {"title": "Spring", "segment_ids": [Command.link(self.segment.id)]}
        )
        with self.assertRaisesRegex(UserError, "Spring"):
            self.segment.unlink()

    def test_who_sees_what(self):
        campaign = self._campaign(segment_ids=[Command.link(self.segment.id)])
        self.env.flush_all()
        self.env.invalidate_all()
        viewer = new_test_user(
            self.env, "viewer", "campaign_desk.group_campaign_viewer"
        )
        employee = new_test_user(self.env, "salesperson", "base.group_user")
        seen = campaign.with_user(viewer)
        self.assertEqual(seen.audience_count, 2)
        self.assertEqual(seen.segment_ids.name, "Ben")
        with self.assertRaises(AccessError):
            seen.read(["audience"])
        with self.assertRaises(AccessError):
            seen.action_view_audience()
        for user, shown in ((viewer, True), (employee, False)):
            arch = campaign.with_user(user).get_view(view_type="form")["arch"]
            self.assertNotIn('name="audience"', arch)
            self.assertEqual('name="segment_ids"' in arch, shown)
            self.assertEqual('name="contact_list_ids"' in arch, shown)
        with self.assertRaises(AccessError):
            campaign.with_user(employee).read(["audience_count"])

    def test_approval_is_about_the_segment(self):
        """What a segment means is a part of what was approved."""
        self.env.company.campaign_approval = True
        self.segment.condition_ids = [Command.create({"kind": "never_mailed"})]

        def approved():
            campaign = self._campaign(
                segment_ids=[Command.link(self.segment.id)],
                schedule_type="scheduled",
                start_day=fields.Date.today() + timedelta(days=3),
            )
            campaign.action_request_approval()
            campaign.with_user(self.manager).action_approve()
            self.assertEqual(campaign.state, "scheduled")
            return campaign

        for change in (
            lambda: self.segment.write({"domain": "[]"}),
            lambda: self.segment.condition_ids.write({"kind": "opened"}),
            lambda: self.segment.condition_ids.create(
                {"segment_id": self.segment.id, "kind": "clicked"}
            ),
            lambda: self.segment.condition_ids[0].unlink(),
        ):
            campaign = approved()
            self.segment.note = "Another word changes nothing."
            self.assertEqual(campaign.approval_state, "approved")
            change()
            self.assertFalse(campaign.approval_state)
            self.assertEqual(campaign.mail_id.state, "draft")

"""The screens, in a browser."""

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..models.tracking.evidence import Evidence, with_evidence
from ..tools.delivery import FAILURE_UNKNOWN
from .common import WAY_OUT, DeskCommon
from .test_tracking_routes import FIREFOX


class ScreenCommon(DeskCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        without_missing_file(cls.env)

    def _tour(self, name, mailing):
        action = "mass_mailing.mailing_mailing_action_mail"
        self.start_tour(
            f"/odoo/action-{action}/{mailing.id}", name, login="user_marketing"
        )


def without_missing_file(env):
    """Leave out the file that Debian's package of Odoo lacks; its bundle would fail."""
    env["ir.asset"].create(
        {
            "name": "campaign_desk tests",
            "bundle": "web.assets_backend",
            "directive": "remove",
            "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
        }
    )


@tagged("-at_install", "post_install")
class TestScreens(ScreenCommon):
    def test_send(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing(user_id=self.user_marketing.id)
        self._tour("campaign_desk_send", mailing)
        self.assertEqual(mailing.state, "in_queue")
        self._dispatch()
        self._run_lane()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(self.mailbox.recipients, ["c@example.com"])

    def test_result(self):
        lost = self._contact("Lost", "lost@example.com")
        bad = self._contact("Bad", "bad@example.com")
        mailing = self._mailing(
            user_id=self.user_marketing.id,
            body_html="<p t-out=\"1 / (0 if object.name == 'Bad' else 1)\"/>" + WAY_OUT,
        )
        self._send(mailing)
        traces = {trace.res_id: trace for trace in mailing.mailing_trace_ids}
        traces[lost.id].write(
            {"trace_status": "error", "failure_type": FAILURE_UNKNOWN}
        )
        self._tour("campaign_desk_result", mailing)
        self.assertEqual(traces[bad.id].trace_status, "outgoing")
        self.assertEqual(traces[lost.id].trace_status, "sent")
        self.assertEqual(mailing.state, "sending")

    def test_stopped(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing(user_id=self.user_marketing.id)
        mailing.action_launch()
        self._dispatch()
        mailing._hold_sending("No such server")
        self._tour("campaign_desk_stopped", mailing)
        self.assertFalse(mailing.sending_error)
        self._dispatch()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(mailing.mailing_trace_ids.trace_status, "cancel")

    def test_live(self):
        """What somebody else does is noticed by who looks on."""
        self._contact("C", "c@example.com")
        mailing = self._mailing(user_id=self.user_marketing.id)
        mailing.action_launch()
        self._dispatch()
        self._tour("campaign_desk_live", mailing)
        self.assertTrue(mailing.cancel_reason)

    def test_visits(self):
        ann = self._contact("Ann", "ann@example.com")
        self._contact("Ben", "ben@example.com")
        mailing = self._mailing(user_id=self.user_marketing.id)
        self._send(mailing)
        link = self.env["link.tracker"].search([("mass_mailing_id", "=", mailing.id)])
        for trace in mailing.mailing_trace_ids:
            is_ann = trace.res_id == ann.id
            self.env["campaign.hit"].create(
                {
                    "at": fields.Datetime.now(),
                    "kind": "click",
                    "token": trace.token,
                    "link_id": link.id,
                    "method": "GET",
                    "address": "203.0.113.7",
                    "user_agent": FIREFOX if is_ann else "curl/8.5.0",
                    "headers": {"accept-language": "de"},
                }
            )
        self._judge_visits()
        self._tour("campaign_desk_visits", mailing)
        action = "mass_mailing.action_view_mass_mailing_contacts"
        self.start_tour(
            f"/odoo/action-{action}/{ann.id}",
            "campaign_desk_contact_visits",
            login="user_marketing",
        )

    def test_consent(self):
        ann = self._contact("Ann", "ann@example.com")
        own_act = Evidence("form", text="Send me no more mails.")
        with_evidence(ann.subscription_ids, own_act).opt_out = True
        action = "mass_mailing.action_view_mass_mailing_contacts"
        self.start_tour(
            f"/odoo/action-{action}/{ann.id}",
            "campaign_desk_consent",
            login="user_marketing",
        )
        self.assertFalse(ann.subscription_ids.opt_out)

    def test_lists(self):
        self._contact("C", "c@example.com")
        paused, stopped = self._mailing(), self._mailing()
        (paused + stopped).write({"user_id": self.user_marketing.id})
        paused.campaign_id = self.env["utm.campaign"].create({"name": "Spring"})
        for mailing in (paused, stopped):
            mailing.action_launch()
        self._dispatch()
        paused.action_pause_sending()
        stopped._hold_sending("No such server")
        self.start_tour(
            "/odoo/action-mass_mailing.mailing_mailing_action_mail",
            "campaign_desk_lists",
            login="user_marketing",
        )

    def test_template(self):
        """From a template to a campaign, and back into the library."""
        self.start_tour(
            "/odoo/action-mass_mailing.action_view_utm_campaigns/new",
            "campaign_desk_template",
            login="user_marketing",
        )
        newsletter = self.env.ref("campaign_desk.template_newsletter")
        campaign = self.env["utm.campaign"].search([("title", "=", "Autumn")])
        self.assertEqual(campaign.template_id, newsletter)
        self.assertIn("Dates to note", campaign.mail_id.body_html)
        template = self.env["campaign.template"].search(
            [("name", "=", "Our newsletter")]
        )
        self.assertEqual(template.category, "newsletter")
        self.assertEqual(template.user_id, self.user_marketing)
        self.assertEqual(newsletter.version_count, 1)

    def test_template_on_a_mailing(self):
        self.start_tour(
            "/odoo/action-mass_mailing.mailing_mailing_action_mail/new",
            "campaign_desk_template_mailing",
            login="user_marketing",
        )
        mailing = self.env["mailing.mailing"].search(
            [("subject", "=", "My own subject")]
        )
        self.assertEqual(
            mailing.template_id, self.env.ref("campaign_desk.template_re_permission")
        )
        self.assertIn("May we keep writing to you?", mailing.body_html)

    def test_template_in_a_campaign(self):
        self.start_tour(
            "/odoo/mail-templates",
            "campaign_desk_template_use",
            login="user_marketing",
        )
        campaign = self.env["utm.campaign"].search([("title", "=", "Summer party")])
        self.assertEqual(len(campaign.mailing_mail_ids), 1)

    def test_import(self):
        """A file whose columns are named in the form, and what became of its lines."""
        fair = self.env["mailing.list"].create({"name": "Fair visitors"})
        self.start_tour(
            "/odoo/action-campaign_desk.campaign_contact_import_action",
            "campaign_desk_import",
            login="user_marketing",
        )
        record = self.env["campaign.contact.import"].search([])
        self.assertEqual(record.create_uid, self.user_marketing)
        self.assertEqual((record.created_count, record.rejected_count), (2, 2))
        self.assertEqual(record.line_ids.mapped("number"), [3, 4, 5])
        self.assertEqual(
            {one.email: (one.name, one.country_id.code) for one in fair.contact_ids},
            {
                "dora@import.example": ("Dora Import", "DE"),
                "fritz@import.example": ("Fritz Import", False),
            },
        )

    def test_segment(self):
        """From an empty screen to a mailing to a new segment."""
        self.env["mailing.contact"].search([]).unlink()
        competitors = self.env["mailing.list"].create({"name": "Competitors"})
        anna, ben, cleo = (
            self._contact(name, f"{name.lower()}@example.com")
            for name in ("Anna", "Ben", "Cleo")
        )
        ben.list_ids += competitors
        past = self._mailing(state="done")
        self.env["mailing.trace"].create(
            [
                {
                    "mass_mailing_id": past.id,
                    "model": contact._name,
                    "res_id": contact.id,
                    "email": contact.email,
                    "trace_status": status,
                    "sent_datetime": fields.Datetime.now(),
                }
                for contact, status in ((anna, "open"), (ben, "sent"), (cleo, "sent"))
            ]
        )
        self.start_tour(
            "/odoo/action-campaign_desk.campaign_segment_action",
            "campaign_desk_segment",
            login="user_marketing",
        )
        segment = self.env["campaign.segment"].search([])
        self.assertEqual(segment.audience_count, 2)
        mailing = segment.mailing_ids
        self.assertEqual(mailing.subject, "We miss you")
        self.assertEqual(mailing.excluded_list_ids, competitors)
        self.assertEqual(mailing.audience_count, 1)

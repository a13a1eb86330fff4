"""A campaign from its first click to delivered mail, in a browser, by each role."""

from odoo.tests import HttpCase, new_test_user, tagged

from .test_campaign_record import CampaignCommon
from .test_ui import without_missing_file


@tagged("-at_install", "post_install")
class TestCampaignScreens(CampaignCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        without_missing_file(cls.env)
        cls.author.email = f"author@{cls.alias_domain}"

    def _form(self, campaign):
        return f"/odoo/action-mass_mailing.action_view_utm_campaigns/{campaign.id}"

    def _new_campaign(self, login):
        self.start_tour("/odoo", "campaign_desk_new_campaign", login=login)
        campaign = self.env["utm.campaign"].search([("title", "=", "Spring by tour")])
        self.assertEqual(campaign.user_id.login, login)
        self._run_jobs()
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])
        self.assertEqual(campaign.state, "done")
        message = self.mailbox.message_to("ann@example.com")
        self.assertEqual(message["Subject"], "Spring is here")

    def test_author(self):
        self._new_campaign("author")

    def test_user(self):
        self._new_campaign("user_marketing")

    def test_manager(self):
        self.env.company.campaign_approval = True
        campaign = self._campaign()
        campaign.action_request_approval()
        self.start_tour(self._form(campaign), "campaign_desk_approve", login="manager")
        self._run_jobs()
        self.assertEqual(self.mailbox.recipients, ["ann@example.com"])
        self.assertEqual(campaign.approved_by_id, self.manager)

    def test_viewer(self):
        campaign = self._campaign(title="Seen by viewers")
        campaign.action_send()
        self._run_jobs()
        new_test_user(self.env, "viewer", "campaign_desk.group_campaign_viewer")
        self.start_tour("/odoo", "campaign_desk_view", login="viewer")

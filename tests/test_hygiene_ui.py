"""Hygiene and results per provider, in a browser."""

from odoo import fields
from odoo.tests import tagged

from .test_ui import ScreenCommon


@tagged("-at_install", "post_install")
class TestHygieneScreens(ScreenCommon):
    def test_from_report_to_undo(self):
        self.env["campaign.hygiene.check"].search([]).unlink()
        readers = self.env["mailing.list"].create({"name": "Readers"})
        contact = self._contact("Ann", "ann@gmial.com", readers)
        self.start_tour(
            "/odoo/list-hygiene", "campaign_desk_hygiene", login="user_marketing"
        )
        action = self.env["campaign.hygiene.action"].search([])
        self.assertEqual((action.kind, action.state), ("correct", "undone"))
        self.assertEqual(action.reason, "A slip")
        self.assertEqual(contact.email, "ann@gmial.com")

    def test_results_per_provider(self):
        mailing = self._mailing(state="done")
        self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "mailing.contact",
                "res_id": 1,
                "email": "a@example.com",
                "trace_status": "sent",
                "sent_datetime": fields.Datetime.now(),
                "complained_at": fields.Datetime.now(),
                "provider_group_id": self.env["campaign.provider.group"]
                .create({"name": "Tour Mail"})
                .id,
            }
        )
        self.env["campaign.provider.day"]._add_up(mailing.ids)
        self.start_tour(
            "/odoo/provider-results",
            "campaign_desk_provider_results",
            login="user_marketing",
        )

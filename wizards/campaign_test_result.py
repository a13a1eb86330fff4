"""Checking: what became of one test mail."""

from odoo import fields, models


class CampaignTestResult(models.TransientModel):
    _name = "campaign.test.result"
    _description = "Result of a Test Mail"
    _order = "id"

    test_id = fields.Many2one("mailing.mailing.test", required=True, ondelete="cascade")
    address = fields.Char(readonly=True)
    mailing_id = fields.Many2one("mailing.mailing", "Mail", readonly=True)
    language = fields.Char(readonly=True)
    is_accepted = fields.Boolean("Accepted", readonly=True)
    words = fields.Char("What the Server Said", readonly=True)

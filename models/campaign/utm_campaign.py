"""Campaign: what the mailings of a campaign take over from it."""

from odoo import fields, models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "campaign.copy.mixin"]

    mailing_mail_ids = fields.One2many(groups="campaign_desk.group_campaign_viewer")
    mailing_mail_count = fields.Integer(groups="campaign_desk.group_campaign_viewer")
    copy_mode = fields.Selection(default="once")

"""Campaign: what the mailings of a campaign take over from it."""

from odoo import fields, models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "campaign.copy.mixin"]

    copy_mode = fields.Selection(default="once")

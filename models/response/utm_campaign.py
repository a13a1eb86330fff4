"""Response: the replies to a campaign."""

from odoo import models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "campaign.response.links.mixin"]
    _response_field = "campaign_id"

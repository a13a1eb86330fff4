"""Campaign: the choice of the engine for new mailings."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_delivery_engine = fields.Selection(
        selection=[("desk", "Campaign Desk"), ("standard", "Odoo standard")],
        string="Engine for New Mailings",
        default="desk",
        config_parameter="campaign_desk.delivery_engine",
    )
    campaign_approval = fields.Boolean(
        related="company_id.campaign_approval", readonly=False
    )

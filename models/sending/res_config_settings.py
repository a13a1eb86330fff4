"""Sending: what is asked of all campaigns: look-ups, send window, frequency cap."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_resolve_mx = fields.Boolean("Look Up Mailbox Providers")
    campaign_send_window_id = fields.Many2one(
        related="company_id.campaign_send_window_id", readonly=False
    )
    campaign_cap_mails = fields.Integer(
        related="company_id.campaign_cap_mails", readonly=False
    )
    campaign_cap_days = fields.Integer(
        related="company_id.campaign_cap_days", readonly=False
    )

    # Odoo deletes the parameter of a setting that is off; here off is not the default.

    @api.model
    def get_values(self):
        looks_up = self.env["campaign.mail.domain"]._looks_up()
        return {**super().get_values(), "campaign_resolve_mx": looks_up}

    def set_values(self):
        result = super().set_values()
        self.env["ir.config_parameter"].set_param(
            "campaign_desk.resolve_mx", str(self.campaign_resolve_mx)
        )
        self.env["campaign.mail.domain"]._wake_resolver()
        return result

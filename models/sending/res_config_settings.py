"""Sending: the choice whether mailbox providers are looked up."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_resolve_mx = fields.Boolean("Look Up Mailbox Providers")

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

"""Checking: what may be asked on the internet, for administrators."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_ask_pages = fields.Boolean("Look Whether Linked Pages Answer")

    @api.model
    def get_values(self):
        mailings = self.env["mailing.mailing"]
        return {**super().get_values(), "campaign_ask_pages": mailings._may_ask_pages()}

    def set_values(self):
        result = super().set_values()
        # Odoo deletes the parameter of a setting that is off; here off is not the
        # default.
        self.env["ir.config_parameter"].set_param(
            "campaign_desk.ask_pages", str(self.campaign_ask_pages)
        )
        return result

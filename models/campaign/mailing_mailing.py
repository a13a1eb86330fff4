"""Campaign: one mail of a campaign, and which engine sends it."""

from odoo import api, fields, models


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    delivery_engine = fields.Selection(
        selection=[("desk", "Campaign Desk"), ("standard", "Odoo standard")],
        default=lambda self: self._default_delivery_engine(),
        required=True,
        help="Campaign Desk plans every recipient first and sends each exactly once, "
        "with retries. Odoo standard uses Odoo's own mail queue.",
    )

    @api.model
    def _default_delivery_engine(self):
        parameters = self.env["ir.config_parameter"].sudo()  # a setting, not a secret
        return parameters.get_param("campaign_desk.delivery_engine") or "desk"

    def _is_desk(self):
        """Return whether the Campaign Desk engine sends this mailing."""
        self.ensure_one()
        return self.delivery_engine == "desk" and self.mailing_type == "mail"

    def _desk_mailings(self):
        """Return those that the Campaign Desk engine sends."""
        return self.filtered(lambda mailing: mailing._is_desk())

"""Sending: lanes, limits, windows, for administrators."""

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
    campaign_lanes = fields.Integer(
        "Sending Lanes",
        help="How many jobs send side by side.",
    )
    campaign_breaker_minutes = fields.Integer(
        related="company_id.campaign_breaker_minutes", readonly=False
    )
    campaign_breaker_mails = fields.Integer(
        related="company_id.campaign_breaker_mails", readonly=False
    )
    campaign_error_limit = fields.Float(
        related="company_id.campaign_error_limit", readonly=False
    )
    campaign_bounce_limit = fields.Float(
        related="company_id.campaign_bounce_limit", readonly=False
    )
    campaign_complaint_limit = fields.Float(
        related="company_id.campaign_complaint_limit", readonly=False
    )

    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "campaign_lanes": len(self.env["ir.cron"]._campaign_lanes()),
            "campaign_resolve_mx": self.env["campaign.mail.domain"]._looks_up(),
        }

    def set_values(self):
        result = super().set_values()
        jobs = self.env["ir.cron"]
        if self.campaign_lanes != len(jobs._campaign_lanes()):
            jobs._set_campaign_lanes(self.campaign_lanes)
        # Odoo deletes the parameter of a setting that is off; here off is not the
        # default.
        self.env["ir.config_parameter"].set_param(
            "campaign_desk.resolve_mx", str(self.campaign_resolve_mx)
        )
        self.env["campaign.mail.domain"]._wake_resolver()
        return result

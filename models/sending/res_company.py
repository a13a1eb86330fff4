"""Sending: a company's limits."""

from odoo import api, fields, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    campaign_send_window_id = fields.Many2one(
        "campaign.send.window",
        "Send Window of New Mailings",
        help="When new mailings may reach people. Blank: at any time.",
    )
    campaign_cap_mails = fields.Integer(
        "Mails per Person",
        help="How many campaign mails a person gets in the days of the frequency cap. "
        "0: as many as there are.",
    )
    campaign_cap_days = fields.Integer(
        "Days of the Frequency Cap", default=7, required=True
    )
    campaign_breaker_minutes = fields.Integer(
        "Circuit Breaker: Minutes Looked At", default=60
    )
    campaign_breaker_mails = fields.Integer(
        "Circuit Breaker: From How Many Mails",
        default=100,
        help="With fewer mails in this time nothing is concluded.",
    )
    campaign_error_limit = fields.Float("Failed Mails at Most (%)", default=25.0)
    campaign_bounce_limit = fields.Float("Hard Bounces at Most (%)", default=10.0)
    campaign_complaint_limit = fields.Float(
        "Spam Complaints at Most (%)",
        default=0.3,
        digits=(5, 2),
        help="Gmail and Yahoo ask bulk senders to stay under 0.3 %.",
    )

    _check_campaign_cap_mails = models.Constraint(
        "CHECK (campaign_cap_mails >= 0)",
        "The frequency cap cannot be negative. 0 means that there is none.",
    )
    _check_campaign_cap_days = models.Constraint(
        "CHECK (campaign_cap_days BETWEEN 1 AND 366)",
        "The frequency cap counts the mails of 1 to 366 days.",
    )
    _campaign_breaker_minutes_positive = models.Constraint(
        "CHECK(campaign_breaker_minutes BETWEEN 1 AND 10080)",
        "The circuit breaker looks at between one minute and a week.",
    )

    def write(self, vals):
        """Look again at what waits for a cap that changes."""
        is_changed = any(
            company[name] != vals[name]
            for name in vals.keys() & {"campaign_cap_mails", "campaign_cap_days"}
            for company in self
        )
        result = super().write(vals)
        if is_changed:
            self.env.registry.clear_cache()
            # sudo: the cap holds for mailings that the administrator may not see
            mailings_sudo = self.env["mailing.mailing"].sudo()
            mailings_sudo.search([("state", "=", "sending")])._look_again()
        return result

    @api.model
    @tools.ormcache()
    def _has_frequency_caps(self):
        """Return whether any company has a cap; lanes ask this for each batch."""
        # sudo: it is asked on behalf of all companies
        companies_sudo = self.sudo()
        return bool(
            companies_sudo.search_count([("campaign_cap_mails", ">", 0)], limit=1)
        )

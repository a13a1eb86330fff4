"""Sending: what a company asks of all of its campaigns."""

from odoo import fields, models


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

    _check_campaign_cap_mails = models.Constraint(
        "CHECK (campaign_cap_mails >= 0)",
        "The frequency cap cannot be negative. 0 means that there is none.",
    )
    _check_campaign_cap_days = models.Constraint(
        "CHECK (campaign_cap_days BETWEEN 1 AND 366)",
        "The frequency cap counts the mails of 1 to 366 days.",
    )

    def write(self, vals):
        """Look again at what waits for a cap that changes."""
        result = super().write(vals)
        if vals.keys() & {"campaign_cap_mails", "campaign_cap_days"}:
            # sudo: the cap holds for mailings that the administrator may not see
            mailings_sudo = self.env["mailing.mailing"].sudo()
            mailings_sudo.search([("state", "=", "sending")])._look_again()
        return result

"""Response: where answers come in."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_reply_name = fields.Char(
        related="company_id.campaign_reply_name", readonly=False
    )
    campaign_reply_domain = fields.Char(related="company_id.alias_domain_id.name")
    campaign_reply_state = fields.Selection(
        [("no_domain", "No domain"), ("no_mail", "No mail"), ("works", "Works")],
        compute="_compute_campaign_reply_state",
    )

    @api.depends("company_id")
    def _compute_campaign_reply_state(self):
        for settings in self:
            if not settings.company_id.alias_domain_id:
                settings.campaign_reply_state = "no_domain"
            elif not settings.company_id._gets_mail():
                settings.campaign_reply_state = "no_mail"
            else:
                settings.campaign_reply_state = "works"

"""Response: one rule of a trial."""

from odoo import fields, models


class CampaignRoutingTrialLine(models.TransientModel):
    """One rule, and why it does not take the reply."""

    _name = "campaign.routing.trial.line"
    _description = "Tried Routing Rule"

    trial_id = fields.Many2one("campaign.routing.trial", ondelete="cascade")
    rule_id = fields.Many2one("campaign.routing.rule", readonly=True)
    mismatch = fields.Char("Why Not", readonly=True, help="Blank: the rule fits.")
    is_continue = fields.Boolean(related="rule_id.is_continue")

"""Response: the teams that answer."""

from odoo import fields, models


class CampaignTeam(models.Model):
    """People who answer replies together."""

    _name = "campaign.team"
    _description = "Response Team"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    user_id = fields.Many2one(
        "res.users", "Team Leader", tracking=True, help="Who hears of what is late."
    )
    member_ids = fields.One2many("campaign.team.member", "team_id", "Members")
    response_ids = fields.One2many("campaign.response", "team_id", "Responses")

"""Response: who answers in a team."""

from odoo import fields, models


class CampaignTeamMember(models.Model):
    """One person's place in one team."""

    _name = "campaign.team.member"
    _description = "Response Team Member"
    _order = "team_id, id"
    _rec_name = "user_id"

    team_id = fields.Many2one(
        "campaign.team", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)

    _user_unique = models.Constraint(
        "UNIQUE(team_id, user_id)", "Each person is in a team once."
    )

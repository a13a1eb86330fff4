"""Response: several replies changed at once."""

from odoo import fields, models
from odoo.exceptions import UserError


class CampaignResponseBulk(models.TransientModel):
    """What is to be changed; what is left blank stays as it is."""

    _name = "campaign.response.bulk"
    _description = "Change Several Responses"

    response_ids = fields.Many2many("campaign.response", string="Responses")
    user_id = fields.Many2one("res.users", "Give to", domain="[('share', '=', False)]")
    team_id = fields.Many2one("campaign.team", "Move to Team")
    state = fields.Selection(
        [
            ("open", "In progress"),
            ("waiting", "Waiting for the customer"),
            ("done", "Done"),
        ],
        "Set to",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "High"), ("2", "Urgent")])
    tag_ids = fields.Many2many("campaign.response.tag", string="Add Tags")
    opt_out = fields.Boolean(
        "Mail them no more", help="Adds them to those whom campaigns leave out."
    )

    def action_apply(self):
        """Change the replies."""
        self.ensure_one()
        responses = self.response_ids.exists()
        if not responses:
            raise UserError(self.env._("These replies are not there any more."))
        responses.check_access("write")
        values = {
            name: self[name].id if name == "team_id" else self[name]
            for name in ("team_id", "priority")
            if self[name]
        }
        if self.tag_ids:
            values["tag_ids"] = [(4, tag.id) for tag in self.tag_ids]
        if values:
            responses.write(values)
        if self.user_id:
            responses.action_assign(self.user_id.id)
        if self.opt_out:
            for response in responses:
                response.action_do("opt_out")
        if self.state:
            responses.state = self.state
        return {"type": "ir.actions.act_window_close"}

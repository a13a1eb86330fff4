"""Response: what a team has to do, and how it does it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .res_users import OPEN_STATES

# Over how many days the first answers are averaged.
DAYS = 30


class CampaignTeam(models.Model):
    """Figures count the replies that whoever looks may see."""

    _inherit = "campaign.team"

    member_count = fields.Integer("People", compute="_compute_member_count")
    here_count = fields.Integer("At Work", compute="_compute_member_count")
    open_count = fields.Integer("Open", compute="_compute_workload")
    unassigned_count = fields.Integer("Unassigned", compute="_compute_workload")
    overdue_count = fields.Integer("Overdue", compute="_compute_workload")
    mine_count = fields.Integer("Mine", compute="_compute_workload")
    first_answer_hours = fields.Float(
        "Hours to First Answer",
        compute="_compute_first_answer_hours",
        help="Working hours, on average over the last 30 days.",
    )
    is_mine = fields.Boolean(
        compute="_compute_is_mine", search="_search_is_mine", string="My Team"
    )

    sees_replies = fields.Boolean(
        compute="_compute_is_mine", help="The user sees the replies of this team."
    )

    def _compute_member_count(self):
        for team in self:
            states = team.member_ids.mapped("availability")
            team.member_count = len(states)
            team.here_count = states.count("here") + states.count("full")

    @api.depends_context("uid")
    def _compute_workload(self):
        responses = self.env["campaign.response"]
        is_open = (
            Domain("team_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES)
            & Domain(responses._from_person())
        )
        conditions = {
            "open_count": Domain.TRUE,
            "unassigned_count": Domain("user_id", "=", False),
            "overdue_count": responses._overdue_domain(),
            "mine_count": Domain("user_id", "=", self.env.uid),
        }
        for name, condition in conditions.items():
            groups = responses._read_group(
                is_open & condition, ["team_id"], ["__count"]
            )
            counts = {team.id: count for team, count in groups}
            for team in self:
                team[name] = counts.get(team.id, 0)

    @api.depends_context("uid")
    def _compute_first_answer_hours(self):
        groups = self.env["campaign.response"]._read_group(
            Domain("team_id", "in", self.ids)
            & Domain(
                "first_answered_at", ">", fields.Datetime.now() - timedelta(days=DAYS)
            ),
            ["team_id"],
            ["first_answer_hours:avg"],
        )
        averages = {team.id: hours for team, hours in groups}
        for team in self:
            team.first_answer_hours = averages.get(team.id, 0)

    @api.depends_context("uid")
    def _compute_is_mine(self):
        mine = self.filtered_domain(self._mine_domain())
        is_manager = self.env.user.has_group("campaign_desk.group_response_manager")
        for team in self:
            team.is_mine = team in mine
            team.sees_replies = is_manager or team.is_mine

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._mine_domain() if True in value else ~self._mine_domain()

    def _mine_domain(self):
        return Domain("user_id", "=", self.env.uid) | Domain(
            "member_ids.user_id", "=", self.env.uid
        )

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_view_open(self):
        """Open what the team has to do."""
        return self._action_view("search_default_open")

    def action_view_unassigned(self):
        """Open what waits for somebody."""
        return self._action_view("search_default_open", "search_default_unassigned")

    def action_view_overdue(self):
        """Open what is late."""
        return self._action_view("search_default_overdue")

    def action_view_mine(self):
        """Open what one has to do oneself."""
        return self._action_view("search_default_open", "search_default_mine")

    def _action_view(self, *filters):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_response_action_routed"
        )
        action["domain"] = [
            ("team_id", "=", self.id),
            *self.env["campaign.response"]._from_person(),
        ]
        action["display_name"] = self.name
        action["context"] = dict.fromkeys(filters, 1)
        return action

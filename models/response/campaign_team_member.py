"""Response: who answers in a team."""

from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ...tools.assignment import Candidate


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
        "res.users",
        "Person",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    is_taking = fields.Boolean(
        "Takes Replies", default=True, help="Off: sees them, and is given none."
    )
    language_ids = fields.Many2many(
        "res.lang",
        string="Languages",
        context={"active_test": False},
        help="In which they answer. Blank: in all.",
    )
    capacity = fields.Integer(
        help="How many open replies they have at most, in all teams. 0: any number."
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        help="Blank: the person's own, or else the team's.",
    )
    away_until = fields.Date(
        help="The day on which they are back. Leave in the calendar counts, too.",
    )
    last_turn = fields.Integer(
        readonly=True, copy=False, help="The team's count when it was last their turn."
    )
    # how it is now
    open_count = fields.Integer("Open", compute="_compute_open_count")
    availability = fields.Selection(
        [
            ("here", "At work"),
            ("full", "At capacity"),
            ("off", "Off hours"),
            ("away", "Away"),
            ("paused", "Takes none"),
        ],
        compute="_compute_availability",
    )

    _user_unique = models.Constraint(
        "UNIQUE(team_id, user_id)", "Each person is in a team once."
    )
    _capacity_not_negative = models.Constraint(
        "CHECK(capacity >= 0)",
        "A capacity cannot be below 0; 0 means that there is no limit.",
    )

    @api.constrains("user_id")
    def _check_user(self):
        for member in self:
            if not member.user_id._may_answer():
                raise ValidationError(
                    self.env._(
                        "%s cannot see replies without the role “Responder” of the app "
                        "Responses. An administrator gives it under Settings, Users.",
                        member.user_id.name,
                    )
                )

    @api.depends("user_id")
    def _compute_open_count(self):
        loads = self.user_id._open_replies()
        for member in self:
            member.open_count = loads.get(member.user_id.id, 0)

    @api.depends("is_taking", "away_until", "calendar_id", "capacity", "user_id")
    def _compute_availability(self):
        now = fields.Datetime.now()
        candidates = {one.id: one for one in self._candidates(now)}
        for member in self:
            candidate = candidates[member.id]
            if not member.is_taking:
                member.availability = "paused"
            elif candidate.is_away:
                member.availability = "away"
            elif candidate.begins_at > now:
                member.availability = "off"
            else:
                member.availability = "here" if candidate.is_free else "full"

    # ------------------------------------------------------------
    # As candidates for a reply
    # ------------------------------------------------------------

    def _candidates(self, now):
        """Return what the choice among these members depends on."""
        # sudo: whoever looks at a team sees who is there, not why the others are not
        members_sudo = self.sudo()
        loads = members_sudo.user_id._open_replies()
        begins = members_sudo._begins(now)
        return [
            Candidate(
                member.id,
                load=loads.get(member.user_id.id, 0),
                capacity=member.capacity,
                turn=member.last_turn,
                languages=frozenset(
                    code.partition("_")[0]
                    for code in member.language_ids.mapped("code")
                ),
                begins_at=begins[member.id][0] or datetime.max,
                is_away=begins[member.id][1],
            )
            for member in members_sudo
        ]

    def _begins(self, now):
        """Return from when on each is at work, and whether they are away."""
        resources = self.env["resource.resource"].search(
            [("user_id", "in", self.user_id.ids)], order="id desc"
        )
        resource_of = {
            (one.user_id.id, company_id): one
            for one in resources
            for company_id in (one.company_id.id, False)
        }
        by_hours = {}
        for member in self:
            company = member.company_id or member.team_id.calendar_id.company_id
            resource = resource_of.get(
                (member.user_id.id, company.id), resources.browse()
            )
            calendar = (
                member.calendar_id or resource.calendar_id or member.team_id.calendar_id
            )
            by_hours.setdefault((calendar, company), []).append((member, resource))
        begins = {}
        for (calendar, company), pairs in by_hours.items():
            all_resources = resources.browse(r.id for _member, r in pairs if r)
            work = calendar._work_begins(all_resources, now, company)
            for member, resource in pairs:
                begins_at, usually = work[resource.id]
                is_on_leave = not begins_at or begins_at > usually
                is_away = is_on_leave or member._is_away(calendar, now)
                begins[member.id] = (begins_at, is_away)
        return begins

    def _is_away(self, calendar, now):
        """Return whether the person has said to be away, on their own clock."""
        if not self.away_until:
            return False
        tz = pytz.timezone(calendar.tz or self.user_id.tz or "UTC")
        return pytz.utc.localize(now).astimezone(tz).date() < self.away_until

    # ------------------------------------------------------------
    # Coming and going
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members.team_id._wake_hand_out()
        return members

    def write(self, vals):
        """Look at once whether somebody is free now."""
        result = super().write(vals)
        if vals.keys() - {"last_turn"}:
            self.team_id._wake_hand_out()
        return result

    @api.ondelete(at_uninstall=False)
    def _release_on_leaving(self):
        """Give what somebody has in the team to the others when they leave it."""
        for member in self:
            # sudo: the leader gives up what a member has, seen or not
            responses_sudo = self.env["campaign.response"].sudo()
            left = responses_sudo.search(
                [
                    ("team_id", "=", member.team_id.id),
                    ("user_id", "=", member.user_id.id),
                    ("state", "!=", "done"),
                ]
            )
            because = self.env._("%s has left the team.", member.user_id.name)
            left._quietly().write({"user_id": False, "routed_because": because})

    def action_set_away(self, until):
        """Note that one is away until a day; False: is back."""
        if any(member.user_id != self.env.user for member in self):
            self.check_access("write")
        elif not self.user_id._may_answer():
            raise AccessError(self.env._("Only responders are in a team."))
        until = fields.Date.to_date(until)
        if until and until <= fields.Date.context_today(self):
            raise ValidationError(
                self.env._(
                    "%s has come already. Choose the day on which you are back.",
                    format_date(self.env, until),
                )
            )
        # sudo: everybody says themselves when they are away
        self.sudo().away_until = until
        return True

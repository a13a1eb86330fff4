"""Response: what nobody looks at goes to the next member."""

from datetime import timedelta

from odoo import api, fields, models

from .dealer import Dealers
from .res_users import OPEN_STATES
from .routing_reason import RoutingReason


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    opened_at = fields.Datetime(
        readonly=True, help="When the responsible first looked at it."
    )
    silence_at = fields.Datetime(
        readonly=True, help="When it is passed on unless its responsible looks at it."
    )
    reassign_count = fields.Integer("Passed On", readonly=True)
    passed_user_ids = fields.Many2many(
        "res.users",
        "campaign_response_passed_user_rel",
        string="Passed On By",
        readonly=True,
        help="They are not given it again.",
    )

    _silence_idx = models.Index("(silence_at) WHERE silence_at IS NOT NULL")

    def _opened(self):
        """Note that its responsible looks at it; who else does is of no interest."""
        mine = self.filtered(
            lambda one: one.user_id == self.env.user and not one.opened_at
        )
        if mine:
            # sudo: that somebody looks is noted, not written
            mine.sudo().write({"opened_at": fields.Datetime.now(), "silence_at": False})

    def _set_silence(self):
        """Set when these are passed on, after somebody has got them."""
        now = fields.Datetime.now()
        # sudo: it follows from who has it, and who gave it away may see it no more
        for response in self.sudo():
            team = response.team_id
            response.silence_at = (
                response.user_id
                and team.silence_hours
                and response.state in OPEN_STATES
                and team.calendar_id._deadline(
                    now, team.silence_hours, response.company_id
                )
            )

    @api.model
    def _pass_on_silent(self, limit):
        """Pass on replies whose responsible stays silent; return how many were due."""
        now = fields.Datetime.now()
        silent = self.search(
            [("silence_at", "<=", now), ("state", "in", OPEN_STATES)],
            order="silence_at, id",
            limit=limit,
        )
        for team, responses in silent.grouped("team_id").items():
            dealer = Dealers(self.env, now).of(team)
            if not dealer:  # another process gives out; they are due again in a minute
                responses.silence_at = now + timedelta(minutes=1)
                continue
            for response in responses:
                if response._is_still_free():
                    response._pass_on(dealer)
        return len(silent)

    def _pass_on(self, dealer):
        """Give a reply to another member, or tell the leader that there is none."""
        team, before = self.team_id, self.user_id
        choice = None
        if self.reassign_count < team.reassign_limit:
            choice = dealer.choose(self, passed=before)
        if not (choice and choice.candidate):
            self.silence_at = False
            self._tell_leader(
                self.env._("Nobody has looked at this reply"),
                self.env._(
                    "%(person)s has neither opened nor answered it for %(hours)g "
                    "working hours, and there is nobody to pass it on to.",
                    person=before.name,
                    hours=team.silence_hours,
                ),
            )
            return
        user = dealer.user_of(choice)
        reason = RoutingReason(self, team).passed_on(before, user)
        self._give(user, reason, reassign_count=self.reassign_count + 1)
        self.passed_user_ids |= before
        dealer.note(user)
        self._message_log(body=reason)

"""Response: how a team gives out its replies."""

import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dealer import Dealers
from .res_users import OPEN_STATES
from .routing_reason import RoutingReason

_logger = logging.getLogger(__name__)

# How many replies are passed on or announced in a portion.
PORTION = 100


class CampaignTeam(models.Model):
    """Two processes never give out replies of one team at the same time.

    Who gives out locks the team's row and counts up its turn. Who comes later, or began
    before the other was done, sees outdated figures: they leave the replies in the
    team's queue, and the job gives them out.
    """

    _inherit = "campaign.team"

    turn = fields.Integer(
        readonly=True, copy=False, help="How many replies the team has given out."
    )

    def _lock_turns(self):
        """Return whether this transaction may give out the team's replies."""
        query = SQL(
            "SELECT turn FROM campaign_team WHERE id = %s"
            " FOR NO KEY UPDATE SKIP LOCKED",
            self.id,
        )
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return bool(self.env.cr.fetchall())
        except TransactionRollbackError:  # PostgreSQL calls it an error to come second
            return False

    def _next_turn(self, member):
        """Note that it was a member's turn; return the count."""
        self.env.cr.execute(
            SQL(
                """
                WITH team AS (
                    UPDATE campaign_team SET turn = coalesce(turn, 0) + 1
                     WHERE id = %s RETURNING turn)
                UPDATE campaign_team_member SET last_turn = team.turn
                  FROM team WHERE campaign_team_member.id = %s
                RETURNING last_turn
                """,
                self.id,
                member.id,
            )
        )
        [(turn,)] = self.env.cr.fetchall()
        self.invalidate_recordset(["turn"], flush=False)
        member.invalidate_recordset(["last_turn"], flush=False)
        return turn

    # ------------------------------------------------------------
    # The queue
    # ------------------------------------------------------------

    def _queue_domain(self):
        """Return the domain of the replies that wait for somebody of these teams."""
        return Domain("team_id", "in", self.ids) & self._waiting_domain()

    @api.model
    def _waiting_domain(self):
        """Return the domain of the replies that wait for somebody of any team."""
        return (
            Domain("user_id", "=", False)
            & Domain("state", "in", OPEN_STATES)
            & Domain(self.env["campaign.response"]._from_person())
        )

    def _wake_hand_out(self):
        """Have the queue looked at soon, if anything is in it."""
        # sudo: jobs are the administrators' records, and anybody can become free
        self_sudo = self.sudo()
        responses_sudo = self_sudo.env["campaign.response"]
        if self and responses_sudo.search_count(self_sudo._queue_domain(), limit=1):
            self_sudo.env.ref("campaign_desk.ir_cron_hand_out")._trigger()

    def _hand_out(self):
        """Give out what waits in the team's queue; return how many found somebody.

        The most urgent first, and of these the one that has waited for the longest.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        dealer = Dealers(self.env, now).of(self)
        if not dealer or dealer.is_exhausted:
            return 0
        responses = self.env["campaign.response"].search(
            self._queue_domain(), order="priority desc, received_at, id"
        )
        given = 0
        for response in responses:
            choice = dealer.choose(response)
            if choice.candidate and response._is_still_free():
                user = dealer.user_of(choice)
                reason = RoutingReason(response, self).from_queue(choice, user)
                response._give(user, reason)
                dealer.note(user)
                given += 1
                if dealer.is_exhausted:
                    break
        return given

    @api.model
    def _cron_hand_out(self):
        """Give out, pass on and announce replies, team by team and each committed."""
        jobs = self.env["ir.cron"]
        queues = self.env["campaign.response"]._read_group(
            self._waiting_domain() & Domain("team_id", "!=", False), ["team_id"]
        )
        for (team,) in queues:
            given = team._hand_out()
            if given:
                _logger.info("Team %s: %s replies from the queue", team.id, given)
            jobs._commit_progress(given)
        responses = self.env["campaign.response"]
        for step in (responses._pass_on_silent, responses._announce_pending):
            while True:
                done = step(PORTION)
                if not jobs._commit_progress(done) or done < PORTION:
                    break

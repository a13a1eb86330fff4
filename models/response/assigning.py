"""Response: who has a reply, and how they and others change that."""

from datetime import timedelta

from markupsafe import Markup
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .res_users import OPEN_STATES

# From how many replies on people get one message about all of them.
DIGEST_FROM = 4
# So that what comes in a rush is told together.
ANNOUNCE_AFTER = timedelta(minutes=1)
NAMED_IN_DIGEST = 10


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    is_to_announce = fields.Boolean(
        readonly=True, help="The responsible has not been told yet."
    )

    _announce_idx = models.Index("(user_id) WHERE is_to_announce")

    @api.model_create_multi
    def create(self, vals_list):
        responses = super().create(vals_list)
        assigned = responses.filtered("user_id")
        if assigned:
            assigned.write({"assigned_at": fields.Datetime.now()})
        return responses

    def write(self, vals):
        """Stamp who gets a reply, and wake the team when somebody becomes free."""
        if "user_id" not in vals:
            freed = vals.get("state") not in (None, *OPEN_STATES)
            result = super().write(vals)
            if freed:
                self._teams_of_people()._wake_hand_out()
            return result
        moved = self.filtered(lambda one: one.user_id.id != vals["user_id"])
        teams = moved._teams_of_people()
        super(CampaignResponse, self - moved).write(vals)
        result = super(CampaignResponse, moved).write(
            {**self._assignment_values(vals["user_id"]), **vals}
        )
        moved._set_silence()
        if not vals["user_id"]:
            teams |= moved.team_id
        teams._wake_hand_out()
        return result

    def _assignment_values(self, user_id):
        """Return what goes with a change of the responsible."""
        values = {
            "assigned_at": fields.Datetime.now() if user_id else False,
            "opened_at": False,
        }
        if not self._is_quiet():
            values["is_to_announce"] = False
            values["routed_because"] = (
                self.env._("Taken by %s.", self.env.user.name)
                if user_id == self.env.uid
                else self.env._("Assigned by %s.", self.env.user.name)
                if user_id
                else self.env._("Released by %s.", self.env.user.name)
            )
        return values

    def _quietly(self):
        """Return these for changes that are announced later or not at all."""
        return self.with_context(
            campaign_desk_quietly=True, mail_auto_subscribe_no_notify=True
        )

    def _is_quiet(self):
        """Return whether these are changed by :meth:`_quietly`, and as superuser.

        A context can come from outside; then it hides nothing.
        """
        return self.env.su and self.env.context.get("campaign_desk_quietly")

    def _teams_of_people(self):
        """Return the teams in which the responsible of these replies are members."""
        # sudo: who finishes a reply need not see the other teams of its responsible
        members_sudo = self.env["campaign.team.member"].sudo()
        return members_sudo.search([("user_id", "in", self.user_id.ids)]).team_id

    # ------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------

    def action_assign_to_me(self):
        """Take those of these replies that nobody has.

        :raise UserError: somebody has, or is just taking, every one of them
        """
        user = self.env.user
        if not user._may_answer():
            raise AccessError(self.env._("Only responders can take replies."))
        self.check_access("write")
        free = self._lock_free()
        mine = self.filtered(lambda one: one.user_id == user)
        others = self - free - mine
        free.write({"user_id": user.id})
        if others and not free:
            raise UserError(others._taken_message())
        return self._assigned_notice(free, others)

    def _lock_free(self):
        """Lock and return those of these that nobody has and nobody is just taking."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM campaign_response
                 WHERE id = ANY(%s) AND user_id IS NULL
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                self.ids,
            )
        )
        self.invalidate_recordset(["user_id"], flush=False)
        return self.browse(id_ for (id_,) in rows)

    def _is_still_free(self):
        """Lock this reply, unless somebody took it since this transaction began.

        For jobs: who is faster than they are is always right.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        "SELECT 1 FROM campaign_response"
                        " WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED",
                        self.id,
                    ),
                    log_exceptions=False,
                )
                return bool(self.env.cr.fetchall())
        except TransactionRollbackError:
            return False

    def _taken_message(self):
        """Say who was faster."""
        names = ", ".join(self.user_id.mapped("name"))
        if not names:
            return self.env._(
                "A colleague is just taking this reply. Look again in a moment."
            )
        return self.env._(
            "%(names)s took this first. To take it over all the same, assign it to "
            "yourself on its form.",
            names=names,
        )

    def _assigned_notice(self, done, others):
        """Return what the client says after a bulk action."""
        if len(self) == 1 or not others:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "%(done)s replies are yours now, %(others)s were not free any "
                    "more.",
                    done=len(done),
                    others=len(others),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_assign(self, user_id):
        """Give these replies to a person, who is told.

        :raise UserError: the person could not open them
        """
        self.check_access("write")
        user = self.env["res.users"].browse(user_id).exists()
        if not user or not user._may_answer():
            raise UserError(
                self.env._(
                    "%s cannot open replies. An administrator gives the role "
                    "“Responder” of the app Responses under Settings, Users.",
                    user.name or self.env._("Nobody"),
                )
            )
        strangers = self.company_id - user.sudo().company_ids
        if strangers:
            raise UserError(
                self.env._(
                    "%(user)s does not work for %(company)s, which got the reply.",
                    user=user.name,
                    company=strangers[0].name,
                )
            )
        moved = self.filtered(lambda one: one.user_id != user)
        because = self.env._("Assigned by %s.", self.env.user.name)
        if user == self.env.user:
            because = self.env._("Taken by %s.", user.name)
        # sudo: the reason is written with the person, whom the user may choose
        moved_sudo = moved.sudo()
        moved_sudo._quietly().write({"user_id": user.id, "routed_because": because})
        if user != self.env.user:
            moved._announce(user)
        return True

    def action_release(self):
        """Give these replies back to their teams; who did is not given them again."""
        self.check_access("write")
        for user, responses in self.grouped("user_id").items():
            if not user:
                continue
            # sudo: who is not given them again is noted with what the user may do
            responses.sudo().passed_user_ids = [(4, user.id)]
            responses.write({"user_id": False, "state": "new"})
        return True

    # ------------------------------------------------------------
    # Telling the responsible
    # ------------------------------------------------------------

    @api.model
    def _announce_pending(self, limit):
        """Tell people what they have been given; return to how many."""
        groups = self._read_group(
            [("is_to_announce", "=", True), ("state", "in", OPEN_STATES)],
            ["user_id"],
            ["id:recordset"],
            having=[("assigned_at:min", "<=", fields.Datetime.now() - ANNOUNCE_AFTER)],
            limit=limit,
        )
        for user, responses in groups:
            responses._quietly().is_to_announce = False
            if user:
                responses._announce(user)
        return len(groups)

    def _announce(self, user):
        """Tell a person of these replies: of a few one by one, of many at once."""
        if not self:
            return
        partner = user.sudo().partner_id
        if len(self) < DIGEST_FROM:
            self.with_context(
                lang=user.lang, mail_auto_subscribe_no_notify=False
            )._message_auto_subscribe_notify(
                partner.ids, template="mail.message_user_assigned"
            )
            return
        env = self.with_context(lang=user.lang).env
        self._notify_digest(user, env._("You have %s new replies", len(self)))

    def _notify_digest(self, user, subject, action="campaign_response_action_own"):
        """Tell a person of all these replies in one message."""
        env = self.with_context(lang=user.lang).env
        lines = [one.subject or one.author_name or "" for one in self[:NAMED_IN_DIGEST]]
        more = len(self) - len(lines)
        items = Markup("").join(Markup("<li>%s</li>") % line for line in lines)
        if more:
            items += Markup("<li>%s</li>") % env._("and %s more", more)
        self.env["mail.thread"].message_notify(
            partner_ids=user.sudo().partner_id.ids,
            subject=subject,
            body=Markup('<p>%s</p><ul>%s</ul><p><a href="%s">%s</a></p>')
            % (subject, items, self._action_url(action), env._("Open them")),
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _action_url(self, action):
        """Return where a person finds such replies."""
        return f"{self[:1].get_base_url()}/odoo/action-campaign_desk.{action}"

    def _tell_leader(self, summary, note):
        """Give the team's leader an activity, if there is one who can see the reply."""
        for response in self:
            leader = response.team_id.user_id
            if leader and leader._may_answer():
                response.activity_schedule(
                    "campaign_desk.mail_activity_service_level",
                    summary=summary,
                    note=note,
                    user_id=leader.id,
                )

"""Response: the teams that answer."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CampaignTeam(models.Model):
    """People who answer replies together.

    How a team gives out its replies stands in :mod:`.team_assignment`.
    """

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
        "res.users",
        "Team Leader",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who hears of what is late, and may manage the team.",
    )
    member_ids = fields.One2many("campaign.team.member", "team_id", "Members")
    response_ids = fields.One2many("campaign.response", "team_id", "Responses")
    is_fallback = fields.Boolean(
        "Gets What No Rule Takes",
        tracking=True,
        help="One team of each company gets the replies that no routing rule takes.",
    )
    # how replies are given out
    mode = fields.Selection(
        [
            ("turn", "In turn (round robin)"),
            ("load", "To who has the fewest open replies"),
            ("manual", "By hand"),
        ],
        "Give Out",
        required=True,
        default="turn",
        tracking=True,
    )
    keep_owner = fields.Boolean(
        "Same Person for the Same Contact",
        default=True,
        help="Who had the contact before gets the next reply, too, when at work.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        default=lambda self: self.env.company.resource_calendar_id,
        check_company=True,
        help="Of members without their own, and of service levels. Blank: around the "
        "clock.",
    )
    off_hours = fields.Selection(
        [
            ("next", "Give it to whose hours begin first"),
            ("wait", "Keep it in the team's queue"),
        ],
        "When Nobody Is at Work",
        required=True,
        default="next",
    )
    silence_hours = fields.Float(
        "Pass On After (Working Hours)",
        help="A reply that its responsible has neither opened nor answered for so long "
        "goes to another member. 0: it stays.",
    )
    reassign_limit = fields.Integer(
        "Pass On at Most", default=2, help="How many times; then the leader is told."
    )

    _fallback_unique = models.UniqueIndex(
        "(company_id) WHERE is_fallback AND company_id IS NOT NULL",
        "Only one team of a company gets what no rule takes.",
    )
    _silence_not_negative = models.Constraint(
        "CHECK(silence_hours >= 0 AND reassign_limit >= 0)",
        "After how long and how often replies are passed on cannot be below 0.",
    )

    @api.constrains("user_id")
    def _check_leader(self):
        for team in self:
            if team.user_id and not team.user_id._may_answer():
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot lead “%(team)s” without the role “Responder” "
                        "of the app Responses. An administrator gives it under "
                        "Settings, Users.",
                        user=team.user_id.name,
                        team=team.name,
                    )
                )

    @api.constrains("is_fallback", "active", "company_id")
    def _check_fallback(self):
        for team in self:
            if team.is_fallback and not (team.active and team.company_id):
                raise ValidationError(
                    self.env._(
                        "“%s” gets what no rule takes, so it has to be in use and to "
                        "belong to a company. Choose another team for that first.",
                        team.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fallback(self):
        for team in self:
            if team.is_fallback:
                raise UserError(
                    self.env._(
                        "“%s” gets what no rule takes. Choose another team for that "
                        "before you delete it.",
                        team.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("is_fallback"):
                company_id = vals.get("company_id", self.env.company.id)
                self._fallback_of(company_id)._end_fallback()
        return super().create(vals_list)

    def write(self, vals):
        """Take the replies that no rule takes from the team that had them so far."""
        if vals.get("is_fallback"):
            for team in self:
                company_id = vals.get("company_id", team.company_id.id)
                (self._fallback_of(company_id) - team)._end_fallback()
        result = super().write(vals)
        if vals.get("active") is False:
            self._release_queue()
        if vals.keys() & {"mode", "off_hours", "calendar_id"}:
            self._wake_hand_out()
        return result

    def _release_queue(self):
        """Have the rules find another team for what waits in one that ends."""
        # sudo: the leader may not see the other teams' rules
        self_sudo = self.sudo()
        waiting = self_sudo.env["campaign.response"].search(self_sudo._queue_domain())
        waiting._quietly().team_id = False
        waiting._route()

    # ------------------------------------------------------------
    # The team that gets what no rule takes
    # ------------------------------------------------------------

    def _fallback_of(self, company_id):
        return self.with_context(active_test=False).search(
            [("is_fallback", "=", True), ("company_id", "=", company_id)]
        )

    def _end_fallback(self):
        """Make room for another team; the unique index wants it in this order."""
        self.is_fallback = False
        self.flush_recordset(["is_fallback"])

    @api.model
    def _fallback(self, company):
        """Return the team that gets what no rule takes; there always is one.

        It is called as superuser: replies come when nobody is there.
        """
        team = self._fallback_of(company.id)
        if team:
            return team
        leader = self._likely_leader(company)
        lang = leader.lang or self.env.lang
        return self.create(
            {
                "name": self.with_context(lang=lang).env._("Responses"),
                "company_id": company.id,
                "is_fallback": True,
                "user_id": leader.id,
                "calendar_id": company.resource_calendar_id.id,
                "member_ids": [(0, 0, {"user_id": one.id}) for one in leader],
            }
        )

    @api.model
    def _likely_leader(self, company):
        """Return a manager of responses in the company, the administrator first."""
        managers = self.env.ref("campaign_desk.group_response_manager").all_user_ids
        managers = managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        return admin & managers if admin and admin in managers else managers[:1]

    @api.model
    def _create_fallbacks(self):
        """Give each company its team; the add-on's data calls it."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            self._fallback(company)

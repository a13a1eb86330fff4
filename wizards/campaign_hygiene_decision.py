"""Hygiene: what is to be done about findings, and why."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.hygiene.campaign_hygiene_action import KINDS
from ..models.hygiene.hygiene_words import KINDS as FINDING_KINDS

# What makes sense for some kinds of findings only.
_NEEDS = {"correct": {"typo", "no_mail", "bounced"}, "merge": {"duplicate"}}


class CampaignHygieneDecision(models.TransientModel):
    """Asks what to do with the chosen findings, or with all of their kind."""

    _name = "campaign.hygiene.decision"
    _description = "Decide about Findings"

    check_id = fields.Many2one("campaign.hygiene.check", required=True)
    finding_ids = fields.Many2many("campaign.hygiene.finding")
    finding_kind = fields.Selection(FINDING_KINDS)
    kind = fields.Selection(KINDS, "Do", required=True, default="ignore")
    is_all = fields.Boolean("All of This Kind")
    count = fields.Integer(compute="_compute_count")
    reason = fields.Char("Why", help="Stands in the history of actions.")
    has_list = fields.Boolean(compute="_compute_has_list")
    scope = fields.Selection(
        [("company", "All mailings of the company"), ("list", "Mailings on the list")],
        "Left out of",
        default="company",
    )
    policy_id = fields.Many2one(
        "campaign.sunset.policy",
        "By the Policy",
        domain="[('company_id', '=', company_id)]",
        help="Sends its re-permission mail. Who does not answer in time is suppressed "
        "while the policy runs.",
    )
    company_id = fields.Many2one(related="check_id.company_id")
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("check_id.scope")
    def _compute_has_list(self):
        for decision in self:
            decision.has_list = decision.check_id.scope == "list"

    @api.depends("is_all", "finding_ids", "finding_kind")
    def _compute_count(self):
        for decision in self:
            findings = self.env["campaign.hygiene.finding"]
            decision.count = findings.search_count(
                [*decision._domain(), ("check_id", "=", decision.check_id.id)]
            )

    def _domain(self):
        domain = [("state", "=", "open")]
        if self.is_all and self.finding_kind:
            return [*domain, ("kind", "=", self.finding_kind)]
        return [*domain, ("id", "in", self.finding_ids.ids)]

    @api.depends("kind", "has_list")
    def _compute_explanation(self):
        words = {
            "remove": self.env._(
                "They are taken off the list; the contacts stay, and who has "
                "unsubscribed stays unsubscribed."
            ),
            "suppress": self.env._(
                "No mailing reaches the address until somebody lifts it."
            ),
            "correct": self.env._(
                "The contact gets the address that was probably meant."
            ),
            "merge": self.env._(
                "Lists, tags and blank fields move to the older contact; the other is "
                "archived. Who has left a list as one of them has left it as both."
            ),
            "ask": self.env._(
                "They get one mail that asks whether they want to stay. Any sign of a "
                "person counts as yes."
            ),
            "ignore": self.env._("Later checks do not report it again."),
        }
        for decision in self:
            text = words.get(decision.kind, "")
            if decision.kind == "remove" and not decision.has_list:
                text = self.env._(
                    "They are taken off all lists; the contacts stay, and who has "
                    "unsubscribed stays unsubscribed."
                )
            decision.explanation = text

    def action_decide(self):
        """Do it, and show what was done and how to take it back.

        :raise UserError: it does not fit these findings, or something is missing.
        """
        self.ensure_one()
        self._check_fits()
        action = self.env["campaign.hygiene.action"]._decide(
            self.check_id,
            self.kind,
            self._domain(),
            reason=self.reason,
            scope=self.scope if self.kind == "suppress" else False,
            policy_id=self.policy_id.id if self.kind == "ask" else False,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "campaign.hygiene.action",
            "res_id": action.id,
            "views": [(False, "form")],
        }

    def _check_fits(self):
        if self.kind == "ask" and not self.policy_id:
            raise UserError(
                self.env._("Choose the sunset policy whose mail asks them.")
            )
        if self.scope == "list" and not self.has_list:
            raise UserError(
                self.env._(
                    "This check is not about one list: suppress for all mailings."
                )
            )
        if needed := _NEEDS.get(self.kind):
            kinds = {self.finding_kind} if self.is_all else set()
            kinds |= set(self.finding_ids.mapped("kind"))
            if not kinds & needed:
                words = dict(FINDING_KINDS)
                raise UserError(
                    self.env._(
                        "That only makes sense for: %s.",
                        ", ".join(words[kind] for kind in sorted(needed)),
                    )
                )

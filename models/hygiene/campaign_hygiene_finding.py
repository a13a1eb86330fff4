"""Hygiene: one thing that a check found about a contact."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import hygiene
from .hygiene_words import KINDS, SIGNS


class CampaignHygieneFinding(models.Model):
    """What is wrong with one contact. Written by runs and actions only.

    =========  ==============================================================
    open       somebody should decide
    ignored    a person said that it is all right; it is not asked again
    done       an action took care of it
    gone       the last run did not find it any more
    =========  ==============================================================
    """

    _name = "campaign.hygiene.finding"
    _description = "Hygiene Finding"
    _order = "id"
    _rec_name = "email"
    _log_access = False

    check_id = fields.Many2one(
        "campaign.hygiene.check", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    contact_id = fields.Many2one(
        "mailing.contact", required=True, readonly=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(KINDS, "Finding", required=True, readonly=True)
    email = fields.Char("Address", readonly=True)
    suggestion = fields.Char("Perhaps Meant", readonly=True)
    kept_contact_id = fields.Many2one(
        "mailing.contact", "Same As", readonly=True, ondelete="set null", index=True
    )
    signs = fields.Char(readonly=True)
    quiet_mails = fields.Integer("Mails without a Sign", readonly=True, aggregator=None)
    quiet_days = fields.Integer("Quiet for Days", readonly=True, aggregator=None)
    engagement_score = fields.Integer(related="contact_id.engagement_score")
    reason = fields.Char("Why", compute="_compute_reason")
    state = fields.Selection(
        [
            ("open", "To decide"),
            ("ignored", "Ignored"),
            ("done", "Done"),
            ("gone", "Gone"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    first_run = fields.Integer(readonly=True, aggregator=None)
    last_run = fields.Integer(readonly=True, aggregator=None)
    is_new = fields.Boolean("New", compute="_compute_is_new", search="_search_is_new")
    first_found_at = fields.Datetime("Found", readonly=True)
    action_id = fields.Many2one(
        "campaign.hygiene.action", readonly=True, ondelete="set null", index=True
    )

    _contact_uniq = models.UniqueIndex("(check_id, contact_id, kind)")
    _open_idx = models.Index("(check_id, kind, first_run) WHERE state = 'open'")

    @api.depends("first_run", "check_id.run_number")
    def _compute_is_new(self):
        for finding in self:
            last = finding.check_id.run_number
            finding.is_new = last > 1 and finding.first_run == last

    def _search_is_new(self, operator, value):
        if operator != "in":
            return NotImplemented
        checks = self.env["campaign.hygiene.check"].search([("run_number", ">", 1)])
        domain = fields.Domain.OR(
            [("check_id", "=", check.id), ("first_run", "=", check.run_number)]
            for check in checks
        )
        return domain if True in value else ~domain

    @api.depends("kind", "signs", "suggestion", "quiet_mails", "quiet_days")
    @api.depends_context("lang")
    def _compute_reason(self):
        for finding in self:
            finding.reason = finding._describe()

    def _describe(self):
        if self.signs:
            words = [
                str(self.env._(SIGNS[sign]))
                for sign in self.signs.split(",")
                if sign in SIGNS
            ]
            return ", ".join(words)
        if self.kind == hygiene.QUIET:
            return self.env._(
                "%(mails)s mails in %(days)s days, and no sign of a person",
                mails=self.quiet_mails,
                days=self.quiet_days,
            )
        if self.kind == hygiene.DUPLICATE:
            return self.env._("Same address as %s", self.kept_contact_id.display_name)
        if self.suggestion:
            return self.env._("Did they mean %s?", self.suggestion)
        return ""

    # ------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------

    def action_decide(self):
        """Ask what to do with these findings; ``hygiene_kind`` of the context says it.

        :raise UserError: there is nothing to decide.
        """
        findings = self.filtered(lambda finding: finding.state == "open")
        if not findings:
            raise UserError(
                self.env._("These findings are dealt with. Choose some that are open.")
            )
        if len(findings.check_id) > 1:
            raise UserError(self.env._("Choose findings of one check."))
        kinds = set(findings.mapped("kind"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What to Do"),
            "res_model": "campaign.hygiene.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_check_id": findings.check_id.id,
                "default_finding_ids": findings.ids,
                "default_kind": self.env.context.get("hygiene_kind", "ignore"),
                "default_finding_kind": kinds.pop() if len(kinds) == 1 else False,
            },
        }

    def action_open_contact(self):
        """Open the contact."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.contact",
            "res_id": self.contact_id.id,
            "views": [(False, "form")],
        }

"""Response: what may follow from a reply by itself, and what a person decides."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .act_kinds import ABSENT, ACTS, OUTWARD, SURE


class CampaignActPolicy(models.Model):
    """What is done about one intent (or an absence): one act.

    =============  ====================================================================
    mode           what happens
    =============  ====================================================================
    ``never``      nothing, and it is not offered on top
    ``propose``    it waits for one click
    ``auto``       it is done by itself if the analysis is sure enough, else proposed
    =============  ====================================================================

    A company's own row counts instead of the one for all companies. Acts that strangers
    notice are done by themselves on exact rules or from a confidence of 0.8 on only.
    """

    _name = "campaign.act.policy"
    _description = "Act Policy"
    _order = "sequence, id"
    _rec_name = "code"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Blank: all companies.")
    intent_id = fields.Many2one(
        "campaign.intent", "If the Writer Means", ondelete="cascade"
    )
    kind = fields.Selection(ABSENT, "Or the Mail Is")
    code = fields.Selection(ACTS, "Then", required=True)
    mode = fields.Selection(
        [
            ("never", "Do not offer it"),
            ("propose", "Propose it"),
            ("auto", "Do it by itself"),
        ],
        "How",
        required=True,
        default="propose",
    )
    min_confidence = fields.Float(
        "From Confidence",
        required=True,
        default=SURE,
        help="From 0 to 1. Below it, the act is proposed.",
    )
    exact_only = fields.Boolean(
        "Exact Rules Only",
        help="By itself only if the reply says nothing else, such as “STOP”.",
    )
    closes = fields.Boolean(
        "Then Close",
        help="Close the response if it was done by itself and nothing else is asked.",
    )

    _confidence_range = models.Constraint(
        "CHECK (min_confidence >= 0 AND min_confidence <= 1)",
        "Confidence is a number from 0 to 1.",
    )
    _one_trigger = models.Constraint(
        "CHECK ((intent_id IS NULL) <> (kind IS NULL))",
        "Choose either what the writer means, or what kind of mail it is.",
    )
    _policy_unique = models.UniqueIndex(
        "(COALESCE(intent_id, 0), COALESCE(kind, ''), code, COALESCE(company_id, 0))"
        " WHERE active",
        "There is a policy for this act in this case already: change that one.",
    )

    @api.constrains("code", "mode", "min_confidence", "exact_only")
    def _check_sure(self):
        for policy in self:
            is_bold = policy.mode == "auto" and policy.code in OUTWARD
            if is_bold and not policy.exact_only and policy.min_confidence < SURE:
                raise ValidationError(
                    self.env._(
                        "“%(act)s” is noticed outside and cannot be unsaid. By itself "
                        "it needs a confidence of %(sure)s, or exact rules only.",
                        act=policy._label("code"),
                        sure=SURE,
                    )
                )

    @api.depends("intent_id", "kind", "code", "mode")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = self.env._(
                "%(when)s: %(act)s, %(how)s",
                when=policy._trigger_label(),
                act=policy._label("code"),
                how=policy._label("mode"),
            )

    def _label(self, name):
        field = self._fields[name]
        return dict(field._description_selection(self.env)).get(self[name], "")

    def _trigger_label(self):
        return self.intent_id.name or self._label("kind")

    @api.model
    def _of(self, company):
        """Return the policies of a company: its own before those for all."""
        found = self.search(Domain("company_id", "in", [False, company.id]))
        own = found.filtered("company_id")
        told = {policy._case() for policy in own}
        return own + (found - own).filtered(lambda one: one._case() not in told)

    def _case(self):
        return self.intent_id.id, self.kind, self.code

    def _allows(self, confidence, is_exact):
        """Return whether it may be done by itself."""
        if self.mode != "auto":
            return False
        return is_exact or (confidence >= self.min_confidence and not self.exact_only)

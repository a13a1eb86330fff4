"""Sending: what a server's answer means for the mails that are to follow."""

import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

# Answers are lines of a few hundred characters; what comes after says nothing new, and
# a pattern never has to be matched against more.
LONGEST_PATTERN = 200
LONGEST_ANSWER = 1000


class CampaignAnswerRule(models.Model):
    """A pattern in what servers answer, and how much slower we go when it is seen.

    The first rule that fits is applied, to the mails for one provider over one account:

    ========  ======================================================================
    action    for ``minutes``
    ========  ======================================================================
    ``rest``  nothing is sent
    ``slow``  at most ``mails_per_minute`` are sent
    ========  ======================================================================

    Rules are facts about the world and the same for all companies.
    """

    _name = "campaign.answer.rule"
    _description = "Slow-Down Rule"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    pattern = fields.Char(
        required=True,
        help="A regular expression, looked for in the server's words "
        "(such as “421 4.7.0 [TSS04] Messages temporarily deferred”). "
        "Upper and lower case are the same.",
    )
    provider_group_id = fields.Many2one(
        "campaign.provider.group",
        "Provider",
        ondelete="cascade",
        index=True,
        help="Applies to this provider's answers only. Blank: to anybody's.",
    )
    action = fields.Selection(
        [("rest", "Send nothing"), ("slow", "Send slowly")],
        required=True,
        default="rest",
    )
    minutes = fields.Integer("For Minutes", required=True, default=30)
    mails_per_minute = fields.Integer(default=1)

    _positive_minutes = models.Constraint(
        "CHECK (minutes > 0)", "A slow-down lasts at least a minute."
    )
    _positive_rate = models.Constraint(
        "CHECK (action <> 'slow' OR mails_per_minute > 0)",
        "Sending slowly is at least one mail a minute.",
    )

    @api.constrains("pattern")
    def _check_pattern(self):
        for rule in self:
            try:
                matches_nothing = re.compile(rule.pattern).search("")
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "“%(pattern)s” is not a regular expression: %(error)s.",
                        pattern=rule.pattern,
                        error=error,
                    )
                )
            if matches_nothing or len(rule.pattern) > LONGEST_PATTERN:
                raise ValidationError(
                    self.env._("“%s” fits any answer, or is too long.", rule.pattern)
                )

    @api.model
    def _match(self, group, words):
        """Return the first rule that fits what a server of ``group`` said, or none.

        :param group: the provider.
        :param words: the server's answer, such as ``421 4.7.0 [TSS04] ...``.
        """
        heard = (words or "")[:LONGEST_ANSWER]
        for rule_id, group_id, pattern in self._compiled():
            if group_id in (False, group.id) and pattern.search(heard):
                return self.browse(rule_id)
        return self.browse()

    @api.model
    @tools.ormcache()
    def _compiled(self):
        """Return id, provider's id and compiled pattern of each rule, in order."""
        # sudo: whoever sends follows the rules, whatever they may read.
        return [
            (
                rule.id,
                rule.provider_group_id.id,
                re.compile(rule.pattern, re.IGNORECASE | re.DOTALL),
            )
            for rule in self.sudo().search([])
        ]

    # ------------------------------------------------------------
    # The compiled rules follow the records
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env.registry.clear_cache()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

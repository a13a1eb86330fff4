"""Response: within how many working hours replies are answered."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .campaign_routing_rule import PRIORITIES

# How many working hours somebody has, by the clock that counts them.
TARGETS = {
    "first": "first_answer_hours",
    "next": "next_answer_hours",
    "resolution": "resolution_hours",
}


class CampaignServiceLevel(models.Model):
    """A promise: working hours of the team until an answer and until the end.

    The first in order that fits a reply holds. One that changes holds for replies that
    come from then on, or whose team, priority or intents change.
    """

    _name = "campaign.service.level"
    _description = "Service Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Blank: all of them."
    )
    # for which replies
    team_ids = fields.Many2many("campaign.team", string="Teams")
    priority_from = fields.Selection(PRIORITIES[1:], "Priority at Least")
    intent_ids = fields.Many2many("campaign.intent", string="Intents")
    # what is promised
    first_answer_hours = fields.Float("First Answer", help="0: no promise.")
    next_answer_hours = fields.Float(
        "Next Answer", help="From each further mail of the customer on. 0: no promise."
    )
    resolution_hours = fields.Float(
        "Done", help="Without the time that waits for the customer. 0: no promise."
    )

    _hours_not_negative = models.Constraint(
        "CHECK(LEAST(first_answer_hours, next_answer_hours, resolution_hours) >= 0)",
        "Hours cannot be below 0; 0 means that nothing is promised.",
    )

    @api.constrains("name", *TARGETS.values())
    def _check_promises_something(self):
        for level in self:
            if not any(level[name] for name in TARGETS.values()):
                raise ValidationError(
                    self.env._(
                        "“%s” promises nothing. Enter hours for at least one of first "
                        "answer, next answer and done.",
                        level.name,
                    )
                )

    @api.model
    def _of_company(self, company):
        """Return a company's service levels, in their order."""
        return self.search([("company_id", "in", [False, company.id])])

    def _fits(self, response):
        """Return whether this one holds for a reply."""
        self.ensure_one()
        return (
            (not self.team_ids or response.team_id in self.team_ids)
            and (response.priority or "0") >= (self.priority_from or "0")
            and (not self.intent_ids or bool(self.intent_ids & response.intent_ids))
        )

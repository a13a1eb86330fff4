"""Sending: a limit on how many mails leave, and over how many connections."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import pacing

NUMBERS = (
    "mails_per_second",
    "mails_per_hour",
    "mails_per_day",
    "connections",
    "mails_per_connection",
)


class CampaignPacingRule(models.Model):
    """A limit for an account, a mailbox provider, a campaign, or any of them together.

    Every rule that fits a mail holds. An account has its limits to itself: a rule for
    all accounts holds for each of them. Numbers that are 0 do not limit.
    """

    _name = "campaign.pacing.rule"
    _description = "Pacing Rule"
    _order = "account_id, provider_group_id, id"

    name = fields.Char(compute="_compute_name")
    active = fields.Boolean(default=True)
    account_id = fields.Many2one(
        "campaign.sending.account",
        ondelete="cascade",
        index=True,
        help="Blank: holds for each account.",
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    provider_group_id = fields.Many2one(
        "campaign.provider.group", "Mailbox Provider", ondelete="cascade"
    )
    each_provider = fields.Boolean(
        "Each Provider by Itself",
        help="Without a provider: hold for each provider, not for all together.",
    )
    campaign_id = fields.Many2one("utm.campaign", ondelete="cascade")

    mails_per_second = fields.Integer()
    mails_per_hour = fields.Integer()
    mails_per_day = fields.Integer()
    is_spread = fields.Boolean(
        "Spread Evenly",
        default=True,
        help="A twelfth of the mails in each twelfth of the hour or the day, instead "
        "of all at its beginning.",
    )
    connections = fields.Integer(
        "Simultaneous Connections",
        help="Of all lanes together.",
    )
    mails_per_connection = fields.Integer()

    _numbers_not_negative = models.Constraint(
        "CHECK(LEAST(mails_per_second, mails_per_hour, mails_per_day, connections,"
        " mails_per_connection) >= 0)",
        "Limits cannot be below 0; 0 means that there is none.",
    )

    @api.constrains(*NUMBERS)
    def _check_limits_something(self):
        for rule in self:
            if not any(rule[name] for name in NUMBERS):
                raise ValidationError(
                    self.env._("A pacing rule needs at least one limit above 0.")
                )

    @api.depends("account_id", "provider_group_id", "each_provider", "campaign_id")
    def _compute_name(self):
        for rule in self:
            provider = rule.provider_group_id.name
            if not provider:
                provider = (
                    self.env._("each provider")
                    if rule.each_provider
                    else self.env._("all providers")
                )
            parts = [
                rule.account_id.name or self.env._("each account"),
                provider,
                rule.campaign_id.name,
            ]
            rule.name = ", ".join(filter(None, parts))

    def _limits(self):
        """Return the limits of this rule's numbers."""
        return pacing.limits(
            self.mails_per_second,
            self.mails_per_hour,
            self.mails_per_day,
            self.is_spread,
        )

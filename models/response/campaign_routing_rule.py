"""Response: which reply goes to whom."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from .campaign_response import SENTIMENTS

PRIORITIES = [("0", "Normal"), ("1", "High"), ("2", "Urgent")]


class CampaignRoutingRule(models.Model):
    """Conditions on a reply, and who gets those that meet them all.

    A condition that is blank is met by every reply. The rules of a company are gone
    through in their order; the first that fits decides. One that goes on adds priority
    and tags only.
    """

    _name = "campaign.routing.rule"
    _description = "Routing Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Blank: all of them."
    )
    # which replies
    campaign_ids = fields.Many2many("utm.campaign", string="Campaigns")
    intent_ids = fields.Many2many("campaign.intent", string="Intents")
    sentiment = fields.Selection(SENTIMENTS)
    topic_ids = fields.Many2many("campaign.topic", string="Topics")
    language_ids = fields.Many2many(
        "res.lang", string="Languages", context={"active_test": False}
    )
    priority_from = fields.Selection(
        PRIORITIES[1:],
        "Priority at Least",
        help="As rules before this one have set it.",
    )
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many("res.country.state", string="States")
    zip_prefixes = fields.Char(
        "ZIP Begins With", help="Separated by commas, such as 80, 81, 85."
    )
    sender_domains = fields.Char(
        "Sender's Domain",
        help="Separated by commas, such as example.com; its subdomains belong to it.",
    )
    owner_ids = fields.Many2many(
        "res.users",
        "campaign_routing_rule_owner_rel",
        string="Account Owner",
        domain="[('share', '=', False)]",
        help="The salesperson of the contact, of its company or of its open deal.",
    )
    is_owned = fields.Boolean("Has an Account Owner")
    deal_value_from = fields.Monetary(
        "Open Deals From",
        help="What the open opportunities of the contact may bring, all together.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    # what then
    is_continue = fields.Boolean(
        "Go On", help="Set priority and tags, and look at the next rules, too."
    )
    team_id = fields.Many2one("campaign.team", ondelete="restrict", index=True)
    assign_to = fields.Selection(
        [
            ("team", "Who it is the turn of"),
            ("person", "A person"),
            ("owner", "The account owner"),
        ],
        "Give To",
        required=True,
        default="team",
        help="When that one is away, the team gives it out.",
    )
    user_id = fields.Many2one("res.users", "Person", domain="[('share', '=', False)]")
    priority = fields.Selection(PRIORITIES, help="Blank: stays as it is.")
    tag_ids = fields.Many2many("campaign.response.tag", string="Tags")
    # what it did
    match_count = fields.Integer("Replies", compute="_compute_match_count")

    _deal_value_not_negative = models.Constraint(
        "CHECK(deal_value_from >= 0)", "The value of deals cannot be below 0."
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for rule in self:
            rule.currency_id = (rule.company_id or self.env.company).currency_id

    def _compute_match_count(self):
        groups = self.env["campaign.response"]._read_group(
            [("routing_rule_ids", "in", self.ids)],
            ["routing_rule_ids"],
            ["__count"],
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.match_count = counts.get(rule.id, 0)

    @api.constrains("is_continue", "team_id", "assign_to", "user_id", "company_id")
    def _check_result(self):
        for rule in self:
            if not rule.is_continue and not rule.team_id:
                raise ValidationError(
                    self.env._(
                        "“%s” needs a team, or has to go on to the next rules.",
                        rule.name,
                    )
                )
            if rule.team_id.company_id and rule.team_id.company_id != rule.company_id:
                raise ValidationError(
                    self.env._(
                        "The team of “%s” belongs to another company.", rule.name
                    )
                )
            if rule.is_continue or rule.assign_to != "person":
                continue
            if not (rule.user_id and rule.user_id._may_answer()):
                raise ValidationError(
                    self.env._(
                        "“%s” needs a person who has the role “Responder” of the app "
                        "Responses.",
                        rule.name,
                    )
                )

    @api.constrains("sender_domains")
    def _check_sender_domains(self):
        for rule in self:
            for domain in _words(rule.sender_domains):
                if not re.fullmatch(r"[^\s@/:]+\.[^\s@/:]+", domain):
                    raise ValidationError(
                        self.env._(
                            "“%s” is no domain of e-mail addresses; write it like "
                            "example.com.",
                            domain,
                        )
                    )

    # ------------------------------------------------------------
    # Does it fit?
    # ------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """Return a company's rules, in their order."""
        return self.search(
            [
                ("company_id", "in", [False, company.id]),
                "|",
                ("team_id", "=", False),
                ("team_id.active", "=", True),
            ]
        )

    def _mismatch(self, facts, priority):
        """Return in words why a reply does not meet this rule; None if it does.

        :param priority: the reply's, as the rules before this one have set it
        """
        self.ensure_one()
        for check in (self._says, self._comes_from, self._is_worth):
            if reason := check(facts):
                return reason
        if self.priority_from and (priority or "0") < self.priority_from:
            return self.env._("the priority is lower")
        return None

    def _says(self, facts):
        """Check what the reply says, and to what."""
        response = facts.response
        if self.campaign_ids and response.campaign_id not in self.campaign_ids:
            return self.env._("it answers another campaign")
        if self.intent_ids and not response.intent_ids & self.intent_ids:
            return self.env._(
                "its intents are %s", _names(response.intent_ids) or self.env._("none")
            )
        if self.sentiment and response.sentiment != self.sentiment:
            return self.env._("the sentiment is %s", response.sentiment or "?")
        if self.topic_ids and not response.topic_ids & self.topic_ids:
            return self.env._(
                "its topics are %s", _names(response.topic_ids) or self.env._("none")
            )
        if self.language_ids and facts.language not in self._languages():
            return self.env._("the language is %s", facts.language or "?")
        return None

    def _languages(self):
        return {code.partition("_")[0] for code in self.language_ids.mapped("code")}

    def _comes_from(self, facts):
        """Check where the contact is at home."""
        if self.sender_domains and not any(
            facts.domain == domain or facts.domain.endswith(f".{domain}")
            for domain in _words(self.sender_domains)
        ):
            return self.env._("it comes from %s", facts.domain or "?")
        if self.country_ids and facts.country not in self.country_ids:
            return self.env._("the country is %s", facts.country.name or "?")
        if self.state_ids and facts.state not in self.state_ids:
            return self.env._("the state is %s", facts.state.name or "?")
        prefixes = tuple(one.upper() for one in _words(self.zip_prefixes))
        if prefixes and not facts.zip.startswith(prefixes):
            return self.env._("the ZIP is %s", facts.zip or "?")
        return None

    def _is_worth(self, facts):
        """Check whose account it is, and what is at stake."""
        if self.is_owned and not facts.owner:
            return self.env._("there is no account owner")
        if self.owner_ids and facts.owner not in self.owner_ids:
            return self.env._("the account owner is %s", facts.owner.name or "?")
        if self.deal_value_from and facts.deal_value < self._deal_limit(facts):
            currency = facts.response.company_id.currency_id
            return self.env._(
                "the open deals are %s",
                format_amount(self.env, facts.deal_value, currency),
            )
        return None

    def _deal_limit(self, facts):
        """Return the least value of deals, in the currency of the reply's company."""
        company = facts.response.company_id
        return self.currency_id._convert(
            self.deal_value_from,
            company.currency_id,
            company,
            facts.response.received_at.date(),
        )

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_view_responses(self):
        """Open the replies that this rule took."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_response_action_routed"
        )
        action["domain"] = [("routing_rule_ids", "in", self.ids)]
        action["display_name"] = self.env._("Replies of “%s”", self.name)
        return action


def _words(text):
    """Return what stands between commas, semicolons or blanks."""
    return [
        word.lower().lstrip("@") for word in re.split(r"[,;\s]+", text or "") if word
    ]


def _names(records):
    return ", ".join(records.mapped("display_name"))

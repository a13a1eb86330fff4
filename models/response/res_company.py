"""Response: the address of each company to which people answer."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.reply_address import LONGEST_NAME, ReplyAddress

DEFAULT_NAME = "replies"


class ResCompany(models.Model):
    """A company with a mail domain gets a reply alias by itself.

    Its name is the administrators' to change. Without one (they emptied it), and
    without a mail domain, answers go to the sender of each mail.
    """

    _inherit = "res.company"

    campaign_reply_alias_id = fields.Many2one(
        "mail.alias", "Reply Alias", readonly=True, copy=False, ondelete="set null"
    )
    campaign_reply_name = fields.Char(
        "Replies Go To",
        compute="_compute_campaign_reply_name",
        inverse="_inverse_campaign_reply_name",
        help="The first part of the address for answers to campaigns, before the @ of "
        "the company's email domain. Blank: answers go to the sender of each mail.",
    )
    campaign_reply_address = fields.Char(
        "Reply Address", compute="_compute_campaign_reply_name"
    )

    @api.depends(
        "alias_domain_id.name",
        "campaign_reply_alias_id.alias_name",
        "campaign_reply_alias_id.alias_domain_id",
    )
    def _compute_campaign_reply_name(self):
        for company in self:
            # sudo: who reads the company may read how people answer it
            alias_sudo = company.sudo().campaign_reply_alias_id
            name, domain = alias_sudo.alias_name, alias_sudo.alias_domain
            company.campaign_reply_name = name
            is_there = name and domain
            company.campaign_reply_address = f"{name}@{domain}" if is_there else ""

    def _inverse_campaign_reply_name(self):
        self._make_reply_alias()
        for company in self:
            name = (company.campaign_reply_name or "").strip()
            if len(name) > LONGEST_NAME:
                raise ValidationError(
                    self.env._(
                        "The name of the reply address may have %(most)s characters: "
                        "each mail adds a code of its own to it. Choose a shorter one "
                        "than “%(name)s”.",
                        most=LONGEST_NAME,
                        name=name,
                    )
                )
            # sudo: whoever may change the company's settings, may change its alias
            alias_sudo = company.sudo().campaign_reply_alias_id
            if alias_sudo and alias_sudo.alias_name != (name or False):
                alias_sudo.alias_name = name or False

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._make_reply_alias()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "alias_domain_id" in vals:
            self._make_reply_alias()
        return result

    @api.model
    def _make_reply_aliases(self):
        """Make the reply aliases of companies that were there before us."""
        self.search([("alias_domain_id", "!=", False)])._make_reply_alias()

    def _make_reply_alias(self):
        """Make these companies' reply aliases, or move them to another mail domain."""
        # sudo: a company's own alias, whoever gives it its domain
        for company in self.sudo().filtered("alias_domain_id"):
            domain, alias = company.alias_domain_id, company.campaign_reply_alias_id
            if not alias:
                alias = (
                    self.env["mail.alias"]
                    .sudo()
                    .create(
                        {
                            "alias_name": company._free_reply_name(DEFAULT_NAME),
                            "alias_domain_id": domain.id,
                            "alias_model_id": self.env["ir.model"]._get_id(
                                "campaign.response"
                            ),
                            "alias_defaults": repr({"company_id": company.id}),
                            "alias_contact": "everyone",
                        }
                    )
                )
                company.campaign_reply_alias_id = alias
            elif alias.alias_domain_id != domain:
                name = alias.alias_name and company._free_reply_name(alias.alias_name)
                alias.write({"alias_domain_id": domain.id, "alias_name": name})

    def _free_reply_name(self, wanted):
        """Return an alias name that is free in this company's mail domain."""
        domain = self.alias_domain_id
        taken = {
            *self.env["mail.alias"]
            .sudo()
            .search([("alias_domain_id", "=", domain.id)])
            .mapped("alias_name"),
            domain.bounce_alias,
            domain.catchall_alias,
            domain.default_from,
        }
        names = (wanted, f"{wanted[:9]}{self.id}", f"campaign{self.id}")
        return next((name for name in names if name not in taken), False)

    def _reply_address(self):
        """Return the :class:`ReplyAddress` of this company, or None."""
        # sudo: the address stands in every mail
        alias_sudo = self.sudo().campaign_reply_alias_id
        name, domain = alias_sudo.alias_name, alias_sudo.alias_domain
        if not name or not domain or len(name) > LONGEST_NAME:
            return None
        return ReplyAddress(name, domain)

    @api.model
    def _gets_mail(self):
        """Return whether anything shows that mail reaches this database."""
        # sudo: that there is mail is no secret
        servers_sudo = self.env["fetchmail.server"].sudo()
        if servers_sudo.search_count([("state", "=", "done")], limit=1):
            return True
        return any(
            self.env[model].sudo().search_count(domain, limit=1)
            for model, domain in (
                ("campaign.inbound", []),
                ("campaign.response", []),
                ("mail.message", [("message_type", "=", "email")]),
            )
        )

"""Sending: a mailbox provider, to which limits and slow-downs apply as a whole."""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.mail_exchange import SuffixTable, read_names

_LABEL = r"[^\s.@,;*]+"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_SUFFIX = re.compile(rf"{_LABEL}(\.({_LABEL}|\*))+")


class CampaignProviderGroup(models.Model):
    """Whoever runs the mail servers of many domains: Google, Microsoft, Yahoo, ...

    A provider counts what a sender sends to all of them together, so it is paced
    together. A domain belongs to the group that names it, or else to the one whose
    suffix its mail server's name ends with (the longest suffix wins, then the first
    group), or else to *Other providers*.

    Groups are facts about the world and the same for all companies.
    """

    _name = "campaign.provider.group"
    _description = "Mailbox Provider"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    mx_suffixes = fields.Text(
        "Mail Servers",
        help="Endings of the names of their mail servers (MX), one on each line. "
        "google.com stands for aspmx.l.google.com, too; * for any one label.",
    )
    domains = fields.Text(
        "Address Domains",
        help="Domains of their addresses, one on each line. "
        "These are known without a look-up.",
    )
    is_automatic = fields.Boolean(
        "Automatic",
        readonly=True,
        help="Made by itself, because many recipients share these mail servers.",
    )
    domain_count = fields.Integer(compute="_compute_domain_count")

    @api.depends_context("uid")
    def _compute_domain_count(self):
        # sudo: a number; the domains themselves are for administrators.
        domains_sudo = self.env["campaign.mail.domain"].sudo()
        counts = domains_sudo._read_group(
            [("provider_group_id", "in", self.ids)], ["provider_group_id"], ["__count"]
        )
        by_group = {group.id: count for group, count in counts}
        for group in self:
            group.domain_count = by_group.get(group.id, 0)

    @api.constrains("mx_suffixes")
    def _check_mx_suffixes(self):
        for group in self:
            for suffix in read_names(group.mx_suffixes):
                if not _SUFFIX.fullmatch(suffix):
                    raise ValidationError(
                        self.env._("“%s” is not the end of a server's name.", suffix)
                    )

    @api.constrains("domains")
    def _check_domains(self):
        for group in self:
            for domain in read_names(group.domains):
                if not _DOMAIN.fullmatch(domain):
                    raise ValidationError(self.env._("“%s” is not a domain.", domain))

    # ------------------------------------------------------------
    # What is known follows the groups
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        self.env["campaign.mail.domain"]._regroup()
        return groups

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_is_not_other()
        result = super().write(vals)
        if {"mx_suffixes", "domains", "active", "sequence"} & set(vals):
            self.env["campaign.mail.domain"]._regroup()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()  # answer rules are gone with it
        self.env["campaign.mail.domain"]._regroup()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_other(self):
        self._check_is_not_other()

    def _check_is_not_other(self):
        if self._other() in self:
            raise UserError(
                self.env._("Domains without a provider of their own need this one.")
            )

    # ------------------------------------------------------------
    # Look-up
    # ------------------------------------------------------------

    @api.model
    def _other(self):
        """Return the group of domains that have no group of their own."""
        return self.env.ref("campaign_desk.provider_group_other")

    @api.model
    def _read_all(self):
        """Return all groups (there are dozens), the first ones first."""
        return self.search(Domain.TRUE)

    @api.model
    def _by_domain(self):
        """Return the ids of the groups of domains known by name."""
        known = {}
        for group in self._read_all():
            for domain in read_names(group.domains):
                known.setdefault(domain, group.id)
        return known

    @api.model
    def _by_suffix(self):
        """Return the table of mail servers' suffixes; its values are groups' ids."""
        table = SuffixTable()
        for group in self._read_all():
            for suffix in read_names(group.mx_suffixes):
                table.add(suffix, group.id)
        return table

    def action_view_domains(self):
        """Show the domains that are known to belong to this provider."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_mail_domain_action"
        )
        action["domain"] = [("provider_group_id", "=", self.id)]
        action["context"] = {}
        return action

"""Campaign: a segment, people described by what is true of them when a mail is sent."""

from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .engagement import Person
from .recipient_address import address_of

# What conditions read, besides the records themselves.
_READ_BY_CONDITIONS = (
    "campaign.engagement",
    "mailing.trace",
    "mailing.contact",
    "mailing.subscription",
    "mail.blacklist",
    "link.tracker",
    "link.tracker.click",
    "res.partner",
)


class CampaignSegment(models.Model):
    """Records of one model that fit a filter and conditions about their mails.

    Nobody is put into a segment: who belongs to it is found out when it is looked at,
    and again when a mail is sent to it.
    """

    _name = "campaign.segment"
    _description = "Segment"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Of records that belong to a company only this one's are found. Blank: "
        "those of all companies.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    tag_ids = fields.Many2many("utm.tag", string="Tags")
    note = fields.Text("Description", help="What the segment is for.")
    mailing_model_id = fields.Many2one(
        "ir.model",
        "Recipients",
        required=True,
        domain=[("is_mailing_enabled", "=", True), ("model", "!=", "mailing.list")],
        default=lambda self: self.env["ir.model"]._get_id("mailing.contact"),
        ondelete="cascade",
        tracking=True,
    )
    mailing_model_name = fields.Char(
        related="mailing_model_id.model", related_sudo=True, store=True
    )
    domain = fields.Char("Filter", default="[]", required=True, tracking=True)
    match = fields.Selection(
        [("all", "All conditions"), ("any", "At least one condition")],
        "Who Meets",
        default="all",
        required=True,
        tracking=True,
    )
    condition_ids = fields.One2many(
        "campaign.segment.condition", "segment_id", "Conditions", copy=True
    )
    mailing_ids = fields.Many2many(
        "mailing.mailing",
        "campaign_segment_mailing_rel",
        "segment_id",
        "mailing_id",
        "Mailings to It",
        copy=False,
    )
    excluding_mailing_ids = fields.Many2many(
        "mailing.mailing",
        "campaign_excluded_segment_mailing_rel",
        "segment_id",
        "mailing_id",
        "Mailings That Leave It Out",
        copy=False,
    )
    mailing_count = fields.Integer("Mailings", compute="_compute_mailing_count")

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", segment.name)}
            if not (default or {}).get("name")
            else vals
            for segment, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.onchange("mailing_model_id")
    def _onchange_mailing_model_id(self):
        """Start anew: a filter speaks of one model's fields."""
        if self.mailing_model_id != self._origin.mailing_model_id:
            self.domain = "[]"

    @api.constrains("domain", "mailing_model_id", "condition_ids")
    def _check_domain(self):
        # Odoo checks as superuser; whoever makes a filter must be allowed to search so.
        for segment in self.sudo(False):
            segment._check_model()
            model, domain = segment._recipients(), segment._audience_domain()
            try:
                with self.env.cr.savepoint(flush=False):
                    query = model._search(domain, limit=1).select()
                    self.env.flush_query(query)
                    self.env.cr.execute(query, log_exceptions=False)
            except AccessError:
                raise
            except Exception as error:  # PostgreSQL may refuse it in many ways
                raise ValidationError(segment._bad_filter()) from error

    def _check_model(self):
        model = self.env.get(self.mailing_model_name)
        if (
            not getattr(model, "_mailing_enabled", False)
            or model._name == "mailing.list"
        ):
            raise ValidationError(
                self.env._(
                    "“%s” cannot be mailed. Choose contacts, leads or other records "
                    "with an address.",
                    self.mailing_model_id.display_name,
                )
            )
        if self.condition_ids and not address_of(model, model._table):
            raise ValidationError(
                self.env._(
                    "“%s” have no address of their own by which their mails can be "
                    "found, so there can be no conditions about them.",
                    self.mailing_model_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        """Keep what mails still need: without an exclusion they would reach more."""
        for segment in self:
            # sudo: whoever's mail it is
            mailings_sudo = (
                segment.sudo().mailing_ids | segment.sudo().excluding_mailing_ids
            )
            waiting = mailings_sudo.filtered(lambda mailing: mailing.state != "done")
            campaigns_sudo = (
                self.env["utm.campaign"]
                .sudo()
                .search(
                    Domain("state", "not in", ("done", "cancelled"))
                    & (
                        Domain("segment_ids", "in", segment.ids)
                        | Domain("excluded_segment_ids", "in", segment.ids)
                    ),
                    limit=1,
                )
            )
            for user in (*waiting[:1], *campaigns_sudo):
                raise UserError(
                    self.env._(
                        "“%(segment)s” is used by “%(mail)s”. Archive the segment, or "
                        "take it out there first.",
                        segment=segment.name,
                        mail=user.display_name,
                    )
                )

    # ------------------------------------------------------------
    # Who
    # ------------------------------------------------------------

    def _recipients(self):
        """Return the (empty) recordset of the segment's model."""
        return self.env[self.mailing_model_name]

    def _audience_domain(self):
        """Return the domain of the records that belong to the segment now.

        :raise UserError: its filter is broken, so it must not stand for nobody or all.
        """
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            domain.validate(self._recipients())
        except Exception as error:  # a person or a removed module may have broken it
            raise UserError(self._bad_filter()) from error
        return domain & self._company_domain() & self._engagement_domain()

    def _with_active(self, domain):
        """Return the domain of those who are not archived, as a search would."""
        name = self._recipients()._active_name
        if not name or any(
            leaf.field_expr == name for leaf in domain.iter_conditions()
        ):
            return domain
        return domain & Domain(name, "=", True)

    def _definition(self):
        """Return what decides who belongs to the segment, as values for JSON."""
        self.ensure_one()
        conditions = [condition._definition() for condition in self.condition_ids]
        return {
            "model": self.mailing_model_name,
            "company": self.company_id.id,
            "domain": self.domain,
            "match": self.match,
            "conditions": sorted(conditions, key=str),
        }

    def _bad_filter(self):
        return self.env._(
            "The filter of the segment “%s” does not work. Make it again with the "
            "filter editor.",
            self.name or self.env._("New"),
        )

    def _company_domain(self):
        field = self._recipients()._fields.get("company_id")
        if not self.company_id or not field or not field.store:
            return Domain.TRUE
        return Domain("company_id", "in", [self.company_id.id, False])

    def _engagement_domain(self):
        """Return the domain of those who meet the conditions."""
        if not self.condition_ids:
            return Domain.TRUE
        conditions = self.condition_ids
        glue = SQL(" OR " if self.match == "any" else " AND ")

        def to_sql(model, alias, _query):
            for name in _READ_BY_CONDITIONS:
                model.env[name].flush_model()
            person = Person(
                model._name, SQL.identifier(alias, "id"), address_of(model, alias)
            )
            parts = [condition._matches(person) for condition in conditions]
            return SQL("(%s)", glue.join(parts))

        return Domain.custom(to_sql=to_sql)

    # ------------------------------------------------------------
    # Used by
    # ------------------------------------------------------------

    @api.depends("mailing_ids", "excluding_mailing_ids")
    def _compute_mailing_count(self):
        for segment in self:
            segment.mailing_count = len(
                segment.mailing_ids | segment.excluding_mailing_ids
            )

    def action_view_mailings(self):
        """Open the mailings that are sent to this segment or leave it out."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mass_mailing.mailing_mailing_action_mail"
        )
        used_by = self.mailing_ids | self.excluding_mailing_ids
        return action | {
            "domain": [("id", "in", used_by.ids)],
            "context": self._mailing_defaults(),
        }

    def action_create_mailing(self):
        """Open the form of a new mailing to this segment."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Mailing"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": self._mailing_defaults(),
        }

    def _mailing_defaults(self):
        self.ensure_one()
        model = self.mailing_model_name
        if model == "mailing.contact":
            model = "mailing.list"  # so its lists' pages for leaving are the mail's
        return {
            "default_mailing_type": "mail",
            "default_mailing_model_id": self.env["ir.model"]._get_id(model),
            "default_segment_ids": self.ids,
        }

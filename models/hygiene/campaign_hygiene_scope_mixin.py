"""Hygiene: whom a check or a policy looks at, and who is quiet."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CampaignHygieneScopeMixin(models.AbstractModel):
    """Contacts of mailing lists: those on a list, those in a segment, or all."""

    _name = "campaign.hygiene.scope.mixin"
    _description = "Contacts to Look At"

    scope = fields.Selection(
        [
            ("list", "A mailing list"),
            ("segment", "A segment"),
            ("all", "All contacts"),
        ],
        "Look At",
        default="list",
        required=True,
    )
    list_id = fields.Many2one("mailing.list", "Mailing List", ondelete="cascade")
    segment_id = fields.Many2one(
        "campaign.segment",
        ondelete="restrict",
        domain=[("mailing_model_name", "=", "mailing.contact")],
        help="Segments of mailing contacts.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        help="Gets the results.",
    )
    quiet_mails = fields.Integer(
        "Mails without a Sign",
        default=5,
        required=True,
        help="Whoever got so many mails and did nothing with any is quiet. What "
        "machines open or follow is no sign of a person.",
    )
    quiet_days = fields.Integer("In Days", default=180, required=True)
    place = fields.Char("Of", compute="_compute_place")

    _quiet_positive = models.Constraint(
        "CHECK (quiet_mails > 0 AND quiet_days > 0)",
        "Nobody is quiet before one mail and one day: use numbers from 1.",
    )

    @api.constrains("scope", "list_id", "segment_id")
    def _check_scope(self):
        for record in self:
            wanted = {"list": record.list_id, "segment": record.segment_id}
            if not wanted.get(record.scope, True):
                raise ValidationError(
                    self.env._("Say which mailing list or segment is looked at.")
                )
            segment = record.segment_id
            if (
                record.scope == "segment"
                and segment.mailing_model_name != "mailing.contact"
            ):
                raise ValidationError(
                    self.env._(
                        "“%s” is about other records. Choose a segment of mailing "
                        "contacts.",
                        segment.name,
                    )
                )

    @api.depends("scope", "list_id.name", "segment_id.name")
    def _compute_place(self):
        for record in self:
            record.place = {
                "list": record.list_id.name,
                "segment": record.segment_id.name,
            }.get(record.scope) or self.env._("All contacts")

    def _contacts_domain(self):
        """Return the domain of the contacts; of a list those who have not left it."""
        self.ensure_one()
        if self.scope == "list":
            member = Domain("list_id", "=", self.list_id.id) & Domain(
                "opt_out", "!=", True
            )
            return Domain("subscription_ids", "any", member)
        if self.scope == "segment":
            # sudo: the segment is a colleague's, who may see it by other rules
            return self.segment_id.sudo()._audience_domain()
        return Domain.TRUE

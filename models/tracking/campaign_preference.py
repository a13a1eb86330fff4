"""Tracking: what a person wants of a company's mails, by address."""

from odoo import api, fields, models
from odoo.tools import email_normalize


class CampaignPreference(models.Model):
    """What the owner of an address has asked one company for.

    It holds for every mailing of that company, whatever its recipients are. Who asked
    for nothing has no row.
    """

    _name = "campaign.preference"
    _description = "Mail Preference"
    _rec_name = "email"
    _order = "write_date desc, id desc"

    email = fields.Char("Address", required=True, help="Normalized.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    is_untracked = fields.Boolean(
        "Do Not Track",
        help="What this person opens and follows is counted, but not whose it was.",
    )

    _owner_uniq = models.UniqueIndex("(email, company_id)")
    _untracked_idx = models.Index("(email) WHERE is_untracked")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_normalized(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(_normalized(vals))

    @api.model
    def _of(self, email, company):
        """Return the row of an address for a company, or an empty recordset."""
        domain = [
            ("email", "=", email_normalize(email) or ""),
            ("company_id", "=", company.id),
        ]
        return self.search(domain, limit=1)

    @api.model
    def _set(self, email, company, **values):
        """Write down what the owner of an address wants."""
        preference = self._of(email, company)
        if preference:
            preference.write(values)
            return preference
        return self.create({"email": email, "company_id": company.id, **values})


def _normalized(vals):
    if "email" not in vals:
        return vals
    return {**vals, "email": email_normalize(vals["email"]) or vals["email"]}

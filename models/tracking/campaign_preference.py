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

    absent_until = fields.Datetime(
        "Away Until",
        readonly=True,
        help="An automatic answer says so. Mails of campaigns wait until then.",
    )

    _owner_uniq = models.UniqueIndex("(email, company_id)")
    _untracked_idx = models.Index("(email) WHERE is_untracked")
    _absent_idx = models.Index("(company_id, email) WHERE absent_until IS NOT NULL")

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

    @api.model
    def _set_absent(self, email, company, until):
        """Have the mails of campaigns to an address wait; None: no more.

        :param until: in UTC.
        """
        # sudo: what the owner of the address says, who has no account
        preference_sudo = self.sudo()._of(email, company)
        if preference_sudo.absent_until == (until or False):
            return
        if not until:
            preference_sudo.absent_until = False
            self.env["mailing.trace"]._stop_waiting_for(email, company)
        else:
            self.sudo()._set(email, company, absent_until=until)


def _normalized(vals):
    if "email" not in vals:
        return vals
    return {**vals, "email": email_normalize(vals["email"]) or vals["email"]}

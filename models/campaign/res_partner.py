"""Campaign: customers, found by their address and tied to mailing contacts."""

from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    _email_normalized_idx = models.Index("(email_normalized)")

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered("email")._tie_mailing_contacts()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if vals.get("email"):
            self._tie_mailing_contacts()
        return result

    def _tie_mailing_contacts(self):
        """Tie mailing contacts with the addresses of these customers to them."""
        if self:
            self.env.flush_all()
            contacts = self.env["mailing.contact"]
            contacts._tie_to_partners(SQL("partner.id = ANY(%s)", self.ids))
            contacts.invalidate_model(["partner_id"])

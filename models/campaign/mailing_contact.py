"""Campaign: mailing contacts: their language, and the customer they are tied to."""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class MailingContact(models.Model):
    _inherit = "mailing.contact"

    lang = fields.Selection(
        selection=lambda self: self._installed_languages(),
        string="Language",
        help="Mails that exist in this language, or in another kind of it, come in it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who has the same address among the contacts of all apps.",
    )

    def _mail_get_partners(self, introspect_fields=False):
        """Read the one field that there is once, where Odoo reads it twice for each."""
        return {contact.id: contact.partner_id for contact in self}

    @api.model
    def _installed_languages(self):
        return self.env["res.lang"].get_installed()

    def _auto_init(self):
        """Tie the contacts that are there in one statement, not one by one."""
        is_new = not column_exists(self.env.cr, self._table, "partner_id")
        if is_new:
            create_column(self.env.cr, self._table, "partner_id", "int4")
        result = super()._auto_init()
        if is_new:
            self._tie_to_partners(SQL("TRUE"))
        return result

    @api.depends("email_normalized")
    def _compute_partner_id(self):
        addresses = [address for address in self.mapped("email_normalized") if address]
        # sudo: which customer it is does not depend on who writes the address
        partners_sudo = (
            self.env["res.partner"]
            .sudo()
            .search(
                [("email_normalized", "in", addresses), ("company_id", "=", False)],
                order="id desc",
            )
        )
        ids = {partner.email_normalized: partner.id for partner in partners_sudo}
        for contact in self:
            contact.partner_id = ids.get(contact.email_normalized)

    @api.model
    def _tie_to_partners(self, condition):
        """Tie contacts that have no customer yet to the first one with their address.

        :param condition: SQL about ``contact`` and ``partner``.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE mailing_contact contact
                   SET partner_id = first.id
                  FROM (SELECT contact.id AS contact_id, min(partner.id) AS id
                          FROM mailing_contact contact
                          JOIN res_partner partner
                            ON partner.email_normalized = contact.email_normalized
                         WHERE contact.partner_id IS NULL
                           AND contact.email_normalized <> ''
                           AND partner.active
                           AND partner.company_id IS NULL
                           AND %s
                         GROUP BY contact.id) first
                 WHERE contact.id = first.contact_id
                """,
                condition,
            )
        )

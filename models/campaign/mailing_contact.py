"""Campaign: the language of a contact on a mailing list."""

from odoo import api, fields, models


class MailingContact(models.Model):
    _inherit = "mailing.contact"

    lang = fields.Selection(
        selection=lambda self: self._installed_languages(),
        string="Language",
        help="Mails that exist in this language, or in another kind of it, come in it.",
    )

    @api.model
    def _installed_languages(self):
        return self.env["res.lang"].get_installed()

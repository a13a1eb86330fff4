"""Campaign: mailings that Odoo's composer makes on the way.

"Send mail" on a list of records with a mailing name creates a mailing and sends it
at once by itself: Odoo's own path, which stays as it is.
"""

from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _prepare_mailing_values(self):
        return dict(super()._prepare_mailing_values(), delivery_engine="standard")

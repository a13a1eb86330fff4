"""Tracking: Odoo's blacklist, and its own rule about bounces."""

from datetime import timedelta

from odoo import fields, models
from odoo.tools import email_normalize

from odoo.addons.mass_mailing.models.mail_thread import BLACKLIST_MAX_BOUNCED_LIMIT

ODOOS_WEEKS = 13


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    def _add(self, email, message=None):
        """Have Odoo's rule of five bounces count only the mails of Odoo's engine.

        Those of Campaign Desk are the business of the bounce policies: a block or a
        full mailbox is no reason to blacklist somebody.
        """
        if self.env.context.get("campaign_odoos_bounce_rule"):
            since = fields.Datetime.now() - timedelta(weeks=ODOOS_WEEKS)
            # sudo: the gateway acts for a mail server, which has no account.
            bounced = self.env["mailing.trace"].sudo()
            count = bounced.search_count(
                [
                    ("email", "=", email_normalize(email)),
                    ("trace_status", "=", "bounce"),
                    ("write_date", ">", since),
                    ("token", "=", False),
                ]
            )
            if count < BLACKLIST_MAX_BOUNCED_LIMIT:
                return self.browse()
        return super()._add(email, message=message)

"""Tracking: a contact of a mailing list and the mails it got."""

from odoo import fields, models


class MailingContact(models.Model):
    _name = "mailing.contact"
    _inherit = ["mailing.contact", "campaign.recipient.mixin"]

    active = fields.Boolean(
        default=True,
        help="Who is archived gets no mail. Merging duplicates archives those that are "
        "no longer needed.",
    )

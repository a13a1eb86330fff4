"""Sending: the index by which opt-outs are found."""

from odoo import models


class MailingContact(models.Model):
    _inherit = "mailing.contact"

    _email_normalized_idx = models.Index("(email_normalized)")

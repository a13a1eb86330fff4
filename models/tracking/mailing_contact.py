"""Tracking: a contact of a mailing list and the mails it got."""

from odoo import models


class MailingContact(models.Model):
    _name = "mailing.contact"
    _inherit = ["mailing.contact", "campaign.recipient.mixin"]

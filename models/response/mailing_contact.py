"""Response: what a contact of mailing lists replied."""

from odoo import models


class MailingContact(models.Model):
    _name = "mailing.contact"
    _inherit = ["mailing.contact", "campaign.response.links.mixin"]
    _response_field = "contact_id"

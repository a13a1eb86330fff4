"""Response: the replies to a mailing."""

from odoo import models


class MailingMailing(models.Model):
    _name = "mailing.mailing"
    _inherit = ["mailing.mailing", "campaign.response.links.mixin"]
    _response_field = "mailing_id"

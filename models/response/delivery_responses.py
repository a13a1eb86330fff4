"""Response: the replies to a delivery."""

from odoo import models


class MailingTrace(models.Model):
    _name = "mailing.trace"
    _inherit = ["mailing.trace", "campaign.response.links.mixin"]
    _response_field = "trace_id"

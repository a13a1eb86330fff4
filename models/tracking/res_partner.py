"""Tracking: a partner and the mails it got."""

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "campaign.recipient.mixin"]

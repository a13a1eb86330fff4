"""Response: what a contact replied."""

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "campaign.response.links.mixin"]
    _response_field = "partner_id"

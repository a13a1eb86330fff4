"""Campaign: customers, found by their address."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    _email_normalized_idx = models.Index("(email_normalized)")

"""Campaign: what a company asks for before its campaigns are sent."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    campaign_approval = fields.Boolean(
        "Campaigns Need an Approval",
        help="A manager of Email Marketing who has not worked on a campaign has to "
        "approve it before it is sent.",
    )

"""Response: persons whom others named."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    referral_response_id = fields.Many2one(
        "campaign.response",
        "Named in a Reply",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        groups="campaign_desk.group_response_user",
        help="The reply in which somebody else named this person.",
    )

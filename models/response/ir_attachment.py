from odoo import fields, models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    # not the message's own files: whoever sees those may open them
    campaign_answer_id = fields.Many2one(
        "mail.message",
        "Came with the Answer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The answer by mail with which a file came to a response.",
    )

"""Response: what people can want, as records to filter by and to hang settings on."""

from odoo import fields, models


class CampaignIntent(models.Model):
    """One of the intents that the analysis tells apart (:mod:`tools.nlp.taxonomy`)."""

    _name = "campaign.intent"
    _description = "Reply Intent"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, readonly=True, help="The name by which the analysis knows it."
    )
    sequence = fields.Integer(
        default=10, help="Of several, a reply is shown under the first."
    )
    color = fields.Integer()
    description = fields.Char(translate=True, help="What the writer of a reply does.")

    _code_unique = models.Constraint("UNIQUE(code)", "Each intent is there once.")

"""Response: one label of a reply, how sure it is, and what it stands on."""

from odoo import fields, models

AXES = [
    ("kind", "Kind"),
    ("intent", "Intent"),
    ("sentiment", "Sentiment"),
    ("topic", "Topic"),
]


class CampaignResponseLabel(models.Model):
    """A name on one of the four axes, given by the analysis or by a person."""

    _name = "campaign.response.label"
    _description = "Label of a Response"
    _order = "axis, confidence desc, id"
    _rec_name = "code"

    response_id = fields.Many2one(
        "campaign.response", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="response_id.company_id", store=True)
    axis = fields.Selection(AXES, required=True)
    code = fields.Char(required=True, help="The label's name in the analysis.")
    confidence = fields.Float(aggregator="avg", help="From 0 to 1.")
    evidence = fields.Json(
        help="What it stands on: source, text, weight, start and end in the clean text."
    )
    source = fields.Selection(
        [("analysis", "Analysis"), ("person", "Person")],
        required=True,
        default="analysis",
    )

    _label_unique = models.Constraint(
        "UNIQUE(response_id, axis, code)", "Each label is given once."
    )

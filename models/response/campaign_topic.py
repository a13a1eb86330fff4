"""Response: what replies are about."""

from odoo import fields, models


class CampaignTopic(models.Model):
    """A topic, by which replies are tagged: a shipped one or one's own."""

    _name = "campaign.topic"
    _description = "Reply Topic"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="The name by which the analysis knows it, such as price."
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint("UNIQUE(code)", "Each topic is there once.")

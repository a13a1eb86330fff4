"""Response: the team's own words for replies."""

from odoo import fields, models


class CampaignResponseTag(models.Model):
    """A tag that people or routing rules put on replies."""

    _name = "campaign.response.tag"
    _description = "Response Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()

    _name_unique = models.Constraint("UNIQUE(name)", "There is a tag of that name.")

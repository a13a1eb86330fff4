"""Response: the way from other records to the replies that belong to them."""

from odoo import fields, models


class CampaignResponseLinksMixin(models.AbstractModel):
    """Something that replies belong to, by the field that ``_response_field`` names."""

    _name = "campaign.response.links.mixin"
    _description = "Has Responses"
    _response_field = None

    campaign_response_count = fields.Integer(
        "Responses of People",
        compute="_compute_campaign_response_count",
        groups="campaign_desk.group_response_user,base.group_system",
        help="Replies of people, of those that you may see.",
    )

    def _compute_campaign_response_count(self):
        responses = self.env["campaign.response"]
        groups = responses._read_group(
            [(self._response_field, "in", self.ids), *responses._from_person()],
            [self._response_field],
            ["__count"],
        )
        counts = {record.id: count for record, count in groups}
        for record in self:
            record.campaign_response_count = counts.get(record.id, 0)

    def action_view_responses(self):
        """Show the replies that belong to these records."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_response_action_all"
        )
        domain = [(self._response_field, "in", self.ids)]
        return {**action, "domain": domain, "context": {"search_default_people": 1}}

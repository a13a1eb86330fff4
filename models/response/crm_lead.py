"""Response: the replies that an opportunity is about."""

from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    campaign_response_ids = fields.One2many("campaign.response", "lead_id", "Replies")
    campaign_response_count = fields.Integer(
        "Number of Replies",
        compute="_compute_campaign_response_count",
        compute_sudo=True,
    )
    campaign_mailing_id = fields.Many2one(
        "mailing.mailing",
        "Mailing Answered",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The mail, or variant of it, whose answer made this opportunity.",
    )
    campaign_intent_ids = fields.Many2many(
        "campaign.intent",
        "crm_lead_campaign_intent_rel",
        string="Reply Intents",
        readonly=True,
        groups="campaign_desk.group_response_user",
    )

    @api.depends("campaign_response_ids")
    def _compute_campaign_response_count(self):
        counts = dict(
            self.env["campaign.response"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.campaign_response_count = counts.get(lead, 0)

    def action_view_campaign_responses(self):
        """Open the replies that this opportunity is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replies"),
            "res_model": "campaign.response",
            "view_mode": "list,form",
            "domain": [("lead_id", "=", self.id)],
        }

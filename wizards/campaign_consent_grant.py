"""Tracking: put somebody on lists again that they have left, and say why."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.tracking.evidence import Evidence, with_evidence


class CampaignConsentGrant(models.TransientModel):
    """Asks how a person agreed; the words are kept as the proof."""

    _name = "campaign.consent.grant"
    _description = "Subscribe Again"

    contact_id = fields.Many2one("mailing.contact", required=True, ondelete="cascade")
    left_list_ids = fields.Many2many(
        "mailing.list", compute="_compute_left_list_ids", string="Lists They Have Left"
    )
    list_ids = fields.Many2many("mailing.list", string="Mailing Lists", required=True)
    statement = fields.Text(
        "How They Agreed",
        required=True,
        help="Who told whom, when and how; where the form or the mail is kept.",
    )

    @api.depends("contact_id")
    def _compute_left_list_ids(self):
        for wizard in self:
            left = wizard.contact_id.subscription_ids.filtered("opt_out")
            wizard.left_list_ids = left.list_id

    def action_subscribe(self):
        """Take back that they have left the lists."""
        self.ensure_one()
        words = (self.statement or "").strip()
        if not words:
            raise UserError(self.env._("Say how they agreed to get these mails again."))
        proved = with_evidence(self.contact_id, Evidence("person", text=words))
        left = proved.subscription_ids.filtered(
            lambda one: one.opt_out and one.list_id in self.list_ids
        )
        left.write({"opt_out": False})
        return {"type": "ir.actions.act_window_close"}

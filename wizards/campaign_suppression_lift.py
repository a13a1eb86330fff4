"""Tracking: mail an address again, and say why."""

from odoo import fields, models


class CampaignSuppressionLift(models.TransientModel):
    """Asks for the reason, which stays in the history."""

    _name = "campaign.suppression.lift"
    _description = "Lift a Suppression"

    line_id = fields.Many2one("campaign.address.lookup.line", ondelete="cascade")
    suppression_ids = fields.Many2many("campaign.suppression")
    reason = fields.Char(required=True)

    def action_lift(self):
        """Lift what was chosen; a look-up then shows what still holds the address."""
        self.ensure_one()
        if self.suppression_ids:
            self.suppression_ids._lift(self.reason)
        if not self.line_id:
            return {"type": "ir.actions.act_window_close"}
        self.line_id._lift(self.reason)
        lookup = self.line_id.lookup_id
        return lookup.create({"email": lookup.email}).action_look_up()

"""Response: one question or request in a reply."""

from odoo import api, fields, models
from odoo.exceptions import AccessError


class CampaignResponseAsk(models.Model):
    """A sentence that wants an answer or an act, with an owner and an end."""

    _name = "campaign.response.ask"
    _description = "Question or Request"
    _order = "response_id, start, id"
    _rec_name = "sentence"

    response_id = fields.Many2one(
        "campaign.response", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="response_id.company_id", store=True)
    kind = fields.Selection(
        [("question", "Question"), ("request", "Request")], required=True
    )
    sentence = fields.Char(required=True)
    start = fields.Integer(help="Where it begins in the clean text.")
    user_id = fields.Many2one(
        "res.users", "Owner", compute="_compute_user_id", store=True, readonly=False
    )
    is_done = fields.Boolean("Done")

    @api.depends("response_id.user_id")
    def _compute_user_id(self):
        """Propose who has the reply; whoever is named stays."""
        for ask in self:
            ask.user_id = ask.user_id or ask.response_id.user_id

    def write(self, vals):
        """Write whose it is, and that it is done.

        :raise AccessError: it is what the writer asks.
        """
        if not self.env.su and vals.keys() - {"user_id", "is_done"}:
            raise AccessError(
                self.env._(
                    "Nobody changes what the writer asks. Tick it off, or give it to "
                    "somebody."
                )
            )
        return super().write(vals)

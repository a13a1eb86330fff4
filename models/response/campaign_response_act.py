"""Response: what was done about a reply, by whom and why."""

from odoo import api, fields, models

from .act_kinds import ABSENT, ACTS


class CampaignResponseAct(models.Model):
    """One act that follows from a reply.

    ==============  ===================================================================
    state           who sets it
    ==============  ===================================================================
    ``proposed``    the policies (:meth:`campaign.response._act`)
    ``done``        the policies if they may, else a click
    ``undone``      a click; it is never done by itself again
    ``dismissed``   a click; it is not proposed again
    ==============  ===================================================================

    Of each act there is one that is proposed or done; those undone and dismissed stay
    as history. ``key`` tells acts of one kind apart, such as two persons named.
    """

    _name = "campaign.response.act"
    _description = "Act on a Response"
    _order = "id desc"
    _rec_name = "summary"

    response_id = fields.Many2one(
        "campaign.response", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="response_id.company_id", store=True)
    campaign_id = fields.Many2one(related="response_id.campaign_id", store=True)
    author_name = fields.Char("From", related="response_id.author_name")
    code = fields.Selection(ACTS, "Act", required=True, index=True)
    key = fields.Char(required=True, default="-")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("done", "Done"),
            ("undone", "Undone"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="proposed",
        index=True,
    )
    intent_id = fields.Many2one("campaign.intent", "Because Of")
    kind = fields.Selection(ABSENT)
    confidence = fields.Float(aggregator="avg", help="From 0 to 1.")
    reason = fields.Char(help="Why, in one sentence.")
    by_itself = fields.Boolean()
    user_id = fields.Many2one("res.users", "By", help="Who pressed the button.")
    done_at = fields.Datetime()
    undone_at = fields.Datetime("Taken Back At")
    undone_by_id = fields.Many2one("res.users", "Taken Back By")
    summary = fields.Char("What Was Done")
    offer = fields.Json(help="What was found in the reply for it.")
    memory = fields.Json(help="What undoing needs to know.")
    res_model = fields.Char("Made in")
    res_id = fields.Many2oneReference("Record", model_field="res_model")

    _live_unique = models.UniqueIndex(
        "(response_id, code, key) WHERE state IN ('proposed', 'done')",
        "This is done already.",
    )

    @api.depends("code", "summary")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for act in self:
            act.display_name = act.summary or labels.get(act.code)

    def _target(self):
        """Return what the act made or changed, if it is still there."""
        if not self.res_model or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists() or None

    def action_open(self):
        """Open what the act made, if it is there for the user to see, or the reply."""
        self.ensure_one()
        self.check_access("read")
        target = self._target()
        if target is None or not target.has_access("read"):
            return self.action_open_response()
        return target._get_records_action()

    def action_open_response(self):
        """Open the reply, where what asks first is done."""
        self.ensure_one()
        self.response_id.check_access("read")
        return self.response_id._get_records_action()

    def action_undo(self):
        """Take the act back."""
        self.ensure_one()
        self.response_id.action_undo(self.id)
        return True

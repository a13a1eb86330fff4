"""Hygiene: what an action did to one contact, and how it was before."""

from odoo import fields, models


class CampaignHygieneChange(models.Model):
    """One contact in an action.

    =========  ================================================================
    todo       still to be done
    done       done; ``before`` is what undoing goes back to
    skipped    could not be done, or was not needed: ``note`` says why
    undone     taken back
    kept       not taken back, because somebody has changed it since
    =========  ================================================================
    """

    _name = "campaign.hygiene.change"
    _description = "Hygiene Change"
    _order = "id"
    _rec_name = "contact_id"
    _log_access = False

    action_id = fields.Many2one(
        "campaign.hygiene.action", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id")
    finding_id = fields.Many2one(
        "campaign.hygiene.finding", readonly=True, ondelete="cascade", index=True
    )
    contact_id = fields.Many2one(
        "mailing.contact", readonly=True, ondelete="cascade", index=True
    )
    email = fields.Char(related="finding_id.email", string="Address")
    finding_kind = fields.Selection(related="finding_id.kind", string="What Was Found")
    state = fields.Selection(
        [
            ("todo", "To do"),
            ("done", "Done"),
            ("skipped", "Left as it is"),
            ("undone", "Undone"),
            ("kept", "Not undone"),
        ],
        required=True,
        readonly=True,
        default="todo",
    )
    before = fields.Json(readonly=True)
    note = fields.Char(readonly=True)

    _state_idx = models.Index("(action_id, state, id)")

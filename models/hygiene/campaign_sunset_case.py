"""Hygiene: one address that a sunset policy asked, and what came of it."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..tracking.campaign_suppression import hash_address


class CampaignSunsetCase(models.Model):
    """Somebody who was quiet.

    ==============  ===========================================================
    asked           the mail leaves or has left, and an answer is waited for
    returned        there was a sign of a person: they stay
    suppressed      no answer came in time
    cancelled       the mail did not leave or arrive
    undone          a person lifted the suppression
    ==============  ===========================================================
    """

    _name = "campaign.sunset.case"
    _description = "Sunset Case"
    _order = "id desc"
    _rec_name = "email"
    _log_access = False

    policy_id = fields.Many2one(
        "campaign.sunset.policy", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    contact_id = fields.Many2one(
        "mailing.contact", readonly=True, ondelete="cascade", index=True
    )
    email = fields.Char("Address", required=True, readonly=True)
    state = fields.Selection(
        [
            ("asked", "Asked"),
            ("returned", "Came back"),
            ("suppressed", "Suppressed"),
            ("cancelled", "Not reached"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        default="asked",
    )
    batch = fields.Integer(readonly=True, aggregator=None, index="btree_not_null")
    mailing_id = fields.Many2one(
        "mailing.mailing", "Asked by", readonly=True, ondelete="set null", index=True
    )
    quiet_mails = fields.Integer("Mails without a Sign", readonly=True, aggregator=None)
    last_human_at = fields.Datetime("Last Sign before", readonly=True)
    create_date = fields.Datetime("Opened", readonly=True)
    closed_at = fields.Datetime("Closed", readonly=True)

    _asked_uniq = models.UniqueIndex("(company_id, email) WHERE state = 'asked'")
    _email_idx = models.Index("(email)")
    _policy_idx = models.Index("(policy_id, state)")

    def action_undo(self):
        """Mail these addresses again."""
        self.env["campaign.suppression"].check_access("write")
        cases = self.filtered(lambda case: case.state == "suppressed")
        if not cases:
            raise UserError(self.env._("Choose cases that are suppressed."))
        hashes = [hash_address(email) for email in cases.mapped("email")]
        suppressions = self.env["campaign.suppression"].search(
            [
                ("address_hash", "in", hashes),
                ("source", "=", "sunset"),
                ("company_id", "in", cases.company_id.ids),
            ]
        )
        if suppressions:
            suppressions._lift(self.env._("Sunset undone"))
        # sudo: cases are written by what happens only
        cases.sudo().write({"state": "undone", "closed_at": fields.Datetime.now()})
        return True

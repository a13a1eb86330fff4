"""Tracking: a contact of a mailing list and the mails it got."""

from odoo import api, fields, models


class MailingContact(models.Model):
    _name = "mailing.contact"
    _inherit = ["mailing.contact", "campaign.recipient.mixin"]

    active = fields.Boolean(
        default=True,
        help="Who is archived gets no mail. Merging duplicates archives those that are "
        "no longer needed.",
    )
    has_left_lists = fields.Boolean(compute="_compute_has_left_lists")

    @api.depends("subscription_ids.opt_out")
    def _compute_has_left_lists(self):
        for contact in self:
            contact.has_left_lists = any(contact.subscription_ids.mapped("opt_out"))

    def action_subscribe_again(self):
        """Ask how this person agreed to get the mails of lists that they have left."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Subscribe Again"),
            "res_model": "campaign.consent.grant",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_contact_id": self.id,
                "default_list_ids": self.subscription_ids.filtered(
                    "opt_out"
                ).list_id.ids,
            },
        }

"""Tracking: a subscription, whose changes are proved, and who may be put on again."""

from odoo import api, models
from odoo.exceptions import UserError

from .evidence import evidence_of


class MailingSubscription(models.Model):
    """Whoever left a list by their own will comes back by their own act only.

    Or by that of a user who states how they agreed. An import, or a user who adds them
    to the list, changes nothing: they stay opted out.
    """

    _inherit = "mailing.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        is_kept_out = self._whom_to_keep_out(vals_list)
        subscriptions = super().create(
            [
                {**vals, "opt_out": True} if is_out else vals
                for vals, is_out in zip(vals_list, is_kept_out, strict=True)
            ]
        )
        ids = [
            one.id
            for one, is_out in zip(subscriptions, is_kept_out, strict=True)
            if not is_out
        ]
        self.browse(ids)._note_consent()
        return subscriptions

    def write(self, vals):
        leaves = any(
            vals.get(name)
            for name in ("opt_out", "opt_out_datetime", "opt_out_reason_id")
        )
        if not leaves and "opt_out" not in vals:
            result = super().write(vals)
            if vals.keys() & {"list_id", "contact_id"}:
                is_free = evidence_of(self.env).is_consent
                left = self.browse() if is_free else self._withdrawn()
                super(MailingSubscription, left).write({"opt_out": True})
            return result
        changed = self.filtered(lambda one: one.opt_out != leaves)
        if not leaves:
            changed._check_may_come_back()
        result = super().write(vals)
        changed._note_consent()
        return result

    def _withdrawn(self):
        """Return those whose owners have left the list themselves."""
        pairs = self.env["campaign.consent"]._withdrawn_by_owners(
            set(self.contact_id.mapped("email_normalized")), "list", self.list_id.ids
        )
        if not pairs:
            return self.browse()
        return self.filtered(
            lambda one: (one.contact_id.email_normalized, one.list_id.id) in pairs
        )

    def _whom_to_keep_out(self, vals_list):
        """Return for each new one whether the owner has left the list before.

        And has not agreed anew.
        """
        if evidence_of(self.env).is_consent:
            return [False] * len(vals_list)
        contacts = self.env["mailing.contact"].browse(
            {vals.get("contact_id") for vals in vals_list} - {None, False}
        )
        emails = {contact.id: contact.email_normalized for contact in contacts}
        pairs = self.env["campaign.consent"]._withdrawn_by_owners(
            set(emails.values()),
            "list",
            [vals["list_id"] for vals in vals_list if vals.get("list_id")],
        )
        return [
            (emails.get(vals.get("contact_id")), vals.get("list_id")) in pairs
            for vals in vals_list
        ]

    def _check_may_come_back(self):
        if self.env.su or evidence_of(self.env).is_consent:
            return
        if left := self._withdrawn():
            raise UserError(
                self.env._(
                    "%(who)s left “%(list)s” themselves. Use “Subscribe Again” on the "
                    "contact, and say how they agreed to get its mails again.",
                    who=left[0].contact_id.display_name,
                    list=left[0].list_id.name,
                )
            )

    def _note_consent(self):
        self.env["campaign.consent"]._record(
            [
                {
                    "address": one.contact_id.email_normalized,
                    "kind": "list",
                    "list_id": one.list_id.id,
                    "decision": "withdrawn" if one.opt_out else "given",
                    "detail": one.opt_out_reason_id.name,
                }
                for one in self
            ]
        )

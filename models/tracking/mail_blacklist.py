"""Tracking: Odoo's blacklist, its proof, and its own rule about bounces."""

from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, html2plaintext

from odoo.addons.mass_mailing.models.mail_thread import BLACKLIST_MAX_BOUNCED_LIMIT

from .evidence import evidence_of, with_evidence

ODOOS_WEEKS = 13


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        addresses = {email_normalize(vals.get("email") or "") for vals in vals_list}
        everybody = self.with_context(active_test=False)
        known = everybody.search([("email", "in", list(addresses))])
        entries = super().create(vals_list)
        (entries - known).filtered("active")._note_consent()
        return entries

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda one: one.active != bool(vals["active"]))
        if not vals["active"]:
            changed._check_may_come_back()
        result = super().write(vals)
        changed._note_consent()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_consent(self):
        self.filtered("active")._check_may_come_back()

    def _add(self, email, message=None):
        """Have Odoo's rule of five bounces count only the mails of Odoo's engine.

        Those of Campaign Desk are the business of the bounce policies: a block or a
        full mailbox is no reason to blacklist somebody.
        """
        if self.env.context.get("campaign_odoos_bounce_rule"):
            since = fields.Datetime.now() - timedelta(weeks=ODOOS_WEEKS)
            # sudo: the gateway acts for a mail server, which has no account.
            bounced = self.env["mailing.trace"].sudo()
            count = bounced.search_count(
                [
                    ("email", "=", email_normalize(email)),
                    ("trace_status", "=", "bounce"),
                    ("write_date", ">", since),
                    ("token", "=", False),
                ]
            )
            if count < BLACKLIST_MAX_BOUNCED_LIMIT:
                return self.browse()
        return super(MailBlacklist, self._proved_by(message))._add(email, message)

    def _remove(self, email, message=None):
        return super(MailBlacklist, self._proved_by(message))._remove(email, message)

    def _proved_by(self, message):
        """Return self with what is said about the change as its proof."""
        evidence = evidence_of(self.env)
        if not message or evidence.text:
            return self
        words = html2plaintext(message).strip()
        return with_evidence(self, replace(evidence, text=words))

    def _check_may_come_back(self):
        """Raise where people asked for no more mails, and nobody says what changed."""
        if self.env.su or evidence_of(self.env).is_consent:
            return
        consents = self.env["campaign.consent"]
        if left := consents._withdrawn_by_owners(self.mapped("email"), "all"):
            raise UserError(
                self.env._(
                    "%s asked for no more mails. Use “Unblacklist”, and give as the "
                    "reason how they agreed to be mailed again.",
                    min(address for address, _list in left),
                )
            )

    def _note_consent(self):
        self.env["campaign.consent"]._record(
            [
                {
                    "address": one.email,
                    "kind": "all",
                    "decision": "withdrawn" if one.active else "given",
                    "detail": one.opt_out_reason_id.name,
                }
                for one in self
            ]
        )

"""Checking: a campaign's drafts, looked at together before it is sent."""

from odoo import models
from odoo.exceptions import UserError

from .mailing_preflight import open_preflight

# What the list may lead to.
STEPS = ("action_send", "action_request_approval", "action_approve")


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    def get_preflight(self, ask_pages=False):
        """Return what should be known before this campaign is sent.

        :return: as a mailing's ``get_preflight()``; with several drafts each line's
            title begins with the subject of the mail that it is about.
        """
        self.ensure_one()
        drafts = self._drafts_to_send()._desk_mailings()
        lines = []
        for mailing in drafts:
            found = mailing.preflight(ask_pages)
            if len(drafts) > 1:
                for line in found:
                    line["title"] = f"{mailing.subject}: {line['title']}"
            lines += found
        return {
            "lines": lines,
            "can_ask_pages": bool(drafts) and drafts._may_ask_pages(),
            "name": self.title,
        }

    def action_preflight(self, then="action_send"):
        """Open the list; its button goes on with the method ``then``."""
        self.ensure_one()
        if then not in STEPS:
            raise UserError(self.env._("A pre-flight leads to sending, not to this."))
        self._drafts_to_send()
        return open_preflight(self, then)

    def action_preflight_approval(self):
        """Open the list; its button goes on to ask for an approval."""
        return self.action_preflight("action_request_approval")

    def action_preview(self):
        """Open the preview of the campaign's mails."""
        self.ensure_one()
        mails = self.mail_id or self.mailing_mail_ids[:1]
        if not mails:
            raise UserError(
                self.env._("There is no mail yet. Give it a subject, and write it.")
            )
        return mails.action_preview()

    def action_test(self):
        """Open the test mail of the campaign's only mail."""
        self.ensure_one()
        if not self.mail_id:
            raise UserError(
                self.env._(
                    "Open the mail that you want to test, and send the test there."
                )
            )
        return self.mail_id.action_test()

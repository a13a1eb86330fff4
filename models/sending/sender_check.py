"""Sending: is the sender of a mailing what its recipients will see?"""

from email.utils import parseaddr

from odoo import api, fields, models


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    sender_warning = fields.Text(compute="_compute_sender_warning")

    @api.depends("email_from", "mail_server_id", "delivery_engine", "campaign_id")
    def _compute_sender_warning(self):
        for mailing in self:
            mailing.sender_warning = (
                mailing._is_desk() and mailing._explain_sender() or False
            )

    def _explain_sender(self):
        """Return why mails would not leave as from the sender, or None.

        Odoo rewrites a sender that no mail server is meant for (its *From Filter*).
        """
        wanted = parseaddr(self.email_from or "")[1].lower()
        if "{{" in (self.email_from or "") or "@" not in wanted:
            return None
        # sudo: servers and accounts are the administrators' records.
        accounts_sudo = self.env["campaign.sending.account"].sudo()
        domain = self.company_id.alias_domain_id
        for account, _fit in accounts_sudo._candidates(self, None):
            server = account.mail_server_id or self.mail_server_id
            sender = self.env["ir.mail_server"]._resolve_campaign_sender(
                self.email_from, server.sudo(False), domain
            )
            actual = parseaddr(sender.header.decode().partition(":")[2].strip())[1]
            if actual.lower() != wanted:
                used = server.browse(sender.server_id).sudo()
                return self._sender_words(wanted, actual, account, used)
        return None

    def _sender_words(self, wanted, actual, account, server):
        if server.from_filter:
            cause = self.env._(
                "The mail server “%(server)s” of the account “%(account)s” only sends "
                "as %(filter)s.",
                server=server.name,
                account=account.name,
                filter=server.from_filter,
            )
        else:
            cause = self.env._(
                "No mail server of the account “%(account)s” is meant for this sender.",
                account=account.name,
            )
        return self.env._(
            "Recipients would see %(actual)s instead of %(wanted)s. %(cause)s Choose a "
            "sender that fits, or have an administrator add %(domain)s to the From "
            "Filter of a mail server that may send for it.",
            actual=actual,
            wanted=wanted,
            cause=cause,
            domain=wanted.rpartition("@")[2],
        )

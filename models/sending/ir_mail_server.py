"""Sending: who a mail is from, on the outside and on the inside."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from types import SimpleNamespace

from odoo import models, tools
from odoo.exceptions import UserError

from ...tools import mime
from ...tools.providers.base import Misconfigured


@dataclass(frozen=True, slots=True)
class Sender:
    """A resolved sender: the server, the ``From`` header and the return path.

    ``bounce`` says whether the return path is our bounce address, which then gets
    the recipient's token (VERP), so that a bounce tells whose it is.
    """

    server_id: int
    smtp_from: str
    header: bytes
    return_path: str
    bounce: bool

    def envelope(self, signed):
        """Return the return path for the delivery with the signed token."""
        if not self.bounce:
            return self.return_path
        local, _at, domain = self.return_path.rpartition("@")
        return f"{local}+{signed}@{domain}"


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _resolve_campaign_sender(self, email_from, mail_server, alias_domain):
        """Return the :class:`Sender` that Odoo's own sending would come to.

        :param email_from: the sender that the mailing asks for.
        :param mail_server: the mailing's server, or an empty recordset.
        :param alias_domain: the ``mail.alias.domain`` of the recipient's company.
        """
        bounce_email = alias_domain.bounce_email
        # sudo: mail servers are the administrators' records, and any mailing needs one
        servers_sudo = self.sudo()
        if alias_domain:
            servers_sudo = servers_sudo.with_context(
                domain_notifications_email=alias_domain.default_from_email,
                domain_bounce_address=bounce_email,
            )
        senders = tools.mail.email_split_and_format_normalize(email_from)
        email_from = senders[0] if senders else email_from
        smtp_from = email_from
        if not mail_server:
            mail_server, smtp_from = servers_sudo._find_mail_server(email_from)
        message = EmailMessage(policy=SMTP)
        message["From"] = email_from
        message["To"] = "recipient@example.com"
        from_filter = servers_sudo._get_default_from_filter()
        if mail_server and mail_server.smtp_authentication != "cli":
            from_filter = mail_server.sudo().from_filter
        session = SimpleNamespace(from_filter=from_filter, smtp_from=smtp_from)
        return_path, _to, message = servers_sudo._prepare_email_message__(
            message, session
        )
        name, address = parseaddr(str(message["From"]))
        return Sender(
            server_id=mail_server.id if mail_server else 0,
            smtp_from=smtp_from,
            header=mime.address_header("From", name, address),
            return_path=return_path,
            bounce=bool(bounce_email) and return_path == bounce_email,
        )

    def _connect_campaign(self, sender):
        """Return a connection to the server of ``sender``, logged in.

        :raise Misconfigured: a person has to change something first.
        """
        try:
            connection = self._connect__(
                mail_server_id=sender.server_id or None, smtp_from=sender.smtp_from
            )
        except UserError as error:
            raise Misconfigured(str(error)) from error
        if not connection:
            raise Misconfigured(self.env._("Sending mail is switched off."))
        return connection

"""Response: invitations in mails, where mail programs look for them (RFC 6047)."""

from odoo import api, models

from ...tools import invitations


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def _build_email__(self, email_from, email_to, subject, body, **kwargs):
        """Add a calendar file with a method as another form of the mail, too.

        Programs that know invitations show buttons for it; the others show a file.
        """
        files, invitation = [], None
        for name, content, mimetype in kwargs.get("attachments") or []:
            if (mimetype or "").startswith("text/calendar"):
                content = content if isinstance(content, bytes) else content.encode()
                if method := invitations.method_of(content):
                    invitation = content.decode(), method
                    mimetype = f"text/calendar; method={method}; charset=utf-8"
            files.append((name, content, mimetype))
        if invitation:
            kwargs["attachments"] = files
        mail = super()._build_email__(email_from, email_to, subject, body, **kwargs)
        if invitation:
            _add_form(mail, *invitation)
        return mail


def _add_form(mail, content, method):
    for part in mail.walk():
        if part.get_content_type() == "multipart/alternative":
            part.add_alternative(
                content,
                subtype="calendar",
                charset="utf-8",
                cte="base64",
                params={"method": method},
            )
            return

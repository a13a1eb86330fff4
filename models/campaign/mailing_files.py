"""Campaign: the files that go with a mailing, attached or as links."""

import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import consteq, hmac

from ...tools import mime
from ...tools.preflight import files

_SCOPE = "campaign_desk-file"
_SHOWN = re.compile(r"/web/(?:content|image)/([0-9]+)")


class MailingFiles:
    """The files of one mailing, sorted into those to attach and those to link.

    What the body shows or links already is left out. Files that lie elsewhere are
    linked, whatever was chosen.
    """

    def __init__(self, mailing):
        self._mailing = mailing
        # sudo: who may send the mailing sends its files, whoever uploaded them.
        files_sudo = mailing.sudo().attachment_ids.sorted("id")
        shown = map(int, _SHOWN.findall(mailing.body_html or ""))
        files_sudo -= files_sudo.browse(shown)
        self.linked_sudo = files_sudo.filtered(
            lambda file: file.url and not file.file_size
        )
        rest_sudo = files_sudo - self.linked_sudo
        if mailing.attachment_mode == "link" or (
            mailing.attachment_mode != "attach" and self._is_too_large(rest_sudo)
        ):
            self.linked_sudo = files_sudo
        self.attached_sudo = files_sudo - self.linked_sudo

    def _is_too_large(self, files_sudo):
        mailing = self._mailing
        size = mailing.env["mail.mail"]._estimate_email_size(
            {}, mailing.body_html or "", files_sudo.mapped("file_size")
        )
        return size > mailing._max_mail_bytes()

    def append_links(self, body):
        """Return the body with links to the files below it."""
        if not self.linked_sudo:
            return body
        links = self._mailing.env["ir.qweb"]._render(
            "campaign_desk.mail_file_links",
            {
                "files": [
                    (self._mailing._file_url(file), file.name, _size(file))
                    for file in self.linked_sudo
                ]
            },
        )
        return tools.mail.append_content_to_html(body, links, plaintext=False)

    def attachments(self):
        return [
            mime.Attachment(file.name, file.mimetype, file.raw or b"")
            for file in self.attached_sudo
        ]


def _size(file):
    return tools.human_size(file.file_size) if file.file_size else ""


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    attachment_mode = fields.Selection(
        [
            ("automatic", "Attached, or linked if too large"),
            ("attach", "Attached"),
            ("link", "As links"),
        ],
        string="Files Are Sent",
        default="automatic",
        required=True,
        tracking=True,
        help="Links make the mail small, and tell who opened the file.",
    )
    attachment_link_days = fields.Integer(
        "Links End After (Days)",
        tracking=True,
        help="So many days after the mailing was sent its files cannot be opened any "
        "more. 0: never.",
    )

    _attachment_link_days_positive = models.Constraint(
        "CHECK(attachment_link_days >= 0)",
        "Links to files end after some days, or never (0).",
    )

    @api.constrains("attachment_ids", "attachment_mode", "delivery_engine")
    def _check_attachments(self):
        """Refuse what would be refused by those who get it."""
        for mailing in self._desk_mailings():
            if words := mailing._why_files_are_refused():
                raise ValidationError("\n".join(words))

    def _why_files_are_refused(self):
        """Return sentences; a stage that knows words for findings fills them in."""
        return []

    def _check_files(self):
        """Return a finding for each file that must not be sent."""
        sorted_files, found = MailingFiles(self), []
        for file_sudo in sorted_files.attached_sudo:
            content = file_sudo.raw or b""
            found += files.check(files.File(file_sudo.name, len(content), content))
        for file_sudo in sorted_files.linked_sudo:
            if not file_sudo.url and not file_sudo.file_size:
                found += files.check(files.File(file_sudo.name, 0))
        return found

    def _max_mail_bytes(self):
        """Return how large a mail every server takes that may get it, in bytes."""
        # sudo: accounts and servers are the administrators' records.
        accounts_sudo = self.env["campaign.sending.account"].sudo()
        servers = {
            account._server(self).sudo()
            for account, _fit in accounts_sudo._candidates(self, None)
        }
        servers = servers or {self.mail_server_id.sudo()}
        sizes = (server._get_max_email_size() for server in servers)
        return min(sizes) * 1024 * 1024

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def _file_url(self, file):
        """Return the address at which recipients get a file of this mailing."""
        key = f"{self.id}-{file.id}"
        signature = hmac(self.env(su=True), _SCOPE, key)[:32]
        return f"{self.get_base_url()}/campaign_desk/file/{key}-{signature}"

    @api.model
    def _find_file(self, signed):
        """Return the file for what stands in its address, and whether it is known.

        sudo: whoever holds the signed address got the mail and may have no account.

        :return: the attachment, empty when it is gone or its time is over; and False
            when the address was never given out.
        """
        nothing = self.env["ir.attachment"].sudo()
        match = re.fullmatch(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{32})", signed)
        if not match:
            return nothing, False
        mailing_id, file_id, signature = match.groups()
        key = f"{mailing_id}-{file_id}"
        if not consteq(hmac(self.env(su=True), _SCOPE, key)[:32], signature):
            return nothing, False
        mailing_sudo = self.sudo().browse(int(mailing_id)).exists()
        file_sudo = mailing_sudo.attachment_ids & nothing.browse(int(file_id))
        return (nothing if mailing_sudo._are_files_over() else file_sudo), True

    def _are_files_over(self):
        if not self.attachment_link_days or not self.sent_date:
            return False
        days = fields.Date.subtract(fields.Date.today(), days=self.attachment_link_days)
        return self.sent_date.date() < days

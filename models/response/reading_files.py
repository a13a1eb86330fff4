"""Response: the files of a conversation, and what is to be feared of them."""

from odoo import models

from ...tools.preflight.files import DANGEROUS, extension

# Files that a browser would run, and that pretend to be a page to log in at.
PAGES = frozenset(
    ["htm", "html", "xhtml", "shtml", "mht", "mhtml", "svg", "xml", "xsl"]
)


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def _files_of(self, answers):
        """Return the files of replies and answers, by the reply or the answer."""
        # sudo: files belong to the replies, which the user may read
        attachments_sudo = self.env["ir.attachment"].sudo()
        found = attachments_sudo.search(self._files_domain(), order="id")
        sent = {
            file.id: ("answer", answer.id)
            for answer in answers
            for file in answer.attachment_ids
        }
        files = {}
        for file in found:
            part = sent.get(file.id, file.res_id)
            if file.campaign_answer_id:
                part = ("answer", file.campaign_answer_id.id)
            files.setdefault(part, []).append(self._file_shown(file))
        return files

    def _files_domain(self):
        return [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            # those on hold, too: they are only downloaded, never opened here
            ("res_field", "in", [False, "held_file_ids"]),
        ]

    def _find_file(self, file_id):
        """Return a file of this conversation, which the user may read, or none."""
        self.check_access("read")
        # sudo: files belong to the replies, which the user may read
        attachments_sudo = self.env["ir.attachment"].sudo()
        domain = [("id", "=", file_id), *self._conversation()._files_domain()]
        return attachments_sudo.search(domain)

    def _file_shown(self, file_sudo):
        kind = extension(file_sudo.name or "")
        warning = ""
        if kind in DANGEROUS:
            warning = self.env._(
                "This file is a program or can start one. Download it only if you "
                "expect it and know the sender."
            )
        elif kind in PAGES or (file_sudo.mimetype or "").startswith(
            ("text/html", "image/svg", "application/xhtml")
        ):
            warning = self.env._(
                "This file is a page of its own. Such files often imitate a log-in: "
                "never enter a password there."
            )
        return {
            "id": file_sudo.id,
            "name": file_sudo.name,
            "size": file_sudo.file_size,
            "mimetype": file_sudo.mimetype or "",
            "warning": warning,
        }

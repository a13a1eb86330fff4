"""Campaign: the files that go with a mailing."""

from odoo import models

from ...tools.preflight import files


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _check_files(self):
        """Return a finding for each file that must not be sent."""
        # sudo: who may send the mailing sends its files, whoever uploaded them.
        found = []
        for file_sudo in self.sudo().attachment_ids.filtered(lambda one: not one.url):
            content = file_sudo.raw or b""
            found += files.check(files.File(file_sudo.name, len(content), content))
        return found

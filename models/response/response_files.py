"""Response: the files that came with a reply, held until a person wants them."""

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import human_size

_MOST_FILES = 30
_LARGEST_FILE = 15 * 1024 * 1024
_LARGEST_ALTOGETHER = 30 * 1024 * 1024
_LONGEST_NAME = 120


class CampaignResponse(models.Model):
    """A file from outside may be anything. Nobody can open it before somebody who has
    the response says that it is wanted (:meth:`action_release_files`).
    """

    _inherit = "campaign.response"

    held_file_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        "Files on Hold",
        domain=[("res_model", "=", "campaign.response")],
        readonly=True,
        groups="base.group_system",
    )
    held_file_names = fields.Char(compute="_compute_held_file_names", compute_sudo=True)
    lost_files = fields.Text(
        "Files Not Kept", readonly=True, help="Too large, or too many."
    )

    def _compute_held_file_names(self):
        files = self._held_files()
        for response in self:
            own = files.filtered(lambda file, owner=response: file.res_id == owner.id)
            response.held_file_names = ", ".join(
                f"{file.name} ({human_size(file.file_size)})" for file in own
            )

    def _held_files(self):
        """Return the files on hold, which a usual search leaves out."""
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "held_file_ids"),
                    ("res_id", "in", self.ids),
                ],
                order="id",
            )
        )

    def _keep_files(self, attachments):
        """Keep the files of a mail within bounds; name those that are not kept.

        :return: the files that are kept.
        """
        room, values, lost = _LARGEST_ALTOGETHER, [], []
        for name, content, info in attachments:
            name = " ".join(str(name or "file").replace("\x00", "").split())
            data = _as_bytes(content)
            is_picture = bool((info or {}).get("cid"))
            if len(data) > min(room, _LARGEST_FILE) or len(values) >= _MOST_FILES:
                lost.append(f"{name[:_LONGEST_NAME]} ({human_size(len(data))})")
                continue
            room -= len(data)
            values.append(
                {
                    "name": name[-_LONGEST_NAME:],
                    "raw": data,
                    "res_model": self._name,
                    "res_id": self.id,
                    "res_field": "held_file_ids",
                    "description": (info or {}).get("cid") if is_picture else False,
                }
            )
        # pages and pictures that hold scripts become plain text
        files = self.env["ir.attachment"].with_context(attachments_mime_plainxml=True)
        if lost:
            self.lost_files = "\n".join(filter(None, [self.lost_files, *lost]))
        return files.sudo().create(values)

    def action_release_files(self):
        """Have the files of these responses opened like any other."""
        self.check_access("write")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only your own people open these files."))
        # sudo: the files hang on the response, which the user may change
        self._held_files().write({"res_field": False})
        self.invalidate_recordset(["held_file_names"])
        return True


def _as_bytes(content):
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode("utf-8", "replace")
    try:  # a mail in the mail
        return content.as_bytes()
    except Exception:  # some mails can be read, but not written again
        return str(content).encode("utf-8", "replace")

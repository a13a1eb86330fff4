"""Campaign: what bodies of mails show, so that each mail has its own."""

import base64
import binascii
import re

from odoo.tools import consteq

# The address of an attachment, up to the quote, bracket or blank that ends it.
_ADDRESS = re.compile(
    r"""(?P<site>https?://[^\s"'()<>&]+)?/web/(?:image|content)/(?P<id>\d+)"""
    r"""(?P<rest>(?:(?!&(?:quot|apos|\#34|\#39);)[^\s"'()<>])*)"""
)
_TOKEN = re.compile(r"access_token=([\w-]+)")
_EMBEDDED = re.compile(
    r"data:(?P<type>image/(?:png|jpeg|gif|webp));base64,(?P<data>[A-Za-z0-9+/=\s]+)"
)


class BodyImages:
    """What bodies refer to among attachments, and whose it is.

    An attachment dies with its record, so a body must not refer to another record's.

    :param record: whose the attachments are to be. A new one owns them once it is saved
        (:meth:`adopt`); until then they belong to who made them.
    """

    def __init__(self, record):
        self._env = record.env
        self._model = record._name
        self._id = record.id or 0
        self._site = record.env["ir.config_parameter"].sudo().get_param("web.base.url")
        self._made = {}  # by checksum

    def own(self, body):
        """Return ``body`` with copies of what belongs to others, and of what it embeds.

        Nothing is copied that the user may not see and has no token for.
        """
        body = _EMBEDDED.sub(self._store, body or "")
        copies = {
            attachment.id: self._address(self._copy(attachment))
            for attachment in self._attachments(body)
            if attachment.res_id and not self._is_own(attachment)
        }
        return self._replace(body, copies)

    def adopt(self, body):
        """Take over what was uploaded for the record before it was saved."""
        self._attachments(body).filtered(
            lambda attachment: (
                attachment.res_model == self._model
                and not attachment.res_id
                and attachment.create_uid == self._env.user
            )
        ).write({"res_id": self._id})

    # ------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------

    def _attachments(self, body):
        """Return the attachments that ``body`` shows and the user may see."""
        tokens = {
            int(match["id"]): _TOKEN.search(match["rest"])
            for match in _ADDRESS.finditer(body or "")
            if match["site"] in (None, self._site)
        }
        # sudo: a token stands for the right to see; without one the user's rights count
        attachments_sudo = self._env["ir.attachment"].sudo().browse(tokens).exists()
        return attachments_sudo.filtered(
            lambda one: (
                (
                    tokens[one.id]
                    and one.access_token
                    and consteq(one.access_token, tokens[one.id][1])
                )
                or one.with_env(self._env).has_access("read")
            )
        )

    def _replace(self, body, addresses):
        """Return ``body`` with other addresses for the attachments with these ids."""

        def address(match):
            if match["site"] not in (None, self._site):
                return match[0]
            return addresses.get(int(match["id"]), match[0])

        return _ADDRESS.sub(address, body) if addresses else body

    @staticmethod
    def _address(attachment):
        return f"/web/image/{attachment.id}?access_token={attachment.access_token}"

    # ------------------------------------------------------------
    # Attachments
    # ------------------------------------------------------------

    def _is_own(self, attachment):
        return attachment.res_model == self._model and attachment.res_id == self._id

    def _copy(self, attachment):
        """Return the owner's copy of ``attachment``; the file itself is shared."""
        return self._existing(attachment.checksum) or self._create(
            {"name": attachment.name, "raw": attachment.raw}
        )

    def _store(self, match):
        """Return the address of an attachment that holds an embedded picture."""
        try:
            raw = base64.b64decode(match["data"], validate=False)
        except binascii.Error:
            return match[0]
        attachments = self._env["ir.attachment"]
        known = self._existing(attachments._compute_checksum(raw))
        extension = match["type"].partition("/")[2]
        return self._address(
            known or self._create({"name": f"image.{extension}", "raw": raw})
        )

    def _existing(self, checksum):
        if not self._id:  # two mails that are being written do not share
            return self._made.get(checksum)
        domain = [
            ("res_model", "=", self._model),
            ("res_id", "=", self._id),
            ("res_field", "=", False),
            ("checksum", "=", checksum),
            ("access_token", "!=", False),
        ]
        return self._env["ir.attachment"].search(domain, limit=1)

    def _create(self, values):
        attachment = self._env["ir.attachment"].create(
            {**values, "res_model": self._model, "res_id": self._id}
        )
        attachment.generate_access_token()
        self._made[attachment.checksum] = attachment
        return attachment

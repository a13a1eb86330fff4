"""Campaign: what a template said at a time."""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError

from .campaign_template import TEXTS

# Changes that one person saves within this time are one version.
ONE_SITTING = timedelta(minutes=10)


class CampaignTemplateVersion(models.Model):
    """The content of a template as somebody saved it.

    Written by the system when a template's content changes; people write notes.
    """

    _name = "campaign.template.version"
    _description = "Version of a Campaign Template"
    _order = "template_id, number desc"
    _rec_name = "number"

    template_id = fields.Many2one(
        "campaign.template", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Who", readonly=True)
    saved_at = fields.Datetime("When", required=True, readonly=True)
    note = fields.Char(help="What has changed, for those who look for it later.")
    subject = fields.Char(readonly=True)
    preview = fields.Char("Preview Text", readonly=True)
    body_arch = fields.Html("Body", sanitize=False, readonly=True)
    body_html = fields.Html("Body as Sent", sanitize=False, readonly=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Attachments", readonly=True
    )
    is_current = fields.Boolean(compute="_compute_is_current")
    may_change = fields.Boolean(related="template_id.may_change", related_sudo=False)
    preview_url = fields.Char(compute="_compute_preview_url")

    _number_once = models.Constraint(
        "UNIQUE(template_id, number)", "A template has each version once."
    )

    @api.depends("number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._("Version %s", version.number)

    @api.depends("number", "template_id.version_ids")
    def _compute_is_current(self):
        last = dict(
            self._read_group(
                [("template_id", "in", self.template_id.ids)],
                ["template_id"],
                ["number:max"],
            )
        )
        for version in self:
            version.is_current = version.number == last.get(version.template_id)

    @api.depends("saved_at")
    def _compute_preview_url(self):
        for version in self:
            version.preview_url = (
                f"/campaign_desk/template/version/{version.id}"
                f"?saved={version.saved_at.timestamp():.0f}"
            )

    def write(self, vals):
        """Let people change the note; the rest is what somebody saved.

        :raise AccessError: a person writes something else.
        """
        if not self.env.su and vals.keys() - {"note"}:
            raise AccessError(
                self.env._(
                    "A version stays as it was saved. Restore it, and change the "
                    "template."
                )
            )
        return super().write(vals)

    # ------------------------------------------------------------
    # Keep
    # ------------------------------------------------------------

    @api.model
    def _keep(self, templates):
        """Make versions of templates whose content differs from their last version.

        Somebody who goes on changing what they have just saved changes that version,
        unless it has a note.
        """
        note = self.env.context.get("campaign_version_note", False)
        versions_sudo = self.sudo()  # nobody else writes versions
        now = fields.Datetime.now()
        for template in templates:
            last_sudo = versions_sudo.browse(template._last_version().id)
            values = {name: template[name] for name in TEXTS}
            files = template.attachment_ids
            if (
                last_sudo
                and all(last_sudo[name] == values[name] for name in values)
                and last_sudo.attachment_ids == files
            ):
                continue
            values |= {
                "attachment_ids": [Command.set(files.ids)],
                "saved_at": now,
                "note": note,
            }
            if last_sudo and not note and last_sudo._is_open_for(self.env.user, now):
                last_sudo.write(values)
                continue
            versions_sudo.create(
                {
                    **values,
                    "template_id": template.id,
                    "number": last_sudo.number + 1,
                    "user_id": self.env.uid,
                }
            )

    def _is_open_for(self, user, now):
        """Return whether ``user`` is still at it."""
        return (
            self.user_id == user and not self.note and now - self.saved_at < ONE_SITTING
        )

    def _picture(self):
        """Return a page that shows the content."""
        self.ensure_one()
        return self.template_id._page(self.body_html or self.body_arch)

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_restore(self):
        """Make the template say again what it said then, as a new version."""
        self.ensure_one()
        self.template_id._restore(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": "campaign.template",
            "res_id": self.template_id.id,
            "views": [(False, "form")],
            "target": "main",
        }

    def action_compare(self):
        """Show what has changed since, or, of two versions, from one to the other.

        The current version is compared with the one before it.
        """
        versions = self
        template = versions.template_id.ensure_one()
        if len(versions) == 1:
            versions |= template._last_version()
        if len(versions) == 1:
            versions |= self.search(
                [("template_id", "=", template.id), ("number", "<", self.number)],
                limit=1,
            )
        versions = versions.sorted("number")
        return self.env["campaign.template.compare"]._open(versions[0], versions[-1])

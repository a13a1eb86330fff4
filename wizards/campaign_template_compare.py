"""Campaign: two versions of a template side by side, and what changed in between."""

from markupsafe import Markup

from odoo import api, fields, models

from ..tools import text_diff
from ..tools.plain_text import html_to_text

_MARKS = {
    text_diff.SAME: Markup("%s"),
    text_diff.ADDED: Markup('<ins class="o_campaign_desk_added">%s</ins>'),
    text_diff.REMOVED: Markup('<del class="o_campaign_desk_removed">%s</del>'),
}


class CampaignTemplateCompare(models.TransientModel):
    """Two versions that somebody looks at."""

    _name = "campaign.template.compare"
    _description = "Compare Versions of a Campaign Template"

    template_id = fields.Many2one("campaign.template", required=True)
    old_id = fields.Many2one(
        "campaign.template.version",
        "From",
        domain="[('template_id', '=', template_id)]",
        required=True,
    )
    new_id = fields.Many2one(
        "campaign.template.version",
        "To",
        domain="[('template_id', '=', template_id)]",
        required=True,
    )
    old_preview_url = fields.Char("Old Picture", related="old_id.preview_url")
    new_preview_url = fields.Char("New Picture", related="new_id.preview_url")
    changes = fields.Html(compute="_compute_changes", sanitize=False)

    @api.model
    def _open(self, old, new):
        """Open the comparison of two versions of one template."""
        wizard = self.create(
            {"template_id": new.template_id.id, "old_id": old.id, "new_id": new.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of “%s”", new.template_id.name),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.depends("old_id", "new_id")
    def _compute_changes(self):
        for wizard in self:
            parts = [
                wizard._part(title, old, new) for title, old, new in wizard._texts()
            ]
            wizard.changes = Markup().join(parts) or Markup("<p>%s</p>") % self.env._(
                "Texts and files are the same. Only the looks may have changed: see "
                "the pictures."
            )

    def _texts(self):
        """Yield what a person reads in a mail: title, old text, new text."""
        old, new = self.old_id, self.new_id
        yield self.env._("Subject"), old.subject or "", new.subject or ""
        yield self.env._("Preview Text"), old.preview or "", new.preview or ""
        yield (
            self.env._("Attachments"),
            "\n".join(old.attachment_ids.mapped("name")),
            "\n".join(new.attachment_ids.mapped("name")),
        )
        yield (
            self.env._("Body"),
            html_to_text(old.body_html or old.body_arch or ""),
            html_to_text(new.body_html or new.body_arch or ""),
        )

    @api.model
    def _part(self, title, old, new):
        """Return a part that has changed, as HTML; nothing when it has not."""
        if old == new:
            return Markup()
        lines = [
            Markup("<p>%s</p>")
            % Markup().join(_MARKS[kind] % text for kind, text in pieces)
            for pieces in text_diff.diff_lines(old, new)
            if any(piece.text.strip() for piece in pieces)
        ]
        return Markup("<h5>%s</h5>%s") % (title, Markup().join(lines))

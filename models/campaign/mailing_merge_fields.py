"""Campaign: the merge fields of a mailing."""

from odoo import models
from odoo.exceptions import UserError

# These repeat what is said in others, and are never filled in.
_COPIES = ("name", "display_name", "body_arch")


class MailingMailing(models.Model):
    _name = "mailing.mailing"
    _inherit = [
        "campaign.merge.mixin",
        "campaign.merge.rendering",
        "mailing.mailing",
    ]

    _merge_lines = ("subject", "preview", "email_from", "reply_to", "lang")
    _merge_context = ("mailing_model_id",)

    def _merge_model(self):
        return self.env.get(self.mailing_model_real)

    def _rendering_rules(self, model):
        if len(self) == 1 and model == self.mailing_model_real:
            return self._merge_rules()
        return super()._rendering_rules(model)

    def _on_empty_merge_field(self, record, error):
        raise UserError(self._empty_merge_field_words(error.path)) from error

    def _empty_merge_field_words(self, path):
        """Return why a mail is not sent whose required field is empty."""
        return self.env._(
            "A required merge field is empty: %s", self._merge_rules().label(path)
        )

    # What the mixin has checked Odoo need not.

    def _has_unsafe_expression_template_qweb(self, template_src, model, fname=None):
        return fname not in self._merge_bodies and (
            super()._has_unsafe_expression_template_qweb(template_src, model, fname)
        )

    def _has_unsafe_expression_template_inline_template(
        self, template_txt, model, fname=None
    ):
        return fname not in (*self._merge_lines, *_COPIES) and (
            super()._has_unsafe_expression_template_inline_template(
                template_txt, model, fname
            )
        )

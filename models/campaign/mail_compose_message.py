"""Campaign: mailings that Odoo's composer sends.

All of the standard engine, and those that "Send mail" on a list of records makes and
sends at once by itself: Odoo's own path, which stays as it is.
"""

from odoo import models

from .merge_rules import MergeRules, may_write_code


class MailComposeMessage(models.TransientModel):
    _name = "mail.compose.message"
    _inherit = ["campaign.merge.rendering", "mail.compose.message"]

    def _prepare_mailing_values(self):
        return dict(super()._prepare_mailing_values(), delivery_engine="standard")

    # ------------------------------------------------------------
    # Merge fields
    # ------------------------------------------------------------

    def _rendering_rules(self, model):
        """Let both the mailing's author and who sends it be asked for their rights.

        What the composer sends may be another text than the mailing's.
        """
        if not self.mass_mailing_id or model != self.model:
            return super()._rendering_rules(model)
        user = self.env.user
        if self.env.su or may_write_code(user):
            return self.mass_mailing_id._merge_rules()
        return MergeRules(self.env[model], user)

    def _render_lang(self, res_ids, engine="inline_template"):
        if self.mass_mailing_id and not self.lang:
            return self.mass_mailing_id._languages_of(res_ids)
        return super()._render_lang(res_ids, engine)

    def _render_field(self, field, res_ids, *args, options=None, **kwargs):
        """Render each language of a mailing from its own text."""
        mailing = self.mass_mailing_id
        if field not in ("subject", "body") or not mailing.translation_ids:
            return super()._render_field(
                field, res_ids, *args, options=options, **kwargs
            )
        rendered = {}
        for version, ids in mailing._by_translation(res_ids).items():
            if not version:
                rendered |= super()._render_field(
                    field, ids, *args, options=options, **kwargs
                )
                continue
            text = version.subject
            if field == "body":
                text = mailing._prepend_preview(version.body_html, version.preview)
            composer = self.with_context(campaign_translation_id=version.id)
            for template, lang_ids in composer._classify_per_lang(ids).values():
                rendered |= template._render_text(field, text, lang_ids, options)
        return rendered

    def _prepare_mail_values(self, res_ids):
        # Filled in while the mails are rendered.
        composer = self.with_context(campaign_empty_fields={})
        return super(MailComposeMessage, composer)._prepare_mail_values(res_ids)

    def _on_empty_merge_field(self, record, error):
        empty = self.env.context.get("campaign_empty_fields")
        if empty is None:
            raise error
        empty.setdefault(record.id, error.path)

    def _process_mail_values_state(self, mail_values_dict):
        values = super()._process_mail_values_state(mail_values_dict)
        for res_id in self.env.context.get("campaign_empty_fields", ()):
            if not values[res_id].get("failure_type"):
                values[res_id]["state"] = "cancel"
                values[res_id]["failure_type"] = "merge_empty"
        return values

    def _prepare_mail_values_mailing_traces(self, mail_values_all):
        traces = super()._prepare_mail_values_mailing_traces(mail_values_all)
        for res_id, path in self.env.context.get("campaign_empty_fields", {}).items():
            if traces[res_id].get("failure_type") == "merge_empty":
                words = self.mass_mailing_id._empty_merge_field_words(path)
                traces[res_id]["failure_reason"] = words
        return traces

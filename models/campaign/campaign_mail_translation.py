"""Campaign: a mail in another language, chosen by the recipient's."""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.languages import best_language
from .recipient_facts import language_of

# What is translated; copied when a language is added.
_CONTENT = ("subject", "preview", "body_arch", "body_html")


class CampaignMailTranslation(models.Model):
    """A mailing's subject, preview text and body in one more language.

    Recipients get the mail in their language; else in another kind of it (French of
    France for who speaks that of Belgium); else as it stands on the mailing.

    ============  ===============================================================
    ``copied``    it still says what the mailing says
    ``current``   it is translated
    ``outdated``  the mailing was changed since, and nobody said that it still fits
    ============  ===============================================================
    """

    _name = "campaign.mail.translation"
    _inherit = ["campaign.merge.mixin"]
    _description = "Mail in Another Language"
    _order = "mailing_id, lang"
    _rec_name = "lang"

    mailing_id = fields.Many2one(
        "mailing.mailing", required=True, readonly=True, ondelete="cascade", index=True
    )
    lang = fields.Selection(
        selection=lambda self: self._installed_languages(),
        string="Language",
        required=True,
    )
    subject = fields.Char(required=True)
    preview = fields.Char("Preview Text", help="What inboxes show after the subject.")
    body_arch = fields.Html(
        "Body", sanitize="email_outgoing", sanitize_output_method="html"
    )
    body_html = fields.Html("Body as Sent", sanitize="email_outgoing")
    based_on = fields.Char(
        readonly=True, help="A digest of what the mailing said when it was translated."
    )
    state = fields.Selection(
        [
            ("copied", "To translate"),
            ("current", "Up to date"),
            ("outdated", "Original changed"),
        ],
        compute="_compute_state",
    )
    # what Odoo's editor of mails looks for
    mailing_model_id = fields.Many2one(related="mailing_id.mailing_model_id")
    mailing_model_real = fields.Char(related="mailing_id.mailing_model_real")
    mailing_state = fields.Selection(related="mailing_id.state")

    _lang_uniq = models.Constraint(
        "UNIQUE(mailing_id, lang)", "The mail exists in this language already."
    )

    @api.model
    def _installed_languages(self):
        return self.env["res.lang"].get_installed()

    @api.depends(*_CONTENT, *(f"mailing_id.{name}" for name in _CONTENT), "based_on")
    def _compute_state(self):
        for translation in self:
            original = _digest(translation.mailing_id)
            if _digest(translation) == original:
                translation.state = "copied"
            elif translation.based_on == original:
                translation.state = "current"
            else:
                translation.state = "outdated"

    @api.depends("lang")
    def _compute_display_name(self):
        languages = dict(self._installed_languages())
        for translation in self:
            lang = translation.lang
            translation.display_name = languages.get(lang, lang)

    # ------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Begin with what the mailing says."""
        full = []
        for vals in vals_list:
            mailing_id = (
                vals.get("mailing_id") or self.env.context["default_mailing_id"]
            )
            mailing = self.env["mailing.mailing"].browse(mailing_id)
            copied = {name: mailing[name] for name in _CONTENT}
            full.append({**copied, "based_on": _digest(mailing), **vals})
        translations = super().create(full)
        translations.mailing_id._note_translation()
        return translations

    def write(self, vals):
        vals = dict(vals)
        for name in ("body_arch", "body_html"):
            if vals.get(name):
                mailing = self.mailing_id[:1]
                vals[name] = mailing._convert_inline_images_to_urls(vals[name])
        result = super().write(vals)
        if not vals.keys().isdisjoint((*_CONTENT, "lang")):
            self.mailing_id._note_translation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_note_translation(self):
        self.mailing_id._note_translation()

    def action_open(self):
        """Show the mail in this language, to be translated."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (
                    self.env.ref(
                        "campaign_desk.campaign_mail_translation_view_form"
                    ).id,
                    "form",
                )
            ],
            "name": self.display_name,
        }

    def action_mark_current(self):
        """Say that it fits what the mailing says now."""
        for translation in self:
            translation.based_on = _digest(translation.mailing_id)
        return True

    # ------------------------------------------------------------
    # Merge fields
    # ------------------------------------------------------------

    def _merge_model(self):
        return self.mailing_id._merge_model()


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    translation_ids = fields.One2many(
        "campaign.mail.translation", "mailing_id", "Languages", copy=True
    )

    def action_add_language(self):
        """Ask for a language, and open the mail in it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "campaign.mail.translation",
            "views": [
                (
                    self.env.ref("campaign_desk.campaign_mail_translation_view_add").id,
                    "form",
                )
            ],
            "target": "new",
            "name": self.env._("Add a Language"),
            "context": {"default_mailing_id": self.id},
        }

    def _note_translation(self):
        """Have an approval end with what it was given to."""
        for mailing in self.filtered("campaign_id.needs_approval"):
            contents = mailing.campaign_id.approved_contents or []
            if mailing.state in ("draft", "in_queue") and (
                mailing._content_digest() not in contents
            ):
                mailing.campaign_id._note_change()

    def _content_values(self):
        values = super()._content_values()
        translations = {
            one.lang: [one[name] for name in _CONTENT] for one in self.translation_ids
        }
        return {**values, **({"languages": translations} if translations else {})}

    # ------------------------------------------------------------
    # In what Odoo renders
    # ------------------------------------------------------------

    def _languages_of(self, res_ids):
        """Return the language of recipients, by id; False where it is not known."""
        records = self.env[self.mailing_model_real].browse(res_ids).exists()
        partners = records._mail_get_partners()
        languages = dict(self.env["res.lang"].get_installed())
        known = {one.id: language_of(one, partners[one.id]) for one in records}
        return {
            res_id: lang if (lang := known.get(res_id)) in languages else False
            for res_id in res_ids
        }

    def _by_translation(self, res_ids):
        """Return recipients by the translation that they get; none: the mailing."""
        translations = {one.lang: one for one in self.translation_ids}
        groups = {}
        for res_id, lang in self._languages_of(res_ids).items():
            best = best_language(lang or "", translations)
            version = translations.get(best, self.translation_ids.browse())
            groups.setdefault(version, []).append(res_id)
        return groups

    def _merge_rules(self):
        translation = self.translation_ids.filtered(
            lambda one: one.id == self.env.context.get("campaign_translation_id")
        )
        return translation._merge_rules() if translation else super()._merge_rules()

    def _render_field(self, field, res_ids, *args, options=None, **kwargs):
        """Render the recipient's language: for "View in browser" and test mails."""
        if field not in _CONTENT or not self.translation_ids or not res_ids:
            return super()._render_field(
                field, res_ids, *args, options=options, **kwargs
            )
        rendered = {}
        for version, ids in self._by_translation(res_ids).items():
            if not version:
                rendered |= super()._render_field(
                    field, ids, *args, options=options, **kwargs
                )
                continue
            mailing = self.with_context(
                lang=version.lang, campaign_translation_id=version.id
            )
            rendered |= mailing._render_text(field, version[field], ids, options)
        return rendered


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    translation_ids = fields.One2many(
        "campaign.mail.translation",
        string="Languages",
        compute="_compute_translation_ids",
        help="Those of the mail of a campaign that has just one.",
    )

    @api.depends("mail_id", "mailing_mail_ids.translation_ids")
    def _compute_translation_ids(self):
        for campaign in self:
            campaign.translation_ids = campaign.mail_id.translation_ids

    def action_add_language(self):
        """Ask for a language, and open the only mail in it."""
        self.ensure_one()
        if not self.mail_id:
            raise UserError(self.env._("Write the mail first: subject and body."))
        return self.mail_id.action_add_language()


def _digest(content):
    """Return a digest of what a mailing or a translation says."""
    values = [str(content[name] or "") for name in ("subject", "preview", "body_arch")]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()

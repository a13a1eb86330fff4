"""Campaign: mails that are made of templates, and templates that are made of mails."""

import re

from odoo import Command, api, fields, models

from .body_images import BodyImages
from .campaign_template import BODIES, TEXTS

_EXPRESSION = re.compile(r"\s*\{\{.*?\}\}")


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    template_id = fields.Many2one(
        "campaign.template",
        index="btree_not_null",
        ondelete="set null",
        help="What this mail was made of. The template may say something else by now.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Let a mail with a template and no body say what the template says."""
        for vals in vals_list:
            if vals.get("template_id") and not any(map(vals.get, BODIES)):
                template = self.env["campaign.template"].browse(vals["template_id"])
                for name, value in template._prepare_mailing_values().items():
                    if not vals.get(name):
                        vals[name] = value
        mailings = super().create(vals_list)
        mailings._adopt_images()
        return mailings

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & set(BODIES):
            self._adopt_images()
        return result

    def _adopt_images(self):
        for mailing in self:
            for name in BODIES:
                BodyImages(mailing).adopt(mailing[name])

    def action_save_as_template(self):
        """Keep a copy of this mail in the library, and open it there."""
        self.ensure_one()
        template = self.env["campaign.template"].create(
            {
                "name": _EXPRESSION.sub("", self.subject).strip() or self.subject,
                "category": self.template_id.category or "other",
                "language": self.template_id.language,
                "tag_ids": [Command.set(self.campaign_id.tag_ids.ids)],
                "company_id": self.company_id.id,
                "mailing_model_id": self.mailing_model_id.id,
                **{name: self[name] for name in TEXTS},
                "attachment_ids": [Command.set(self.attachment_ids.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "campaign.template",
            "res_id": template.id,
            "views": [(False, "form")],
        }


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    def action_save_as_template(self):
        """Keep a copy of the only mail in the library, and open it there."""
        self.ensure_one()
        return self.mail_id.action_save_as_template()

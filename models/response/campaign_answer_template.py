"""Response: the texts that a team answers with."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import answer_text

LANGUAGES = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pt", "Portuguese"),
    ("pl", "Polish"),
    ("sv", "Swedish"),
    ("da", "Danish"),
    ("cs", "Czech"),
]
# What can stand in a text, and what it becomes.
NAMES = (
    "first_name",
    "name",
    "company",
    "question",
    "times",
    "follow_up_date",
    "campaign",
    "my_name",
    "my_company",
)


class CampaignAnswerTemplate(models.Model):
    """A text to answer replies of some intents with, in one language, for some teams.

    Blank means any. It is suggested beside a reply, filled in, and leaves only when
    somebody sends it.
    """

    _name = "campaign.answer.template"
    _description = "Answer Template"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Blank: all companies.")
    team_ids = fields.Many2many("campaign.team", string="Teams", help="Blank: all.")
    intent_ids = fields.Many2many(
        "campaign.intent", string="For", help="Blank: for any reply, after the others."
    )
    language = fields.Selection(LANGUAGES, help="Blank: any.")
    body_html = fields.Html("Text", required=True, sanitize=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", "campaign_answer_template_attachment_rel", string="Attachments"
    )

    @api.constrains("body_html")
    def _check_body(self):
        for template in self:
            if wrong := answer_text.check(template.body_html or "", NAMES):
                raise ValidationError(
                    self.env._(
                        "“%(wrong)s” cannot be filled in. What can be written, outside "
                        "of links and with the same format throughout: %(names)s.",
                        wrong=wrong,
                        names=", ".join(f"{{{{ {name} }}}}" for name in NAMES),
                    )
                )

    def _fill_in(self, values):
        """Return the text, filled in with safe HTML by name."""
        return Markup(answer_text.fill(self.body_html or "", values))

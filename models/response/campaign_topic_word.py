"""Response: a word by which a topic is found."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.nlp import rules, topics

LANGUAGES = [
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
]


class CampaignTopicWord(models.Model):
    """A phrase in the notation of :mod:`tools.nlp.rules`, for a topic.

    It is no regular expression: whatever somebody writes takes linear time.
    """

    _name = "campaign.topic.word"
    _description = "Word of a Topic"
    _order = "topic_id, language, phrase"
    _rec_name = "phrase"

    topic_id = fields.Many2one(
        "campaign.topic", required=True, ondelete="cascade", index=True
    )
    phrase = fields.Char(
        "Words",
        required=True,
        help="Upper case and accents do not matter. heat pump|pumps finds both, "
        "heat* all words that begin so, call .. back up to three words between.",
    )
    language = fields.Selection(
        LANGUAGES, help="Blank: in every language, such as a product's name."
    )

    _phrase_unique = models.UniqueIndex(
        "(topic_id, COALESCE(language, ''), phrase)",
        "The topic has these words already.",
    )

    @api.constrains("phrase")
    def _check_phrase(self):
        for word in self:
            try:
                topics.check(word.phrase)
            except rules.PackError as error:
                raise ValidationError(
                    self.env._(
                        "%(error)s Write words as they stand in replies, such as “heat "
                        "pump”, with | between those that may replace each other and * "
                        "after the beginning of a word.",
                        error=error,
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        words = super().create(vals_list)
        self.env.registry.clear_cache()
        return words

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

"""Response: what people write about now that they did not before."""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.nlp import rules, themes, topics
from ...tools.nlp.words import fold
from .campaign_topic_word import LANGUAGES

NEW_DAYS = 7
EARLIER_DAYS = 90
# As many earlier replies as are compared with, the newest.
MOST_EARLIER = 20_000
MOST_NEW = 5_000
MOST_EXAMPLES = 50


class CampaignTheme(models.Model):
    """A phrase that has become common in a company's replies.

    ============= ====================================================================
    state
    ============= ====================================================================
    ``new``       a person has not decided yet; its figures are those of the last look
    ``topic``     became a topic, or words of one
    ``dismissed`` is not named again
    ============= ====================================================================
    """

    _name = "campaign.theme"
    _description = "New Theme"
    _order = "state, score desc, id"
    _rec_name = "phrase"

    phrase = fields.Char("Theme", required=True, readonly=True)
    folded = fields.Char(required=True, readonly=True, help="As phrases are compared.")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        [("new", "New"), ("topic", "Became a topic"), ("dismissed", "Dismissed")],
        required=True,
        readonly=True,
        default="new",
    )
    now_count = fields.Integer(
        "Last Week", readonly=True, help="In how many replies of the last seven days."
    )
    before_count = fields.Integer(
        "Before", readonly=True, help="In how many of the ninety days before."
    )
    score = fields.Float(
        "Clearness",
        readonly=True,
        aggregator=None,
        help="How unlikely chance is, in standard deviations.",
    )
    language = fields.Char(readonly=True, help="In which most of the examples are.")
    seen_at = fields.Datetime("Found on", required=True, readonly=True)
    response_ids = fields.Many2many(
        "campaign.response", string="Examples", readonly=True
    )
    topic_id = fields.Many2one("campaign.topic", readonly=True, ondelete="set null")

    _phrase_unique = models.Constraint(
        "UNIQUE(company_id, folded)", "Each theme is there once."
    )

    # ------------------------------------------------------------
    # Finding
    # ------------------------------------------------------------

    @api.model
    def _cron_find(self):
        """Look for new themes in each company's replies."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            self._find_new(company)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _find_new(self, company):
        """Look for the new themes of a company; return them."""
        now = fields.Datetime.now()
        begin = now - timedelta(days=NEW_DAYS)
        replies = self._replies(company, begin, now + timedelta(days=1), MOST_NEW)
        earlier = self._replies(
            company, begin - timedelta(days=EARLIER_DAYS), begin, MOST_EARLIER
        )
        decided = self.search([("company_id", "=", company.id), ("state", "!=", "new")])
        found = themes.find_new(
            [reply.clean_text for reply in replies],
            (reply.clean_text for reply in earlier),
            [*self._known_phrases(), *decided.mapped("folded")],
        )
        self.search([("company_id", "=", company.id), ("state", "=", "new")]).unlink()
        return self.create(
            [self._values(company, replies, theme, now) for theme in found]
        )

    @api.model
    def _replies(self, company, begin, end, limit):
        """Return people's replies of a time that say something, the newest first."""
        responses = self.env["campaign.response"].with_context(active_test=False)
        return responses.search_fetch(
            [
                ("company_id", "=", company.id),
                *responses._from_person(),
                ("received_at", ">=", begin),
                ("received_at", "<", end),
                ("clean_text", "not in", (False, "")),
            ],
            ["clean_text", "language"],
            order="received_at desc, id desc",
            limit=limit,
        )

    @api.model
    def _known_phrases(self):
        """Return what has a topic already."""
        all_topics = self.env["campaign.topic"].with_context(active_test=False)
        own = [phrase for _code, _language, phrase in all_topics._own_words()]
        names = all_topics.search([("code", "!=", False)]).mapped("name")
        shipped = [
            rule.phrase
            for language, _name in LANGUAGES
            for rule in topics.pack(language).rules
        ]
        return [
            choice
            for phrase in (*own, *names, *shipped)
            for choice in (phrase.split("|") if " " not in phrase else [phrase])
        ]

    @api.model
    def _values(self, company, replies, theme, now):
        examples = [replies[number] for number in theme.replies]
        spoken = [reply.language for reply in examples]
        return {
            "phrase": theme.phrase,
            "folded": " ".join(map(fold, theme.phrase.split())),
            "company_id": company.id,
            "now_count": theme.now,
            "before_count": theme.before,
            "score": theme.score,
            "language": max(set(spoken), key=spoken.count),
            "seen_at": now,
            "response_ids": [
                Command.set([reply.id for reply in examples[:MOST_EXAMPLES]])
            ],
        }

    # ------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------

    def action_make_topic(self):
        """Make a topic of this theme: its examples get it, later replies as well."""
        self.ensure_one()
        self._check_manager()
        if self.state == "topic":
            raise UserError(self.env._("“%s” is a topic already.", self.phrase))
        try:
            topics.check(self.phrase)
        except rules.PackError as error:
            raise UserError(
                self.env._("%s Make a topic by hand instead.", error)
            ) from error
        known = dict(LANGUAGES)
        topic = self.env["campaign.topic"].create(
            {
                "name": self.phrase[:1].upper() + self.phrase[1:],
                "color": 4,
                "word_ids": [
                    Command.create(
                        {
                            "phrase": self.phrase.lower(),
                            "language": (
                                self.language if self.language in known else False
                            ),
                        }
                    )
                ],
            }
        )
        self_sudo = self.sudo()  # sudo: nobody edits themes
        self_sudo._label_examples(topic)
        self_sudo.write({"state": "topic", "topic_id": topic.id})
        return topic._get_records_action()

    def _label_examples(self, topic):
        """Put the topic on the examples, as the analysis would have done."""
        for response in self.response_ids:
            if topic.code not in response._codes("topic"):
                self.env["campaign.response.label"].create(
                    {
                        "response_id": response.id,
                        "axis": "topic",
                        "code": topic.code,
                        "confidence": 0.6,
                        "evidence": [
                            {"source": "rule", "text": self.phrase, "weight": 1.0}
                        ],
                    }
                )
            response._sum_up_labels()

    def action_dismiss(self):
        """Do not name these themes again."""
        self._check_manager()
        open_ones = self.filtered(lambda theme: theme.state == "new")
        open_ones.sudo().state = "dismissed"  # sudo: nobody edits themes
        return True

    def action_restore(self):
        """Decide again about dismissed themes."""
        self._check_manager()
        dismissed = self.filtered(lambda theme: theme.state == "dismissed")
        dismissed.sudo().state = "new"  # sudo: nobody edits themes
        return True

    def action_view_examples(self):
        """Open the replies in which the phrase stands."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.phrase,
            "res_model": "campaign.response",
            "view_mode": "list,form",
            "domain": [("id", "in", self.response_ids.ids)],
        }

    def _check_manager(self):
        if not self.env.user.has_groups(
            "campaign_desk.group_response_manager,base.group_system"
        ):
            raise AccessError(
                self.env._("Only managers of responses decide about themes.")
            )
        self.check_access("read")

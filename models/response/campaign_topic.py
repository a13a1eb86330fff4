"""Response: what replies are about."""

import re

from odoo import api, fields, models, tools


class CampaignTopic(models.Model):
    """A topic, by which replies are tagged: a shipped one or one's own.

    A shipped one has words of its own (``tools/nlp/data/topics.json``); more can be
    added to each.
    """

    _name = "campaign.topic"
    _description = "Reply Topic"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        help="The name by which the analysis knows it, such as price.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    word_ids = fields.One2many("campaign.topic.word", "topic_id", "Words")
    is_shipped = fields.Boolean(
        compute="_compute_is_shipped", help="It has words that come with Campaign Desk."
    )
    reply_count = fields.Integer("Replies", compute="_compute_reply_count")

    _code_unique = models.Constraint("UNIQUE(code)", "Each topic is there once.")

    @api.depends("name")
    def _compute_code(self):
        for topic in self:
            if not topic.code and topic.name:
                topic.code = self._free_code(topic.name)

    @api.model
    def _free_code(self, name):
        """Return a name for the analysis that no topic has."""
        stem = re.sub(r"\W+", "_", name.lower()).strip("_")[:60] or "topic"
        topics = self.sudo().with_context(active_test=False)  # sudo: names, to be free
        taken = set(topics.search([("code", "=like", f"{stem}%")]).mapped("code"))
        numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
        return next(code for code in (stem, *numbered) if code not in taken)

    def _compute_is_shipped(self):
        data = self.env["ir.model.data"].sudo()  # sudo: where a record comes from
        shipped = data.search(
            [
                ("model", "=", self._name),
                ("module", "=", "campaign_desk"),
                ("res_id", "in", self.ids),
            ]
        ).mapped("res_id")
        for topic in self:
            topic.is_shipped = topic.id in shipped

    def _compute_reply_count(self):
        counts = dict(
            self.env["campaign.response"]._read_group(
                [("topic_ids", "in", self.ids)], ["topic_ids"], ["__count"]
            )
        )
        for topic in self:
            topic.reply_count = counts.get(topic, 0)

    def action_view_replies(self):
        """Open the replies about this topic."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "campaign.response",
            "view_mode": "list,form",
            "domain": [("topic_ids", "in", self.ids)],
        }

    # ------------------------------------------------------------
    # For the analysis
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _by_code(self):
        """Return the ids of topics in use by their codes."""
        # sudo: the analysis knows all topics, whoever's reply it reads
        in_use = self.sudo().search([("active", "=", True)])
        return {topic.code: topic.id for topic in in_use}

    @api.model
    @tools.ormcache()
    def _own_words(self):
        """Return code, language (False: any) and phrase of words that people added."""
        # sudo: as above
        words = (
            self.env["campaign.topic.word"]
            .sudo()
            .search([("topic_id.active", "=", True)], order="id")
        )
        return tuple(
            (word.topic_id.code, word.language or False, word.phrase) for word in words
        )

    @api.model_create_multi
    def create(self, vals_list):
        topics = super().create(vals_list)
        self.env.registry.clear_cache()
        return topics

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

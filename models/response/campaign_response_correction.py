"""Response: what people say a reply really is, kept to learn from and to count."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.nlp.corrections import Correction
from .campaign_response_label import AXES

# How long texts are kept; 0: for ever.
TEXT_DAYS = 730


class CampaignResponseCorrection(models.Model):
    """A person's last word on one axis of one reply.

    It stands for itself: the reply may be deleted. Then, or after some time, or on
    request, its text goes; that somebody corrected something still counts.
    """

    _name = "campaign.response.correction"
    _description = "Correction"
    _order = "corrected_at desc, id desc"
    _rec_name = "axis"

    response_id = fields.Many2one(
        "campaign.response", readonly=True, ondelete="set null", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    axis = fields.Selection(AXES, required=True, readonly=True)
    before = fields.Json(readonly=True, help="What the analysis said, by name.")
    after = fields.Json(readonly=True, help="What a person says, by name.")
    before_words = fields.Char("Analysis Said", compute="_compute_words")
    after_words = fields.Char("Person Says", compute="_compute_words")
    is_change = fields.Boolean(
        "Changed",
        compute="_compute_is_change",
        store=True,
        help="Off: a person has confirmed what the analysis said.",
    )
    text = fields.Text(
        readonly=True, help="What is learned from: the reply without quote, signature."
    )
    language = fields.Char(readonly=True)
    engine = fields.Char(readonly=True, help="The engine and model that said it.")
    user_id = fields.Many2one("res.users", "Corrected by", readonly=True)
    corrected_at = fields.Datetime(required=True, readonly=True, index=True)

    _axis_unique = models.Constraint(
        "UNIQUE(response_id, axis)", "There is one last word on each axis."
    )

    @api.depends("before", "after")
    def _compute_words(self):
        words = self._words()
        for one in self:
            for name in ("before", "after"):
                codes = one[name] or ()
                one[f"{name}_words"] = ", ".join(
                    words.get((one.axis, code), code) for code in codes
                )

    @api.depends("before", "after")
    def _compute_is_change(self):
        for one in self:
            one.is_change = sorted(one.before or ()) != sorted(one.after or ())

    @api.model
    def _words(self):
        """Return what people call each label, by axis and name."""
        responses = self.env["campaign.response"]
        selections = {
            axis: responses._fields[axis]._description_selection(self.env)
            for axis in ("kind", "sentiment")
        }
        topics = self.env["campaign.topic"].with_context(active_test=False)
        return {
            **{
                (axis, code): name
                for axis, pairs in selections.items()
                for code, name in pairs
            },
            **{
                ("intent", intent.code): intent.name
                for intent in self.env["campaign.intent"].search(
                    [("code", "!=", False)]
                )
            },
            **{
                ("topic", topic.code): topic.name
                for topic in topics.search([("code", "!=", False)])
            },
        }

    # ------------------------------------------------------------
    # To learn from
    # ------------------------------------------------------------

    @api.model
    def _lessons(self):
        """Return what can be learned from, the oldest first, with when each was said.

        A reply's intents and sentiment belong together: where a person has decided on
        one of them only, the other is as the reply has it, which that person saw.
        """
        by_reply = {}
        for one in self.search(
            [("axis", "in", ("intent", "sentiment")), ("text", "!=", False)],
            order="corrected_at, id",
        ):
            key = one.response_id.id or f"lone {one.id}"
            by_reply.setdefault(key, self.browse())
            by_reply[key] |= one
        lessons = [
            lesson
            for corrections in by_reply.values()
            if (lesson := corrections._lesson())
        ]
        return sorted(lessons, key=lambda lesson: lesson[0])

    def _lesson(self):
        """Return when and what these corrections of one reply teach, if anything."""
        said = {one.axis: one.after or [] for one in self}
        reply = self.response_id
        intents = said.get("intent")
        if intents is None and reply:
            intents = reply._codes("intent")
        if not intents or (reply and reply.kind != "human"):
            return None
        [sentiment] = said.get("sentiment") or [None]
        try:
            correction = Correction(
                self[0].text, self[0].language or "", frozenset(intents), sentiment
            )
        except ValueError:  # a name that is no longer one
            return None
        return max(self.mapped("corrected_at")), correction

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    def action_forget_text(self):
        """Delete the texts; what was learned before stays learned."""
        if not self.env.user.has_groups(
            "campaign_desk.group_response_manager,base.group_system"
        ):
            raise AccessError(
                self.env._("Only managers of responses delete what is learned from.")
            )
        self.check_access("read")
        self.sudo()._forget_text()  # sudo: nobody edits a correction
        return True

    def _forget_text(self):
        self.write({"text": False})

    @api.autovacuum
    def _gc_texts(self):
        days = self.env["campaign.inbound"]._days("correction_days", TEXT_DAYS)
        if not days:
            return 0, 0
        old = self.search(
            [
                ("corrected_at", "<", fields.Datetime.now() - timedelta(days=days)),
                ("text", "!=", False),
            ],
            limit=1000,
        )
        old._forget_text()
        return len(old), int(len(old) >= 1000)

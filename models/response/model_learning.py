"""Response: versions of the model that learn from people's corrections."""

import base64
import json
import logging
import traceback

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.nlp import engines, learning
from ...tools.nlp.base import EngineError, Reply

_logger = logging.getLogger(__name__)

# By the schedule, a version is learned when there are so many new corrections.
LEARN_FROM = 20


class CampaignNlpModel(models.Model):
    _inherit = "campaign.nlp.model"

    # ------------------------------------------------------------
    # When
    # ------------------------------------------------------------

    def action_learn(self):
        """Have a new version learned from the corrections, in the background."""
        self._check_manager()
        models_sudo = self.sudo()  # sudo: nobody edits versions
        if models_sudo.search_count([("state", "=", "training")], limit=1):
            raise UserError(
                self.env._("A version is being learned already; that takes a minute.")
            )
        count = models_sudo._new_correction_count("hybrid")
        if count < learning.FEWEST:
            raise UserError(
                self.env._(
                    "It takes %(fewest)s new corrections to learn from, and there are "
                    "%(count)s. Correct labels in the responses first.",
                    fewest=learning.FEWEST,
                    count=count,
                )
            )
        models_sudo._plan_versions(self.env.user)
        job = self.env.ref("campaign_desk.ir_cron_learn")
        job.sudo()._trigger()  # sudo: waking a job, not changing it
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Learning from the corrections has begun. The new version stands "
                    "in this list in a minute or so."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_learn(self):
        """Learn what is asked for; else, when there is enough that is new."""
        waiting = self.search([("state", "=", "training")], order="id")
        if not waiting and self._new_correction_count("hybrid") >= self._learn_from():
            waiting = self._plan_versions()
        for version in waiting:
            version._learn()
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _learn_from(self):
        value = self.env["campaign.inbound"]._days("learn_from", LEARN_FROM)
        return max(value, learning.FEWEST)

    @api.model
    def _learning_engines(self):
        """Return the engines that learn: the default, and the one in use."""
        in_use = self._engine_in_use()
        wanted = ["hybrid"]
        if in_use == "hybrid_e5" and engines.get(in_use).available():
            wanted.append(in_use)
        return wanted

    @api.model
    def _plan_versions(self, user=None):
        """Make a row for each version that is to be learned."""
        rows = self.browse()
        for engine in self._learning_engines():
            last = self.search([("engine", "=", engine)], limit=1)
            number = last.number + 1
            shipped = self.search([("engine", "=", engine), ("number", "=", 0)])
            rows |= self.create(
                {
                    "engine": engine,
                    "number": number,
                    "version": f"{shipped.version}-{number}",
                    "parent_id": self._active(engine).id or shipped.id,
                    "user_id": user.id if user else False,
                }
            )
        return rows

    @api.model
    def _new_correction_count(self, engine):
        """Return how many corrections no version of an engine has tried to learn."""
        last = self.search(
            [("engine", "=", engine), ("learned_until", "!=", False)],
            order="learned_until desc",
            limit=1,
        )
        lessons = self.env["campaign.response.correction"]._lessons()
        until = last.learned_until
        return sum(not until or said_at > until for said_at, _lesson in lessons)

    # ------------------------------------------------------------
    # Learning
    # ------------------------------------------------------------

    def _learn(self):
        """Learn this version, and use it if it is better; keep it if it is not.

        It learns on top of the shipped one, from all corrections, and is compared with
        the one in use on corrections that neither has learned from.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                learned, lessons = self._learned()
                self._note(learned, lessons)
        except Exception as error:  # whatever it is, replies are read as before
            # The error's own words may hold a reply's.
            where = "".join(traceback.format_tb(error.__traceback__))
            name = type(error).__name__
            _logger.error(
                "Version %s was not learned: %s\n%s", self.version, name, where
            )
            self.write({"state": "failed", "reason": self._explain_failure(error)})

    def _explain_failure(self, error):
        if isinstance(error, EngineError | ValueError):
            return str(error)[:300]
        return self.env._(
            "An error of the program (%s); the server's log has more.",
            type(error).__name__,
        )

    def _learned(self):
        """Return what came of learning, and the lessons."""
        lessons = self.env["campaign.response.correction"]._lessons()
        shipped = engines.get(self.engine)
        active = self.parent_id
        is_rival = active and not active.is_shipped
        until = active.learned_until if is_rival else False

        def encode(text):
            return shipped.vector(Reply(text, ""))

        learned = learning.learn(
            shipped.model,
            [lesson for _said_at, lesson in lessons],
            self.version,
            encode=encode if self.engine == "hybrid_e5" else None,
            rival=active._read_model() if is_rival else None,
            seen=sum(bool(until and said_at <= until) for said_at, _lesson in lessons),
        )
        return learned, lessons

    def _note(self, learned, lessons):
        """Write down what came of learning; use the version if it is better."""
        made = learned.model or learned.rejected
        values = {
            "trained_at": fields.Datetime.now(),
            "learned_until": lessons[-1][0] if lessons else False,
            "correction_count": min(len(lessons), learning.MOST),
            "reason": learned.reason,
            "state": "candidate" if made else "failed",
        }
        if made:
            text = json.dumps(made.data, ensure_ascii=False, separators=(",", ":"))
            values.update(
                data=base64.b64encode(text.encode()),
                checksum=made.data["sha256"],
                measured_count=learned.after.replies,
                intents_before=learned.before.intents,
                intents_after=learned.after.intents,
                sentiment_before=learned.before.sentiment,
                sentiment_after=learned.after.sentiment,
                kept_intents_before=learned.kept_before.intents,
                kept_intents_after=learned.kept_after.intents,
                kept_sentiment_before=learned.kept_before.sentiment,
                kept_sentiment_after=learned.kept_after.sentiment,
            )
        self.write(values)
        if made:
            self._note_figures("corrections", learned.before, learned.after)
            self._note_figures("kept", learned.kept_before, learned.kept_after)
        if learned.model:
            self._activate()

    def _note_figures(self, measured_on, before, after):
        self.env["campaign.nlp.figure"].create(
            [
                {
                    "model_id": self.id,
                    "measured_on": measured_on,
                    "label": label,
                    "wanted": now.wanted,
                    "given_before": then.given,
                    "right_before": then.right,
                    "given_after": now.given,
                    "right_after": now.right,
                    "f1_before": then.f1,
                    "f1_after": now.f1,
                }
                for label, now in after.labels.items()
                for then in [before.labels[label]]
                if now.wanted or now.given or then.given
            ]
        )

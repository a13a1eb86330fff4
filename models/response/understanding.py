"""Response: from a reply as it came to what it says."""

import logging
from datetime import timezone

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError

from ...tools.nlp import analyze
from .analysis_lane import MOST_ATTEMPTS, PAUSES, AnalysisLane
from .analysis_reader import reader_of
from .analysis_values import ask_values, label_values
from .writer import original_text, writer_zone

_logger = logging.getLogger(__name__)

# As much of each body is read; what is longer is no letter. With this a hostile mail
# takes a second.
LONGEST_BODY = 1_000_000
SURE = "0.8"
# What evidence of the kind says when the mail gateway has told it.
GATEWAY = "gateway"


class CampaignResponse(models.Model):
    """How a reply comes to be understood.

    ===============  ==============================================================
    analysis_state
    ===============  ==============================================================
    ``waiting``      to be read at ``analysis_due_at`` (blank: now)
    ``done``         read; ``analysis_error`` says if routing or acting failed then
    ``failed``       could not be read, three times; a person looks at it
    ===============  ==============================================================
    """

    _inherit = "campaign.response"

    analysis_due_at = fields.Datetime(readonly=True, help="When it is read again.")
    engine_note = fields.Char(
        "Why Not the Chosen Engine",
        readonly=True,
        help="Why another engine than the one in the settings had to read it.",
    )
    is_unsure = fields.Boolean(
        "Read with Doubt",
        readonly=True,
        help="What it wants is less sure than the settings ask for.",
    )

    _due_idx = models.Index("(analysis_due_at, id) WHERE analysis_state = 'waiting'")

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def _understand(self):
        """Read these replies, and write down what they say.

        What a person has said of one stays.
        """
        reader = reader_of(self.env)
        for response in self:
            response._write_analysis(response._analyze(reader))

    def _analyze(self, reader):
        """Return what :func:`tools.nlp.analyze` says of this reply."""
        return analyze(
            (self.body_text or "")[:LONGEST_BODY],
            str(self.body_html or "")[:LONGEST_BODY] or None,
            self.received_at.replace(tzinfo=timezone.utc),
            subject=self.subject or "",
            headers=self.headers if isinstance(self.headers, dict) else None,
            original=original_text(self.mailing_id),
            engine=reader.engine,
            fallback=reader.fallback,
            topic_packs=reader.topic_pack,
            tz=writer_zone(self),
            kind=self._told_kind(),
        )

    def _told_kind(self):
        """Return who wrote, where a person or the mail gateway has said so."""
        label = self.label_ids.filtered(lambda one: one.axis == "kind")[:1]
        if label:
            sources = [item.get("source") for item in label.evidence or ()]
            is_told = label.source == "person" or GATEWAY in sources
            return label.code if is_told else None
        is_machine = self.kind and self.kind != "human"
        return self.kind if is_machine and not self.analysed_at else None

    def _write_analysis(self, said):
        """Write down what was read, except where a person knows better."""
        told = self._told_kind()
        corrected = self._corrected_axes()
        topics = self.env["campaign.topic"]._by_code()
        labels = label_values(said["axes"], topics)
        if told and "kind" not in corrected:
            [kind] = labels["kind"]
            kind["evidence"] = [{"source": GATEWAY, "text": told, "weight": 1.0}]
        self._replace_labels(labels, corrected)
        self._replace_asks(said["rows"])
        self.write(
            {
                "analysis_state": "done",
                "analysis_error": False,
                "analysis_due_at": False,
                "analysed_at": fields.Datetime.now(),
                "engine": f"{said['engine']} {said['model']}".strip(),
                "engine_note": said["fallback"][:500] or False,
                "language": said["language"],
                "low_support": said["low_support"],
                "clean_text": said["clean_text"],
                "cut": said["cut"],
                "follow_up_date": said["follow_up_date"],
                "meeting_times": said["meeting_times"],
                **({} if "sentiment" in corrected else _sentiment(said)),
            }
        )
        self._sum_up_labels()

    def _replace_labels(self, labels, corrected):
        """Give the labels that were read, on the axes that no person has decided."""
        self.label_ids.filtered(lambda one: one.axis not in corrected).unlink()
        self.env["campaign.response.label"].create(
            [
                {"response_id": self.id, **values}
                for axis, found in labels.items()
                if axis not in corrected
                for values in found
            ]
        )

    def _replace_asks(self, rows):
        """Note what is asked for; rows that somebody else has or that are done stay."""
        found = {(row["kind"], row["sentence"]): row for row in ask_values(rows)}
        known = {(ask.kind, ask.sentence): ask for ask in self.ask_ids}
        gone = [
            ask
            for key, ask in known.items()
            if key not in found and not (ask.is_done or ask.user_id - self.user_id)
        ]
        self.env["campaign.response.ask"].union(*gone).unlink()
        self.env["campaign.response.ask"].create(
            [
                {"response_id": self.id, **values}
                for key, values in found.items()
                if key not in known
            ]
        )

    def _sum_up_labels(self):
        """Write what the labels say into the fields that people search and group by."""
        labels = self.label_ids
        by_axis = {
            axis: labels.filtered(lambda one, axis=axis: one.axis == axis)
            for axis in ("kind", "intent", "topic")
        }
        intents = self.env["campaign.intent"].search(
            [("code", "in", by_axis["intent"].mapped("code"))]
        )
        topics = self.env["campaign.topic"]._by_code()
        main = intents[:1]  # in the order in which they matter
        doubtful = by_axis["kind"] | by_axis["intent"].filtered(
            lambda label: label.code == main.code
        )
        sure = self._sure_from()
        self.with_context(campaign_sums_up=True).write(
            {
                "kind": by_axis["kind"][:1].code,
                "intent_id": main.id,
                "intent_ids": [Command.set(intents.ids)],
                "topic_ids": [
                    Command.set(
                        [
                            topics[label.code]
                            for label in by_axis["topic"]
                            if label.code in topics
                        ]
                    )
                ],
                "is_unsure": any(
                    label.source == "analysis" and label.confidence < sure
                    for label in doubtful
                ),
            }
        )

    @api.model
    def _sure_from(self):
        """Return from which confidence on a label needs no second look."""
        # sudo: a setting, not a secret
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param("campaign_desk.analysis_sure", SURE)
        try:
            return min(max(float(value), 0.5), 1.0)
        except ValueError:
            return float(SURE)

    # ------------------------------------------------------------
    # In the background
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        responses = super().create(vals_list)
        if any(one.analysis_state == "waiting" for one in responses):
            self._wake_analysis()
        return responses

    @api.model
    def _wake_analysis(self, at=None):
        """Have waiting replies read soon, or at a certain time."""
        job = self.env.ref("campaign_desk.ir_cron_understand", raise_if_not_found=False)
        if job:
            job.sudo()._trigger(at)  # sudo: waking a job, not changing it

    @api.model
    def _cron_understand(self):
        """Understand, route and act upon what waits. Several jobs may do so at once."""
        AnalysisLane(self.env).run()

    def _note_failed_attempt(self, reason):
        """Have a reply tried again later; after the last attempt tell a person."""
        self.ensure_one()
        if self.analysis_attempts < MOST_ATTEMPTS:
            due = fields.Datetime.now() + PAUSES[self.analysis_attempts - 1]
            self.write({"analysis_due_at": due, "analysis_error": reason})
            self._wake_analysis(due)
            return
        try:
            with self.env.cr.savepoint():
                self._understand()
        except Exception:  # the reason is known, from all attempts before
            self._write_failure(reason)
        else:  # it is routing or acting that fails: the reply itself can be read
            self.analysis_error = reason

    def _write_failure(self, reason):
        """Mark these replies as those that a person has to read without help."""
        self.write(
            {
                "analysis_state": "failed",
                "analysis_error": reason,
                "analysis_due_at": False,
            }
        )
        _logger.warning("%s replies could not be read: %s", len(self), self.ids)

    def action_analyse_again(self):
        """Have these replies read anew, in the background. Corrections stay."""
        if not self.env.user.has_groups(
            "campaign_desk.group_response_user,base.group_system"
        ):
            raise AccessError(self.env._("Only responders have replies read again."))
        self.check_access("write")
        self._read_again()
        return True

    def _read_again(self):
        self_sudo = self.sudo()  # sudo: the state of the analysis is not people's
        self_sudo.write(
            {
                "analysis_state": "waiting",
                "analysis_attempts": 0,
                "analysis_due_at": False,
                "analysis_error": False,
            }
        )
        self._wake_analysis()


def _sentiment(said):
    return {"sentiment": said["sentiment"], "sentiment_score": said["sentiment_score"]}

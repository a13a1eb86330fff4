"""Response: people say what a reply really is."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.nlp import taxonomy
from .campaign_response_label import AXES

_LEAST_SCORE = 0.5


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    correction_ids = fields.One2many(
        "campaign.response.correction",
        "response_id",
        "Corrections",
        readonly=True,
        groups="campaign_desk.group_response_manager,base.group_system",
    )

    def action_correct(self, axis, codes):
        """Say what these replies are on an axis; kept, and learned from.

        :param axis: ``kind``, ``intent``, ``sentiment`` or ``topic``.
        :param codes: the names of all that holds; those of before are no longer.
        :raise UserError: there is no such axis or name.
        """
        if not self.env.user.has_groups(
            "campaign_desk.group_response_user,base.group_system"
        ):
            raise AccessError(self.env._("Only responders say what a reply is."))
        self.check_access("write")
        self._correct_label(axis, codes)
        return True

    def _correct_label(self, axis, codes):
        """Have these replies carry these labels on an axis, by a person's word."""
        codes = self._checked_codes(axis, codes)
        # sudo: labels and what follows from them are written by this way only
        for response_sudo in self.sudo():
            response_sudo._check_read()
            before = response_sudo._codes(axis)
            response_sudo._set_labels(axis, codes)
            response_sudo._note_correction(axis, before, codes)
            if axis == "sentiment":
                response_sudo._set_sentiment(*codes)
            response_sudo._sum_up_labels()
            if axis == "kind" and codes != before:
                # what a person wants is not looked for in what a machine wrote
                response_sudo._read_again()

    def _codes(self, axis):
        """Return the labels on an axis by their names, in order."""
        labels = self.label_ids.filtered(lambda label: label.axis == axis)
        return sorted(labels.mapped("code"))

    def _corrected_axes(self):
        """Return the axes on which a person has decided."""
        return set(self.sudo().correction_ids.mapped("axis"))  # sudo: not their texts

    def _set_labels(self, axis, codes):
        """Give these labels; those that are there already keep their evidence."""
        labels = self.label_ids.filtered(lambda label: label.axis == axis)
        kept = labels.filtered(lambda label: label.code in codes)
        (labels - kept).unlink()
        kept.write({"source": "person"})
        missing = set(codes) - set(kept.mapped("code"))
        self.env["campaign.response.label"].create(
            [
                {
                    "response_id": self.id,
                    "axis": axis,
                    "code": code,
                    "confidence": 1.0,
                    "source": "person",
                }
                for code in sorted(missing)
            ]
        )

    def _set_sentiment(self, code):
        """Write the sentiment, with a score that is not its opposite."""
        score = self.sentiment_score
        least = {
            "negative": min(score, -_LEAST_SCORE),
            "neutral": 0.0,
            "positive": max(score, _LEAST_SCORE),
        }
        if code != self.sentiment:
            self.write({"sentiment": code, "sentiment_score": least[code]})

    def _note_correction(self, axis, before, codes):
        """Keep what a person says: one row a reply and axis, the last word."""
        known = self.correction_ids.filtered(lambda one: one.axis == axis)
        values = {
            "after": codes,
            "user_id": self.env.user.id,
            "corrected_at": fields.Datetime.now(),
        }
        if known:
            known.write(values)
            return
        self.env["campaign.response.correction"].create(
            {
                **values,
                "response_id": self.id,
                "company_id": self.company_id.id,
                "axis": axis,
                "before": before,
                "text": self.clean_text or self.body_text or "",
                "language": self.language,
                "engine": self.engine,
            }
        )

    def _check_read(self):
        if self.analysis_state == "waiting" and not self.analysed_at:
            raise UserError(
                self.env._(
                    "“%s” has not been read yet. That takes a few seconds: try again "
                    "in a moment.",
                    self.subject or self.email,
                )
            )

    @api.model
    def _checked_codes(self, axis, codes):
        """Return the names in order, or say which one there is not."""
        names = dict(AXES)
        if axis not in names:
            raise UserError(
                self.env._(
                    "There is no axis “%s”: kind, intent, sentiment, topic.", axis
                )
            )
        if not isinstance(codes, list | tuple) or not all(
            isinstance(code, str) for code in codes
        ):
            raise UserError(self.env._("Say what holds as a list of names."))
        known = {
            "kind": taxonomy.KINDS,
            "intent": taxonomy.INTENTS,
            "sentiment": taxonomy.SENTIMENTS,
            "topic": self.env["campaign.topic"]._by_code(),
        }[axis]
        if unknown := set(codes) - set(known):
            raise UserError(
                self.env._(
                    "There is no %(axis)s “%(name)s”. There are: %(known)s.",
                    axis=names[axis].lower(),
                    name=min(unknown),
                    known=", ".join(known),
                )
            )
        if axis in ("kind", "sentiment") and len(set(codes)) != 1:
            raise UserError(
                self.env._("A reply has one %s: choose it.", names[axis].lower())
            )
        if axis == "intent":
            codes = set(codes) - {"other"} or {"other"}
        return sorted(set(codes))

    # ------------------------------------------------------------
    # Topics are also chosen in forms and lists
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        # a context can come from outside
        sums_up = self.env.su and self.env.context.get("campaign_sums_up")
        if "topic_ids" in vals and not sums_up:
            for response in self:
                codes = sorted(response.sudo().topic_ids.mapped("code"))
                if codes != response.sudo()._codes("topic"):
                    response._correct_label("topic", codes)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_correction_texts(self):
        self.sudo().correction_ids._forget_text()  # sudo: nobody else may write them

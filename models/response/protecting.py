"""Response: what nobody writes directly, and what to do instead.

Loaded last of this room: :meth:`write` sees what somebody asks for, not what our own
overrides add to it.
"""

from odoo import models
from odoo.exceptions import AccessError

# What came, and what follows from it elsewhere: acts upon others' records are found by
# these, so that nobody who may answer may write them.
FACTS = {
    *("company_id", "received_at", "subject", "email_from", "email", "author_name"),
    *("message_id", "body_html", "body_text", "headers", "held_file_ids", "lost_files"),
    *("trace_id", "mailing_id", "campaign_id", "found_by", "found_confidence"),
    *("mail_message_id", "conversation_id", "parent_id", "lead_id", "meeting_id"),
    *("referred_ids", "absent_until", "is_heeded", "words_by_mail"),
}
# What the analysis says. A correction is kept and learned from; a value that is written
# over it would do neither. Topics are not among these: writing them is a correction.
FINDINGS = {
    *("analysis_state", "analysis_error", "analysis_attempts", "analysis_due_at"),
    *("analysed_at", "engine", "engine_note", "is_unsure", "low_support", "language"),
    *("kind", "clean_text", "cut", "sentiment", "sentiment_score", "meeting_times"),
    *("intent_id", "intent_ids", "label_ids", "correction_ids"),
}
# What is noted down when somebody does something, and counted in the reports.
NOTES = {
    *("routed_because", "routing_rule_ids", "passed_user_ids", "reassign_count"),
    *("assigned_at", "is_to_announce", "opened_at", "silence_at", "closed_at"),
    *("first_answered_at", "last_answered_at", "first_answer_hours"),
    *("service_level_id", "first_answer_deadline", "next_answer_deadline"),
    *("resolution_deadline", "sla_deadline", "sla_status"),
}


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def write(self, vals):
        """Write what people decide.

        :raise AccessError: it is something that came, was understood or noted down.
        """
        if not self.env.su:
            self._check_is_peoples(vals.keys())
        return super().write(vals)

    def _check_is_peoples(self, names):
        facts, findings, notes = FACTS & names, FINDINGS & names, NOTES & names
        if facts:
            raise AccessError(
                self.env._(
                    "Nobody changes what came or what followed: %s. Write a note on "
                    "the reply instead.",
                    self._labels_of(facts),
                )
            )
        if findings:
            raise AccessError(
                self.env._(
                    "Nobody writes over what the analysis says: %s. Correct the label "
                    "on the reply with a click, which is learned from, or have it "
                    "analysed again.",
                    self._labels_of(findings),
                )
            )
        if notes:
            raise AccessError(
                self.env._(
                    "This is noted down by itself: %s. Assign, answer or close the "
                    "reply, and it follows.",
                    self._labels_of(notes),
                )
            )

    def _labels_of(self, names):
        return ", ".join(sorted(self._fields[name].string for name in names))

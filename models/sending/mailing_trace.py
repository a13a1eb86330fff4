"""Sending: a delivery (one recipient of one mailing), which is also the queue's row."""

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import delivery
from .lane import LaneRun
from .settlement import UTC_NOW, transition

_logger = logging.getLogger(__name__)

# A lane gives its thread back after this time, and after a batch when somebody waits
# for it: Odoo's other jobs, transactional mail among them, use the same few threads.
LANE_SECONDS = 4
BATCH = 200
# A lane that starts while others wait (Odoo's scheduler goes through a list that may be
# some seconds old) takes only so many, so that a campaign still goes on.
HURRIED_BATCH = 40
# A limit that passes sooner is waited for; else the lane gives its thread back.
LONGEST_WAIT_SECONDS = 1
# What may be sent later than this the dispatcher notices by itself.
MINUTE_SECONDS = 60


class MailingTrace(models.Model):
    """A row with a ``token`` is a delivery of the Campaign Desk engine.

    What may happen to it is in :mod:`campaign_desk.tools.delivery`.
    """

    _inherit = "mailing.trace"

    token = fields.Char(
        readonly=True,
        copy=False,
        help="Stands for the recipient in links, unguessable.",
    )
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
    attempt_count = fields.Integer(
        "Attempts", readonly=True, copy=False, aggregator=None
    )
    lease_key = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="The lease of the worker that has it.",
    )
    provider_group_id = fields.Many2one(
        "campaign.provider.group",
        "Mailbox Provider",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Blank until it is known who runs the recipient's mail server; "
        "until then the mail waits.",
    )
    waiting_for = fields.Selection(
        [
            ("retry", "Server asked to come later"),
            ("window", "Send window"),
            ("cap", "Frequency cap"),
            ("absence", "Recipient's return"),
        ],
        readonly=True,
        copy=False,
        help="What a delivery that is still to be sent waits for.",
    )
    resent_at = fields.Datetime(
        "Sent Again",
        readonly=True,
        copy=False,
        help="When it was queued again because its outcome was unknown, as its mailing "
        "wants it. That happens once.",
    )
    sending_account_id = fields.Many2one(
        "campaign.sending.account",
        readonly=True,
        copy=False,
        help="Over which it left, or was last tried.",
    )
    provider_reference = fields.Char(
        "Server's Answer",
        readonly=True,
        copy=False,
        help="What the mail server said when it took the mail, often its queue number.",
    )
    failure_type = fields.Selection(
        selection_add=[
            (delivery.FAILURE_UNKNOWN, "Outcome unknown"),
            ("suppressed", "Suppressed Address"),
            ("frequency", "Wants fewer mails"),
            ("merge_empty", "A required merge field is empty"),
        ],
        ondelete={
            delivery.FAILURE_UNKNOWN: lambda traces: traces.write(
                {"failure_type": "unknown"}
            ),
            "suppressed": lambda traces: traces.write({"failure_type": "mail_bl"}),
            "frequency": lambda traces: traces.write({"failure_type": "mail_optout"}),
            "merge_empty": lambda traces: traces.write({"failure_type": "unknown"}),
        },
    )

    _token_idx = models.UniqueIndex("(token) WHERE token IS NOT NULL")
    _recipient_idx = models.UniqueIndex(
        "(mass_mailing_id, model, res_id) WHERE token IS NOT NULL"
    )
    _queue_idx = models.Index(
        "(mass_mailing_id, provider_group_id, next_attempt_at, id)"
        " WHERE trace_status = 'outgoing' AND token IS NOT NULL"
    )
    _waiting_idx = models.Index(
        "(split_part(email, '@', 2)) WHERE provider_group_id IS NULL"
        " AND trace_status = 'outgoing' AND token IS NOT NULL"
    )
    _odoos_own_idx = models.Index("(mass_mailing_id) WHERE token IS NULL")
    _status_idx = models.Index("(mass_mailing_id, trace_status)")
    _uncertain_idx = models.Index(
        "(mass_mailing_id)"
        " WHERE trace_status = 'error' AND failure_type = 'outcome_unknown'"
    )
    _put_off_idx = models.Index(
        "(mass_mailing_id, waiting_for, next_attempt_at)"
        " WHERE trace_status = 'outgoing' AND waiting_for IS NOT NULL"
    )
    _email_idx = models.Index("(email, (mass_mailing_id + 0))")
    _message_id_idx = models.Index("(message_id)")
    _latest_idx = models.Index(
        "(email, sent_datetime DESC) WHERE sent_datetime IS NOT NULL"
    )
    _provider_reference_idx = models.Index("USING hash (provider_reference)")

    # ------------------------------------------------------------
    # The lanes
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self, lane):
        """Send what is due, for a few seconds; more work calls the lane again."""
        deadline = time.monotonic() + LANE_SECONDS
        handled, wait = self._work(lane, float("inf"), deadline, yields=True)
        if handled:
            _logger.info("Lane %s handled %s deliveries", lane, handled)
        if wait == 0 or time.monotonic() >= deadline:
            self._wake_lanes(lane)
        elif wait is not None and wait < MINUTE_SECONDS and lane == 1:
            self._wake_lanes(lane, timedelta(seconds=wait))
        # In a new transaction: the last mail may be another lane's.
        self.env["ir.cron"]._commit_progress(handled, remaining=0)
        self.env["mailing.mailing"]._finish_sent()

    @api.model
    def _process_batch(self, lane, limit, deadline):
        """Claim, render, hand over and settle what is due. The one call of drivers.

        :param lane: the number of the lane, for the record.
        :param limit: how many deliveries at the most.
        :param deadline: monotonic time after which nothing more is handed over.
        :return: how many deliveries were handled; 0 when nothing is due.
        """
        return self._work(lane, limit, deadline)[0]

    @api.model
    def _work(self, lane, limit, deadline, yields=False):
        """Do :meth:`_process_batch`, and return also when there is more to do.

        Limits that pass within a second are waited for, by the first lane only: the
        others would wait for the same.

        :param yields: stop as soon as another job waits for a thread.
        :return: how many deliveries were handled, and in how many seconds something
            that is due may be sent (None: nothing is due).
        """
        handled = 0
        with LaneRun(self.env, lane) as run:
            size = HURRIED_BATCH if yields and run.others_wait() else BATCH
            while handled < limit and (now := time.monotonic()) < deadline:
                batch = run.process_batch(min(size, limit - handled), deadline)
                size = BATCH
                handled += batch
                if batch and yields and run.others_wait():
                    return handled, 0
                if batch:
                    continue
                if lane != 1 or run.wait is None or now + run.wait >= deadline:
                    break
                if run.wait > LONGEST_WAIT_SECONDS:
                    break
                time.sleep(run.wait + 0.01)
            return handled, run.wait

    @api.model
    def _wake_lanes(self, lane=None, delay=None):
        """Have the lanes (or one of them) start within seconds, or after a delay."""
        at = fields.Datetime.now() + (delay or timedelta())
        for job in self.env["ir.cron"]._campaign_lanes():
            if lane is None or job.campaign_lane == lane:
                job._trigger(at)

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_retry(self):
        """Send failed deliveries again. Those with an unknown outcome stay."""
        return self._decide(
            delivery.RETRIED, self.env._("Only failed deliveries can be tried again.")
        )

    def action_confirm_sent(self):
        """Say of deliveries with an unknown outcome that they arrived."""
        return self._decide(delivery.CONFIRMED, self._only_uncertain())

    def action_resend(self):
        """Send deliveries with an unknown outcome again: they may arrive twice."""
        return self._decide(delivery.RESENT, self._only_uncertain())

    def action_cancel_waiting(self):
        """Take deliveries out that nobody has in hand yet."""
        waiting = self.filtered(lambda trace: trace.trace_status == "outgoing")
        answer = self._decide(
            delivery.CANCELLED, self.env._("Only waiting deliveries can be cancelled.")
        )
        cancelled = waiting.filtered(lambda trace: trace.trace_status == "cancel")
        cancelled.failure_reason = self.env["mailing.mailing"]._by_me(
            self.env._("Cancelled by %(who)s, %(when)s")
        )
        return answer

    def _only_uncertain(self):
        return self.env._("Only deliveries with an unknown outcome can be decided so.")

    def _decide(self, event, rule):
        """Apply a person's decision to these deliveries, and have the lanes act.

        :param rule: a sentence that says which deliveries can be decided so.
        :return: True, or an action that tells how many were left as they are.
        """
        if not self.env.user.has_group("campaign_desk.group_campaign_author"):
            raise AccessError(
                self.env._("Only Email Marketing users decide about deliveries.")
            )
        self.check_access("write")
        deliveries = self.filtered("token")
        changed = deliveries._apply(event)
        begun = deliveries.mass_mailing_id.filtered(
            lambda mailing: mailing.state in ("sending", "done")
        )
        closed = begun.filtered(lambda mailing: mailing.state == "done")
        closed._write_sending({"cancel_reason": False})
        # closes again when nothing is left to do
        begun._write_sending({"state": "sending"})
        self._wake_lanes()
        if changed == len(self):
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "%(left)s of %(all)s deliveries were left as they are. %(rule)s",
                    left=len(self) - changed,
                    all=len(self),
                    rule=rule,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _apply(self, event):
        """Apply ``event`` of the table to these deliveries. Return how many changed."""
        self.flush_recordset()
        outcome = transition(event)
        self.env.cr.execute(
            SQL(
                """
                UPDATE mailing_trace trace
                   SET trace_status = %(outcome)s,
                       failure_type = NULL,
                       failure_reason = NULL,
                       bounce_class = NULL,
                       bounce_status = NULL,
                       bounced_at = NULL,
                       waiting_for = NULL,
                       sent_datetime = CASE
                           WHEN %(outcome)s = 'sent'
                               THEN COALESCE(sent_datetime, %(now)s) END,
                       next_attempt_at = %(now)s,
                       attempt_count = 0,
                       lease_key = NULL
                 WHERE id = ANY(%(ids)s) AND %(outcome)s IS NOT NULL
                """,
                outcome=outcome,
                now=UTC_NOW,
                ids=self.ids,
            )
        )
        changed = self.env.cr.rowcount
        self.invalidate_recordset()
        return changed

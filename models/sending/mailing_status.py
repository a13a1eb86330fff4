"""Sending: how far a mailing is, what waits and for what, and when it will end."""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ...tools import delivery
from .outlook import Outlook
from .settlement import UTC_NOW

# Statuses that say that a server took the mail.
SENT = ("pending", "sent", "open", "reply")
WAITING = ("outgoing", "process")

# The filter that shows the deliveries of each number of get_sending_status().
FILTERS = {
    "sent": "delivery_sent",
    "waiting": "delivery_waiting",
    "bounced": "filter_bounced",
    "failed": "delivery_failed",
    "uncertain": "delivery_uncertain",
    "suppressed": "filter_canceled",
}

# The rate is what left during this time, or within an hour if that is nothing.
RATE_MINUTES = 3
SHORTEST_SECONDS = 15


class WaitingGroup(NamedTuple):
    """Deliveries that wait for the same; without times: for nothing but their turn."""

    reason: str
    count: int
    first: datetime | None = None
    last: datetime | None = None


class MailingMailing(models.Model):
    """Numbers of a mailing's deliveries, from the index on their status."""

    _inherit = "mailing.mailing"

    waiting = fields.Integer(compute="_compute_progress")
    retryable = fields.Integer(
        compute="_compute_progress",
        help="Deliveries that failed and can be tried again.",
    )
    uncertain = fields.Integer(
        compute="_compute_progress",
        help="Deliveries of which nobody knows whether they arrived.",
    )
    progress = fields.Float(compute="_compute_progress")

    @api.depends("mailing_trace_ids.trace_status", "mailing_trace_ids.failure_type")
    def _compute_progress(self):
        counts = self._count_deliveries()
        for mailing in self:
            count = counts.get(mailing._origin.id, {})
            mailing.waiting = sum(count.get(status, 0) for status in WAITING)
            mailing.retryable = count.get("error", 0)
            mailing.uncertain = count.get(delivery.UNKNOWN, 0)
            total = sum(count.values())
            decided = total - mailing.waiting
            mailing.progress = 100.0 * decided / total if total else 0.0

    def _count_deliveries(self):
        """Return for each mailing how many deliveries have which status.

        Those with an unknown outcome are counted as that, not as errors. Test mails
        are not counted. Both exceptions are few and have an index of their own, so
        that the many are counted from the index alone.
        """
        self.env["mailing.trace"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mass_mailing_id, trace_status, count(*)
                  FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%(mailings)s)
                 GROUP BY mass_mailing_id, trace_status
                 UNION ALL
                SELECT mass_mailing_id, trace_status, -count(*)
                  FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%(mailings)s)
                   AND token IS NULL
                   AND is_test_trace
                 GROUP BY mass_mailing_id, trace_status
                 UNION ALL
                SELECT mass_mailing_id, unnest(ARRAY['error', %(unknown)s]),
                       unnest(ARRAY[-count(*), count(*)])
                  FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%(mailings)s)
                   AND failure_type = %(failure)s
                   AND trace_status = 'error'
                 GROUP BY mass_mailing_id
                """,
                mailings=self.ids,
                unknown=delivery.UNKNOWN,
                failure=delivery.FAILURE_UNKNOWN,
            )
        )
        counts = {}
        for mailing_id, status, number in rows:
            by_status = counts.setdefault(mailing_id, {})
            by_status[status] = by_status.get(status, 0) + number
        return counts

    # ------------------------------------------------------------
    # Lists of deliveries
    # ------------------------------------------------------------

    def action_view_deliveries(self, kind):
        """Open the deliveries of this mailing.

        :param kind: which of them, in the words of :meth:`get_sending_status`:
            ``sent``, ``waiting``, ``bounced``, ``failed``, ``uncertain`` or
            ``suppressed``.
        """
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "campaign_desk.mailing_trace_action_deliveries"
        )
        return action | {
            "context": {
                "search_default_mass_mailing_id": self.id,
                f"search_default_{FILTERS[kind]}": True,
                "deliveries": kind,  # the columns that matter
            }
        }

    def action_view_failed_deliveries(self):
        return self.action_view_deliveries("failed")

    def action_view_uncertain_deliveries(self):
        return self.action_view_deliveries("uncertain")

    def action_view_waiting_deliveries(self):
        return self.action_view_deliveries("waiting")

    # ------------------------------------------------------------
    # Status
    # ------------------------------------------------------------

    def get_sending_status(self):
        """Return how far this mailing is, for its progress bar and other programs.

        Meant to be called again and again: some index scans, also for a million
        deliveries. Times are in UTC, as ``YYYY-MM-DD HH:MM:SS``, or False.

        :return: a dict of

            ``state``
                Odoo's: ``draft``, ``in_queue``, ``sending`` or ``done``
            ``phase``
                ``draft``, ``queued`` (for its time), ``sending``, ``waiting`` (nothing
                is due before ``next_attempt_at``), ``paused``, ``stopped`` (by an
                error), ``cancelling``, ``cancelled`` or ``done``
            ``words``
                the same for people, in their language and time zone
            ``reason``
                why it stands still, or False
            ``is_planned``
                False while recipients are still being added to ``planned``
            ``planned``
                all deliveries; the sum of the next six
            ``sent``, ``waiting``, ``bounced``, ``failed``, ``uncertain`` and
            ``suppressed``
                how many of them are where; ``suppressed`` are those who must not or
                need not be mailed, and those that were cancelled
            ``waiting_for``
                what those in ``waiting`` wait for: a list of dicts of ``reason``,
                ``words``, ``count`` and ``next_attempt_at``, when the first of them is
                tried. The reasons: ``due`` (their turn), ``lookup`` (of who runs the
                recipient's mail server), ``limit`` (a pacing rule, a warm-up, or a
                provider that asked to go slowly), ``server`` (a mail server that does
                not answer), ``retry`` (a mail server asked to come later), ``window``
                (hours of sending), ``cap`` (frequency cap)
            ``mails_per_minute``
                how fast they leave, lately
            ``finishes_at``
                when the last one will have been tried, as things go now and as
                limits allow
        """
        self.ensure_one()
        self.check_access("read")
        counts = self._count_deliveries().get(self.id, {})
        waiting = sum(counts.get(status, 0) for status in WAITING)
        outlook = Outlook(self) if self.state == "sending" else None
        groups = self._waiting_groups(waiting, counts.get("outgoing", 0), outlook)
        phase = self._sending_phase(groups)
        rate = self._mails_per_minute() if phase == "sending" else 0.0
        to_string = fields.Datetime.to_string
        return {
            "state": self.state,
            "phase": phase,
            "words": self._phase_in_words(phase, groups),
            "reason": self._why_still(phase),
            "is_planned": self.is_planned,
            "planned": sum(counts.values()),
            "sent": sum(counts.get(status, 0) for status in SENT),
            "waiting": waiting,
            "bounced": counts.get("bounce", 0),
            "failed": counts.get("error", 0),
            "uncertain": counts.get(delivery.UNKNOWN, 0),
            "suppressed": counts.get("cancel", 0),
            "waiting_for": [
                {
                    "reason": group.reason,
                    "words": self._waiting_in_words(group.reason),
                    "count": group.count,
                    "next_attempt_at": to_string(group.first),
                }
                for group in groups
            ],
            "mails_per_minute": rate,
            "finishes_at": to_string(self._finishes_at(phase, rate, groups, outlook)),
        }

    def _waiting_groups(self, waiting, outgoing, outlook):
        """Return a :class:`WaitingGroup` for each reason to wait, the nearest first."""
        rows = []
        if outgoing:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT waiting_for, count(*),
                           min(next_attempt_at), max(next_attempt_at)
                      FROM mailing_trace
                     WHERE mass_mailing_id = %(mailing)s
                       AND trace_status = 'outgoing'
                       AND waiting_for IS NOT NULL
                       AND next_attempt_at > %(now)s
                     GROUP BY waiting_for
                     UNION ALL
                    SELECT 'lookup', count(*), NULL, NULL
                      FROM mailing_trace
                     WHERE mass_mailing_id = %(mailing)s
                       AND trace_status = 'outgoing'
                       AND token IS NOT NULL
                       AND provider_group_id IS NULL
                       AND (waiting_for IS NULL OR next_attempt_at <= %(now)s)
                    HAVING count(*) > 0
                     ORDER BY 3 NULLS FIRST
                    """,
                    mailing=self.id,
                    now=UTC_NOW,
                )
            )
        groups = [WaitingGroup(*row) for row in rows]
        groups += self._blocked_groups(outlook) if outlook else []
        groups.sort(key=lambda group: group.first or datetime.min)
        due = waiting - sum(group.count for group in groups)
        return [WaitingGroup("due", due), *groups] if due > 0 else groups

    def _blocked_groups(self, outlook):
        """Return the groups of what is due but held up by limits or by servers."""
        now = fields.Datetime.now()
        groups = []
        for reason in ("limit", "server"):
            blocked = [one for one in outlook.blocked if one.reason == reason]
            if blocked:
                first = now + timedelta(seconds=min(one.wait for one in blocked))
                count = sum(one.count for one in blocked)
                groups.append(WaitingGroup(reason, count, first))
        return groups

    def _mails_per_minute(self):
        """Return how many mails of this mailing were handed over a minute, lately."""
        [(latest, latest_seconds, mails, seconds)] = self.env.execute_query(
            SQL(
                """
                SELECT sum(mails) FILTER (WHERE %(is_latest)s),
                       max(age) FILTER (WHERE %(is_latest)s),
                       sum(mails), max(age)
                  FROM (SELECT mails, extract(epoch FROM %(now)s - settled_at)::float
                               AS age
                          FROM campaign_sending_batch
                         WHERE mailing_id = %(mailing)s
                           AND settled_at > %(now)s - interval '1 hour') batch
                """,
                mailing=self.id,
                now=UTC_NOW,
                is_latest=SQL("age < %s", 60 * RATE_MINUTES),
            )
        )
        if latest:
            mails, seconds = latest, latest_seconds
        # What leaves is written down batch by batch.
        return round(60 * mails / max(seconds, SHORTEST_SECONDS), 1) if mails else 0.0

    def _finishes_at(self, phase, rate, groups, outlook):
        """Return when the last delivery will have been tried, or False.

        Neither faster than mails left lately, nor than limits allow.
        """
        soon = sum(group.count for group in groups if not group.first)
        if phase not in ("sending", "waiting") or (soon and not rate):
            return False
        seconds = max(60 * soon / rate if soon else 0, outlook.seconds)
        last = [group.last for group in groups if group.last]
        return max([fields.Datetime.now() + timedelta(seconds=seconds), *last])

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    def _sending_phase(self, groups):
        """Return the word of :meth:`get_sending_status` for where the mailing is."""
        if self.state != "sending":
            if self.state == "done" and self.cancel_reason:
                return "cancelled"
            return {"in_queue": "queued"}.get(self.state, self.state)
        if self.cancel_reason:
            return "cancelling"
        if self.sending_error:
            return "stopped"
        if self.is_paused:
            return "paused"
        is_put_off = self.is_planned and groups and groups[0].first
        return "waiting" if is_put_off else "sending"

    def _phase_in_words(self, phase, groups):
        """Return the phase for people."""
        if phase == "waiting":
            return self.env._(
                "Waiting for %(reason)s until %(when)s",
                reason=self._waiting_in_words(groups[0].reason),
                when=format_datetime(self.env, groups[0].first, dt_format="short"),
            )
        if phase == "sending" and not self.is_planned:
            return self.env._("Planning and sending")
        return {
            "draft": self.env._("Draft"),
            "queued": self.env._("Waiting for its time"),
            "sending": self.env._("Sending"),
            "paused": self.env._("Paused"),
            "stopped": self.env._("Stopped by an error"),
            "cancelling": self.env._("Being cancelled"),
            "cancelled": self.env._("Cancelled"),
            "done": self.env._("Sent"),
        }[phase]

    def _waiting_in_words(self, reason):
        """Return what deliveries wait for, as the end of a sentence."""
        return {
            "due": self.env._("their turn"),
            "lookup": self.env._("a look-up of their mail server"),
            "limit": self.env._("a limit of the sending account"),
            "server": self.env._("a mail server that does not answer"),
            "retry": self.env._("a mail server that asked to come later"),
            "window": self.env._("the hours of sending"),
            "cap": self.env._("the frequency cap"),
            "absence": self.env._("recipients who are away to return"),
        }[reason]

    def _why_still(self, phase):
        """Return why nothing leaves, or False."""
        return {
            "paused": self.pause_reason,
            "stopped": self.sending_error,
            "cancelling": self.cancel_reason,
            "cancelled": self.cancel_reason,
        }.get(phase, False)

"""Sending: what limits mean for a mailing: what waits for them, and until when."""

from dataclasses import dataclass

from odoo.tools import SQL

from ...tools import pacing
from . import claim
from .account_choice import AccountChoice
from .flow import Flow, Scope
from .settlement import UTC_NOW

# Of a mailing to more providers those with most mails are looked at.
MOST_PROVIDERS = 50


@dataclass(frozen=True, slots=True)
class Blocked:
    """Deliveries that are due and may not leave yet.

    ``reason`` is ``limit`` (a pacing rule, a warm-up, what a provider asked for) or
    ``server`` (one that does not answer); ``wait`` is in seconds.
    """

    reason: str
    count: int
    wait: float


class Outlook:
    """What the limits of accounts mean for a mailing at this moment.

    Asks the database for little when nothing limits the mailing.

    :param counts: of a mailing that is not planned yet: how many mails go to which
        provider, as pairs, the most first.
    """

    def __init__(self, mailing, counts=None):
        self._env = mailing.env
        self._mailing = mailing
        self._counts = counts
        self._choice = AccountChoice(mailing.env)
        self.blocked = []
        # Limits that count all providers together, with all mails that they count.
        self._shared = {}
        self.seconds = 0.0  # until the last delivery has left, at the least
        if self._is_limited():
            self._look()

    def _is_limited(self):
        limits = SQL(
            """
            SELECT EXISTS (
                        SELECT FROM campaign_pacing_rule rule
                         WHERE active
                           AND GREATEST(mails_per_second, mails_per_hour,
                                        mails_per_day) > 0
                           AND (rule.provider_group_id IS NULL OR %s))
                OR EXISTS (SELECT FROM campaign_sending_pace)
                OR EXISTS (SELECT FROM campaign_sending_account
                            WHERE warmup_state IN ('running', 'held'))
            """,
            self._concerns_us(),
        )
        return self._env.execute_query(limits)[0][0]

    def _concerns_us(self):
        """Return SQL: a rule's provider gets mails of this mailing."""
        if self._counts is not None:
            groups = [group_id for group_id, _count in self._counts]
            return SQL("rule.provider_group_id = ANY(%s)", groups)
        return SQL(
            """
            EXISTS (
                SELECT FROM mailing_trace trace
                 WHERE mass_mailing_id = %s
                   AND trace_status = 'outgoing'
                   AND token IS NOT NULL
                   AND trace.provider_group_id = rule.provider_group_id)
            """,
            self._mailing.id,
        )

    def _look(self):
        counts = self._counts
        if counts is None:
            counts = self._due_by_provider()
        for group_id, count in counts[:MOST_PROVIDERS]:
            flow = Flow(
                self._mailing.id, self._mailing.campaign_id.id or None, group_id
            )
            ways = self._choice.ways(flow)
            ways = [way for way in ways if way.fit == ways[0].fit]
            if not ways:
                continue
            weights = sum(way.weight for way in ways)
            verdicts = [
                self._judge(way, count * way.weight / weights, flow) for way in ways
            ]
            self.seconds = max(self.seconds, *(verdict[0] for verdict in verdicts))
            wait, reason = min((wait, reason) for _sec, wait, reason in verdicts)
            if wait > 0:
                self.blocked.append(Blocked(reason, count, wait))
        for use, mails in self._shared.values():
            self.seconds = max(self.seconds, pacing.seconds_to_send(mails, [use]))

    def _judge(self, way, count, flow):
        """Return how long ``count`` mails take, how long none may leave, and why."""
        limits = list(way.terms.limits)
        rests, server_rest = [0.0], 0.0
        for of_server, rest, mails, over in self._env.execute_query(
            claim.paces(way, UTC_NOW)
        ):
            rests.append(rest or 0.0)
            if of_server:
                server_rest = max(server_rest, rest or 0.0)
            if mails and (limit := pacing.ceiling(mails, over)):
                limits.append((Scope(flow.provider_group_id, None), limit))
        uses = []
        if limits:
            rows = self._env.execute_query(claim.uses(way.account_id, limits, UTC_NOW))
            uses = [
                pacing.Use(limit, mails, held, age)
                for (_scope, limit), (mails, age, held) in zip(
                    limits, rows, strict=True
                )
            ]
        _free, wait = pacing.allowance(uses, 1, way.copies)
        wait = max(wait, *rests)
        reason = "server" if server_rest and server_rest >= wait else "limit"
        mails = count * (1 + way.copies)
        seconds = max(rests) + pacing.seconds_to_send(mails, uses)
        for (scope, limit), use in zip(limits, uses, strict=True):
            if not scope.provider_group_id:
                key = way.account_id, scope, limit
                before = self._shared.get(key, (use, 0))[1]
                self._shared[key] = use, before + mails
        # What other workers hold at this moment is no reason to wait.
        return seconds, wait if wait > pacing.HELD_SECONDS else 0.0, reason

    def _due_by_provider(self):
        """Return providers with the number of due deliveries, the largest first."""
        return self._env.execute_query(
            SQL(
                """
                SELECT provider_group_id, count(*)
                  FROM mailing_trace
                 WHERE mass_mailing_id = %s
                   AND trace_status = 'outgoing'
                   AND token IS NOT NULL
                   AND provider_group_id IS NOT NULL
                   AND next_attempt_at <= %s
                 GROUP BY provider_group_id
                 ORDER BY 2 DESC
                """,
                self._mailing.id,
                UTC_NOW,
            )
        )

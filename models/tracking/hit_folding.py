"""Tracking: hits become events, with what is known of them and a verdict."""

import ipaddress
import json
from datetime import timedelta, timezone
from typing import NamedTuple

from odoo import modules
from odoo.http import GeoIP
from odoo.tools import SQL

from ...tools import tokens, visits
from ..sending.settlement import UTC_NOW
from .event_figures import EventFigures

# A hit is judged when what belongs to it has come in as well.
SETTLE_SECONDS = 5
# Visits to the same mail so long ago may be seen differently now.
EVIDENCE_MINUTES = 60
# Visits to other mails tell something of these for so long.
BURST_SECONDS = 15
CHUNK = 2000
# "cam" and "hit" in ASCII: the key of the lock that one folding holds.
_LOCK = 0x63616D68


class Hit(NamedTuple):
    """A row of ``campaign_hit`` with the delivery that it is about, if any."""

    id: int
    at: object
    kind: str
    token: str
    link_id: int | None
    method: str
    address: str
    user_agent: str
    headers: dict
    user_id: int | None
    trace_id: int | None = None
    mailing_id: int | None = None
    email: str = ""
    sent_at: object = None
    is_internal: bool = False


class Rules(NamedTuple):
    """What settings say about visits."""

    networks: tuple
    honours_requests: bool


def fold(env, rules, limit=CHUNK):
    """Make events of up to ``limit`` hits, in one transaction of its own.

    Hits whose delivery somebody else is just changing wait for the next call.

    :param rules: the :class:`Rules`.
    :return: how many hits were taken.
    """
    if modules.module.current_test:  # what a test does is visible nowhere else
        return HitFolding(env.cr, rules).run(limit)
    with env.registry.cursor() as cr:
        # to see what others have just settled, not to fail on it
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        return HitFolding(cr, rules).run(limit)


class HitFolding:
    """One chunk of hits on its way into events and figures."""

    def __init__(self, cr, rules):
        self._cr = cr
        self._rules = rules

    def run(self, limit):
        """Take hits, judge them with what is known, write everything down."""
        [(is_alone,)] = self._rows(SQL("SELECT pg_try_advisory_xact_lock(%s)", _LOCK))
        hits = self._take(limit) if is_alone else []
        if not hits:
            return 0
        known = self._with_deliveries(hits)
        personal = [hit for hit in known if hit.trace_id]
        evidence = self._evidence(personal)
        judged = visits.judge(
            [
                *(self._as_visit(hit) for hit in known),
                *(visit for _old, visit in evidence.values()),
            ]
        )
        new = self._write_events(known, judged)
        changed = self._rejudge(evidence, judged)
        figures = EventFigures(self._cr)
        figures.count_links(new, changed)
        figures.note_on_deliveries({hit.trace_id for hit in personal}, changed)
        return len(hits)

    # ------------------------------------------------------------
    # What came in
    # ------------------------------------------------------------

    def _take(self, limit):
        """Return the oldest hits, and delete them.

        Their deliveries are locked first, so that no sending lane has to wait for us.
        """
        rows = self._rows(
            SQL(
                """
                WITH oldest AS (
                    SELECT id, token FROM campaign_hit
                     WHERE at <= %s - interval '1 second' * %s
                     ORDER BY id LIMIT %s
                ), free AS (
                    SELECT trace.token FROM mailing_trace trace
                     WHERE trace.token IN (SELECT token FROM oldest)
                     ORDER BY trace.id
                       FOR NO KEY UPDATE SKIP LOCKED
                )
                DELETE FROM campaign_hit hit
                 USING oldest
                 WHERE hit.id = oldest.id
                   AND (oldest.token IN (SELECT token FROM free)
                        OR NOT EXISTS (
                            SELECT FROM mailing_trace trace
                             WHERE trace.token = oldest.token))
                RETURNING hit.id, hit.at, hit.kind, hit.token, hit.link_id, hit.method,
                          hit.address, hit.user_agent, hit.headers, hit.user_id
                """,
                UTC_NOW,
                SETTLE_SECONDS,
                limit,
            )
        )
        return sorted(Hit(*row) for row in rows)

    def _with_deliveries(self, hits):
        """Return the hits that count, those of nobody without what would tell whose.

        Left out are hits of deliveries that are gone and of mailings without tracking.
        """
        deliveries = self._deliveries(hits)
        anonymous = self._anonymous_mailings(hits)
        staff = self._staff(hits)
        known = []
        for hit in hits:
            if hit.token in deliveries:
                trace_id, mailing_id, email, sent_at, is_nobodys = deliveries[hit.token]
                is_nobodys |= self._rules.honours_requests and _wants_no_tracking(hit)
                hit = hit._replace(
                    trace_id=None if is_nobodys else trace_id,
                    mailing_id=mailing_id,
                    email=email or "",
                    sent_at=sent_at,
                    is_internal=self._is_internal(hit)
                    or staff.get(hit.user_id, email) != email,
                )
                known.append(hit)
            elif hit.token in anonymous:
                mailing_id = anonymous[hit.token]
                is_internal = self._is_internal(hit) or hit.user_id in staff
                known.append(
                    hit._replace(mailing_id=mailing_id, is_internal=is_internal)
                )
        return known

    def _deliveries(self, hits):
        """Return by token: delivery, mailing, address, when sent, whether nobody's."""
        rows = self._rows(
            SQL(
                """
                SELECT trace.token, trace.id, mailing.id, trace.email,
                       trace.sent_datetime,
                       mailing.tracking = 'anonymous' OR EXISTS (
                            SELECT FROM campaign_preference preference
                             WHERE preference.email = trace.email
                               AND preference.company_id = mailing.company_id
                               AND preference.is_untracked)
                  FROM mailing_trace trace
                  JOIN mailing_mailing mailing ON mailing.id = trace.mass_mailing_id
                 WHERE trace.token = ANY(%s)
                   AND mailing.tracking IS DISTINCT FROM 'off'
                """,
                list({hit.token for hit in hits}),
            )
        )
        return {token: tuple(row) for token, *row in rows}

    def _anonymous_mailings(self, hits):
        """Return the mailing by token, for tokens that all its recipients share."""
        numbers = {
            hit.token: tokens.neutral_number(hit.token)
            for hit in hits
            if tokens.is_anonymous(hit.token)
        }
        rows = self._rows(
            SQL(
                "SELECT id FROM mailing_mailing "
                "WHERE id = ANY(%s) AND tracking IS DISTINCT FROM 'off'",
                list(set(numbers.values())),
            )
        )
        there = {mailing_id for (mailing_id,) in rows}
        return {token: number for token, number in numbers.items() if number in there}

    def _staff(self, hits):
        """Return the address by user, for own people who are logged in."""
        rows = self._rows(
            SQL(
                """
                SELECT employee.id, partner.email_normalized
                  FROM res_users employee
                  JOIN res_partner partner ON partner.id = employee.partner_id
                 WHERE employee.id = ANY(%s) AND employee.share IS NOT TRUE
                """,
                list({hit.user_id for hit in hits if hit.user_id}),
            )
        )
        return dict(rows)

    def _is_internal(self, hit):
        if not self._rules.networks or not hit.address:
            return False
        address = ipaddress.ip_address(hit.address)
        return any(address in network for network in self._rules.networks)

    # ------------------------------------------------------------
    # Judging
    # ------------------------------------------------------------

    def _as_visit(self, hit):
        age = (hit.at - hit.sent_at).total_seconds() if hit.sent_at else None
        return visits.Visit(
            ref=("hit", hit.id),
            kind=hit.kind,
            delivery=hit.trace_id,
            at=hit.at.replace(tzinfo=timezone.utc).timestamp(),
            link=hit.link_id,
            domain=hit.email.rpartition("@")[2] if hit.trace_id else "",
            address=_network_address(visits.address_prefix(hit.address)),
            agent=hit.user_agent or "",
            method=hit.method,
            headers=hit.headers or {},
            since_delivery=age,
            is_internal=hit.is_internal,
        )

    def _evidence(self, hits):
        """Return earlier visits that may be seen differently now, or help to see.

        :return: by reference the old verdict and the visit.
        """
        if not hits:
            return {}
        first = min(hit.at for hit in hits)
        rows = self._rows(
            SQL(
                """
                SELECT event.id, event.at, event.kind, event.trace_id, event.link_id,
                       event.method, event.address_prefix, event.user_agent,
                       event.facts, event.verdict, event.rule, trace.email,
                       trace.sent_datetime
                  FROM (SELECT * FROM campaign_event
                         WHERE trace_id = ANY(%(traces)s) AND at >= %(recently)s
                         UNION
                        SELECT * FROM campaign_event
                         WHERE at >= %(just_now)s AND kind <> 'open'
                           AND address_prefix = ANY(%(networks)s)) event
                  JOIN mailing_trace trace ON trace.id = event.trace_id
                 WHERE event.kind = ANY(%(kinds)s)
                """,
                traces=list({hit.trace_id for hit in hits}),
                recently=first - timedelta(minutes=EVIDENCE_MINUTES),
                just_now=first - timedelta(seconds=BURST_SECONDS),
                networks=list({visits.address_prefix(hit.address) for hit in hits}),
                kinds=list(visits.KINDS),
            )
        )
        return {("event", row[0]): (row[9:11], _visit_of_event(*row)) for row in rows}

    # ------------------------------------------------------------
    # Writing down
    # ------------------------------------------------------------

    def _write_events(self, hits, judged):
        """Write an event for each hit. Return ``(event id, hit, verdict)`` of each."""
        if not hits:
            return []
        ids = self._rows(
            SQL(
                "SELECT nextval('campaign_event_id_seq') FROM generate_series(1, %s)",
                len(hits),
            )
        )
        new = [
            (event_id, hit, judged["hit", hit.id])
            for (event_id,), hit in zip(ids, hits, strict=True)
        ]
        rows = [_event_row(*one) for one in new]
        self._execute(
            SQL(
                """
                INSERT INTO campaign_event (
                    id, at, kind, trace_id, mailing_id, link_id, verdict, rule, method,
                    address_prefix, country_code, user_agent, facts)
                SELECT row.id, row.at, row.kind, row.trace_id, row.mailing_id, link.id,
                       row.verdict, row.rule, row.method, row.address_prefix,
                       row.country_code, row.user_agent, row.facts::jsonb
                  FROM unnest(
                        %s::integer[], %s::timestamp[], %s::varchar[], %s::integer[],
                        %s::integer[], %s::integer[], %s::varchar[], %s::varchar[],
                        %s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[],
                        %s::text[])
                       AS row(id, at, kind, trace_id, mailing_id, link_id, verdict,
                              rule, method, address_prefix, country_code, user_agent,
                              facts)
                  LEFT JOIN link_tracker link ON link.id = row.link_id
                """,
                *map(list, zip(*rows, strict=True)),
            )
        )
        return new

    def _rejudge(self, evidence, judged):
        """Correct earlier events that are seen differently now. Return what changed.

        :return: ``(event id, old verdict, new verdict, visit)`` of each.
        """
        changed = []
        for ref, (old, visit) in evidence.items():
            found = judged[ref]
            if old != (found.verdict, found.rule):
                changed.append((ref[1], old[0], found, visit))
        if changed:
            self._execute(
                SQL(
                    """
                    UPDATE campaign_event event
                       SET verdict = judged.verdict, rule = judged.rule
                      FROM unnest(%s::integer[], %s::varchar[], %s::varchar[])
                           AS judged(id, verdict, rule)
                     WHERE event.id = judged.id
                    """,
                    [event_id for event_id, *_rest in changed],
                    [found.verdict for _id, _old, found, _visit in changed],
                    [found.rule for _id, _old, found, _visit in changed],
                )
            )
        return changed

    def _execute(self, query):
        """Execute without Odoo's log of a failed query: it would hold addresses."""
        self._cr.execute(query, log_exceptions=False)

    def _rows(self, query):
        self._execute(query)
        return self._cr.fetchall()


def _event_row(event_id, hit, found):
    """Return the values of an event; of an anonymous hit as little as counts."""
    if not hit.trace_id:
        hour = hit.at.replace(minute=0, second=0, microsecond=0)
        who = (hit.method, None, None, None, None)
        return (
            *(event_id, hour, hit.kind, None, hit.mailing_id, hit.link_id),
            *(found.verdict, found.rule, *who),
        )
    facts = dict(hit.headers or {})
    if hit.is_internal:
        facts["internal"] = True
    return (
        *(event_id, hit.at, hit.kind, hit.trace_id, hit.mailing_id, hit.link_id),
        *(found.verdict, found.rule, hit.method),
        *(visits.address_prefix(hit.address) or None, _country(hit.address)),
        *(hit.user_agent or None, json.dumps(facts) if facts else None),
    )


def _visit_of_event(
    event_id, at, kind, trace_id, link_id, method, prefix, agent, facts, *rest
):
    _verdict, _rule, email, sent_at = rest
    facts = facts or {}
    return visits.Visit(
        ref=("event", event_id),
        kind=kind,
        delivery=trace_id,
        at=at.replace(tzinfo=timezone.utc).timestamp(),
        link=link_id,
        domain=(email or "").rpartition("@")[2],
        address=_network_address(prefix or ""),
        agent=agent or "",
        method=method or "GET",
        headers=facts,
        since_delivery=(at - sent_at).total_seconds() if sent_at else None,
        is_internal=bool(facts.get("internal")),
    )


def _network_address(prefix):
    return prefix.partition("/")[0]


def _wants_no_tracking(hit):
    headers = hit.headers or {}
    return "1" in (headers.get("dnt"), headers.get("sec-gpc"))


def _country(address):
    """Return the code of the country of an address, None where nobody knows."""
    return GeoIP(address).country_code if address else None

"""Tracking: what events are for the figures of deliveries and links."""

from collections import defaultdict

from odoo.tools import SQL

from ...tools import delivery, visits
from ..sending.settlement import transition


class EventFigures:
    """Writes what new and corrected events say where the figures are made from.

    :param cr: the transaction in which the events are written.
    """

    def __init__(self, cr):
        self._cr = cr

    def count_links(self, new, changed):
        """Count the clicks of links: Odoo's rows are people's, one number is all's."""
        clicks = [
            (event_id, hit.link_id, False, found.verdict == visits.HUMAN, 1)
            for event_id, hit, found in new
            if hit.kind == visits.CLICK and hit.link_id
        ]
        clicks += [
            (
                event_id,
                visit.link,
                old == visits.HUMAN,
                found.verdict == visits.HUMAN,
                0,
            )
            for event_id, old, found, visit in changed
            if visit.kind == visits.CLICK and visit.link
        ]
        self._delete_clicks([one[0] for one in clicks if one[2] and not one[3]])
        self._write_clicks([one[0] for one in clicks if one[3] and not one[2]])
        counts = defaultdict(lambda: [0, 0])
        for _event_id, link_id, was_human, is_human, is_new in clicks:
            counts[link_id][0] += is_human - was_human
            counts[link_id][1] += is_new
        if counts:
            self._execute(
                SQL(
                    """
                    UPDATE link_tracker link
                       SET count = COALESCE(link.count, 0) + counted.people,
                           any_click_count =
                               COALESCE(link.any_click_count, 0) + counted.every
                      FROM unnest(%s::integer[], %s::integer[], %s::integer[])
                           AS counted(id, people, every)
                     WHERE link.id = counted.id
                    """,
                    list(counts),
                    [people for people, _all in counts.values()],
                    [every for _people, every in counts.values()],
                )
            )

    def _delete_clicks(self, event_ids):
        if event_ids:
            self._execute(
                SQL(
                    "DELETE FROM link_tracker_click WHERE event_id = ANY(%s)", event_ids
                )
            )

    def _write_clicks(self, event_ids):
        """Write Odoo's rows for people's clicks, with the network for an address."""
        if not event_ids:
            return
        self._execute(
            SQL(
                """
                INSERT INTO link_tracker_click (
                    link_id, ip, country_id, campaign_id, mailing_trace_id,
                    mass_mailing_id, event_id, create_uid, write_uid, create_date,
                    write_date)
                SELECT event.link_id, event.address_prefix, country.id,
                       link.campaign_id, event.trace_id, event.mailing_id, event.id,
                       1, 1, event.at, event.at
                  FROM campaign_event event
                  JOIN link_tracker link ON link.id = event.link_id
                  LEFT JOIN res_country country ON country.code = event.country_code
                 WHERE event.id = ANY(%s)
                """,
                event_ids,
            )
        )

    def note_on_deliveries(self, trace_ids, changed):
        """Write on deliveries what their events say, as far as it is new.

        A delivery counts as opened when a person opened it, looked at it in the browser
        or followed a link of it. If that person turns out to be a machine, it does not.
        """
        opened = transition(delivery.OPENED)
        self._execute(
            SQL(
                """
                UPDATE mailing_trace trace
                   SET any_open_at = LEAST(trace.any_open_at, said.any_open),
                       any_click_at = LEAST(trace.any_click_at, said.any_click),
                       open_datetime =
                           COALESCE(trace.open_datetime, said.human_open),
                       links_click_datetime =
                           GREATEST(trace.links_click_datetime, said.human_click),
                       trace_status = CASE WHEN said.human_open IS NULL
                           THEN trace.trace_status
                           ELSE COALESCE(%(opened)s, trace.trace_status) END,
                       sent_datetime = CASE WHEN said.human_open IS NOT NULL
                               AND %(opened)s IS NOT NULL
                           THEN COALESCE(trace.sent_datetime, said.human_open)
                           ELSE trace.sent_datetime END,
                       failure_type = CASE WHEN said.human_open IS NOT NULL
                               AND %(opened)s IS NOT NULL
                           THEN NULL ELSE trace.failure_type END,
                       failure_reason = CASE WHEN said.human_open IS NOT NULL
                               AND %(opened)s IS NOT NULL
                           THEN NULL ELSE trace.failure_reason END
                  FROM (%(said)s) said
                 WHERE trace.id = said.trace_id
                """,
                opened=opened,
                said=_said(list(trace_ids)),
            )
        )
        demoted = {
            visit.delivery
            for _id, old, found, visit in changed
            if old == visits.HUMAN and found.verdict != visits.HUMAN
        }
        if demoted:
            self._take_back(list(demoted))

    def _take_back(self, trace_ids):
        """Take back from deliveries what seemed to be people."""
        self._execute(
            SQL(
                """
                UPDATE mailing_trace trace
                   SET open_datetime = said.human_open,
                       links_click_datetime = said.human_click,
                       trace_status = CASE WHEN said.human_open IS NULL
                           THEN COALESCE(%s, trace.trace_status)
                           ELSE trace.trace_status END
                  FROM (%s) said
                 WHERE trace.id = said.trace_id
                """,
                transition(delivery.DISPROVED),
                _said(trace_ids),
            )
        )

    def _execute(self, query):
        """Execute without Odoo's log of a failed query: it would hold addresses."""
        self._cr.execute(query, log_exceptions=False)


def _said(trace_ids):
    """Return SQL for what the events of deliveries say: of people, and of anybody."""
    return SQL(
        """
        SELECT trace_id,
               min(at) FILTER (WHERE kind <> 'decoy') AS any_open,
               min(at) FILTER (WHERE kind = 'click') AS any_click,
               min(at) FILTER (WHERE verdict = 'human') AS human_open,
               max(at) FILTER (WHERE verdict = 'human' AND kind = 'click')
                   AS human_click
          FROM campaign_event
         WHERE trace_id = ANY(%s)
           AND kind = ANY(%s)
         GROUP BY trace_id
        """,
        trace_ids,
        list(visits.KINDS),
    )

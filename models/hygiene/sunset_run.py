"""Hygiene: who is quiet, who came back, and who did not answer, in SQL."""

from odoo.tools import SQL

from ..sending.settlement import UTC_NOW
from .blocked import blocked

_SIGNS = SQL("event.verdict = 'human' AND event.kind IN ('open', 'view', 'click')")


class SunsetRun:
    """What a ``campaign.sunset.policy`` does in one night.

    :param policy: the policy, as superuser: cases are written here only.
    """

    def __init__(self, policy):
        self._policy = policy
        self.env = policy.env
        self._cases = self.env["campaign.sunset.case"]

    # ------------------------------------------------------------
    # Who is quiet
    # ------------------------------------------------------------

    def quiet(self, limit=None):
        """Return the ids of contacts that would be asked, the quietest first."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM (%s) AS quiet ORDER BY since, id LIMIT %s",
                self._quiet(),
                limit,
            )
        )
        return [contact_id for (contact_id,) in rows]

    def count_quiet(self):
        """Return how many would be asked, if there were no limit."""
        query = SQL("SELECT count(*) FROM (%s) AS quiet", self._quiet())
        [(count,)] = self.env.execute_query(query)
        return count

    def _quiet(self):
        policy = self._policy
        self.env.flush_all()
        since = SQL("COALESCE(known.last_human_at, known.first_mail_at)")
        return SQL(
            """
            SELECT DISTINCT ON (contact.address) contact.id, %(since)s AS since
              FROM (%(contacts)s) AS contact
              JOIN campaign_engagement known ON known.email = contact.address
             WHERE known.quiet_mail_count >= %(mails)s
               AND %(since)s <= %(now)s - %(days)s * interval '1 day'
               AND %(askable)s
             ORDER BY contact.address, contact.id
            """,
            contacts=self._contacts(policy._contacts_domain()),
            since=since,
            mails=policy.quiet_mails,
            days=policy.quiet_days,
            now=UTC_NOW,
            askable=self._askable(),
        )

    def _contacts(self, domain):
        query = self.env["mailing.contact"]._search(domain)
        return query.select(
            SQL("%s AS id", SQL.identifier(query.table, "id")),
            SQL(
                "NULLIF(%s, '') AS address",
                SQL.identifier(query.table, "email_normalized"),
            ),
        )

    def _askable(self):
        """Return SQL: mails reach the address, and it was not asked lately."""
        policy = self._policy
        return SQL(
            """
            (%(blocked)s) = '' AND NOT EXISTS (
                SELECT FROM campaign_sunset_case past
                 WHERE past.email = contact.address
                   AND past.company_id = %(company)s
                   AND (past.state = 'asked'
                        OR past.policy_id = %(policy)s
                           AND past.create_date
                               > %(now)s - %(days)s * interval '1 day'))
            """,
            blocked=blocked(
                policy.company_id.id,
                policy.list_id.id if policy.scope == "list" else None,
            ),
            company=policy.company_id.id,
            policy=policy.id,
            days=policy.quiet_days,
            now=UTC_NOW,
        )

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    def open_cases(self, contact_ids):
        """Open cases; return the contacts' ids who are asked. The rest cannot be."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO campaign_sunset_case (
                    policy_id, company_id, contact_id, email, state, quiet_mails,
                    last_human_at, create_date)
                SELECT DISTINCT ON (contact.address) %(policy)s, %(company)s,
                       contact.id, contact.address, 'asked',
                       COALESCE(known.quiet_mail_count, 0), known.last_human_at, %(now)s
                  FROM (%(contacts)s) AS contact
                  LEFT JOIN campaign_engagement known ON known.email = contact.address
                 WHERE contact.address IS NOT NULL AND %(askable)s
                 ORDER BY contact.address, contact.id
                    ON CONFLICT (company_id, email) WHERE state = 'asked' DO NOTHING
                RETURNING contact_id
                """,
                policy=self._policy.id,
                company=self._policy.company_id.id,
                now=UTC_NOW,
                contacts=self._contacts([("id", "in", contact_ids)]),
                askable=self._askable(),
            )
        )
        self._cases.invalidate_model()
        self._policy.invalidate_recordset(["case_ids"])
        return [contact_id for (contact_id,) in rows]

    def take_batch(self):
        """Return the number of a batch with all who got no mail yet, or None."""
        self.env.flush_all()
        [(batch,)] = self.env.execute_query(
            SQL(
                """
                WITH fresh AS (
                    SELECT id FROM campaign_sunset_case
                     WHERE policy_id = %s AND state = 'asked' AND batch IS NULL
                       FOR UPDATE
                ),
                numbered AS (
                    UPDATE campaign_sunset_case asked
                       SET batch = (SELECT min(id) FROM fresh)
                      FROM fresh WHERE asked.id = fresh.id
                    RETURNING batch
                )
                SELECT min(batch) FROM numbered
                """,
                self._policy.id,
            )
        )
        self._cases.invalidate_model()
        return batch

    def cancel(self, contact_ids):
        """Close cases whose mail has not left; return their contacts' ids."""
        return self._close(
            "cancelled",
            SQL("asked.contact_id = ANY(%s) AND NOT %s", contact_ids, _mailed()),
        )

    # ------------------------------------------------------------
    # What came of it
    # ------------------------------------------------------------

    def close_returned(self):
        """Close the cases of those of whom there was a sign; return how many."""
        return len(self._close("returned", _answered()))

    def close_lost(self):
        """Close cases whose mail did not arrive: bounces are others' business."""
        lost = SQL(
            """
            (asked.batch IS NOT NULL AND asked.mailing_id IS NULL
             OR EXISTS (
                SELECT FROM mailing_trace trace
                 WHERE trace.email = asked.email
                   AND trace.mass_mailing_id + 0 = asked.mailing_id
                   AND trace.trace_status IN ('bounce', 'cancel')))
            """
        )
        return len(self._close("cancelled", lost))

    def _close(self, state, condition):
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE campaign_sunset_case asked
                   SET state = %s, closed_at = %s
                 WHERE asked.policy_id = %s AND asked.state = 'asked' AND (%s)
                RETURNING contact_id
                """,
                state,
                UTC_NOW,
                self._policy.id,
                condition,
            )
        )
        self._cases.invalidate_model()
        return [contact_id for (contact_id,) in rows]

    def unanswered(self):
        """Return id and address of cases whose time is over, by the delivery's id.

        A visit that came in and is not judged yet may be an answer, so it puts it off.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT asked.id, asked.email, max(trace.id)
                  FROM campaign_sunset_case asked
                  JOIN mailing_trace trace
                    ON trace.email = asked.email
                   AND trace.mass_mailing_id + 0 = asked.mailing_id
                 WHERE asked.policy_id = %(policy)s
                   AND asked.state = 'asked'
                   AND trace.trace_status IN ('sent', 'pending', 'open', 'reply')
                   AND trace.sent_datetime <= %(now)s - %(days)s * interval '1 day'
                   AND NOT %(answered)s
                   AND NOT EXISTS (
                        SELECT FROM campaign_hit hit
                          JOIN mailing_trace visited ON visited.token = hit.token
                         WHERE visited.email = asked.email)
                 GROUP BY asked.id, asked.email
                """,
                policy=self._policy.id,
                now=UTC_NOW,
                days=self._policy.answer_days,
                answered=_answered(),
            )
        )

    def suppress_unanswered(self):
        """Suppress those who did not answer; return how many."""
        rows = self.unanswered()
        if not rows:
            return 0
        policy = self._policy
        place = {"scope": policy.suppress_scope, "company_id": policy.company_id.id}
        if policy.suppress_scope == "list":
            place["list_id"] = policy.list_id.id
        self.env["campaign.suppression"]._suppress(
            {email: trace_id for _id, email, trace_id in rows},
            place,
            reason="sunset",
            source="sunset",
            note=policy.name,
        )
        ids = [case_id for case_id, _email, _trace_id in rows]
        return len(self._close("suppressed", SQL("asked.id = ANY(%s)", ids)))


def _answered():
    """Return SQL: of the address of ``asked`` there was a sign since it was asked."""
    return SQL(
        """
        (EXISTS (
            SELECT FROM mailing_trace trace
              JOIN campaign_event event ON event.trace_id = trace.id
             WHERE trace.email = asked.email
               AND event.at >= asked.create_date
               AND %s)
         OR EXISTS (
            SELECT FROM mailing_trace trace
             WHERE trace.email = asked.email
               AND trace.reply_datetime >= asked.create_date))
        """,
        _SIGNS,
    )


def _mailed():
    """Return SQL: the mail that asks has left, or is leaving."""
    return SQL(
        """
        EXISTS (
            SELECT FROM mailing_trace trace
             WHERE trace.email = asked.email
               AND trace.mass_mailing_id + 0 = asked.mailing_id
               AND trace.trace_status <> 'cancel')
        """
    )

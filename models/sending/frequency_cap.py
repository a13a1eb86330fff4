"""Sending: how many campaign mails a person gets in a number of days."""

import random
from dataclasses import dataclass
from datetime import timedelta

from odoo.tools import SQL

# How long to wait for a worker that has a mail to the same person in hand. Two workers
# may wait for each other, so they come back at different times.
SHORTLY_SECONDS = (60, 180)


@dataclass(frozen=True)
class FrequencyCap:
    """At most so many mails in so many days to one address, from one company."""

    mails: int
    days: int

    def postpone(self, mailing, deliveries, now):
        """Return until when deliveries over the cap wait, by id.

        Mails that have left count for the time of the cap. Mails that other workers
        have in hand are waited for. A worker looks only after its claim is committed:
        however two of them overlap, at least one sees the other.
        """
        period = timedelta(days=self.days)
        waiting = {}
        for delivery_id, sent, in_hand in mailing.env.execute_query(
            self._statement(mailing, deliveries, now - period)
        ):
            if len(sent) >= self.mails:
                # the mail that has to grow old until there is room for one more
                waiting[delivery_id] = sent[self.mails - 1] + period
            elif len(sent) + in_hand >= self.mails:
                pause = random.uniform(*SHORTLY_SECONDS)
                waiting[delivery_id] = now + timedelta(seconds=pause)
        return waiting

    def _statement(self, mailing, deliveries, since):
        """Return SQL for the latest mails to each delivery's address, newest first.

        And for how many other mails to it are in the hands of workers: those under a
        lease, also when they were opened before their worker could say so.
        """
        company = mailing.company_id
        return SQL(
            """
            SELECT wanted.id,
                   COALESCE(
                       (array_agg(mailed.sent_datetime
                                  ORDER BY mailed.sent_datetime DESC)
                            FILTER (WHERE mailed.sent_datetime > %(since)s)
                       )[:%(mails)s], '{}'),
                   count(*) FILTER (WHERE mailed.sent_datetime IS NULL)
              FROM unnest(%(ids)s::integer[], %(emails)s::varchar[])
                   AS wanted(id, email)
              JOIN mailing_trace mailed
                ON mailed.email = wanted.email
               AND mailed.mass_mailing_id + 0 = ANY(ARRAY(%(mailings)s))
             WHERE mailed.token IS NOT NULL
               AND mailed.id <> wanted.id
               AND (mailed.sent_datetime > %(since)s
                    OR mailed.sent_datetime IS NULL AND EXISTS (
                        SELECT FROM campaign_sending_lease lease
                         WHERE lease.id = mailed.lease_key))
             GROUP BY wanted.id
            """,
            ids=[delivery.id for delivery in deliveries],
            emails=[delivery.email for delivery in deliveries],
            since=since,
            mails=self.mails,
            # A mailing that was last touched before the period has sent nothing in it:
            # the end of its sending is written on it.
            mailings=SQL(
                """
                SELECT recent.id
                  FROM mailing_mailing recent
                  JOIN res_users responsible
                    ON responsible.id = COALESCE(recent.user_id, recent.create_uid)
                 WHERE (recent.state = 'sending' OR recent.write_date > %s)
                   AND responsible.company_id = %s
                """,
                since,
                company.id,
            ),
        )

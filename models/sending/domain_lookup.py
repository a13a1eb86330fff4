"""Sending: the work of finding out who takes the mail of domains."""

import logging
import time

from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL

from ...tools import mail_exchange
from .settlement import UTC_NOW

_logger = logging.getLogger(__name__)

ADDRESS_DOMAIN = SQL("split_part(email, '@', 2)")
# The deliveries that no lane takes, because their provider is not known yet.
WAITING = SQL(
    "mailing_trace.provider_group_id IS NULL"
    " AND trace_status = 'outgoing'"
    " AND token IS NOT NULL"
)

BATCH = 500
# Name servers that have not said anything after this time are taken for dead, and
# mails leave without them.
SILENCE_SECONDS = 5
# Unknown mail servers become a provider of their own when so many domains use them, or
# so many recipients wait for them.
MANY = 100

VALID = SQL("interval '7 days'")
FIRST_RETRY = SQL("interval '1 hour'")  # doubles with each failure, up to VALID

_STATES = {
    mail_exchange.RESOLVED: "resolved",
    mail_exchange.NO_MAIL: "no_mx",
    mail_exchange.FAILED: "failed",
    mail_exchange.UNANSWERED: "failed",
}


class DomainLookup:
    """One run of the job that looks up domains, until its deadline.

    Deliveries whose domain was looked up get their provider, and may be sent, batch by
    batch. One job alone looks up, so nobody else adds the same domains meanwhile.
    """

    def __init__(self, env, deadline):
        self._env = env
        self._deadline = deadline
        self._groups = env["campaign.provider.group"]
        self._other_id = self._groups._other().id
        self._commit = env["ir.cron"]._commit_progress

    def run(self):
        """Serve the deliveries that wait, then renew what has expired.

        :return: False when the time was over before the deliveries were served.
        """
        try:
            while names := self._waiting_domains():
                if time.monotonic() >= self._deadline:
                    return False
                self._add(names)
                if not self._resolve(names):
                    _logger.warning("No name server answers; sending goes on without")
                    self._give_up()
                    return True
            while time.monotonic() < self._deadline and (names := self._due_domains()):
                if not self._resolve(names):
                    break
        except TransactionRollbackError:  # somebody else was faster: once more
            self._env.cr.rollback()
            return False
        return True

    def release_all(self):
        """Give every waiting delivery a provider without a look-up."""
        self._execute(
            SQL(
                """
                UPDATE mailing_trace
                   SET provider_group_id = COALESCE(
                        (SELECT known.provider_group_id
                           FROM campaign_mail_domain known
                          WHERE known.name = %s),
                        %s)
                 WHERE %s
                """,
                ADDRESS_DOMAIN,
                self._other_id,
                WAITING,
            )
        )
        if self._env.cr.rowcount:
            self._env["mailing.trace"]._wake_lanes()
        self._commit(remaining=0)

    # ------------------------------------------------------------
    # A batch
    # ------------------------------------------------------------

    def _resolve(self, names):
        """Look up domains, note what was found, let their deliveries go.

        :return: False when name servers were asked and none of them said anything.
        """
        asked = self._outdated(names)
        self._commit()  # nothing is held while others are waited for
        answers = self._ask(asked)
        self._note(answers)
        self._make_groups(answers)
        released = self._release(names)
        self._commit(len(answers))
        if released:
            self._env["mailing.trace"]._wake_lanes()
            self._commit()
        silent = [
            name
            for name, answer in answers.items()
            if answer.state == mail_exchange.UNANSWERED
        ]
        return len(silent) < len(answers) or not asked

    def _ask(self, names):
        """Return what the DNS says, as far as it answered in time."""
        reserved = {name for name in names if mail_exchange.is_reserved(name)}
        answers = dict.fromkeys(
            reserved, mail_exchange.MailExchange(mail_exchange.NO_MAIL)
        )
        answers |= mail_exchange.look_up(
            [name for name in names if name not in reserved],
            seconds=SILENCE_SECONDS,
            **self._env["campaign.mail.domain"]._name_servers(),
        )
        return answers

    def _give_up(self):
        """Treat every waiting domain as one without an answer."""
        self._execute(
            SQL(
                """
                INSERT INTO campaign_mail_domain
                       (name, state, provider_group_id, failure_count, checked_at,
                        expires_at)
                SELECT DISTINCT %(domain)s, 'failed', %(other)s, 1, %(now)s,
                       %(now)s + %(retry)s
                  FROM mailing_trace
                 WHERE %(waiting)s
                    ON CONFLICT (name) DO UPDATE
                   SET state = 'failed',
                       provider_group_id = excluded.provider_group_id,
                       expires_at = excluded.expires_at
                 WHERE campaign_mail_domain.provider_group_id IS NULL
                """,
                domain=ADDRESS_DOMAIN,
                other=self._other_id,
                now=UTC_NOW,
                retry=FIRST_RETRY,
                waiting=WAITING,
            )
        )
        self.release_all()

    # ------------------------------------------------------------
    # The cache
    # ------------------------------------------------------------

    def _waiting_domains(self):
        """Return domains that deliveries wait for.

        It steps from one domain to the next in the index, whatever their number of
        deliveries.
        """
        return self._names(
            SQL(
                """
                WITH RECURSIVE waiting AS (
                    (SELECT %(domain)s AS name
                       FROM mailing_trace
                      WHERE %(waiting)s
                      ORDER BY 1
                      LIMIT 1)
                    UNION ALL
                    SELECT (SELECT %(domain)s
                              FROM mailing_trace
                             WHERE %(waiting)s AND %(domain)s > waiting.name
                             ORDER BY 1
                             LIMIT 1)
                      FROM waiting
                     WHERE waiting.name IS NOT NULL
                )
                SELECT name FROM waiting WHERE name IS NOT NULL LIMIT %(batch)s
                """,
                domain=ADDRESS_DOMAIN,
                waiting=WAITING,
                batch=BATCH,
            )
        )

    def _due_domains(self):
        """Return domains that a person wants looked up, or whose answer has expired."""
        return self._names(
            SQL(
                """
                SELECT name
                  FROM campaign_mail_domain
                 WHERE state = 'pending' OR expires_at <= %s
                 ORDER BY expires_at NULLS FIRST
                 LIMIT %s
                """,
                UTC_NOW,
                BATCH,
            )
        )

    def _outdated(self, names):
        """Return those of ``names`` that are to be looked up."""
        return self._names(
            SQL(
                """
                SELECT name
                  FROM campaign_mail_domain
                 WHERE name = ANY(%s)
                   AND (state = 'pending'
                        OR provider_group_id IS NULL
                        OR expires_at <= %s)
                """,
                names,
                UTC_NOW,
            )
        )

    def _add(self, names):
        """Note domains as pending, unless they are known."""
        self._execute(
            SQL(
                """
                INSERT INTO campaign_mail_domain (name, state, failure_count)
                SELECT name, 'pending', 0 FROM unnest(%s::varchar[]) AS name
                    ON CONFLICT (name) DO NOTHING
                """,
                names,
            )
        )

    def _note(self, answers):
        """Write what was found out; a failure leaves what was known before."""
        if not answers:
            return
        by_name = self._groups._by_domain()
        find = self._groups._by_suffix().find
        names, states, hosts, suffixes, group_ids = [], [], [], [], []
        for name, answer in answers.items():
            host = answer.host or None
            names.append(name)
            states.append(_STATES[answer.state])
            hosts.append(host)
            suffixes.append(host and mail_exchange.registrable(host))
            found = by_name.get(name) or (host and find(host))
            group_ids.append(found or self._other_id)
        self._execute(
            SQL(
                """
                WITH answer AS (
                    SELECT *, state = 'failed' AS failed
                      FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[],
                                  %s::varchar[], %s::integer[])
                           AS answer(name, state, host, suffix, group_id)
                )
                UPDATE campaign_mail_domain domain
                   SET state = answer.state,
                       mx_host = CASE WHEN failed THEN mx_host ELSE host END,
                       mx_suffix = CASE WHEN failed THEN mx_suffix ELSE suffix END,
                       provider_group_id = CASE
                            WHEN failed THEN COALESCE(provider_group_id, group_id)
                            ELSE group_id END,
                       failure_count = CASE WHEN failed THEN failure_count + 1
                                            ELSE 0 END,
                       checked_at = %s,
                       expires_at = %s
                  FROM answer
                 WHERE domain.name = answer.name
                """,
                *(names, states, hosts, suffixes, group_ids),
                UTC_NOW,
                _expiry(),
            )
        )

    def _make_groups(self, answers):
        """Make providers of unknown mail servers that many use."""
        suffixes = {
            mail_exchange.registrable(answer.host)
            for answer in answers.values()
            if answer.host
        }
        # also those that an administrator has archived stay as they are
        taken = self._groups.with_context(active_test=False)._by_suffix()
        suffixes = sorted(suffix for suffix in suffixes if suffix not in taken)
        self._groups.create(
            [
                {"name": suffix, "mx_suffixes": suffix, "is_automatic": True}
                for suffix in self._shared_by_many(suffixes)
            ]
        )

    def _shared_by_many(self, suffixes):
        """Return those of the suffixes that many domains or recipients share."""
        return self._names(
            SQL(
                """
                SELECT mx_suffix
                  FROM campaign_mail_domain domain
                 CROSS JOIN LATERAL (
                        SELECT count(*) AS recipients
                          FROM (SELECT
                                  FROM mailing_trace
                                 WHERE %(waiting)s AND %(domain)s = domain.name
                                 LIMIT %(many)s) AS some
                       ) AS waiting
                 WHERE mx_suffix = ANY(%(suffixes)s)
                   AND domain.provider_group_id = %(other)s
                 GROUP BY mx_suffix
                HAVING count(*) >= %(many)s OR sum(recipients) >= %(many)s
                """,
                waiting=WAITING,
                domain=ADDRESS_DOMAIN,
                suffixes=suffixes,
                other=self._other_id,
                many=MANY,
            )
        )

    def _release(self, names):
        """Give the waiting deliveries to these domains their provider.

        :return: how many were waiting.
        """
        self._execute(
            SQL(
                """
                UPDATE mailing_trace trace
                   SET provider_group_id = domain.provider_group_id
                  FROM campaign_mail_domain domain
                 WHERE domain.name = ANY(%s)
                   AND domain.provider_group_id IS NOT NULL
                   AND domain.name = split_part(trace.email, '@', 2)
                   AND trace.provider_group_id IS NULL
                   AND trace.trace_status = 'outgoing'
                   AND trace.token IS NOT NULL
                """,
                names,
            )
        )
        return self._env.cr.rowcount

    # ------------------------------------------------------------
    # Tools
    # ------------------------------------------------------------

    def _execute(self, query):
        """Execute without Odoo's log of a failed query: it is tried again."""
        self._env.cr.execute(query, log_exceptions=False)

    def _names(self, query):
        self._execute(query)
        return [name for (name,) in self._env.cr.fetchall()]


def _expiry():
    return SQL(
        """
        %(now)s + CASE
            WHEN failed THEN LEAST(%(retry)s * power(2, failure_count), %(valid)s)
            ELSE %(valid)s END
        """,
        now=UTC_NOW,
        retry=FIRST_RETRY,
        valid=VALID,
    )

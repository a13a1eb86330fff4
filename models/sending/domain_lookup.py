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
CHUNK = 10_000
# Name servers that have not said anything after both of these are taken for dead, and
# mails leave without them.
SILENCE_SECONDS = 5
PROBE_SECONDS = 2
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

    def run(self, may_ask):
        """Serve the deliveries that wait, then renew what has expired.

        :param may_ask: whether the DNS may be asked; if not, deliveries are served with
            what is known.
        :return: False when the time was over before all deliveries were served.
        """
        try:
            if not may_ask:
                return self._release()
            return self._serve() and self._renew()
        except TransactionRollbackError:  # somebody else was faster: once more
            self._env.cr.rollback()
            return False

    def _serve(self):
        """Find the providers that deliveries wait for."""
        while names := self._waiting_domains():
            if time.monotonic() >= self._deadline:
                return False
            self._add(names)
            if not self._resolve(names):
                _logger.warning("No name server answers; sending goes on without")
                self._give_up()
                return self._release()
        return True

    def _renew(self):
        """Look up again what has expired; what time does not suffice for can wait."""
        while time.monotonic() < self._deadline and (names := self._due_domains()):
            if not self._resolve(names):
                break
        return True

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
        self._commit(len(answers))
        unanswered = set(asked) - set(answers)  # for want of time
        self._release([name for name in names if name not in unanswered])
        heard = {
            answer.state
            for name, answer in answers.items()
            if not mail_exchange.is_reserved(name)
        }
        return heard != {mail_exchange.UNANSWERED} or self._is_anybody_there()

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

    def _is_anybody_there(self):
        """Tell dead name servers from a few domains that are dead themselves."""
        return mail_exchange.is_anybody_there(
            seconds=PROBE_SECONDS,
            **self._env["campaign.mail.domain"]._name_servers(),
        )

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
        self._commit()

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
                                 LIMIT %(many)s) AS first_ones
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

    def _release(self, names=None):
        """Give waiting deliveries their provider, and let the lanes have them.

        They are committed in chunks, so that the first ones leave while the others are
        written.

        :param names: the domains whose deliveries; by default all.
        :return: False when the time was over before the last of them.
        """
        condition = SQL()
        if names is not None:
            condition = SQL("AND %s = ANY(%s)", ADDRESS_DOMAIN, names)
        while True:
            # Of deliveries planned a moment ago PostgreSQL has no statistics, and would
            # look through all there are rather than use the index.
            self._execute(SQL("SET LOCAL enable_seqscan = off"))
            self._execute(
                SQL(
                    """
                    UPDATE mailing_trace
                       SET provider_group_id = COALESCE(
                            (SELECT known.provider_group_id
                               FROM campaign_mail_domain known
                              WHERE known.name = %s),
                            %s)
                     WHERE id = ANY(ARRAY(
                            SELECT id FROM mailing_trace WHERE %s %s LIMIT %s))
                    """,
                    ADDRESS_DOMAIN,
                    self._other_id,
                    WAITING,
                    condition,
                    CHUNK,
                )
            )
            released = self._env.cr.rowcount
            if released:
                self._env["mailing.trace"]._wake_lanes()
            self._commit(released)
            if released < CHUNK:
                return True
            if time.monotonic() >= self._deadline:
                return False

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

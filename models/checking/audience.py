"""Checking: whom a mailing would reach if it were sent now."""

from collections import Counter
from dataclasses import dataclass, field

from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.addresses import DISPOSABLE_DOMAINS, ROLE_NAMES
from ..sending.delivery_plan import ORM_CHUNK, DeliveryPlan

# Of records that are mailed at their customer's address so many are looked at.
MOST_BY_ORM = 5 * ORM_CHUNK


@dataclass
class Count:
    """How many recipients get the mail, how many do not and why.

    ``looked_at`` is less than ``total`` where looking at all would take too long;
    the other numbers speak of those that were looked at.
    """

    total: int = 0
    looked_at: int = 0
    mailed: int = 0
    roles: int = 0
    throwaways: int = 0
    failures: Counter = field(default_factory=Counter)
    providers: Counter = field(default_factory=Counter)


class Audience(DeliveryPlan):
    """Judges recipients as planning does, and writes nothing."""

    def addresses(self, res_ids):
        """Return address and failure type (or None) of these records, by id."""
        self._mailing.env.flush_all()
        query = self._model._search(Domain("id", "in", list(res_ids)))
        source = self._source(query)
        if source is None:
            return {}
        judged = SQL("WITH %s SELECT id, email, failure FROM unique_ones", source)
        rows = self._mailing.env.execute_query(judged)
        return {record_id: (email, failure) for record_id, email, failure in rows}

    def _source(self, query):
        if self._has_addresses_in_sql():
            return self._judged(self._addresses_in_sql(query))
        source = self._addresses_by_orm(query)
        return source and self._judged(source)

    def count(self):
        """Return the :class:`Count` of all recipients."""
        self._mailing.env.flush_all()
        count = Count()
        domain = self._mailing._get_recipients_domain()
        if self._has_addresses_in_sql():
            self._add(count, self._source(self._model._search(domain)))
            count.total = count.looked_at
            return count
        last_id = 0
        while count.looked_at < MOST_BY_ORM:
            query = self._model._search(domain & Domain("id", ">", last_id), order="id")
            source = self._source(query)
            if source is None:
                break
            last_id = self._add(count, source)
        count.total = count.looked_at
        if count.looked_at >= MOST_BY_ORM:
            count.total = self._model.search_count(domain)
        return count

    def _add(self, count, source):
        """Add the recipients of ``source``; return the highest id of them."""
        env = self._mailing.env
        env.cr.execute("SET LOCAL jit = off")  # compiling costs more than it gains
        rows = env.execute_query(
            SQL(
                """
                WITH %(source)s
                SELECT failure, provider, max(id), count(*),
                       count(*) FILTER (WHERE name = ANY(%(roles)s)),
                       count(*) FILTER (WHERE domain = ANY(%(throwaways)s))
                  FROM (SELECT id, failure,
                               lower(split_part(email, '@', 1)) AS name,
                               lower(split_part(email, '@', 2)) AS domain,
                               CASE WHEN failure IS NULL THEN %(group)s END AS provider
                          FROM unique_ones) AS known
                 GROUP BY failure, provider
                """,
                source=source,
                roles=sorted(ROLE_NAMES),
                throwaways=sorted(DISPOSABLE_DOMAINS),
                group=env["campaign.mail.domain"]._known_group(),
            )
        )
        for failure, provider, _last_id, number, roles, throwaways in rows:
            count.looked_at += number
            if failure:
                count.failures[failure] += number
            else:
                count.mailed += number
                count.roles += roles
                count.throwaways += throwaways
                count.providers[provider] += number
        return max((row[2] for row in rows), default=0)

"""Sending: the plan, one row for each recipient of a mailing, written in chunks."""

from odoo import tools
from odoo.fields import Domain
from odoo.tools import SQL

from .settlement import UTC_NOW
from .suppression import own_address_blocked, suppression

CHUNK = 10_000
ORM_CHUNK = 1_000

# What an SMTP envelope can hold: dot-strings on both sides (RFC 5321 §4.1.2).
_DOT_STRING = r"[^\s@<>,;.]+(\.[^\s@<>,;.]+)*"
_DELIVERABLE = rf"^{_DOT_STRING}@{_DOT_STRING}$"


class DeliveryPlan:
    """Plans the deliveries of one mailing.

    Recipients are taken in the order of their ids, so the plan can stop and go on
    anywhere; the unique index on deliveries makes planning one twice impossible.
    """

    def __init__(self, mailing):
        self._mailing = mailing
        self._model = mailing.env[mailing.mailing_model_real]
        self._own_addresses = _own_addresses(mailing.env)

    def write_chunk(self, after_id, res_ids=None):
        """Plan the next recipients.

        :param after_id: the highest record id that has been planned.
        :param res_ids: plan only these records.
        :return: the highest record id planned now, or None when there are no more.
        """
        query = self._recipients(after_id, res_ids)
        if self._has_addresses_in_sql():
            source = self._addresses_in_sql(query)
        else:
            source = self._addresses_by_orm(query)
        env = self._mailing.env
        if source is None:
            return None
        env.cr.execute("SET LOCAL jit = off")  # compiling costs more than it gains
        env.cr.execute(self._statement(source))
        last_id, has_waiting = env.cr.fetchone()
        if has_waiting:
            env["campaign.mail.domain"]._wake_resolver()
        return last_id

    # ------------------------------------------------------------
    # Who
    # ------------------------------------------------------------

    def _recipients(self, after_id, res_ids):
        mailing = self._mailing
        domain = mailing._get_recipients_domain() & Domain("id", ">", after_id)
        if res_ids:
            domain &= Domain("id", "in", res_ids)
        query = self._model._search(domain, order="id", limit=CHUNK)
        record_id = SQL.identifier(query.table, "id")
        if self._has_odoos_traces():
            query.add_where(
                self._not_mailed_by(mailing, record_id, SQL("token IS NULL"))
            )
        if mailing.ab_testing_enabled:
            siblings = mailing._get_ab_testing_siblings_mailings() - mailing
            query.add_where(self._not_mailed_by(siblings, record_id, SQL("TRUE")))
            if not mailing.ab_testing_is_winner_mailing:
                query.add_where(mailing._ab_share(record_id))
        return query

    def _has_odoos_traces(self):
        """Return whether Odoo's own engine has begun this mailing."""
        [(begun,)] = self._mailing.env.execute_query(
            SQL(
                """
                SELECT EXISTS (
                    SELECT FROM mailing_trace
                     WHERE mass_mailing_id = %s
                       AND token IS NULL
                       AND is_test_trace IS NOT TRUE)
                """,
                self._mailing.id,
            )
        )
        return begun

    def _not_mailed_by(self, mailings, record_id, condition):
        return SQL(
            """
            %s NOT IN (
                SELECT res_id FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%s)
                   AND model = %s
                   AND is_test_trace IS NOT TRUE
                   AND %s)
            """,
            record_id,
            mailings.ids,
            self._model._name,
            condition,
        )

    # ------------------------------------------------------------
    # Where to: rows of id, address as written, normalized address
    # ------------------------------------------------------------

    def _has_addresses_in_sql(self):
        return self._model._name in ("mailing.contact", "res.partner")

    def _addresses_in_sql(self, query):
        table = query.table
        columns = (
            SQL.identifier(table, name) for name in ("id", "email", "email_normalized")
        )
        public = SQL("FALSE")
        if self._model._name == "res.partner":
            public = SQL(
                "%s IN (SELECT partner_id FROM res_users WHERE id = %s)",
                SQL.identifier(table, "id"),
                self._mailing.env.ref("base.public_user").id,
            )
        written, normalized = (
            SQL("CASE WHEN NOT %s THEN %s END", public, column)
            for column in list(columns)[1:]
        )
        return query.select(
            SQL("%s AS id", SQL.identifier(table, "id")),
            SQL("%s AS written", written),
            SQL("%s AS email", normalized),
        )

    def _addresses_by_orm(self, query):
        """For records that are mailed at their customer's address, as Odoo does."""
        query.limit = ORM_CHUNK
        records = self._model.browse(query)
        if not records:
            return None
        defaults = records._message_get_default_recipients()
        partner_ids = {
            partner_id
            for values in defaults.values()
            for partner_id in values["partner_ids"]
        }
        # sudo: the sender may mail a record without reading its customer.
        partners_sudo = self._mailing.env["res.partner"].sudo().browse(partner_ids)
        emails = {partner.id: partner.email for partner in partners_sudo}
        rows = []
        for record in records:
            values = defaults[record.id]
            written = values["email_to"] or next(
                (emails[id_] for id_ in values["partner_ids"] if emails[id_]), None
            )
            email = tools.email_normalize(written, strict=False) if written else None
            rows.append((record.id, written or None, email or None))
        columns = [list(column) for column in zip(*rows, strict=True)]
        self._model.invalidate_model()
        return SQL(
            """
            SELECT *
              FROM unnest(%s::integer[], %s::varchar[], %s::varchar[])
                   AS source(id, written, email)
            """,
            *columns,
        )

    # ------------------------------------------------------------
    # The statement
    # ------------------------------------------------------------

    def _statement(self, source):
        mailing = self._mailing
        return SQL(
            """
            WITH %(judged)s,
            planned AS (
                SELECT *, replace(gen_random_uuid()::text, '-', '') AS token
                FROM unique_ones
            ),
            written AS (
                INSERT INTO mailing_trace (
                    trace_type, is_test_trace, model, res_id, mass_mailing_id,
                    campaign_id, email, message_id, token, trace_status, failure_type,
                    next_attempt_at, attempt_count, provider_group_id,
                    create_uid, write_uid, create_date, write_date)
                SELECT
                    'mail', FALSE, %(model)s, id, %(mailing)s, %(campaign)s,
                    CASE
                        WHEN failure = 'mail_email_invalid' THEN written
                        ELSE COALESCE(NULLIF(email, ''), written, '')
                    END,
                    '<' || token || '@' || %(domain)s || '>', token,
                    CASE WHEN failure IS NULL THEN 'outgoing' ELSE 'cancel' END,
                    failure, %(turn)s, 0,
                    CASE WHEN failure IS NULL THEN %(provider_group)s END,
                    %(uid)s, %(uid)s, %(now)s, %(now)s
                FROM planned
                ON CONFLICT (mass_mailing_id, model, res_id) WHERE token IS NOT NULL
                    DO NOTHING
                RETURNING trace_status, provider_group_id
            )
            SELECT (SELECT max(id) FROM source),
                   EXISTS (
                        SELECT FROM written
                         WHERE trace_status = 'outgoing' AND provider_group_id IS NULL)
            """,
            judged=self._judged(source),
            model=self._model._name,
            mailing=mailing.id,
            campaign=mailing.campaign_id.id or None,
            domain=message_id_domain(mailing),
            now=UTC_NOW,
            turn=self._turn(),
            provider_group=mailing.env["campaign.mail.domain"]._known_group(),
            uid=mailing.env.uid,
        )

    def _judged(self, source):
        """Return SQL, for after WITH: who of ``source`` is mailed, and who is not.

        Its table ``unique_ones`` holds for each record the address and a failure type,
        which is NULL for those who are mailed.
        """
        return SQL(
            """
            source AS MATERIALIZED (%(source)s),
            judged AS MATERIALIZED (
                SELECT id, email, written,
                    CASE
                        WHEN %(own_blocked)s THEN 'mail_bl'
                        WHEN COALESCE(btrim(written), '') = '' THEN 'mail_email_missing'
                        WHEN email = ANY(%(own_addresses)s) THEN 'mail_email_missing'
                        WHEN COALESCE(email, '') !~ %(deliverable)s
                            OR NOT %(as_written)s THEN 'mail_email_invalid'
                        ELSE %(suppressed)s
                    END AS failure
                FROM source
            ),
            unique_ones AS (
                SELECT id, email, written,
                    CASE
                        WHEN failure IS NOT NULL THEN failure
                        WHEN row_number() OVER (
                            PARTITION BY email, failure ORDER BY id) > 1
                            OR %(already_mailed)s THEN 'mail_dup'
                    END AS failure
                FROM judged
            )
            """,
            source=source,
            own_blocked=own_address_blocked(self._mailing, SQL("source.id")),
            own_addresses=self._own_addresses,
            deliverable=_DELIVERABLE,
            as_written=_as_written(),
            suppressed=suppression(self._mailing, SQL("source.email")),
            already_mailed=self._already_mailed(),
        )

    def _turn(self):
        """Return SQL for when a planned delivery is to be sent: now.

        While an account warms up, the most engaged have their turn before the others:
        each point of their score is worth a minute, as if they had waited that long.
        """
        # sudo: accounts are the administrators' records.
        accounts_sudo = self._mailing.env["campaign.sending.account"].sudo()
        if not accounts_sudo._may_warm_up(self._mailing):
            return UTC_NOW
        return SQL(
            """
            %(now)s - interval '1 minute' * COALESCE((
                SELECT score FROM campaign_engagement
                 WHERE campaign_engagement.email = planned.email), 0)
            """,
            now=UTC_NOW,
        )

    def _already_mailed(self):
        """Return SQL: the address has a delivery in this mailing or its A/B test.

        Written so that only the index on the address fits. Of a mailing that has just
        begun PostgreSQL believes that it has hardly any deliveries, and would look
        through all of them for each recipient.
        """
        return SQL(
            """
            EXISTS (
                SELECT FROM mailing_trace mailed
                 WHERE mailed.mass_mailing_id + 0 = ANY(%s)
                   AND mailed.email = judged.email
                   AND mailed.res_id <> judged.id
                   AND mailed.trace_status <> 'cancel'
                   AND mailed.is_test_trace IS NOT TRUE)
            """,
            self._sent_together().ids,
        )

    def _sent_together(self):
        """Return the mailings of which everybody gets just one."""
        mailing = self._mailing
        if mailing.ab_testing_enabled and mailing.campaign_id:
            mailing |= mailing._get_ab_testing_siblings_mailings()
        return mailing


def _as_written():
    """Return SQL: the normalized address is what was written, not a part of it.

    From ``ellen@ward@example.com`` Odoo's normalization makes ``ward@example.com``,
    which is somebody else. Written may be the address alone, with a name before it, or
    as the first of several.
    """
    written = SQL("lower(btrim(source.written))")
    email = SQL("lower(source.email)")
    return SQL(
        """
        (%(written)s = %(email)s
         OR position('<' || %(email)s || '>' IN %(written)s) > 0
         OR (starts_with(%(written)s, %(email)s)
             AND substr(%(written)s, length(%(email)s) + 1) ~ '^\\s*[,;].*@'))
        """,
        written=written,
        email=email,
    )


def _own_addresses(env):
    """Return the addresses at which Odoo itself receives mail: never a recipient."""
    # sudo: aliases are the administrators' records.
    aliases_sudo = env["mail.alias"].sudo().search([("alias_name", "!=", False)])
    domains_sudo = env["mail.alias.domain"].sudo().search([])
    addresses = {
        *aliases_sudo.mapped("alias_full_name"),
        *domains_sudo.mapped("bounce_email"),
        *domains_sudo.mapped("catchall_email"),
        *domains_sudo.mapped("default_from_email"),
        env.ref("base.partner_root").sudo().email_normalized,
    }
    return sorted(address for address in addresses if address)


def message_id_domain(mailing):
    """Return the right-hand side of message ids: the sender's domain, in ASCII."""
    domain = tools.email_domain_extract(mailing.email_from or "") or ""
    try:
        return domain.encode("idna").decode("ascii") or "campaign-desk.invalid"
    except UnicodeError:
        return "campaign-desk.invalid"

"""Sending: the statements that find what is due and take it."""

from odoo.tools import SQL

from .flow import counted

# Longer than the longest hand-over (ten minutes for the final dot, on four
# connections): a lease that is not renewed for this long belongs to a worker that
# hangs. A dead worker is noticed earlier, by its database session.
LEASE_SECONDS = 3600

_MAY_SEND = SQL(
    """
    state = 'sending' AND delivery_engine = 'desk' AND sending_error IS NULL
    AND is_paused IS NOT TRUE AND active
    """
)


def due_flows(now):
    """Return the query for the flows that have deliveries to be sent now.

    The providers of a mailing are found by leaping through the queue's index from one
    to the next, however many deliveries they have.
    """
    return SQL(
        """
        SELECT mailing.id, mailing.campaign_id, provider.id
          FROM mailing_mailing mailing
         CROSS JOIN LATERAL (
            WITH RECURSIVE provider AS (
                SELECT min(provider_group_id) AS id
                  FROM mailing_trace
                 WHERE mass_mailing_id = mailing.id
                   AND trace_status = 'outgoing'
                   AND token IS NOT NULL
                 UNION ALL
                SELECT (SELECT min(provider_group_id)
                          FROM mailing_trace
                         WHERE mass_mailing_id = mailing.id
                           AND trace_status = 'outgoing'
                           AND token IS NOT NULL
                           AND provider_group_id > provider.id)
                  FROM provider
                 WHERE provider.id IS NOT NULL
            )
            SELECT id
              FROM provider
             WHERE EXISTS (
                SELECT FROM mailing_trace
                 WHERE mass_mailing_id = mailing.id
                   AND trace_status = 'outgoing'
                   AND token IS NOT NULL
                   AND provider_group_id = provider.id
                   AND next_attempt_at <= %s)
          ) provider
         WHERE %s
         ORDER BY random()
        """,
        now,
        _MAY_SEND,
    )


def paces(way, now):
    """Return the query for what the account has been told about its pace.

    Rows of: it is about the server, seconds still to rest, mails per minute, seconds
    since that is over. Where the server is not known beforehand all of the account's
    count: who would not wait for the right one would ask it without end.
    """
    return SQL(
        """
        SELECT provider_group_id IS NULL,
               extract(epoch FROM rest_until - %(now)s)::float,
               mails_per_minute,
               extract(epoch FROM %(now)s - slow_until)::float
          FROM campaign_sending_pace
         WHERE account_id = %(account)s
           AND (provider_group_id IS NULL OR provider_group_id = %(group)s)
           AND (mail_server_id IS NULL OR %(server)s IN (0, mail_server_id))
        """,
        account=way.account_id,
        group=way.provider_group_id,
        server=way.server_id,
        now=now,
    )


def uses(account_id, limits, now):
    """Return the query for what of each limit is used.

    Rows of: mails settled within the limit's stretch, age of the oldest in seconds,
    mails held.
    """
    return SQL(" UNION ALL ").join(
        SQL(
            """
            SELECT settled.mails, settled.age, held.mails
              FROM (SELECT COALESCE(sum(batch.mails + COALESCE(batch.copies, 0)),
                                    0)::int AS mails,
                           COALESCE(extract(epoch FROM %(now)s - min(settled_at)),
                                    0)::float AS age
                      FROM campaign_sending_batch batch
                     WHERE batch.account_id = %(account)s
                       AND batch.settled_at > %(now)s - %(seconds)s * interval '1 s'
                       AND %(settled)s) settled,
                   (SELECT COALESCE(sum(cardinality(delivery_ids)
                                        * (1 + COALESCE(copies, 0))), 0)::int AS mails
                      FROM campaign_sending_lease lease
                     WHERE lease.account_id = %(account)s
                       AND %(held)s) held
            """,
            account=account_id,
            seconds=limit.seconds,
            settled=counted(scope, "batch"),
            held=counted(scope, "lease"),
            now=now,
        )
        for scope, limit in limits
    )


def open_connections(account_id, shared_connections):
    """Return the query for how many connections other workers use, for each rule."""
    return SQL(" UNION ALL ").join(
        SQL(
            """
            SELECT COALESCE(sum(connections), 0)::int
              FROM campaign_sending_lease lease
             WHERE account_id = %s AND %s
            """,
            account_id,
            counted(scope, "lease"),
        )
        for scope, _number in shared_connections
    )


def take(flow, way, connections, lane, limit, now):
    """Return the statement that takes up to ``limit`` due deliveries of a flow.

    Its rows: the lease's id, then id, res_id, email, token and message_id.
    """
    return SQL(
        """
        WITH due AS (
            SELECT id
              FROM mailing_trace
             WHERE mass_mailing_id = %(mailing)s
               AND trace_status = 'outgoing'
               AND token IS NOT NULL
               AND provider_group_id = %(group)s
               AND next_attempt_at <= %(now)s
               AND EXISTS (
                SELECT FROM mailing_mailing
                 WHERE id = %(mailing)s AND %(may_send)s)
             ORDER BY next_attempt_at, id
             LIMIT %(limit)s
               FOR UPDATE SKIP LOCKED
        ), lease AS (
            INSERT INTO campaign_sending_lease
                   (mailing_id, campaign_id, account_id, provider_group_id, connections,
                    lane, copies, claimed_at, expires_at, backend_pid, backend_start,
                    delivery_ids)
            SELECT %(mailing)s, %(campaign)s, %(account)s, %(group)s, %(connections)s,
                   %(lane)s, %(copies)s, %(now)s, %(expiry)s, pg_backend_pid(),
                   (SELECT extract(epoch FROM backend_start)
                      FROM pg_stat_activity
                     WHERE pid = pg_backend_pid()),
                   array_agg(id ORDER BY id)
              FROM due
            HAVING count(*) > 0
            RETURNING id
        ), claimed AS (
            UPDATE mailing_trace trace
               SET trace_status = 'process',
                   lease_key = lease.id,
                   sending_account_id = %(account)s,
                   attempt_count = COALESCE(trace.attempt_count, 0) + 1
              FROM due, lease
             WHERE trace.id = due.id
            RETURNING trace.id, trace.res_id, trace.email, trace.token,
                      trace.message_id
        )
        SELECT lease.id, claimed.* FROM lease, claimed ORDER BY claimed.id
        """,
        mailing=flow.mailing_id,
        campaign=flow.campaign_id,
        group=flow.provider_group_id,
        account=way.account_id,
        connections=connections,
        lane=lane,
        limit=limit,
        copies=way.copies,
        may_send=_MAY_SEND,
        now=now,
        expiry=expiry(now),
    )


def expiry(now):
    """Return SQL for when a lease that is renewed now is over."""
    return SQL("%s + %s * interval '1 second'", now, LEASE_SECONDS)


PROGRESS_IS_PREPARED = SQL(
    "SELECT 1 FROM pg_prepared_statements WHERE name = 'campaign_progress'"
)
# Of a lease: id, the present, accepted ids, ids in flight, other results. That the
# commit does not wait for the disk holds for this transaction only.
PREPARE_PROGRESS = SQL(
    """
    PREPARE campaign_progress (integer, timestamp, integer[], integer[], jsonb) AS
    UPDATE campaign_sending_lease
       SET accepted_ids = accepted_ids || $3,
           in_flight_ids = $4,
           results = CASE WHEN $5 IS NULL THEN results
                          ELSE COALESCE(results, '[]'::jsonb) || $5 END,
           expires_at = %s
      FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
     WHERE id = $1 AND expires_at > $2
    """,
    expiry(SQL("$2")),
)

"""Tracking: what became of the mails of a day at each mailbox provider, added up."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import bounces
from ..sending.settlement import UTC_NOW

# Mailings of which something left, or of whose mails something was heard, within these
# days are added up again every hour.
MOVING_DAYS = 7


class CampaignProviderDay(models.Model):
    """The mails of one mailing that left on one day (UTC) to one provider.

    What happens to a mail later counts for the day on which it left, so that rates are
    those of the same mails. Opens and clicks are people's. Only :meth:`_cron_add_up`
    writes here: reports on millions of deliveries read thousands of rows.
    """

    _name = "campaign.provider.day"
    _description = "Results of a Day"
    _order = "day desc, id"
    _log_access = False

    day = fields.Date(required=True, readonly=True)
    mailing_id = fields.Many2one("mailing.mailing", readonly=True, ondelete="cascade")
    provider_group_id = fields.Many2one(
        "campaign.provider.group", readonly=True, ondelete="set null"
    )
    account_id = fields.Many2one(
        "campaign.sending.account", readonly=True, ondelete="set null"
    )
    sent = fields.Integer(readonly=True)
    delivered = fields.Integer(readonly=True)
    deferred = fields.Integer(readonly=True)
    bounced = fields.Integer(readonly=True)
    blocked = fields.Integer(readonly=True)
    complained = fields.Integer(readonly=True)
    opened = fields.Integer(readonly=True)
    clicked = fields.Integer(readonly=True)

    _mailing_idx = models.Index("(mailing_id)")
    _day_idx = models.Index("(day)")

    @api.model
    def _cron_add_up(self):
        """Add up the mailings about which there is something new."""
        mailing_ids = self._moving()
        self._add_up(mailing_ids)
        self.env["ir.cron"]._commit_progress(len(mailing_ids), remaining=0)

    def _moving(self):
        """Return the ids of mailings of which something may have changed."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mailing_id FROM campaign_sending_batch
                 WHERE settled_at > %(since)s AND mailing_id IS NOT NULL
                UNION
                SELECT mailing_id FROM campaign_event
                 WHERE at > %(since)s AND mailing_id IS NOT NULL
                UNION
                SELECT mailing.id FROM mailing_mailing mailing
                 WHERE mailing.state IN ('sending', 'done')
                   AND NOT EXISTS (
                        SELECT FROM campaign_provider_day WHERE mailing_id = mailing.id)
                """,
                since=SQL("%s - %s * interval '1 day'", UTC_NOW, MOVING_DAYS),
            )
        )
        return [mailing_id for (mailing_id,) in rows]

    @api.model
    def _add_up(self, mailing_ids):
        """Write the rows of these mailings anew."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM campaign_provider_day WHERE mailing_id = ANY(%s)",
                mailing_ids,
            )
        )
        self.env.cr.execute(self._statement(mailing_ids))
        self.invalidate_model()

    def _statement(self, mailing_ids):
        status = SQL("delivery.trace_status")
        arrived = SQL("%s IN ('sent', 'pending', 'open', 'reply')", status)
        blocked = SQL("delivery.bounce_class = ANY(%s)", list(bounces.SENDERS_FAULT))
        return SQL(
            """
            INSERT INTO campaign_provider_day (
                day, mailing_id, provider_group_id, account_id, sent, delivered,
                deferred, bounced, blocked, complained, opened, clicked)
            SELECT COALESCE(delivery.sent_datetime, delivery.bounced_at,
                            delivery.next_attempt_at, delivery.write_date)::date AS day,
                   delivery.mass_mailing_id, delivery.provider_group_id,
                   delivery.sending_account_id,
                   count(*) FILTER (WHERE %(arrived)s OR %(status)s = 'bounce'),
                   count(*) FILTER (WHERE %(arrived)s),
                   count(*) FILTER (WHERE delivery.attempt_count > 1
                       OR delivery.waiting_for = 'retry'),
                   count(*) FILTER (WHERE %(status)s = 'bounce'
                       AND (%(blocked)s) IS NOT TRUE),
                   count(*) FILTER (WHERE %(status)s = 'bounce' AND %(blocked)s),
                   count(*) FILTER (WHERE delivery.complained_at IS NOT NULL),
                   count(*) FILTER (WHERE delivery.open_datetime IS NOT NULL
                       AND delivery.token IS NOT NULL),
                   count(*) FILTER (WHERE delivery.links_click_datetime IS NOT NULL
                       AND delivery.token IS NOT NULL)
              FROM mailing_trace delivery
             WHERE delivery.mass_mailing_id = ANY(%(mailings)s)
               AND delivery.is_test_trace IS NOT TRUE
               AND (%(arrived)s OR %(status)s = 'bounce'
                    OR %(status)s = 'outgoing' AND delivery.waiting_for = 'retry')
             GROUP BY 1, 2, 3, 4
            """,
            arrived=arrived,
            status=status,
            blocked=blocked,
            mailings=mailing_ids,
        )

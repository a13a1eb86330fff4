"""Sending: what left, batch by batch. Limits, health and speed are read from it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .settlement import UTC_NOW

KEPT = timedelta(days=400)


class CampaignSendingBatch(models.Model):
    """A settled batch: mails of one mailing to one provider over one account.

    Written with the statement that settles the deliveries, so that it holds exactly
    what may have left; never changed, but that the batches of past days are added up
    hour by hour. It outlives the mailing: what left counts for the account's limits.
    """

    _name = "campaign.sending.batch"
    _description = "Sent Batch"
    _order = "settled_at desc"
    _log_access = False

    account_id = fields.Many2one(
        "campaign.sending.account", readonly=True, ondelete="cascade"
    )
    provider_group_id = fields.Many2one(
        "campaign.provider.group",
        "Mailbox Provider",
        readonly=True,
        ondelete="set null",
    )
    mailing_id = fields.Many2one("mailing.mailing", readonly=True, ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="set null")
    settled_at = fields.Datetime("Sent", readonly=True)
    mails = fields.Integer(
        readonly=True, help="All that were offered to the server, whatever it answered."
    )
    copies = fields.Integer(
        readonly=True,
        help="For others than the recipients. They count for limits, not for rates of "
        "failure.",
    )
    accepted = fields.Integer(readonly=True)
    deferred = fields.Integer("Asked to Come Later", readonly=True)
    refused = fields.Integer("Hard Bounces", readonly=True)
    failed = fields.Integer(readonly=True)
    unknown = fields.Integer("Outcome Unknown", readonly=True)

    _account_idx = models.Index("(account_id, settled_at)")
    _mailing_idx = models.Index("(mailing_id, settled_at)")

    @api.autovacuum
    def _gc_batches(self):
        """Add up the batches of past days hour by hour, and forget the oldest."""
        self.env.cr.execute(
            SQL(
                """
                WITH past AS (
                    DELETE FROM campaign_sending_batch
                     WHERE settled_at < %(now)s - interval '2 days'
                       AND settled_at >= %(now)s - interval '4 days'
                    RETURNING *
                ), forgotten AS (
                    DELETE FROM campaign_sending_batch
                     WHERE settled_at < %(now)s - %(kept)s
                )
                INSERT INTO campaign_sending_batch
                       (account_id, provider_group_id, mailing_id, campaign_id,
                        settled_at, mails, copies, accepted, deferred, refused, failed,
                        unknown)
                SELECT account_id, provider_group_id, mailing_id, campaign_id,
                       max(settled_at), sum(mails), sum(copies), sum(accepted),
                       sum(deferred), sum(refused), sum(failed), sum(unknown)
                  FROM past
                 GROUP BY account_id, provider_group_id, mailing_id, campaign_id,
                          date_trunc('hour', settled_at)
                """,
                now=UTC_NOW,
                kept=KEPT,
            )
        )

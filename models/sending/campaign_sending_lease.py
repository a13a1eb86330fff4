"""Sending: what a worker has taken and how far it got."""

from odoo import fields, models


class CampaignSendingLease(models.Model):
    """A batch of deliveries in the hands of one worker.

    The row is written when the batch is claimed, before each hand-over, and deleted
    when the batch is settled. A row whose worker is gone tells what became of each
    of its ``delivery_ids``:

    ====================  ==========================================================
    deliveries            outcome
    ====================  ==========================================================
    ``accepted_ids``      a server took them over
    in ``results``        as it stands there (refused, put off, failed)
    ``in_flight_ids``     unknown, unless one of the above
    the rest              untouched, given back to the queue
    ====================  ==========================================================

    It outlives what it is about, such as a mailing that somebody deletes: without it
    nobody would know what its worker has sent. Its account cannot be deleted.
    """

    _name = "campaign.sending.lease"
    _description = "Batch in Sending"
    _order = "id"
    _log_access = False

    mailing_id = fields.Many2one(
        "mailing.mailing", readonly=True, index=True, ondelete="set null"
    )
    account_id = fields.Many2one(
        "campaign.sending.account", readonly=True, ondelete="restrict"
    )
    provider_group_id = fields.Many2one(
        "campaign.provider.group", readonly=True, ondelete="set null"
    )
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="set null")
    connections = fields.Integer(
        readonly=True, help="How many connections its worker may use."
    )
    lane = fields.Integer(readonly=True)
    copies = fields.Integer(readonly=True, help="How many leave with each mail.")
    claimed_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(
        readonly=True, help="After this the worker is taken for dead."
    )
    backend_pid = fields.Integer(
        readonly=True, help="The worker's database session, to notice its death early."
    )
    backend_start = fields.Char(readonly=True)
    results = fields.Json(readonly=True, help="Outcomes other than accepted.")

    def init(self):
        """Add the lists of deliveries: the ORM has no type for them."""
        self.env.cr.execute(
            """
            ALTER TABLE campaign_sending_lease
                ADD COLUMN IF NOT EXISTS delivery_ids integer[] NOT NULL DEFAULT '{}',
                ADD COLUMN IF NOT EXISTS accepted_ids integer[] NOT NULL DEFAULT '{}',
                ADD COLUMN IF NOT EXISTS in_flight_ids integer[] NOT NULL DEFAULT '{}';
            ALTER TABLE campaign_sending_lease SET (fillfactor = 50);
            """
        )

"""Sending: mails that wait for who is away, as their automatic answers say."""

from odoo import api, models
from odoo.tools import SQL

from .settlement import UTC_NOW


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    @api.model
    def _stop_waiting_for(self, email, company):
        """Have mails leave that wait for somebody who is back."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mailing_trace trace
                   SET next_attempt_at = %s
                  FROM mailing_mailing mailing
                 WHERE trace.email = %s
                   AND trace.trace_status = 'outgoing'
                   AND trace.waiting_for = 'absence'
                   AND trace.token IS NOT NULL
                   AND mailing.id = trace.mass_mailing_id
                   AND mailing.company_id = %s
                """,
                UTC_NOW,
                email,
                company.id,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["next_attempt_at"])
            self._wake_lanes()

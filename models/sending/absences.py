"""Sending: recipients who are away, as their automatic answers say."""

from odoo import api, models
from odoo.tools import SQL

from .settlement import UTC_NOW


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _heeds_absences(self):
        """Return whether this mailing waits for anybody.

        Not what everybody must get.
        """
        if not self._is_marketing():
            return False
        return bool(self.env.execute_query(_absent(self.company_id, SQL("LIMIT 1"))))

    def _absent_among(self, emails):
        """Return until when those of the addresses are away that are, in UTC."""
        among = SQL("AND email = ANY(%s)", emails)
        return dict(self.env.execute_query(_absent(self.company_id, among)))


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


def _absent(company, more):
    """Return SQL for who is away from a company's mails."""
    return SQL(
        """
        SELECT email, absent_until
          FROM campaign_preference
         WHERE company_id = %s
           AND absent_until > %s
           %s
        """,
        company.id or None,
        UTC_NOW,
        more,
    )

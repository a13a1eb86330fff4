"""Sending: stops a mailing before it does harm."""

from odoo import models
from odoo.tools import SQL

from .settlement import UTC_NOW


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _check_breaker(self):
        """Pause the mailings of which too much goes wrong.

        Of the mails of the last while (company's settings) too many failed, were
        refused or returned, or were complained about. Their responsible is told, and
        when somebody resumes them it counts anew.
        """
        self.env.flush_all()
        for mailing in self.filtered(lambda one: one.state == "sending"):
            if mailing.is_paused or not (reason := mailing._breaker_reason()):
                continue
            if mailing._lock_to_change():  # else in the next minute
                mailing._pause_sending(reason)

    def _breaker_reason(self):
        """Return what is beyond its limit, in words, or None."""
        company = self.company_id
        [(mails, failed, bounced, complained)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(mails), 0),
                       COALESCE(sum(failed + unknown), 0),
                       (SELECT count(*) FROM mailing_trace
                         WHERE mass_mailing_id = %(mailing)s
                           AND trace_status = 'bounce' AND write_date > %(since)s),
                       (SELECT count(*) FROM mailing_trace
                         WHERE mass_mailing_id = %(mailing)s
                           AND complained_at > %(since)s)
                  FROM campaign_sending_batch
                 WHERE mailing_id = %(mailing)s AND settled_at > %(since)s
                """,
                mailing=self.id,
                since=SQL(
                    "GREATEST(%s - %s * interval '1 minute', %s)",
                    UTC_NOW,
                    company.campaign_breaker_minutes,
                    self.resumed_at or None,
                ),
            )
        )
        if mails < max(company.campaign_breaker_mails, 1):
            return None
        for count, limit, words in (
            (failed, company.campaign_error_limit, self.env._("failed")),
            (bounced, company.campaign_bounce_limit, self.env._("bounced")),
            (
                complained,
                company.campaign_complaint_limit,
                self.env._("were reported as spam"),
            ),
        ):
            if limit and 100.0 * count / mails > limit:
                return self.env._(
                    "Paused by itself: of the %(mails)s mails of the last %(minutes)s "
                    "minutes %(count)s %(what)s, which is more than the limit of "
                    "%(limit)s %%. Look at the reasons on the deliveries before you "
                    "resume.",
                    mails=mails,
                    minutes=company.campaign_breaker_minutes,
                    count=count,
                    what=words,
                    limit=f"{limit:g}",
                )
        return None

"""Tracking: what an event makes of a delivery."""

from odoo import api, fields, models
from odoo.tools import email_normalize, plaintext2html

from ...tools import bounces, delivery, tokens
from .evidence import Evidence, with_evidence

_NO_FAILURE = {
    "failure_type": False,
    "failure_reason": False,
    "bounce_class": False,
    "bounce_status": False,
    "bounced_at": False,
}
# What is told from outside and stands among a delivery's events.
_EVENT_KINDS = {delivery.REPLIED: "reply", delivery.BOUNCED: "bounce"}


class MailingTrace(models.Model):
    """Odoo's setters, for deliveries, by the table of :mod:`tools.delivery`.

    Other traces (test mails, the standard engine, SMS) keep Odoo's behaviour.
    """

    _inherit = "mailing.trace"

    complained_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the recipient reported the mail as spam.",
    )

    open_datetime = fields.Datetime(help="When a person opened it first.")
    links_click_datetime = fields.Datetime(
        help="When a person last followed one of its links."
    )
    any_open_at = fields.Datetime(
        "Opened by Anybody",
        readonly=True,
        copy=False,
        help="When its pictures or links were fetched first, by people or machines.",
    )
    any_click_at = fields.Datetime(
        "Clicked by Anybody",
        readonly=True,
        copy=False,
        help="When one of its links was followed first, by people or machines.",
    )
    event_ids = fields.One2many("campaign.event", "trace_id", readonly=True)

    _any_open_idx = models.Index(
        "(mass_mailing_id, trace_status) WHERE any_open_at IS NOT NULL"
    )
    _any_click_idx = models.Index(
        "(mass_mailing_id) WHERE any_click_at IS NOT NULL"
        " OR links_click_datetime IS NOT NULL"
    )
    _complained_idx = models.Index(
        "(mass_mailing_id, complained_at) WHERE complained_at IS NOT NULL"
    )

    @api.model
    def _find_by_signed(self, purpose, signed):
        """Return the delivery for a signed token, or an empty recordset.

        sudo: whoever holds the token is the recipient, who has no account.
        """
        token = tokens.verify(
            self.env["mailing.mailing"]._tracking_key(), purpose, signed
        )
        traces_sudo = self.sudo()
        return traces_sudo.search([("token", "=", token)]) if token else traces_sudo

    def _set_by_table(self, event, values):
        """Write ``values`` and the new status where ``event`` changes something.

        :return: the others, to which Odoo's own rules apply.
        """
        deliveries = self.filtered("token")
        by_status = {}
        for trace in deliveries:
            status, changed = delivery.advance(
                trace.trace_status, event, trace.failure_type
            )
            if changed:
                by_status[status] = by_status.get(status, self.browse()) + trace
        for status, traces in by_status.items():
            traces.write({"trace_status": status, **values})
            if event in _EVENT_KINDS:
                traces._note_event(_EVENT_KINDS[event])
            if event in (delivery.OPENED, delivery.REPLIED):  # so it was sent
                unsent = traces.filtered(lambda trace: not trace.sent_datetime)
                unsent.sent_datetime = fields.Datetime.now()
        return self - deliveries

    def set_opened(self, domain=None):
        traces = self._with_found(domain)
        others = traces._set_by_table(
            delivery.OPENED,
            {"open_datetime": fields.Datetime.now(), **_NO_FAILURE},
        )
        super(MailingTrace, others).set_opened()
        return traces

    def set_replied(self, domain=None):
        traces = self._with_found(domain)
        others = traces._set_by_table(
            delivery.REPLIED,
            {"reply_datetime": fields.Datetime.now(), **_NO_FAILURE},
        )
        super(MailingTrace, others).set_replied()
        return traces

    def set_bounced(self, domain=None, bounce_message=False):
        traces = self._with_found(domain)
        status = bounces.status_in(bounce_message or "")
        others = traces._set_by_table(
            delivery.BOUNCED,
            {
                "failure_type": "mail_bounce",
                "failure_reason": bounce_message,
                "bounce_class": bounces.classify(status, bounce_message or "").kind,
                "bounce_status": status or False,
                "bounced_at": fields.Datetime.now(),
            },
        )
        super(MailingTrace, others).set_bounced(bounce_message=bounce_message)
        return traces

    def set_failed(self, domain=None, failure_type=False):
        traces = self._with_found(domain)
        others = traces._set_by_table(delivery.FAILED, {"failure_type": failure_type})
        super(MailingTrace, others).set_failed(failure_type=failure_type)
        return traces

    def set_canceled(self, domain=None):
        traces = self._with_found(domain)
        others = traces._set_by_table(delivery.CANCELLED, {})
        super(MailingTrace, others).set_canceled()
        return traces

    def _set_complained(self):
        """Note that recipients reported these mails as spam; mail them no more.

        That is a fact beside the status. The first report counts, and a mailing about
        which too many complain is paused.
        """
        new = self.filtered(lambda trace: not trace.complained_at)
        new.complained_at = fields.Datetime.now()
        new._note_event("complaint")
        # sudo: the recipient asked for it, who has no account.
        blacklist_sudo = self.env["mail.blacklist"].sudo()
        for trace in new:
            if email_normalize(trace.email):
                evidence = Evidence(
                    "complaint",
                    company_id=trace.mass_mailing_id.company_id.id,
                    trace_id=trace.id,
                    mailing_id=trace.mass_mailing_id.id,
                )
                reason = self.env._(
                    "Reported a mail as spam: %s", trace.mass_mailing_id.display_name
                )
                proved_sudo = with_evidence(blacklist_sudo, evidence)
                proved_sudo._add(trace.email, message=plaintext2html(reason))
        new.mass_mailing_id._check_breaker()

    def _note_event(self, kind, **values):
        """Write down in the events of these deliveries what is no visit."""
        rows = [{"kind": kind, "trace_id": trace.id, **values} for trace in self]
        self.env["campaign.event"]._record(rows)

    def _with_found(self, domain):
        return self + (self.search(domain) if domain else self.browse())

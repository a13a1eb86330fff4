"""Tracking: why a delivery was refused or came back, and what follows from it."""

from odoo import api, fields, models

from ...tools import bounces, delivery

BOUNCE_CLASSES = [
    (bounces.HARD_BOUNCE, "Hard bounce"),
    (bounces.SOFT_BOUNCE, "Soft bounce"),
    (bounces.MAILBOX_FULL, "Mailbox full"),
    (bounces.BLOCK, "Blocked"),
    (bounces.AUTHENTICATION, "Authentication failed"),
    (bounces.CONTENT, "Content refused"),
]


class MailingTrace(models.Model):
    """What bounces make of a delivery.

    =================  =============================================================
    bounce class       meaning
    =================  =============================================================
    ``hard_bounce``    the address, or its domain, does not exist
    ``soft_bounce``    a reason that may pass, or that nobody tells
    ``mailbox_full``   the recipient's mailbox is full
    ``block``          refused for who sends: reputation, a list, a limit, a policy
    ``authentication`` refused because SPF, DKIM or DMARC fail
    ``content``        refused for what is sent: spam, a virus, too large
    =================  =============================================================

    The last three are the sender's fault: the status is *bounced*, because the mail did
    not arrive, but nothing of it is held against the address.
    """

    _inherit = "mailing.trace"

    bounce_class = fields.Selection(
        BOUNCE_CLASSES,
        readonly=True,
        copy=False,
        help="Why a mail server refused or returned the mail.",
    )
    bounce_status = fields.Char(
        "Status Code",
        readonly=True,
        copy=False,
        help="The mail server's status code (RFC 3463), such as 5.1.1.",
    )
    bounced_at = fields.Datetime(readonly=True, copy=False)
    is_bounce_judged = fields.Boolean(
        readonly=True, copy=False, help="The bounce policies have been applied to it."
    )

    _bounced_idx = models.Index(
        "(email, bounce_class, bounced_at) WHERE bounce_class IS NOT NULL"
    )
    _mailing_bounced_idx = models.Index(
        "(mass_mailing_id, bounce_class, bounced_at) WHERE bounce_class IS NOT NULL"
    )
    _unjudged_idx = models.Index(
        "(id) WHERE bounce_class IS NOT NULL AND is_bounce_judged IS NOT TRUE"
    )

    def _set_returned(self, failure):
        """Note that the mail of this delivery came back.

        :param failure: a :class:`tools.bounces.Failure`.
        :return: whether that was news: the first report counts, and who has opened or
            answered the mail has got it.
        """
        self.ensure_one()
        status, changed = delivery.advance(
            self.trace_status, delivery.BOUNCED, self.failure_type
        )
        if not changed and (status != "bounce" or self.bounce_class):
            return False
        words = f"{failure.status} {failure.diagnostic}".strip()
        if failure.diagnostic.startswith(failure.status):
            words = failure.diagnostic
        self.write(
            {
                "trace_status": status,
                "failure_type": "mail_bounce",
                "failure_reason": words or False,
                "waiting_for": False,
                "bounce_class": failure.kind,
                "bounce_status": failure.status or False,
                "bounced_at": fields.Datetime.now(),
                "is_bounce_judged": False,
            }
        )
        self._note_event("bounce")
        if failure.kind not in bounces.SENDERS_FAULT:
            self._count_bounce()
        self.env["campaign.bounce.policy"]._judge(self)
        self.mass_mailing_id._check_breaker()
        return True

    def _count_bounce(self):
        """Raise the counters that Odoo keeps on whoever has the address."""
        partners_sudo = self.env["res.partner"].sudo()
        partners_sudo = partners_sudo.search([("email_normalized", "=", self.email)])
        for model in self._models_with_bounce_counter():
            # sudo: the gateway acts for a mail server, which has no account.
            records_sudo = self.env[model].sudo()
            records_sudo.search(
                [("email_normalized", "=", self.email)]
            )._message_receive_bounce(self.email, partners_sudo)

    @api.model
    def _models_with_bounce_counter(self):
        models_sudo = self.env["ir.model"].sudo()
        names = models_sudo.search([("is_mail_blacklist", "=", True)]).mapped("model")
        return [
            name
            for name in names
            if name != "mail.thread.blacklist" and name in self.env
        ]

"""Sending: pause, resume and cancel a mailing that is under way."""

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime, plaintext2html

from ...tools import delivery
from .settlement import UTC_NOW, transition

CANCEL_CHUNK = 10_000

# What is written when a mailing goes on, ends or starts anew.
NOT_PAUSED = {"is_paused": False, "pause_reason": False}


class MailingMailing(models.Model):
    """Who holds a mailing back, and how far that reaches:

    ==================  =========================================================
    ``sending_error``   nothing leaves until a person has corrected the cause
    ``is_paused``       nothing leaves until a person goes on. What a worker has in
                        hand (a batch at the most) it takes to its end. Planning
                        goes on: it sends nothing, shows how many there will be,
                        and who leaves meanwhile is judged again before the mail.
    ``cancel_reason``   the dispatcher takes out what still waits, chunk by chunk
                        beside the lanes, then the mailing ends. Paused meanwhile.
    ==================  =========================================================
    """

    _inherit = "mailing.mailing"

    is_paused = fields.Boolean("Paused", readonly=True, copy=False, tracking=True)
    pause_reason = fields.Text("Why Paused", readonly=True, copy=False)
    resumed_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="The circuit breaker leaves out what was before: somebody has looked.",
    )
    cancel_reason = fields.Text("Cancelled", readonly=True, copy=False, tracking=True)

    sending_note = fields.Selection(
        [
            ("paused", "Paused"),
            ("stopped", "Stopped by an Error"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_sending_note",
        help="What is unusual about a mailing that was begun.",
    )

    @api.depends("state", "sending_error", "is_paused", "cancel_reason")
    def _compute_sending_note(self):
        for mailing in self:
            mailing.sending_note = False
            if mailing.cancel_reason and mailing.state in ("sending", "done"):
                mailing.sending_note = "cancelled"
            elif mailing.sending_error:
                mailing.sending_note = "stopped"
            elif mailing.is_paused:
                mailing.sending_note = "paused"

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_pause_sending(self):
        """Have nothing more leave of these mailings until somebody goes on."""
        self._check_under_way()
        running = self.filtered(lambda mailing: not mailing.is_paused)
        running._set_paused(self._by_me(self.env._("Paused by %(who)s, %(when)s")))
        return True

    def action_resume_sending(self):
        """Go on where these mailings were paused."""
        self._check_under_way()
        paused = self.filtered("is_paused")
        reason = self._by_me(self.env._("Resumed by %(who)s, %(when)s"))
        paused._track_set_log_message(reason)
        paused._write_sending({**NOT_PAUSED, "resumed_at": fields.Datetime.now()})
        paused.activity_unlink(["mail.mail_activity_data_warning"])
        self.env["mailing.trace"]._wake_lanes()
        return True

    def action_cancel_sending(self):
        """Send nothing more: what waits is taken out, what is sent stays."""
        self._check_under_way()
        begun = self.filtered(lambda mailing: mailing.state == "sending")
        (self - begun).action_cancel()
        reason = self._by_me(self.env._("Cancelled by %(who)s, %(when)s"))
        begun._track_set_log_message(reason)
        begun._write_sending(
            {
                "is_paused": True,
                "pause_reason": reason,
                "cancel_reason": reason,
                "is_planned": True,  # who has no delivery yet gets none
                "sending_error": False,
            }
        )
        begun.activity_unlink(["mail.mail_activity_data_warning"])
        begun._wake_dispatcher([fields.Datetime.now()])
        return True

    def action_cancel(self):
        desk = self._desk_mailings()
        desk.filtered("is_paused")._write_sending(NOT_PAUSED)
        # sudo: as in _write_sending
        super(MailingMailing, desk.sudo()).action_cancel()
        super(MailingMailing, self - desk).action_cancel()
        return True

    def _write_sending(self, vals):
        """Write what is about the sending, and no part of the template.

        sudo: Odoo lets nobody write a mailing with expressions of its own who may not
        edit such templates. Whoever may write others must be able to stop it.
        """
        self.check_access("write")
        self.sudo().write(vals)

    def _check_under_way(self):
        """Raise unless these are mailings that a person can pause, resume or cancel."""
        self.check_access("write")
        if self != self._desk_mailings().filtered(
            lambda mailing: mailing.state in ("in_queue", "sending")
        ):
            raise UserError(
                self.env._(
                    "Only mailings that Campaign Desk is about to send or is sending "
                    "can be paused, resumed or cancelled."
                )
            )
        if any(mailing.cancel_reason for mailing in self):
            raise UserError(self.env._("The mailing is being cancelled already."))

    def _by_me(self, sentence):
        """Fill in who does it and when."""
        now = format_datetime(self.env, fields.Datetime.now(), dt_format="short")
        return sentence % {"who": self.env.user.name, "when": now}

    # ------------------------------------------------------------
    # By the engine
    # ------------------------------------------------------------

    def _pause_sending(self, reason):
        """Pause these mailings without a person, and tell who is responsible.

        :param reason: a sentence that says what passed which limit.
        """
        running = self.filtered(lambda mailing: not mailing.is_paused)
        running._set_paused(reason)
        for mailing in running:
            mailing.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Sending was paused"),
                note=plaintext2html(reason),
                user_id=(mailing.user_id or mailing.create_uid).id,
            )

    def _set_paused(self, reason):
        self._track_set_log_message(reason)
        self._write_sending({"is_paused": True, "pause_reason": reason})

    @api.model
    def _cancelled_mailings(self):
        """Return the cancelled mailings of which something may still wait.

        Also closed ones: a worker that was given up may have given something back.
        """
        lately = Domain("state", "=", "done") & Domain("sent_date", ">", "-1d")
        return self.search(
            Domain("cancel_reason", "!=", False)
            & (Domain("state", "=", "sending") | lately)
        )

    def _take_out_waiting(self):
        """Cancel what waits of these mailings, each chunk in its own transaction.

        What a worker has in hand and gives back is taken out in a later run.
        """
        commit = self.env["ir.cron"]._commit_progress
        try:
            for mailing in self:
                while mailing._cancel_chunk():
                    if not commit():
                        self._wake_dispatcher([fields.Datetime.now()])
                        return
        except TransactionRollbackError:  # something came in between: in the next run
            self.env.cr.rollback()

    def _cancel_chunk(self):
        """Cancel some of the deliveries that wait. Return how many."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS (
                    SELECT id
                      FROM mailing_trace
                     WHERE mass_mailing_id = %(mailing)s
                       AND trace_status = 'outgoing'
                       AND token IS NOT NULL
                     LIMIT %(limit)s
                       FOR UPDATE SKIP LOCKED
                )
                UPDATE mailing_trace trace
                   SET trace_status = %(outcome)s,
                       failure_type = NULL,
                       failure_reason = %(reason)s,
                       write_date = %(now)s
                  FROM waiting
                 WHERE trace.id = waiting.id
                """,
                mailing=self.id,
                limit=CANCEL_CHUNK,
                outcome=transition(delivery.CANCELLED),
                reason=self.cancel_reason,
                now=UTC_NOW,
            ),
            log_exceptions=False,  # the log would hold addresses
        )
        return self.env.cr.rowcount

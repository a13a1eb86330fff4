"""Sending: planning, start and end of a mailing."""

import logging

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, hmac

from ..campaign.mailing_renderer import MailingRenderer
from ..campaign.template_errors import explain
from .delivery_plan import DeliveryPlan
from .mailing_control import NOT_PAUSED
from .queue import open_queue
from .settlement import UTC_NOW

_logger = logging.getLogger(__name__)


class MailingMailing(models.Model):
    """How a mailing of the Campaign Desk engine passes Odoo's states:

    ============  ===============================================================
    ``in_queue``  waits for its time
    ``sending``   is planned and sent at once; stays until the last delivery is
                  decided, which may be hours when servers ask to come later
    ``done``      every delivery is decided
    ============  ===============================================================

    What holds a mailing back is in :mod:`.mailing_control`.
    """

    _inherit = "mailing.mailing"

    sending_error = fields.Text(
        "Why Sending Stopped", readonly=True, copy=False, tracking=True
    )
    is_planned = fields.Boolean(
        readonly=True, copy=False, help="Every recipient has a delivery."
    )
    plan_position = fields.Integer(
        readonly=True, copy=False, help="The highest record id that has been planned."
    )

    # ------------------------------------------------------------
    # Start
    # ------------------------------------------------------------

    def action_put_in_queue(self):
        self._check_may_be_sent()
        self.filtered(lambda mailing: mailing.state == "draft")._forget_plan()
        desk = self._desk_mailings()
        desk.write({"state": "in_queue"})
        desk._restart_plan()
        if desk:
            desk._wake_dispatcher(
                [date or fields.Datetime.now() for date in desk.mapped("schedule_date")]
            )
        standard = self - desk
        if standard:
            super(MailingMailing, standard).action_put_in_queue()
        return True

    def action_retry_sending(self):
        """Go on after the cause of ``sending_error`` was corrected."""
        self._write_sending({"sending_error": False})
        self._wake_dispatcher([fields.Datetime.now()])
        return True

    def action_retry_failed(self):
        desk = self._desk_mailings()
        failed = Domain("mass_mailing_id", "in", desk.ids)
        failed &= Domain("trace_status", "=", "error")
        self.env["mailing.trace"].search(failed).action_retry()
        standard = self - desk
        if standard:
            super(MailingMailing, standard).action_retry_failed()
        return True

    def _action_send_mail(self, res_ids=None):
        """Plan deliveries for these records (or all recipients) and start sending."""
        self._check_may_be_sent()
        desk = self._desk_mailings()
        for mailing in desk:
            if res_ids:
                planned = mailing._plan_records(res_ids)
            else:
                mailing._restart_plan()
                planned = mailing._write_plan()
            if not planned:
                raise UserError(self.env._("There are no recipients selected."))
            mailing.state = "sending"
        if desk:
            self.env["mailing.trace"]._wake_lanes()
        standard = self - desk
        return super(MailingMailing, standard)._action_send_mail(res_ids)

    def _restart_plan(self):
        """Have the plan looked through again; what is planned stays as it is."""
        self.write(
            {
                "sending_error": False,
                "cancel_reason": False,
                "is_planned": False,
                "plan_position": 0,
                **NOT_PAUSED,
            }
        )

    def _forget_plan(self):
        """Take back what was planned and never tried, before a mailing starts anew.

        It was cancelled before it began, and may have other recipients now, or Odoo's
        own engine, which mails nobody who has a row.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%s)
                   AND token IS NOT NULL
                   AND trace_status IN ('outgoing', 'cancel')
                   AND attempt_count = 0
                """,
                self.ids,
            )
        )
        self.env["mailing.trace"].invalidate_model()
        drawn = self.filtered("ab_share_from")
        drawn.write({"ab_share_from": False, "ab_share_to": False})

    @api.model
    def _wake_dispatcher(self, dates):
        """Have the dispatcher start at these times (now: within seconds)."""
        job = self.env.ref("campaign_desk.ir_cron_dispatch", raise_if_not_found=False)
        if job:
            job._trigger(dates)

    # ------------------------------------------------------------
    # Odoo's own queue leaves our mailings alone
    # ------------------------------------------------------------

    @api.model
    def _process_mass_mailing_queue(self):
        standard = self.with_context(campaign_desk_hide_unfinished=True)
        return super(MailingMailing, standard)._process_mass_mailing_queue()

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get("campaign_desk_hide_unfinished"):
            ours = Domain("delivery_engine", "=", "desk")
            ours &= Domain("mailing_type", "=", "mail")
            domain = Domain(domain) & (~ours | Domain("state", "=", "done"))
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------
    # Dispatcher
    # ------------------------------------------------------------

    @api.model
    def _cron_dispatch(self):
        """Plan what is due, look after workers that died, close what is finished."""
        commit = self.env["ir.cron"]._commit_progress
        self.env["utm.campaign"]._start_due_occurrences()
        due = self.search(self._due_domain())
        commit(remaining=len(due))
        for mailing in due:
            if not mailing._plan_in_chunks():
                self._wake_dispatcher([fields.Datetime.now()])  # goes on in a moment
                break
            commit(1)
        with open_queue(self.env) as queue:
            if recovered := queue.recover():
                _logger.warning("%s batches of dead workers were recovered", recovered)
            if resent := queue.resend_uncertain():
                _logger.info("%s uncertain deliveries are sent again", resent)
            commit()  # see what was recovered
            self.invalidate_model(["state"])
            self._cancelled_mailings()._take_out_waiting()
            self._reopen_unfinished()
            commit()
            if queue.due_flows():
                self.env["mailing.trace"]._wake_lanes()
        self.search([("state", "=", "sending")])._check_breaker()
        self.env["campaign.sending.account"]._advance_warmups()
        self._finish_sent()
        commit()
        self.env["utm.campaign"]._sync_states()
        commit(remaining=0)

    @api.model
    def _due_domain(self):
        """Return the domain of mailings that are to be planned now."""
        return (
            Domain("state", "in", ("in_queue", "sending"))
            & Domain("delivery_engine", "=", "desk")
            & Domain("mailing_type", "=", "mail")
            & Domain("is_planned", "=", False)
            & Domain("sending_error", "=", False)
            & (
                Domain("schedule_date", "=", False)
                | Domain("schedule_date", "<=", fields.Datetime.now())
            )
        )

    def _plan_in_chunks(self):
        """Plan this mailing, committing each chunk. Return False when time is over.

        Whatever is wrong with the mailing stays with it: the others go on.
        """
        self.ensure_one()
        commit = self.env["ir.cron"]._commit_progress
        try:
            # In a new transaction: a person may just have cancelled it.
            commit()
            if not self._lock_to_change().filtered_domain(self._due_domain()):
                return True
            if self.state == "in_queue":
                # shortens the links, and finds what is broken before anything leaves
                MailingRenderer(self._for_responsible())
                self.state = "sending"
            while self.state == "sending" and self._write_plan(chunks=1):
                self.env["mailing.trace"]._wake_lanes()
                if not commit() and not self.is_planned:
                    return False
        except TransactionRollbackError:  # somebody edits it: in the next run
            self.env.cr.rollback()
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # speaks of the database, not of the mailing
        except Exception as error:  # a template may raise anything
            self.env.cr.rollback()
            _logger.info(
                "Mailing %s cannot be planned: %s", self.id, type(error).__name__
            )
            self._hold_sending(explain(error, "The mailing cannot be sent"))
        return True

    def _write_plan(self, chunks=None):
        """Plan all recipients, or some chunks of them. Return how many chunks."""
        self.ensure_one()
        self._fix_ab_share()
        self.env.flush_all()
        plan = DeliveryPlan(self)
        written = 0
        while not self.is_planned and (chunks is None or written < chunks):
            last_id = plan.write_chunk(self.plan_position)
            if last_id is None:
                self.is_planned = True
                break
            self.plan_position = last_id
            written += 1
        self.env["mailing.trace"].invalidate_model()
        return written

    def _plan_records(self, res_ids):
        """Plan these recipients only. Return whether there were any."""
        self.env.flush_all()
        plan, last_id, planned = DeliveryPlan(self), 0, False
        while (last_id := plan.write_chunk(last_id, res_ids)) is not None:
            planned = True
        if self.state in ("draft", "done"):  # nothing else is to be planned
            self.is_planned = True
        self.env["mailing.trace"].invalidate_model()
        return planned

    def _for_responsible(self):
        """Return the mailing in its responsible's language and time zone, as Odoo."""
        user = self.user_id or self.write_uid or self.env.user
        return self.with_context(**user.with_user(user).context_get())

    def _hold_sending(self, reason):
        """Stop this mailing; the reason stands on it until a person goes on."""
        self.sending_error = reason

    @api.model
    def _reopen_unfinished(self):
        """Open mailings again that were closed while something came back to the queue.

        A person's retry, or a worker that was given up, may cross the closing.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mailing.id
                  FROM mailing_mailing mailing
                 WHERE mailing.state = 'done'
                   AND mailing.delivery_engine = 'desk'
                   AND mailing.cancel_reason IS NULL
                   AND mailing.sent_date > %s - interval '1 day'
                   AND EXISTS (
                        SELECT FROM mailing_trace trace
                         WHERE trace.mass_mailing_id = mailing.id
                           AND trace.trace_status = 'outgoing'
                           AND trace.token IS NOT NULL)
                """,
                UTC_NOW,
            )
        )
        closed = self.browse([mailing_id for (mailing_id,) in rows])
        closed._lock_to_change().write({"state": "sending"})

    @api.model
    def _finish_sent(self):
        """Close the mailings whose every delivery is decided."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mailing.id
                  FROM mailing_mailing mailing
                 WHERE mailing.state = 'sending'
                   AND mailing.delivery_engine = 'desk'
                   AND mailing.is_planned
                   AND NOT EXISTS (
                        SELECT FROM mailing_trace trace
                         WHERE trace.mass_mailing_id = mailing.id
                           AND trace.trace_status IN ('outgoing', 'process')
                           AND trace.token IS NOT NULL)
                """
            )
        )
        finished = self.browse([mailing_id for (mailing_id,) in rows])
        for mailing in finished._lock_to_change():
            mailing.write(
                {
                    "state": "done",
                    "sent_date": fields.Datetime.now(),
                    # Odoo's report on the day after, for the first sending only
                    "kpi_mail_required": not mailing.sent_date,
                    **NOT_PAUSED,
                }
            )

    def _lock_to_change(self):
        """Lock and return those of these mailings that nobody else is changing.

        Who changed one since this transaction began comes first as well. PostgreSQL
        calls that an error; for lanes that end together it is nothing but that, so the
        transaction goes on and the log hears nothing of it.
        """
        if not self:
            return self
        query = SQL(
            """
            SELECT id FROM mailing_mailing WHERE id = ANY(%s)
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            self.ids,
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                return self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        except TransactionRollbackError:
            return self.browse()

    # ------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------

    @api.model
    def _tracking_key(self):
        """Return the key that signs tokens of deliveries in this database."""
        return bytes.fromhex(hmac(self.env(su=True), "campaign_desk-delivery", "key"))

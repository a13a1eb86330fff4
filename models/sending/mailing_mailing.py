"""Sending: planning, start and end of a mailing."""

import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, hmac

from ...tools import delivery
from ..campaign.mailing_renderer import MailingRenderer
from .delivery_plan import DeliveryPlan
from .queue import open_queue

_logger = logging.getLogger(__name__)


class MailingMailing(models.Model):
    """How a mailing of the Campaign Desk engine passes Odoo's states:

    ============  ===============================================================
    ``in_queue``  waits for its time
    ``sending``   is planned and sent at once; stays until the last delivery is
                  decided, which may be hours when servers ask to come later
    ``done``      every delivery is decided
    ============  ===============================================================

    With ``sending_error`` set nothing is sent until a person has corrected the cause.
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
    ab_share_from = fields.Char(readonly=True, copy=False)
    ab_share_to = fields.Char(readonly=True, copy=False)
    waiting = fields.Integer(compute="_compute_progress")
    decided = fields.Integer(compute="_compute_progress")
    uncertain = fields.Integer(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")

    @api.depends("mailing_trace_ids.trace_status")
    def _compute_progress(self):
        counts = {}
        for mailing, status, failure, count in self.env["mailing.trace"]._read_group(
            [("mass_mailing_id", "in", self.ids)],
            ["mass_mailing_id", "trace_status", "failure_type"],
            ["__count"],
        ):
            by_kind = counts.setdefault(mailing.id, {})
            kind = "waiting" if status in ("outgoing", "process") else "decided"
            by_kind[kind] = by_kind.get(kind, 0) + count
            if failure == delivery.FAILURE_UNKNOWN and status == "error":
                by_kind["uncertain"] = count
        for mailing in self:
            by_kind = counts.get(mailing.id, {})
            mailing.waiting = by_kind.get("waiting", 0)
            mailing.decided = by_kind.get("decided", 0)
            mailing.uncertain = by_kind.get("uncertain", 0)
            total = mailing.waiting + mailing.decided
            mailing.progress = 100.0 * mailing.decided / total if total else 0.0

    # ------------------------------------------------------------
    # Start
    # ------------------------------------------------------------

    def action_put_in_queue(self):
        desk = self._desk_mailings()
        if standard := self - desk:
            super(MailingMailing, standard).action_put_in_queue()
        if desk:
            desk.write({"state": "in_queue"})
            desk._restart_plan()
            dates = desk.mapped("schedule_date")
            desk._wake_dispatcher([date or fields.Datetime.now() for date in dates])

    def action_retry_sending(self):
        """Go on after the cause of ``sending_error`` was corrected."""
        self.check_access("write")
        self.sending_error = False
        self._wake_dispatcher()
        self.env["mailing.trace"]._wake_lanes()

    def action_retry_failed(self):
        desk = self._desk_mailings()
        if standard := self - desk:
            super(MailingMailing, standard).action_retry_failed()
        failed = Domain("mass_mailing_id", "in", desk.ids) & Domain("trace_status", "=", "error")
        self.env["mailing.trace"].search(failed).action_retry()

    def _action_send_mail(self, res_ids=None):
        """Plan deliveries for these records (or all recipients) and start sending."""
        desk = self._desk_mailings()
        if standard := self - desk:
            super(MailingMailing, standard)._action_send_mail(res_ids)
        for mailing in desk:
            mailing._restart_plan()
            planned = mailing._write_plan(res_ids=res_ids)
            if not planned:
                raise UserError(self.env._("There are no recipients selected."))
            mailing.state = "sending"
        if desk:
            self.env["mailing.trace"]._wake_lanes()
        return True

    def _restart_plan(self):
        """Have the plan looked through again; what is planned stays as it is."""
        self.write({"sending_error": False, "is_planned": False, "plan_position": 0})

    @api.model
    def _wake_dispatcher(self, dates=None):
        dispatcher = self.env.ref("campaign_desk.ir_cron_dispatch")
        dispatcher._trigger(dates or None)

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
            ours = Domain("delivery_engine", "=", "desk") & Domain("mailing_type", "=", "mail")
            domain = Domain(domain) & (~ours | Domain("state", "=", "done"))
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------
    # Dispatcher
    # ------------------------------------------------------------

    @api.model
    def _cron_dispatch(self):
        """Plan what is due, look after workers that died, close what is finished."""
        with open_queue(self.env) as queue:
            if recovered := queue.recover():
                _logger.warning("%s batches of dead workers were recovered", recovered)
        due = self.search([
            ("state", "in", ("in_queue", "sending")),
            ("delivery_engine", "=", "desk"),
            ("mailing_type", "=", "mail"),
            ("is_planned", "=", False),
            ("sending_error", "=", False),
            "|", ("schedule_date", "=", False), ("schedule_date", "<=", fields.Datetime.now()),
        ])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(due))
        for mailing in due:
            if not mailing._plan_in_chunks():
                self._wake_dispatcher()  # the rest in a moment
                break
            commit(1)
        self.env["mailing.trace"]._wake_lanes()
        self._finish_sent()
        commit(remaining=0)

    def _plan_in_chunks(self):
        """Plan this mailing, committing each chunk. Return whether it is complete.

        Whatever is wrong with the mailing stays with it: the others go on.
        """
        self.ensure_one()
        try:
            if self.state == "in_queue":
                MailingRenderer(self)  # shortens the links and finds what is broken
                self.state = "sending"
            commit = self.env["ir.cron"]._commit_progress
            while self._write_plan(chunks=1):
                self.env["mailing.trace"]._wake_lanes()
                if commit(0) <= 0 and not self.is_planned:
                    return False
            return True
        except TransactionRollbackError:  # somebody edits it: in the next run
            self.env.cr.rollback()
        except Exception as error:  # a template may raise anything
            self.env.cr.rollback()
            _logger.info("Mailing %s cannot be planned", self.id, exc_info=True)
            self._hold_sending(str(error))
            self.env.cr.commit()
        return True

    def _write_plan(self, res_ids=None, chunks=None):
        """Plan all recipients, or some chunks of them. Return how many chunks."""
        self.ensure_one()
        self._fix_ab_share()
        self.env.flush_all()
        plan = DeliveryPlan(self)
        written = 0
        while not self.is_planned and (chunks is None or written < chunks):
            last_id = plan.write_chunk(self.plan_position, res_ids)
            if last_id is None:
                self.is_planned = True
                break
            self.plan_position = last_id
            written += 1
        self.env["mailing.trace"].invalidate_model()
        return written

    def _hold_sending(self, reason):
        """Stop this mailing; the reason stands on it until a person goes on."""
        self.sending_error = reason

    @api.model
    def _finish_sent(self):
        """Close the mailings whose every delivery is decided."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
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
        ))
        finished = self.browse([row[0] for row in self.env.cr.fetchall()])
        for mailing in finished.try_lock_for_update():
            mailing.write({
                "state": "done",
                "sent_date": fields.Datetime.now(),
                # Odoo's report on the day after, for the first sending only
                "kpi_mail_required": not mailing.sent_date,
            })

    # ------------------------------------------------------------
    # A/B test: the share of a version
    # ------------------------------------------------------------

    def _ab_hash(self, record_id):
        """Return SQL for the place of a record in this campaign's draw."""
        return SQL("hashint8extended(%s, %s)", record_id, self.campaign_id.id or self.id)

    def _ab_share(self, record_id):
        """Return SQL that tells whether a record belongs to this version's share."""
        return SQL(
            "%s BETWEEN %s AND %s",
            self._ab_hash(record_id),
            int(self.ab_share_from),
            int(self.ab_share_to),
        )

    def _fix_ab_share(self):
        """Draw this version's share, once.

        Recipients stand in the order of a hash; a version takes its percentage of all
        from those that no other version has. The borders are kept, so that a plan
        that is resumed draws nobody new.
        """
        if (
            not self.ab_testing_enabled
            or self.ab_testing_is_winner_mailing
            or self.ab_share_from
        ):
            return
        model = self.env[self.mailing_model_real]
        query = model._search(self._get_recipients_domain())
        record_id = SQL.identifier(query.table, "id")
        taken = [
            sibling._ab_share(record_id)
            for sibling in self._get_ab_testing_siblings_mailings() - self
            if sibling.ab_share_from
        ]
        place = self._ab_hash(record_id)
        free = SQL("NOT (%s)", SQL(" OR ").join(taken)) if taken else SQL("TRUE")
        places = query.select(SQL("%s AS place, %s AS free", place, free))
        self.env.cr.execute(SQL(
            """
            WITH places AS (%s),
            wanted AS (
                SELECT GREATEST(1, count(*) * %s / 100) AS number FROM places
            ), share AS (
                SELECT place FROM places WHERE free
                 ORDER BY place LIMIT (SELECT number FROM wanted)
            )
            SELECT min(place), max(place) FROM share
            """,
            places,
            self.ab_testing_pc,
        ))
        first, last = self.env.cr.fetchone()
        self.ab_share_from = str(first if first is not None else 1)
        self.ab_share_to = str(last if last is not None else 0)

    # ------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------

    @api.model
    def _tracking_key(self):
        """Return the key that signs tokens of deliveries in this database."""
        return bytes.fromhex(hmac(self.env(su=True), "campaign_desk-delivery", "key"))

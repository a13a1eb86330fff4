"""Response: the clocks that count down what a service level promises."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .assigning import DIGEST_FROM

# When the responsible is warned: this share of the time is used up.
WARN_AT = 0.75
PORTION = 200


class CampaignServiceClock(models.Model):
    """One promise for one reply: a first or next answer, or its end.

    ========  ==========================================================
    ok        runs, or waits for the customer
    warning   three quarters of the time are used up
    breached  the time is over; once stopped, it was stopped too late
    met       stopped in time
    dropped   stopped because nobody had to keep the promise any more
    ========  ==========================================================

    It has stopped when it has ``stopped_at``, and it waits when it has ``paused_at``;
    then ``left_hours`` is what was left. Everything is counted in working hours of the
    team.
    """

    _name = "campaign.service.clock"
    _description = "Service Level Clock"
    _order = "response_id, started_at, id"
    _rec_name = "kind"

    response_id = fields.Many2one(
        "campaign.response", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="response_id.company_id", store=True)
    kind = fields.Selection(
        [("first", "First answer"), ("next", "Next answer"), ("resolution", "Done")],
        "Promise",
        required=True,
        readonly=True,
    )
    level_id = fields.Many2one(
        "campaign.service.level", "Service Level", readonly=True, ondelete="set null"
    )
    hours = fields.Float("Promised Hours", required=True, readonly=True)
    started_at = fields.Datetime(required=True, readonly=True)
    warn_at = fields.Datetime("Warns", readonly=True)
    deadline = fields.Datetime(readonly=True)
    paused_at = fields.Datetime("Waits Since", readonly=True)
    left_hours = fields.Float("Hours Left", readonly=True, aggregator=None)
    stopped_at = fields.Datetime("Stopped", readonly=True)
    used_hours = fields.Float("Hours Used", readonly=True, aggregator="avg")
    user_id = fields.Many2one(
        "res.users", "Stopped By", readonly=True, help="Who kept the promise, or not."
    )
    status = fields.Selection(
        [
            ("ok", "In time"),
            ("warning", "Nearly over"),
            ("breached", "Too late"),
            ("met", "Kept"),
            ("dropped", "Not needed"),
        ],
        required=True,
        readonly=True,
        default="ok",
    )

    _warn_idx = models.Index(
        "(warn_at) WHERE status = 'ok' AND stopped_at IS NULL AND paused_at IS NULL"
    )
    _breach_idx = models.Index(
        "(deadline) WHERE status IN ('ok', 'warning') AND stopped_at IS NULL"
        " AND paused_at IS NULL"
    )
    _one_running = models.UniqueIndex(
        "(response_id, kind) WHERE stopped_at IS NULL",
        "A reply has one clock of each kind at a time.",
    )

    # ------------------------------------------------------------
    # Starting and stopping
    # ------------------------------------------------------------

    def _calendar(self):
        return self.response_id.team_id.calendar_id

    def _left(self, now):
        """Return how many working hours are left at a moment; below 0 when late."""
        if self.paused_at or self.stopped_at:
            return self.left_hours
        if not self.deadline:
            return self.hours
        hours_between = self._calendar()._hours_between
        if now <= self.deadline:
            return hours_between(now, self.deadline, self.company_id)
        return -hours_between(self.deadline, now, self.company_id)

    def _wind(self, now, left):
        """Let the clock run from ``now`` on with so many working hours left."""
        calendar, company = self._calendar(), self.company_id
        deadline = calendar._deadline(now, max(left, 0), company)
        until_warning = left - (1 - WARN_AT) * self.hours
        warn_at = calendar._deadline(now, max(until_warning, 0), company)
        self.write(
            {
                "deadline": deadline if left > 0 else self.deadline or now,
                "warn_at": warn_at if left > 0 else False,
                "paused_at": False,
                "stopped_at": False,
                "user_id": False,
                "left_hours": 0,
                "status": self.status
                if self.status in ("warning", "breached")
                else "ok",
            }
        )

    def _pause(self, now):
        """Wait for the customer."""
        for clock in self.filtered(lambda one: not one.paused_at):
            clock.write({"left_hours": clock._left(now), "paused_at": now})

    def _resume(self, now):
        """Go on with what was left."""
        for clock in self.filtered(lambda one: one.paused_at or one.stopped_at):
            clock._wind(now, clock.left_hours)

    def _stop(self, now, user=None, is_needed=True):
        """Stop for good, or until the reply is opened again.

        :param is_needed: False: a promise that is not late was not needed in the end
        """
        for clock in self:
            left = clock._left(now)
            is_late = clock.status == "breached" or left < 0
            in_time = "met" if is_needed else "dropped"
            clock.write(
                {
                    "left_hours": left,
                    "used_hours": clock.hours - left,
                    "paused_at": False,
                    "stopped_at": now,
                    "user_id": (user or clock.response_id.user_id).id,
                    "status": "breached" if is_late else in_time,
                }
            )

    def _promise(self, level, hours, now):
        """Go on under another service level, with the time used so far."""
        for clock in self:
            used = clock.hours - clock._left(now)
            left = hours - used
            clock.write({"level_id": level.id, "hours": hours})
            if clock.paused_at:
                clock.left_hours = left
                continue
            clock.status = "ok" if left > 0 else clock.status
            clock._wind(now, left)

    # ------------------------------------------------------------
    # Watching
    # ------------------------------------------------------------

    @api.model
    def _cron_watch(self):
        """Warn and escalate what is due, in portions that are committed."""
        for step in (self._escalate_due, self._warn_due):
            while True:
                done = step(PORTION)
                if not self.env["ir.cron"]._commit_progress(done) or done < PORTION:
                    break

    @api.model
    def _running_domain(self):
        return Domain("stopped_at", "=", False) & Domain("paused_at", "=", False)

    @api.model
    def _warn_due(self, limit):
        """Warn who has a reply whose time is nearly over; return how many."""
        now = fields.Datetime.now()
        clocks = self.search(
            self._running_domain()
            & Domain("status", "=", "ok")
            & Domain("warn_at", "<=", now)
            & Domain("deadline", ">", now),
            order="warn_at, id",
            limit=limit,
        )
        clocks.status = "warning"
        for clock in clocks._without_storm():
            clock.response_id._warn(clock)
        return len(clocks)

    @api.model
    def _escalate_due(self, limit):
        """Tell the leader what is late, and make it more urgent; return how many."""
        clocks = self.search(
            self._running_domain()
            & Domain("status", "in", ["ok", "warning"])
            & Domain("deadline", "<=", fields.Datetime.now()),
            order="deadline, id",
            limit=limit,
        )
        clocks.status = "breached"
        for clock in clocks._without_storm():
            clock.response_id._escalate(clock)
        if len(clocks) >= DIGEST_FROM:
            clocks.response_id._tell_leaders_together()
        return len(clocks)

    def _without_storm(self):
        """Return these so that many tasks at once send no mail each."""
        if len(self) < DIGEST_FROM:
            return self
        return self.with_context(mail_activity_quick_update=True)

    @api.autovacuum
    def _gc_dropped(self):
        """Forget promises that nobody had to keep."""
        a_year_ago = fields.Datetime.now() - timedelta(days=365)
        self.search(
            [("status", "=", "dropped"), ("stopped_at", "<", a_year_ago)], limit=10000
        ).unlink()

"""Response: how a reply starts, stops and pauses the clocks of its service level."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .campaign_service_level import TARGETS

ACTIVITY = "campaign_desk.mail_activity_service_level"

# What decides which service level holds.
CHOOSING = {"team_id", "priority", "intent_ids"}
RUNNING = ("new", "open")


class CampaignResponse(models.Model):
    """An answer is a mail to the customer, not a note and not a change of state.

    The first one stops the first clock, later ones the next clock, which starts with
    each further mail of the customer. The last clock stops when the reply is done.
    While the reply waits for the customer, all of them wait.
    """

    _inherit = "campaign.response"

    service_level_id = fields.Many2one(
        "campaign.service.level", readonly=True, ondelete="set null", index=True
    )
    clock_ids = fields.One2many("campaign.service.clock", "response_id", "Clocks")
    first_answer_deadline = fields.Datetime(
        compute="_compute_deadlines", store=True, string="First Answer Until"
    )
    next_answer_deadline = fields.Datetime(
        compute="_compute_deadlines", store=True, string="Next Answer Until"
    )
    resolution_deadline = fields.Datetime(
        compute="_compute_deadlines", store=True, string="Done Until"
    )
    sla_deadline = fields.Datetime(
        "Due",
        compute="_compute_deadlines",
        store=True,
        index="btree_not_null",
        help="The next of the running deadlines.",
    )
    sla_status = fields.Selection(
        [
            ("ok", "In time"),
            ("warning", "Nearly over"),
            ("breached", "Too late"),
            ("met", "Kept"),
        ],
        "Service Level Status",
        compute="_compute_sla_status",
        store=True,
        index=True,
    )
    first_answer_hours = fields.Float(
        "Hours to First Answer",
        readonly=True,
        aggregator="avg",
        help="In working hours of the team.",
    )

    @api.depends("clock_ids.deadline", "clock_ids.stopped_at", "clock_ids.paused_at")
    def _compute_deadlines(self):
        for response in self:
            clocks = response.clock_ids.filtered(lambda one: not one.stopped_at)
            until = {one.kind: not one.paused_at and one.deadline for one in clocks}
            response.first_answer_deadline = until.get("first")
            response.next_answer_deadline = until.get("next")
            response.resolution_deadline = until.get("resolution")
            response.sla_deadline = min(filter(None, until.values()), default=False)

    @api.depends("clock_ids.status", "clock_ids.stopped_at")
    def _compute_sla_status(self):
        """Show the worst of what runs, and at the end whether all was kept."""
        for response in self:
            clocks = response.clock_ids
            running = clocks.filtered(lambda one: not one.stopped_at)
            statuses = set((running or clocks).mapped("status"))
            worst = ("breached", "warning", "ok", "met")
            response.sla_status = next((one for one in worst if one in statuses), False)

    # ------------------------------------------------------------
    # Which service level
    # ------------------------------------------------------------

    def _apply_service_level(self):
        """Have the clocks of the service level that fits; those that run go on."""
        now = fields.Datetime.now()
        # sudo: clocks are the desk's, not of who moves a reply
        todo = self.sudo().filtered(lambda one: one.team_id and one.state != "done")
        levels_of = {
            company: self.env["campaign.service.level"].sudo()._of_company(company)
            for company in todo.company_id
        }
        for response in todo:
            levels = levels_of[response.company_id]
            level = next(
                filter(lambda one, r=response: one._fits(r), levels), levels[:0]
            )
            if level != response.service_level_id:
                response.service_level_id = level
                response._promise(level, now)

    def _promise(self, level, now):
        """Start the clocks of a service level, and change or drop those that run."""
        running = self.clock_ids.filtered(lambda one: not one.stopped_at)
        for kind, field in TARGETS.items():
            hours = level[field] or 0
            clock = running.filtered(lambda one, kind=kind: one.kind == kind)
            if not hours:
                clock.unlink()
            elif clock:
                clock._promise(level, hours, now)
            elif kind in ("resolution", self._answer_due()):
                self._start_clock(kind, level, self.received_at)
        if self.state == "waiting":
            self._running_clocks()._pause(now)

    def _answer_due(self):
        """Return which answer a reply waits for at first, if it has none yet."""
        if self.first_answered_at:
            return None
        return "next" if self._is_continued() else "first"

    def _is_continued(self):
        """Return whether it goes on with a conversation that we have answered in."""
        before = self.browse()
        for name in {"parent_id", "conversation_id"} & self._fields.keys():
            before |= self[name]
        return any(one.first_answered_at for one in before - self)

    def _start_clock(self, kind, level, start):
        clock = self.env["campaign.service.clock"].create(
            {
                "response_id": self.id,
                "kind": kind,
                "level_id": level.id,
                "hours": level[TARGETS[kind]],
                "started_at": start,
            }
        )
        clock._wind(start, clock.hours)

    def _running_clocks(self, *kinds):
        # sudo: responders see the clocks, and stop them by what they do
        return self.sudo().clock_ids.filtered(
            lambda one: not one.stopped_at and (not kinds or one.kind in kinds)
        )

    # ------------------------------------------------------------
    # What happens to the reply
    # ------------------------------------------------------------

    def write(self, vals):
        """Follow a change of state, and of what decides on the service level."""
        before = {one.id: one.state for one in self} if "state" in vals else {}
        if "state" in vals and "closed_at" not in vals:
            is_done = vals["state"] == "done"
            vals = {**vals, "closed_at": is_done and fields.Datetime.now()}
        result = super().write(vals)
        now = fields.Datetime.now()
        for response in self if before else ():
            if before[response.id] != response.state:
                response._follow_state(before[response.id], now)
        if vals.keys() & CHOOSING and not self._is_quiet():
            self._apply_service_level()
        return result

    def _follow_state(self, before, now):
        """Pause, resume or stop the clocks after a change of state."""
        if before == "done":
            # sudo: see _running_clocks
            ended = self.sudo().clock_ids.filtered(
                lambda one: one.kind == "resolution" and one.stopped_at
            )
            ended[-1:]._resume(now)
        if self.state == "done":
            self._running_clocks("first", "next")._stop(now, is_needed=False)
            self._running_clocks("resolution")._stop(now)
            self._end_alarms()
        elif self.state == "waiting":
            self._running_clocks()._pause(now)
            self._end_alarms()
        else:
            self._running_clocks()._resume(now)
        if self.state != "new":
            self._opened()

    def _answered(self, user, at, state="waiting"):
        """Note that a person has answered; then it waits for the customer.

        Who answers what nobody has, has it from then on.
        """
        for response in self:
            # sudo: the clocks and stamps are kept by the desk
            response_sudo = response.sudo()
            values = {"last_answered_at": at, "silence_at": False}
            if not response.first_answered_at:
                calendar = response_sudo.team_id.calendar_id
                values["first_answered_at"] = at
                values["first_answer_hours"] = calendar._hours_between(
                    response.received_at, at, response.company_id
                )
            response._running_clocks("first", "next")._stop(at, user)
            response._end_alarms()
            if not response.user_id:
                values["user_id"] = user.id
            response_sudo._quietly().write(values)
            response_sudo.state = state

    def _customer_wrote(self, at):
        """Note that the customer has written again: it is somebody's turn to answer."""
        # sudo: mails come in as superuser or as nobody in particular
        for response in self.sudo():
            response.state = "open" if response.user_id else "new"
            level = response.service_level_id
            if (
                level.next_answer_hours
                and response.first_answered_at
                and not response._running_clocks("next")
            ):
                response._start_clock("next", level, at)
            if not response.user_id:
                response.team_id._wake_hand_out()

    # ------------------------------------------------------------
    # Alarms
    # ------------------------------------------------------------

    def _warn(self, clock):
        """Remind who has it that the time is nearly over; if nobody has, the leader."""
        user = self.user_id if self.user_id and self.user_id._may_answer() else None
        user = user or self.team_id.user_id
        if not user or not user._may_answer():
            return
        tz = user.tz or self.team_id.calendar_id.tz or "UTC"
        kind = dict(clock._fields["kind"]._description_selection(self.env))[clock.kind]
        until = format_datetime(self.env, clock.deadline, tz=tz, dt_format="EEE HH:mm")
        self.activity_schedule(
            ACTIVITY,
            date_deadline=fields.Datetime.context_timestamp(
                self.with_context(tz=tz), clock.deadline
            ).date(),
            summary=self.env._(
                "%(promise)s until %(time)s",
                promise=kind,
                time=until,
            ),
            user_id=user.id,
        )

    def _escalate(self, clock):
        """Tell the team's leader that a promise is broken, and raise the priority."""
        kind = dict(clock._fields["kind"]._description_selection(self.env))[clock.kind]
        note = self.env._(
            "Too late: “%(promise)s” was due within %(hours)g working hours "
            "(%(level)s).",
            promise=kind,
            hours=clock.hours,
            level=clock.level_id.name or self.env._("a service level that is gone"),
        )
        self._quietly().priority = str(min(int(self.priority or "0") + 1, 2))
        self._message_log(body=note)
        self._tell_leader(self.env._("Too late: %s", kind), note)

    def _tell_leaders_together(self):
        """Tell each leader in one message of many replies that are late."""
        for leader, responses in self.grouped(lambda one: one.team_id.user_id).items():
            if leader and leader._may_answer():
                env = responses.with_context(lang=leader.lang).env
                subject = env._("%s replies are late", len(responses))
                responses._notify_digest(leader, subject, "campaign_team_action")

    def _end_alarms(self):
        """Take back warnings that are not needed any more."""
        # sudo: the warning may be a colleague's
        self.sudo().activity_unlink([ACTIVITY])

    @api.model
    def _overdue_domain(self):
        """Return the domain of replies that somebody should have answered by now."""
        return Domain("sla_status", "=", "breached") & Domain("state", "in", RUNNING)

"""Hygiene: a check of the contacts of a list, and what it found."""

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, plaintext2html

from .hygiene_run import CHUNK, HygieneRun
from .hygiene_words import KINDS, MEANINGS

_logger = logging.getLogger(__name__)

AT_ONCE = 5_000  # contacts; more are looked at in the background
INTERVALS = {
    "weekly": relativedelta(weeks=1),
    "monthly": relativedelta(months=1),
}


class CampaignHygieneCheck(models.Model):
    """Looks at the contacts of a list, a segment, or all of them, again and again.

    =========  ===============================================================
    new        nobody has looked yet
    running    contacts are looked at, as far as ``position``
    done       ``finding_ids`` say what was found
    =========  ===============================================================
    """

    _name = "campaign.hygiene.check"
    _description = "Hygiene Check"
    _inherit = ["campaign.hygiene.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "last_run_at desc, id desc"
    _rec_name = "place"

    active = fields.Boolean(default=True)
    trap_days = fields.Integer(
        "Old after Days",
        default=365,
        required=True,
        help="Only contacts that have been there so long may be called a likely trap.",
    )
    interval = fields.Selection(
        [
            ("none", "Only by hand"),
            ("weekly", "Every week"),
            ("monthly", "Every month"),
        ],
        "Check",
        default="none",
        required=True,
    )
    next_run_at = fields.Datetime(
        "Next Check",
        compute="_compute_next_run_at",
        store=True,
        readonly=False,
        copy=False,
    )
    state = fields.Selection(
        [("new", "New"), ("running", "Running"), ("done", "Done")],
        default="new",
        required=True,
        readonly=True,
        copy=False,
    )
    position = fields.Integer(readonly=True, copy=False)
    run_number = fields.Integer(readonly=True, copy=False)
    contact_count = fields.Integer("Contacts", readonly=True, copy=False)
    checked_count = fields.Integer("Looked At", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    last_run_at = fields.Datetime("Last Check", readonly=True, copy=False)
    is_by_schedule = fields.Boolean(readonly=True, copy=False)
    finding_ids = fields.One2many("campaign.hygiene.finding", "check_id")
    action_ids = fields.One2many("campaign.hygiene.action", "check_id")
    open_count = fields.Integer("Findings", compute="_compute_counts")
    new_count = fields.Integer("New", compute="_compute_counts")
    action_count = fields.Integer("Actions", compute="_compute_action_count")
    summary = fields.Json(compute="_compute_summary")

    @api.depends("interval")
    def _compute_next_run_at(self):
        for check in self:
            step = INTERVALS.get(check.interval)
            start = check.last_run_at or fields.Datetime.now()
            check.next_run_at = step and start + step

    @api.depends("position", "checked_count", "contact_count", "state")
    def _compute_progress(self):
        for check in self:
            done = min(check.checked_count, check.contact_count)
            check.progress = 100.0 * done / check.contact_count if done else 0.0

    def _open_by_kind(self):
        """Return how many findings are open, and of them new, by check and kind."""
        self.env["campaign.hygiene.finding"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT finding.check_id, finding.kind, count(*),
                       count(*) FILTER (WHERE finding.first_run = run.run_number
                                          AND run.run_number > 1)
                  FROM campaign_hygiene_finding finding
                  JOIN campaign_hygiene_check run ON run.id = finding.check_id
                 WHERE finding.check_id = ANY(%s) AND finding.state = 'open'
                 GROUP BY finding.check_id, finding.kind
                """,
                self.ids,
            )
        )
        counts = {}
        for check_id, kind, count, new in rows:
            counts.setdefault(check_id, {})[kind] = (count, new)
        return counts

    @api.depends("finding_ids.state", "run_number")
    def _compute_counts(self):
        counts = self._open_by_kind()
        for check in self:
            numbers = counts.get(check.id, {}).values()
            check.open_count = sum(count for count, _new in numbers)
            check.new_count = sum(new for _count, new in numbers)

    @api.depends("action_ids")
    def _compute_action_count(self):
        groups = self.env["campaign.hygiene.action"]._read_group(
            [("check_id", "in", self.ids)], ["check_id"], ["__count"]
        )
        counts = {check.id: count for check, count in groups}
        for check in self:
            check.action_count = counts.get(check.id, 0)

    @api.depends("finding_ids.state", "run_number")
    @api.depends_context("lang")
    def _compute_summary(self):
        counts = self._open_by_kind()
        field = self.env["campaign.hygiene.finding"]._fields["kind"]
        labels = dict(field._description_selection(self.env))
        for check in self:
            numbers = counts.get(check.id, {})
            check.summary = [
                {
                    "kind": kind,
                    "label": labels[kind],
                    "meaning": str(self.env._(MEANINGS[kind])),
                    "count": numbers[kind][0],
                    "new": numbers[kind][1],
                }
                for kind, _label in KINDS
                if kind in numbers
            ]

    # ------------------------------------------------------------
    # Running
    # ------------------------------------------------------------

    def action_run(self):
        """Look at the contacts: at once if they are few, else in the background."""
        self.check_access("write")
        for check in self:
            if check.state == "running":
                raise UserError(
                    self.env._("“%s” is being checked already.", check.place)
                )
            check._begin(by_schedule=False)
            if check.contact_count <= AT_ONCE:
                check._run(commit=None)
            else:
                check._wake()
        return True

    def action_stop(self):
        """Stop looking; what was found so far stays."""
        self.check_access("write")
        self.filtered(lambda check: check.state == "running").state = "done"
        return True

    def action_refresh(self):
        """Show how far it is: the form reads itself again."""
        return True

    def _wake(self):
        job = self.env.ref("campaign_desk.ir_cron_hygiene")
        job.sudo()._trigger()  # sudo: waking a job, not changing it

    def _begin(self, by_schedule):
        self.ensure_one()
        if not self.run_number or not by_schedule:
            self._refresh_engagement()
        contacts = self.env["mailing.contact"].sudo()  # sudo: a number
        self.write(
            {
                "state": "running",
                "position": 0,
                "checked_count": 0,
                "contact_count": contacts.search_count(self._contacts_domain()),
                "run_number": self.run_number + 1,
                "is_by_schedule": by_schedule,
            }
        )

    def _refresh_engagement(self):
        """Count engagement, unless it was done lately."""
        job = self.env.ref("campaign_desk.ir_cron_engagement").sudo()  # sudo: a time
        day_ago = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        if not job.lastcall or job.lastcall < day_ago:
            self.env["campaign.engagement"].sudo()._refresh()  # sudo: figures

    @api.model
    def _cron_run(self):
        """Go on with checks that run, and begin those whose time has come."""
        commit = self.env["ir.cron"]._commit_progress
        due = self.search(
            [("state", "!=", "running"), ("next_run_at", "<=", fields.Datetime.now())]
        )
        for check in due:
            check._begin(by_schedule=True)
            step = INTERVALS.get(check.interval)
            check.next_run_at = step and fields.Datetime.now() + step
            commit()
        for check in self.search([("state", "=", "running")], order="id"):
            try:
                if not check._run(commit):
                    return
            except UserError as error:  # such as a segment that is broken
                self.env.cr.rollback()
                _logger.warning("Hygiene check %s has stopped: %s", check.id, error)
                check.state = "done"
                check._tell(self.env._("The check has stopped"), str(error))
            commit()

    def _run(self, commit):
        """Look at the rest of the contacts.

        :param commit: called after each chunk; what it returns says whether there is
            time to go on.
        :return: whether the run is over.
        """
        self_sudo = self.sudo()  # sudo: findings are the run's to write
        run = HygieneRun(self_sudo)
        while run.do_chunk():
            if commit and not commit(CHUNK):
                return False
        run.finish()
        self_sudo.write({"state": "done", "last_run_at": fields.Datetime.now()})
        if self.is_by_schedule:
            self_sudo._tell_result()
        return True

    # ------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------

    def _tell_result(self):
        """Tell who is responsible what is new, if anything is."""
        self.invalidate_recordset(["open_count", "new_count", "summary"])
        check = self.with_context(lang=self.user_id.lang)
        fresh = [row for row in check.summary if row["new"]]
        if self.run_number == 1:
            fresh = check.summary
        if not fresh:
            return
        summary = check.env._(
            "%(count)s findings, %(new)s new: %(place)s",
            count=self.open_count,
            new=self.new_count or self.open_count,
            place=check.place,
        )
        lines = [
            check.env._(
                "%(kind)s: %(new)s new, %(count)s in all",
                kind=row["label"],
                new=row["new"] or row["count"],
                count=row["count"],
            )
            for row in fresh
        ]
        since = format_date(check.env, fields.Date.today())
        self._tell(
            summary,
            "\n".join([check.env._("Checked on %s.", since), "", *lines]),
        )

    def _tell(self, summary, text):
        """Leave one open activity: the last result."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.activity_ids.filtered(
            lambda activity: activity.automated and activity.user_id == self.user_id
        ).unlink()
        self.activity_schedule(
            activity_type_id=todo.id,
            summary=summary,
            note=plaintext2html(text),
            user_id=self.user_id.id,
            automated=True,
        )

    # ------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------

    def action_view_findings(self, kind=None):
        """Open what is to be done, or one kind of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_hygiene_finding_action"
        )
        domain = [("check_id", "=", self.id)]
        if kind:
            domain.append(("kind", "=", kind))
            field = self.env["campaign.hygiene.finding"]._fields["kind"]
            action["name"] = dict(field._description_selection(self.env))[kind]
        context = {"search_default_filter_open": 1}
        if not kind:
            context["search_default_group_kind"] = 1
        return {**action, "domain": domain, "context": context}

    def action_view_actions(self):
        """Open what was done about the findings."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_hygiene_action_action"
        )
        return {**action, "domain": [("check_id", "=", self.id)], "context": {}}

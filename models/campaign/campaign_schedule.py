"""Campaign: when it leaves, once or again and again, by the clock of its time zone."""

import logging
from datetime import datetime, time

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_datetime, plaintext2html

from odoo.addons.base.models.res_partner import _tz_get

from ...tools import recurrence

_logger = logging.getLogger(__name__)

# The names that Odoo's widget for days of the week looks for.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHEDULE_FIELDS = (
    "schedule_type",
    "start_day",
    "start_time",
    "timezone",
    "recurrence_unit",
    "recurrence_interval",
    "recurrence_until",
    *WEEKDAYS,
)


class UtmCampaign(models.Model):
    """Day and hour are those of the campaign's time zone; ``schedule_date`` is what
    they are in UTC. A recurring campaign makes a copy of its mail, an *occurrence*, for
    each of its times; the mail itself stays a draft.
    """

    _inherit = "utm.campaign"

    schedule_type = fields.Selection(
        [
            ("now", "Send Now"),
            ("scheduled", "At a Certain Time"),
            ("recurring", "Again and Again"),
        ],
        string="Schedule",
        default="now",
        required=True,
        tracking=True,
    )
    start_day = fields.Date("Day", tracking=True)
    start_time = fields.Float("Time of Day", default=9.0, tracking=True)
    timezone = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        tracking=True,
        default=lambda self: (
            self.env.user.tz or self.env.company.partner_id.tz or "UTC"
        ),
    )
    schedule_date = fields.Datetime(
        "Scheduled For",
        compute="_compute_schedule_date",
        inverse="_inverse_schedule_date",
        store=True,
        readonly=False,
        help="The same in your own time zone.",
    )

    recurrence_unit = fields.Selection(
        [
            (recurrence.DAY, "Days"),
            (recurrence.WEEK, "Weeks"),
            (recurrence.MONTH, "Months"),
        ],
        default=recurrence.WEEK,
        tracking=True,
    )
    recurrence_interval = fields.Integer("Every", default=1, tracking=True)
    mon = fields.Boolean(tracking=True)
    tue = fields.Boolean(tracking=True)
    wed = fields.Boolean(tracking=True)
    thu = fields.Boolean(tracking=True)
    fri = fields.Boolean(tracking=True)
    sat = fields.Boolean(tracking=True)
    sun = fields.Boolean(tracking=True)
    recurrence_until = fields.Date("Last Day", tracking=True)
    is_recurring = fields.Boolean(
        "Recurring Now",
        readonly=True,
        copy=False,
        help="Occurrences are made and sent at their times.",
    )
    next_occurrence_at = fields.Datetime(
        "Next Time", readonly=True, copy=False, index="btree_not_null"
    )
    upcoming_times = fields.Text(compute="_compute_upcoming_times")

    @api.depends("schedule_type", "start_day", "start_time", "timezone")
    def _compute_schedule_date(self):
        for campaign in self:
            campaign.schedule_date = (
                campaign.schedule_type != "now"
                and campaign.start_day
                and recurrence.to_utc(campaign._wall_start(), campaign.timezone)
            )

    def _inverse_schedule_date(self):
        for campaign in self.filtered("schedule_date"):
            zone = campaign.timezone
            wall = recurrence.to_wall(campaign.schedule_date, zone)
            campaign.start_day = wall.date()
            campaign.start_time = wall.hour + wall.minute / 60
            if campaign.schedule_type == "now":
                campaign.schedule_type = "scheduled"

    @api.depends("next_occurrence_at", *SCHEDULE_FIELDS)
    def _compute_upcoming_times(self):
        """The next times in words, so that a rhythm can be checked by looking."""
        for campaign in self:
            campaign.upcoming_times = False
            if campaign.schedule_type == "recurring" and campaign.start_day:
                now = fields.Datetime.now()
                coming = campaign._recurrence().after(now)
                times = [due for _index, due in zip(range(3), coming, strict=False)]
                campaign.upcoming_times = "\n".join(
                    format_datetime(
                        self.env, due, tz=campaign.timezone, dt_format="short"
                    )
                    for due in times
                ) or self.env._("There is no such time any more.")

    @api.constrains("start_time")
    def _check_start_time(self):
        if any(not 0 <= campaign.start_time < 24 for campaign in self):
            raise ValidationError(
                self.env._("The time of day is between 00:00 and 23:59.")
            )

    @api.constrains("schedule_type", "recurrence_interval", "start_day")
    def _check_recurrence(self):
        for campaign in self.filtered(lambda one: one.schedule_type == "recurring"):
            if not 1 <= campaign.recurrence_interval <= 366:
                raise ValidationError(
                    self.env._(
                        "A campaign recurs every 1 to 366 days, weeks or months."
                    )
                )

    def _wall_start(self):
        """Return the start as the clock of the campaign's time zone shows it."""
        minutes = min(round(self.start_time * 60), 24 * 60 - 1)
        return datetime.combine(self.start_day, time(*divmod(minutes, 60)))

    def _recurrence(self):
        """Return the :class:`Recurrence` of the campaign."""
        return recurrence.Recurrence(
            start=self._wall_start(),
            zone=self.timezone,
            unit=self.recurrence_unit,
            interval=max(self.recurrence_interval, 1),
            weekdays=tuple(
                number for number, name in enumerate(WEEKDAYS) if self[name]
            ),
            until=self.recurrence_until or None,
        )

    @api.model
    def _fields_for_mails(self):
        return super()._fields_for_mails() | {*SCHEDULE_FIELDS, "schedule_date"}

    def _values_for_mails(self):
        values = super()._values_for_mails()
        if self.schedule_type == "scheduled" and self.schedule_date:
            values["schedule_type"] = "scheduled"
            values["schedule_date"] = self.schedule_date
        return values

    # ------------------------------------------------------------
    # Recurring
    # ------------------------------------------------------------

    def _start_recurring(self):
        """Have occurrences made from now on."""
        self.ensure_one()
        if not self.mail_id:
            raise UserError(
                self.env._(
                    "A recurring campaign has one mail, which is sent again and again. "
                    "Make a campaign of its own for each of the others."
                )
            )
        if not self.start_day:
            raise UserError(self.env._("Choose the day on which it is sent first."))
        due = self._recurrence().next_after(fields.Datetime.now())
        if not due:
            raise UserError(
                self.env._(
                    "All its times are past. Choose a later last day, or remove it."
                )
            )
        self.write({"is_recurring": True, "next_occurrence_at": due})
        self.env["mailing.mailing"]._wake_dispatcher([due])

    def _stop_recurring(self):
        self.filtered("is_recurring").write(
            {"is_recurring": False, "next_occurrence_at": False}
        )

    @api.model
    def _start_due_occurrences(self):
        """Send the occurrences that are due, each campaign in a transaction of its own.

        Times that were missed (nobody runs the jobs at night, say) are made up for by
        one occurrence. What goes wrong with one campaign stops that one only.
        """
        commit = self.env["ir.cron"]._commit_progress
        due = self.search(
            [
                ("is_recurring", "=", True),
                ("next_occurrence_at", "<=", fields.Datetime.now()),
            ]
        )
        for campaign in due:
            try:
                commit()
                campaign._start_occurrence()
                commit()
            except TransactionRollbackError:  # somebody edits it: in the next run
                self.env.cr.rollback()
            except UserError as error:
                self.env.cr.rollback()
                _logger.info("Campaign %s cannot recur: %s", campaign.id, type(error))
                campaign._hold_recurring(str(error))

    def _start_occurrence(self):
        """Copy the mail for the time that is due, queue it, and note the next time."""
        self.env.cr.execute(
            SQL(
                """
                SELECT FROM utm_campaign
                 WHERE id = %s AND is_recurring AND next_occurrence_at <= %s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                self.id,
                fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        if not self.env.cr.rowcount:
            return
        now = fields.Datetime.now()
        rhythm = self._recurrence()
        due = rhythm.last_until(now) or self.next_occurrence_at
        following = rhythm.next_after(now)
        self.write(
            {"next_occurrence_at": following or False, "is_recurring": bool(following)}
        )
        if following:
            self.env["mailing.mailing"]._wake_dispatcher([following])
        if not self.mail_id._has_recipients():
            when = format_datetime(self.env, due, tz=self.timezone, dt_format="short")
            self.message_post(
                body=self.env._("There was nobody to send the mail of %s to.", when)
            )
            return
        occurrence = self.mail_id.with_context(lang=self.user_id.lang).copy(
            {
                "campaign_id": self.id,
                "occurrence_of_id": self.mail_id.id,
                "occurrence_at": due,
                "schedule_type": "now",
                "use_exclusion_list": self.mail_id.use_exclusion_list,
            }
        )
        occurrence.action_put_in_queue()

    def _hold_recurring(self, reason):
        """Stop recurring, and tell who is responsible why."""
        self._stop_recurring()
        self._sync_state()
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("The campaign has stopped recurring"),
            note=plaintext2html(reason),
            user_id=self.user_id.id,
        )

"""Sending: the hours and days at which a mailing may reach people."""

import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.send_windows import SendWindow, clock_at

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class CampaignSendWindow(models.Model):
    """When mails may leave, by the clock of each recipient where it is known.

    Hours that end before they begin go on past midnight and belong to the day on which
    they begin. On a day off nothing leaves.
    """

    _name = "campaign.send.window"
    _description = "Send Window"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Blank: all of them."
    )
    hour_from = fields.Float("From", default=8.0, required=True)
    hour_to = fields.Float("To", default=18.0, required=True)
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Days Off",
        check_company=True,
        help="Nothing is sent on the public holidays of this working schedule and of "
        "its company. A holiday of a few hours counts as a day.",
    )

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for window in self:
            if not (0 <= window.hour_from < 24 and 0 <= window.hour_to <= 24):
                raise ValidationError(
                    self.env._(
                        "The hours of “%s” must lie between 0:00 and 24:00.",
                        window.name,
                    )
                )
            if window._minute("hour_from") == window._minute("hour_to"):
                raise ValidationError(
                    self.env._(
                        "“%s” opens and closes at the same time. For whole days take "
                        "0:00 to 24:00.",
                        window.name,
                    )
                )

    @api.constrains(*WEEKDAYS)
    def _check_weekdays(self):
        for window in self:
            if not window._weekdays():
                raise ValidationError(
                    self.env._(
                        "“%s” is open on no day, so that nothing would ever be sent. "
                        "Choose a day.",
                        window.name,
                    )
                )

    def write(self, vals):
        """Look again at what waits for a window that changes."""
        result = super().write(vals)
        if vals.keys() & {"hour_from", "hour_to", "calendar_id", *WEEKDAYS}:
            # sudo: whoever may change a window may not see every mailing that has it
            mailings_sudo = self.env["mailing.mailing"].sudo()
            mailings_sudo.search([("send_window_id", "in", self.ids)])._look_again()
        return result

    # ------------------------------------------------------------
    # As a value
    # ------------------------------------------------------------

    def _as_window(self, now):
        """Return the window, with its days off from ``now`` on."""
        self.ensure_one()
        return SendWindow(
            days=self._weekdays(),
            opens=self._minute("hour_from"),
            closes=self._minute("hour_to"),
            days_off=self._days_off(now),
        )

    def _weekdays(self):
        return frozenset(day for day, name in enumerate(WEEKDAYS) if self[name])

    def _minute(self, field):
        return round(self[field] * 60)

    def _days_off(self, now):
        """Return the dates of the holidays that are not over."""
        calendar = self.calendar_id
        if not calendar:
            return frozenset()
        a_day = datetime.timedelta(days=1)
        # As in Odoo, a holiday without a schedule is one of all schedules.
        holidays = self.env["resource.calendar.leaves"].search_fetch(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & Domain("calendar_id", "in", [False, calendar.id])
            & Domain("company_id", "in", [False, calendar.company_id.id])
            & Domain("date_to", ">", now - 2 * a_day),
            ["date_from", "date_to"],
        )
        tz = pytz.timezone(calendar.tz)
        dates = set()
        for holiday in holidays:
            last_moment = holiday.date_to - datetime.timedelta(seconds=1)
            day, last = (
                clock_at(moment, tz).date()
                for moment in (holiday.date_from, last_moment)
            )
            while day <= last:
                dates.add(day)
                day += a_day
        return frozenset(dates)

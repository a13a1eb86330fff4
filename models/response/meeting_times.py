"""Response: when to meet: the times that a writer names, and what calendars leave free.

Calendars are Odoo's: what Google and Microsoft synchronize is in there.
"""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.tools import format_datetime

from ...tools import invitations
from ...tools import meeting_slots as slots
from ..sending.recipient_zones import known_zone

_MOST_CHOICES = 6
_MOST_FILES = 5


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def get_meeting_choices(self):
        """Return times to meet: those that the writer names, else free ones.

        :return: a list of dictionaries: ``start`` (in UTC, ISO 8601), ``label``,
            ``is_named`` (by the writer), ``is_free`` (for who is responsible).
        """
        self.ensure_one()
        self.check_access("read")
        return self._meeting_choices(self.user_id or self.env.user)

    def _meeting_choices(self, host):
        """Return times to meet ``host``, as :meth:`get_meeting_choices`."""
        company = self.company_id
        length = timedelta(minutes=company.response_meeting_minutes)
        air = timedelta(minutes=company.response_meeting_buffer)
        earliest = self._now() + timedelta(hours=company.response_meeting_notice)
        named = self._named_times(host)
        last = earliest + timedelta(days=company.response_meeting_days)
        last = max([last, *(end for _start, end, _exact in named)])
        busy = self._busy_spans(host, self._now(), last + timedelta(days=1))
        work = self._work_spans(host, self._now(), last)
        exact = [start for start, _end, is_exact in named if is_exact]
        chosen = {
            start: (True, slots.is_free(start, length, busy))
            for start in exact
            if start >= self._now()
        }
        for start, end, is_exact in named:
            if not is_exact:
                window = slots.overlap(work, [(start, end)])
                free = slots.free_times(
                    window, busy, length, buffer=air, earliest=earliest
                )
                for moment in slots.spread(free, 2):
                    chosen.setdefault(moment, (True, True))
        if not any(is_free for _named, is_free in chosen.values()):
            good = slots.overlap(work, self._writers_day(earliest, last)) or work
            free = slots.free_times(good, busy, length, buffer=air, earliest=earliest)
            for moment in slots.spread(free, 3):
                chosen.setdefault(moment, (False, True))
        return [
            {
                "start": fields.Datetime.to_string(start.replace(tzinfo=None)),
                "label": self._moment_label(start, host),
                "is_named": is_named,
                "is_free": is_free,
            }
            for start, (is_named, is_free) in sorted(chosen.items())[:_MOST_CHOICES]
        ]

    # ------------------------------------------------------------
    # The writer
    # ------------------------------------------------------------

    def _writer_zone(self):
        """Return the name of the writer's time zone, or None when it is not known."""
        # sudo: responders need not have rights on contacts
        person_sudo = self._person_sudo(create=False)
        country_sudo = person_sudo.country_id or self.sudo().contact_id.country_id
        year = fields.Date.context_today(self).year
        return known_zone(person_sudo.tz, country_sudo.code, year)

    def _writers_day(self, first, last):
        zone = self._writer_zone()
        return slots.daytime(first, last, zone) if zone else []

    def _named_times(self, host):
        """Return the times that the writer names, in UTC.

        :return: a list of begin, end and whether it is an exact time; without an exact
            one, the meeting may be anywhere in between.
        """
        length = timedelta(minutes=self.company_id.response_meeting_minutes)
        found = [
            (start, start + length, True) for start in self._times_in_invitations()
        ]
        usual = self._writer_zone() or host.tz or self.company_id.partner_id.tz
        for named in self.meeting_times or []:
            tz = pytz.timezone(slots.zone_of(named.get("zone")) or usual or "UTC")
            try:
                start = datetime.fromisoformat(named["start"])
                end = named.get("end") and datetime.fromisoformat(named["end"])
            except (KeyError, TypeError, ValueError):
                continue  # analysed by somebody's own engine
            is_exact = named.get("precision") == "minute"
            if not end or end <= start:
                end = datetime.combine(start + timedelta(days=1), time())
            found.append((_in_utc(start, tz), _in_utc(end, tz), is_exact))
        return found

    def _times_in_invitations(self):
        """Return when the invitations begin that the writer has attached."""
        if not self.id:
            return []
        # sudo: files of a response are for those who may see it
        files_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("mimetype", "=like", "text/calendar%"),
                ],
                limit=_MOST_FILES,
            )
        )
        answers = [invitations.read(file.raw or b"") for file in files_sudo]
        return [one.start for one in answers if one and one.start]

    # ------------------------------------------------------------
    # Our side
    # ------------------------------------------------------------

    def _now(self):
        return pytz.utc.localize(fields.Datetime.now())

    def _busy_spans(self, host, first, last):
        """Return when somebody is busy, whatever is planned there, in UTC."""
        return [span for span, _event in self._busy_events_sudo(host, first, last)]

    def _busy_events_sudo(self, host, first, last):
        """Return pairs of a span, in UTC, in which somebody is busy, and the event."""
        # sudo: that somebody is busy is told of private meetings too, never with what
        partner_sudo = host.sudo().partner_id
        found = partner_sudo._get_busy_calendar_events(first, last)
        tz = pytz.timezone(host.tz or "UTC")
        busy = []
        for event in found.get(partner_sudo.id, []):
            attendee = event.attendee_ids.filtered(
                lambda one: one.partner_id == partner_sudo
            )
            if attendee.state == "declined":
                continue
            start, stop = pytz.utc.localize(event.start), pytz.utc.localize(event.stop)
            if event.allday:
                days = event.start_date, event.stop_date + timedelta(days=1)
                start, stop = (
                    _in_utc(datetime.combine(day, time()), tz) for day in days
                )
            busy.append(((start, stop), event))
        return busy

    def _work_spans(self, host, first, last):
        """Return when somebody is at work, in UTC, without leave and holidays."""
        host_sudo = host.sudo()  # sudo: when a colleague works, not where or on what
        resource_sudo = host_sudo.resource_ids.filtered(
            lambda one: one.company_id in (self.company_id, False)
        )[:1]
        calendar_sudo = (
            resource_sudo.calendar_id or self.company_id.sudo().resource_calendar_id
        )
        if not calendar_sudo:
            return slots.daytime(first, last, host.tz or "UTC")
        found = calendar_sudo._work_intervals_batch(
            first, last, resources=resource_sudo or None
        )
        return [
            (start.astimezone(pytz.utc), stop.astimezone(pytz.utc))
            for start, stop, _attendance in found[resource_sudo.id]
        ]

    def _moment_label(self, moment, host):
        """Return a time as people say it, with the writer's clock if it differs."""
        ours, theirs = host.tz or "UTC", self._writer_zone()
        naive = moment.replace(tzinfo=None)
        label = format_datetime(self.env, naive, tz=ours, dt_format="EEE d MMM, HH:mm")
        if theirs and _offset(moment, theirs) != _offset(moment, ours):
            clock = format_datetime(self.env, naive, tz=theirs, dt_format="EEE HH:mm")
            label = self.env._(
                "%(ours)s (for them %(theirs)s)", ours=label, theirs=clock
            )
        return label

    def _time_for_writer(self, start, host):
        """Return a time for an answer: on the writer's clock, with its name."""
        zone = self._writer_zone() or host.tz or "UTC"
        naive = fields.Datetime.to_datetime(start)
        return format_datetime(
            self.env, naive, tz=zone, dt_format="EEEE d MMMM, HH:mm (zzzz)"
        )


def _in_utc(naive, tz):
    if naive.tzinfo:
        return naive.astimezone(pytz.utc)
    return tz.localize(naive).astimezone(pytz.utc)


def _offset(moment, zone):
    return moment.astimezone(pytz.timezone(zone)).utcoffset()

"""Response: a meeting, booked at one click and moved when the guest asks for it."""

from datetime import datetime, timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import meeting_slots as slots

_FARTHEST = timedelta(days=366)
# What was booked since then was not there when the screen was shown.
_JUST_NOW = timedelta(minutes=5)


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    meeting_id = fields.Many2one(
        "calendar.event",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    def _offers_meeting(self):
        if not self._address():
            return []
        host = self.user_id or self.env.user
        choices = self._meeting_choices(host)
        best = next((one for one in choices if one["is_free"]), None)
        return [
            {
                "key": "-",
                "params": {
                    "start": best and best["start"],
                    "minutes": self.company_id.response_meeting_minutes,
                },
                "choices": choices,
                "confirm": self.env._(
                    "An invitation goes to %(guest)s in the name of %(host)s.",
                    guest=self._address(),
                    host=host.name,
                ),
            }
        ]

    def _do_meeting(self, act, params):
        host = self.user_id or self._clicker()
        guest_sudo = self._person_sudo()
        if not guest_sudo.email:
            raise UserError(self.env._("A meeting needs the address of the guest."))
        start = self._read_start(params) if params else self._only_named_time(host)
        minutes = self._read_minutes(params)
        self._hold(host)
        if not params.get("anyway"):
            self._check_free(host, start, timedelta(minutes=minutes))
        # sudo: who may change the response may book for who is responsible for it
        events_sudo = self.env["calendar.event"].sudo()
        event_sudo = events_sudo.create(
            self._prepare_meeting_values(host, guest_sudo, start, minutes)
        )
        self.sudo().meeting_id = event_sudo
        when = self._moment_label(start.replace(tzinfo=timezone.utc), host)
        return {
            "res_model": "calendar.event",
            "res_id": event_sudo.id,
            "summary": self.env._("Meeting on %s", when),
            "offer": {**(act.offer or {}), "choices": []},
        }

    def _undo_meeting(self, act):
        event_sudo = act._target()
        if event_sudo:
            event_sudo.unlink()  # which tells the guests
        self.sudo().meeting_id = False

    def _prepare_meeting_values(self, host, guest_sudo, start, minutes):
        who = guest_sudo.commercial_company_name or guest_sudo.name
        events = self.env["calendar.event"]
        values = {
            "name": self.env._(
                "%(guest)s – %(company)s", guest=who, company=self.company_id.name
            ),
            "start": start,
            "stop": start + timedelta(minutes=minutes),
            "allday": False,
            "user_id": host.id,
            "partner_ids": [(6, 0, (host.partner_id + guest_sudo).ids)],
            "opportunity_id": self.sudo().lead_id.id,
            "campaign_response_id": self.id,
            "description": False,
            "activity_ids": False,
        }
        if self.company_id.response_meeting_video:
            values["videocall_location"] = events.get_discuss_videocall_location()
        return values

    def _only_named_time(self, host):
        """Return the one exact time that the writer named, as naive UTC."""
        exact = [start for start, _end, is_exact in self._named_times(host) if is_exact]
        if len(set(exact)) != 1:
            raise UserError(
                self.env._("choose a time: the writer names no single one.")
            )
        return self._check_start(exact[0].replace(tzinfo=None))

    def _read_start(self, params):
        try:
            start = datetime.fromisoformat(str(params.get("start") or ""))
        except ValueError:
            raise UserError(self.env._("Choose a time for the meeting."))
        if start.tzinfo:
            start = start.astimezone(timezone.utc).replace(tzinfo=None)
        return self._check_start(start)

    def _check_start(self, start):
        now = fields.Datetime.now()
        if not now <= start <= now + _FARTHEST:
            raise UserError(self.env._("Choose a time from now on, within one year."))
        return start

    def _read_minutes(self, params):
        usual = self.company_id.response_meeting_minutes
        try:
            minutes = int(params.get("minutes") or usual)
        except (TypeError, ValueError):
            minutes = 0
        if not 5 <= minutes <= 480:
            raise UserError(self.env._("A meeting lasts 5 to 480 minutes."))
        return minutes

    def _hold(self, host):
        """Have bookings of one host happen one after the other, each seeing the last.

        A lock alone, advisory or FOR UPDATE, would not do: Odoo's transactions are
        REPEATABLE READ, so who waited for it would go on with what it saw before, when
        the host was free. That is why the host's row is written, with what is in it.
        Who comes second waits for the first, and if that commits, PostgreSQL refuses
        (a serialization failure). Odoo then repeats the request, and the job the reply,
        in a new transaction, which sees the meeting of the first.

        To be called before anything goes out that cannot be taken back.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE res_users SET write_date = write_date WHERE id = ANY(%s)",
                host.ids,
            ),
            log_exceptions=False,  # to come second is no error
        )

    def _check_free(self, host, start, length, moved=None):
        """Check that nothing of the host's is in the way, but the meeting to move."""
        begin = start.replace(tzinfo=timezone.utc)
        busy = self._busy_events_sudo(host, begin - length, begin + 2 * length)
        for span, event_sudo in busy:
            if event_sudo != moved and not slots.is_free(begin, length, [span]):
                raise UserError(self._busy_message(host, span[0], event_sudo))

    def _busy_message(self, host, begin, event_sudo):
        if event_sudo.create_date < fields.Datetime.now() - _JUST_NOW:
            return self.env._("%s is busy then. Choose another time.", host.name)
        return self.env._(
            "%(host)s has just been booked for %(when)s. Choose another time.",
            host=host.name,
            when=self._moment_label(begin, host),
        )

    def action_view_meeting(self):
        """Open the meeting."""
        self.ensure_one()
        self.check_access("read")
        return self.meeting_id._get_records_action()

    # ------------------------------------------------------------
    # Another time
    # ------------------------------------------------------------

    def _offers_reschedule(self):
        counter = self.meeting_id.sudo().campaign_counter  # sudo: part of the response
        if not counter:
            return []
        return [self._reschedule_offer(counter)]

    def _reschedule_offer(self, counter):
        start = fields.Datetime.to_datetime(counter["start"])
        host = self.meeting_id.user_id or self.env.user
        label = self._moment_label(start.replace(tzinfo=timezone.utc), host)
        return {
            "key": counter["start"],
            "label": self.env._("Move the meeting to %s", label),
            "reason": counter.get("comment") or "",
            "params": {"key": counter["start"]},
            "confirm": self.env._("All guests get the new time."),
            "counter": counter,
        }

    def _propose_reschedule(self, counter):
        """Offer the time that a guest asks for instead."""
        # sudo: the log of acts is written by us alone
        acts_sudo = self.env["campaign.response.act"].sudo()
        offer = self._reschedule_offer(counter)
        others = acts_sudo.search(
            [
                ("response_id", "=", self.id),
                ("code", "=", "reschedule"),
                ("state", "=", "proposed"),
            ]
        )
        others.unlink()
        acts_sudo.search(
            [
                ("response_id", "=", self.id),
                ("code", "=", "reschedule"),
                ("key", "=", offer["key"]),
                ("state", "=", "done"),
            ]
        ) or acts_sudo.create(
            {
                "response_id": self.id,
                "code": "reschedule",
                "key": offer["key"],
                "offer": offer,
                "reason": self.env._("%s asks for another time.", counter["by"]),
            }
        )

    def _do_reschedule(self, act, params):
        counter = (act.offer or {}).get("counter") or {}
        event_sudo = self.meeting_id.sudo()  # sudo: as for booking
        if not event_sudo or not counter:
            raise UserError(self.env._("The meeting is no longer there."))
        before = [
            fields.Datetime.to_string(when)
            for when in (event_sudo.start, event_sudo.stop)
        ]
        start = self._check_start(fields.Datetime.to_datetime(counter["start"]))
        stop = fields.Datetime.to_datetime(counter["stop"])
        self._move_meeting(event_sudo, start, stop)
        event_sudo.campaign_counter = False
        host = event_sudo.user_id
        label = self._moment_label(start.replace(tzinfo=timezone.utc), host)
        return {
            "res_model": "calendar.event",
            "res_id": event_sudo.id,
            "summary": self.env._("Meeting moved to %s", label),
            "memory": {"before": before},
        }

    def _undo_reschedule(self, act):
        event_sudo = self.meeting_id.sudo()  # sudo: as for booking
        if event_sudo:
            start, stop = map(fields.Datetime.to_datetime, act.memory["before"])
            self._move_meeting(event_sudo, start, stop)

    def _move_meeting(self, event_sudo, start, stop):
        """Move a meeting to where its host is free."""
        self._hold(event_sudo.user_id)
        self._check_free(event_sudo.user_id, start, stop - start, moved=event_sudo)
        event_sudo.write({"start": start, "stop": stop})

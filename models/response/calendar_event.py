"""Response: meetings with people who answered, invited to as calendars understand it.

Odoo's own invitation mail carries a file without method and with a new identity each
time. Here the same mail, and no other, carries a REQUEST with an identity that stays
and a count of changes; the end of a meeting is told by a CANCEL. Where Google or
Microsoft synchronize the calendar, they invite, and Odoo does not.
"""

import uuid
from datetime import timezone

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_domain_extract, email_normalize, html2plaintext

from ...tools import invitations

_STATUS = {
    "accepted": invitations.ACCEPTED,
    "declined": invitations.DECLINED,
    "tentative": invitations.TENTATIVE,
}


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    campaign_response_id = fields.Many2one(
        "campaign.response",
        "Reply",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        groups="campaign_desk.group_response_user",
    )
    campaign_ics_uid = fields.Char(
        readonly=True, copy=False, index="btree_not_null", groups="base.group_system"
    )
    campaign_ics_sequence = fields.Integer(
        readonly=True, copy=False, groups="base.group_system"
    )
    campaign_counter = fields.Json(
        "Time Asked for Instead",
        readonly=True,
        copy=False,
        groups="campaign_desk.group_response_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("campaign_response_id"):
                vals["campaign_ics_uid"] = self._new_ics_uid()
        return super().create(vals_list)

    @api.model
    def _new_ics_uid(self):
        domain = email_domain_extract(self.env.company.email or "") or "campaign-desk"
        return f"{uuid.uuid4()}@{domain}"

    def write(self, vals):
        """Count changes of the time, and tell the guests of them."""
        ours = self._invited_by_us()
        before = {event: (event.start, event.stop) for event in ours}
        moves = {"start", "stop", "start_date", "stop_date", "allday"} & set(vals)
        ends = vals.get("active") is False
        if ends:
            ours.filtered("active")._send_cancellation()
        if moves:
            # before the mail about it is made, which Odoo does inside
            for event in ours:
                event.campaign_ics_sequence += 1
        result = super().write(vals)
        if not moves or ends:
            return result
        for event in ours:
            if before[event] == (event.start, event.stop):
                continue
            guests = event.attendee_ids.filtered(
                lambda one, host=event.user_id: one.partner_id != host.partner_id
            )
            guests.write({"state": "needsAction"})
            if "start" not in vals and event.start > fields.Datetime.now():
                event.attendee_ids._notify_attendees(
                    self.env.ref("calendar.calendar_template_meeting_changedate"),
                    force_send=True,
                )
        return result

    def unlink(self):
        """Tell the guests that the meeting is off."""
        self._invited_by_us().filtered("active")._send_cancellation()
        return super().unlink()

    def _invited_by_us(self):
        """Return the meetings whose invitations carry our identity, as sudo.

        Series are Odoo's business, and synchronized calendars that of Google and
        Microsoft.
        """
        # sudo: the identity is nobody's to see or change
        return self.sudo().filtered(
            lambda event: (
                event.campaign_ics_uid
                and not event.recurrency
                and not event._skip_send_mail_status_update()
            )
        )

    # ------------------------------------------------------------
    # Calendar files
    # ------------------------------------------------------------

    def _get_ics_file(self):
        ours = self._invited_by_us()
        result = super(CalendarEvent, self - ours.with_env(self.env))._get_ics_file()
        for event_sudo in ours:
            result[event_sudo.id] = event_sudo._make_ics(invitations.REQUEST)
        return result

    def _make_ics(self, method):
        start, stop = self.start, self.stop
        if self.allday:
            start, stop = self.start_date, fields.Date.add(self.stop_date, days=1)
        place = self.location or self.videocall_location or ""
        return invitations.write(
            invitations.Meeting(
                uid=self.campaign_ics_uid,
                sequence=self.campaign_ics_sequence,
                start=start,
                end=stop,
                summary=self._get_customer_summary(),
                stamp=fields.Datetime.now().replace(tzinfo=timezone.utc),
                description=html2plaintext(self._get_customer_description()),
                location=place,
                organizer=self._ics_organizer(),
                attendees=[
                    invitations.Person(
                        one.common_name or "",
                        one.email,
                        _STATUS.get(one.state, "NEEDS-ACTION"),
                    )
                    for one in self.attendee_ids
                    if email_normalize(one.email or "")
                ],
            ),
            method,
        )

    def _ics_organizer(self):
        """Return who calls the meeting, with the address that Odoo reads.

        Calendars send their answers there, so it has to be one whose mail comes in.
        """
        host = self.user_id
        company = self.campaign_response_id.company_id or host.company_id
        address = company.alias_domain_id.catchall_email or email_normalize(
            host.email or company.email or ""
        )
        return invitations.Person(host.name, address) if address else None

    def _send_cancellation(self):
        """Tell the guests of meetings to come that they are off."""
        if self.env.context.get("campaign_no_cancel"):
            return
        mails_sudo = self.env["mail.mail"].sudo()
        for event in self.filtered(lambda one: one.start > fields.Datetime.now()):
            event.campaign_ics_sequence += 1
            guests = event.attendee_ids.filtered(
                lambda one: one.email and one._should_notify_attendee()
            )
            for guest in guests:
                mails_sudo += mails_sudo.create(event._prepare_cancellation(guest))
        if mails_sudo:
            mails_sudo.send_after_commit()

    def _prepare_cancellation(self, guest):
        """Return the mail about it; it must not be bound to what is deleted."""
        lang = guest.partner_id.lang or self.env.lang
        event = self.with_context(lang=lang, tz=guest.mail_tz or self.event_tz or "UTC")
        told = self.env.context.get("campaign_cancellation") or {}
        body = Markup("<p>%s</p><p><b>%s</b><br/>%s</p>") % (
            event.env._("The following meeting is cancelled:"),
            event.name,
            event.get_display_time_tz(),
        )
        return {
            "subject": told.get("subject") or event.env._("Cancelled: %s", event.name),
            "body_html": told.get("body") or body,
            "email_from": event.user_id.email_formatted
            or event.env.company.email_formatted,
            "email_to": guest.partner_id.email_formatted,
            "auto_delete": True,
            "attachment_ids": [
                (
                    0,
                    0,
                    {
                        "name": "invite.ics",
                        "raw": event._make_ics(invitations.CANCEL),
                        "mimetype": "text/calendar",
                    },
                )
            ],
        }

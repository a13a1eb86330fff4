"""Response: what the calendars of invited people send back: yes, no, another time.

Nobody answers such a mail, so it makes no response, no lead and no message: it sets how
the guest stands to the meeting. Whoever sends it must know the identity of the meeting
and write from the guest's address or its domain; all else takes the usual way.
"""

import logging

from odoo import api, fields, models
from odoo.tools import email_normalize

from ...tools import addresses, invitations

_logger = logging.getLogger(__name__)

_MOST_PARTS = 50
_ANSWERS = {
    invitations.ACCEPTED: ("accepted", "do_accept"),
    invitations.DECLINED: ("declined", "do_decline"),
    invitations.TENTATIVE: ("tentative", "do_tentative"),
}


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Let the answers of calendars have their effect; they go nowhere else."""
        answer = self._read_invitation_answer(message)
        if answer and self._take_invitation_answer(answer, message_dict):
            return []
        return super().message_route(
            message, message_dict, model, thread_id, custom_values
        )

    @api.model
    def _read_invitation_answer(self, message):
        """Return the answer to an invitation that a mail carries, or None."""
        for count, part in enumerate(message.walk()):
            if count > _MOST_PARTS:
                return None
            if part.get_content_type() != "text/calendar":
                continue
            try:
                content = part.get_payload(decode=True) or b""
            except Exception:  # a stranger made it
                continue
            answer = invitations.read(content)
            if answer and answer.method in (invitations.REPLY, invitations.COUNTER):
                return answer
        return None

    @api.model
    def _take_invitation_answer(self, answer, message_dict):
        """Write down what a guest says about a meeting; return whether it is one."""
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        event_sudo = (
            self.env["calendar.event"]
            .sudo()
            .with_context(active_test=False)
            .search([("campaign_ics_uid", "=", answer.uid)], limit=1)
        )
        sender = email_normalize(message_dict.get("email_from") or "") or ""
        for person in answer.attendees:
            guest_sudo = event_sudo.attendee_ids.filtered(
                lambda one, who=person: email_normalize(one.email or "") == who.address
            )[:1]
            if guest_sudo and _may_speak_for(sender, person.address):
                event_sudo._note_guest_answer(guest_sudo, person.status, answer)
                _logger.info("Invitation %s answered: %s", event_sudo.id, person.status)
                return True
        return False


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _note_guest_answer(self, guest, status, answer):
        """Write down how a guest stands to this meeting; called as sudo."""
        # who answered an older invitation has not seen the new time
        is_old = answer.sequence < self.campaign_ics_sequence
        if not self.active or is_old:
            note = self.env._("%s answered an earlier invitation.", guest.common_name)
            self._message_log(body=note)
            return
        if answer.method == invitations.COUNTER:
            self._note_counter(guest, answer)
            return
        state, set_state = _ANSWERS.get(status, (None, None))
        if state and guest.state != state:
            getattr(guest, set_state)()
            if state == "declined":
                self._tell_host(self.env._("Declined by %s", guest.common_name))
        if answer.comment:
            self._message_log(body=f"{guest.common_name}: {answer.comment}")

    def _note_counter(self, guest, answer):
        if (
            not answer.start
            or answer.start.replace(tzinfo=None) < fields.Datetime.now()
        ):
            text = self.env._("%s asks for another time.", guest.common_name)
            self._message_log(body=f"{text} {answer.comment}".strip())
            self._tell_host(text)
            return
        length = self.stop - self.start
        start = answer.start.replace(tzinfo=None)
        end = answer.end.replace(tzinfo=None) if answer.end else start + length
        self.campaign_counter = {
            "start": fields.Datetime.to_string(start),
            "stop": fields.Datetime.to_string(end if end > start else start + length),
            "by": guest.common_name,
            "comment": answer.comment,
        }
        self.campaign_response_id._propose_reschedule(self.campaign_counter)
        self._tell_host(self.env._("%s asks for another time", guest.common_name))

    def _tell_host(self, summary):
        response = self.campaign_response_id
        if response and self.user_id:
            today = fields.Date.context_today(self)
            response._plan_activity(
                "mail_activity_data_todo", summary, today, self.user_id
            )


def _may_speak_for(sender, address):
    """Return whether a mail from ``sender`` may answer for somebody.

    Assistants and systems of the same domain may, unless it is a public one where
    anybody can have an address.
    """
    domain = address.partition("@")[2]
    is_own = domain and domain not in addresses.MAILBOX_DOMAINS
    return sender == address or (is_own and sender.partition("@")[2] == domain)

"""Response: invitations that mail programs understand, and what they send back."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid

from icalendar import Calendar

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .response_case import ActsCommon


def calendar_of(mail):
    """Return the calendar that a mail program finds in a mail, and its event."""
    [part] = [
        part
        for part in mail.walk()
        if part.get_content_type() == "text/calendar" and not part.get_filename()
    ]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    return part, calendar, event


@tagged("-at_install", "post_install")
class TestInvitations(ActsCommon):
    def setUp(self):
        super().setUp()
        self.response = self._response({"meeting_request": 0.7})
        self.response.with_user(self.responder).action_do(
            "meeting", {"start": str(self._monday(10))}
        )
        self.event = self.response.meeting_id

    def _only_mail(self):
        [mail] = self._mails_to("ann@customer.example")
        self.posted.clear()
        return mail

    # ------------------------------------------------------------
    # Out
    # ------------------------------------------------------------

    def test_invitation(self):
        mail = self._only_mail()
        part, calendar, event = calendar_of(mail)
        self.assertEqual(part["Content-Type"].params["method"], "REQUEST")
        self.assertEqual(calendar["METHOD"], "REQUEST")
        self.assertEqual(event["UID"], self.event.campaign_ics_uid)
        self.assertEqual(event.decoded("SEQUENCE"), 0)
        self.assertEqual(
            event.decoded("DTSTART").replace(tzinfo=None), self._monday(10)
        )
        self.assertEqual(event["ATTENDEE"][-1].params["RSVP"], "TRUE")
        addresses = {str(one).lower() for one in event["ATTENDEE"]}
        self.assertEqual(
            addresses, {"mailto:ann@customer.example", "mailto:ben@example.com"}
        )
        # answers of calendars go where Odoo reads them
        catchall = self.company.alias_domain_id.catchall_email
        self.assertEqual(event["ORGANIZER"].lower(), f"mailto:{catchall}")
        self.assertEqual(event["ORGANIZER"].params["CN"], "Ben Host")
        self.assertIn("Ben Host", mail["From"])
        # one of three forms of the same mail, and a file for those who want one
        [forms] = [
            p for p in mail.walk() if p.get_content_type() == "multipart/alternative"
        ]
        self.assertEqual(
            [form.get_content_type() for form in forms.iter_parts()],
            ["text/plain", "text/html", "text/calendar"],
        )
        [attached] = [p for p in mail.walk() if p.get_filename()]
        self.assertEqual(attached["Content-Type"].params["method"], "REQUEST")
        self.assertEqual(
            attached.get_payload(decode=True).rstrip(),
            part.get_payload(decode=True).rstrip(),
        )

    def test_host_who_booked_gets_no_mail(self):
        for mail in self._mails_to("ben@example.com"):
            self.assertNotIn("text/calendar", mail.as_string())

    def test_moved(self):
        self._only_mail()
        uid = self.event.campaign_ics_uid
        guest = self.event.attendee_ids.filtered(lambda one: one.partner_id == self.ann)
        guest.state = "accepted"
        for count, hour in ((1, 14), (2, 15)):
            self.event.with_user(self.responder).write(
                {"start": self._monday(hour), "stop": self._monday(hour, 30)}
            )
            _part, calendar, event = calendar_of(self._only_mail())
            self.assertEqual(calendar["METHOD"], "REQUEST")
            self.assertEqual((event["UID"], event.decoded("SEQUENCE")), (uid, count))
            self.assertEqual(
                event.decoded("DTSTART").replace(tzinfo=None), self._monday(hour)
            )
            self.assertEqual(guest.state, "needsAction")
        self.event.with_user(self.responder).stop = self._monday(16, 30)
        _part, calendar, event = calendar_of(self._only_mail())
        self.assertEqual(event.decoded("SEQUENCE"), 3)
        self.event.name = "Another name"
        self.assertFalse(self.posted)

    def test_cancelled(self):
        uid = self.event.campaign_ics_uid
        self._only_mail()
        act = self._act_of(self.response, "meeting")
        self.response.with_user(self.responder).action_undo(act.id)
        mail = self._only_mail()
        part, calendar, event = calendar_of(mail)
        self.assertEqual(part["Content-Type"].params["method"], "CANCEL")
        self.assertEqual(calendar["METHOD"], "CANCEL")
        self.assertEqual((event["UID"], event.decoded("SEQUENCE")), (uid, 1))
        self.assertEqual(event["STATUS"], "CANCELLED")
        self.assertIn("Cancelled", mail["Subject"])

    def test_cancelled_in_the_calendar(self):
        for end in (
            lambda event: event.unlink(),
            lambda event: event.write({"active": False}),
            lambda event: event.action_archive(),
        ):
            with self.env.cr.savepoint() as savepoint:
                self.posted.clear()
                end(self.event.with_user(self.responder))
                _part, calendar, _event = calendar_of(self._only_mail())
                self.assertEqual(calendar["METHOD"], "CANCEL")
                savepoint.rollback()

    def test_dialog_that_deletes(self):
        self._only_mail()
        wizards = self.env["calendar.popover.delete.wizard"].with_user(self.responder)
        context = {
            "default_template_id": self.env.ref(
                "calendar.calendar_template_delete_event"
            ).id,
            "default_calendar_event_id": self.event.id,
        }
        with self.env.cr.savepoint() as savepoint:
            wizard = wizards.with_context(**context).create({"subject": "Sorry"})
            wizard.action_send_mail_and_delete()
            mail = self._only_mail()
            self.assertEqual(mail["Subject"], "Sorry")
            self.assertEqual(calendar_of(mail)[1]["METHOD"], "CANCEL")
            savepoint.rollback()
        wizard = wizards.with_context(**context).create({})
        wizard.action_delete()
        self.assertFalse(self.event.exists() or self.posted)

    def test_past_meetings_end_in_silence(self):
        self._only_mail()
        past = fields.Datetime.now() - timedelta(days=2)
        self.event.with_context(skip_attendee_notification=True).write(
            {"start": past, "stop": past + timedelta(hours=1)}
        )
        self.event.unlink()
        self.assertFalse(self.posted)

    def test_odoo_s_own_meetings_are_as_before(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Own",
                "start": self._monday(16),
                "stop": self._monday(17),
                "partner_ids": [(6, 0, self.ann.ids)],
            }
        )
        self.posted.clear()
        self.assertNotIn(b"METHOD", event._get_ics_file()[event.id])
        self.assertFalse(event.campaign_ics_uid)
        event.unlink()
        self.assertFalse(self.posted)

    def test_hostile_names(self):
        self.ann.name = 'Ann "x";RSVP=FALSE:mailto:evil@x.test,ATTENDEE:mailto:b@x.test'
        self.event.location = "Here\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:x"
        self.posted.clear()
        self.event.with_user(self.responder).start = self._monday(14)
        _part, _calendar, event = calendar_of(self._only_mail())
        self.assertEqual(len(event["ATTENDEE"]), 2)

    # ------------------------------------------------------------
    # In
    # ------------------------------------------------------------

    def _answer(self, status="ACCEPTED", method="REPLY", sender=None, **values):
        """Have a guest's calendar answer, through a mail as it comes in."""
        told = {
            "uid": self.event.campaign_ics_uid,
            "sequence": self.event.campaign_ics_sequence,
            "who": "ann@customer.example",
            "start": f"{self._monday(10):%Y%m%dT%H%M%SZ}",
            "comment": "",
            **values,
        }
        lines = [
            "BEGIN:VCALENDAR",
            "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
            "VERSION:2.0",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            f"DTSTART:{told['start']}",
            f"UID:{told['uid']}",
            f"SEQUENCE:{told['sequence']}",
            f"ATTENDEE;PARTSTAT={status};CN=Ann:mailto:{told['who']}",
            f"COMMENT:{told['comment']}",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
        mail = EmailMessage()
        mail["From"] = sender or "Ann Guest <ann@customer.example>"
        mail["To"] = self.company.alias_domain_id.catchall_email
        mail["Subject"] = "Accepted: Meeting"
        mail["Message-ID"] = make_msgid()
        mail.set_content("Ann has accepted this invitation.")
        mail.add_alternative("<p>Ann has accepted</p>", subtype="html")
        mail.add_alternative(
            "\r\n".join(lines) + "\r\n", subtype="calendar", params={"method": method}
        )
        before = self.env["campaign.response"].search_count([])
        routed = self.env["mail.thread"].message_process(False, mail.as_bytes())
        self.assertEqual(self.env["campaign.response"].search_count([]), before)
        return routed

    def _guest(self):
        return self.event.attendee_ids.filtered(lambda one: one.partner_id == self.ann)

    def test_answers(self):
        for status, state in (
            ("TENTATIVE", "tentative"),
            ("ACCEPTED", "accepted"),
            ("DECLINED", "declined"),
        ):
            self.assertFalse(self._answer(status))
            self.assertEqual(self._guest().state, state)
        [activity] = self.response.activity_ids
        self.assertIn("Declined by Ann Guest", activity.summary)
        self.assertEqual(activity.user_id, self.responder)
        self.posted.clear()

    def test_twice_says_it_once(self):
        self._answer()
        count = len(self.event.message_ids)
        self._answer()
        self.assertEqual(len(self.event.message_ids), count)

    def test_comment_is_shown_as_text(self):
        self._answer(comment="<img src=x onerror=alert(1)> see you")
        body = self.event.message_ids[0].body
        self.assertIn("see you", body)
        self.assertNotIn("<img", body)

    def test_answer_to_an_older_invitation(self):
        self.event.with_user(self.responder).start = self._monday(14)
        self._answer(sequence=0)
        self.assertEqual(self._guest().state, "needsAction")
        self._answer(sequence=1)
        self.assertEqual(self._guest().state, "accepted")

    def test_who_may_answer(self):
        assistant = "Assistant <pa@customer.example>"
        for sender, who, uid, is_taken in (
            ("Eve <eve@evil.example>", "ann@customer.example", None, False),
            ("Ann <ann@customer.example>", "eve@evil.example", None, False),
            ("Ann <ann@customer.example>", "ann@customer.example", "other", False),
            (assistant, "ann@customer.example", None, True),
        ):
            with self.subTest(sender=sender, who=who, uid=uid):
                values = {"uid": uid} if uid else {}
                self._answer_quietly(sender=sender, who=who, **values)
                expected = "accepted" if is_taken else "needsAction"
                self.assertEqual(self._guest().state, expected)
        self.ann.email = "ann@gmail.com"
        self._guest().state = "needsAction"
        self._answer_quietly(sender="eve@gmail.com", who="ann@gmail.com")
        self.assertEqual(self._guest().state, "needsAction")

    def _answer_quietly(self, **values):
        # what is no answer takes the way of any mail
        with self.env.cr.savepoint():
            self._answer(**values)

    def test_counter(self):
        self._only_mail()
        other = self._monday(16)
        self._answer(
            "TENTATIVE",
            "COUNTER",
            start=f"{other:%Y%m%dT%H%M%SZ}",
            comment="Later, please",
        )
        shown = self._shown(self.response, "reschedule")
        self.assertEqual(shown["state"], "proposed")
        self.assertIn("16:00", shown["label"])
        self.assertEqual(shown["reason"], "Ann Guest asks for another time.")
        self.assertEqual(self.event.start, self._monday(10))  # not by itself
        self.response._act()  # does not forget it
        self.response.with_user(self.responder).action_do("reschedule", shown["params"])
        self.assertEqual(
            (self.event.start, self.event.stop), (other, other + timedelta(minutes=30))
        )
        _part, calendar, event = calendar_of(self._only_mail())
        self.assertEqual(
            (calendar["METHOD"], event.decoded("SEQUENCE")), ("REQUEST", 1)
        )
        act = self._act_of(self.response, "reschedule")
        self.response.with_user(self.responder).action_undo(act.id)
        self.assertEqual(self.event.start, self._monday(10))

    def test_counter_when_the_host_is_busy(self):
        other = self._monday(16)
        self._answer("TENTATIVE", "COUNTER", start=f"{other:%Y%m%dT%H%M%SZ}")
        events = self.env["calendar.event"].with_context(no_mail_to_attendees=True)
        taken = events.create(
            {
                "name": "Something else",
                "start": other + timedelta(minutes=15),
                "stop": other + timedelta(hours=1),
                "user_id": self.responder.id,
                "partner_ids": [(6, 0, self.responder.partner_id.ids)],
            }
        )
        response = self.response.with_user(self.responder)
        params = self._shown(self.response, "reschedule")["params"]
        with self.assertRaisesRegex(UserError, "Ben Host has just been booked"):
            response.action_do("reschedule", params)
        self.assertEqual(self.event.start, self._monday(10))
        taken.start = taken.stop = other + timedelta(hours=2)
        response.action_do("reschedule", params)  # its own time is not in its way
        self.assertEqual(self.event.start, other)

    def test_counter_without_a_time_that_we_understand(self):
        self._answer("TENTATIVE", "COUNTER", start="20261130T150000")
        self.assertFalse(self.event.campaign_counter)
        self.assertIn("another time", self.response.activity_ids.summary)

    def test_hostile_calendars(self):
        for content in (
            b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n" * 20_000,
            b"\xff\xfe\x00" * 1000,
            b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:"
            + self.event.campaign_ics_uid.encode()
            + b'\r\nATTENDEE;PARTSTAT="'
            + b"A" * 5000
            + b'":mailto:ann@customer.example\r\n'
            b"SEQUENCE:-5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        ):
            mail = EmailMessage()
            mail["From"] = "ann@customer.example"
            mail["To"] = self.company.alias_domain_id.catchall_email
            mail["Message-ID"] = make_msgid()
            mail.set_content(content, maintype="text", subtype="calendar")
            self.env["mail.thread"].message_process(False, mail.as_bytes())
            self.assertEqual(self._guest().state, "needsAction")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_refused_invitation_does_not_break_the_booking(self):
        self.mailbox.answers["bea"] = "550 no such user"
        bea = self.ann.copy({"name": "Bea", "email": "bea@customer.example"})
        response = self._response(
            ["meeting_request"], partner_id=bea.id, email="bea@customer.example"
        )
        response.with_user(self.responder).action_do(
            "meeting", {"start": str(self._monday(15))}
        )
        self.assertTrue(response.meeting_id)

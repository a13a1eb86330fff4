"""Invitations to meetings: what we write, and what strangers' calendars send."""

import time
import unittest
from datetime import date, datetime, timedelta, timezone

from icalendar import Calendar

from tools import invitations
from tools.invitations import Meeting, Person

START = datetime(2026, 11, 30, 14, tzinfo=timezone.utc)

REPLY = """BEGIN:VCALENDAR\r
PRODID:-//Google Inc//Google Calendar 70.9054//EN\r
VERSION:2.0\r
METHOD:REPLY\r
{zones}BEGIN:VEVENT\r
DTSTART{start}\r
DTEND:20261130T143000Z\r
DTSTAMP:20261126T091500Z\r
ORGANIZER;CN=Ben:mailto:ben@example.com\r
UID:abc@db\r
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};CN=Ann;X-NUM\r
 -GUESTS=0:mailto:Ann@Example.com\r
SEQUENCE:1\r
COMMENT:Looking forward\\, see you\r
END:VEVENT\r
END:VCALENDAR\r
"""


def reply(status="ACCEPTED", start=":20261130T140000Z", zones=""):
    return REPLY.format(status=status, start=start, zones=zones).encode()


class TestWriting(unittest.TestCase):
    def meeting(self, **values):
        return Meeting(
            **{
                "uid": "abc@db",
                "sequence": 2,
                "start": START,
                "end": START + timedelta(minutes=30),
                "summary": "Call, with; signs\nand lines",
                "stamp": START,
                "organizer": Person('Ben "the boss"\r\nX-EVIL:1', "ben@example.com"),
                "attendees": [Person("Ann", "ann@example.com")],
                **values,
            }
        )

    def event(self, data):
        calendar = Calendar.from_ical(data)
        [event] = calendar.walk("VEVENT")
        return calendar, event

    def test_request(self):
        data = invitations.write(self.meeting(), invitations.REQUEST)
        calendar, event = self.event(data)
        self.assertEqual(calendar["METHOD"], "REQUEST")
        self.assertEqual(event["UID"], "abc@db")
        self.assertEqual(event.decoded("SEQUENCE"), 2)
        self.assertEqual(event.decoded("DTSTART"), START)
        self.assertEqual(event["SUMMARY"], "Call, with; signs\nand lines")
        self.assertEqual(event["ORGANIZER"], "mailto:ben@example.com")
        self.assertEqual(event["ATTENDEE"], "mailto:ann@example.com")
        self.assertEqual(event["ATTENDEE"].params["PARTSTAT"], "NEEDS-ACTION")
        self.assertEqual(event["ATTENDEE"].params["RSVP"], "TRUE")
        self.assertNotIn("X-EVIL", event)
        self.assertNotIn(b"\nX-EVIL", data)
        self.assertTrue(all(len(line) <= 75 for line in data.split(b"\r\n")))
        self.assertEqual(invitations.method_of(data), "REQUEST")

    def test_cancel(self):
        data = invitations.write(self.meeting(), invitations.CANCEL)
        calendar, event = self.event(data)
        self.assertEqual(calendar["METHOD"], "CANCEL")
        self.assertEqual(event["STATUS"], "CANCELLED")
        self.assertNotIn("RSVP", event["ATTENDEE"].params)

    def test_whole_days(self):
        meeting = self.meeting(start=date(2026, 11, 30), end=date(2026, 12, 1))
        data = invitations.write(meeting, invitations.REQUEST)
        self.assertIn(b"DTSTART;VALUE=DATE:20261130", data)


class TestReading(unittest.TestCase):
    def test_answers(self):
        for status in ("ACCEPTED", "DECLINED", "TENTATIVE"):
            answer = invitations.read(reply(status))
            [person] = answer.attendees
            self.assertEqual(
                (person.address, person.status), ("ann@example.com", status)
            )
            self.assertEqual((answer.method, answer.uid), ("REPLY", "abc@db"))
            self.assertEqual(answer.sequence, 1)
            self.assertEqual(answer.start, START)
            self.assertEqual(answer.comment, "Looking forward, see you")

    def test_zones(self):
        for written in ("Europe/Berlin", "W. Europe Standard Time"):
            answer = invitations.read(reply(start=f";TZID={written}:20261130T150000"))
            self.assertEqual(answer.start, START, written)
        for unknown in (";TZID=My Zone:20261130T150000", ":20261130T150000"):
            self.assertIsNone(invitations.read(reply(start=unknown)).start, unknown)
        self.assertIsNone(invitations.read(reply(start=";VALUE=DATE:20261130")).start)

    def test_zones_that_repeat_for_ever_are_not_computed(self):
        zones = (
            "BEGIN:VTIMEZONE\r\nTZID:Evil\r\nBEGIN:STANDARD\r\n"
            "DTSTART:19000101T000000\r\nRRULE:FREQ=SECONDLY\r\n"
            "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
            "END:STANDARD\r\nEND:VTIMEZONE\r\n"
        )
        begin = time.monotonic()
        answer = invitations.read(
            reply(start=";TZID=Evil:20261130T150000", zones=zones)
        )
        self.assertLess(time.monotonic() - begin, 1)
        self.assertEqual((answer.uid, answer.start), ("abc@db", None))

    def test_hostile(self):
        begin = time.monotonic()
        for data in (
            b"",
            b"\0" * 1000,
            b"BEGIN:VCALENDAR\n" * 5000,
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + b"A:1\n" * 60_000,
            reply() + b" " * 300_000,
            reply().replace(b"UID:abc@db", b"UID:"),
            reply().replace(b"DTSTAMP:20261126T091500Z", b"DTSTAMP:99999999T999999Z"),
            reply().replace(b"END:VEVENT", b"END:VALARM"),
            reply().replace(b"SEQUENCE:1", b"SEQUENCE:" + b"9" * 4000),
            b"BEGIN:VTIMEZONE\n" * 10_000,
        ):
            invitations.read(data)  # must not raise
            invitations.method_of(data)
        self.assertLess(time.monotonic() - begin, 3)

    def test_own_words_are_no_answer(self):
        self.assertIsNone(invitations.read(b"Tuesday at 3 is fine with me."))
        self.assertEqual(invitations.method_of(b"METHOD acting"), "")


if __name__ == "__main__":
    unittest.main()

"""Response: invitations to meetings, as mail carries them (iTIP, RFC 5546 and 6047).

We write REQUEST and CANCEL, and read what invited people's calendars send back: REPLY
and COUNTER, and a REQUEST of their own. What is read comes from strangers: it is
limited in size, its own time zones are not believed, and nothing in it is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Campaign Desk//Odoo//EN"
REQUEST, CANCEL, REPLY, COUNTER = "REQUEST", "CANCEL", "REPLY", "COUNTER"
ACCEPTED, DECLINED, TENTATIVE = "ACCEPTED", "DECLINED", "TENTATIVE"

_LARGEST = 256 * 1024
_MOST_LINES = 5_000
_MOST_PARTS = 40
_METHOD = re.compile(rb"^METHOD:([A-Za-z]+)\s*$", re.M)
_SANE_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who organizes or attends; ``status`` as in RFC 5545 §3.2.12."""

    name: str
    address: str
    status: str = "NEEDS-ACTION"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting to invite to. Times are aware, or dates for whole days."""

    uid: str
    sequence: int
    start: datetime | date
    end: datetime | date
    summary: str
    stamp: datetime
    description: str = ""
    location: str = ""
    organizer: Person | None = None
    attendees: Sequence[Person] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody's calendar sent.

    ``start`` and ``end`` are None when they are not told, or in a zone nobody knows.
    """

    method: str
    uid: str
    sequence: int
    stamp: datetime | None = None
    attendees: tuple[Person, ...] = ()
    organizer: str = ""
    start: datetime | None = None
    end: datetime | None = None
    summary: str = ""
    comment: str = field(default="", repr=False)


def write(meeting: Meeting, method: str) -> bytes:
    """Return an invitation (``REQUEST``) or its end (``CANCEL``) as a calendar file."""
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", _utc(meeting.stamp))
    event.add("dtstart", _utc(meeting.start))
    event.add("dtend", _utc(meeting.end))
    event.add("summary", meeting.summary)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    for name in ("description", "location"):
        if value := getattr(meeting, name):
            event.add(name, value)
    if meeting.organizer:
        event.add("organizer", _address(meeting.organizer), encode=0)
    for person in meeting.attendees:
        address = _address(person)
        address.params["CUTYPE"] = vText("INDIVIDUAL")
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        address.params["PARTSTAT"] = vText(person.status)
        if method == REQUEST:
            address.params["RSVP"] = vText("TRUE")
        event.add("attendee", address, encode=0)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def method_of(data: bytes) -> str:
    """Return what a calendar file is for, such as REQUEST; "" for a mere file."""
    found = _METHOD.search(data.replace(b"\r\n", b"\n")) if len(data) < _LARGEST else ""
    return found[1].decode().upper() if found else ""


def read(data: bytes) -> Answer | None:
    """Return what a calendar file says, or None if it says nothing that we know.

    Never raises: a stranger wrote it.
    """
    if len(data) > _LARGEST or data.count(b"\n") > _MOST_LINES:
        return None
    data = _without_zones(data)
    if data.upper().count(b"BEGIN:") > _MOST_PARTS:
        return None
    try:
        calendar = Calendar.from_ical(data)
        events = [part for part in calendar.subcomponents if part.name == "VEVENT"]
        if not events:
            return None
        return _answer(str(calendar.get("method", "")).upper(), events[0])
    except Exception:  # the parser may raise anything on what is no calendar
        return None


def _without_zones(data: bytes) -> bytes:
    """Return a calendar without its descriptions of time zones.

    They can be made to repeat for ever; the names of zones are enough.
    """
    kept, is_zone = [], False
    for line in data.splitlines(keepends=True):
        mark = line.strip().upper()
        is_zone = is_zone or mark == b"BEGIN:VTIMEZONE"
        if not is_zone:
            kept.append(line)
        is_zone = is_zone and mark != b"END:VTIMEZONE"
    return b"".join(kept)


def _answer(method: str, event: Event) -> Answer | None:
    uid = str(event.get("uid", ""))[:255]
    if not uid:
        return None
    start = _moment(event, "dtstart")
    end = _moment(event, "dtend")
    if start and not end and "duration" in event:
        lasts = event.decoded("duration")
        end = start + lasts if timedelta(0) < lasts < timedelta(days=2) else None
    attendees = event.get("attendee", [])
    if not isinstance(attendees, list):
        attendees = [attendees]
    return Answer(
        method,
        uid,
        _number(event.get("sequence", 0)),
        _moment(event, "dtstamp"),
        tuple(_person(each) for each in attendees[:50]),
        _person(event["organizer"]).address if "organizer" in event else "",
        start,
        end,
        _line(event.get("summary", ""))[:200],
        _line(event.get("comment", ""))[:500],
    )


def _person(address) -> Person:
    written = str(address)
    if written.lower().startswith("mailto:"):
        written = written[len("mailto:") :]
    params = getattr(address, "params", {})
    return Person(
        _line(params.get("CN", ""))[:100],
        written.strip().lower()[:254],
        str(params.get("PARTSTAT", "NEEDS-ACTION")).upper()[:20],
    )


def _moment(event: Event, name: str) -> datetime | None:
    """Return a moment in UTC; None for whole days and for zones that nobody knows."""
    if name not in event:
        return None
    value = event.decoded(name)
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return _utc(value) if value.year in _SANE_YEARS else None


def _utc(moment: datetime | date) -> datetime | date:
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{_line(person.address)}")
    if person.name:
        # quotes end a parameter, and nothing can stand for them
        address.params["CN"] = vText(_line(person.name).replace('"', "'"))
    return address


def _line(text) -> str:
    return " ".join(str(text).split())


def _number(value) -> int:
    try:
        return max(0, min(int(value), 2**31 - 1))
    except (TypeError, ValueError):
        return 0

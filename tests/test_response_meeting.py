"""Response: times to meet, found in replies and calendars, and booked at one click."""

from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Thread
from time import sleep

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tests.common import BaseCase, get_db_name

from .response_case import ActsCommon


@tagged("-at_install", "post_install")
class TestMeetingTimes(ActsCommon):
    def _named(self, *times, **values):
        """Make a reply that names times on the writer's clock."""
        named = [
            {"precision": "minute", "end": None, "zone": None, **time} for time in times
        ]
        return self._response(["meeting_request"], meeting_times=named, **values)

    def _choices(self, response):
        choices = response.with_user(self.responder).get_meeting_choices()
        return {one["start"]: (one["is_named"], one["is_free"]) for one in choices}

    def _busy(self, start, hours=1, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Secret talk",
                "start": start,
                "stop": start + timedelta(hours=hours),
                "partner_ids": [(6, 0, self.responder.partner_id.ids)],
                "user_id": self.responder.id,
                **values,
            }
        )

    def test_named_and_free(self):
        ten = self._monday(10)
        response = self._named({"start": ten.isoformat()})
        self.assertEqual(self._choices(response), {str(ten): (True, True)})

    def test_writers_clock(self):
        ten = self._monday(10)
        for zone, tz, country, utc in (
            (None, "America/New_York", "us", ten + timedelta(hours=5)),
            ("CET", "America/New_York", "us", ten - timedelta(hours=1)),
            (None, False, "jp", ten - timedelta(hours=9)),
            (None, False, False, ten),
        ):
            if zone == "CET" or tz == "America/New_York":
                # summer time may have begun there
                continue_hours = {timedelta(0), timedelta(hours=-1)}
            else:
                continue_hours = {timedelta(0)}
            self.ann.tz = tz
            self.ann.country_id = country and self.env.ref(f"base.{country}")
            response = self._named({"start": ten.isoformat(), "zone": zone})
            [start] = [
                start
                for start, (named, _free) in self._choices(response).items()
                if named
            ]
            with self.subTest(zone=zone, tz=tz, country=country):
                self.assertIn(fields.Datetime.to_datetime(start) - utc, continue_hours)

    def test_busy_then_others_are_proposed(self):
        ten = self._monday(10)
        self._busy(ten, privacy="private")
        response = self._named({"start": ten.isoformat()})
        choices = self._choices(response)
        self.assertEqual(choices[str(ten)], (True, False))
        others = [start for start, (named, _free) in choices.items() if not named]
        self.assertEqual(len(others), 3)
        self.assertEqual(len({start[:10] for start in others}), 3)  # days
        text = str(response.with_user(self.responder).get_meeting_choices())
        self.assertNotIn("Secret", text)

    def test_part_of_a_day(self):
        noon, evening = self._monday(12), self._monday(18)
        self._busy(self._monday(13), 2)
        response = self._named(
            {
                "start": noon.isoformat(),
                "end": evening.isoformat(),
                "precision": "part",
            }
        )
        # at work from 13 to 17, busy until 15, with a quarter of an hour in between
        self.assertTrue(self._choices(response))
        for start, flags in self._choices(response).items():
            self.assertTrue(
                str(self._monday(15, 30)) <= start <= str(self._monday(16, 30))
            )
            self.assertEqual(flags, (True, True))

    def test_working_hours_leave_and_whole_days(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": self._monday(0),
                "date_to": self._monday(23, 59),
            }
        )
        tuesday = self._monday(8, days=1)
        self._busy(
            tuesday,
            allday=True,
            start_date=tuesday.date(),
            stop_date=tuesday.date(),
        )
        response = self._response(["meeting_request"])
        span = [self._monday(0), self._monday(0, days=2)]
        now = response._now()
        work = response._work_spans(self.responder, now, now + timedelta(days=20))
        self.assertTrue(work)
        self.assertFalse(
            [s for s, _e in work if s.replace(tzinfo=None).date() == span[0].date()]
        )
        busy = response._busy_spans(self.responder, now, now + timedelta(days=20))
        self.assertEqual(
            [(s.replace(tzinfo=None), e.replace(tzinfo=None)) for s, e in busy],
            [(self._monday(0, days=1), self._monday(0, days=2))],
        )

    def test_declined_and_free_events_are_not_in_the_way(self):
        ten = self._monday(10)
        self._busy(ten, show_as="free")
        declined = self._busy(ten)
        declined.attendee_ids.state = "declined"
        response = self._named({"start": ten.isoformat()})
        self.assertEqual(self._choices(response)[str(ten)], (True, True))

    def test_other_zone_gets_its_daytime(self):
        self.ann.write(
            {"tz": "America/New_York", "country_id": self.env.ref("base.us")}
        )
        response = self._response(["meeting_request"])
        for start in self._choices(response):
            self.assertGreaterEqual(start[11:], "12:00:00")
        [first, *_rest] = response.with_user(self.responder).get_meeting_choices()
        self.assertIn("for them", first["label"])

    def test_what_an_engine_may_say(self):
        response = self._response(
            ["meeting_request"],
            meeting_times=[
                {"start": "nonsense"},
                {},
                {"start": None},
                {"start": "2026-13-45T99:00"},
                {"start": "1999-01-01T10:00:00", "precision": "minute"},
            ],
        )
        for named, free in self._choices(response).values():
            self.assertEqual((named, free), (False, True))

    def test_invitation_of_the_writer(self):
        ten = self._monday(10)
        response = self._response(["meeting_request"], act=False)
        self.env["ir.attachment"].create(
            {
                "name": "invite.ics",
                "res_model": "campaign.response",
                "res_id": response.id,
                "mimetype": "text/calendar",
                "raw": (
                    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
                    "BEGIN:VEVENT\r\nUID:theirs\r\n"
                    f"DTSTART:{ten:%Y%m%dT%H%M%SZ}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
                ).encode(),
            }
        )
        self.assertEqual(self._choices(response), {str(ten): (True, True)})


@tagged("-at_install", "post_install")
class TestMeetingAct(ActsCommon):
    def _book(self, response, user=None, **params):
        params = {"start": str(self._monday(10)), **params}
        return response.with_user(user or self.responder).action_do("meeting", params)

    def test_book(self):
        response = self._response(["meeting_request"])
        self.assertEqual(self._act_of(response, "meeting").state, "proposed")
        self.assertFalse(response.meeting_id)
        shown = self._shown(response, "meeting")
        self.assertTrue(shown["choices"])
        self.assertIn("ann@customer.example", shown["confirm"])
        self._book(response)
        event = response.meeting_id
        self.assertEqual(event.start, self._monday(10))
        self.assertEqual(event.stop, self._monday(10, 30))
        self.assertEqual(event.user_id, self.responder)
        self.assertEqual(event.partner_ids, self.responder.partner_id + self.ann)
        self.assertEqual(event.campaign_response_id, response)
        self.assertEqual(event.opportunity_id, response.lead_id)
        states = {one.partner_id: one.state for one in event.attendee_ids}
        self.assertEqual(states[self.ann], "needsAction")
        # once more is no second one
        self._book(response, start=str(self._monday(11)))
        self.assertEqual(response.meeting_id, event)
        self.assertEqual(
            self.env["calendar.event"].search_count(
                [("campaign_response_id", "=", response.id)]
            ),
            1,
        )

    def test_for_a_colleague(self):
        self.team.member_ids = [(0, 0, {"user_id": self.stranger.id})]
        response = self._response(["meeting_request"])
        self._book(response, self.stranger)
        self.assertEqual(response.meeting_id.user_id, self.responder)
        self.assertEqual(self._act_of(response, "meeting").user_id, self.stranger)

    def test_busy_is_refused(self):
        first = self._response(["meeting_request"])
        self._book(first)
        bea = self.ann.copy({"name": "Bea", "email": "bea@customer.example"})
        second = self._response(
            ["meeting_request"], partner_id=bea.id, email="bea@customer.example"
        )
        with self.assertRaisesRegex(UserError, "Ben Host has just been booked for Mon"):
            self._book(second)
        self.env.cr.execute(
            "UPDATE calendar_event SET create_date = create_date - interval '1h'"
            " WHERE id = %s",
            [first.meeting_id.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "busy"):
            self._book(second)
        self._book(second, anyway=True)
        self.assertEqual(second.meeting_id.start, first.meeting_id.start)

    def test_bad_values(self):
        response = self._response(["meeting_request"])
        for params in (
            {"start": "tomorrow"},
            {"start": None},
            {"start": "1999-01-01 10:00:00"},
            {"start": "2999-01-01 10:00:00"},
            {"minutes": 2},
            {"minutes": "many"},
            {"minutes": 10**9},
        ):
            with self.assertRaises(UserError):
                self._book(response, **params)
        self.assertFalse(response.meeting_id)

    def test_zone_in_the_time(self):
        response = self._response(["meeting_request"])
        self._book(response, start=f"{self._monday(10).isoformat()}+02:00")
        self.assertEqual(response.meeting_id.start, self._monday(8))

    def test_by_itself_only_at_the_one_time_that_was_named(self):
        policy = self.env.ref("campaign_desk.act_policy_meeting_meeting")
        policy.write({"mode": "auto", "min_confidence": 0.9})
        one = {"start": self._monday(10).isoformat(), "precision": "minute"}
        two = {"start": self._monday(11).isoformat(), "precision": "minute"}
        for named, state in (
            ([one], "done"),
            ([one, two], "proposed"),
            ([], "proposed"),
        ):
            guest = self.ann.copy({"email": f"g{len(named)}@x.test"})
            response = self._response(
                ["meeting_request"],
                meeting_times=named,
                partner_id=guest.id,
                email=guest.email,
            )
            self.assertEqual(self._act_of(response, "meeting").state, state, named)
        self.assertIn("choose a time", self._act_of(response, "meeting").reason)

    def test_video_call(self):
        self.company.response_meeting_video = True
        response = self._response(["meeting_request"])
        self._book(response)
        self.assertIn("calendar/join_videocall", response.meeting_id.videocall_location)

    def test_undo(self):
        response = self._response(["meeting_request"])
        self._book(response)
        event = response.meeting_id
        act = self._act_of(response, "meeting")
        response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(event.exists() or response.meeting_id)
        self._book(response, start=str(self._monday(14)))
        self.assertEqual(response.meeting_id.start, self._monday(14))

    def test_without_address(self):
        response = self._response(["meeting_request"], email=False, partner_id=False)
        self.assertNotIn("meeting", dict(self._acts(response)))
        with self.assertRaisesRegex(UserError, "address"):
            self._book(response)


@tagged("-at_install", "post_install")
class TestMeetingsAtTheSameTime(BaseCase):
    """With sessions of its own: in a test's transaction nobody comes in between."""

    def setUp(self):
        super().setUp()
        self.start = fields.Datetime.now().replace(second=0) + timedelta(days=3)
        with self._session() as env:
            host, colleague = (
                new_test_user(
                    env,
                    f"{name.lower()}@race",
                    "campaign_desk.group_response_user",
                    name=name,
                    tz="UTC",
                )
                for name in ("Ben", "Bea")
            )
            team = env["campaign.team"].create(
                {
                    "name": "Race",
                    "member_ids": [(0, 0, {"user_id": colleague.id})],
                }
            )
            replies = env["campaign.response"].create(
                [
                    {
                        "company_id": env.company.id,
                        "received_at": fields.Datetime.now(),
                        "subject": "Race",
                        "email": f"guest{number}@race.example",
                        "kind": "human",
                        "analysis_state": "done",
                        "team_id": team.id,
                        "user_id": host.id,
                    }
                    for number in range(2)
                ]
            )
            self.host_id, self.colleague_id = host.id, colleague.id
            self.team_id, self.reply_ids = team.id, replies.ids
            env.cr.commit()
        self.addCleanup(self._remove)

    @contextmanager
    def _session(self, user_id=SUPERUSER_ID):
        context = {"tracking_disable": True, "no_mail_to_attendees": True}
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, user_id, context)
            cr.rollback()

    @contextmanager
    def _both_sessions(self):
        people = self.host_id, self.colleague_id
        with self._session(people[0]) as one, self._session(people[1]) as two:
            yield one, two

    def _remove(self):
        with self._session() as env:
            env["calendar.event"].search(
                [("campaign_response_id", "in", self.reply_ids)]
            ).with_context(campaign_no_cancel=True).unlink()
            replies = env["campaign.response"].browse(self.reply_ids)
            guests = replies.partner_id
            replies.unlink()
            env["campaign.team"].browse(self.team_id).unlink()
            users = env["res.users"].browse([self.host_id, self.colleague_id])
            partners = users.partner_id | guests
            users.unlink()
            partners.unlink()
            env.cr.commit()

    def _book(self, env, number, minutes=0, **params):
        start = fields.Datetime.to_string(self.start + timedelta(minutes=minutes))
        response = env["campaign.response"].browse(self.reply_ids[number])
        return response.action_do("meeting", {"start": start, "minutes": 30, **params})

    def _meetings(self):
        """Return the starts of what is in the host's calendar for all to see."""
        with self._session() as env:
            events = env["calendar.event"].search([("user_id", "=", self.host_id)])
            return sorted(events.mapped("start"))

    def test_who_comes_second_sees_the_first(self):
        with self._both_sessions() as (one, two):
            # what the second one sees on the screen: the host is free
            events = two["calendar.event"]
            self.assertFalse(events.search([("user_id", "=", self.host_id)]))
            retrying(partial(self._book, one, 0), one)
            with (
                self.assertNoLogs("odoo.sql_db"),
                self.assertRaisesRegex(UserError, "Ben has just been booked for"),
            ):
                retrying(partial(self._book, two, 1, minutes=15), two)
            two.cr.rollback()
            self.assertEqual(self._meetings(), [self.start])
            # nothing is lost: another time is booked from the same screen
            retrying(partial(self._book, two, 1, minutes=30), two)
        later = self.start + timedelta(minutes=30)
        self.assertEqual(self._meetings(), [self.start, later])

    def test_who_comes_second_waits_for_the_first(self):
        with self._both_sessions() as (one, two):
            self._book_both(one, two, one.cr.commit)
            self.assertIsInstance(self.failure, SerializationFailure)
            two.cr.rollback()
            with self.assertRaisesRegex(UserError, "Ben has just been booked for"):
                retrying(partial(self._book, two, 1), two)  # as Odoo does then
        self.assertEqual(self._meetings(), [self.start])

    def test_who_comes_second_goes_on_if_the_first_does_not_book(self):
        with self._both_sessions() as (one, two):
            self._book_both(one, two, one.cr.rollback)
            self.assertIsNone(self.failure)
            two.cr.commit()
        self.assertEqual(self._meetings(), [self.start])

    def _book_both(self, one, two, end):
        """Book twice; the first transaction ends while the second one waits."""
        two.cr.execute("SELECT pg_backend_pid()")  # from here on it sees no others
        [pid] = two.cr.fetchone()
        self._book(one, 0)
        one.flush_all()
        second = Thread(target=self._book_second, args=(two,), daemon=True)
        second.start()
        self._wait_until_blocked(one, pid)
        end()
        second.join(60)
        self.assertFalse(second.is_alive())

    def _book_second(self, env):
        # no retrying here: the main thread of tests has the registry's lock
        self.failure = None
        try:
            self._book(env, 1)
            env.flush_all()
        except SerializationFailure as failure:
            self.failure = failure

    def _wait_until_blocked(self, env, pid):
        for _attempt in range(100):
            env.cr.execute("SELECT cardinality(pg_blocking_pids(%s))", [pid])
            if env.cr.fetchone()[0]:
                return
            sleep(0.1)
        self.fail("The second one does not wait.")

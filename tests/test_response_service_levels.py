"""Response: clocks in working hours, warnings and escalations."""

from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .response_common import RoutingCommon


class ServiceLevelCommon(RoutingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.calendar_id = cls.calendar
        cls._rule()
        cls.level = cls.env["campaign.service.level"].create(
            {
                "name": "Standard",
                "first_answer_hours": 8,
                "next_answer_hours": 4,
                "resolution_hours": 16,
            }
        )

    def _routed(self, at, **values):
        """Return a reply that came in and was routed at a moment (UTC)."""
        with freeze_time(at):
            reply = self._reply(**values)
            reply._route()
        return reply

    def _clock(self, reply, kind="first"):
        return reply.clock_ids.filtered(lambda one: one.kind == kind)[-1:]

    def _watch(self, at):
        with freeze_time(at):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                job = self.env.ref("campaign_desk.ir_cron_service_levels")
                job.method_direct_trigger()
            self.env.invalidate_all()


@tagged("-at_install", "post_install")
class TestDeadlines(ServiceLevelCommon):
    """Against values worked out by hand; hours are 9 to 17 in Berlin, Monday to Friday.

    In winter that is 8 to 16 UTC, in summer 7 to 15.
    """

    def _deadline(self, start, hours, calendar=None):
        calendar = calendar if calendar is not None else self.calendar
        moment = calendar._deadline(datetime.fromisoformat(start), hours, self.company)
        return moment and moment.isoformat(" ", "minutes")

    def test_within_a_day_and_over_night(self):
        self.assertEqual(self._deadline("2026-11-24 09:00", 2), "2026-11-24 11:00")
        self.assertEqual(self._deadline("2026-11-24 14:00", 4), "2026-11-25 10:00")
        self.assertEqual(self._deadline("2026-11-24 03:00", 1), "2026-11-24 09:00")

    def test_over_the_weekend(self):
        # Friday 15:00 in Berlin: two hours, then six of Monday
        self.assertEqual(self._deadline("2026-11-27 14:00", 8), "2026-11-30 14:00")
        # Saturday: all of it on Monday and Tuesday
        self.assertEqual(self._deadline("2026-11-28 12:00", 12), "2026-12-01 12:00")

    def test_the_whole_day_ends_with_the_day(self):
        self.assertEqual(self._deadline("2026-11-24 08:00", 8), "2026-11-24 16:00")

    def test_clocks_put_back(self):
        # Friday 23 October 2026 is summer time (16:00 in Berlin is 14:00 UTC), Monday
        # the 26th winter time: one hour on Friday, three from 9:00 = 8:00 UTC.
        self.assertEqual(self._deadline("2026-10-23 14:00", 4), "2026-10-26 11:00")

    def test_clocks_put_forward(self):
        # Friday 27 March 2026, 16:00 in Berlin is 15:00 UTC; Monday begins 7:00 UTC.
        self.assertEqual(self._deadline("2026-03-27 15:00", 4), "2026-03-30 10:00")

    def test_hours_through_the_night_of_the_change(self):
        """Clocks show 2:00 twice: hours are hours, whatever clocks show."""
        night = self.calendar.copy({"name": "Night", "attendance_ids": [(5, 0, 0)]})
        night.attendance_ids = [
            (
                0,
                0,
                {
                    "name": "Sunday night",
                    "dayofweek": "6",
                    "hour_from": 0,
                    "hour_to": 6,
                    "day_period": "morning",
                },
            )
        ]
        # 25 October 2026, from 0:00 (22:00 UTC) to 6:00 (5:00 UTC): seven hours
        self.assertEqual(
            self._deadline("2026-10-24 20:00", 6.5, night), "2026-10-25 04:30"
        )

    def test_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Christmas",
                "calendar_id": self.calendar.id,
                "date_from": "2026-12-24 23:00:00",
                "date_to": "2026-12-25 22:59:59",
            }
        )
        # Thursday the 24th, 16:00: one hour; Friday is off; three on Monday
        self.assertEqual(self._deadline("2026-12-24 15:00", 4), "2026-12-28 11:00")

    def test_holidays_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Their day",
                "date_from": "2026-11-24 00:00:00",
                "date_to": "2026-11-24 23:59:59",
            }
        )
        self.env.cr.execute(
            "UPDATE resource_calendar_leaves SET company_id = %s, calendar_id = NULL"
            " WHERE id = %s",
            [other.id, leave.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._deadline("2026-11-24 09:00", 2), "2026-11-24 11:00")

    def test_around_the_clock_and_never(self):
        nothing = self.env["resource.calendar"]
        self.assertEqual(
            self._deadline("2026-11-28 12:00", 8, nothing), "2026-11-28 20:00"
        )
        empty = self.calendar.copy({"name": "Empty", "attendance_ids": [(5, 0, 0)]})
        empty.attendance_ids.unlink()
        self.assertFalse(self._deadline("2026-11-28 12:00", 8, empty))

    def test_hours_between(self):
        def between(start, end):
            return self.calendar._hours_between(
                fields.Datetime.to_datetime(start),
                fields.Datetime.to_datetime(end),
                self.company,
            )

        self.assertEqual(between("2026-10-23 14:00:00", "2026-10-26 11:00:00"), 4)
        self.assertEqual(between("2026-11-28 00:00:00", "2026-11-29 00:00:00"), 0)
        self.assertEqual(between("2026-11-25 00:00:00", "2026-11-24 00:00:00"), 0)


@tagged("-at_install", "post_install")
class TestServiceLevels(ServiceLevelCommon):
    def test_first_that_fits(self):
        complaints = self.env["campaign.service.level"].create(
            {
                "name": "Complaints",
                "sequence": 1,
                "first_answer_hours": 2,
                "intent_ids": self._intent("complaint").ids,
            }
        )
        reply = self._routed("2026-11-24 09:00:00")
        self.assertEqual(reply.service_level_id, self.level)
        self.assertEqual(reply.first_answer_deadline, datetime(2026, 11, 25, 9))
        self.assertEqual(reply.resolution_deadline, datetime(2026, 11, 26, 9))
        self.assertEqual(reply.sla_deadline, reply.first_answer_deadline)
        self.assertFalse(reply.next_answer_deadline)
        self.assertEqual(reply.sla_status, "ok")
        # an hour later somebody corrects the intent: the hour counts
        with freeze_time("2026-11-24 10:00:00"):
            reply.intent_ids = self._intent("complaint")
        self.assertEqual(reply.service_level_id, complaints)
        self.assertEqual(reply.first_answer_deadline, datetime(2026, 11, 24, 11))
        self.assertFalse(reply.resolution_deadline)

    def test_by_priority_and_team(self):
        urgent = self.env["campaign.service.level"].create(
            {
                "name": "Urgent",
                "sequence": 1,
                "first_answer_hours": 1,
                "priority_from": "1",
                "team_ids": self.team.ids,
            }
        )
        reply = self._routed("2026-11-24 09:00:00", priority="2")
        self.assertEqual(reply.service_level_id, urgent)
        with freeze_time("2026-11-24 09:30:00"):
            reply.team_id = self._team("Other", self.ann)
        self.assertEqual(reply.service_level_id, self.level)

    def test_answer_in_time(self):
        reply = self._routed("2026-11-27 14:00:00")  # Friday, 15:00 in Berlin
        monday = datetime(2026, 11, 30, 9)
        with freeze_time(monday):
            reply._answered(self.ben, monday)
        clock = self._clock(reply)
        self.assertEqual(clock.status, "met")
        self.assertEqual(clock.used_hours, 3)
        self.assertEqual(clock.user_id, self.ben)
        self.assertEqual(reply.first_answer_hours, 3)
        self.assertEqual(reply.first_answered_at, monday)
        self.assertEqual(reply.state, "waiting")
        self.assertFalse(reply.first_answer_deadline)
        self.assertFalse(reply.sla_deadline, "it waits for the customer")

    def test_answer_too_late(self):
        reply = self._routed("2026-11-24 09:00:00")
        late = datetime(2026, 11, 25, 9, 30)
        with freeze_time(late):
            reply._answered(self.ben, late)
        self.assertEqual(self._clock(reply).status, "breached")
        self.assertEqual(self._clock(reply).used_hours, 8.5)

    def test_waiting_for_the_customer_does_not_count(self):
        reply = self._routed("2026-11-24 09:00:00")
        at = datetime(2026, 11, 24, 11)
        with freeze_time(at):
            reply._answered(self.ben, at)  # 14 hours are left
        with freeze_time("2026-12-01 10:00:00"):
            reply._customer_wrote(fields.Datetime.now())
        self.assertEqual(reply.state, "open")
        # 14 hours from Tuesday, 11:00: six, then eight of Wednesday
        self.assertEqual(reply.resolution_deadline, datetime(2026, 12, 2, 16))
        self.assertEqual(reply.next_answer_deadline, datetime(2026, 12, 1, 14))
        self.assertEqual(reply.sla_status, "ok")
        # a second mail changes nothing
        with freeze_time("2026-12-01 12:00:00"):
            reply._customer_wrote(fields.Datetime.now())
        self.assertEqual(reply.next_answer_deadline, datetime(2026, 12, 1, 14))
        at = datetime(2026, 12, 1, 13)
        with freeze_time(at):
            reply._answered(self.ben, at, state="done")
        self.assertEqual(self._clock(reply, "next").status, "met")
        resolution = self._clock(reply, "resolution")
        self.assertEqual(resolution.status, "met")
        self.assertEqual(resolution.used_hours, 5)
        self.assertEqual(reply.sla_status, "met")

    def test_goes_on_with_a_conversation(self):
        """Who has been answered before waits for the next answer, not the first."""
        with patch.object(type(self.env["campaign.response"]), "_is_continued") as was:
            was.return_value = True
            reply = self._routed("2026-11-24 09:00:00")
        self.assertFalse(reply.first_answer_deadline)
        self.assertEqual(reply.next_answer_deadline, datetime(2026, 11, 24, 13))

    def test_reopened(self):
        reply = self._routed("2026-11-24 09:00:00")
        with freeze_time("2026-11-24 10:00:00"):
            reply._answered(self.ben, fields.Datetime.now(), state="done")
            self.assertTrue(reply.closed_at)
        with freeze_time("2026-11-30 08:00:00"):
            reply._customer_wrote(fields.Datetime.now())
        self.assertFalse(reply.closed_at)
        self.assertEqual(reply.resolution_deadline, datetime(2026, 12, 1, 15))
        self.assertEqual(reply.sla_status, "ok")

    def test_done_without_an_answer(self):
        """Thanks need no answer; but nobody gets out of a broken promise that way."""
        thanks = self._routed("2026-11-24 09:00:00")
        late = self._routed("2026-11-24 09:00:00")
        with freeze_time("2026-11-24 10:00:00"):
            thanks.state = "done"
        with freeze_time("2026-11-26 10:00:00"):
            late.state = "done"
        self.assertEqual(self._clock(thanks).status, "dropped")
        self.assertEqual(thanks.sla_status, "met")
        self.assertEqual(self._clock(late).status, "breached")
        self.assertEqual(late.sla_status, "breached")

    def test_who_answers_what_nobody_has(self):
        self.team.mode = "manual"
        reply = self._routed("2026-11-24 09:00:00")
        with freeze_time("2026-11-24 10:00:00"):
            reply.with_user(self.ben)._answered(self.ben, fields.Datetime.now())
        self.assertEqual(reply.user_id, self.ben)

    def test_warned_at_three_quarters(self):
        reply = self._routed("2026-11-24 09:00:00")
        owner = reply.user_id
        self._watch("2026-11-24 14:59:00")
        self.assertFalse(reply.activity_ids)
        self._watch("2026-11-24 15:00:00")  # six of eight hours
        self.assertEqual(reply.sla_status, "warning")
        [activity] = reply.activity_ids
        self.assertEqual(activity.user_id, owner)
        self.assertEqual(activity.summary, "First answer until Wed 10:00")
        self._watch("2026-11-24 15:10:00")
        self.assertEqual(len(reply.activity_ids), 1)
        with freeze_time("2026-11-24 15:20:00"):
            reply.with_user(owner)._answered(owner, fields.Datetime.now())
        self.assertFalse(reply.activity_ids, "answered: the reminder goes")

    def test_escalated_at_the_end(self):
        reply = self._routed("2026-11-24 09:00:00")
        self._watch("2026-11-25 08:59:00")
        self._watch("2026-11-25 09:00:00")
        self.assertEqual(reply.sla_status, "breached")
        self.assertEqual(reply.priority, "1")
        [activity] = reply.activity_ids.filtered(lambda one: one.user_id == self.ann)
        self.assertEqual(activity.summary, "Too late: First answer")
        notes = "".join(map(str, reply.message_ids.mapped("body")))
        self.assertIn("was due within 8 working hours (Standard)", notes)
        count = len(reply.activity_ids)
        self._watch("2026-11-25 09:05:00")
        self.assertEqual(len(reply.activity_ids), count)
        self.assertEqual(reply.priority, "1")
        self.assertEqual(self.team.overdue_count, 1)

    def test_missed_while_nobody_watched(self):
        """The scheduler was down: it is late at once, with no warning before."""
        reply = self._routed("2026-11-24 09:00:00")
        self._watch("2026-11-30 09:00:00")
        self.assertEqual(reply.sla_status, "breached")
        self.assertEqual(
            set(reply.activity_ids.mapped("summary")),
            {"Too late: First answer", "Too late: Done"},
        )

    def test_unassigned_warns_the_leader(self):
        self.team.mode = "manual"
        reply = self._routed("2026-11-24 09:00:00")
        self._watch("2026-11-24 15:00:00")
        self.assertEqual(reply.activity_ids.user_id, self.ann)

    def test_a_leader_who_lost_the_role_stops_nothing(self):
        reply = self._routed("2026-11-24 09:00:00")
        other = self._routed("2026-11-24 09:00:00")
        group = self.env.ref("campaign_desk.group_response_user")
        self.ann.group_ids = [(3, group.id)]
        reply.user_id.group_ids = [(3, group.id)]
        self._watch("2026-11-24 15:00:00")
        self._watch("2026-11-26 10:00:00")
        self.assertEqual(reply.sla_status, "breached")
        self.assertEqual(other.sla_status, "breached")

    def test_promises_something(self):
        with self.assertRaisesRegex(ValidationError, "promises nothing"):
            self.env["campaign.service.level"].create({"name": "Empty"})

    def test_many_at_once_are_told_together(self):
        replies = self.env["campaign.response"]
        with freeze_time("2026-11-24 09:00:00"):
            for _number in range(30):
                replies |= self._reply()
            replies._route()
        mails = [("partner_ids", "in", self.ann.partner_id.ids)]
        before = self.env["mail.message"].search_count(mails)
        self._watch("2026-11-25 09:00:00")
        self.assertEqual(set(replies.mapped("sla_status")), {"breached"})
        self.assertEqual(len(replies.activity_ids), 30)
        told = self.env["mail.message"].search(mails)
        self.assertEqual(len(told) - before, 1, "one mail, not thirty")
        self.assertEqual(told[:1].subject, "30 replies are late")


@tagged("-at_install", "post_install")
class TestServiceLevelReport(ServiceLevelCommon):
    def test_share_average_and_median(self):
        self.level.write({"next_answer_hours": 0, "resolution_hours": 0})
        replies = self.env["campaign.response"]
        for hours in (1, 2, 6, 23):  # UTC hours after 8:00; the last is the next day
            reply = self._routed("2026-11-24 08:00:00")
            reply.user_id = self.ben
            at = datetime(2026, 11, 24 + hours // 24, 8 + hours % 24 % 16)
            if hours == 23:
                at = datetime(2026, 11, 25, 10)  # ten working hours
            with freeze_time(at):
                reply._answered(self.ben, at)
            replies |= reply
        running = self._routed("2026-11-24 08:00:00")
        dropped = self._routed("2026-11-24 08:00:00")
        with freeze_time("2026-11-24 09:00:00"):
            dropped.state = "done"
        report = self.env["campaign.service.level.report"]
        ours = [("response_id", "in", (replies | running | dropped).ids)]
        [(count, share, average, median)] = report._read_group(
            ours,
            [],
            ["__count", "kept_share:avg", "used_hours:avg", "median_hours:avg"],
        )
        self.assertEqual(count, 5, "what nobody had to keep does not count")
        self.assertEqual(share, 0.75)
        self.assertEqual(average, (1 + 2 + 6 + 10) / 4)
        self.assertEqual(median, 4)
        groups = report.with_user(self.boss).formatted_read_group(
            ours,
            ["team_id", "user_id", "started_at:week"],
            ["kept_share:avg", "median_hours:avg"],
        )
        by_user = {group["user_id"][0]: group for group in groups}
        self.assertEqual(by_user[self.ben.id]["median_hours:avg"], 4)

"""Sending: what waits for its time, and what is sent again."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import ForeignKeyViolation
from pytz import timezone

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.campaign.mailing_renderer import Delivery
from ..models.sending.postponement import postpone
from ..models.sending.queue import Queue
from ..models.sending.recipient_zones import recipient_zones
from ..tools.providers.base import ACCEPTED, DEFERRED, UNKNOWN, SendResult
from ..tools.send_windows import clock_at
from .common import DeskCommon

MONDAY_NOON = datetime(2026, 11, 23, 12)


class TimingCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "UTC"
        cls.window = cls.env.ref("campaign_desk.campaign_send_window_working_hours")
        cls.countries = {
            code: cls.env.ref(f"base.{code.lower()}")
            for code in ("DE", "JP", "US", "IN")
        }

    def setUp(self):
        super().setUp()
        self.queue = Queue(self.env.cr, own_session=False)

    def _started(self, mailing):
        """Plan a mailing; return its deliveries."""
        mailing.action_launch()
        self._dispatch()
        self.env.invalidate_all()
        return mailing.mailing_trace_ids.sorted("id")

    def _as_claimed(self, traces):
        """Return deliveries as a worker has them."""
        return [
            Delivery(one.id, one.res_id, one.email, one.token, one.message_id)
            for one in traces
        ]

    def _postponed(self, mailing, traces=None):
        """Return what waits for what, by the name of the recipient."""
        traces = mailing.mailing_trace_ids if traces is None else traces
        found = postpone(mailing, self._as_claimed(traces))
        return {trace.email.partition("@")[0]: found.get(trace.id) for trace in traces}

    def _claim(self, mailing):
        self.env.flush_all()
        lease_id, _rows = self._claim_batch(self.queue, mailing)
        self.env.invalidate_all()
        return lease_id


@tagged("-at_install", "post_install")
class TestPostponed(TimingCommon):
    """What becomes of deliveries that it is not the time for."""

    def setUp(self):
        super().setUp()
        for number in range(3):
            self._contact(f"C{number}", f"c{number}@example.com")
        self.mailing = self._mailing()
        self.traces = self._started(self.mailing)

    def test_back_in_the_queue_and_no_attempt(self):
        lease_id = self._claim(self.mailing)
        one, two, three = self.traces
        later = fields.Datetime.now() + timedelta(hours=1)
        self.queue.settle(
            lease_id,
            [],
            [three.id],
            postponed={one.id: ("window", later), two.id: ("cap", later)},
        )
        self.env.invalidate_all()
        self.assertEqual(self.traces.mapped("trace_status"), ["outgoing"] * 3)
        self.assertEqual(self.traces.mapped("waiting_for"), ["window", "cap", False])
        self.assertEqual(self.traces.mapped("attempt_count"), [0] * 3)
        self.assertEqual(one.next_attempt_at, later)
        self.assertFalse(any(self.traces.mapped("lease_key")))
        # only the third is due
        self._claim(self.mailing)
        self.assertEqual(
            self.traces.mapped("trace_status"), ["outgoing", "outgoing", "process"]
        )

    def test_only_its_worker_postpones(self):
        lease_id = self._claim(self.mailing)
        later = fields.Datetime.now() + timedelta(hours=1)
        waiting = dict.fromkeys(self.traces.ids, ("window", later))
        self.queue.settle(lease_id + 1, [], [], postponed=waiting)
        self.env.invalidate_all()
        self.assertEqual(self.traces.mapped("trace_status"), ["process"] * 3)

    def test_opened_meanwhile_stays_opened(self):
        lease_id = self._claim(self.mailing)
        self.traces[0].set_opened()
        self.env.flush_all()
        later = fields.Datetime.now() + timedelta(hours=1)
        waiting = dict.fromkeys(self.traces.ids, ("window", later))
        self.queue.settle(lease_id, [], [], postponed=waiting)
        self.env.invalidate_all()
        self.assertEqual(self.traces[0].trace_status, "open")

    def test_every_other_outcome_says_what_it_waits_for(self):
        lease_id = self._claim(self.mailing)
        later = fields.Datetime.now() - timedelta(hours=1)
        waiting = dict.fromkeys(self.traces.ids, ("window", later))
        self.queue.settle(lease_id, [], [], postponed=waiting)
        lease_id = self._claim(self.mailing)
        one, two, three = self.traces.ids
        results = [
            SendResult(one, ACCEPTED),
            SendResult(two, DEFERRED, "451 later"),
            SendResult(three, UNKNOWN, "lost"),
        ]
        self.queue.settle(lease_id, results, [])
        self.env.invalidate_all()
        self.assertEqual(self.traces.mapped("waiting_for"), [False, "retry", False])


@tagged("-at_install", "post_install")
class TestSendWindow(TimingCommon):
    def test_each_recipient_on_their_own_clock(self):
        for code, country in self.countries.items():
            contact = self._contact(code, f"{code.lower()}@example.com")
            contact.country_id = country
        self._contact("Nowhere", "nowhere@example.com")
        mailing = self._mailing(send_window_id=self.window.id)
        self._started(mailing)
        with freeze_time(MONDAY_NOON):
            waiting = self._postponed(mailing)
        self.assertEqual(
            waiting,
            {
                "de": None,  # 13:00
                "in": None,  # 17:30
                "jp": ("window", datetime(2026, 11, 23, 23)),  # 21:00
                "us": None,  # many time zones: the responsible's
                "nowhere": None,
            },
        )
        self.env.user.tz = "America/New_York"  # 7:00
        with freeze_time(MONDAY_NOON):
            waiting = self._postponed(mailing)
        opening = ("window", datetime(2026, 11, 23, 13))
        self.assertEqual(waiting["us"], opening)
        self.assertEqual(waiting["nowhere"], opening)
        self.assertIsNone(waiting["de"])

    def test_partners_and_their_records(self):
        self.env.user.tz = "Africa/Lagos"
        partners = self.env["res.partner"].create(
            [
                {"name": "A", "tz": "Asia/Tokyo"},
                {"name": "B", "tz": False, "country_id": self.countries["DE"].id},
                # the time zone of whoever entered the contact
                {
                    "name": "C",
                    "tz": "Europe/Berlin",
                    "country_id": self.countries["JP"].id,
                },
                {
                    "name": "D",
                    "tz": "Europe/Berlin",
                    "country_id": self.countries["US"].id,
                },
                {
                    "name": "E",
                    "tz": "US/Pacific",
                    "country_id": self.countries["US"].id,
                },
                {"name": "F", "tz": False},
            ]
        )
        expected = [
            "Asia/Tokyo",
            "Europe/Berlin",
            "Asia/Tokyo",
            "Africa/Lagos",
            "US/Pacific",
            "Africa/Lagos",
        ]
        leads = self.env["crm.lead"].create(
            [{"name": one.name, "partner_id": one.id} for one in partners]
        )
        own = self.env["crm.lead"].create(
            {"name": "G", "country_id": self.countries["IN"].id}
        )
        for records, zones in (
            (partners, expected),
            (leads | own, [*expected, "Asia/Kolkata"]),
        ):
            mailing = self._mailing(
                mailing_model_id=self.env["ir.model"]._get_id(records._name)
            )
            found = recipient_zones(mailing, records.ids, 2026)
            self.assertEqual([found[one.id].zone for one in records], zones)

    def test_few_queries_however_many_recipients(self):
        partners = self.env["res.partner"].create(
            [
                {"name": str(number), "country_id": self.countries["DE"].id}
                for number in range(200)
            ]
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner")
        )
        recipient_zones(mailing, partners[:1].ids, 2026)
        self.env.flush_all()
        partners.invalidate_recordset()
        with self.assertQueryCount(2):
            recipient_zones(mailing, partners.ids, 2026)

    def test_record_that_is_gone(self):
        self.assertEqual(recipient_zones(self._mailing(), [0], 2026)[0].zone, "UTC")

    def test_days_off(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Office", "tz": "Europe/Berlin"}
        )
        leaves = self.env["resource.calendar.leaves"]
        for values in (
            # 24 to 26 December in Berlin
            {
                "calendar_id": calendar.id,
                "date_from": "2026-12-23 23:00:00",
                "date_to": "2026-12-26 23:00:00",
            },
            {"date_from": "2027-01-01 08:00:00", "date_to": "2027-01-01 12:00:00"},
            {
                "calendar_id": calendar.id,
                "time_type": "other",
                "date_from": "2026-12-28 08:00:00",
                "date_to": "2026-12-28 12:00:00",
            },
        ):
            leaves.create(values)
        self.window.calendar_id = calendar
        self.assertEqual(
            self.window._days_off(MONDAY_NOON),
            {
                *(datetime(2026, 12, day).date() for day in (24, 25, 26)),
                datetime(2027, 1, 1).date(),
            },
        )
        self._contact("A", "a@example.com")
        mailing = self._mailing(send_window_id=self.window.id)
        self._started(mailing)
        with freeze_time("2026-12-24 12:00:00"):
            waiting = self._postponed(mailing)
        self.assertEqual(waiting, {"a": ("window", datetime(2026, 12, 28, 8))})

    def test_new_mailings_take_the_companys(self):
        self.assertFalse(self._mailing().send_window_id)
        self.env.company.campaign_send_window_id = self.window
        self.assertEqual(self._mailing().send_window_id, self.window)

    def test_mailings_from_before_the_add_on_have_none(self):
        self.env.company.campaign_send_window_id = self.window
        mailing = self._mailing(send_window_id=False)
        mailing._init_column("send_window_id")
        mailing.invalidate_recordset()
        self.assertFalse(mailing.send_window_id)

    def test_only_wishes_and_absences_are_asked_without_window_and_cap(self):
        self._contact("A", "a@example.com")
        mailing = self._mailing()
        deliveries = self._as_claimed(self._started(mailing))
        self.env["res.company"]._has_frequency_caps()
        self.env.invalidate_all()  # as after each batch
        self.assertTrue(mailing.mailing_model_real)  # the lane asks for this anyway
        with self.assertQueryCount(1):
            self.assertEqual(postpone(mailing, deliveries), {})

    def test_what_waits_is_judged_anew_when_the_window_changes(self):
        self._contact("A", "a@example.com")
        mailing = self._mailing(send_window_id=self.window.id)
        trace = self._started(mailing)
        later = fields.Datetime.now() + timedelta(days=1)
        for change in (
            lambda: self.window.write({"hour_to": 19.0}),
            lambda: mailing.write({"send_window_id": False}),
            lambda: mailing.write({"ignore_frequency_cap": True}),
            lambda: self.env.company.write({"campaign_cap_mails": 9}),
        ):
            lease_id = self._claim(mailing)
            self.assertTrue(lease_id)
            waiting = {trace.id: ("window", later)}
            self.queue.settle(lease_id, [], [], postponed=waiting)
            self.assertIsNone(self._claim(mailing))
            change()

    def test_saving_the_same_cap_again_changes_nothing(self):
        self.env.company.campaign_cap_mails = 3
        with patch.object(type(self.env["mailing.mailing"]), "_look_again") as looked:
            self.env.company.write({"campaign_cap_mails": 3, "campaign_cap_days": 7})
            self.assertFalse(looked.called)
            self.env.company.campaign_cap_days = 8
            self.assertTrue(looked.called)

    def test_hours_make_sense(self):
        for values in (
            {"hour_from": -1.0},
            {"hour_from": 24.0},
            {"hour_to": 24.5},
            {"hour_from": 9.0, "hour_to": 9.0},
            {"monday": False, "tuesday": False, "wednesday": False}
            | {"thursday": False, "friday": False},
        ):
            with self.assertRaises(ValidationError):
                self.window.write(values)
        self.window.write({"hour_from": 22.0, "hour_to": 6.0, "sunday": True})
        self.window.write({"hour_from": 0.0, "hour_to": 24.0})
        window = self.window._as_window(MONDAY_NOON)
        self.assertEqual((window.opens, window.closes), (0, 1440))

    def test_window_in_use_stays(self):
        self._mailing(send_window_id=self.window.id)
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.window.unlink()


@tagged("-at_install", "post_install")
class TestFrequencyCap(TimingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"campaign_cap_mails": 2, "campaign_cap_days": 7})
        cls._contact("A", "a@example.com")
        cls._contact("B", "b@example.com")

    def _sent(self, *ages, email="a@example.com", **values):
        """Have mailings of these ages (in days) reach an address."""
        moments = []
        for age in ages:
            mailing = self._mailing(**values)
            trace = self._started(mailing).filtered(lambda one: one.email == email)
            moment = fields.Datetime.now() - timedelta(days=age)
            trace.write({"trace_status": "sent", "sent_datetime": moment})
            mailing.state = "done"
            moments.append(moment)
        self.env.flush_all()
        return moments

    def _next(self, **values):
        mailing = self._mailing(**values)
        self._started(mailing)
        return self._postponed(mailing)

    def test_until_the_oldest_is_old(self):
        oldest, _newest = self._sent(5, 1)
        self.assertEqual(
            self._next(), {"a": ("cap", oldest + timedelta(days=7)), "b": None}
        )

    def test_old_mails_do_not_count(self):
        self._sent(8, 30, 1)
        self.assertEqual(self._next(), {"a": None, "b": None})

    def test_until_there_is_room_when_there_were_too_many(self):
        moments = self._sent(6, 5, 3, 1)
        waiting = self._next()["a"]
        self.assertEqual(waiting, ("cap", moments[2] + timedelta(days=7)))

    def test_must_go(self):
        self._sent(1, 1, 1)
        self.assertIsNone(self._next(ignore_frequency_cap=True)["a"])

    def test_no_cap(self):
        self._sent(1, 1, 1)
        self.env.company.campaign_cap_mails = 0
        self.assertIsNone(self._next()["a"])

    def test_what_never_left_does_not_count(self):
        self._sent(1, 1)
        self.env["mailing.trace"].search([("email", "=", "a@example.com")]).write(
            {"trace_status": "bounce", "sent_datetime": False}
        )
        self.assertIsNone(self._next()["a"])

    def test_mails_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "other_marketer",
            "base.group_user,mass_mailing.group_mass_mailing_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self._sent(1, 2, user_id=user.id)
        self.assertIsNone(self._next()["a"])
        other.campaign_cap_mails = 1
        self.assertEqual(self._next(user_id=user.id)["a"][0], "cap")

    def test_two_campaigns_at_once(self):
        """Whoever looks second sees the first, however short ago it was claimed."""
        self._sent(1)
        first, second = self._mailing(), self._mailing()
        self._started(first)
        self._started(second)
        first_lease = self._claim(first)
        self._claim(second)
        now = fields.Datetime.now()
        for mailing in first, second:
            waiting = self._postponed(mailing)
            reason, until = waiting["a"]
            self.assertEqual(reason, "cap")
            self.assertGreaterEqual(until, now + timedelta(minutes=1))
            self.assertLess(until, now + timedelta(minutes=3, seconds=5))
            self.assertIsNone(waiting["b"])
        # opened before its worker could say that it left: still in hand
        trace = first.mailing_trace_ids.filtered(lambda one: one.email[0] == "a")
        trace.set_opened()
        self.env.flush_all()
        self.assertEqual(self._postponed(second)["a"][0], "cap")
        # settled as sent: for days
        self.queue.settle(first_lease, [SendResult(trace.id, ACCEPTED)], [])
        self.env.invalidate_all()
        self.assertGreater(
            self._postponed(second)["a"][1], fields.Datetime.now() + timedelta(days=5)
        )

    def test_given_back_is_no_longer_in_hand(self):
        self._sent(1)
        first, second = self._mailing(), self._mailing()
        traces = self._started(first)
        self._started(second)
        lease_id = self._claim(first)
        self.queue.settle(lease_id, [], traces.ids)
        self.assertIsNone(self._postponed(second)["a"])

    def test_cap_ends_within_the_window(self):
        # until Sunday noon; the window opens on Monday morning
        with freeze_time(MONDAY_NOON):
            self._sent(0, 1)
            mailing = self._mailing(send_window_id=self.window.id)
            self._started(mailing)
            self.assertEqual(
                self._postponed(mailing)["a"], ("cap", datetime(2026, 11, 30, 8))
            )


@tagged("-at_install", "post_install")
class TestTimingLane(TimingCommon):
    """With the jobs that send."""

    def test_window(self):
        at_work = self._contact("A", "a@example.com")
        at_work.country_id = self.countries["DE"]
        opening = fields.Datetime.now() + timedelta(hours=2)
        minute = timedelta(seconds=opening.second)
        berlin = clock_at(opening, timezone("Europe/Berlin")).replace(second=0)
        begin = berlin.hour + berlin.minute / 60
        self.window.write(
            {"hour_from": begin, "hour_to": (begin + 1) % 24}
            | dict.fromkeys(("saturday", "sunday"), True)
        )
        mailing = self._mailing(send_window_id=self.window.id)
        self._send(mailing)
        self.env.invalidate_all()
        trace = mailing.mailing_trace_ids
        self.assertFalse(self.mailbox.mails)
        self.assertEqual((trace.trace_status, trace.attempt_count), ("outgoing", 0))
        self.assertEqual(trace.waiting_for, "window")
        self.assertEqual(trace.next_attempt_at, opening - minute)
        self.assertFalse(self.env["campaign.sending.lease"].search([]))
        self._dispatch()
        self.assertEqual(mailing.state, "sending")
        mailing.send_window_id = False
        self._run_lane()
        self.env.invalidate_all()
        self.assertEqual(self.mailbox.recipients, ["a@example.com"])
        self.assertEqual((trace.trace_status, trace.waiting_for), ("sent", False))

    def test_cap(self):
        self.env.company.write({"campaign_cap_mails": 1, "campaign_cap_days": 3})
        for letter in "ab":
            self._contact(letter, f"{letter}@example.com")
        everybody = ["a@example.com", "b@example.com"]
        self._send(self._mailing())
        self.assertEqual(self.mailbox.recipients, everybody)
        self._contact("C", "c@example.com")
        self.mailbox.mails.clear()
        second = self._mailing()
        self._send(second)
        self.env.invalidate_all()
        self.assertEqual(self.mailbox.recipients, ["c@example.com"])
        waiting = second.mailing_trace_ids.filtered(lambda one: one.email in everybody)
        self.assertEqual(waiting.mapped("waiting_for"), ["cap", "cap"])
        for trace in waiting:
            self.assertAlmostEqual(
                trace.next_attempt_at,
                fields.Datetime.now() + timedelta(days=3),
                delta=timedelta(minutes=1),
            )
        self.mailbox.mails.clear()
        self._send(self._mailing(ignore_frequency_cap=True))
        self.assertEqual(self.mailbox.recipients, [*everybody, "c@example.com"])


@tagged("-at_install", "post_install")
class TestUncertain(TimingCommon):
    def setUp(self):
        super().setUp()
        self._contact("A", "a@example.com")
        self.mailing = self._mailing(uncertain_policy="resend")
        self.trace = self._started(self.mailing)

    def _lose(self, minutes):
        """Have the delivery lost sight of, so many minutes ago."""
        lease_id = self._claim(self.mailing)
        self.assertTrue(lease_id)
        lost = [SendResult(self.trace.id, UNKNOWN, "lost")]
        self.queue.settle(lease_id, lost, [])
        self.env.cr.execute(
            "UPDATE mailing_trace SET write_date = write_date - %s WHERE id = %s",
            [timedelta(minutes=minutes), self.trace.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.trace.failure_type, "outcome_unknown")
        self._dispatch()
        self.env.invalidate_all()

    def test_sent_again_after_the_grace_time_and_once(self):
        message_id = self.trace.message_id
        self._lose(29)
        self.assertEqual(self.trace.trace_status, "error")
        self.assertEqual(self.mailing.state, "done")
        self.env.cr.execute(
            "UPDATE mailing_trace SET write_date = write_date - interval '2 minutes'"
        )
        self._dispatch()
        self.env.invalidate_all()
        self.assertEqual(self.trace.trace_status, "outgoing")
        self.assertTrue(self.trace.resent_at)
        self.assertEqual(self.mailing.state, "sending")
        self._lose(60)
        self.assertEqual(self.trace.failure_type, "outcome_unknown")
        self.assertEqual(self.mailing.state, "done")
        # a person still can
        self.trace.action_resend()
        self._run_lane()
        self.env.invalidate_all()
        self.assertEqual(self.trace.trace_status, "sent")
        mail = self.mailbox.message_to("a@example.com")
        self.assertEqual(mail["Message-ID"], message_id)

    def test_kept_for_a_person(self):
        self.mailing.uncertain_policy = "keep"
        self._lose(600)
        self.assertEqual(self.trace.failure_type, "outcome_unknown")

    def test_not_of_a_mailing_that_was_cancelled(self):
        self.mailing.cancel_reason = "Cancelled"
        self._lose(600)
        self.assertEqual(self.trace.failure_type, "outcome_unknown")

    def test_own_grace_time(self):
        self.mailing.uncertain_grace_minutes = 5
        self._lose(6)
        self.assertEqual(self.trace.trace_status, "outgoing")
        with self.assertRaises(ValidationError):
            self.mailing.uncertain_grace_minutes = 0


@tagged("-at_install", "post_install")
class TestTimingRights(TimingCommon):
    def test_marketers_choose_windows_and_administrators_make_them(self):
        marketer = new_test_user(
            self.env,
            "marketer",
            "base.group_user,mass_mailing.group_mass_mailing_user",
        )
        administrator = new_test_user(
            self.env,
            "administrator",
            "base.group_system,mass_mailing.group_mass_mailing_user",
        )
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        window = self.window.with_user(marketer)
        self.assertEqual(window.name, "Working hours")
        self._mailing().with_user(marketer).send_window_id = window
        for act in (
            lambda: window.write({"hour_to": 20.0}),
            lambda: window.create({"name": "Mine"}),
            window.unlink,
            lambda: self.window.with_user(stranger).read(["name"]),
        ):
            with self.assertRaises(AccessError):
                act()
        self.window.with_user(administrator).hour_to = 20.0
        with Form(self.env["campaign.send.window"].with_user(administrator)) as form:
            form.name = "Nights"
            form.hour_from = 22.0
            form.hour_to = 6.0
        self.assertEqual(form.record.company_id, self.env.company)

    def test_companies_have_their_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        window = self.window.create({"name": "Theirs", "company_id": other.id})
        shared = self.window.create({"name": "All", "company_id": False})
        for login, company, visible in (
            ("one", self.env.company, self.window | shared),
            ("two", other, window | shared),
        ):
            user = new_test_user(
                self.env,
                login,
                "base.group_system,mass_mailing.group_mass_mailing_user",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            found = self.window.with_user(user).search([])
            self.assertEqual(found & (window | shared | self.window), visible)
            for hidden in (window | shared | self.window) - visible:
                with self.assertRaises(AccessError):
                    hidden.with_user(user).hour_to = 20.0

    def test_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            form.campaign_send_window_id = self.window
            form.campaign_cap_mails = 3
            form.campaign_cap_days = 10
        form.record.execute()
        company = self.env.company
        self.assertEqual(company.campaign_send_window_id, self.window)
        self.assertEqual(
            (company.campaign_cap_mails, company.campaign_cap_days), (3, 10)
        )

"""Sending: windows on the recipient's clock, through every change of the clocks."""

import unittest
from datetime import date, datetime, timedelta

import pytz

from tools.send_windows import HORIZON_DAYS, SendWindow, clock_at, next_opening

WEEK = frozenset(range(7))
WORKING = SendWindow(frozenset(range(5)), 8 * 60, 18 * 60)
MINUTE = timedelta(minutes=1)


def opening(window, zone, *now):
    """Return what the clocks in ``zone`` show at the next opening after UTC ``now``."""
    tz = pytz.timezone(zone)
    return clock_at(next_opening(window, tz, datetime(*now)), tz)


def utc(zone, *clock, is_dst=False):
    """Return the UTC moment at which clocks in ``zone`` show ``clock``."""
    local = pytz.timezone(zone).localize(datetime(*clock), is_dst=is_dst)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


class TestHours(unittest.TestCase):
    def test_open_means_now(self):
        berlin = pytz.timezone("Europe/Berlin")
        now = datetime(2026, 11, 23, 9, 30, 12, 345)  # a Monday
        self.assertIs(next_opening(WORKING, berlin, now), now)

    def test_borders(self):
        monday = (2026, 11, 23)
        eight = datetime(*monday, 8)
        for clock, expected in (
            ((*monday, 7, 59, 59), eight),
            ((*monday, 8), eight),
            ((*monday, 17, 59, 59), datetime(*monday, 17, 59, 59)),
            ((*monday, 18), eight + timedelta(days=1)),
        ):
            now = utc("Europe/Berlin", *clock)
            tz = pytz.timezone("Europe/Berlin")
            self.assertEqual(clock_at(next_opening(WORKING, tz, now), tz), expected)

    def test_over_the_weekend(self):
        friday_evening = (2026, 11, 27, 20, 0)
        self.assertEqual(
            opening(WORKING, "UTC", *friday_evening), datetime(2026, 11, 30, 8)
        )

    def test_each_recipient_on_their_own_clock(self):
        now = (2026, 11, 23, 12, 0)
        for zone, expected in {
            "Europe/Berlin": datetime(2026, 11, 23, 13),  # open
            "America/Los_Angeles": datetime(2026, 11, 23, 8),
            "Asia/Tokyo": datetime(2026, 11, 24, 8),
            "Asia/Kolkata": datetime(2026, 11, 23, 17, 30),  # open, by half an hour
            "Asia/Kathmandu": datetime(2026, 11, 23, 17, 45),
            "Australia/Adelaide": datetime(2026, 11, 24, 8),
        }.items():
            self.assertEqual(opening(WORKING, zone, *now), expected, zone)

    def test_half_hours(self):
        # 8:00 in these zones is no whole hour in UTC
        for zone, moment in {
            "Asia/Kolkata": datetime(2026, 11, 24, 2, 30),
            "Asia/Kathmandu": datetime(2026, 11, 24, 2, 15),
            "Australia/Adelaide": datetime(2026, 11, 23, 21, 30),  # summer there
            "America/St_Johns": datetime(2026, 11, 24, 11, 30),
        }.items():
            tz = pytz.timezone(zone)
            # 18:00 in that zone, the evening before
            now = moment - timedelta(hours=14)
            self.assertEqual(next_opening(WORKING, tz, now), moment, zone)

    def test_all_day(self):
        whole_days = SendWindow(frozenset({5, 6}), 0, 24 * 60)
        self.assertEqual(
            opening(whole_days, "UTC", 2026, 11, 27, 12), datetime(2026, 11, 28)
        )
        for now in ((2026, 11, 28), (2026, 11, 28, 23, 59), (2026, 11, 29, 23, 59)):
            self.assertEqual(opening(whole_days, "UTC", *now), datetime(*now))
        self.assertEqual(
            opening(whole_days, "UTC", 2026, 11, 30), datetime(2026, 12, 5)
        )


class TestMidnight(unittest.TestCase):
    NIGHT = SendWindow(frozenset({4}), 22 * 60, 6 * 60)  # Friday night

    def test_belongs_to_the_day_it_opens(self):
        friday, saturday = (2026, 11, 27), (2026, 11, 28)
        for now, expected in (
            ((*friday, 5), datetime(*friday, 22)),  # not Thursday's
            ((*friday, 22), datetime(*friday, 22)),
            ((*saturday, 5, 59), datetime(*saturday, 5, 59)),
            ((*saturday, 6), datetime(2026, 12, 4, 22)),
            ((*saturday, 23), datetime(2026, 12, 4, 22)),
        ):
            self.assertEqual(opening(self.NIGHT, "UTC", *now), expected, now)

    def test_day_off_in_the_second_half(self):
        night = SendWindow(WEEK, 22 * 60, 6 * 60, frozenset({date(2026, 12, 25)}))
        self.assertEqual(
            opening(night, "UTC", 2026, 12, 24, 23), datetime(2026, 12, 24, 23)
        )
        # what began on the 24th is interrupted for the 25th, and so is its evening
        self.assertEqual(
            opening(night, "UTC", 2026, 12, 25, 1), datetime(2026, 12, 26, 0)
        )

    def test_in_a_zone_that_is_a_day_ahead(self):
        self.assertEqual(
            opening(self.NIGHT, "Pacific/Kiritimati", 2026, 11, 27, 7),
            datetime(2026, 11, 27, 22),
        )


class TestDaysOff(unittest.TestCase):
    def test_spanning_several_days(self):
        christmas = frozenset(date(2026, 12, day) for day in range(24, 32))
        window = SendWindow(WORKING.days, 8 * 60, 18 * 60, christmas)
        self.assertEqual(
            opening(window, "Europe/Berlin", 2026, 12, 24, 10),
            datetime(2027, 1, 1, 8),
        )

    def test_day_off_is_the_recipients(self):
        new_year = SendWindow(WEEK, 8 * 60, 18 * 60, frozenset({date(2027, 1, 1)}))
        now = (2026, 12, 31, 23, 30)  # 8:30 on 1 January in Tokyo
        self.assertEqual(opening(new_year, "Asia/Tokyo", *now), datetime(2027, 1, 2, 8))
        self.assertEqual(
            opening(new_year, "America/New_York", *now), datetime(2027, 1, 2, 8)
        )
        now = (2026, 12, 31, 22, 30)  # 17:30 on 31 December in New York
        self.assertEqual(
            opening(new_year, "America/New_York", *now), datetime(2026, 12, 31, 17, 30)
        )

    def test_never_open_is_looked_at_again(self):
        now = datetime(2026, 11, 23)
        never = SendWindow(frozenset(), 0, 1440)
        self.assertEqual(
            next_opening(never, pytz.utc, now), now + timedelta(days=HORIZON_DAYS)
        )


class TestClockChanges(unittest.TestCase):
    def test_winter_and_summer(self):
        tz = pytz.timezone("Europe/Berlin")
        for now, moment in (
            (datetime(2026, 3, 27, 20), datetime(2026, 3, 30, 6)),  # over the change
            (datetime(2026, 10, 23, 20), datetime(2026, 10, 26, 7)),
        ):
            self.assertEqual(next_opening(WORKING, tz, now), moment)

    def test_opens_in_the_hour_that_is_left_out(self):
        window = SendWindow(WEEK, 2 * 60 + 30, 10 * 60)
        # 2:00 to 3:00 in Berlin on 29 March 2026: opens when the clocks jump to 3:00
        self.assertEqual(
            opening(window, "Europe/Berlin", 2026, 3, 28, 20), datetime(2026, 3, 29, 3)
        )
        # by half an hour only: 2:00 to 2:30 on Lord Howe on 4 October 2026
        window = SendWindow(WEEK, 2 * 60 + 10, 10 * 60)
        self.assertEqual(
            opening(window, "Australia/Lord_Howe", 2026, 10, 3, 6),
            datetime(2026, 10, 4, 2, 30),
        )

    def test_midnight_is_left_out(self):
        # Cairo has no 0:00 to 1:00 on 24 April 2026
        day = SendWindow(frozenset({4}), 0, 24 * 60)
        tz = pytz.timezone("Africa/Cairo")
        moment = next_opening(day, tz, datetime(2026, 4, 23, 12))
        self.assertEqual(clock_at(moment, tz), datetime(2026, 4, 24, 1))
        self.assertEqual(moment, datetime(2026, 4, 23, 22))

    def test_hour_that_comes_twice(self):
        # 2:00 to 3:00 in Berlin comes twice on 25 October 2026
        window = SendWindow(WEEK, 2 * 60 + 15, 2 * 60 + 30)
        tz = pytz.timezone("Europe/Berlin")
        first = datetime(2026, 10, 25, 0, 15)
        self.assertEqual(next_opening(window, tz, first - MINUTE), first)
        second = first + timedelta(hours=1)
        self.assertEqual(next_opening(window, tz, first + 15 * MINUTE), second)

    def test_against_looking_all_the_time(self):
        windows = (
            WORKING,
            SendWindow(WEEK, 23 * 60 + 30, 4 * 60),
            SendWindow(frozenset({6}), 0, 24 * 60),
            SendWindow(WEEK, 30, 50, frozenset({date(2026, 10, 25)})),
            SendWindow(WEEK, 20 * 60, 3 * 60, frozenset({date(2026, 3, 29)})),
        )
        changes = {
            "Europe/Berlin": ((2026, 3, 28), (2026, 10, 24)),
            "America/New_York": ((2026, 3, 7), (2026, 10, 31)),
            "Australia/Lord_Howe": ((2026, 4, 4), (2026, 10, 3)),
            "Africa/Cairo": ((2026, 4, 23), (2026, 10, 29)),
            "America/Santiago": ((2026, 4, 4), (2026, 9, 5)),
            "America/Havana": ((2026, 3, 7), (2026, 10, 31)),
            "Asia/Kathmandu": ((2026, 3, 28),),
        }
        for window in windows:
            for zone, days in changes.items():
                for day in days:
                    self._look_all_the_time(window, zone, datetime(*day))

    def _look_all_the_time(self, window, zone, begin):
        """Go back through three days: the next opening is the one last met."""
        tz = pytz.timezone(zone)
        opened = None
        for number in reversed(range(3 * 24 * 12)):
            moment = begin + number * 5 * MINUTE
            if window.is_open(clock_at(moment, tz)):
                opened = moment
            if opened and number % 7 == 0:
                self.assertEqual(
                    next_opening(window, tz, moment), opened, (window, zone, moment)
                )


if __name__ == "__main__":
    unittest.main()

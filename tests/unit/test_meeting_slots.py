"""Times for a meeting, between what two people's days leave free."""

import unittest
from datetime import datetime, timedelta

import pytz

from tools import meeting_slots as slots

HALF = timedelta(minutes=30)


def at(hour, minute=0, day=30):
    return datetime(2026, 11, day, hour, minute, tzinfo=pytz.utc)


class TestFreeTimes(unittest.TestCase):
    def test_around_what_is_in_the_way(self):
        work = [(at(9), at(12))]
        free = slots.free_times(work, [(at(10), at(11))], HALF)
        self.assertEqual(free, [at(9), at(9, 30), at(11), at(11, 30)])
        aired = slots.free_times(
            work, [(at(10), at(11))], HALF, buffer=timedelta(minutes=15)
        )
        self.assertEqual(aired, [at(9), at(11, 30)])

    def test_earliest_and_full_steps(self):
        free = slots.free_times([(at(9, 10), at(10, 40))], [], HALF, earliest=at(9, 40))
        self.assertEqual(free, [at(10)])

    def test_nothing_fits(self):
        self.assertEqual(slots.free_times([(at(9), at(9, 20))], [], HALF), [])
        self.assertEqual(slots.free_times([], [], HALF), [])
        self.assertEqual(
            slots.free_times([(at(9), at(12))], [(at(8), at(13))], HALF), []
        )

    def test_is_free(self):
        busy = [(at(10), at(11))]
        self.assertTrue(slots.is_free(at(9, 30), HALF, busy))
        self.assertTrue(slots.is_free(at(11), HALF, busy))
        self.assertFalse(slots.is_free(at(10, 59), HALF, busy))
        self.assertFalse(slots.is_free(at(11), HALF, busy, timedelta(minutes=5)))

    def test_spread_over_days_and_halves_of_days(self):
        times = [at(hour, day=day) for day in (26, 27, 30) for hour in (9, 10, 14, 15)]
        self.assertEqual(
            slots.spread(times, 3), [at(9, day=26), at(14, day=27), at(9, day=30)]
        )
        self.assertEqual(slots.spread(times[:4], 3), [at(9), at(14)][:0] + times[:4:2])
        self.assertEqual(slots.spread([], 3), [])

    def test_daytime_of_another_zone(self):
        [span] = slots.daytime(at(0), at(23), "America/New_York")[-1:]
        self.assertEqual(span, (at(13), at(23)))
        self.assertEqual(slots.overlap([(at(8), at(17))], [span]), [(at(13), at(17))])
        saturday = slots.daytime(at(10, day=28), at(11, day=28), "UTC")
        self.assertEqual(saturday, [])

    def test_zones(self):
        self.assertEqual(slots.zone_of("cet"), "Europe/Berlin")
        self.assertEqual(slots.zone_of("heure_de_paris"), "Europe/Paris")
        self.assertIsNone(slots.zone_of("Mars"))
        self.assertIsNone(slots.zone_of(None))
        for name in slots.ZONES.values():
            pytz.timezone(name)


if __name__ == "__main__":
    unittest.main()

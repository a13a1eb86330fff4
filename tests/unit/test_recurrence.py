"""When recurring campaigns are due."""

import unittest
from datetime import date, datetime
from itertools import islice

from tools.recurrence import DAY, MONTH, WEEK, Recurrence, to_utc, to_wall

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def first(count, recurrence, moment=datetime(2000, 1, 1)):
    return list(islice(recurrence.after(moment), count))


class TestClocks(unittest.TestCase):
    def test_gap_and_repeated_hour(self):
        self.assertEqual(
            to_utc(datetime(2027, 3, 28, 2, 30), BERLIN), datetime(2027, 3, 28, 1, 30)
        )
        self.assertEqual(
            to_utc(datetime(2027, 10, 31, 2, 30), BERLIN),
            datetime(2027, 10, 31, 0, 30),
        )

    def test_round_trip(self):
        moment = datetime(2027, 7, 1, 7)
        self.assertEqual(to_wall(moment, BERLIN), datetime(2027, 7, 1, 9))
        self.assertEqual(to_utc(to_wall(moment, BERLIN), BERLIN), moment)


class TestRecurrence(unittest.TestCase):
    def test_daily_keeps_the_hour_across_daylight_saving(self):
        daily = Recurrence(datetime(2027, 3, 27, 9), BERLIN, DAY)
        self.assertEqual(
            first(3, daily),
            [
                datetime(2027, 3, 27, 8),
                datetime(2027, 3, 28, 7),
                datetime(2027, 3, 29, 7),
            ],
        )
        autumn = first(2, daily, datetime(2027, 10, 30, 0))
        self.assertEqual(autumn, [datetime(2027, 10, 30, 7), datetime(2027, 10, 31, 8)])

    def test_hour_that_is_left_out_is_sent_once(self):
        daily = Recurrence(datetime(2027, 3, 27, 2, 30), BERLIN, DAY)
        self.assertEqual(
            first(3, daily),
            [
                datetime(2027, 3, 27, 1, 30),
                datetime(2027, 3, 28, 1, 30),
                datetime(2027, 3, 29, 0, 30),
            ],
        )

    def test_weekdays(self):
        weekly = Recurrence(datetime(2027, 3, 10, 8), NEW_YORK, WEEK, 1, (0, 3))
        self.assertEqual(
            first(3, weekly),
            [
                datetime(2027, 3, 11, 13),
                datetime(2027, 3, 15, 12),
                datetime(2027, 3, 18, 12),
            ],
        )

    def test_every_second_week_without_days(self):
        weekly = Recurrence(datetime(2027, 1, 6, 8), "UTC", WEEK, 2)
        self.assertEqual(
            first(2, weekly), [datetime(2027, 1, 6, 8), datetime(2027, 1, 20, 8)]
        )

    def test_end_of_month(self):
        monthly = Recurrence(datetime(2027, 1, 31, 12), "UTC", MONTH)
        self.assertEqual([due.day for due in first(5, monthly)], [31, 28, 31, 30, 31])
        leap = Recurrence(datetime(2028, 1, 30, 12), "UTC", MONTH)
        self.assertEqual([due.day for due in first(3, leap)], [30, 29, 30])
        plain = Recurrence(datetime(2027, 1, 15, 12), "UTC", MONTH, 3)
        self.assertEqual([due.month for due in first(3, plain)], [1, 4, 7])

    def test_until_is_a_day_of_the_zone(self):
        last = Recurrence(
            datetime(2027, 1, 1, 23), NEW_YORK, DAY, until=date(2027, 1, 2)
        )
        # 23:00 in New York is already the next day in UTC
        self.assertEqual(
            first(9, last), [datetime(2027, 1, 2, 4), datetime(2027, 1, 3, 4)]
        )
        self.assertIsNone(last.next_after(datetime(2027, 1, 3, 4)))

    def test_after_is_strict(self):
        daily = Recurrence(datetime(2027, 1, 1, 9), "UTC", DAY)
        self.assertEqual(
            daily.next_after(datetime(2027, 1, 5, 9)), datetime(2027, 1, 6, 9)
        )

    def test_last_until(self):
        daily = Recurrence(datetime(2027, 1, 1, 9), BERLIN, DAY)
        self.assertEqual(
            daily.last_until(datetime(2027, 1, 10, 12)), datetime(2027, 1, 10, 8)
        )
        self.assertIsNone(daily.last_until(datetime(2026, 12, 31)))

    def test_nonsense_is_refused(self):
        with self.assertRaises(ValueError):
            Recurrence(datetime(2027, 1, 1), "UTC", "year")
        with self.assertRaises(ValueError):
            Recurrence(datetime(2027, 1, 1), "UTC", DAY, 0)


if __name__ == "__main__":
    unittest.main()

"""The engagement score: who does more, and lately, has more."""

import doctest
import unittest

from tools import engagement
from tools.engagement import CLICK, OPEN, REPLY, points, score


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(engagement))
    return tests


class TestEngagement(unittest.TestCase):
    def test_nothing_happened(self):
        self.assertEqual(score(points([])), 0)

    def test_order_of_kinds(self):
        values = [score(points([(kind, 0)])) for kind in (OPEN, CLICK, REPLY)]
        self.assertEqual(values, [7, 24, 50])

    def test_half_life(self):
        self.assertAlmostEqual(points([(CLICK, 60)]), 2.0)
        self.assertAlmostEqual(points([(CLICK, 120)]), 1.0)
        self.assertAlmostEqual(points([(CLICK, 30)], half_life=30), 2.0)

    def test_fades_to_nothing(self):
        self.assertEqual(score(points([(REPLY, 360)])), 1)
        self.assertEqual(score(points([(REPLY, 1200)])), 0)

    def test_clock_that_is_ahead(self):
        """An event of the future is worth what one of now is."""
        self.assertEqual(points([(OPEN, -3)]), points([(OPEN, 0)]))

    def test_never_beyond_100(self):
        many = [(REPLY, 0)] * 1000
        self.assertEqual(score(points(many)), 100)
        self.assertEqual(score(-5.0), 0)

    def test_more_is_never_less(self):
        """Each further event, and each day less, leaves it as it is or raises it."""
        happened = []
        last = 0
        for day in range(200, 0, -20):
            happened.append((CLICK, day))
            now = score(points(happened))
            self.assertGreaterEqual(now, last)
            last = now


if __name__ == "__main__":
    unittest.main()

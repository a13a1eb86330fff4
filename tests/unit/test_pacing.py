"""Limits on any stretch of time: what is granted, and that it is never too much."""

import doctest
import heapq
import random
import unittest
from collections import deque

from tools import pacing
from tools.pacing import DAY, HOUR, MINUTE, Limit, Use


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(pacing))
    return tests


class TestLimits(unittest.TestCase):
    def test_zero_is_no_limit(self):
        self.assertEqual(pacing.limits(0, 0, 0), [])

    def test_a_spread_limit_holds_for_its_parts(self):
        self.assertEqual(
            pacing.limits(0, 0, 1200, spread=True),
            [Limit(1200, DAY), Limit(100, DAY // 12)],
        )

    def test_a_second_is_not_spread(self):
        self.assertEqual(pacing.limits(5, 0, 0, spread=True), [Limit(5, 1)])

    def test_a_day_of_zero_mails_lets_nothing_pass(self):
        uses = [Use(limit, 0, 0) for limit in pacing.day_limits(0)]
        self.assertEqual(pacing.allowance(uses, 10)[0], 0)


class TestAllowance(unittest.TestCase):
    def test_without_limits_all_may_leave(self):
        self.assertEqual(pacing.allowance([], 200), (200, 0))

    def test_the_narrowest_limit_counts(self):
        uses = [Use(Limit(100, HOUR), 0, 0), Use(Limit(10, MINUTE), 4, 3)]
        self.assertEqual(pacing.allowance(uses, 200), (3, 0))

    def test_what_is_held_counts_like_what_is_used(self):
        self.assertEqual(
            pacing.allowance([Use(Limit(10, HOUR), 0, 10)], 1),
            (0, pacing.HELD_SECONDS),
        )

    def test_the_longest_wait_counts(self):
        uses = [
            Use(Limit(1, MINUTE), 1, 0, oldest=50),
            Use(Limit(5, HOUR), 5, 0, oldest=100),
        ]
        self.assertEqual(pacing.allowance(uses, 1), (0, 3500))

    def test_a_limit_that_was_lowered_grants_nothing_negative(self):
        self.assertEqual(
            pacing.allowance([Use(Limit(5, HOUR), 50, 0, 600)], 9), (0, 3000)
        )

    def test_copies_count(self):
        hour = Limit(10, HOUR)
        for use, copies, granted in (
            (Use(hour, 0, 0), 1, (5, 0)),
            (Use(hour, 2, 1), 2, (2, 0)),
            (Use(hour, 8, 0, 600), 2, (0, 3000)),
            (Use(hour, 0, 8), 2, (0, pacing.HELD_SECONDS)),
            (Use(hour, 0, 0), 20, (1, 0)),  # else it would wait for ever
            (Use(hour, 1, 0, 600), 20, (0, 3000)),
            (Use(Limit(0, DAY), 0, 0), 20, (0, DAY)),
        ):
            self.assertEqual(pacing.allowance([use], 200, copies), granted)
        self.assertEqual(pacing.allowance([], 200, 20), (9, 0))
        self.assertEqual(pacing.allowance([], 10, 20), (1, 0))


class TestCeiling(unittest.TestCase):
    def test_it_rises_and_goes(self):
        seen = [pacing.ceiling(1, over) for over in range(-60, 4000, 60)]
        rates = [limit.mails for limit in seen if limit]
        self.assertEqual(rates[0], 1)
        self.assertEqual(rates, sorted(rates))
        self.assertEqual(max(rates), pacing.RECOVERED)
        self.assertIsNone(seen[-1])


class TestFinish(unittest.TestCase):
    def test_the_slowest_limit_decides(self):
        uses = [Use(Limit(100, HOUR), 0, 0), Use(Limit(50, MINUTE), 0, 0)]
        self.assertEqual(pacing.seconds_to_send(1000, uses), 900 * 36)

    def test_what_fits_leaves_at_once(self):
        self.assertEqual(pacing.seconds_to_send(10, [Use(Limit(50, DAY), 0, 0)]), 0)


class Ledger:
    """What of one limit is used, for a clock of the test's own."""

    def __init__(self, limit):
        self.limit = limit
        self._batches = deque()
        self._sum = 0

    def note(self, now, count):
        self._batches.append((now, count))
        self._sum += count

    def use(self, now, held):
        while self._batches and self._batches[0][0] <= now - self.limit.seconds:
            self._sum -= self._batches.popleft()[1]
        oldest = now - self._batches[0][0] if self._batches else 0
        return Use(self.limit, self._sum, held, oldest)


class TestDay(unittest.TestCase):
    """A day with a clock of its own, four workers, and services of any length."""

    def test_no_stretch_of_time_has_too_many(self):
        for seed, (spread, copies) in enumerate(((False, 0), (True, 0), (False, 2))):
            with self.subTest(spread=spread, copies=copies):
                limits = pacing.limits(3, 500, 5_000, spread)
                sent = self._live_a_day(limits, random.Random(seed), copies)
                self.assertGreater(len(sent), 0.9 * 5_000)
                for limit in limits:
                    self.assertLessEqual(self._most(sent, limit), limit.mails, limit)

    @staticmethod
    def _live_a_day(limits, chance, copies):
        """Return when each mail left."""
        ledgers, held, sent = [Ledger(limit) for limit in limits], {}, []
        events = [(0.0, worker, None) for worker in range(4)]
        while events[0][0] < DAY:
            now, worker, claimed_at = heapq.heappop(events)
            if claimed_at is not None:
                count = held.pop(worker)
                sent += [chance.uniform(claimed_at, now) for _ in range(count)]
                for ledger in ledgers:
                    ledger.note(now, count)
            uses = [ledger.use(now, sum(held.values())) for ledger in ledgers]
            count, wait = pacing.allowance(uses, 200, copies)
            count *= 1 + copies
            if count:
                held[worker] = count
                service = chance.choice((0.01, 0.5, 5, 90)) * chance.random()
                heapq.heappush(events, (now + service, worker, now))
            else:
                heapq.heappush(events, (now + wait + 0.01, worker, None))
        return sorted(sent)

    @staticmethod
    def _most(sent, limit):
        """Return the most mails in any stretch of a limit."""
        most = first = 0
        for last, at in enumerate(sent):
            while sent[first] <= at - limit.seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


if __name__ == "__main__":
    unittest.main()

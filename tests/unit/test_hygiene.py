"""What is wrong with an address on a list."""

import doctest
import unittest
from dataclasses import replace

from tools import hygiene
from tools.hygiene import Facts, Limits, judge

LIMITS = Limits(mails=5, days=180, trap_days=365)
QUIET = {"quiet_mails": 6, "quiet_days": 200}


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(hygiene))
    return tests


def kinds(address="ann@example.com", written=None, **facts):
    return [
        found.kind
        for found in judge(Facts(written or address, address, **facts), LIMITS)
    ]


class TestHygiene(unittest.TestCase):
    def test_sound(self):
        self.assertEqual(kinds(), [])
        self.assertEqual(kinds(written="Ann <Ann@Example.com>"), [])

    def test_domain_in_its_own_letters(self):
        self.assertEqual(kinds("ann@müller.example"), [])

    def test_invalid(self):
        for written, address in (
            ("", ""),
            ("ann", ""),
            ("ann@", ""),
            ("ann@@example.com", "ann@@example.com"),
            ("ellen@ward@example.com", "ward@example.com"),
            ("a@example.com, b@example.com", "a@example.com"),
            ("ann@example.com\nBcc: all@example.com", "ann@example.com"),
        ):
            with self.subTest(written):
                self.assertEqual(kinds(address, written=written), ["invalid"])

    def test_typo(self):
        [found] = judge(Facts("ann@gmial.com", "ann@gmial.com"), LIMITS)
        self.assertEqual((found.kind, found.suggestion), ("typo", "ann@gmail.com"))

    def test_task_and_throw_away(self):
        self.assertEqual(kinds("info@example.com"), ["role"])
        self.assertEqual(kinds("ann@mailinator.com"), ["disposable"])
        self.assertEqual(kinds("info@mailinator.com"), ["disposable", "role"])

    def test_quiet(self):
        self.assertEqual(kinds(**QUIET), ["quiet"])
        for better in (
            {"quiet_mails": 4},
            {"quiet_days": 179.9},
            {"quiet_days": None},
        ):
            with self.subTest(better):
                self.assertEqual(kinds(**{**QUIET, **better}), [])

    def test_trap(self):
        facts = {**QUIET, "age_days": 400}
        self.assertEqual(kinds("info@example.com", **facts), ["trap", "role", "quiet"])
        self.assertEqual(kinds("ann@gmial.com", **facts), ["typo", "trap", "quiet"])
        self.assertEqual(kinds(has_name=False, **facts), ["trap", "quiet"])

    def test_no_trap(self):
        """Each sign alone is too little, and a person is none."""
        trap = Facts(
            "info@example.com",
            "info@example.com",
            age_days=400,
            has_name=False,
            **QUIET,
        )
        self.assertIn("trap", [found.kind for found in judge(trap, LIMITS)])
        for better in (
            {"was_human": True},
            {"age_days": 364},
            {"quiet_mails": 0},
            {"address": "a@example.com", "written": "a@example.com", "has_name": True},
        ):
            with self.subTest(better):
                found = judge(replace(trap, **better), LIMITS)
                self.assertNotIn("trap", [one.kind for one in found])

    def test_trap_says_why(self):
        [trap] = [
            found
            for found in judge(
                Facts("a@gmial.com", "a@gmial.com", age_days=400, **QUIET), LIMITS
            )
            if found.kind == "trap"
        ]
        self.assertEqual(trap.signs, ("quiet", "old", "typo"))

    def test_who_gets_no_mail_is_not_judged_further(self):
        for facts, first in (
            ({"blocked": "blacklist"}, "blocked"),
            ({"gets_mail": False}, "no_mail"),
            ({"is_bounced": True}, "bounced"),
        ):
            with self.subTest(first):
                self.assertEqual(kinds("info@gmial.com", **facts, **QUIET), [first])

    def test_duplicate_beside_others(self):
        self.assertEqual(
            kinds("info@example.com", is_duplicate=True), ["duplicate", "role"]
        )
        self.assertEqual(
            kinds(is_duplicate=True, blocked="blacklist"), ["blocked", "duplicate"]
        )

    def test_suggestion_for_a_domain_without_mail(self):
        [found] = judge(Facts("a@gmial.com", "a@gmial.com", gets_mail=False), LIMITS)
        self.assertEqual((found.kind, found.suggestion), ("no_mail", "a@gmail.com"))


if __name__ == "__main__":
    unittest.main()

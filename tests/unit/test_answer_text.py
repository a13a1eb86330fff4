"""Names in the text of an answer."""

import time
import unittest

from tools.answer_text import check, fill

NAMES = {"first_name", "times"}


class TestAnswerText(unittest.TestCase):
    def test_fill(self):
        for source, filled in (
            ("<p>Hi {{ first_name }},</p>", "<p>Hi Ann,</p>"),
            ("<p>{{first_name|||you}}</p>", "<p>Ann</p>"),
            ("{{ times ||| any time }}", "any time"),
            ("{{ times }}", ""),
            ("{{&nbsp;first_name }}", "Ann"),
            ("{ first_name }", "{ first_name }"),
        ):
            with self.subTest(source):
                self.assertEqual(check(source, NAMES), "")
                self.assertEqual(fill(source, {"first_name": "Ann"}), filled)

    def test_refused(self):
        for source in (
            "{{ password }}",
            "{{ object.env }}",
            "{{ first_name.upper() }}",
            "{{ first_name",
            "first_name }}",
            '<a href="{{ first_name }}">x</a>',
            "{{ first<b>_name</b> }}",
            "{{ first_name ||| <b>you</b> }}",
        ):
            with self.subTest(source):
                self.assertTrue(check(source, NAMES))

    def test_values_are_not_filled_in_again(self):
        text = fill("{{ first_name }}", {"first_name": "{{ times }}", "times": "T"})
        self.assertEqual(text, "{{ times }}")

    def test_hostile(self):
        begin = time.monotonic()
        for source in ("{{" * 100_000, "<" * 100_000, "{{ a" * 50_000, "<{{" * 50_000):
            check(source, NAMES)
            fill(source, {})
        self.assertLess(time.monotonic() - begin, 5)


if __name__ == "__main__":
    unittest.main()

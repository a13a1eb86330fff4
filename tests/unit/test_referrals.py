"""Persons that a reply names as the ones to write to."""

import time
import unittest

from tools.referrals import Named, find


class TestReferrals(unittest.TestCase):
    def test_named(self):
        for text, expected in (
            (
                "Please contact Anna Berg (anna.berg@example.com, +49 30 1234567).",
                Named("Anna Berg", "anna.berg@example.com", "+49 30 1234567"),
            ),
            (
                "I am not the one. Write to j.doe@example.com instead.",
                Named("", "j.doe@example.com"),
            ),
            (
                "Ask maria.lopez@example.com",
                Named("Maria Lopez", "maria.lopez@example.com"),
            ),
            ("Try info@example.com", Named("", "info@example.com")),
            (
                "Zuständig ist jetzt Frau Petra Müller, petra.mueller@example.de",
                Named("Petra Müller", "petra.mueller@example.de"),
            ),
            ("Bitte wenden Sie sich an Herrn Kurz.", Named("Kurz")),
            (
                "Contactez ma collègue Claire Dubois au 01 23 45 67 89",
                Named("Claire Dubois", "", "01 23 45 67 89"),
            ),
            ("Hable con Juan García, por favor", Named("Juan García")),
            ("My colleague Tom handles this.", Named("Tom")),
            ("Please reach out to Priya Nair", Named("Priya Nair")),
        ):
            with self.subTest(text):
                self.assertEqual(find(text), [expected])

    def test_nobody(self):
        for text in (
            "Please contact me next week.",
            "I will speak to my boss.",
            "Wir sind an Ihrem Angebot nicht interessiert.",
            "Please contact us at the office, or talk to Sales.",
            "",
        ):
            with self.subTest(text):
                self.assertEqual(find(text), [])

    def test_known_addresses_are_nobody_new(self):
        text = "Write to bob@example.com or to Me@Example.com"
        self.assertEqual(
            [one.address for one in find(text, {"me@example.com"})], ["bob@example.com"]
        )

    def test_hostile(self):
        begin = time.monotonic()
        for text in (
            "contact " + "Aa " * 20_000,
            "a@" * 20_000,
            "a@" + "a." * 20_000,
            "@" * 50_000,
            "+1 2" * 20_000,
            "contact " * 10_000 + "A",
            "Mr " * 20_000,
        ):
            self.assertLessEqual(len(find(text)), 5)
        self.assertLess(time.monotonic() - begin, 3)


if __name__ == "__main__":
    unittest.main()

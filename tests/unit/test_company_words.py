"""Campaign: words that stand for the company."""

import unittest

from tools.company_words import fill


class TestCompanyWords(unittest.TestCase):
    def test_filled_and_filled_again(self):
        body = '<b data-company="name" class="x">Your company</b>, <i>here</i>'
        once = fill(body, {"name": "Bolt & Nut"})
        self.assertEqual(
            once,
            '<b data-company="name" class="x">Bolt &amp; Nut</b>, <i>here</i>',
        )
        self.assertIn(">Other</b>", fill(once, {"name": "Other"}))

    def test_unknown_or_empty_words_stay(self):
        body = '<b data-company="fax">[Fax]</b><b data-company="phone">[Phone]</b>'
        self.assertEqual(fill(body, {"phone": ""}), body)

    def test_no_markup_comes_in(self):
        body = '<b data-company="name">x</b>'
        filled = fill(body, {"name": '</b><t t-out="1">'})
        self.assertNotIn("<t", filled)

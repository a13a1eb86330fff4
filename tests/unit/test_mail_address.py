"""Campaign: addresses that people type."""

import unittest

from tools import mail_address


class TestMailAddress(unittest.TestCase):
    def test_bare(self):
        for text, address in (
            ("anna@example.com", "anna@example.com"),
            ("Anna.B+x@Example.co.uk", "Anna.B+x@Example.co.uk"),
            ("o'neil@example.com", "o'neil@example.com"),
            ("info@müller.example", "info@xn--mller-kva.example"),
            ("info@例え.jp", "info@xn--r8jz45g.jp"),
        ):
            self.assertEqual(mail_address.bare(text), address)

    def test_what_is_none(self):
        for text in (
            "",
            "a",
            "a@",
            "@b.cc",
            "a@b",
            "a@b.cc.",
            "a@.cc",
            "a@-b.cc",
            "a..b@c.dd",
            ".a@b.cc",
            "a@b@c.dd",
            "A <a@b.cc>",
            "a@b.cc, d@e.ff",
            "a@b.cc\n",
            "a\n@b.cc",
            "a@b.cc\r\nBcc: d@e.ff",
            "a@b\u2028.cc",
            "a@\u00ad.cc",
            "ä@b.cc",
            "a@" + "ü" * 80 + ".cc",
            "a" * 65 + "@b.cc",
            "a@" + "b." * 130 + "cc",
        ):
            with self.assertRaises(ValueError, msg=repr(text)):
                mail_address.bare(text)

    def test_split(self):
        self.assertEqual(mail_address.split(" a@b.cc ,, d@e.ff,"), ["a@b.cc", "d@e.ff"])
        self.assertEqual(mail_address.split(""), [])
        self.assertEqual(mail_address.split("a@b.cc\n, \t"), ["a@b.cc\n", "\t"])

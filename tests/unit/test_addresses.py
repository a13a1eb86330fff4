"""Campaign: what addresses tell about who may read mails to them."""

import re
import unittest

from tools import addresses

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class TestAddresses(unittest.TestCase):
    def test_role(self):
        for address in (
            "info@example.com",
            "INFO@example.com",
            " info@example.com ",
            "info2@example.com",
            "info+list@example.com",
            "no-reply@example.com",
            "no_reply@example.com",
            "it.support@example.com",
            "sales-team@example.com",
            "info.de@example.com",
            "kontakt@example.de",
            "büro@example.at",
            "accueil@example.fr",
            "ventas@example.es",
            "biuro@example.pl",
        ):
            self.assertTrue(addresses.is_role(address), address)

    def test_no_role(self):
        for address in (
            "anna@example.com",
            "mark.sales@example.com",
            "sales.mark@example.com",
            "salesmann@example.com",
            "ina.fo@example.com",
            "hi.anna@example.com",
            "123@example.com",
            "-@example.com",
            "@example.com",
            "info",
            "",
        ):
            self.assertFalse(addresses.is_role(address), address)

    def test_disposable(self):
        for address in (
            "anna@mailinator.com",
            "anna@Mailinator.COM.",
            "anna@one.of.mailinator.com",
            "anna@cool.fr.nf",
        ):
            self.assertTrue(addresses.is_disposable(address), address)
        for address in (
            "anna@notmailinator.example",
            "anna@example.com",
            "anna@fr.nf",
            "anna@com",
            "mailinator.com@example.com",
            "",
        ):
            self.assertFalse(addresses.is_disposable(address), address)

    def test_suggestion(self):
        for typed, meant in (
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("mgail.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmailcom", "gmail.com"),
            ("GMIAL.con", "gmail.com"),
            ("hotmial.fr", "hotmail.fr"),
            ("outlok.de", "outlook.de"),
            ("yahooo.co.uk", "yahoo.co.uk"),
            ("yahoo.couk", "yahoo.co.uk"),
            ("tonline.de", "t-online.de"),
            ("gmx.con", "gmx.com"),
            ("gmx.nte", "gmx.net"),
            ("laposte.ner", "laposte.net"),
        ):
            self.assertEqual(
                addresses.suggestion(f"Anna.B@{typed}"), f"Anna.B@{meant}", typed
            )

    def test_no_false_alarm(self):
        """Real domains that look like a big one are left alone."""
        for domain in (
            *addresses.MAILBOX_DOMAINS,
            *addresses.DISPOSABLE_DOMAINS,
            "hmail.com",
            "cloud.com",
            "wek.de",
            "gmy.de",
            "ne.com",
            "love.com",
            "tree.fr",
            "hotels.com",
            "orange.com",
            "gmail.example.com",
            "yahoo.com.pk",
            "naver.co.kr",
            "example.com",
            "com",
            "",
        ):
            self.assertIsNone(addresses.suggestion(f"anna@{domain}"), domain)
        self.assertIsNone(addresses.suggestion("gmial.com"))
        self.assertIsNone(addresses.suggestion("@gmial.com"))

    def test_judge(self):
        note = addresses.judge("info@gmial.com")
        self.assertTrue(note)
        self.assertEqual(
            note, addresses.AddressNote(is_role=True, suggestion="info@gmail.com")
        )
        self.assertFalse(addresses.judge("anna@example.com"))

    def test_lists(self):
        for domain in (*addresses.DISPOSABLE_DOMAINS, *addresses.MAILBOX_DOMAINS):
            self.assertRegex(domain, rf"\A{_DOMAIN.pattern}\Z")
        for name in addresses.ROLE_NAMES:
            self.assertRegex(name, r"\A[^\W\d_]+\Z")
            self.assertEqual(name, name.lower())
        self.assertFalse(addresses.DISPOSABLE_DOMAINS & addresses.MAILBOX_DOMAINS)
        self.assertGreater(len(addresses.DISPOSABLE_DOMAINS), 500)

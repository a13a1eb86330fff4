"""Sending: who takes the mail of a domain."""

import doctest
import time
import unittest
from unittest import mock

from name_server import NameServer

from tools import mail_exchange
from tools.mail_exchange import (
    FAILED,
    NO_MAIL,
    RESOLVED,
    UNANSWERED,
    MailExchange,
    SuffixTable,
    is_reserved,
    look_up,
    read_names,
    registrable,
)


def load_tests(_loader, tests, _pattern):
    tests.addTests(doctest.DocTestSuite(mail_exchange))
    return tests


class TestNames(unittest.TestCase):
    def test_lines_are_read_in_one_spelling(self):
        self.assertEqual(
            read_names(" .Google.com \n\n*.x.DE.\r\nmimecast.*"),
            ["google.com", "x.de", "mimecast.*"],
        )
        self.assertEqual(read_names(None), [])

    def test_registered_part(self):
        for host, part in {
            "aspmx.l.google.com": "google.com",
            "mx.firm.co.uk": "firm.co.uk",
            "mx.firm.com.br": "firm.com.br",
            "co.uk": "co.uk",
            "mx.t.co": "t.co",
            "localhost": "localhost",
        }.items():
            self.assertEqual(registrable(host), part, host)

    def test_reserved_names(self):
        for name in ("test", "a.example", "example.com", "a.b.example.org", "x.test"):
            self.assertTrue(is_reserved(name), name)
        for name in ("example.de", "myexample.com", "contest.com", "example.com.br"):
            self.assertFalse(is_reserved(name), name)


class TestSuffixTable(unittest.TestCase):
    def setUp(self):
        self.table = SuffixTable()
        for suffix, value in (
            ("outlook.com", "Microsoft"),
            ("olc.protection.outlook.com", "Outlook.com"),
            ("mimecast.*", "Mimecast"),
            ("inbound-smtp.*.amazonaws.com", "Amazon"),
            ("eu.mimecast.com", "Europe"),
        ):
            self.table.add(suffix, value)

    def test_whole_labels_and_the_longest_suffix(self):
        for host, value in {
            "outlook.com": "Microsoft",
            "mx.outlook.com": "Microsoft",
            "hotmail-com.olc.protection.outlook.com": "Outlook.com",
            "notoutlook.com": None,
            "outlook.com.evil.org": None,
            "de-smtp-inbound-1.mimecast.com": "Mimecast",
            "smtp.mimecast.co.za": None,
            "mx.eu.mimecast.com": "Europe",
            "inbound-smtp.eu-west-1.amazonaws.com": "Amazon",
            "inbound-smtp.amazonaws.com": None,
            "": None,
        }.items():
            self.assertEqual(self.table.find(host), value, host)

    def test_the_first_of_two_wins(self):
        self.table.add("outlook.com", "Somebody else")
        self.assertEqual(self.table.find("outlook.com"), "Microsoft")
        self.assertIn("outlook.com", self.table)
        self.assertIn("mimecast.*", self.table)
        self.assertNotIn("mimecast.com", self.table)


ZONE = {
    "firm.de": {"MX": ["20 backup.firm.de.", "10 MX2.Firm.de.", "10 mx1.firm.de."]},
    "own.de": {"A": ["192.0.2.1"]},
    "six.de": {"AAAA": ["2001:db8::1"]},
    "null.de": {"MX": ["0 ."], "A": ["192.0.2.1"]},
    "web.only": {"TXT": ['"no mail"']},
    "xn--mller-kva.de": {"MX": ["10 mx.host.de."]},
}


class TestLookUp(unittest.TestCase):
    def look_up(self, server, *domains, seconds=5.0):
        return look_up(
            domains, seconds=seconds, servers=["127.0.0.1"], port=server.port
        )

    def test_answers(self):
        expected = {
            "firm.de": MailExchange(RESOLVED, "mx1.firm.de"),
            "own.de": MailExchange(RESOLVED, "own.de"),
            "six.de": MailExchange(RESOLVED, "six.de"),
            "null.de": MailExchange(NO_MAIL),
            "web.only": MailExchange(NO_MAIL),
            "nobody.de": MailExchange(NO_MAIL),
            "müller.de": MailExchange(RESOLVED, "mx.host.de"),
            "broken.de": MailExchange(FAILED),
            "a" * 64 + ".de": MailExchange(NO_MAIL),
            "a..de": MailExchange(NO_MAIL),
            "\N{SNOWMAN}\N{COMBINING GRAVE ACCENT}-.de": MailExchange(NO_MAIL),
            "": MailExchange(NO_MAIL),
        }
        with NameServer(ZONE, broken=["broken.de"]) as server:
            self.assertEqual(self.look_up(server, *expected), expected)

    def test_a_search_list_is_not_tried(self):
        with NameServer() as server:
            self.look_up(server, "firm")
        self.assertEqual(server.asked, [("firm", "MX")])

    def test_one_silent_domain_does_not_hold_up_others(self):
        zone = {f"d{number}.de": {"MX": ["1 mx.h.de."]} for number in range(300)}
        with NameServer(zone, silent=["silent.de"]) as server:
            begin = time.monotonic()
            with mock.patch.object(mail_exchange, "PATIENCE_SECONDS", 1.0):
                found = self.look_up(server, "silent.de", *zone)
        self.assertLess(time.monotonic() - begin, 4)
        self.assertEqual(found.pop("silent.de"), MailExchange(UNANSWERED))
        self.assertEqual(set(found), set(zone))
        self.assertEqual(set(found.values()), {MailExchange(RESOLVED, "mx.h.de")})

    def test_dead_server_is_given_up(self):
        domains = [f"d{number}.de" for number in range(1000)]
        with NameServer() as server:
            server.is_dead = True
            begin = time.monotonic()
            with mock.patch.object(mail_exchange, "PATIENCE_SECONDS", 0.5):
                found = self.look_up(server, *domains)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(set(found.values()), {MailExchange(UNANSWERED)})
        self.assertEqual(len(found), mail_exchange.WIDTH)

    def test_is_anybody_there(self):
        with NameServer() as server:
            where = {"servers": ["127.0.0.1"], "port": server.port, "seconds": 0.5}
            self.assertTrue(mail_exchange.is_anybody_there(**where))
            server.is_dead = True
            self.assertFalse(mail_exchange.is_anybody_there(**where))
        self.assertFalse(mail_exchange.is_anybody_there(**where))

    def test_nobody_listens(self):
        with NameServer() as server:
            pass
        self.assertEqual(
            self.look_up(server, "firm.de", seconds=1.0),
            {"firm.de": MailExchange(UNANSWERED)},
        )

    def test_no_more_time_than_given(self):
        with NameServer(silent=["a.de", "b.de"]) as server:
            begin = time.monotonic()
            self.look_up(server, "a.de", "b.de", seconds=0.3)
        self.assertLess(time.monotonic() - begin, 2)

    def test_no_resolver_configured(self):
        with mock.patch(
            "dns.asyncresolver.Resolver",
            side_effect=mail_exchange.dns.resolver.NoResolverConfiguration,
        ):
            found = look_up(["firm.de"], seconds=1.0)
        self.assertEqual(found, {"firm.de": MailExchange(UNANSWERED)})


if __name__ == "__main__":
    unittest.main()

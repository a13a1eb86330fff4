"""Tracking: inbound mails in the formats of many mail systems, and hostile ones."""

import email
import random
import time
import unittest
from email import policy

from inbound import EXPECTED, MESSAGE_ID, SAMPLES, TAG, UNSUBSCRIBE, sample

from tools import bounces
from tools.bounces import reasons, wording


class TestSamples(unittest.TestCase):
    def test_every_sample_is_listed(self):
        files = {path.stem for path in (SAMPLES / "inbound").glob("*.eml")}
        self.assertEqual(files, set(EXPECTED))
        self.assertGreaterEqual(len(files), 200)
        kinds = {expected["kind"] for expected in EXPECTED.values()}
        self.assertEqual(kinds, set(bounces.KINDS))

    def test_kinds(self):
        wrong = []
        for name, expected in EXPECTED.items():
            found = bounces.sort(sample(f"inbound/{name}"))
            if found.kind != expected["kind"]:
                wrong.append((name, found.kind, found.rule))
        self.assertLess(len(wrong) / len(EXPECTED), 0.01, wrong)

    def test_a_person_is_never_taken_for_a_machine(self):
        for name, expected in EXPECTED.items():
            if expected["kind"] == bounces.HUMAN:
                found = bounces.sort(sample(f"inbound/{name}"))
                self.assertEqual(found.kind, bounces.HUMAN, f"{name}: {found.rule}")

    def test_facts(self):
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                found = bounces.sort(sample(f"inbound/{name}"))
                if "status" in expected:
                    self.assertEqual(found.status, expected["status"])
                if "recipients" in expected:
                    self.assertEqual(list(found.recipients), expected["recipients"])
                if found.kind in bounces.BOUNCES:
                    self.assertGreaterEqual(found.confidence, 0.75)

    def test_clues(self):
        for name, expected in EXPECTED.items():
            with self.subTest(name):
                clues = bounces.sort(sample(f"inbound/{name}")).clues
                if "provider" in expected:
                    self.assertIn(expected["provider"], clues.provider_ids)
                match expected.get("clue"):
                    case "tag":
                        self.assertEqual(clues.tags, (TAG,))
                    case "message_id":
                        self.assertEqual(clues.message_ids, (MESSAGE_ID,))
                    case "reference":
                        self.assertIn(MESSAGE_ID, clues.references)

    def test_what_is_returned_tells_its_links(self):
        found = bounces.sort(sample("inbound/postfix_gmail_no_such_user"))
        self.assertIn(UNSUBSCRIBE, found.clues.signed)
        self.assertEqual(found.clues.message_ids, (MESSAGE_ID,))
        self.assertEqual(found.remote_mta, "gmail-smtp-in.l.google.com")
        self.assertIn("does not exist", found.diagnostic)

    def test_a_parsed_mail_says_the_same(self):
        for rule in (policy.compat32, policy.SMTP):
            for name, expected in list(EXPECTED.items())[::9]:
                data = sample(f"inbound/{name}")
                message = email.message_from_bytes(data, policy=rule)
                self.assertEqual(bounces.sort(message).kind, expected["kind"], name)

    def test_each_recipient_has_its_own_failure(self):
        failures = bounces.sort(sample("inbound/two_recipients")).failures
        self.assertEqual(
            [(each.address, each.kind) for each in failures],
            [
                ("jane.roe@acme.example", bounces.HARD_BOUNCE),
                ("copy@acme.example", bounces.DELAYED),
            ],
        )

    def test_encoded_fields(self):
        report = (
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b"
            b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n"
            b"Content-Transfer-Encoding: %s\r\n\r\n%s\r\n--b--\r\n"
        )
        for encoding, fields in (
            (
                b"base64",
                b"RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGphbmVAYS5leGFtcGxlCkFjdGlvbjogZmFp\r\n"
                b"bGVkClN0YXR1czogNS4xLjEK",
            ),
            (
                b"quoted-printable",
                b"Final-Recipient: rfc822; jane@=\r\na.example\r\nAction: failed\r\n"
                b"Status: 5.1.1",
            ),
        ):
            found = bounces.sort(report % (encoding, fields))
            self.assertEqual(found.kind, bounces.HARD_BOUNCE, encoding)
            self.assertEqual(found.recipients, ("jane@a.example",))


class TestReasons(unittest.TestCase):
    def test_words_come_before_codes(self):
        for status, words, kind in (
            ("5.7.1", "550 5.7.1 No such user", bounces.HARD_BOUNCE),
            ("5.1.1", "550 5.1.1 Your IP is on our block list", bounces.BLOCK),
            ("5.0.0", "550 Mailbox is full", bounces.MAILBOX_FULL),
            ("5.7.1", "554 5.7.1 SPF check failed", bounces.AUTHENTICATION),
            ("5.1.8", "Sender address rejected: Domain not found", "authentication"),
            ("5.7.1", "554 Message contains a virus", bounces.CONTENT),
            ("4.4.1", "Connection timed out", bounces.SOFT_BOUNCE),
        ):
            self.assertEqual(reasons.classify(status, words).kind, kind, words)

    def test_codes_speak_when_words_do_not(self):
        for status, words, kind in (
            ("5.1.1", "", bounces.HARD_BOUNCE),
            ("5.2.2", "", bounces.MAILBOX_FULL),
            ("5.7.1", "", bounces.BLOCK),
            ("5.7.26", "", bounces.AUTHENTICATION),
            ("5.6.1", "", bounces.CONTENT),
            ("5.3.0", "", bounces.SOFT_BOUNCE),
            ("5.0.0", "550 Sorry", bounces.HARD_BOUNCE),
            ("5.0.0", "554 Sorry", bounces.SOFT_BOUNCE),
            ("", "", bounces.SOFT_BOUNCE),
        ):
            self.assertEqual(reasons.classify(status, words).kind, kind, status)


class TestLibrary(unittest.TestCase):
    @unittest.skipIf(wording.all_failures is None, "needs flufl.bounce, Python 3.11")
    def test_formats_that_only_the_library_knows(self):
        found = bounces.sort(
            b"From: postmaster@acme.example\r\nSubject: Mail\r\n\r\n"
            b"Failed addresses follow:\r\njane@acme.example\r\n"
            b"Message text follows:\r\n"
        )
        self.assertEqual(found.rule.partition(":")[0], "library")
        self.assertEqual(found.recipients, ("jane@acme.example",))


class TestHostile(unittest.TestCase):
    HEAD = b"Return-Path: <>\nFrom: mailer-daemon@x.example\nSubject: Undelivered\n"

    def assertSortsSoon(self, data, label):
        began = time.process_time()
        self.assertIn(bounces.sort(data).kind, bounces.KINDS)
        self.assertLess(time.process_time() - began, 5, label)

    def test_large(self):
        for piece in (
            b"jane@x.example could not be delivered 550 5.1.1\n", b"a", b"<", b" ",
            b"\n",
            b"<style", b"> ", b"\xff\xfe", b"=?", b"your message was ",
            b"Received: x\n",
        ):  # fmt: skip
            body = piece * (5_000_000 // len(piece))
            for kind in (b"plain", b"html"):
                head = self.HEAD + b"Content-Type: text/%s\n\n" % kind
                self.assertSortsSoon(head + body, piece)

    def test_header_bombs(self):
        for bomb in (
            b"X-A: b\n" * 300_000,
            b"X-A: " + b"c" * 5_000_000 + b"\n",
            b"Subject: " + b"=?utf-8?q?a?= " * 300_000 + b"\n",
            b"References: " + b"<a@b> " * 800_000 + b"\n",
            b"From: " + b"a@" * 2_000_000 + b"\n",
        ):
            self.assertSortsSoon(bomb + self.HEAD + b"\nNot delivered", bomb[:20])

    def test_deep_nesting(self):
        parts = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
            for depth in range(3000)
        )
        self.assertSortsSoon(parts + b"\nhi", "multipart")
        mails = b"Content-Type: message/rfc822\n\n" * 3000
        self.assertSortsSoon(mails + b"hi", "rfc822")

    def test_many_parts(self):
        head = (
            b"Content-Type: multipart/report; report-type=delivery-status; "
            b"boundary=z\n\n"
            b"--z\nContent-Type: message/delivery-status\n\n"
        )
        group = (
            b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n"
        )
        self.assertSortsSoon(head + group * 60_000, "groups")
        self.assertSortsSoon(head + b"--z\n\nx\n" * 60_000, "parts")

    def test_broken_mails(self):
        rng = random.Random(3464)
        originals = [sample(f"inbound/{name}") for name in EXPECTED]
        for _round in range(4000):
            data = bytearray(rng.choice(originals))
            for _change in range(rng.randint(1, 40)):
                place = rng.randrange(len(data))
                length = rng.choice((1, 1, 2, 40, 400))
                data[place : place + length] = rng.choice(
                    (b"", b"\n", b"\r\n\r\n", b"\x00", b"\xff", b"--b1_4711", b"=?",
                     b'"',
                     b"Content-Type: ", b"base64", b"multipart/report", b"\xed\xa0\x80")
                )  # fmt: skip
                data = data or bytearray(b"x")
            self.assertIn(bounces.sort(bytes(data)).kind, bounces.KINDS)

    def test_nothing_at_all(self):
        self.assertEqual(bounces.sort(b"").kind, bounces.HUMAN)

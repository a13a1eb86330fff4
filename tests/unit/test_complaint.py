"""Tracking: feedback reports, well-formed and hostile."""

import random
import unittest

from inbound import MESSAGE_ID, SAMPLES, TAG
from inbound import sample as any_sample

from tools.bounces import COMPLAINT, KINDS, sort


def sample(name: str) -> bytes:
    return any_sample(f"complaint_{name}")


class TestFeedbackReport(unittest.TestCase):
    def test_return_path(self):
        for name in ("yahoo", "rfc5965", "headers_only"):
            with self.subTest(name):
                report = sort(sample(name))
                self.assertEqual(report.kind, COMPLAINT)
                self.assertEqual(report.clues.tags, (TAG,))
                self.assertFalse(report.text.strip("\n ") and report.failures[1:])

    def test_message_id(self):
        report = sort(sample("comcast"))
        self.assertEqual(report.kind, COMPLAINT)
        self.assertEqual(report.clues.message_ids, (MESSAGE_ID,))

    def test_junk_mail_report(self):
        report = sort(sample("jmrp"))
        self.assertEqual(report.kind, COMPLAINT)
        self.assertEqual(report.clues.message_ids, (MESSAGE_ID,))
        self.assertEqual(report.recipients, ("someone@hotmail.com",))

    def test_what_is_no_complaint(self):
        self.assertNotEqual(sort(sample("not_spam")).kind, COMPLAINT)
        for kind in (b"virus", b"other", b"auth-failure", b"abusive"):
            data = sample("yahoo").replace(b"Type: abuse", b"Type: " + kind)
            self.assertEqual(sort(data).rule, "no_complaint", kind)

    def test_a_report_without_fields_is_no_complaint(self):
        data = sample("yahoo").replace(b"message/feedback-report", b"text/plain")
        self.assertEqual(sort(data).rule, "no_complaint")

    def test_what_is_no_report(self):
        for kind in (
            b"multipart/report; report-type=delivery-status",
            b"multipart/report",
            b"multipart/mixed; report-type=feedback-report",
            b"text/plain",
            b"",
        ):
            data = b"Content-Type: " + kind + b"\r\n\r\nreport-type=feedback-report"
            self.assertNotEqual(sort(data).kind, COMPLAINT, kind)

    def test_a_report_inside_of_a_mail_is_that_persons_attachment(self):
        wrapped = (
            b'Content-Type: multipart/mixed; boundary="w"\r\n\r\n--w\r\n'
            b"Content-Type: message/rfc822\r\n\r\n" + sample("yahoo") + b"\r\n--w--\r\n"
        )
        self.assertNotEqual(sort(wrapped).kind, COMPLAINT)

    def test_broken_reports_raise_nothing(self):
        rng = random.Random(5965)
        originals = [
            sample(path.stem.partition("_")[2]) for path in SAMPLES.glob("complaint_*")
        ]
        for _round in range(1000):
            data = bytearray(rng.choice(originals))
            for _change in range(rng.randint(1, 30)):
                place = rng.randrange(len(data))
                length = rng.choice((1, 1, 2, 40, 400))
                data[place : place + length] = rng.choice(
                    (b"", b"\n", b"\r\n\r\n", b"\x00", b"\xff", b"--fbl", b"=?", b'"')
                )
                data = data or bytearray(b"x")
            self.assertIn(sort(bytes(data)).kind, KINDS)

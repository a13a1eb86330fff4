"""Tracking: feedback reports, well-formed and hostile."""

import email
import random
import unittest
from email import policy
from pathlib import Path

from tools import feedback_report

SAMPLES = Path(__file__).parents[1] / "samples"
RETURN_PATH = "bounce+0123@desk.example"
MESSAGE_ID = "<4711@desk.example>"


def sample(name: str) -> bytes:
    data = (SAMPLES / f"complaint_{name}.eml").read_bytes()
    for mark, value in (
        (b"%RETURN_PATH%", RETURN_PATH),
        (b"%RETURN_PATH_IN_CAPITALS%", RETURN_PATH.upper()),
        (b"%MESSAGE_ID%", MESSAGE_ID),
    ):
        data = data.replace(mark, value.encode())
    return data


def parse(data: bytes):
    return email.message_from_bytes(data, policy=policy.SMTP)


def read(data: bytes) -> feedback_report.FeedbackReport:
    message = parse(data)
    assert feedback_report.is_report(message)
    return feedback_report.read(message)


class TestFeedbackReport(unittest.TestCase):
    def test_return_path(self):
        for name in ("yahoo", "rfc5965"):
            with self.subTest(name):
                report = read(sample(name))
                self.assertTrue(report.is_complaint)
                self.assertIn(RETURN_PATH, " ".join(report.return_paths))
                self.assertFalse(report.message_ids)

    def test_returned_headers_without_the_mail(self):
        report = read(sample("headers_only"))
        self.assertTrue(report.is_complaint)
        self.assertIn(RETURN_PATH.upper(), " ".join(report.return_paths))

    def test_message_id(self):
        report = read(sample("comcast"))
        self.assertTrue(report.is_complaint)
        self.assertEqual(report.message_ids, (MESSAGE_ID,))

    def test_what_is_no_complaint(self):
        self.assertFalse(read(sample("not_spam")).is_complaint)
        for kind in (b"virus", b"other", b"auth-failure", b"abusive"):
            data = sample("yahoo").replace(b"Type: abuse", b"Type: " + kind)
            self.assertFalse(read(data).is_complaint, kind)

    def test_a_report_without_fields_is_no_complaint(self):
        data = sample("yahoo").replace(b"message/feedback-report", b"text/plain")
        self.assertFalse(read(data).is_complaint)

    def test_what_is_no_report(self):
        self.assertFalse(feedback_report.is_report(parse(sample("jmrp"))))
        for kind in (
            b"multipart/report; report-type=delivery-status",
            b"multipart/report",
            b"multipart/mixed; report-type=feedback-report",
            b"text/plain",
            b"",
        ):
            data = b"Content-Type: " + kind + b"\r\n\r\nreport-type=feedback-report"
            self.assertFalse(feedback_report.is_report(parse(data)), kind)
        self.assertFalse(feedback_report.is_report(parse(b"")))

    def test_a_report_inside_of_a_mail_is_that_persons_attachment(self):
        wrapped = (
            b'Content-Type: multipart/mixed; boundary="w"\r\n\r\n--w\r\n'
            b"Content-Type: message/rfc822\r\n\r\n" + sample("yahoo") + b"\r\n--w--\r\n"
        )
        self.assertFalse(feedback_report.is_report(parse(wrapped)))

    def test_broken_reports_raise_nothing(self):
        rng = random.Random(5965)
        originals = [
            sample(path.stem.partition("_")[2]) for path in SAMPLES.glob("complaint_*")
        ]
        for _round in range(1500):
            data = bytearray(rng.choice(originals))
            for _change in range(rng.randint(1, 30)):
                place = rng.randrange(len(data))
                length = rng.choice((1, 1, 2, 40, 400))
                data[place : place + length] = rng.choice(
                    (b"", b"\n", b"\r\n\r\n", b"\x00", b"\xff", b"--fbl", b"=?", b'"')
                )
                data = data or bytearray(b"x")
            message = parse(bytes(data))
            if feedback_report.is_report(message):
                feedback_report.read(message)

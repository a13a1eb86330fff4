"""Checking: a finished mail taken apart."""

import unittest

from tools import mime
from tools.mail_reading import MailReading


class TestMailReading(unittest.TestCase):
    def mail(self, *attachments):
        quoted = mime.QuotedPrintable()
        return mime.Skeleton([], attachments).message(
            [mime.header("Subject", "Grüße, Ann"), mime.raw_header("To", "a@b.de")],
            quoted.encode("Hällo\n"),
            quoted.encode("<p>Hällo</p>"),
            {},
        )

    def test_parts(self):
        content = bytes(range(256)) * 30
        data = self.mail(mime.Attachment("Preis liste.pdf", "application/pdf", content))
        reading = MailReading(data)
        self.assertEqual(reading.header("Subject"), "Grüße, Ann")
        self.assertEqual(reading.header("Cc"), "")
        self.assertEqual(reading.text, "Hällo\n")
        self.assertEqual(reading.html, "<p>Hällo</p>")
        self.assertEqual(reading.html_size, len("<p>Hällo</p>".encode()))
        self.assertEqual(reading.size, len(data))
        [file] = reading.attachments
        self.assertEqual(file.name, "Preis liste.pdf")
        self.assertEqual((file.mimetype, file.size), ("application/pdf", len(content)))

    def test_the_middle_of_files_is_left_out_of_the_source(self):
        content = b"x" * 57 * 40
        data = self.mail(mime.Attachment("a.bin", "application/zip", content))
        source = MailReading(data).source
        self.assertIn("[... 37 more lines ...]", source)
        self.assertLess(len(source), len(data) - 30 * 78)
        self.assertEqual(
            source.partition("[...")[0].encode(), data[: source.index("[...")]
        )

    def test_small_files_stay_whole(self):
        data = self.mail(mime.Attachment("a.txt", "text/plain", b"x" * 100))
        self.assertEqual(MailReading(data).source.encode(), data)

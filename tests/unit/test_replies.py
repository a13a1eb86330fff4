"""Response: subjects, reply addresses, and what is kept of a mail."""

import email
import email.policy
import unittest

from tools import bounces, reply_mail, subjects, tokens
from tools.reply_address import LONGEST_NAME, ReplyAddress

KEY = b"k" * 32


class TestSubjects(unittest.TestCase):
    def test_marks_of_many_languages(self):
        for subject in (
            *("Re: Offer", "AW: AW: Offer", "RE[2]: Offer", "Re (3): Offer"),
            *("SV: VS: Offer", "Antw.: Offer".replace(".", ""), "RES: ENC: Offer"),
            *("R: I: Offer", "Réf : Offer", "Trả lời: Offer", "Ответ: Offer"),
            *("回复：Offer", "答复: Offer", "답장: Offer", "תשובה: Offer"),
            *("[EXTERNAL] Re: Offer", "*****SPAM***** Re: [ext] Offer"),
            *("Automatic reply: Offer", "Réponse automatique : Offer"),
        ):
            self.assertEqual(subjects.strip_marks(subject), "Offer", subject)

    def test_words_that_only_look_like_marks(self):
        for subject in ("Reopening: soon", "Information: new", "Sven: hello", "Offer"):
            self.assertEqual(subjects.strip_marks(subject), subject)
            self.assertFalse(subjects.is_answer(subject))

    def test_answers(self):
        self.assertTrue(subjects.is_answer("[EXT] AW: Offer"))
        self.assertTrue(subjects.is_answer("Fwd: Offer"))
        self.assertFalse(subjects.is_answer("Automatic reply: Offer"))
        self.assertTrue(subjects.is_forward("[EXT] WG: AW: Offer"))
        self.assertFalse(subjects.is_forward("AW: WG: Offer"))
        self.assertFalse(subjects.is_forward("Offer"))

    def test_merge_fields_stand_for_anything(self):
        pattern = subjects.SubjectPattern("Offer for {{ object.name }}, today")
        self.assertTrue(pattern.fits("Re: Offer for Ann, today"))
        self.assertTrue(pattern.fits("AW: offer  for Ann-Marie O'Neil today!"))
        self.assertFalse(pattern.fits("Re: Offer for Ann, tomorrow"))
        self.assertFalse(pattern.fits("Re: An offer for Ann, today"))
        only_field = subjects.SubjectPattern("{{ object.name }}")
        self.assertFalse(only_field.fits("anything"))
        two = subjects.SubjectPattern("{{ a }} and {{ b }}")
        self.assertTrue(two.fits("Ann and Ben"))
        self.assertFalse(two.fits("Ann or Ben"))

    def test_what_tells_enough(self):
        self.assertTrue(subjects.SubjectPattern("Our summer conference").is_telling)
        for short in ("News", "Hi {{ object.name }}", "Newsletter2026"):
            self.assertFalse(subjects.SubjectPattern(short).is_telling, short)

    def test_long_subjects_take_no_time(self):
        pattern = subjects.SubjectPattern("{{a}} a {{b}} a {{c}} a {{d}} a {{e}} b")
        self.assertFalse(pattern.fits("a" * 100_000))
        self.assertTrue(subjects.strip_marks("Re: " * 50_000))


class TestReplyAddress(unittest.TestCase):
    def setUp(self):
        self.signed = tokens.sign(KEY, tokens.REPLY, "a" * 32)

    def test_header(self):
        address = ReplyAddress("replies", "desk.example")
        for sender, name in (
            ('"News, Ltd" <news@desk.example>', "News, Ltd"),
            ("Grüße <news@desk.example>", "Grüße"),
            ("news@desk.example", ""),
            ("Evil\r\nBcc: x@y.example <news@desk.example>", None),
        ):
            data = address.header(sender, self.signed)
            mail = email.message_from_bytes(data + b"\r\n", policy=email.policy.SMTP)
            [found] = mail["Reply-To"].addresses
            self.assertEqual(found.addr_spec, f"replies+{self.signed}@desk.example")
            self.assertEqual(list(mail), ["Reply-To"])
            if name is not None:
                self.assertEqual(found.display_name, name)

    def test_length(self):
        address = ReplyAddress("x" * LONGEST_NAME, "desk.example").of(self.signed)
        self.assertEqual(len(address.partition("@")[0]), 64)


class TestClues(unittest.TestCase):
    def clues(self, source):
        return bounces.sort(source.replace("\n", "\r\n").encode()).clues

    def test_the_nearest_mail_comes_first(self):
        clues = self.clues(
            "From: a@b.example\nReferences: <1@x.example> <2@x.example>\n"
            "In-Reply-To: <2@x.example>\n"
            "X-MS-Exchange-Parent-Message-Id: <0@x.example>\n\nYes\n"
        )
        self.assertEqual(
            clues.references, ("<2@x.example>", "<0@x.example>", "<1@x.example>")
        )

    def test_links_as_gateways_write_them(self):
        signed = tokens.sign(KEY, tokens.VIEW, "b" * 32)
        for link in (
            f"https://odoo.example/campaign/v/{signed}",
            f"https://x.example/?url=https%3A%2F%2Fodoo.example%2Fcampaign%2Fv%2F{signed}",
            f"https://x.example/v2/url?u=https-3A-2F-2Fo.example-2Fcampaign-2Fv-2F{signed}",
            f"https://x.example/?u=https%253A%252F%252Fo%252Fcampaign%252Fv%252F{signed}",
        ):
            clues = self.clues(f"From: a@b.example\n\nYes\n> {link}\n")
            self.assertEqual(clues.links, (("v", signed),), link)

    def test_links_of_others_are_none(self):
        clues = self.clues("From: a@b.example\n\nhttps://x.example/campaign/v/abc\n")
        self.assertEqual(clues.links, ())


class TestReplyMail(unittest.TestCase):
    def test_pieces_around_pictures_are_one_text(self):
        mail = email.message_from_bytes(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\n\r\nfirst\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
            b"--b\r\n\r\nsecond\r\n--b\r\nContent-Type: text/plain\r\n"
            b"Content-Disposition: attachment\r\n\r\nfile\r\n--b--\r\n",
            policy=email.policy.SMTP,
        )
        text = reply_mail.read(mail).text
        self.assertRegex(text, r"first\s+second")
        self.assertNotIn("file", text)

    def test_headers_that_tell_who_wrote(self):
        mail = email.message_from_string(
            "Received: x\nAuto-Submitted: no\nX-Mailer: Notes\nARC-Seal: y\n\nHi"
        )
        headers = reply_mail.read(mail).headers
        self.assertEqual(headers, {"auto-submitted": "no", "x-mailer": "Notes"})

    def test_ids_for_mails_without_one(self):
        one, other = (
            email.message_from_string(f"From: a@b.example\nSubject: x\n\n{body}")
            for body in ("1", "2")
        )
        self.assertEqual(reply_mail.stand_in_id(one), reply_mail.stand_in_id(one))
        ids = {reply_mail.stand_in_id(each) for each in (one, other)}
        self.assertEqual(len(ids), 2)
        self.assertFalse(reply_mail.has_id(one))

    def test_what_no_parser_reads(self):
        nested = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
        for number in range(3000):
            nested += (
                b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
                % (
                    number,
                    number + 1,
                )
            )
        readable = bounces.readable(nested, 80)
        mail = email.message_from_bytes(readable, policy=email.policy.SMTP)
        self.assertEqual(mail["Subject"], "x")
        self.assertFalse(mail.is_multipart())
        whole = b"Subject: x\r\n\r\nHi"
        self.assertIs(bounces.readable(whole, 80), whole)


if __name__ == "__main__":
    unittest.main()

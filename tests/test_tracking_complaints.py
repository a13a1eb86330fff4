"""Tracking: spam complaints that mailbox providers report."""

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..tools import tokens
from .common import DeskCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"


@tagged("-at_install", "post_install")
class TestComplaints(DeskCommon):
    def setUp(self):
        super().setUp()
        self.contact = self._contact("C", "c@example.com")
        self.mailing = self._mailing()
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids
        [(self.return_path, _to, _data)] = self.mailbox.mails
        self.other_contact = self._contact("O", "other@example.com")

    def _sample(self, name, return_path=None, message_id=None):
        with file_open(f"campaign_desk/tests/samples/complaint_{name}.eml") as file:
            source = file.read()
        return_path = return_path or self.return_path
        return (
            source.replace("%RETURN_PATH%", return_path)
            .replace("%RETURN_PATH_IN_CAPITALS%", return_path.upper())
            .replace("%MESSAGE_ID%", message_id or self.trace.message_id)
        )

    @mute_logger(GATEWAY)
    def _receive(self, source):
        """Receive a report; nothing may come of it but the complaint."""
        messages = self.env["mail.message"].search([], order="id desc", limit=1)
        with self.mock_mail_gateway():
            result = self.env["mail.thread"].message_process(False, source)
        self.assertFalse(result)
        self.assertFalse(self._new_mails)
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.trace.failure_reason)
        self.assertFalse(self.contact.message_bounce)
        return self.env["mail.message"].search([("id", ">", messages.id)])

    def _blacklisted(self):
        return self.env["mail.blacklist"].search([]).mapped("email")

    def test_each_format(self):
        for name in ("yahoo", "comcast", "rfc5965", "headers_only"):
            with self.subTest(name):
                self.trace.complained_at = False
                self.env["mail.blacklist"].search([]).unlink()
                messages = self._receive(self._sample(name))
                self.assertTrue(self.trace.complained_at)
                self.assertEqual(self._blacklisted(), ["c@example.com"])
                self.assertEqual(set(messages.mapped("model")), {"mail.blacklist"})
                reasons = " ".join(messages.mapped("body"))
                self.assertIn("Reported a mail as spam", reasons)

    def test_who_complained_gets_no_further_mail(self):
        self._receive(self._sample("yahoo"))
        self.mailbox.mails.clear()
        mailing = self._mailing(subject="Again")
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["other@example.com"])
        states = self._states(mailing)
        self.assertEqual(states[self.contact.id], ("cancel", "mail_bl"))

    def test_the_first_report_counts(self):
        self._receive(self._sample("yahoo"))
        self.trace.complained_at = "2024-01-01 00:00:00"
        self.env["mail.blacklist"].search([]).action_archive()  # by a person, since
        self._receive(self._sample("yahoo"))
        self.assertEqual(str(self.trace.complained_at), "2024-01-01 00:00:00")
        self.assertFalse(self._blacklisted())

    def test_not_spam(self):
        self.assertFalse(self._receive(self._sample("not_spam")))
        self.assertFalse(self.trace.complained_at)
        self.assertFalse(self._blacklisted())

    def test_unknown_mail(self):
        key = self.env["mailing.mailing"]._tracking_key()
        foreign = tokens.sign(b"another database", tokens.RETURN_PATH, self.trace.token)
        wrong = tokens.sign(key, tokens.UNSUBSCRIBE, self.trace.token)
        unknown = tokens.sign(key, tokens.RETURN_PATH, "0" * tokens.TOKEN_LENGTH)
        flipped = self.return_path.replace("+", "+0", 1)
        for return_path in (
            f"bounce+{foreign}@desk.example",
            f"bounce+{wrong}@desk.example",
            f"bounce+{unknown}@desk.example",
            f"bounce+{self.trace.token}@desk.example",
            flipped,
            "bounce@desk.example",
        ):
            for name in ("yahoo", "comcast", "rfc5965", "headers_only"):
                source = self._sample(name, return_path, "<unknown@desk.example>")
                self.assertFalse(self._receive(source))
                self.assertFalse(self.trace.complained_at)
        self.assertFalse(self._blacklisted())

    def test_broken_reports(self):
        source = self._sample("yahoo")
        for broken in (
            source[: source.index("Feedback-Type")],
            source.replace("message/feedback-report", "message/x; charset=\x00"),
            source.replace("boundary=", "border="),
            source.replace("----=_Part", "----=_Port", 1),
            source.replace("Feedback-Type: abuse", "Feedback-Type: \x00ÿ"),
            source.replace("feedback-report\n", "feedback-report\n\nx\n"),
        ):
            self._receive(broken)
            self.assertFalse(self.trace.complained_at)
        self.assertFalse(self._blacklisted())

    def test_an_address_that_is_none_is_no_obstacle(self):
        self.trace.email = "nonsense"
        self._receive(self._sample("yahoo"))
        self.assertTrue(self.trace.complained_at)

    def test_a_mailing_with_too_many_complaints_is_paused(self):
        company = self.mailing.company_id
        company.write({"campaign_breaker_mails": 1, "campaign_complaint_limit": 0.3})
        self.mailing.state = "sending"
        self._receive_any(self._sample("yahoo"))
        self.assertTrue(self.mailing.is_paused)
        self.assertIn("reported as spam", self.mailing.pause_reason)

    @mute_logger(GATEWAY)
    def _receive_any(self, source):
        self.env["mail.thread"].message_process(False, source)

    @mute_logger(GATEWAY)
    def test_reports_of_other_kinds_stay_odoos(self):
        bounce = self._sample("yahoo").replace(
            "report-type=feedback-report", "report-type=delivery-status"
        )
        bounce = bounce.replace("To: complaints@", f"To: {self.return_path}, x@")
        self._receive_any(bounce)
        self.assertEqual(self.trace.trace_status, "bounce")
        self.assertFalse(self.trace.complained_at)

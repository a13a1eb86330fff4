"""Tracking: inbound mail that concerns deliveries."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import tokens
from .common import DeskCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"


@tagged("-at_install", "post_install")
class TestInbound(DeskCommon):
    def _mail_to_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "L", "email_from": "lead@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
        )
        self._send(mailing)
        return lead, mailing.mailing_trace_ids

    def _answer(self, trace, to, subject="Re: News", extra=""):
        return (
            f"From: lead@example.com\r\nTo: {to}\r\nSubject: {subject}\r\n"
            f"Message-ID: <answer-{trace.id}@example.com>\r\n"
            f"In-Reply-To: {trace.message_id}\r\nReferences: {trace.message_id}\r\n"
            f"{extra}\r\nYes please\r\n"
        )

    @mute_logger(GATEWAY)
    def test_answer_lands_on_the_record_that_was_mailed(self):
        lead, trace = self._mail_to_lead()
        mail = self.mailbox.message_to("lead@example.com")
        self.env["mail.thread"].message_process(
            False, self._answer(trace, mail["Reply-To"])
        )
        self.assertEqual(trace.trace_status, "reply")
        self.assertIn("Yes please", lead.message_ids[0].body)

    @mute_logger(GATEWAY)
    def test_answer_to_the_return_path_goes_where_answers_belong(self):
        lead, trace = self._mail_to_lead()
        [(return_path, _to, _data)] = self.mailbox.mails
        answer = self._answer(trace, return_path)
        answer = answer.replace(f"In-Reply-To: {trace.message_id}\r\n", "")
        answer = answer.replace(f"References: {trace.message_id}\r\n", "")
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(False, answer)
        self.assertFalse(self._new_mails)
        self.assertEqual(trace.trace_status, "reply")
        self.assertIn("Yes please", lead.message_ids[0].body)

    @mute_logger(GATEWAY)
    def test_tags_that_are_not_ours_mean_nothing(self):
        _lead, trace = self._mail_to_lead()
        bounce = (
            "From: MAILER-DAEMON@example.com\r\nSubject: Undelivered\r\n"
            "To: bounce+%s@desk.example\r\n"
            "Message-ID: <b%s@example.com>\r\n\r\nGone\r\n"
        )
        key = self.env["mailing.mailing"]._tracking_key()
        foreign = tokens.sign(b"another database", tokens.RETURN_PATH, trace.token)
        wrong = tokens.sign(key, tokens.OPEN, trace.token)
        for number, tag in enumerate((foreign, wrong, "0" * tokens.SIGNED_LENGTH)):
            self.env["mail.thread"].message_process(False, bounce % (tag, number))
            self.assertEqual(trace.trace_status, "sent")

    @mute_logger(GATEWAY)
    def test_bounce_that_quotes_nothing_is_known_by_its_return_path(self):
        _lead, trace = self._mail_to_lead()
        [(return_path, _to, _data)] = self.mailbox.mails
        bounce = (
            f"From: MAILER-DAEMON@example.com\r\nTo: {return_path}\r\n"
            "Subject: Undelivered\r\nMessage-ID: <b1@example.com>\r\n\r\n"
            "No such user\r\n"
        )
        self.env["mail.thread"].message_process(False, bounce)
        self.assertEqual(trace.trace_status, "bounce")
        self.assertIn("No such user", trace.failure_reason)

    @mute_logger(GATEWAY)
    def test_answer_to_an_alias_of_something_else_goes_there(self):
        lead, trace = self._mail_to_lead()
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "partners",
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        before = len(lead.message_ids)
        self.env["mail.thread"].message_process(
            False, self._answer(trace, alias.alias_full_name, "A new partner")
        )
        self.assertEqual(len(lead.message_ids), before)
        self.assertTrue(
            self.env["res.partner"].search([("name", "=", "A new partner")])
        )

    def test_late_events_never_move_a_delivery_backwards(self):
        _lead, trace = self._mail_to_lead()
        trace.set_bounced(bounce_message="Mailbox is gone")
        self.assertEqual(trace.trace_status, "bounce")
        self.assertEqual(trace.failure_reason, "Mailbox is gone")
        trace.set_opened()
        self.assertEqual(trace.trace_status, "open")
        self.assertFalse(trace.failure_type)
        trace.set_bounced()
        self.assertEqual(trace.trace_status, "open")
        trace.set_replied()
        self.assertEqual(trace.trace_status, "reply")
        self.assertFalse(trace.failure_type)
        for late in (
            trace.set_bounced,
            trace.set_opened,
            trace.set_failed,
            trace.set_canceled,
        ):
            late()
            self.assertEqual(trace.trace_status, "reply")

    def test_what_is_opened_is_not_sent_again(self):
        """A server that put us off may have delivered the mail all the same."""
        self._contact("Grey", "grey@example.com")
        self.mailbox.answers["grey"] = "451 later"
        mailing = self._mailing()
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        self.assertEqual(trace.trace_status, "outgoing")
        trace.set_opened()
        self.assertEqual(trace.trace_status, "open")
        self.assertTrue(trace.sent_datetime)
        self.mailbox.answers.clear()
        trace.next_attempt_at = "2020-01-01"
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        self.assertEqual(mailing.state, "done")

    def test_nothing_makes_a_cancelled_delivery_sent(self):
        self._contact("Left", "left@example.com", self.list_one, self.list_one)
        mailing = self._mailing()
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        trace.set_opened()
        trace.set_replied()
        self.assertEqual(trace.trace_status, "cancel")
        self.assertFalse(trace.sent_datetime)
        self.assertEqual(mailing.sent, 0)

    def test_other_traces_keep_odoos_rules(self):
        _lead, trace = self._mail_to_lead()
        other = trace.copy()
        self.assertFalse(other.token)
        other.set_replied()
        other.set_bounced()
        self.assertEqual(other.trace_status, "bounce")

"""Response: answers, as the bytes that arrive at the customer's mail server."""

import email
import email.policy

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import email_normalize, mute_logger

from .response_desk import REPLY, AnswerMailbox, ResponseCommon


@tagged("-at_install", "post_install")
class TestResponseAnswer(ResponseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox.__class__ = AnswerMailbox

    def _answered(self):
        """Return the only mail that arrived: its recipients, and itself."""
        [(_from, recipients, data)] = self.mailbox.mails
        self.assertNotIn(b"\n", data.replace(b"\r\n", b""))
        return recipients, email.message_from_bytes(data, policy=email.policy.SMTP)

    def test_without_a_sender_it_can_be_read(self):
        self.rita.email = False
        self.env.company.email = False
        response = self._response().with_user(self.rita)
        response.sudo().mailing_id = False
        shown = response.get_reading()["answer"]
        self.assertEqual(shown["from"], "")
        self.assertIn("no address to answer from", shown["warning"])
        with self.assertRaisesRegex(UserError, "no address to answer from"):
            response.action_answer("<p>Hello</p>")

    def test_answer(self):
        response = self._response(
            message_id="<5.reply@customer.example>",
            headers={"References": "<1.news@desk.example> <2.other@desk.example>"},
        )
        sent = response.with_user(self.rita).action_answer(
            "<p>It costs <b>5</b>.</p>", to="Anna Berg <anna@customer.example>"
        )
        self.assertEqual(sent["state"], "sent")
        recipients, mail = self._answered()
        self.assertEqual(recipients, ("anna@customer.example",))
        self.assertEqual(mail["In-Reply-To"], "<5.reply@customer.example>")
        self.assertEqual(
            mail["References"].split(),
            [
                "<1.news@desk.example>",
                "<2.other@desk.example>",
                "<5.reply@customer.example>",
            ],
        )
        self.assertEqual(mail["Subject"], "Re: News")
        self.assertEqual(mail["From"].addresses[0].display_name, "Rita")
        self.assertEqual(mail["From"].addresses[0].domain, self.alias_domain)
        self.assertEqual(mail["To"].addresses[0].addr_spec, "anna@customer.example")
        page = mail.get_body(("html",)).get_content()
        self.assertIn("It costs <b>5</b>.", page)
        self.assertIn("<blockquote", page)
        self.assertIn("What does it cost for 20 people?", page)
        for word in ("<img", "/campaign/", "/r/", "unsubscribe", "/mail/track"):
            self.assertNotIn(word, page, "Personal answers are not tracked")
        self.assertNotIn("List-Unsubscribe", mail)
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("It costs *5*.", text)
        self.assertEqual(response.state, "waiting")
        self.assertEqual(response.user_id, self.rita)
        self.assertTrue(response.first_answered_at)
        message = self.env["mail.message"].browse(sent["message_id"])
        self.assertEqual(message.message_id, mail["Message-Id"])
        self.assertEqual(message.author_id, self.rita.partner_id)
        self.assertNotIn("What does it cost", message.body)

    def test_reply_comes_back(self):
        """The reply to an answer is known by the answer's id and by its Reply-To."""
        response = self._response()
        response.with_user(self.rita).action_answer("<p>Yes.</p>")
        _recipients, mail = self._answered()
        message = self.env["mail.message"].search(
            [("message_id", "=", mail["Message-Id"])]
        )
        self.assertEqual((message.model, message.res_id), (response._name, response.id))
        expected = response._notify_get_reply_to(default="x@y.example")[response.id]
        self.assertEqual(
            email_normalize(mail["Reply-To"]), email_normalize(expected), "Comes back"
        )
        self.assertNotIn("rita@", mail["Reply-To"])

    def test_copies_files_and_subject(self):
        response = self._response().with_user(self.rita)
        file = (
            self.env["ir.attachment"]
            .with_user(self.rita)
            .create(
                {
                    "name": "Offer.pdf",
                    "raw": b"%PDF-1.7",
                    "res_model": "mail.compose.message",
                    "res_id": 0,
                }
            )
        )
        response.action_answer(
            "<p>Here</p>",
            [file.id],
            "done",
            cc="Bo <bo@customer.example>; cy@customer.example",
            subject="Offer\r\nBcc: evil@example.com",
            with_quote=False,
        )
        recipients, mail = self._answered()
        self.assertEqual(len(recipients), 3)
        self.assertEqual(mail["Subject"], "Offer Bcc: evil@example.com")
        self.assertNotIn("Bcc", mail)
        self.assertEqual(
            [address.addr_spec for address in mail["Cc"].addresses],
            ["bo@customer.example", "cy@customer.example"],
        )
        [attached] = mail.iter_attachments()
        self.assertEqual(attached.get_content(), b"%PDF-1.7")
        self.assertNotIn("<blockquote", mail.get_body(("html",)).get_content())
        self.assertEqual(response.state, "done")
        parts = response.get_reading()["conversation"]
        self.assertEqual([len(part["files"]) for part in parts], [0, 1])

    def test_reply_to_of_the_writer(self):
        office = "Office <office@customer.example>"
        response = self._response(headers={"Reply-To": office})
        start = response.with_user(self.rita).get_reading()["answer"]
        self.assertEqual(start["to"], office)
        response.headers = {"Reply-To": "nonsense"}
        start = response.with_user(self.rita).get_reading()["answer"]
        self.assertIn("anna@customer.example", start["to"])

    def test_subject(self):
        response = self._response()
        for subject, expected in (
            ("News", "Re: News"),
            ("RE: News", "RE: News"),
            ("AW: News", "AW: News"),
            ("Re[2]: News", "Re[2]: News"),
            ("Regarding: News", "Re: Regarding: News"),
            (False, "Re:"),
            ("A\nB", "Re: A B"),
        ):
            response.subject = subject
            self.assertEqual(response._answer_subject(), expected)

    def test_sender_outside_of_the_company(self):
        """A private address would not be trusted: the campaign's is taken."""
        self.rita.email = "rita@gmail.com"
        mailing = self._mailing()
        response = self._response(mailing_id=mailing.id).with_user(self.rita)
        self.assertEqual(
            response._answer_sender(), f'"Rita" <news@{self.alias_domain}>'
        )

    def test_long_threads(self):
        ids = " ".join(f"<{number}@x.example>" for number in range(50))
        response = self._response(headers={"references": ids})
        references = response._answer_references().split()
        self.assertEqual(len(references), 12)
        self.assertEqual(references[0], "<0@x.example>")
        self.assertEqual(references[-1], response.message_id)

    def test_mistakes(self):
        response = self._response().with_user(self.rita)
        for error, arguments, values in (
            (UserError, ("",), {}),
            (UserError, ("<p><br></p>",), {}),
            (UserError, ("<p>x</p>",), {"to": ""}),
            (UserError, ("<p>x</p>",), {"to": "nobody"}),
            (UserError, ("<p>x</p>",), {"cc": "bo@customer.example, nobody"}),
            (ValidationError, ("<p>x</p>", [], "new"), {}),
        ):
            with self.subTest(values or arguments), self.assertRaises(error):
                response.action_answer(*arguments, **values)
        self.assertFalse(self.mailbox.mails)
        self.assertEqual(response.state, "new")

    def test_hostile_answer(self):
        """A draft that somebody put together elsewhere cannot act in the mail."""
        response = self._response().with_user(self.rita)
        response.action_answer("<p onclick='x()'>Hi<script>x()</script></p>")
        _recipients, mail = self._answered()
        page = mail.get_body(("html",)).get_content()
        self.assertNotIn("script", page)
        self.assertNotIn("onclick", page)

    def test_somebody_was_faster(self):
        response = self._response()
        of_rita, of_ben = response.with_user(self.rita), response.with_user(self.ben)
        seen = of_rita.get_reading()["answer"]["last_id"]
        of_ben.action_answer("<p>Ben was here</p>", last_id=seen)
        self.mailbox.mails.clear()
        result = of_rita.action_answer("<p>Hello</p>", last_id=seen)
        self.assertEqual((result["state"], result["who"]), ("overtaken", "Ben"))
        self.assertIn("Ben was here", result["text"])
        self.assertFalse(self.mailbox.mails)
        # her own answers are no surprise to her
        result = of_rita.action_answer("<p>Hello</p>", last_id=result["last_id"])
        self.assertEqual(result["state"], "sent")
        seen = of_ben.get_reading()["answer"]["last_id"]
        of_rita.action_answer("<p>PS</p>", last_id=seen)
        result = of_rita.action_answer("<p>PPS</p>", last_id=seen)
        self.assertEqual(result["state"], "sent")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_sending_fails_and_is_tried_again(self):
        self.mailbox.answers["anna"] = "550 5.1.1 No such user"
        response = self._response().with_user(self.rita)
        sent = response.action_answer("<p>Hello</p>")
        part = response.get_reading()["conversation"][-1]
        self.assertEqual(part["state"], "failed")
        self.assertTrue(part["reason"])
        other = self._response().with_user(self.rita)
        with self.assertRaises(UserError):
            other.action_retry_answer(sent["message_id"])
        self.mailbox.answers.clear()
        response.action_retry_answer(sent["message_id"])
        self._answered()
        part = response.get_reading()["conversation"][-1]
        self.assertEqual(part["state"], "sent")
        with self.assertRaises(UserError):
            response.action_retry_answer(sent["message_id"])

    def test_warning(self):
        response = self._response().with_user(self.rita)
        self.assertFalse(response.get_reading()["answer"]["warning"])
        self.env["mail.blacklist"]._add("anna@customer.example")
        self.assertTrue(response.get_reading()["answer"]["warning"])

    def test_draft_ends_with_the_answer(self):
        response = self._response().with_user(self.rita)
        response.save_draft({"body": "<p>Hel</p>"})
        response.action_answer("<p>Hello</p>")
        self.assertFalse(response.get_reading()["answer"]["draft"])

    def test_quote_is_only_words(self):
        response = self._response(text="<img src='https://tracker.example/'>" + REPLY)
        self.assertNotIn("<img", response._answer_quote())
        self.assertIn("&lt;img", response._answer_quote())

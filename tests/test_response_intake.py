"""Response: how replies get from a mail server to the desk."""

import re

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import tokens
from .common import DeskCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"
INTAKE = "odoo.addons.campaign_desk.models.response.intake"
DESK = "odoo.addons.campaign_desk.models.response.mail_thread"


class IntakeCommon(DeskCommon):
    """A campaign has gone out; people answer it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company._make_reply_alias()
        cls.contact = cls._contact("Ann Reader", "ann@customer.example")
        cls.mailing = cls._mailing(reply_to=False, subject="Spring offers")

    def setUp(self):
        super().setUp()
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids
        self.sent = self.mailbox.message_to(self.contact.email)

    def _source(self, body="Yes, please call me.", **lines):
        """Return a mail; ``lines`` are headers, without those that are None."""
        headers = {
            "From": "Ann Reader <ann@customer.example>",
            "To": str(self.sent["Reply-To"]),
            "Subject": "Re: Spring offers",
            "Message-ID": "<answer-1@customer.example>",
            "In-Reply-To": self.trace.message_id,
            "References": self.trace.message_id,
        }
        for name, value in lines.items():
            headers[name.replace("_", "-")] = value
        head = "".join(
            f"{name}: {value}\r\n" for name, value in headers.items() if value
        )
        return f"{head}\r\n{body}\r\n".encode()

    @mute_logger(GATEWAY, INTAKE, DESK)
    def _receive(self, source, model=False):
        """Hand a mail to Odoo; return the responses that were made of it."""
        before = self._responses()
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(model, source)
        self.env.flush_all()
        return self._responses() - before

    def _responses(self):
        return self.env["campaign.response"].search([])


@tagged("-at_install", "post_install")
class TestReplyAddress(IntakeCommon):
    def test_each_delivery_has_an_address_of_its_own(self):
        address = str(self.sent["Reply-To"].addresses[0].addr_spec)
        name, _plus, rest = address.partition("+")
        signed, _at, domain = rest.partition("@")
        self.assertEqual(f"{name}@{domain}", self.company.campaign_reply_address)
        found = self.env["mailing.trace"]._find_by_signed(tokens.REPLY, signed)
        self.assertEqual(found, self.trace)
        self.assertFalse(
            self.env["mailing.trace"]._find_by_signed(tokens.UNSUBSCRIBE, signed)
        )
        self.assertEqual(self.sent["Reply-To"].addresses[0].display_name, "News")
        self.assertLessEqual(len(address.partition("@")[0]), 64)

    def test_a_campaign_may_name_another_address(self):
        mailing = self._mailing(reply_to="Boss <boss@elsewhere.example>")
        self.mailbox.mails.clear()
        self._send(mailing)
        mail = self.mailbox.message_to(self.contact.email)
        self.assertEqual(str(mail["Reply-To"]), "Boss <boss@elsewhere.example>")

    def test_without_a_name_answers_go_to_the_sender(self):
        self.company.campaign_reply_name = False
        mailing = self._mailing(reply_to=False)
        self.mailbox.mails.clear()
        self._send(mailing)
        mail = self.mailbox.message_to(self.contact.email)
        self.assertEqual(str(mail["Reply-To"]), str(mail["From"]))
        codes = {one.code for one in mailing._preflight_replies()}
        self.assertEqual(codes, {"replies_to_sender"})

    def test_a_new_company_has_its_own(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.assertTrue(company.campaign_reply_address)
        self.assertNotEqual(
            company.campaign_reply_address, self.company.campaign_reply_address
        )

    def test_the_name_follows_to_another_domain(self):
        self.company.campaign_reply_name = "hello"
        domain = self.env["mail.alias.domain"].create({"name": "other.example"})
        self.company.alias_domain_id = domain
        self.assertEqual(self.company.campaign_reply_address, "hello@other.example")
        self.assertEqual(
            self.company.campaign_reply_alias_id.alias_full_name, "hello@other.example"
        )

    def test_a_name_leaves_room_for_the_code(self):
        with self.assertRaisesRegex(ValidationError, "15 characters"):
            self.company.campaign_reply_name = "much-too-long-a-name"

    def test_drafts_leave_the_reply_address_to_us(self):
        mailing = self.env["mailing.mailing"].create({"subject": "Draft"})
        self.assertEqual(mailing.reply_to_mode, "new")
        self.assertFalse(mailing.reply_to)
        self.assertEqual(
            mailing.reply_to_placeholder, self.company.campaign_reply_address
        )
        mailing.delivery_engine = "standard"
        self.assertTrue(mailing.reply_to)

    def test_preflight_says_where_answers_go(self):
        [finding] = self.mailing._preflight_replies()
        self.assertIn(finding.code, ("replies_desk", "replies_unproven"))
        self.env["fetchmail.server"].create({"name": "In", "state": "done"})
        [finding] = self.mailing._preflight_replies()
        self.assertEqual((finding.code, finding.level), ("replies_desk", "ok"))


@tagged("-at_install", "post_install")
class TestIntake(IntakeCommon):
    def test_a_reply_becomes_a_response(self):
        response = self._receive(self._source())
        self.assertEqual(response.trace_id, self.trace)
        self.assertEqual(response.mailing_id, self.mailing)
        self.assertEqual(response.contact_id, self.contact)
        self.assertEqual(response.found_by, "reply_token")
        self.assertEqual(response.email, "ann@customer.example")
        self.assertEqual(response.author_name, "Ann Reader")
        self.assertEqual(response.analysis_state, "waiting")
        self.assertEqual(response.state, "new")
        self.assertFalse(response.kind)
        self.assertIn("Yes, please call me.", response.body_text)
        self.assertEqual(response.company_id, self.company)
        self.assertEqual(self.trace.trace_status, "reply")
        self.assertFalse(self._new_mails)

    def test_the_token_is_enough(self):
        response = self._receive(
            self._source(
                From="Ann <ann.private@gmail.com>",
                Subject="hello",
                In_Reply_To=None,
                References=None,
            )
        )
        self.assertEqual(response.trace_id, self.trace)
        self.assertEqual(response.email, "ann.private@gmail.com")
        self.assertFalse(response.contact_id)

    def test_a_forged_token_is_none(self):
        forged = f"{'0' * 31}1{'f' * 16}"
        address = re.sub(r"\+[0-9a-f]{48}@", f"+{forged}@", str(self.sent["Reply-To"]))
        response = self._receive(
            self._source(
                From="Eve <eve@stranger.example>",
                To=address,
                In_Reply_To=None,
                References=None,
            )
        )
        self.assertEqual(len(response), 1)
        self.assertFalse(response.trace_id)
        self.assertFalse(response.found_by)
        self.assertEqual(self.trace.trace_status, "sent")

    def test_a_mail_that_comes_twice_is_one_response(self):
        response = self._receive(self._source())
        self.assertFalse(self._receive(self._source()))
        both = f"{self.sent['Reply-To']}, {self.company.campaign_reply_address}"
        self.assertFalse(self._receive(self._source(To=both)))
        self.assertEqual(self._responses() & response, response)

    def test_a_mail_without_an_id_is_taken_in_once(self):
        source = self._source(Message_ID=None)
        response = self._receive(source)
        self.assertTrue(response.message_id)
        self.assertFalse(self._receive(source))

    def test_the_alias_without_a_token(self):
        response = self._receive(self._source(To=self.company.campaign_reply_address))
        self.assertEqual(response.found_by, "reference")
        self.assertEqual(response.trace_id, self.trace)
        stranger = self._receive(
            self._source(
                From="New <new@stranger.example>",
                To=self.company.campaign_reply_address,
                Subject="A question",
                Message_ID="<new@stranger.example>",
                In_Reply_To=None,
                References=None,
            )
        )
        self.assertEqual(len(stranger), 1)
        self.assertFalse(stranger.trace_id)
        self.assertEqual(stranger.company_id, self.company)

    def test_a_mailbox_for_responses(self):
        response = self._receive(
            self._source(
                From="New <new@stranger.example>",
                To="sales@elsewhere.example",
                In_Reply_To=None,
                References=None,
            ),
            model="campaign.response",
        )
        self.assertEqual(len(response), 1)

    def test_what_odoo_would_send_back_is_caught(self):
        catchall = self.company.catchall_email
        response = self._receive(self._source(To=catchall))
        self.assertEqual(response.trace_id, self.trace)
        self.assertFalse(self._new_mails)
        nowhere = self._receive(
            self._source(
                To=f"nobody@{self.alias_domain}", Message_ID="<a2@customer.example>"
            )
        )
        self.assertEqual(nowhere.trace_id, self.trace)
        self.assertFalse(self._new_mails)

    def test_a_stranger_to_the_catchall_address_is_odoos_affair(self):
        self.assertFalse(
            self._receive(
                self._source(
                    From="Eve <eve@stranger.example>",
                    To=self.company.catchall_email,
                    Subject="Hello",
                    In_Reply_To=None,
                    References=None,
                )
            )
        )
        self.assertTrue(self._new_mails)

    def test_a_reply_on_a_record_is_a_message_and_a_response(self):
        lead = self.env["crm.lead"].create(
            {"name": "L", "email_from": "lead@customer.example"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
            reply_to=False,
        )
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        sent = self.mailbox.message_to("lead@customer.example")
        response = self._receive(
            self._source(
                From="lead@customer.example",
                To=sent["Reply-To"],
                In_Reply_To=trace.message_id,
                References=trace.message_id,
            )
        )
        self.assertEqual(response.trace_id, trace)
        self.assertEqual(response.mail_message_id.res_id, lead.id)
        self.assertIn("please call", lead.message_ids[0].body)

    def test_to_the_bounce_address(self):
        [(return_path, *_rest)] = [
            mail for mail in self.mailbox.mails if self.contact.email in mail[1]
        ]
        response = self._receive(
            self._source(To=return_path, In_Reply_To=None, References=None)
        )
        self.assertEqual(response.trace_id, self.trace)
        self.assertEqual(response.found_by, "return_path")

    def test_posted_by_a_service(self):
        with mute_logger(GATEWAY, INTAKE):
            response = self.env["campaign.response"]._take_in_posted(self._source())
        self.assertEqual(response.trace_id, self.trace)

    def test_files_are_held(self):
        source = self._source(
            "--b\r\nContent-Type: text/plain\r\n\r\nSee the file\r\n"
            "--b\r\nContent-Type: text/html; name=evil.html\r\n"
            "Content-Disposition: attachment; filename=evil.html\r\n\r\n"
            "<script>alert(1)</script>\r\n--b--",
            Content_Type="multipart/mixed; boundary=b",
        )
        response = self._receive(source)
        self.assertIn("evil.html", response.held_file_names)
        [file] = response._held_files()
        self.assertEqual(file.mimetype, "text/plain")
        user = self._responder(response)
        with self.assertRaises(AccessError):
            file.with_user(user).read(["raw"])
        self.assertFalse(file.with_user(user).search([("id", "=", file.id)]))
        response.with_user(user).action_release_files()
        self.assertTrue(file.with_user(user).raw)

    def _responder(self, response):
        user = self.env["res.users"].create(
            {
                "name": "Rita",
                "login": "rita_responder",
                "group_ids": [
                    (4, self.env.ref("campaign_desk.group_response_user").id)
                ],
            }
        )
        response.user_id = user
        return user

    def test_files_too_large_are_named(self):
        response = self._receive(self._source())
        response._keep_files([("big.bin", b"x" * (16 * 1024 * 1024), {})])
        self.assertFalse(response._held_files())
        self.assertIn("big.bin", response.lost_files)


@tagged("-at_install", "post_install")
class TestConversation(IntakeCommon):
    def test_the_next_answer_goes_to_the_same_person(self):
        first = self._receive(self._source())
        user = self.env.ref("base.user_admin")
        team = self.env["campaign.team"].create({"name": "Sales"})
        first.write({"user_id": user.id, "team_id": team.id})
        ours = first.message_post(
            body="When?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        first.state = "waiting"
        second = self._receive(
            self._source(
                "Tuesday",
                Message_ID="<answer-2@customer.example>",
                To=self.company.campaign_reply_address,
                In_Reply_To=ours.message_id,
                References=f"{self.trace.message_id} {ours.message_id}",
            )
        )
        self.assertEqual(second.parent_id, first)
        self.assertEqual(second.conversation_id, first)
        self.assertEqual(second.trace_id, self.trace)
        self.assertEqual((second.user_id, second.team_id), (user, team))
        self.assertEqual(first.state, "done")
        third = self._receive(
            self._source("Or Friday", Message_ID="<answer-3@customer.example>")
        )
        self.assertEqual(third.parent_id, second)
        self.assertEqual(third.conversation_id, first)

    def test_answers_to_our_answer_come_to_the_delivery(self):
        first = self._receive(self._source())
        reply_to = first._notify_get_reply_to()[first.id]
        self.assertIn(self.trace.token, reply_to)
        second = self._receive(
            self._source(
                "Tuesday",
                Message_ID="<answer-2@customer.example>",
                To=reply_to,
                In_Reply_To=None,
                References=None,
            )
        )
        self.assertEqual(second.parent_id, first)

    def test_somebody_else_starts_a_conversation(self):
        first = self._receive(self._source())
        other = self._receive(
            self._source(
                From="Bob <bob@customer.example>", Message_ID="<b@customer.example>"
            )
        )
        self.assertEqual(other.trace_id, first.trace_id)
        self.assertFalse(other.parent_id)

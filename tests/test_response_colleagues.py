"""Response: answers that colleagues write in mail programs of their own."""

import re
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.nlp import clean as cleaning
from .test_response_intake import IntakeCommon

COLLEAGUES = "odoo.addons.campaign_desk.models.response.colleague_answers"
SAMPLES = Path(__file__).parent / "samples" / "colleagues"


@tagged("-at_install", "post_install")
class TestColleagueAnswers(IntakeCommon):
    """Ann has answered the campaign; her mail is in Ben's mailbox, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben, cls.olga, cls.mona = (
            new_test_user(
                cls.env,
                name.lower(),
                f"campaign_desk.group_response_{role}",
                name=name,
                email=f"{name.lower()}@{cls.alias_domain}",
            )
            for name, role in (("Ben", "user"), ("Olga", "user"), ("Mona", "manager"))
        )
        cls.team, cls.other_team = cls.env["campaign.team"].create(
            [
                {"name": "Sales", "member_ids": [(0, 0, {"user_id": cls.ben.id})]},
                {"name": "Support", "member_ids": [(0, 0, {"user_id": cls.olga.id})]},
            ]
        )
        cls.env["campaign.service.level"].search([]).active = False
        cls.env["campaign.service.level"].create(
            {"name": "All", "first_answer_hours": 8, "next_answer_hours": 4}
        )

    def setUp(self):
        super().setUp()
        self.response = self._receive(self._source())
        self.response.write({"kind": "human", "team_id": self.team.id})
        self.assertTrue(self._running())
        # what Ann's mail has done is not what the colleague's does
        self.trace.write({"trace_status": "sent", "reply_datetime": False})

    def _running(self):
        return self.response.clock_ids.filtered(lambda clock: not clock.stopped_at)

    def _program(self, program, sender=None):
        """Return a reply to all, as a mail program writes it."""
        values = {
            "FROM": sender or self.ben.email,
            "REPLY_TO": self.sent["Reply-To"].addresses[0].addr_spec,
            "DELIVERY": self.trace.message_id,
            "ANSWERED": self.response.message_id,
        }
        text = (SAMPLES / f"{program}.eml").read_text()
        text = re.sub(r"%([A-Z_]+)%", lambda found: values[found[1]], text)
        return text.replace("\n", "\r\n").encode()

    def _by_hand(self, body="I call you.", **lines):
        """Return a reply to all of Ben's; ``lines`` are headers."""
        return self._source(
            body,
            **{
                "From": f"Ben <{self.ben.email}>",
                "To": "Ann <ann@customer.example>",
                "Cc": str(self.sent["Reply-To"]),
                "Message_ID": "<ben-1@desk.example>",
                "In_Reply_To": self.response.message_id,
                "References": f"{self.trace.message_id} {self.response.message_id}",
                **lines,
            },
        )

    def _answers(self):
        return self.response._answers()

    def _assert_answered(self, source, user=None):
        self.assertFalse(self._receive(source), "A response that nobody must answer")
        [answer] = self._answers()
        self.assertEqual(answer.author_id, (user or self.ben).partner_id)
        self.assertEqual(self.response.state, "waiting")
        self.assertTrue(self.response.first_answered_at)
        self.assertFalse(self._running())
        self.assertEqual(self.trace.trace_status, "sent", "Counts as no reply")
        self.assertFalse(self._new_mails, "Nobody is told by mail")
        return answer

    def _assert_response(self, source):
        response = self._receive(source)
        self.assertEqual(len(response), 1)
        self.assertFalse(self._answers())
        self.assertEqual(self.response.state, "new")
        self.assertFalse(self.response.first_answered_at)
        self.assertTrue(self._running())
        return response

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def test_mail_programs(self):
        for program in ("outlook", "gmail", "apple_mail"):
            with self.subTest(program), self.env.cr.savepoint() as savepoint:
                self._assert_answered(self._program(program))
                self.assertEqual(self.response.user_id, self.ben)
                reading = self.response.with_user(self.ben).get_reading()
                _campaign, _reply, part = reading["conversation"]
                self.assertEqual(part["type"], "answer")
                self.assertTrue(part["by_mail"])
                self.assertEqual(part["author"], "Ben")
                self.assertIn("ann@customer.example", part["to"])
                words = "Hello Ann,\n\nI will call you on Tuesday at ten."
                self.assertEqual(part["text"], words)
                cut = {one["kind"]: one["text"] for one in part["cut"]}
                self.assertIn("Yes, please call me.", cut["quote"])
                self.assertEqual(cut["signature"], "Ben")
                names = [file["name"] for file in part["files"]]
                self.assertEqual(names, ["Offer.pdf"] * (program == "outlook"))
                savepoint.rollback()
            self.env.invalidate_all()

    def test_a_note_tells_by_whom(self):
        self._assert_answered(self._program("gmail"))
        [note] = self.response.message_ids.filtered(
            lambda message: "own mail program" in message.body
        )
        self.assertIn("Ben answered", note.body)
        self.assertIn("ann@customer.example", note.body)

    def test_files_are_held(self):
        answer = self._assert_answered(self._program("outlook"))
        self.assertFalse(answer.attachment_ids)
        self.assertIn("Offer.pdf", self.response.held_file_names)
        [file] = self.response._held_files().with_user(self.ben)
        with self.assertRaises(AccessError):
            file.read(["raw"])
        self.response.with_user(self.ben).action_release_files()
        self.assertEqual(file.raw, b"%PDF-1.7\n")

    def test_nothing_is_analysed_or_done(self):
        self.response.analysis_state = "done"
        opportunities = self.env["crm.lead"].search_count([])
        self._assert_answered(
            self._by_hand("Please unsubscribe me. I want to buy a price list.")
        )
        with self.enter_registry_test_mode():
            self.env.ref("campaign_desk.ir_cron_understand").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.env["crm.lead"].search_count([]), opportunities)
        suppressed = self.env["campaign.suppression"].search_count(
            [("address", "in", ["ann@customer.example", self.ben.email])]
        )
        self.assertFalse(suppressed)

    def test_it_comes_twice(self):
        source = self._program("gmail")
        self._assert_answered(source)
        self.assertFalse(self._receive(source))
        without_id = self._by_hand(Message_ID=None)
        for _time in range(2):
            self.assertFalse(self._receive(without_id))
        self.assertEqual(len(self._answers()), 2)

    def test_the_customer_goes_on(self):
        answer = self._assert_answered(self._program("gmail"))
        second = self._receive(
            self._source(
                "Fine",
                To=self.company.campaign_reply_address,
                Message_ID="<answer-2@customer.example>",
                In_Reply_To=answer.message_id,
                References=answer.message_id,
            )
        )
        self.assertEqual(second.parent_id, self.response)
        self.assertEqual(second.user_id, self.ben)
        self.assertEqual(second.trace_id, self.trace)
        self.assertEqual(self.response.state, "done")

    def test_an_answer_to_our_answer(self):
        with self.mock_mail_gateway():
            sent = self.response.with_user(self.ben).action_answer("<p>When?</p>")
        ours = self.env["mail.message"].browse(sent["message_id"]).message_id
        self.assertFalse(
            self._receive(
                self._by_hand(
                    From=self.mona.email,
                    Cc=self.company.campaign_reply_address,
                    In_Reply_To=ours,
                    References=ours,
                )
            )
        )
        self.assertEqual(self._answers().author_id, (self.ben | self.mona).partner_id)
        self.assertEqual(self.response.user_id, self.ben)

    def test_the_address_of_the_delivery_is_enough(self):
        self._assert_answered(
            self._by_hand(Subject="Hello", In_Reply_To=None, References=None)
        )

    def test_a_manager_sees_all(self):
        source = self._by_hand(From=f"Mona <{self.mona.email}>")
        self._assert_answered(source, self.mona)

    def test_to_others_than_the_customer(self):
        self._assert_answered(self._by_hand(To="Bob <bob@customer.example>"))

    def test_what_is_done_stays_done(self):
        self.response.state = "done"
        self.assertFalse(self._receive(self._program("gmail")))
        self.assertTrue(self._answers())
        self.assertEqual(self.response.state, "done")

    def test_somebody_was_faster(self):
        other = self.env["res.users"].browse(self.env.ref("base.user_admin").id)
        self.response.user_id = other
        self._receive(self._program("gmail"))
        self.assertEqual(self.response.user_id, other)
        overtaken = self.response.with_user(self.mona).action_answer(
            "<p>Hi</p>", last_id=0
        )
        self.assertEqual((overtaken["state"], overtaken["who"]), ("overtaken", "Ben"))

    def test_on_a_record(self):
        """The message stands on the record, too, and the delivery is not answered."""
        lead = self.env["crm.lead"].create(
            {"name": "L", "email_from": "lead@customer.example"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
            reply_to=False,
        )
        self._send(mailing)
        self.trace = mailing.mailing_trace_ids
        sent = self.mailbox.message_to("lead@customer.example")
        self.response = self._receive(
            self._source(
                From="lead@customer.example",
                To=sent["Reply-To"],
                Message_ID="<lead-1@customer.example>",
                In_Reply_To=self.trace.message_id,
                References=self.trace.message_id,
            )
        )
        self.response.write({"kind": "human", "team_id": self.team.id})
        self.trace.write({"trace_status": "sent", "reply_datetime": False})
        source = self._by_hand(To="lead@customer.example", Cc=sent["Reply-To"])
        self.assertFalse(self._receive(source))
        self.assertIn("I call you.", lead.message_ids[0].body)
        self.assertEqual(self._answers().author_id, self.ben.partner_id)
        self.assertEqual(self.trace.trace_status, "sent")

    # ------------------------------------------------------------
    # No answers
    # ------------------------------------------------------------

    def test_a_word_to_the_desk(self):
        desk = str(self.sent["Reply-To"])
        self._assert_response(self._by_hand(To=desk, Cc=None))
        self._assert_response(
            self._by_hand(
                To=desk,
                Cc=f"{self.mona.email}, info@{self.alias_domain}",
                Message_ID="<ben-2@desk.example>",
            )
        )

    def test_a_customers_mail_is_passed_on(self):
        forwarded = {
            "Subject": "WG: Spring offers",
            "Message_ID": "<ben-3@desk.example>",
        }
        desk = self.company.campaign_reply_address
        response = self._assert_response(self._by_hand(To=desk, Cc=None, **forwarded))
        self.assertEqual(response.email, self.ben.email)
        supplier = {**forwarded, "Message_ID": "<ben-4@desk.example>"}
        self._assert_response(self._by_hand(To="help@supplier.example", **supplier))

    def test_without_a_reference(self):
        response = self._assert_response(
            self._by_hand(
                Subject="A question",
                Cc=self.company.campaign_reply_address,
                In_Reply_To=None,
                References="<elsewhere@customer.example>",
            )
        )
        self.assertFalse(response.conversation_id)

    def test_only_the_campaigns_mail_is_referred_to(self):
        """Every recipient of a copy knows its id."""
        self._assert_response(
            self._by_hand(
                Cc=self.company.campaign_reply_address,
                In_Reply_To=self.trace.message_id,
                References=self.trace.message_id,
            )
        )

    def test_who_may_not_answer(self):
        """A colleague of another team; the note says why it is a response."""
        response = self._assert_response(
            self._by_hand(From=f"Olga <{self.olga.email}>")
        )
        [note] = response.message_ids.filtered(
            lambda message: "may not answer" in message.body
        )
        self.assertIn("Olga", note.body)
        self._receive(self._by_hand(From=f"Olga <{self.olga.email}>"))
        self.assertEqual(len(response.message_ids & note), 1)

    def test_who_works_for_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.mona.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self._assert_response(self._by_hand(From=f"Mona <{self.mona.email}>"))

    def test_who_is_no_colleague(self):
        self.env["res.users"].create(
            {
                "name": "Porta",
                "login": "porta",
                "email": "porta@customer.example",
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.mona.active = False
        for number, sender in enumerate(
            ("porta@customer.example", self.mona.email, "eve@stranger.example")
        ):
            with self.subTest(sender):
                response = self._assert_response(
                    self._by_hand(From=sender, Message_ID=f"<no-{number}@x.example>")
                )
                self.assertNotIn(
                    "may not answer", str(response.message_ids.mapped("body"))
                )

    def test_the_colleague_is_the_recipient(self):
        """Who got the campaign, as a test person does, answers as a customer."""
        self._contact("Ben", self.ben.email, self.list_two)
        mailing = self._mailing(
            reply_to=False,
            subject="Spring offers",
            contact_list_ids=[(6, 0, self.list_two.ids)],
        )
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        sent = self.mailbox.message_to(self.ben.email)
        own = {
            "To": sent["Reply-To"],
            "Cc": "friend@elsewhere.example",
            "In_Reply_To": trace.message_id,
            "References": trace.message_id,
        }
        first = self._assert_response(self._by_hand(**own))
        self.assertEqual(first.trace_id, trace)
        self.assertEqual(trace.trace_status, "reply")
        self.assertEqual(first.state, "new")
        first.team_id = self.team  # Ben could answer it at the desk
        second = self._receive(self._by_hand(Message_ID="<ben-9@desk.example>", **own))
        self.assertEqual(second.parent_id, first)

    def test_no_more_than_people_write(self):
        """A flood of forged mails does not bury the conversation."""
        for number in range(31):
            self._receive(self._by_hand(Message_ID=f"<flood-{number}@x.example>"))
        self.assertEqual(len(self._answers()), 30)

    def test_a_machine_of_a_colleagues(self):
        notice = self._assert_response(
            self._by_hand("I am away", Auto_Submitted="auto-replied")
        )
        self.assertEqual((notice.kind, notice.state), ("out_of_office", "done"))

    def test_forged_answers_say_nothing_harmful(self):
        page = (
            "<p onclick='steal()'>Hi<script>steal()</script></p>"
            "<img src='https://tracker.example/p.gif'>"
        )
        answer = self._assert_answered(
            self._by_hand(page, Content_Type="text/html; charset=utf-8")
        )
        self.assertNotIn("steal", answer.body)
        reading = self.response.with_user(self.ben).get_reading()
        part = reading["conversation"][-1]
        self.assertEqual((part["text"], part["html"]), ("Hi", ""))

    def test_what_cannot_be_cleaned_is_shown_whole(self):
        failing = patch.object(cleaning, "clean", side_effect=ValueError)
        with failing, mute_logger(COLLEAGUES):
            self._assert_answered(self._by_hand("I call you."))
        reading = self.response.with_user(self.ben).get_reading()
        self.assertEqual(reading["conversation"][-1]["text"], "I call you.")

    def test_time_of_the_answer_is_ours(self):
        self._receive(self._by_hand(Date="Thu, 01 Jan 2015 10:00:00 +0100"))
        age = fields.Datetime.now() - self.response.first_answered_at
        self.assertLess(age.total_seconds(), 60)

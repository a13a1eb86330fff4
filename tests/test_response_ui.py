"""Response: the desk in a browser, as responder and as manager."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .response_desk import REPLY, AnswerMailbox, ResponseCommon
from .test_ui import ScreenCommon

BY_MAIL = "odoo.addons.campaign_desk.models.response.colleague_answers"
INBOX = "/odoo/action-campaign_desk.campaign_response_action"
PICTURE = "<img src='https://tracker.example/open.gif'><script>steal()</script>"


@tagged("-at_install", "post_install")
class TestResponseScreens(ScreenCommon, ResponseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox.__class__ = AnswerMailbox
        cls.anna = cls._response(
            cut=[{"kind": "quote", "text": "> our quote"}],
            body_html=f"<p>{REPLY}</p>{PICTURE}",
        )
        cls.bo = cls._response(
            author_name="Bo Unal",
            follow_up_date=fields.Date.today(),
            received_at=fields.Datetime.now() - timedelta(hours=3),
        )
        cls._label(cls.anna, "intent", "pricing_request", "What does it cost")
        cls.env["campaign.response.ask"].create(
            {
                "response_id": cls.anna.id,
                "kind": "question",
                "sentence": "What does it cost for 20 people?",
                "start": 15,
            }
        )
        cls.env["ir.attachment"].create(
            {
                "name": "setup.exe",
                "raw": b"MZ",
                "res_model": cls.anna._name,
                "res_id": cls.anna.id,
            }
        )

    def test_answer(self):
        self.anna.with_user(self.ben).note_presence(is_writing=True)
        self.env.cr.execute(
            "UPDATE campaign_response_reader SET open_until = now() + interval '1h',"
            " writing_until = now() + interval '1h'"
        )
        self.start_tour(INBOX, "campaign_desk_response_answer", login="rita")
        [(_from, recipients, data)] = self.mailbox.mails
        self.assertEqual(recipients, ("anna@customer.example",))
        self.assertIn(b"It costs 5.", data)
        self.assertEqual(self.anna.state, "waiting")
        self.assertTrue(self.anna.ask_ids.is_done)
        self.assertEqual((self.bo.state, self.bo.user_id), ("done", self.rita))

    def test_manage(self):
        tag = self.env["campaign.response.tag"].create({"name": "Fair"})
        self.start_tour(INBOX, "campaign_desk_response_manage", login="mona")
        self.assertEqual((self.anna | self.bo).tag_ids, tag)
        self.assertEqual(self.anna.state, "open")

    def test_somebody_was_faster(self):
        self.anna.with_user(self.rita).save_draft({"body": "<p>Hello</p>"})
        # the page below is as she opened it before Ben answered
        self.patch(
            type(self.anna),
            "_answered_meanwhile",
            self._after_ben(type(self.anna)._answered_meanwhile),
        )
        self.start_tour(
            f"{INBOX}/{self.anna.id}", "campaign_desk_response_overtaken", login="rita"
        )
        [(_from, _to, data)] = self.mailbox.mails
        self.assertIn(b"From Ben", data)

    def _after_ben(self, original):
        """Return the check, with Ben answering just before it is made."""

        def checked(response, last_id):
            if response.env.user == self.rita:
                response.with_user(self.ben).action_answer("<p>From Ben</p>")
            return original(response, last_id)

        return checked

    def test_answer_by_mail(self):
        """What Ben wrote in his own mail program stands among the answers."""
        self.company._make_reply_alias()
        lines = (
            f"From: Ben <{self.ben.email}>",
            "To: Anna Berg <anna@customer.example>",
            f"Cc: {self.company.campaign_reply_address}",
            "Subject: Re: News",
            "Message-ID: <ben-1@desk.example>",
            f"In-Reply-To: {self.anna.message_id}",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            "It costs 5 for each.",
            "",
            "On Thu, 26 Nov 2026 at 10:02, Anna Berg <anna@customer.example> wrote:",
            "",
            f"> {REPLY}",
        )
        with mute_logger(BY_MAIL):
            gateway = self.env["mail.thread"]
            gateway.message_process(False, "\r\n".join(lines).encode())
        self.start_tour(
            f"{INBOX}/{self.anna.id}", "campaign_desk_response_by_mail", login="rita"
        )

    def test_correct(self):
        self.start_tour(
            f"{INBOX}/{self.anna.id}", "campaign_desk_response_correct", login="rita"
        )
        labels = self.anna.label_ids.filtered(lambda label: label.axis == "intent")
        self.assertEqual(labels.mapped("code"), ["meeting_request"])

    def test_routing(self):
        """From the empty screen to a reply that a rule gave to somebody."""
        self.env["campaign.response"].search([]).unlink()
        teams = self.env["campaign.team"].search([])
        teams.is_fallback = False
        teams.active = False
        self.env["campaign.routing.rule"].search([]).active = False
        self.start_tour(
            "/odoo/response-teams", "campaign_desk_routing_setup", login="mona"
        )
        team = self.env["campaign.team"].search([])
        self.assertEqual(team.member_ids.user_id, self.rita | self.ben)
        reply = self._response(
            author_name="Cara Lind",
            team_id=False,
            kind=False,
            analysis_state="waiting",
        )
        self.env.ref("campaign_desk.ir_cron_understand").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(reply.team_id, team)
        self.assertIn(reply.user_id, team.member_ids.user_id)
        self.start_tour(INBOX, "campaign_desk_routing_reason", login="mona")

    def test_acts(self):
        """What asks first is done at the reply; what was done is undone in the list."""
        self.anna.intent_id = self.anna.intent_ids = self._intent("complaint")
        self._label(self.anna, "intent", "complaint")
        self._label(self.bo, "intent", "pricing_request")
        self.anna.user_id = self.rita
        (self.anna | self.bo)._act()
        [stop] = self.anna.act_ids.filtered(lambda act: act.code == "opt_out")
        [lead] = self.bo.act_ids.filtered(lambda act: act.code == "lead")
        self.assertEqual((stop.state, lead.state), ("proposed", "done"))
        self.start_tour(
            "/odoo/action-campaign_desk.campaign_response_act_action",
            "campaign_desk_acts",
            login="mona",
        )
        self.assertEqual((stop.state, lead.state), ("done", "undone"))
        self.assertEqual((stop.user_id, lead.undone_by_id), (self.mona, self.mona))
        suppressions = self.env["campaign.suppression"]
        self.assertTrue(suppressions._find_all("anna@customer.example"))
        self.assertFalse(self.bo.lead_id)

    def test_alone(self):
        self.support.member_ids.unlink()
        self.start_tour(INBOX, "campaign_desk_response_alone", login="olga")

"""Response: what a reply says, read in the background, whatever it holds."""

import threading
from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import api, fields, modules
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.response.analysis_lane import AnalysisLane
from ..models.response.analysis_reader import reader_of
from .response_reading import ReadingCommon

LANE = "odoo.addons.campaign_desk.models.response.analysis_lane"
UNDERSTANDING = "odoo.addons.campaign_desk.models.response.understanding"

WISH = (
    "Hi Tom,\n\nsounds good! What would 20 seats cost? "
    "Let us talk on Tuesday at 3 pm.\n\nBest regards\nAnn\n\n"
    "On Mon, 12 Jan 2026 at 10:00, Tom <tom@desk.example> wrote:\n> Our new offer\n"
)


@tagged("-at_install", "post_install")
class TestReading(ReadingCommon):
    def test_a_reply_is_understood(self):
        self.env.user.company_id.partner_id.country_id = self.env.ref("base.de")
        reply = self._reply(WISH, received_at="2026-01-15 10:00:00")
        self.assertEqual(reply.analysis_state, "waiting")
        self._read_all()
        self.assertEqual(reply.analysis_state, "done")
        self.assertEqual((reply.kind, reply.language), ("human", "en"))
        self.assertEqual(reply.sentiment, "positive")
        self.assertGreater(reply.sentiment_score, 0.2)
        self.assertNotIn("Our new offer", reply.clean_text)
        self.assertIn("quote", {cut["kind"] for cut in reply.cut})
        codes = set(reply.intent_ids.mapped("code"))
        self.assertLessEqual({"meeting_request", "pricing_request"}, codes)
        self.assertEqual(reply.intent_id.code, "meeting_request")  # comes first
        self.assertIn("price", reply.topic_ids.mapped("code"))
        [time] = reply.meeting_times
        self.assertEqual(time["start"], "2026-01-20T15:00:00")
        self.assertIn("What would 20 seats cost?", reply.ask_ids.mapped("sentence"))
        self.assertTrue(reply.engine.startswith("hybrid"))
        self.assertFalse(reply.analysis_due_at)

    def test_labels_say_what_they_stand_on(self):
        reply = self._read("Please unsubscribe me from this list.")
        label = reply.label_ids.filtered(lambda one: one.code == "unsubscribe")
        self.assertEqual((label.axis, label.source), ("intent", "analysis"))
        self.assertGreater(label.confidence, 0.8)
        [first, *_rest] = label.evidence
        place = slice(first["start"], first["end"])
        self.assertEqual(reply.clean_text[place], first["text"])
        self.assertFalse(reply.is_unsure)

    def test_what_is_unsure_is_marked(self):
        reply = self._read("Please unsubscribe me from this list.")
        [label] = reply.label_ids.filtered(lambda one: one.code == "unsubscribe")
        label.confidence = 0.6
        reply._sum_up_labels()
        self.assertTrue(reply.is_unsure)
        self.env["ir.config_parameter"].set_param("campaign_desk.analysis_sure", "0.5")
        reply._sum_up_labels()
        self.assertFalse(reply.is_unsure)

    def test_times_are_the_writers(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Kim",
                "tz": "Asia/Tokyo",
                "country_id": self.env.ref("base.jp").id,
            }
        )
        # nine in the evening in Europe is the next day in Japan
        reply = self._read(
            "Could you call me tomorrow at 10 am?",
            received_at="2026-01-14 20:00:00",
            partner_id=partner.id,
        )
        self.assertEqual(reply.meeting_times[0]["start"], "2026-01-16T10:00:00")

    def test_the_campaigns_own_words_are_cut(self):
        said = "Our autumn range of forty-two cardigans is in the shop now"
        mailing = self.env["mailing.mailing"].create(
            {"subject": "Autumn", "body_html": f"<p>{said}.</p>"}
        )
        text = f"Not for me, sorry.\n\n{said}.\n"
        self.assertIn("cardigans", self._read(text).clean_text)
        reply = self._read(text, mailing_id=mailing.id)
        self.assertEqual(reply.clean_text, "Not for me, sorry.")

    def test_a_machine_wants_and_feels_nothing(self):
        reply = self._read(
            "I am out of office until 2 March. What is urgent: ask my colleague.",
            headers={"Auto-Submitted": "auto-replied"},
            subject="Automatic reply: News",
        )
        self.assertEqual(reply.kind, "out_of_office")
        self.assertFalse(reply.intent_ids | reply.intent_id)
        self.assertFalse(self._codes(reply, "sentiment"))

    def test_what_the_gateway_knows_of_the_writer_stands(self):
        reply = self._reply("What does it cost?", kind="auto_reply")
        for _ in range(2):
            reply._understand()
            self.assertEqual(reply.kind, "auto_reply")
            self.assertFalse(reply.intent_ids)

    def test_reading_again_keeps_what_people_did(self):
        reply = self._read("What does it cost? Does it come in blue?")
        first, second = reply.ask_ids
        first.is_done = True
        reply._correct_label("intent", ["complaint"])
        reply.body_text = "Does it come in green?"
        reply._understand()
        self.assertEqual(
            reply.ask_ids.mapped("sentence"),
            ["What does it cost?", "Does it come in green?"],
        )
        self.assertFalse(second.exists())
        self.assertEqual(self._codes(reply, "intent"), ["complaint"])
        self.assertEqual(reply.intent_id.code, "complaint")

    def test_hostile_mails(self):
        nested = "<div>" * 200_000
        for text, html in (
            ("> " * 500_000, None),
            ("\x00\ufffe" * 10 + "Call me", None),
            ("a" * 2_000_000, nested),
            ("", "<blockquote>" * 80_000 + "hi"),
            ("Can you? " * 110_000, None),
            ("", ""),
        ):
            with self.subTest(text=text[:10], html=(html or "")[:12]):
                reply = self._reply(text.replace("\x00", ""))
                # as bodies are that came in by another way than our forms
                said = reply._analyze(self._reader_with(html, reply))
                reply._write_analysis(said)
                self.assertEqual(reply.analysis_state, "done")

    def _reader_with(self, html, reply):
        if html:
            self.env.cr.execute(
                "UPDATE campaign_response SET body_html = %s WHERE id = %s",
                [html, reply.id],
            )
            reply.invalidate_recordset(["body_html"])
        return reader_of(self.env)


@tagged("-at_install", "post_install")
class TestJob(ReadingCommon):
    """The job: one bad reply stops nobody, and nothing is tried for ever."""

    def setUp(self):
        super().setUp()
        self.broken = self.env["campaign.response"]
        understand = type(self.broken)._understand

        def break_off(responses):
            if responses & self.broken:
                responses.write({"engine": "half"})
                raise ZeroDivisionError(responses[:1].email)
            return understand(responses)

        self.startPatcher(patch.object(type(self.broken), "_understand", break_off))

    def test_one_that_breaks_is_kept_and_the_others_go_on(self):
        first, bad, last = (self._reply("Thanks!") for _ in range(3))
        self.broken = bad
        with self.assertLogs(LANE, "ERROR") as log:
            self._read_all()
        self.assertEqual((first | last).mapped("analysis_state"), ["done"] * 2)
        self.assertEqual((bad.analysis_state, bad.analysis_attempts), ("waiting", 1))
        self.assertFalse(bad.engine)  # what it wrote was taken back
        self.assertIn("ZeroDivisionError", bad.analysis_error)
        self.assertNotIn("ann@", bad.analysis_error + "".join(log.output))

    @mute_logger(LANE, UNDERSTANDING)
    def test_three_attempts_with_growing_pauses(self):
        with (
            freeze_time("2026-01-15 10:00:00"),
            patch(f"{LANE}.UTC_NOW", self._now("2026-01-15 10:00:00")),
        ):
            bad = self.broken = self._reply("Thanks!")
            self._read_all()
            self.assertEqual(str(bad.analysis_due_at), "2026-01-15 10:01:00")
        with patch(f"{LANE}.UTC_NOW", self._now("2026-01-15 10:00:30")):
            self._read_all()
            self.assertEqual(bad.analysis_attempts, 1)  # not due
        for number, moment in ((2, "10:01:05"), (3, "10:30:00")):
            with (
                freeze_time(f"2026-01-15 {moment}"),
                patch(f"{LANE}.UTC_NOW", self._now(f"2026-01-15 {moment}")),
            ):
                self._read_all()
                self.assertEqual(bad.analysis_attempts, number)
        self.assertEqual(bad.analysis_state, "failed")
        self.assertIn("ZeroDivisionError", bad.analysis_error)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_response_not_understood_action"
        )
        self.assertEqual(bad.search(literal_eval(action["domain"])), bad)
        self.broken = self.broken.browse()
        self.assertTrue(bad.with_user(self.responder).action_analyse_again())
        self.assertEqual(bad.analysis_attempts, 0)
        self._read_all()
        self.assertEqual(bad.analysis_state, "done")
        self.assertFalse(bad.analysis_error)

    def _now(self, moment):
        return SQL("%s::timestamp", moment)

    @mute_logger(LANE, UNDERSTANDING)
    def test_a_reply_can_be_read_though_nothing_can_be_done_about_it(self):
        reply = self._reply("Thanks!")
        reply.analysis_attempts = 2

        def route(_responses):
            raise UserError(self.env._("Team Sales has nobody left."))

        with patch.object(type(reply), "_route", route):
            self._read_all()
        self.assertEqual(reply.analysis_state, "done")
        self.assertEqual(reply.analysis_error, "Team Sales has nobody left.")
        self.assertEqual(reply.kind, "human")

    def test_what_kills_the_server_is_given_up(self):
        reply = self._reply("Thanks!")
        past = fields.Datetime.now() - timedelta(minutes=1)
        reply.write({"analysis_attempts": 3, "analysis_due_at": past})
        with self.assertLogs(UNDERSTANDING, "WARNING"):
            self._read_all()
        self.assertEqual(reply.analysis_state, "failed")
        self.assertIn("stopped", reply.analysis_error)

    def test_the_attempt_counts_before_it_begins(self):
        reply = self._reply("Thanks!")
        seen = []

        def process(responses):
            seen.append((responses.analysis_attempts, responses.analysis_due_at))
            responses.analysis_state = "done"

        with patch.object(type(reply), "_process", process):
            self._read_all()
        self.assertEqual(reply.analysis_state, "done")
        [(attempts, due)] = seen
        self.assertEqual(attempts, 1)
        self.assertGreater(due, fields.Datetime.now() + timedelta(minutes=10))

    def test_another_was_faster(self):
        reply = self._reply("Thanks!")

        def process(_responses):
            raise SerializationFailure("could not serialize access")

        lane = AnalysisLane(self.env)
        with (
            patch.object(type(reply), "_process", process),
            self.enter_registry_test_mode(),
        ):
            self.assertEqual(lane._claim(), reply.ids)
            self.assertEqual(lane._claim(), [])  # others leave it alone
            with patch.object(self.env.cr, "rollback"):
                lane._process(reply)
        self.assertEqual((reply.analysis_attempts, reply.analysis_due_at), (0, False))
        self.assertEqual(reply.analysis_state, "waiting")

    def test_who_may_have_it_read_again(self):
        reply = self._read("Thanks!", user_id=self.lead.id)
        with self.assertRaises(AccessError):
            reply.with_user(self.responder).action_analyse_again()
        with self.assertRaises(AccessError):
            reply.with_user(self.env.ref("base.public_user")).action_analyse_again()
        self.assertTrue(reply.with_user(self.lead).action_analyse_again())


@tagged("-at_install", "post_install")
class TestLanes(ReadingCommon):
    """Lanes side by side, over database sessions of their own."""

    def test_each_reply_is_taken_once(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {})
            replies = env["campaign.response"].create(
                [
                    {
                        "company_id": env.company.id,
                        "received_at": fields.Datetime.now(),
                        "body_text": f"Reply {number}",
                        "message_id": f"<lanes-{number}@example.com>",
                    }
                    for number in range(200)
                ]
            )
            ids = replies.ids
        taken = []
        # made here: threads would wait for the lock of the registry that tests hold
        lanes = [AnalysisLane(self.env) for _ in range(4)]
        try:
            with patch.object(modules.module, "current_test", None):
                threads = [
                    threading.Thread(target=self._take_all, args=(lane, taken))
                    for lane in lanes
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        finally:
            with self.registry.cursor() as cr:
                cr.execute("DELETE FROM campaign_response WHERE id = ANY(%s)", [ids])
        self.assertNotIn("error", taken)
        self.assertEqual(sorted(taken), sorted(ids))

    def _take_all(self, lane, taken):
        try:
            while ids := lane._claim():
                taken.extend(ids)
        except Exception:  # a thread's error would go unseen
            taken.append("error")
            raise

"""Response: people say what a reply really is, once, by one click."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .response_reading import ReadingCommon

QUESTION = "What does the large one cost?"


@tagged("-at_install", "post_install")
class TestCorrections(ReadingCommon):
    def setUp(self):
        super().setUp()
        self.reply = self._read(QUESTION)
        self.mine = self.reply.with_user(self.responder)
        self.before = self._codes(self.reply, "intent")

    def test_one_click_changes_labels_and_is_kept(self):
        self.assertTrue(self.mine.action_correct("intent", ["complaint", "thanks"]))
        labels = self.reply.label_ids.filtered(lambda one: one.axis == "intent")
        self.assertEqual(set(labels.mapped("source")), {"person"})
        self.assertEqual(self._codes(self.reply, "intent"), ["complaint", "thanks"])
        self.assertEqual(self.reply.intent_id.code, "complaint")
        self.assertFalse(self.reply.is_unsure and self.reply.kind != "human")
        correction = self.reply.correction_ids
        self.assertEqual(
            (correction.before, correction.after, correction.text, correction.user_id),
            (self.before, ["complaint", "thanks"], QUESTION, self.responder),
        )
        self.assertEqual(correction.after_words, "Complaint, Thanks")
        self.assertEqual(correction.language, "en")
        self.assertTrue(correction.is_change)

    def test_the_last_word_counts_and_the_first_reading_is_kept(self):
        self.mine.action_correct("intent", ["complaint"])
        self.reply.with_user(self.lead).action_correct("intent", self.before)
        correction = self.reply.correction_ids
        self.assertEqual(len(correction), 1)
        self.assertEqual(correction.before, self.before)
        self.assertEqual(correction.user_id, self.lead)
        self.assertFalse(correction.is_change)  # confirmed

    def test_confirmed_labels_keep_their_evidence(self):
        self.mine.action_correct("intent", self.before)
        [label] = self.reply.label_ids.filtered(lambda one: one.code == self.before[0])
        self.assertTrue(label.evidence)
        self.assertEqual(label.source, "person")

    def test_sentiment_comes_with_a_score_that_fits(self):
        self.mine.action_correct("sentiment", ["negative"])
        self.assertEqual(self.reply.sentiment, "negative")
        self.assertLess(self.reply.sentiment_score, -0.3)
        self.mine.action_correct("sentiment", ["neutral"])
        self.assertEqual(self.reply.sentiment_score, 0)

    def test_nothing_means_other(self):
        self.mine.action_correct("intent", [])
        self.assertEqual(self._codes(self.reply, "intent"), ["other"])
        self.mine.action_correct("topic", [])
        self.assertFalse(self.reply.topic_ids)
        self.reply._understand()
        self.assertFalse(self.reply.topic_ids)  # and stays so

    def test_topics_are_also_chosen_in_a_form(self):
        demo = self.env.ref("campaign_desk.topic_demo")
        self.mine.topic_ids = demo
        self.assertEqual(self._codes(self.reply, "topic"), ["demo"])
        self.assertEqual(self.reply.correction_ids.axis, "topic")
        self.reply._understand()
        self.assertEqual(self.reply.topic_ids, demo)

    def test_a_person_after_all_is_read_as_one(self):
        reply = self._read(
            QUESTION,
            headers={"Auto-Submitted": "auto-replied"},
            subject="Automatic reply",
        )
        self.assertFalse(reply.intent_ids)
        reply.with_user(self.responder).action_correct("kind", ["human"])
        self.assertEqual(reply.analysis_state, "waiting")
        self._read_all()
        self.assertEqual(reply.kind, "human")
        self.assertEqual(self._codes(reply, "intent"), self.before)
        reply.with_user(self.responder).action_correct("kind", ["auto_reply"])
        self._read_all()
        self.assertEqual(reply.kind, "auto_reply")
        self.assertFalse(reply.intent_ids)

    def test_several_replies_at_once(self):
        other = self._read("Stop writing to me.")
        (self.mine | other.with_user(self.responder)).action_correct(
            "intent", ["thanks"]
        )
        for reply in (self.reply, other):
            self.assertEqual(reply.intent_id.code, "thanks")

    def test_what_is_not_there_is_told(self):
        for axis, codes, words in (
            ("mood", ["glad"], "no axis"),
            ("intent", ["buy"], "pricing_request"),
            ("sentiment", ["glad"], "positive"),
            ("sentiment", ["positive", "negative"], "one sentiment"),
            ("sentiment", [], "one sentiment"),
            ("kind", [], "one kind"),
            ("topic", ["no such topic"], "price"),
            ("intent", "thanks", "list"),
            ("intent", [1], "list"),
            ("intent", None, "list"),
        ):
            with (
                self.subTest(axis=axis, codes=codes),
                self.assertRaisesRegex(UserError, words),
            ):
                self.mine.action_correct(axis, codes)
        self.assertFalse(self.reply.correction_ids)
        with self.assertRaisesRegex(UserError, "not been read"):
            self._reply("Hi").with_user(self.responder).action_correct(
                "intent", ["thanks"]
            )

    def test_who_may(self):
        stranger = new_test_user(
            self.env, "stranger", "campaign_desk.group_response_user"
        )
        employee = new_test_user(self.env, "employee", "base.group_user")
        for user in (stranger, employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.reply.with_user(user).action_correct("intent", ["thanks"])
        with self.assertRaises(AccessError):  # texts are not everybody's
            self.mine.correction_ids.mapped("text")
        self.assertTrue(
            self.reply.with_user(self.lead).action_correct("intent", ["thanks"])
        )

    # ------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------

    def _outcomes(self, reply, axis="intent"):
        self.env.flush_all()
        report = self.env["campaign.label.report"].with_user(self.lead)
        rows = report.search([("response_id", "=", reply.id), ("axis", "=", axis)])
        return {row.code: row.outcome for row in rows}

    def test_accuracy_as_people_see_it(self):
        self.assertEqual(set(self._outcomes(self.reply).values()), {"unopposed"})
        gone = self.before[0]
        self.mine.action_correct("intent", [*self.before[1:], "referral"])
        expected = {gone: "wrong", "referral": "missed"}
        expected.update(dict.fromkeys(self.before[1:], "confirmed"))
        self.assertEqual(self._outcomes(self.reply), expected)
        self.assertEqual(self._outcomes(self.reply, "kind"), {"human": "unopposed"})
        report = self.env["campaign.label.report"].with_user(self.lead)
        [(intent, share)] = report._read_group(
            [("response_id", "=", self.reply.id), ("code", "=", gone)],
            ["intent_id"],
            ["accuracy:avg"],
        )
        self.assertEqual((intent.code, share), (gone, 0))

    def test_companies_do_not_see_each_others(self):
        self.mine.action_correct("intent", ["thanks"])
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "other_lead",
            "campaign_desk.group_response_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.env.flush_all()
        for model in ("campaign.response.correction", "campaign.label.report"):
            with self.subTest(model=model):
                records = self.env[model].with_user(stranger)
                self.assertFalse(records.search([("company_id", "!=", other.id)]))

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    def test_texts_go_and_what_was_said_stays(self):
        self.mine.action_correct("intent", ["thanks"])
        correction = self.reply.correction_ids
        lessons = self.env["campaign.response.correction"]
        self.assertEqual(len(lessons._lessons()), 1)
        with self.assertRaises(AccessError):
            correction.with_user(self.responder).action_forget_text()
        correction.with_user(self.lead).action_forget_text()
        self.assertFalse(correction.text)
        self.assertEqual(correction.after, ["thanks"])
        self.assertFalse(lessons._lessons())

    def test_with_the_reply_its_text_goes(self):
        self.mine.action_correct("intent", ["thanks"])
        correction = self.reply.correction_ids
        self.reply.unlink()
        self.assertTrue(correction.exists())
        self.assertFalse(correction.text)

    def test_texts_are_kept_for_a_time(self):
        self.mine.action_correct("intent", ["thanks"])
        correction = self.reply.correction_ids
        correction._gc_texts()
        self.assertTrue(correction.text)
        correction.corrected_at = fields.Datetime.now() - timedelta(days=800)
        correction._gc_texts()
        self.assertFalse(correction.text)

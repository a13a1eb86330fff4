"""Response: own topics, and themes that are new in what people write."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .response_reading import ReadingCommon


@tagged("-at_install", "post_install")
class TestTopics(ReadingCommon):
    def _topic(self, name, *words):
        return self.env["campaign.topic"].create(
            {
                "name": name,
                "word_ids": [
                    (0, 0, {"phrase": phrase, "language": language})
                    for phrase, language in words
                ],
            }
        )

    def test_own_words_find_a_topic_from_now_on(self):
        text = "Will it run together with our Heat-Pump?"
        self.assertNotIn("heating", self._codes(self._read(text), "topic"))
        topic = self._topic("Heating", ("heat pump|pumps", False), ("ofen", "de"))
        self.assertEqual(topic.code, "heating")
        self.assertIn(topic, self._read(text).topic_ids)
        self.assertIn(topic, self._read("Passt der Ofen in die Küche?").topic_ids)
        self.assertNotIn(topic, self._read("Is the ofen a stove?").topic_ids)
        self.assertEqual(topic.reply_count, 2)

    def test_words_are_added_to_a_shipped_topic(self):
        price = self.env.ref("campaign_desk.topic_price")
        self.assertTrue(price.is_shipped)
        price.word_ids = [(0, 0, {"phrase": "shekels"})]
        self.assertIn(price, self._read("How many shekels then?").topic_ids)

    def test_what_is_archived_is_not_given(self):
        price = self.env.ref("campaign_desk.topic_price")
        self.assertIn(price, self._read("What is the price?").topic_ids)
        price.active = False
        reply = self._read("What is the price?")
        self.assertFalse(reply.topic_ids)
        self.assertNotIn("price", self._codes(reply, "topic"))

    def test_words_that_cannot_be_found_are_refused(self):
        topic = self._topic("Heating")
        for phrase in ("he*", "..", "<weekday>", "[maybe]", "| |", "a " * 20):
            with (
                self.subTest(phrase=phrase),
                self.assertRaisesRegex(ValidationError, "Write words"),
                self.env.cr.savepoint(),
            ):
                topic.word_ids = [(0, 0, {"phrase": phrase})]

    def test_names_for_the_analysis_are_free_ones(self):
        self.assertEqual(self._topic("Price").code, "price_2")
        self.assertEqual(self._topic("Price").code, "price_3")
        self.assertEqual(self._topic("?!").code, "topic")

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.env["campaign.topic"].with_user(self.responder).create({"name": "X"})
        self.env["campaign.topic"].with_user(self.lead).create({"name": "X"})


@tagged("-at_install", "post_install")
class TestThemes(ReadingCommon):
    def setUp(self):
        super().setUp()
        old = fields.Datetime.now() - timedelta(days=30)
        for number in range(20):
            self._read(f"What does machine number {number} cost?", received_at=old)
        self.new = self.env["campaign.response"]
        for text in (
            "Does it work with the heat pump?",
            "Our heat pump is from 2019, is that a problem?",
            "Can the machine and a Heat Pump share one meter?",
            "We are waiting for the heat pump subsidy.",
        ):
            self.new |= self._read(text)

    def _look(self):
        self._run_job("campaign_desk.ir_cron_themes")
        themes = self.env["campaign.theme"].search(
            [("company_id", "=", self.env.company.id)]
        )
        return themes.filtered(lambda theme: theme.folded == "heat pump")

    def test_what_is_new_stands_there_with_examples(self):
        theme = self._look()
        self.assertEqual(theme.phrase.lower(), "heat pump")
        self.assertEqual((theme.now_count, theme.before_count), (4, 0))
        self.assertEqual(theme.response_ids, self.new)
        self.assertEqual((theme.state, theme.language), ("new", "en"))
        again = self._look()
        self.assertEqual(len(again), 1)

    def test_machines_and_other_companies_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.new[:2].company_id = other
        self.new[2:].kind = "auto_reply"
        self.assertFalse(self._look())

    def test_it_becomes_a_topic(self):
        theme = self._look()
        action = theme.with_user(self.lead).action_make_topic()
        topic = self.env["campaign.topic"].browse(action["res_id"])
        self.assertEqual(topic.name.lower(), "heat pump")
        self.assertEqual(theme.topic_id, topic)
        for reply in self.new:
            self.assertIn(topic, reply.topic_ids)
        self.assertIn(topic, self._read("And the heat pump?").topic_ids)
        with self.assertRaisesRegex(UserError, "already"):
            theme.with_user(self.lead).action_make_topic()
        self.assertEqual(self._look(), theme)  # not named again

    def test_dismissed_stays_away_until_brought_back(self):
        theme = self._look()
        theme.with_user(self.lead).action_dismiss()
        self.assertEqual(self._look(), theme)
        self.assertEqual(theme.state, "dismissed")
        theme.with_user(self.lead).action_restore()
        self.assertEqual(theme.state, "new")

    def test_who_may(self):
        theme = self._look()
        with self.assertRaises(AccessError):
            theme.with_user(self.responder).action_make_topic()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "other_lead",
            "campaign_desk.group_response_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.env["campaign.theme"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            theme.with_user(stranger).action_dismiss()

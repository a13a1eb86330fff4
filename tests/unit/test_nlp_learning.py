"""Response: corrections make a better model, and only a better one."""

import json
import random
import time
import unittest
from pathlib import Path

from tools.nlp import corrections as correcting
from tools.nlp import engines, learning, measuring
from tools.nlp.base import Reply
from tools.nlp.engines.hybrid import Hybrid
from tools.nlp.taxonomy import SENTIMENTS

SAMPLES = Path(__file__).parents[1] / "samples" / "replies"


def corrections():
    """Return a wine club's replies, whose words no model knows; shuffled."""
    lines = (SAMPLES / "wine_club.jsonl").read_text(encoding="utf-8").splitlines()
    found = [
        correcting.Correction(
            row["text"], "en", frozenset(row["intents"]), row["sentiment"]
        )
        for row in map(json.loads, lines)
    ]
    random.Random(3).shuffle(found)
    return found


class TestLearning(unittest.TestCase):
    """Corrections by a customer of its own kind."""

    @classmethod
    def setUpClass(cls):
        cls.model = engines.get("hybrid").model
        cls.corrections = corrections()[:50]
        begin = time.perf_counter()
        cls.learned = learning.learn(cls.model, cls.corrections, "2026.11-1")
        cls.seconds = time.perf_counter() - begin

    def test_fifty_corrections_improve_what_was_not_learned_from(self):
        before, after = self.learned.before, self.learned.after
        print(f"\n50 corrections: {before} -> {after} in {self.seconds:.1f} s")
        self.assertEqual(self.learned.reason, "")
        self.assertGreaterEqual(after.intents, before.intents + 0.05)
        self.assertLess(self.seconds, 30)

    def test_nothing_is_lost_on_the_replies_kept_for_measuring(self):
        before, after = self.learned.kept_before, self.learned.kept_after
        self.assertGreater(before.replies, 200)
        self.assertGreaterEqual(after.intents, before.intents - 0.01)
        self.assertGreaterEqual(after.sentiment, before.sentiment - 0.01)

    def test_the_new_version_is_a_model_that_tells_its_story(self):
        model = self.learned.model
        self.assertEqual(model.version, "2026.11-1")
        self.assertNotEqual(model.data["sha256"], self.model.data["sha256"])
        (told,) = model.data["training"]["learned"]
        self.assertEqual(told["corrections"], 50)
        engine = Hybrid(model)
        reply = Reply("A mixed case and my usual allocation", "en")
        self.assertGreater(
            engine.predict(reply).intents["interested"].confidence,
            Hybrid(self.model).predict(reply).intents["interested"].confidence,
        )

    def test_a_version_is_made_on_a_version(self):
        again = learning.learn(self.learned.model, corrections()[26:], "2026.11-2")
        if again.model:
            self.assertEqual(len(again.model.data["training"]["learned"]), 2)
        else:
            self.assertTrue(again.reason)

    def test_the_same_corrections_give_the_same_model(self):
        again = learning.learn(self.model, self.corrections, "2026.11-1")
        self.assertEqual(again.model.data["sha256"], self.learned.model.data["sha256"])

    def test_the_shipped_model_is_left_alone(self):
        self.assertEqual(self.model.version, engines.get("hybrid").model.version)

    def test_few_corrections_teach_nothing(self):
        learned = learning.learn(self.model, self.corrections[:9], "x")
        self.assertIsNone(learned.model)
        self.assertIn("10", learned.reason)

    def test_corrections_that_turn_everything_around_do_no_harm(self):
        swapped = {"interested": "complaint", "complaint": "interested"}
        wrong = [
            correcting.Correction(
                item.text,
                item.language,
                frozenset(swapped.get(name, "unsubscribe") for name in item.intents),
                {"positive": "negative", "negative": "positive"}.get(item.sentiment),
            )
            for item in correcting.regression_set()
        ]
        learned = learning.learn(self.model, wrong, "x")
        if learned.model:
            self.assertGreaterEqual(
                learned.kept_after.intents, learned.kept_before.intents - 0.01
            )
        else:
            self.assertTrue(learned.reason)

    def test_what_is_not_better_is_kept_to_look_at(self):
        learned = learning.learn(
            self.model, self.corrections, "x", rival=self.learned.model
        )
        self.assertIsNone(learned.model)  # the rival has seen what it is judged by
        self.assertIn("no better", learned.reason)
        self.assertEqual(learned.rejected.version, "x")
        self.assertLess(learned.after.intents, learned.before.intents)

    def test_a_rival_is_judged_by_what_it_has_not_seen(self):
        first = learning.learn(self.model, self.corrections[:25], "x")
        learned = learning.learn(
            self.model, self.corrections, "y", rival=first.model, seen=25
        )
        self.assertEqual(learned.before.replies, 25)
        self.assertEqual(learned.after.replies, 25)
        fewer = learning.learn(
            self.model, self.corrections, "z", rival=first.model, seen=41
        )
        self.assertIn("10", fewer.reason)

    def test_every_label_has_its_figures(self):
        labels = self.learned.kept_before.labels
        self.assertEqual(set(labels), {*measuring.HEADS, *SENTIMENTS})
        self.assertGreater(labels["unsubscribe"].f1, 0.7)
        for name, figures in labels.items():
            with self.subTest(label=name):
                self.assertLessEqual(figures.right, min(figures.wanted, figures.given))
        felt = sum(labels[name].right for name in SENTIMENTS)
        whole = self.learned.kept_before
        self.assertAlmostEqual(felt / whole.replies, whole.sentiment, 3)

    def test_unknown_names_are_refused(self):
        with self.assertRaisesRegex(ValueError, "later"):
            correcting.Correction("text", "en", frozenset({"later"}))
        with self.assertRaisesRegex(ValueError, "glad"):
            correcting.Correction("text", "en", frozenset(), "glad")


class TestVectors(unittest.TestCase):
    """The engine with sentence vectors learns, too."""

    def test_fifty_corrections_improve_it(self):
        engine = engines.get("hybrid_e5")
        self.assertTrue(engine.available(), engine.health())
        learned = learning.learn(
            engine.model,
            corrections()[:50],
            "2026.11-1",
            encode=lambda text: engine.vector(Reply(text, "en")),
        )
        print(f"\nwith vectors: {learned.before} -> {learned.after}")
        self.assertEqual(learned.reason, "")
        self.assertGreater(learned.after.intents, learned.before.intents)
        self.assertNotEqual(
            learned.model.data["dense"]["weights"],
            engine.model.data["dense"]["weights"],
        )


if __name__ == "__main__":
    unittest.main()

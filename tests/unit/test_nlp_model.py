"""Response: models are data that is checked, and what they say can be explained."""

import base64
import copy
import json
import pickle
import tempfile
import unittest
from pathlib import Path

from tools.nlp import features, rules
from tools.nlp import model as models


def tiny():
    """Return the data of a small model with two heads."""
    return {
        "schema": 1,
        "engine": "hybrid",
        "version": "test",
        "heads": {
            "good": {"bias": -1.0, "threshold": -0.5, "scale": 2.0},
            "bad": {"bias": 0.5, "threshold": 0.0, "scale": 1.0},
        },
        "rules": {"thanks": [1.0, -1.0]},
        "signs": {"asks": [0.0, 0.5]},
        "grams": {"wine": [3.0, 4.0, -2.0], "wine is": [4.0, 1.0, 0.0]},
        "words": {
            "words": "grape red",
            "weights": base64.b64encode(bytes([100, 156, 10, 0])).decode(),
            "rarity": base64.b64encode(bytes([255, 255])).decode(),
            "steps": [0.01, 0.01],
        },
        "dense": {
            "mean": [0.0, 1.0],
            "deviation": [1.0, 2.0],
            "weights": [[1, 0], [0, 1]],
        },
        "training": {},
    }


class TestModel(unittest.TestCase):
    """What a model computes."""

    def setUp(self):
        self.model = models.Model(models.sealed(tiny()))

    def test_scores_are_the_sum_of_all_tables(self):
        read = features.read("Thanks, wine is a grape?", "en")
        read.rules = {"thanks": 0.5}
        good, bad = self.model.logits(read, [2.0, 5.0])
        # bias, rule, sign, grams (by 5, the length of 3 and 4), word, vector
        self.assertAlmostEqual(good, -1 + 0.5 + 0 + 5 / 5 + 1.0 + 2)
        self.assertAlmostEqual(bad, 0.5 - 0.5 + 0.5 - 2 / 5 - 1.0 + 2)

    def test_half_is_where_a_label_begins(self):
        sure = self.model.probabilities([-0.5, 3.0])
        self.assertEqual(sure["good"], 0.5)
        self.assertGreater(sure["bad"], 0.9)

    def test_what_spoke_for_a_head_is_named_with_its_place(self):
        read = features.read("My wine is corked", "en")
        (weight, source, text, place), *_rest = self.model.contributions(read, "good")
        self.assertEqual((source, text), ("word", "wine"))
        self.assertGreater(weight, 0)
        start, end = read.words.span(*place)
        self.assertEqual(read.words.text[start:end], "wine")

    def test_an_empty_text_has_a_score(self):
        self.assertEqual(self.model.logits(features.read("", "en")), [-1.0, 0.5])


class TestFile(unittest.TestCase):
    """What a model file must not be."""

    def test_shipped_models_are_sound(self):
        for name in ("hybrid", "hybrid_e5"):
            with self.subTest(name=name):
                model = models.load(rules.DATA / f"model_{name}.json")
                self.assertEqual(model.engine, name)
                self.assertEqual(model.data["sha256"], models.checksum(model.data))
                self.assertGreater(model.data["training"]["replies"], 2000)

    def test_tampering_is_refused(self):
        for change in (
            lambda data: data["heads"]["good"].update(bias=9.0),
            lambda data: data["grams"].update(wine=[3.0, -4.0, 2.0]),
            lambda data: data.update(version="other"),
            lambda data: data.update(extra=1),
            lambda data: data.update(sha256=""),
            lambda data: data.pop("sha256"),
        ):
            data = models.sealed(tiny())
            change(data)
            with self.assertRaisesRegex(models.ModelError, "checksum"):
                models.Model(data)

    def test_garbage_is_refused_even_with_a_checksum(self):
        def without(name):
            return lambda data: data.pop(name)

        changes = [
            *(without(n) for n in ("heads", "rules", "signs", "grams", "training")),
            lambda data: data.update(schema=2),
            lambda data: data.update(heads={}),
            lambda data: data["heads"]["good"].pop("scale"),
            lambda data: data["heads"]["good"].update(bias=float("nan")),
            lambda data: data["heads"]["good"].update(bias=True),
            lambda data: data["grams"].update(wine=[1.0]),
            lambda data: data["grams"].update(wine="123"),
            lambda data: data["rules"].update(thanks=[1.0, float("inf")]),
            lambda data: data["words"].update(weights="AAAA"),
            lambda data: data["words"].update(weights="%%"),
            lambda data: data["words"].update(words="one"),
            lambda data: data["words"].update(steps=[1]),
            lambda data: data["dense"].update(mean=[]),
            lambda data: data["dense"].update(weights=[[1, 0]]),
            lambda data: data["dense"].update(deviation=[1.0]),
            lambda data: data.update(grams={str(n): [0, 0, 0] for n in range(100_001)}),
            lambda data: data.update(heads={str(n): 0 for n in range(65)}),
        ]
        for number, change in enumerate(changes):
            data = copy.deepcopy(tiny())
            change(data)
            with self.subTest(number=number), self.assertRaises(models.ModelError):
                models.Model(models.sealed(data))

    def test_files_that_are_no_model_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.json")
            for content in (
                pickle.dumps({"schema": 1}),
                b"",
                b"{",
                b"[" * 100_000,
                b"null",
                b'{"schema": 1}',
                b"\xff\xfe",
                b" " * (models.LARGEST + 1),
            ):
                path.write_bytes(content)
                case = self.subTest(content=content[:9])
                with case, self.assertRaises(models.ModelError):
                    models.load(path)
            with self.assertRaises(models.ModelError):
                models.load(Path(folder, "none.json"))

    def test_a_model_survives_its_file(self):
        text = json.dumps(models.sealed(tiny()))
        read = features.read("wine is fine", "en")
        self.assertEqual(
            models.loads(text).logits(read),
            models.Model(models.sealed(tiny())).logits(read),
        )


if __name__ == "__main__":
    unittest.main()

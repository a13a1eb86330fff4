"""Response: phrases of the rule packs, and what users may add to them."""

import json
import time
import unittest

from tools.nlp import rules, topics
from tools.nlp.words import Words


def pack_of(*phrases, **group):
    """Return a pack with one label, "found"."""
    return rules.Pack(
        {
            "language": "en",
            "courtesy": ["please", "thanks"],
            "classes": {"day": ["monday", "tuesday"]},
            "negation": {"words": ["not"], "window": 2, "turns": {"found": "lost"}},
            "labels": {"found": [{"phrases": list(phrases), **group}]},
        }
    )


class TestPhrase(unittest.TestCase):
    """How phrases are written, and what they find."""

    def assertFinds(self, phrase, text, found):
        hits = pack_of(phrase).find(words := Words(text))
        spans = [words.span(hit.first, hit.last) for hit in hits]
        self.assertEqual([text[start:end] for start, end in spans], found, phrase)

    def test_forms(self):
        for phrase, text, found in (
            ("call me", "Please CALL me. Call them.", ["CALL me"]),
            ("call|ring me", "call me, ring me", ["call me", "ring me"]),
            ("interes*", "interested, interesting", ["interested", "interesting"]),
            (
                "call [him|her] back",
                "call back, call her back",
                ["call back", "call her back"],
            ),
            ("call .. back", "call all of us back", ["call all of us back"]),
            ("call .. back", "call all of the team back", []),
            (
                "call ..5 back",
                "call all of the team back",
                ["call all of the team back"],
            ),
            ("call _ back", "call us back", ["call us back"]),
            ("call .. back", "Call. Back.", []),
            ("^ call", "Call us. We call. Call", ["Call", "Call"]),
            ("call $", "call us, we call! A call", ["call", "call"]),
            ("how much .. ?", "How much is it? How much.", ["How much is it?"]),
            ("on <day>", "on Tuesday, on Friday", ["on Tuesday"]),
            (
                "dont call",
                "Don't call. Don’t call. Dont call",
                ["Don't call", "Don’t call", "Dont call"],
            ),
            ("interesse", "intéressé", ["intéressé"]),
            ("um 00 uhr", "um 14 Uhr", ["um 14 Uhr"]),
        ):
            with self.subTest(phrase=phrase, text=text):
                self.assertFinds(phrase, text, found)

    def test_scopes(self):
        for scope, text, found in (
            ("any", "remove me?", True),
            ("statement", "remove me?", False),
            ("statement", "Is it so? Please remove me.", True),
            ("question", "remove me.", False),
            ("question", "remove me?", True),
            ("whole", "Please remove me, thanks!", True),
            ("whole", "You may remove me from the meeting on Friday.", False),
        ):
            with self.subTest(scope=scope, text=text):
                hits = pack_of("remove me", scope=scope).find(Words(text))
                self.assertEqual(bool(hits), found)

    def test_negation_turns_a_hit_within_its_clause(self):
        for text, label in (
            ("we are interested", "found"),
            ("we are not interested", "lost"),
            ("we are not very interested", "lost"),
            ("we are not one bit very interested", "found"),
            ("why not, interested", "found"),
            ("certainly not. interested", "found"),
        ):
            with self.subTest(text=text):
                (hit,) = pack_of("interested").find(Words(text))
                self.assertEqual(hit.label, label)

    def test_bad_packs_say_what_is_wrong(self):
        for phrase, words in (
            ("", "1 to"),
            ("a " * 17, "1 to"),
            ("..", "begin with a word"),
            ("_ a", "begin with a word"),
            ("[a]", "not optional"),
            ("ab*", "three letters"),
            ("on <month>", "month"),
        ):
            refused = self.assertRaisesRegex(rules.PackError, words)
            with self.subTest(phrase=phrase), refused:
                pack_of(phrase)
        for group in ({"weight": 0}, {"weight": 9}, {"scope": "nowhere"}):
            with self.subTest(group=group), self.assertRaises(rules.PackError):
                pack_of("a", **group)
        for data in ({}, {"language": "en"}, {"language": "en", "labels": {"a": [{}]}}):
            with self.subTest(data=data), self.assertRaises(rules.PackError):
                rules.Pack(data)

    def test_users_add_phrases_to_a_copy(self):
        shipped = rules.pack("en")
        grown = shipped.extended([{"label": "interested", "phrase": "a case of"}])
        text = Words("A case of the Rully.")
        labels = [hit.label for hit in shipped.find(text)]
        self.assertEqual(
            [hit.label for hit in grown.find(text)], ["interested", *labels]
        )

    def test_no_phrase_takes_more_than_linear_time(self):
        hostile = pack_of(" ".join(["a [a] ..6 [a]"] * 4), "a .. a .. a .. a .. b")
        text = "a " * 10_000
        begin = time.perf_counter()
        hostile.find(Words(text[:5_000]))
        short = time.perf_counter() - begin
        begin = time.perf_counter()
        hostile.find(Words(text))
        self.assertLess(time.perf_counter() - begin, 8 * short + 0.5)


class TestShippedPacks(unittest.TestCase):
    """The packs of the four languages."""

    def test_every_example_is_found(self):
        for language in rules.LANGUAGES:
            file = rules.DATA / f"rules_{language}.json"
            data = json.loads(file.read_text(encoding="utf-8"))
            pack = rules.pack(language)
            for label, groups in data["labels"].items():
                for group in groups:
                    with self.subTest(language=language, example=group["example"]):
                        hits = pack.find(Words(group["example"]))
                        self.assertIn(label, {hit.label for hit in hits})

    def test_every_language_has_every_label(self):
        labels = [
            {rule.label for rule in rules.pack(language).rules}
            for language in rules.LANGUAGES
        ]
        self.assertEqual(labels, [labels[0]] * 4)

    def test_only_a_reply_that_says_nothing_else_is_an_exact_opt_out(self):
        for language, text, exact in (
            ("en", "STOP", True),
            ("en", "Unsubscribe, please. Thanks", True),
            ("en", "Does it stop at the border?", False),
            ("de", "Bitte abmelden", True),
            ("fr", "Désinscription svp", True),
            ("es", "Baja", True),
            ("es", "Está de baja", False),
        ):
            with self.subTest(text=text):
                hits = rules.pack(language).find(Words(text))
                self.assertEqual(any(hit.is_all for hit in hits), exact)


class TestTopics(unittest.TestCase):
    """Topics by words."""

    def test_topics_keep_their_places(self):
        text = "What does delivery to Cork cost?"
        found = {
            label.name: label for label in topics.find(Words(text), topics.pack("en"))
        }
        self.assertEqual(
            {"delivery", "price"}, found.keys() & {"delivery", "price", "demo"}
        )
        evidence = found["delivery"].evidence[0]
        self.assertEqual(text[evidence.start : evidence.end], "delivery")

    def test_users_have_topics_of_their_own(self):
        pack = topics.own_pack("de", {"wein": ["rotwein|weißwein", "kiste*"]})
        labels = topics.find(Words("Zwei Kisten Weißwein"), pack)
        self.assertEqual(labels[0].name, "wein")

    def test_every_language_has_the_same_topics(self):
        names = [
            {rule.label for rule in topics.pack(language).rules}
            for language in rules.LANGUAGES
        ]
        self.assertEqual(names, [names[0]] * 4)
        self.assertEqual(len(names[0]), 13)


if __name__ == "__main__":
    unittest.main()

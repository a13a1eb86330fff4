"""Response: the language of a reply."""

import json
import random
import time
import unittest

from wrapped_replies import SAMPLES, wrapped

from tools.nlp.language import SUPPORTED, UNKNOWN, detect


class TestDetect(unittest.TestCase):
    """Words and letters tell the language, if there are any."""

    def test_short_answers(self):
        for language, texts in {
            "en": (
                "Yes please",
                "Not interested.",
                "Thanks, call me tomorrow",
                "unsubscribe",
                "What's the price?",
                "3 March works",
            ),
            "de": (
                "Ja gerne",
                "Kein Interesse.",
                "Bitte abmelden",
                "Was kostet das?",
                "Nächste Woche passt",
                "Am 3. März",
            ),
            "fr": (
                "Oui merci",
                "Pas intéressé.",
                "Quel est le tarif ?",
                "D'accord pour mardi",
                "Désabonnez-moi",
                "Le 3 février",
            ),
            "es": (
                "Sí, gracias",
                "No me interesa.",
                "¿Cuánto cuesta?",
                "Denme de baja",
                "La próxima semana",
                "El 3 de marzo",
            ),
        }.items():
            for text in texts:
                with self.subTest(text=text):
                    found = detect(text)
                    self.assertEqual((found.code, found.supported), (language, True))

    def test_other_languages_are_told_apart(self):
        for code, text in {
            "it": "Grazie, ma non siamo interessati alla vostra offerta.",
            "pt": "Obrigado, mas não temos interesse neste momento.",
            "nl": "Bedankt, maar wij hebben hier geen interesse in.",
            "pl": "Dziękuję, ale nie jesteśmy zainteresowani.",
            "sv": "Tack, men vi är inte intresserade just nu.",
            "ru": "Спасибо, нас это не интересует.",
            "ja": "ありがとうございます。検討します。",
        }.items():
            with self.subTest(code=code):
                found = detect(text)
                self.assertEqual((found.code, found.supported), (code, False))

    def test_nothing_to_go_by(self):
        for text in ("", "👍", "12:30", "...", "\n\n", "Kxqzw"):
            found = detect(text)
            self.assertEqual((found.code, found.confidence), (UNKNOWN, 0.0), text)

    def test_capitals_and_length_do_not_matter(self):
        text = "Thank you for the offer, we would like to see the tool. "
        self.assertEqual(detect(text.upper()).code, "en")
        self.assertEqual(detect(text * 1000).code, "en")
        self.assertLess(detect("ok").confidence, detect(text).confidence)

    def test_labelled_replies(self):
        lines = (SAMPLES / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        mails = [json.loads(line) for line in lines]
        mails = [mail for mail in mails if "language" in mail["labels"]]
        right = sum(
            detect(mail["clean"]).code == mail["labels"]["language"] for mail in mails
        )
        self.assertGreaterEqual(right / len(mails), 0.97)

    def test_wrapped_replies(self):
        """Their names end in the language, where it is one of ours."""
        for sample in wrapped():
            for code in SUPPORTED:
                if f"_{code}_" in f"{sample.name}_" and len(sample.clean) > 20:
                    with self.subTest(name=sample.name):
                        self.assertEqual(detect(sample.clean).code, code)


class TestHostile(unittest.TestCase):
    """Nothing raises, and time is bounded."""

    def test_random(self):
        lot = random.Random(2)
        for _ in range(300):
            text = "".join(chr(lot.randrange(0x11000)) for _ in range(80))
            found = detect(text)
            self.assertTrue(0 <= found.confidence <= 1)

    def test_time_is_bounded(self):
        for unit in ("a", "the ", "é", "'", "l'", "日", "-a", " "):
            begin = time.process_time()
            detect(unit * (1_000_000 // len(unit)))
            self.assertLess(time.process_time() - begin, 2, unit)


if __name__ == "__main__":
    unittest.main()

"""Response: what people write about now that they did not before."""

import unittest

from tools.nlp import themes

EARLIER = [
    "What does the large machine cost?",
    "We would like a demo of the machine.",
    "Please send me the invoice again.",
    "The machine arrived, thank you.",
    "Not interested in a new machine.",
] * 20
NEW = [
    "Does it work with the heat pump?",
    "Our heat pump is from 2019, is that a problem?",
    "Can the machine and a Heat Pump share one meter?",
    "We are waiting for the heat pump subsidy.",
    "What does the large machine cost?",
    "Please send me the invoice again.",
]


class TestThemes(unittest.TestCase):
    """New phrases among known ones."""

    def test_what_is_new_comes_first_and_whole(self):
        found = themes.find_new(NEW, EARLIER)
        self.assertEqual(found[0].phrase.lower(), "heat pump")
        self.assertEqual((found[0].now, found[0].before), (4, 0))
        self.assertEqual(found[0].replies, (0, 1, 2, 3))
        self.assertNotIn("heat", [theme.phrase.lower() for theme in found])

    def test_what_is_as_common_as_ever_is_not_named(self):
        names = [theme.phrase.lower() for theme in themes.find_new(NEW, EARLIER)]
        self.assertNotIn("machine", names)
        self.assertNotIn("invoice", names)
        self.assertEqual(themes.find_new(EARLIER, EARLIER), [])

    def test_themes_put_away_stay_away(self):
        found = themes.find_new(NEW, EARLIER, known=["Heat pump"])
        self.assertNotIn("heat pump", [theme.phrase.lower() for theme in found])

    def test_one_writer_makes_no_theme(self):
        chatter = ["solar " * 50 + "panels", "something else", "and another"]
        self.assertEqual(themes.find_new(chatter, EARLIER), [])

    def test_nothing_is_no_error(self):
        self.assertEqual(themes.find_new([], []), [])
        self.assertEqual(themes.find_new(["", "?!"], [""]), [])

    def test_other_languages(self):
        new = ["Die Wärmepumpe brummt."] * 3 + ["Wann kommt die Wärmepumpe?"]
        found = themes.find_new(new, ["Was kostet das?"] * 30)
        self.assertIn("Wärmepumpe", [theme.phrase for theme in found])


if __name__ == "__main__":
    unittest.main()

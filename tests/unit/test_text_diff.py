"""Campaign: what has changed between two texts."""

import time
import unittest

from tools.text_diff import ADDED, REMOVED, SAME, diff_lines, diff_words


def both(lines):
    """Return the old and the new text that these lines hold."""
    return tuple(
        [
            "".join(piece.text for piece in line if piece.kind != other)
            for line in lines
            if any(piece.kind != other and piece.text for piece in line)
        ]
        for other in (ADDED, REMOVED)
    )


class TestTextDiff(unittest.TestCase):
    def test_words(self):
        self.assertEqual(
            diff_words("Spring is here", "Summer is here"),
            [(REMOVED, "Spring"), (ADDED, "Summer"), (SAME, " is here")],
        )
        self.assertEqual(diff_words("", ""), [])
        self.assertEqual(diff_words("", "new"), [(ADDED, "new")])

    def test_a_changed_line_stands_once(self):
        lines = diff_lines("one\ntwo red cars\nthree", "one\ntwo blue cars\nthree")
        self.assertEqual(
            lines,
            [
                [(SAME, "one")],
                [(SAME, "two "), (REMOVED, "red"), (ADDED, "blue"), (SAME, " cars")],
                [(SAME, "three")],
            ],
        )

    def test_other_lines_come_and_go(self):
        self.assertEqual(
            diff_lines("apples and pears", "http://example.com"),
            [[(REMOVED, "apples and pears")], [(ADDED, "http://example.com")]],
        )

    def test_nothing_is_lost(self):
        for old, new in (
            ("", ""),
            ("a\n\nb", "b\n\na"),
            ("one\ntwo\nthree", "zero\none 1\nthree 3\nfour"),
            ("grüße an alle", "Grüße an alle!"),
            ("x", ""),
        ):
            with self.subTest(old=old):
                before, after = both(diff_lines(old, new))
                self.assertEqual(before, [one for one in old.split("\n") if one])
                self.assertEqual(after, [one for one in new.split("\n") if one])

    def test_long_texts_take_no_long(self):
        old = "\n".join(f"line {i} of the old one, {i * 7919}" for i in range(2000))
        new = "\n".join(f"the new one has {i * 104729} in it" for i in range(2000))
        start = time.monotonic()
        lines = diff_lines(old, new)
        diff_lines("word " * 20_000, "other words " * 10_000)
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(len(both(lines)[0]), 2000)

"""Response: cells that a sheet must not calculate with."""

import unittest

from tools.safe_cell import safe_cell


class TestSafeCell(unittest.TestCase):
    def test_formulas(self):
        for value in (
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1+1",
            "\r=1+1",
            "\n=1+1",
            "=cmd|' /C calc'!A0",
            "\uff1d1+1",
            "\uff20SUM(A1)",
        ):
            with self.subTest(value):
                self.assertEqual(safe_cell(value), "'" + value)

    def test_the_rest_stays(self):
        for value in ("", "Hello", "1-1", "a=b", " x", 5, -5, 1.5, None, False, b"=1"):
            with self.subTest(value):
                self.assertIs(safe_cell(value), value)

"""Tracking: signed tokens."""

import hmac
import secrets
import unittest
import uuid
from unittest import mock

from tools import tokens

KEY = b"k" * 32
PURPOSES = tokens.PURPOSES


class TestTokens(unittest.TestCase):
    def setUp(self):
        self.token = secrets.token_hex(16)
        self.signed = tokens.sign(KEY, tokens.OPEN, self.token)

    def assert_rejected(self, signed, key=KEY, purpose=tokens.OPEN):
        self.assertIsNone(tokens.verify(key, purpose, signed))

    def test_round_trip(self):
        for purpose in PURPOSES:
            signed = tokens.sign(KEY, purpose, self.token)
            self.assertEqual(tokens.verify(KEY, purpose, signed), self.token)
            self.assertRegex(signed, r"\A[0-9a-f]{48}\Z")

    def test_tokens_of_no_delivery(self):
        token = tokens.neutral(4711)
        self.assertRegex(token, r"\A[0-9a-f]{32}\Z")
        self.assertEqual(tokens.neutral_number(token), 4711)
        signed = tokens.sign(KEY, tokens.CLICK, token)
        self.assertEqual(tokens.verify(KEY, tokens.CLICK, signed), token)
        for other in (uuid.uuid4().hex, "f" * 32, ""):
            self.assertIsNone(tokens.neutral_number(other))

    def test_tokens_that_all_recipients_share(self):
        token = tokens.anonymous(4711)
        self.assertRegex(token, r"\A[0-9a-f]{32}\Z")
        self.assertEqual(tokens.neutral_number(token), 4711)
        self.assertTrue(tokens.is_anonymous(token))
        for other in (tokens.neutral(4711), uuid.uuid4().hex):
            self.assertFalse(tokens.is_anonymous(other))

    def test_purposes_are_kept_apart(self):
        self.assertEqual(len(set(PURPOSES)), len(PURPOSES))
        for one in PURPOSES:
            for other in PURPOSES:
                if one != other:
                    signed = tokens.sign(KEY, one, self.token)
                    self.assert_rejected(signed, purpose=other)

    def test_no_digit_serves_two_purposes(self):
        signatures = [
            signed[tokens.TOKEN_LENGTH :]
            for signed in tokens.sign_all(KEY, self.token).values()
        ]
        self.assertEqual(len(signatures), len(PURPOSES))
        digits = hmac.digest(KEY, self.token.encode(), "sha512").hex()
        self.assertTrue(digits.startswith("".join(signatures)))

    def test_places_hold_for_ever(self):
        """What was signed by an earlier version is in people's mailboxes."""
        signed = tokens.sign_all(KEY, "0123456789abcdef" * 2)
        self.assertEqual(
            {purpose: one[32:] for purpose, one in signed.items()},
            {
                "open": "eafa9a1bcb5ba818",
                "click": "8547f8a78e3c3a44",
                "unsubscribe": "dab6bd6e6a069339",
                "view": "613a26492d53a2c0",
                "return-path": "a53803261223c0f3",
                "reply": "f908643682eac7b3",
                "sign-up": "2abb8132bedb1521",
                "join": "9ef4fe79655e932c",
            },
        )

    def test_keys_are_kept_apart(self):
        for key in (b"", KEY[:-1], KEY + b"k", b"K" * 32):
            self.assert_rejected(self.signed, key=key)

    def test_every_digit_counts(self):
        for index, digit in enumerate(self.signed):
            other = "0" if digit != "0" else "1"
            self.assert_rejected(self.signed[:index] + other + self.signed[index + 1 :])

    def test_form(self):
        letters = self.signed.translate(str.maketrans("0123456789", "abcdefabcd"))
        self.assert_rejected(letters.upper())
        for length in (0, 1, 31, 32, 47):
            self.assert_rejected(self.signed[:length])
        for more in ("0", "\n", " ", "\0", "=", "0" * 100_000):
            self.assert_rejected(self.signed + more)
            self.assert_rejected(more + self.signed)

    def test_upper_case_of_a_valid_token(self):
        token = "abcdef" * 5 + "ab"
        self.assert_rejected(tokens.sign(KEY, tokens.OPEN, token).upper())

    def test_digits_of_other_scripts(self):
        token = "1" * 32
        signed = tokens.sign(KEY, tokens.OPEN, token)
        self.assertEqual(tokens.verify(KEY, tokens.OPEN, signed), token)
        for digit in ("١", "１", "𝟏"):
            self.assert_rejected(signed.replace("1", digit))
        self.assert_rejected("é" * 48)
        self.assert_rejected("\ud800" * 48)

    def test_other_types(self):
        for value in (None, False, 1, self.signed.encode(), [self.signed], {}):
            self.assert_rejected(value)

    def test_compared_in_constant_time(self):
        for signed, expected in ((self.signed, self.token), ("0" * 48, None)):
            with mock.patch.object(
                hmac, "compare_digest", wraps=hmac.compare_digest
            ) as compare:
                self.assertEqual(tokens.verify(KEY, tokens.OPEN, signed), expected)
            compare.assert_called_once()
            self.assertEqual(compare.call_args.args[0], signed)
        with mock.patch.object(hmac, "compare_digest", return_value=True):
            self.assertEqual(tokens.verify(KEY, tokens.OPEN, "0" * 48), "0" * 32)

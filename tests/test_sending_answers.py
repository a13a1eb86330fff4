"""Sending: what servers' answers mean for the mails that are to follow."""

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestAnswerRules(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = cls.env["campaign.provider.group"]
        cls.other = cls._group("other")
        cls.google = cls._group("google")

    @classmethod
    def _group(cls, name):
        return cls.env.ref(f"campaign_desk.provider_group_{name}")

    def test_ready_made_rules(self):
        """What the providers say, as their postmasters' pages and logs have it."""
        match = self.env["campaign.answer.rule"]._match
        for group, words, action, minutes, rate in (
            (
                "yahoo",
                "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due "
                "to unexpected volume or user complaints - 4.16.55.1",
                *("rest", 120, 1),
            ),
            ("yahoo", "421 4.7.0 [TSS05] Messages deferred", "rest", 240, 1),
            ("yahoo", "421 4.7.1 [TS02] Deferred", "slow", 30, 1),
            ("yahoo", "421 4.7.1 [ts03] Deferred", "slow", 30, 10),
            (
                "outlook",
                "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate "
                "limited due to IP reputation.",
                *("rest", 30, 1),
            ),
            (
                "outlook",
                "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. "
                "Please contact your provider since part of their network is on our "
                "block list (S3150).",
                *("rest", 120, 1),
            ),
            (
                "google",
                "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail "
                "originating\n421-4.7.28 from your IP address.",
                *("slow", 90, 1),
            ),
            ("comcast", "421 4.1.0 192.0.2.1 Throttled RL000010", "rest", 5, 1),
            (
                "orange",
                "421 Too many connections, slow down. OFR004_104",
                "slow",
                30,
                10,
            ),
            (
                "other",
                "451 4.7.1 Your mail is temporarily deferred because of the poor\n"
                "reputation of 192.0.2.1",
                *("slow", 90, 1),
            ),
            ("other", "421 4.7.0 Too many concurrent connections", "rest", 5, 1),
            ("other", "452 4.3.1 too many messages this hour", "slow", 30, 10),
        ):
            rule = match(self._group(group), words)
            self.assertTrue(rule, words)
            found = (rule.action, rule.minutes, rule.mails_per_minute)
            self.assertEqual(found, (action, minutes, rate), words)

    def test_other_answers_slow_nobody_down(self):
        match = self.env["campaign.answer.rule"]._match
        for group, words in (
            ("other", "421 4.7.0 [TSS04] Messages temporarily deferred"),
            ("google", "450 4.2.1 The user is receiving mail at a rate too high"),
            ("google", "550 5.1.1 The account does not exist"),
            ("other", "452 4.5.3 Too many recipients"),
            ("other", "554 5.7.1 Rejected, too many messages like this one"),
            ("other", "451 4.7.1 Greylisted, please try again later"),
            ("other", ""),
            ("other", None),
        ):
            self.assertFalse(match(self._group(group), words), words)

    def test_the_first_rule_that_fits(self):
        rules = self.env["campaign.answer.rule"]
        self.assertFalse(rules._match(self.google, "421 come back tomorrow"))
        anybody, google = rules.create(
            [
                {"name": "A", "pattern": "tomorrow", "sequence": 5},
                {
                    "name": "G",
                    "pattern": r"come back \w+",
                    "sequence": 4,
                    "provider_group_id": self.google.id,
                },
            ]
        )
        self.assertEqual(rules._match(self.google, "421 Come back TOMORROW"), google)
        self.assertEqual(rules._match(self.other, "421 Come back tomorrow"), anybody)
        google.active = False
        self.assertEqual(rules._match(self.google, "421 come back tomorrow"), anybody)
        anybody.pattern = "next week"
        self.assertFalse(rules._match(self.google, "421 come back tomorrow"))

    def test_rules_go_with_their_provider(self):
        group = self.groups.create({"name": "Small", "mx_suffixes": "small.net"})
        rules = self.env["campaign.answer.rule"]
        rule = rules.create(
            {"name": "R", "pattern": "sesame", "provider_group_id": group.id}
        )
        self.assertEqual(rules._match(group, "421 sesame"), rule)
        group_before = self.groups.browse(group.id)
        group.unlink()
        self.assertFalse(rules._match(group_before, "421 sesame"))

    def test_what_is_no_rule(self):
        rules = self.env["campaign.answer.rule"]
        for pattern in ("(open", ".*", "x" * 201):
            with self.subTest(pattern=pattern), self.assertRaises(ValidationError):
                rules.create({"name": "R", "pattern": pattern})
        for values in ({"minutes": 0}, {"action": "slow", "mails_per_minute": 0}):
            with (
                self.subTest(**values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                rules.create({"name": "R", "pattern": "x", **values})

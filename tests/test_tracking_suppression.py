"""Tracking: suppressions, their look-up, and their way in and out."""

import base64
import csv
import hashlib
import io
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import DeskCommon


def digest(address):
    return hashlib.sha256(address.encode()).hexdigest()


@tagged("-at_install", "post_install")
class TestSuppression(DeskCommon):
    def _suppress(self, address, **values):
        return self.env["campaign.suppression"].create({"address": address, **values})

    def _reached(self, **values):
        self.mailbox.mails.clear()
        mailing = self._mailing(**values)
        self._send(mailing)
        return self.mailbox.recipients

    def test_scopes(self):
        self._contact("A", "a@example.com")
        self._contact("B", "b@example.com")
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        other_company = self.env["res.company"].create({"name": "Other"})
        both, one = ["a@example.com", "b@example.com"], ["b@example.com"]
        for values, reached in (
            ({"scope": "global"}, one),
            ({"scope": "company"}, one),
            ({"scope": "company", "company_id": other_company.id}, both),
            ({"scope": "list", "list_id": self.list_one.id}, one),
            ({"scope": "list", "list_id": self.list_two.id}, both),
            ({"scope": "campaign", "campaign_id": campaign.id}, both),
        ):
            with self.subTest(values):
                suppression = self._suppress("A@Example.com ", **values)
                self.assertEqual(self._reached(), reached)
                suppression.unlink()
        self._suppress("a@example.com", scope="campaign", campaign_id=campaign.id)
        self.assertEqual(self._reached(campaign_id=campaign.id), one)

    def test_end(self):
        self._contact("A", "a@example.com")
        pause = self._suppress(
            "a@example.com", expires_at=fields.Datetime.now() + timedelta(days=1)
        )
        self.assertEqual(pause.state, "in_force")
        self.assertFalse(self._reached())
        pause.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual(pause.state, "over")
        self.assertEqual(self._reached(), ["a@example.com"])
        # what is over makes room
        self._suppress("a@example.com")
        self.assertFalse(self._reached())

    def test_hashes(self):
        self._contact("A", "a@example.com")
        for values in (
            {"address": "a@example.com", "is_hashed": True},
            {"address": digest("a@example.com")},
            {"address": digest("a@example.com").upper()},
        ):
            with self.subTest(values):
                suppression = self.env["campaign.suppression"].create(values)
                self.assertFalse(suppression.address)
                self.assertTrue(suppression.is_hashed)
                self.assertFalse(self._reached())
                suppression.unlink()
        plain = self._suppress("a@example.com")
        plain.is_hashed = True
        self.env.flush_all()
        self.env.cr.execute("SELECT address FROM campaign_suppression")
        self.assertEqual(self.env.cr.fetchall(), [(None,)])
        self.assertFalse(self._reached())

    def test_at_the_last_moment(self):
        self._contact("A", "a@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        self._suppress("a@example.com")
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        trace = mailing.mailing_trace_ids
        self.assertEqual(
            (trace.trace_status, trace.failure_type), ("cancel", "suppressed")
        )

    def test_holds_for_mailings_without_blacklist_too(self):
        self._contact("A", "a@example.com")
        self._suppress("a@example.com")
        self.assertFalse(self._reached(use_exclusion_list=False))

    @mute_logger("odoo.sql_db")
    def test_once_in_each_place(self):
        self._suppress("a@example.com")
        self._suppress("a@example.com", scope="list", list_id=self.list_one.id)
        for same in ("A@EXAMPLE.com", digest("a@example.com")):
            with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
                self._suppress(same)

    def test_what_is_no_address(self):
        for address in ("", "nonsense", "a@", False):
            with self.assertRaises(UserError):
                self._suppress(address)

    def test_what_comes_again_lasts_longer(self):
        suppressions = self.env["campaign.suppression"]
        now = fields.Datetime.now()

        def again(until):
            suppressions._suppress(
                {"a@example.com": None},
                {"scope": "company"},
                reason="soft_bounce" if until else "hard_bounce",
                source="policy",
                expires_at=until,
            )
            return suppressions.search([("address", "=", "a@example.com")])

        later = (now + timedelta(days=5)).replace(microsecond=0)
        self.assertEqual(again(later).expires_at, later)
        self.assertEqual(again(now + timedelta(days=2)).expires_at, later)
        for_ever = again(None)
        self.assertFalse(for_ever.expires_at)
        self.assertEqual(for_ever.reason, "hard_bounce")
        self.assertFalse(again(now + timedelta(days=9)).expires_at)
        self.assertEqual(for_ever.reason, "hard_bounce")

    def test_lift(self):
        self._contact("A", "a@example.com")
        suppression = self._suppress("a@example.com").with_user(self.user_marketing)
        with self.assertRaises(UserError):
            suppression._lift("  ")
        wizard = (
            self.env["campaign.suppression.lift"]
            .with_user(self.user_marketing)
            .with_context(**suppression.action_lift()["context"])
            .create({"reason": "Told us on the phone"})
        )
        wizard.action_lift()
        self.assertEqual(suppression.state, "lifted")
        self.assertEqual(suppression.lifted_by_id, self.user_marketing)
        self.assertEqual(suppression.lift_reason, "Told us on the phone")
        self.assertEqual(self._reached(), ["a@example.com"])
        self._suppress("a@example.com")  # again; the history stays
        self.assertEqual(
            len(self.env["campaign.suppression"]._find_all("a@example.com")), 2
        )

    # ------------------------------------------------------------
    # Look-up
    # ------------------------------------------------------------

    def _look_up(self, address, user=None):
        lookups = self.env["campaign.address.lookup"]
        lookup = lookups.with_user(user or self.user_marketing).create(
            {"email": address}
        )
        lookup.action_look_up()
        return lookup

    def test_look_up_shows_all_and_lifts_all(self):
        self._contact("A", "a@example.com", self.list_one, self.list_one)
        self._suppress("a@example.com", note="hung up")
        self._suppress(
            digest("a@example.com"),
            scope="list",
            list_id=self.list_two.id,
            expires_at=fields.Datetime.now() + timedelta(days=3),
        )
        self.env["mail.blacklist"]._add("a@example.com")
        lookup = self._look_up(" A@example.com")
        self.assertEqual(
            sorted(lookup.line_ids.mapped("what")),
            ["blacklist", "opt_out", "pause", "suppression"],
        )
        self.assertEqual(lookup.holds, 4)
        self.assertIn(
            "hung up", " ".join(filter(None, lookup.line_ids.mapped("reason")))
        )
        while held := lookup.line_ids.filtered("is_in_force")[:1]:
            before = lookup.holds
            wizard = (
                self.env["campaign.suppression.lift"]
                .with_user(self.user_marketing)
                .with_context(**held.action_lift()["context"])
                .create({"reason": "Consent of 1 May"})
            )
            action = wizard.action_lift()
            lookup = lookup.browse(action["res_id"])
            self.assertEqual(lookup.holds, before - 1)
        self.assertEqual(self._reached(), ["a@example.com"])
        reasons = " ".join(filter(None, lookup.line_ids.mapped("reason")))
        self.assertIn("Consent of 1 May", reasons)

    def test_look_up_of_nothing(self):
        self.assertFalse(self._look_up("nobody@example.com").line_ids)
        self.assertFalse(self._look_up("nonsense").email_normalized)

    # ------------------------------------------------------------
    # Import and export
    # ------------------------------------------------------------

    def _import(self, text, **values):
        if isinstance(text, str):
            text = text.encode()
        wizard = (
            self.env["campaign.suppression.import"]
            .with_user(self.user_marketing)
            .create({"file": base64.b64encode(text), "reason": "other", **values})
        )
        wizard.action_import()
        return wizard.result

    def _addresses(self):
        found = self.env["campaign.suppression"].search([])
        return sorted(one.address or one.address_hash for one in found)

    def test_import(self):
        result = self._import(
            "\ufeffName;E-Mail\r\nAnna;A@example.com\r\nBob;nonsense\r\n;\r\n"
            'Cleo;"Cleo" <c@example.com>\r\nAnna;a@example.com\r\n'
        )
        self.assertEqual(self._addresses(), ["a@example.com", "c@example.com"])
        self.assertIn("2 added, 0 known", result)
        self.assertIn("Line 3", result)
        self.assertIn(
            "0 added, 2 known", self._import("a@example.com\nc@example.com\n")
        )

    def test_import_of_hashes(self):
        self._import(f"sha256\n{digest('a@example.com').upper()}\n")
        self._import("b@example.com\n", is_hashed=True)
        self.assertEqual(
            self._addresses(), sorted(map(digest, ("a@example.com", "b@example.com")))
        )
        self.env.cr.execute("SELECT count(address) FROM campaign_suppression")
        self.assertEqual(self.env.cr.fetchall(), [(0,)])

    def test_import_of_what_is_no_list(self):
        for data in (b"", b"\xff\xfe\x00", b"name\nAnna\n", b'"' * 500_000):
            with self.assertRaises(UserError):
                self._import(data)

    def test_export_comes_back(self):
        self._suppress("a@example.com", note="=cmd|' /C calc'!A0")
        self._suppress("b@example.com", is_hashed=True)
        self._suppress("+c@example.com")
        for content in ("address", "hash"):
            wizard = (
                self.env["campaign.suppression.export"]
                .with_user(self.user_marketing)
                .create({"content": content})
            )
            wizard.action_export()
            text = base64.b64decode(wizard.file).decode()
            rows = list(csv.DictReader(io.StringIO(text)))
            column = "email" if content == "address" else "sha256"
            for row in rows:
                for cell in row.values():
                    self.assertNotIn(cell[:1], ("=", "+", "-", "@"))
            self.assertEqual(content == "address", "a@example.com" in text)
            before = self._addresses()
            self.assertIn("0 added, 3 known", self._import(text))
            self.assertEqual(self._addresses(), before)
            self.assertIn(digest("b@example.com"), [row[column] for row in rows])

    # ------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------

    def test_roles(self):
        suppression = self._suppress("a@example.com")
        author, viewer = (
            new_test_user(self.env, name, groups=f"campaign_desk.group_campaign_{name}")
            for name in ("author", "viewer")
        )
        self.assertTrue(suppression.with_user(author).read(["address"]))
        self.assertTrue(self._look_up("a@example.com", author).line_ids)
        for user in (viewer, self.user_employee):
            with self.assertRaises(AccessError):
                suppression.with_user(user).read(["address"])
            with self.assertRaises(AccessError):
                self._look_up("a@example.com", user)
        for user in (author, viewer, self.user_employee):
            with self.assertRaises(AccessError):
                suppression.with_user(user)._lift("Because")
            with self.assertRaises(AccessError):
                self.env["campaign.suppression"].with_user(user).create(
                    {"address": "b@example.com"}
                )
        ours = self.env["campaign.suppression"].with_user(self.user_marketing)
        ours.create({"address": "b@example.com"})
        with self.assertRaises(AccessError):
            ours.create({"address": "c@example.com", "scope": "global"})
        with self.assertRaises(AccessError):
            self._import("c@example.com", scope="global")
        with self.assertRaises(AccessError):
            suppression.with_user(self.user_marketing).unlink()
        managers = self.env["campaign.suppression"].with_user(self.user_admin)
        managers.create({"address": "c@example.com", "scope": "global"})

    def test_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self._suppress("a@example.com", company_id=company.id)
        inbound = self.env["campaign.inbound"].create(
            {"kind": "delayed", "company_id": company.id}
        )
        for record in (other, inbound):
            visible = record.with_user(self.user_marketing).search([])
            self.assertFalse(visible & record)
            with self.assertRaises(AccessError):
                record.with_user(self.user_marketing).read(["create_date"])

    def test_inbound_mail_by_role(self):
        inbound = self.env["campaign.inbound"].create(
            {"kind": "human", "state": "unrouted", "raw": base64.b64encode(b"x")}
        )
        seen = inbound.with_user(self.user_marketing)
        self.assertTrue(seen.read(["subject"]))
        with self.assertRaises(AccessError):
            seen.read(["raw"])
        with self.assertRaises(AccessError):
            seen.state = "seen"
        with self.assertRaises(AccessError):
            seen.unlink()
        seen.action_seen()
        self.assertEqual(inbound.state, "seen")
        author = new_test_user(
            self.env, "author2", groups="campaign_desk.group_campaign_author"
        )
        for user in (author, self.user_employee):
            with self.assertRaises(AccessError):
                inbound.with_user(user).read(["subject"])
            with self.assertRaises(AccessError):
                inbound.with_user(user).action_seen()
        self.assertTrue(inbound.with_user(self.user_admin).read(["raw"]))

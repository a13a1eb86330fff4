"""Tracking: signing up for a list, and confirming it (double opt-in)."""

import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.tracking import campaign_signup
from ..models.tracking.evidence import Evidence, with_evidence
from ..tools import tokens
from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestSignup(DeskCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.list_one.has_signup_page = True
        self.page = "/campaign/" + self.list_one.signup_url.partition("/campaign/")[2]
        self.signups = self.env["campaign.signup"]

    def _post(self, address, **data):
        response = self.url_open(address, data=data or {"nothing": "1"})
        self.env.invalidate_all()
        return response

    def _signup(self, address="new@example.com"):
        response = self._post(self.page, email=address)
        self.assertEqual(response.status_code, 200)
        return self.signups.search([("email", "=", address)])

    def _mails(self, address="new@example.com"):
        return self.env["mail.mail"].search([("email_to", "=", address)])

    def _link(self, mail):
        return "/campaign/" + re.search(r"/campaign/(j/[0-9a-f]+)", mail.body_html)[1]

    def _subscription(self, address="new@example.com"):
        return self.env["mailing.subscription"].search(
            [
                ("contact_id.email_normalized", "=", address),
                ("list_id", "=", self.list_one.id),
            ]
        )

    def test_sign_up_and_confirm(self):
        page = self.url_open(self.page)
        self.assertIn("I want to get the mails of “One”", page.text)
        self.assertIn('name="email"', page.text)
        signup = self._signup("New@Example.com".lower())
        self.assertEqual(signup.state, "pending")
        self.assertFalse(self._subscription(), "nothing before it is confirmed")
        mail = self._mails()
        self.assertIn("“One”", mail.subject)
        self.assertIn("auto-generated", mail.headers)
        link = self._link(mail)
        for method in ("GET", "HEAD"):
            response = self.url_open(link, method=method)
            self.assertEqual(response.status_code, 200)
        self.assertFalse(self._subscription(), "programs follow links, too")
        response = self._post(link)
        self.assertIn("Welcome", response.text)
        subscription = self._subscription()
        self.assertFalse(subscription.opt_out)
        self.assertEqual(len(subscription), 1)
        consent = self.env["campaign.consent"].search(
            [("address", "=", "new@example.com")]
        )
        self.assertEqual((consent.decision, consent.source), ("given", "form"))
        self.assertIn("I want to get the mails of “One”", consent.text)
        self.assertEqual(consent.requested_at, signup.create_date)
        self.assertEqual(consent.address_prefix, "127.0.0.0/24")
        # twice is once
        self._post(link)
        self.assertEqual(
            len(
                self.env["campaign.consent"].search(
                    [("address", "=", "new@example.com")]
                )
            ),
            1,
        )

    def test_the_lists_own_text(self):
        self.list_one.signup_text = "News from our garden, about once a month."
        self.assertIn("News from our garden", self.url_open(self.page).text)
        self._post(self._link(self._signup() and self._mails()))
        consent = self.env["campaign.consent"].search([], limit=1)
        self.assertEqual(consent.text, self.list_one.signup_text)

    def test_nobody_learns_who_is_subscribed(self):
        self._contact("Known", "known@example.com")
        blocked = self._contact("Blocked", "blocked@example.com")
        self.env["mail.blacklist"]._add("blocked@example.com")
        texts = set()
        for address in ("known@example.com", "blocked@example.com", "new@example.com"):
            response = self._post(self.page, email=address)
            self.assertEqual(response.status_code, 200)
            texts.add(response.text.replace(address, "…"))
        self.assertEqual(len(texts), 1)
        self.assertFalse(self._mails("known@example.com"))
        self.assertTrue(self._mails("new@example.com"))
        self.assertTrue(blocked)

    def test_honeypot(self):
        response = self._post(self.page, email="bot@example.com", website="x")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Look into your mailbox", response.text)
        self.assertFalse(self.signups.search([]))

    def test_bad_addresses(self):
        for address in (
            "",
            "nobody",
            "a@example.com, b@example.com",
            "A <a@example.com>",
            "a@example.com\r\nBcc: b@example.com",
            "a@b@example.com",
            "<script>alert(1)</script>@example.com" * 20,
        ):
            response = self._post(self.page, email=address)
            self.assertEqual(response.status_code, 400, address)
            self.assertNotIn("<script>", response.text)
        self.assertFalse(self.signups.search([]))

    def test_mails_are_limited(self):
        signup = self._signup()
        self._signup()
        self.assertEqual(signup.mail_count, 1, "not again within minutes")
        for minutes in range(15, 150, 15):
            with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes)):
                self.signups._sign_up(self.list_one, "new@example.com", "192.0.2.0/24")
        self.assertEqual(signup.mail_count, 5)
        # neither is it worth trying another list
        self.list_two.has_signup_page = True
        self.signups._sign_up(self.list_two, "new@example.com", "192.0.2.0/24")
        self.assertEqual(len(self._mails()), 5)

    def test_networks_are_limited(self):
        self.patch(campaign_signup, "_NETWORKS_AN_HOUR", 3)
        codes = [
            self._post(self.page, email=f"n{number}@example.com").status_code
            for number in range(5)
        ]
        self.assertEqual(codes, [200, 200, 200, 429, 429])
        self.assertEqual(len(self.signups.search([])), 3)

    def test_it_expires(self):
        link = self._link(self._signup() and self._mails())
        signup = self.signups.search([])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_signup SET create_date = create_date - interval '8 days'"
        )
        self.env.invalidate_all()
        for response in (self.url_open(link), self._post(link)):
            self.assertEqual(response.status_code, 410)
            self.assertIn("too old", response.text)
        self.assertFalse(self._subscription())
        self.signups._gc_old()
        self.assertFalse(signup.exists())
        self.assertEqual(self.url_open(link).status_code, 410)

    def test_resend(self):
        signup = self._signup()
        user = new_test_user(
            self.env, "signup_user", "mass_mailing.group_mass_mailing_user"
        )
        author = new_test_user(
            self.env, "signup_author", "campaign_desk.group_campaign_author"
        )
        employee = new_test_user(self.env, "signup_employee", "base.group_user")
        with self.assertRaisesRegex(UserError, "a moment ago"):
            signup.with_user(user).action_resend()
        signup.mailed_at -= timedelta(hours=1)
        for nobody in (author, employee):
            with self.assertRaises(UserError):
                signup.with_user(nobody).action_resend()
        signup.with_user(user).action_resend()
        self.assertEqual(signup.mail_count, 2)
        self.assertEqual(
            self._link(self._mails()[0]), self._link(self._mails()[1]), "both work"
        )
        self._post(self._link(self._mails()[0]))
        with self.assertRaisesRegex(UserError, "confirmed already"):
            signup.with_user(user).action_resend()

    def test_who_left_comes_back(self):
        contact = self._contact("New", "new@example.com", self.list_one + self.list_two)
        own = Evidence("form", text="No more mails.")
        first, second = contact.subscription_ids.sorted(lambda one: one.list_id.id)
        with_evidence(first, own).opt_out = True
        entry = with_evidence(self.env["mail.blacklist"], own)._add("new@example.com")
        asked = self.env["campaign.suppression"].create({"address": "new@example.com"})
        bounced = self.env["campaign.suppression"].create(
            {"address": "new@example.com", "reason": "other", "scope": "global"}
        )
        self._post(self._link(self._signup() and self._mails()))
        self.assertFalse(first.opt_out)
        self.assertFalse(entry.active)
        self.assertFalse(asked.active)
        self.assertTrue(bounced.active, "that was not their wish")
        self.assertTrue(second.opt_out, "they asked for one list only")

    def test_hostile_addresses(self):
        good = self.page.rpartition("/")[2]
        flipped = ("0" if good[0] != "0" else "1") + good[1:]
        for letter in "sj":
            for bad in (flipped, good[:-1], good.upper(), "x", good + "/x"):
                response = self._post(
                    f"/campaign/{letter}/{bad}", email="a@example.com"
                )
                self.assertEqual(response.status_code, 404, bad)
        # what signs one thing does not sign another
        self.assertEqual(self._post(f"/campaign/j/{good}").status_code, 404)
        signup = self._signup()
        key = self.env["mailing.mailing"]._tracking_key()
        token = signup.sudo().token
        wrong = tokens.sign(key, tokens.SIGN_UP, token)
        self.assertEqual(self.url_open(f"/campaign/s/{wrong}").status_code, 404)
        self.assertEqual(self._post(f"/campaign/j/{wrong}").status_code, 404)

    def test_switched_off(self):
        self.list_one.has_signup_page = False
        self.assertEqual(self.url_open(self.page).status_code, 404)
        self.list_one.has_signup_page = True
        self.assertEqual(self.url_open(self.page).status_code, 200, "the same address")

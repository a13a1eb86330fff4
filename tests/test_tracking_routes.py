"""Tracking: the public addresses in a mail."""

import re

from odoo.tests import HttpCase, tagged

from ..tools import tokens
from .common import DeskCommon

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@tagged("-at_install", "post_install")
class TestRoutes(DeskCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.contact = self._contact("C", "c@example.com")
        self.mailing = self._mailing()
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids
        self.assertEqual(self.trace.trace_status, "sent")
        self.tracker = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", self.mailing.id)]
        )

    def _signed(self, purpose, trace=None):
        key = self.env["mailing.mailing"]._tracking_key()
        return tokens.sign(key, purpose, (trace or self.trace).token)

    def _get(self, path, **headers):
        """Ask for a page as a browser does."""
        headers = {"User-Agent": FIREFOX, "Accept-Language": "de", **headers}
        return self.url_open(path, headers=headers, allow_redirects=False)

    def _head(self, path):
        return self.url_open(path, allow_redirects=False, method="HEAD")

    def _page(self):
        page = self.mailbox.message_to("c@example.com").get_body(("html",))
        return page.get_content()

    def _verdicts(self):
        events = self.trace.event_ids.sorted("id")
        return [f"{event.verdict} {event.rule}" for event in events]

    def test_addresses_in_the_mail_work(self):
        source = self._page()
        for purpose in (tokens.OPEN, tokens.CLICK, tokens.UNSUBSCRIBE, tokens.VIEW):
            self.assertIn(f"/campaign/{purpose[0]}/{self._signed(purpose)}", source)

    def test_open(self):
        address = f"/campaign/o/{self._signed(tokens.OPEN)}.gif"
        self.assertEqual(self._head(address).status_code, 200)
        self._judge_visits()
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertTrue(self.trace.any_open_at)
        response = self._get(address)
        self.assertEqual(response.headers["Content-Type"], "image/gif")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertTrue(response.content.startswith(b"GIF89a"))
        self.assertNotIn("Set-Cookie", response.headers)
        self._judge_visits()
        self.assertEqual(self.trace.trace_status, "open")
        self.assertTrue(self.trace.open_datetime)
        self.assertEqual(self._verdicts(), ["machine head", "human reader"])

    def test_click(self):
        address = f"/campaign/c/{self._signed(tokens.CLICK)}/{self.tracker.code}"
        self.assertEqual(self._head(address).status_code, 302)
        self._judge_visits()
        self.assertFalse(self.trace.links_click_datetime)
        self.assertEqual(self.tracker.count, 0)
        self.assertEqual(self.tracker.any_click_count, 1)
        response = self._get(address)
        self.assertEqual(response.status_code, 302)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertTrue(
            response.headers["Location"].startswith("https://shop.example.com/sale?a=1")
        )
        self.assertIn("utm_source=", response.headers["Location"])
        self._judge_visits()
        self.assertTrue(self.trace.links_click_datetime)
        self.assertEqual(self.trace.trace_status, "open")
        self.assertEqual(self.tracker.count, 1)
        self.assertEqual(self.tracker.any_click_count, 2)
        click = self.tracker.link_click_ids
        self.assertEqual(click.mailing_trace_id, self.trace)
        self.assertEqual(click.mass_mailing_id, self.mailing)
        self.assertEqual(click.ip, "127.0.0.0/24")

    def test_decoy(self):
        source = self._page()
        [decoy] = re.findall(r'<a href="([^"]+/d0)" aria-hidden="true"', source)
        text = self.mailbox.message_to("c@example.com").get_body(("plain",))
        self.assertNotIn("/d0", text.get_content())
        response = self._get("/campaign/" + decoy.partition("/campaign/")[2])
        self.assertEqual(response.status_code, 200)
        self.assertIn("nothing here", response.text)
        self._judge_visits()
        self.assertEqual(self._verdicts(), ["machine decoy"])
        self.assertFalse(self.trace.any_open_at)

    def test_click_leads_nowhere_else(self):
        foreign = self.env["link.tracker"].create(
            {"url": "https://elsewhere.example.com/", "title": "Elsewhere"}
        )
        signed = self._signed(tokens.CLICK)
        wrong_purpose = self._signed(tokens.OPEN)
        flipped = ("0" if signed[0] != "0" else "1") + signed[1:]
        for address in (
            f"{signed}/{foreign.code}",
            f"{signed}/nonsense",
            f"{wrong_purpose}/{self.tracker.code}",
            f"{flipped}/{self.tracker.code}",
            f"{signed[:-1]}/{self.tracker.code}",
            f"{signed.upper()}/{self.tracker.code}",
            f"x/{self.tracker.code}",
        ):
            response = self._get(f"/campaign/c/{address}")
            self.assertEqual(response.status_code, 404, address)
            self.assertIn("does not work any more", response.text)
            self.assertNotIn("Location", response.headers)
        self._judge_visits()
        self.assertFalse(self.trace.any_click_at)
        self.assertFalse(self.trace.event_ids)

    def test_unsubscribe_by_one_click(self):
        subscription = self.contact.subscription_ids
        address = f"/campaign/u/{self._signed(tokens.UNSUBSCRIBE)}"
        self.assertEqual(self._head(address).status_code, 200)
        response = self._get(address)
        self.assertEqual(response.status_code, 200)
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertFalse(subscription.opt_out, "a GET must not unsubscribe")
        response = self.url_open(address, data={"List-Unsubscribe": "One-Click"})
        self.assertEqual(response.status_code, 200)
        self.assertTrue(subscription.opt_out)
        event = self.trace.event_ids
        self.assertEqual((event.kind, event.verdict), ("unsubscribe", "human"))
        self.assertEqual(event.address_prefix, "127.0.0.0/24")

    def test_unsubscribe_from_what_is_not_a_list(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "email": "p@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=repr([("id", "=", partner.id)]),
        )
        self._send(mailing)
        signed = self._signed(tokens.UNSUBSCRIBE, mailing.mailing_trace_ids)
        self.url_open(f"/campaign/u/{signed}", data={"List-Unsubscribe": "One-Click"})
        self.assertTrue(
            self.env["mail.blacklist"].search([("email", "=", "p@example.com")])
        )

    def test_tampered_unsubscribe(self):
        signed = self._signed(tokens.CLICK)
        response = self.url_open(f"/campaign/u/{signed}", data={"a": "b"})
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self.contact.subscription_ids.opt_out)

    def test_view_in_browser(self):
        response = self.url_open(f"/campaign/v/{self._signed(tokens.VIEW)}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Dear C", response.text)
        self.assertIn(f"/campaign/c/{self._signed(tokens.CLICK)}/", response.text)
        self.assertNotIn("/campaign/o/", response.text, "the visit itself counts")
        self.assertNotIn("/d0", response.text)
        self.assertIn("default-src 'none'", response.headers["Content-Security-Policy"])
        self._judge_visits()
        self.assertEqual(self.trace.event_ids.kind, "view")
        response = self._get(f"/campaign/v/{self._signed(tokens.OPEN)}")
        self.assertEqual(response.status_code, 404)

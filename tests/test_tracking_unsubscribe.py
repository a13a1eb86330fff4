"""Tracking: the pages on which recipients unsubscribe and say what they want."""

import re
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..tools import tokens
from .common import BODY, DeskCommon


class PageCommon(DeskCommon, HttpCase):
    """A mailing to a public list that one contact has got."""

    def setUp(self):
        super().setUp()
        (self.list_one + self.list_two).is_public = True
        self.contact = self._contact("C", "c@example.com")
        self.mailing = self._mailing(
            body_html=BODY + '<a href="/mail_preferences">Preferences</a>'
        )
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids
        self.subscription = self.contact.subscription_ids
        self.address = self._address("u")
        self.preferences = self._address("p")

    def _address(self, letter, trace=None, purpose=tokens.UNSUBSCRIBE):
        key = self.env["mailing.mailing"]._tracking_key()
        signed = tokens.sign(key, purpose, (trace or self.trace).token)
        return f"/campaign/{letter}/{signed}"

    def _post(self, address, **data):
        response = self.url_open(address, data=data or {"nothing": "1"})
        self.env.invalidate_all()
        return response

    def _consents(self, address="c@example.com"):
        """Return kind, decision and source of what is proved, in order."""
        found = self.env["campaign.consent"].search(
            [("address", "=", address), ("source", "!=", "system")], order="id"
        )
        return [(one.kind, one.decision, one.source) for one in found]

    def _reached(self, **values):
        self.mailbox.mails.clear()
        mailing = self._mailing(**values)
        self._send(mailing)
        return mailing.mailing_trace_ids.mapped(
            lambda trace: trace.failure_type or trace.trace_status
        )


@tagged("-at_install", "post_install")
class TestUnsubscribe(PageCommon):
    def test_looking_changes_nothing(self):
        for address in (self.address, self.preferences):
            for method in ("GET", "HEAD"):
                response = self.url_open(
                    f"{address}?do=unsubscribe&List-Unsubscribe=One-Click&do=all",
                    method=method,
                )
                self.assertEqual(response.status_code, 200)
            self._post(address)
            self._post(address, do="nonsense")
        self.assertFalse(self.subscription.opt_out)
        self.assertFalse(self._consents())
        self.assertFalse(self.trace.event_ids)

    def test_odoos_addresses_ask_first(self):
        mailing = self.mailing
        token = mailing._generate_mailing_recipient_token(
            self.contact.id, "c@example.com"
        )
        keys = f"?email=c@example.com&document_id={self.contact.id}&hash_token={token}"
        for page in ("unsubscribe", "confirm_unsubscribe"):
            for method in ("GET", "HEAD"):
                response = self.url_open(
                    f"/mailing/{mailing.id}/{page}{keys}",
                    method=method,
                    allow_redirects=False,
                )
                self.assertEqual(response.status_code, 302)
                self.assertIn(self.address, response.headers["Location"])
        self.assertFalse(self.subscription.opt_out)
        # without a delivery Odoo's own question is asked
        self.trace.unlink()
        page = self.url_open(f"/mailing/{mailing.id}/unsubscribe{keys}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("confirm_unsubscribe", page.text)
        self.assertFalse(self.subscription.opt_out)
        # as mail programs do that had Odoo's address
        self._post(
            f"/mailing/{mailing.id}/unsubscribe_oneclick{keys}",
            **{"List-Unsubscribe": "One-Click"},
        )
        self.assertTrue(self.subscription.opt_out)
        self.assertEqual(self._consents(), [("list", "withdrawn", "one_click")])

    def test_odoos_addresses_with_wrong_keys(self):
        base = f"/mailing/{self.mailing.id}/unsubscribe"
        for keys in (
            f"?email=c@example.com&document_id={self.contact.id}&hash_token=%C3%A4",
            "?email=c@example.com&document_id=x&hash_token=1",
            "?email=c@example.com&document_id=%C2%B2&hash_token=1",
        ):
            response = self.url_open(base + keys, allow_redirects=False)
            self.assertNotIn(response.status_code, (200, 302), keys)
        self.assertFalse(self.subscription.opt_out)

    def test_standard_mailings_keep_odoos_way(self):
        self.mailing.delivery_engine = "standard"
        token = self.mailing._generate_mailing_recipient_token(
            self.contact.id, "c@example.com"
        )
        keys = f"?email=c@example.com&document_id={self.contact.id}&hash_token={token}"
        self.url_open(f"/mailing/{self.mailing.id}/unsubscribe{keys}")
        self.assertTrue(self.subscription.opt_out)

    def test_unsubscribe_with_a_reason(self):
        page = self.url_open(self.address)
        self.assertIn("One", page.text)
        self.assertIn("frame-ancestors", page.headers["Content-Security-Policy"])
        reason = self.env["mailing.subscription.optout"].search([], limit=1)
        response = self._post(
            self.address,
            do="unsubscribe",
            reason=str(reason.id),
            words="Too <b>many</b>\0 mails" + "!" * 3000,
        )
        self.assertIn("You are unsubscribed", response.text)
        self.assertTrue(self.subscription.opt_out)
        self.assertEqual(self.subscription.opt_out_reason_id, reason)
        note = self.contact.message_ids.filtered(lambda one: "wrote" in one.body)
        self.assertIn("Too &lt;b&gt;many&lt;/b&gt; mails", note.body)
        self.assertLess(len(note.body), 1200)
        consent = self.env["campaign.consent"].search(
            [("address", "=", "c@example.com"), ("decision", "=", "withdrawn")]
        )
        self.assertEqual(consent.list_id, self.list_one)
        self.assertEqual(consent.text, "Send me no more mails of: One.")
        self.assertEqual(consent.page, "/campaign/u")
        self.assertEqual(consent.address_prefix, "127.0.0.0/24")
        self.assertEqual(consent.trace_id, self.trace)
        self.assertEqual(self.trace.event_ids.kind, "unsubscribe")
        # once more changes nothing
        self._post(self.address, do="unsubscribe")
        self.assertEqual(len(self.trace.event_ids), 1)
        self.assertEqual(self._reached(), ["mail_optout"])

    def test_undo(self):
        page = self._post(self.address, do="unsubscribe").text
        left = re.search(r'name="left" value="(\d+)"', page)[1]
        self.assertEqual(int(left), self.list_one.id)
        # nothing but what was left can be had back
        private = self.env["mailing.list"].create({"name": "Private"})
        self._post(self.address, do="undo", left=str(private.id))
        self._post(self.address, do="undo", left="nonsense")
        self.assertTrue(self.subscription.opt_out)
        response = self._post(self.address, do="undo", left=left)
        self.assertIn("You get these mails again", response.text)
        self.assertFalse(self.subscription.opt_out)
        self.assertEqual(
            self._consents(), [("list", "withdrawn", "form"), ("list", "given", "form")]
        )
        self.assertFalse(self.contact.list_ids & private)

    def test_undo_of_one_click(self):
        """Whoever follows the link later finds the way back."""
        self._post(self.address, **{"List-Unsubscribe": "One-Click"})
        page = self.url_open(self.address).text
        self.assertIn("You are unsubscribed", page)
        self._post(self.address, do="undo", left=str(self.list_one.id))
        self.assertFalse(self.subscription.opt_out)
        self.assertIn("Unsubscribe?", self.url_open(self.address).text)

    def test_mailings_that_ignore_the_blacklist(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "email": "p@example.com"}
        )
        values = {
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": repr([("id", "=", partner.id)]),
            "use_exclusion_list": False,
        }
        self.assertEqual(self._reached(**values), ["sent"])
        trace = self.env["mailing.trace"].search([("email", "=", "p@example.com")])
        address = self._address("u", trace)
        self._post(address, do="unsubscribe")
        self.assertEqual(self._reached(**values), ["suppressed"])
        self._post(address, do="undo", blocked="1")
        self.assertEqual(self._reached(**values), ["sent"])

    def test_who_is_on_no_list(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "email": "p@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=repr([("id", "=", partner.id)]),
        )
        self._send(mailing)
        address = self._address("u", mailing.mailing_trace_ids)
        blocked = self.env["mail.blacklist"]
        page = self._post(address, do="unsubscribe").text
        self.assertTrue(blocked.search([("email", "=", "p@example.com")]))
        self.assertIn('name="blocked"', page)
        self._post(address, do="undo", blocked="1")
        self.assertFalse(blocked.search([("email", "=", "p@example.com")]))
        self.assertEqual(
            self._consents("p@example.com"),
            [("all", "withdrawn", "form"), ("all", "given", "form")],
        )

    def test_hostile_tokens(self):
        good = self.address.rpartition("/")[2]
        flipped = ("0" if good[0] != "0" else "1") + good[1:]
        wrong = self._address("u", purpose=tokens.CLICK).rpartition("/")[2]
        for letter in "up":
            for bad in (
                flipped,
                wrong,
                good[:-1],
                good.upper(),
                good + "0",
                "x",
                "%00",
            ):
                response = self._post(
                    f"/campaign/{letter}/{bad}",
                    do="all",
                    **{"List-Unsubscribe": "One-Click"},
                )
                self.assertIn(response.status_code, (400, 404), bad)
        key = self.env["mailing.mailing"]._tracking_key()
        copy = tokens.sign(key, tokens.UNSUBSCRIBE, tokens.neutral(self.mailing.id))
        for letter in "up":
            response = self._post(f"/campaign/{letter}/{copy}", do="all")
            self.assertIn("This is a copy", response.text)
        self.assertFalse(self.subscription.opt_out)
        self.assertFalse(self.env["mail.blacklist"].search([]))

    def test_hostile_forms(self):
        upload = {
            "words": ("x.txt", b"text"),
            "reason": ("y", b"1"),
            "do": (None, "unsubscribe"),
        }
        response = self.url_open(self.address, files=upload)
        self.assertEqual(response.status_code, 200)
        for data in (
            {"do": "save", "lang": "xx_XX", "frequency": "hour", "pause": "9999"},
            {"do": "save", "list": "99999999999999999999", "untracked": "2"},
            {"do": "lists", "list": "²"},
        ):
            self.assertEqual(self._post(self.preferences, **data).status_code, 200)
        self.assertFalse(self.env["campaign.preference"].search([]))

    def test_other_methods(self):
        for method in ("PUT", "DELETE"):
            response = self.url_open(self.address, method=method)
            self.assertIn(response.status_code, (404, 405))


@tagged("-at_install", "post_install")
class TestPreferences(PageCommon):
    def test_link_in_mails(self):
        mail = self.mailbox.message_to("c@example.com")
        source = mail.get_body(("html",)).get_content()
        self.assertIn(f'{self.preferences}"', source)

    def test_anonymous_mails(self):
        contact = self._contact("D", "d@example.com", lists=self.list_two)
        mailing = self._mailing(
            tracking="anonymous", contact_list_ids=[(6, 0, self.list_two.ids)]
        )
        self._send(mailing)
        page = self._address("p", mailing.mailing_trace_ids)
        self.assertIn("d@example.com", self.url_open(page).text)
        self._post(page, do="save", untracked="1")
        self.assertTrue(contact.subscription_ids.opt_out, "unticked")

    def test_lists(self):
        page = self.url_open(self.preferences).text
        self.assertIn("“One”", page)
        self.assertIn("“Two”", page)
        self._post(self.preferences, do="save", list=str(self.list_two.id))
        on = self.contact.subscription_ids.filtered(lambda one: not one.opt_out)
        self.assertEqual(on.list_id, self.list_two)
        self.assertEqual(
            sorted(self._consents()),
            [("list", "given", "form"), ("list", "withdrawn", "form")],
        )
        given = self.env["campaign.consent"].search(
            [("list_id", "=", self.list_two.id), ("source", "=", "form")]
        )
        self.assertIn("I want to get the mails of “Two” from", given.text)

    def test_a_customer_joins_a_list(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "email": "p@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=repr([("id", "=", partner.id)]),
        )
        self._send(mailing)
        page = self._address("p", mailing.mailing_trace_ids)
        self._post(page, do="lists", list=str(self.list_one.id))
        contact = self.env["mailing.contact"].search([("email", "=", "p@example.com")])
        self.assertEqual(contact.list_ids, self.list_one)
        self.assertEqual(contact.name, "P")
        self.assertEqual(self._consents("p@example.com"), [("list", "given", "form")])

    def test_private_lists_are_not_shown(self):
        self.list_two.is_public = False
        self.assertNotIn("“Two”", self.url_open(self.preferences).text)
        self._post(self.preferences, do="lists", list=str(self.list_two.id))
        self.assertNotIn(self.list_two, self.contact.list_ids)

    def test_fewer_mails(self):
        self._post(self.preferences, do="frequency", frequency="week")
        self.assertEqual(self._consents(), [("frequency", "changed", "form")])
        self.assertEqual(self._reached(), ["frequency"])
        eight_days = fields.Datetime.now() - timedelta(days=8)
        self.trace.sent_datetime = eight_days
        self.assertEqual(self._reached(), ["sent"])
        self._post(self.preferences, do="frequency", frequency="month")
        self.env["mailing.trace"].search([]).sent_datetime = eight_days
        self.assertEqual(self._reached(ignore_frequency_cap=True), ["frequency"])
        self._post(self.preferences, do="frequency", frequency="")
        self.assertEqual(self._reached(), ["sent"])

    def test_fewer_mails_when_two_are_planned(self):
        self._post(self.preferences, do="frequency", frequency="week")
        self.trace.sent_datetime = fields.Datetime.now() - timedelta(days=8)
        mailings = self._mailing() + self._mailing()
        for mailing in mailings:
            mailing.action_launch()
        self._dispatch()
        traces = mailings.mailing_trace_ids
        self.assertEqual(traces.mapped("trace_status"), ["outgoing"] * 2)
        self._run_lane()
        self.assertEqual(sorted(traces.mapped("trace_status")), ["cancel", "sent"])
        cancelled = traces.filtered(lambda one: one.trace_status == "cancel")
        self.assertEqual(cancelled.failure_type, "frequency")

    def test_fewer_mails_of_one_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["campaign.preference"]._set("c@example.com", other, frequency="week")
        self.assertEqual(self._reached(), ["sent"])

    def test_pause(self):
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        self._post(self.preferences, do="pause", pause="30")
        self.assertEqual(self._reached(), ["suppressed"], "when planning")
        self._run_lane()
        self.assertEqual(
            mailing.mailing_trace_ids.failure_type, "suppressed", "when claiming"
        )
        self.assertEqual(self._consents(), [("pause", "withdrawn", "form")])
        page = self.url_open(self.preferences).text
        self.assertIn("No mails until", page)
        # a shorter one takes the place of a longer one
        day = fields.Date.today() + timedelta(days=3)
        self._post(self.preferences, do="save", pause="day", until=str(day))
        pauses = self.env["campaign.suppression"].search(
            [("address", "=", "c@example.com")]
        )
        self.assertEqual(pauses.expires_at.date(), day)
        self._post(
            self.preferences, do="save", pause="none", list=str(self.list_one.id)
        )
        self.assertEqual(self._reached(), ["sent"])

    def test_pause_until_a_day_that_is_none(self):
        for day in ("", "2020-01-01", "9999-12-31", "tomorrow", "2026-02-30"):
            response = self._post(self.preferences, do="save", pause="day", until=day)
            self.assertEqual(response.status_code, 400, day)
            self.assertIn("Choose a day between", response.text)
        self.assertFalse(self.subscription.opt_out, "nothing is saved by halves")

    def test_a_bounce_is_not_lifted(self):
        """Who comes back from a pause is not free of what others have decided."""
        bounced = self.env["campaign.suppression"].create(
            {"address": "c@example.com", "reason": "other", "source": "policy"}
        )
        self._post(self.preferences, do="pause", pause="none")
        self.assertTrue(bounced.active)

    def test_tracking(self):
        self._post(
            self.preferences, do="save", untracked="1", list=str(self.list_one.id)
        )
        self.assertTrue(self.contact.is_mail_untracked)
        self.assertEqual(self._consents(), [("tracking", "withdrawn", "form")])
        self._post(self.preferences, do="save", list=str(self.list_one.id))
        self.assertFalse(self.contact.is_mail_untracked)

    def test_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertNotIn('<html lang="de', self.url_open(self.preferences).text)
        page = self._post(
            self.preferences, do="save", lang="de_DE", list=str(self.list_one.id)
        ).text
        self.assertIn('lang="de-DE"', page)
        self.assertEqual(self._consents(), [("language", "changed", "form")])
        mailing = self._mailing(subject="News {{ object.env.lang }}")
        self.mailbox.mails.clear()
        self._send(mailing)
        self.assertEqual(
            self.mailbox.message_to("c@example.com")["Subject"], "News de_DE"
        )

    def test_pages_speak_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.contact.lang = "de_DE"
        view = self.env.ref("campaign_desk.page_unsubscribe")
        view.update_field_translations(
            "arch_db", {"de_DE": {"Would you tell us why? (optional)": "Warum?"}}
        )
        page = self.url_open(self.address, headers={"Accept-Language": "fr"}).text
        self.assertIn("Warum?", page)
        self.assertIn('lang="de-DE"', page)

    def test_everything(self):
        self._post(self.preferences, do="all")
        self.assertEqual(self._consents(), [("all", "withdrawn", "form")])
        self.assertEqual(self._reached(), ["mail_bl"])
        page = self.url_open(self.preferences).text
        self.assertIn("You get no mailings at all", page)
        self._post(self.preferences, do="unblock")
        self.assertEqual(self._reached(), ["sent"])

    def test_example(self):
        response = self.url_open("/mail_preferences")
        self.assertIn("a page of their", response.text)

"""Checking: test mails."""

import email
import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import STRICT, as_seen
from .test_checking_preview import PreviewCommon, without_ids


@tagged("-at_install", "post_install")
class TestTestMails(PreviewCommon, HttpCase):
    def _message(self, address):
        [data] = [data for _from, to, data in self.mailbox.mails if address in to]
        return email.message_from_bytes(data, policy=STRICT)

    def test_they_take_the_real_way_and_count_nowhere(self):
        mailing = self._mailing().with_user(self.author)
        results = mailing.send_test(["me@example.com", "Boss <boss@example.com>"])
        self.assertEqual(
            [(one["address"], one["accepted"]) for one in results],
            [("me@example.com", True), ("boss@example.com", True)],
        )
        self.assertIn("queued as 4711", results[0]["words"])
        message = self._message("me@example.com")
        self.assertEqual(message["Subject"], "[Test] News for Ann")
        self.assertEqual(message["To"], "Ann <me@example.com>")
        self.assertIn("Dear Ann", message.get_body(("plain",)).get_content())
        self.assertTrue(message["List-Unsubscribe"])
        self.assertNotEqual(
            message["Message-ID"], self._message("boss@example.com")["Message-ID"]
        )
        self.assertFalse(mailing.mailing_trace_ids)
        self.assertEqual(mailing.state, "draft")
        self._send(mailing.sudo())
        self.assertEqual(len(self.mailbox.mails), 4)

    def test_the_bytes_are_the_mails_but_for_the_mark_and_the_address(self):
        mailing = self._mailing()
        mailing.send_test(["xyz@example.com"], mark=False)
        [(_from, _to, test)] = self.mailbox.mails
        self.mailbox.mails.clear()
        self._send(mailing)
        real = next(
            data for _f, to, data in self.mailbox.mails if "ann@example.com" in to
        )
        codes = [
            one.code.encode()
            for one in self.env["link.tracker"].search(
                [("mass_mailing_id", "=", mailing.id)]
            )
        ]
        test = re.sub(rb"<[0-9a-f]{32}@", b"<token@", test)
        test = test.replace(b"xyz@example.com", b"ann@example.com")
        self.assertEqual(without_ids(test, codes), without_ids(real, codes))

    def test_links_work_and_count_nothing(self):
        mailing = self._mailing()
        mailing.send_test(["me@example.com"])
        page = self._message("me@example.com").get_body(("html",)).get_content()
        [click] = re.findall(r"/campaign/c/[0-9a-f]+/\w+", as_seen(page))
        response = self.url_open(click, allow_redirects=False)
        self.assertIn("https://shop.example.com/sale", response.headers["Location"])
        [leave] = set(re.findall(r"/campaign/u/[0-9a-f]+", page))
        self.assertIn("This is a copy", self.url_open(leave).text)
        response = self.url_open(leave, data={"List-Unsubscribe": "One-Click"})
        self.assertFalse(self.ann.subscription_ids.opt_out)
        clicks = self.env["link.tracker.click"].search(
            [("link_id.mass_mailing_id", "=", mailing.id)]
        )
        self.assertFalse(clicks)

    def test_as_any_recipient(self):
        mailing = self._mailing(subject="News for {{ object.name |||you}}")
        mailing.send_test(["a@example.com"], self.bo.id, mark=False)
        mailing.send_test(["b@example.com"], 0)
        self.assertEqual(self._message("a@example.com")["Subject"], "News for Bo Ünal")
        self.assertEqual(
            self._message("b@example.com")["Subject"], "[Test] News for you"
        )

    def test_what_the_server_says(self):
        self.mailbox.answers["full"] = "552 5.2.2 Mailbox full"
        self.env["mail.blacklist"]._add("gone@example.com")
        results = self._mailing().send_test(
            ["full@example.com", "nonsense", "gone@example.com", "fine@example.com"]
        )
        words = [(one["accepted"], one["words"]) for one in results]
        self.assertEqual([accepted for accepted, _words in words], [0, 0, 0, 1])
        self.assertIn("Mailbox full", words[0][1])
        self.assertIn("no e-mail address", words[1][1])
        self.assertIn("blacklist", words[2][1])
        self.assertEqual(self.mailbox.recipients, ["fine@example.com"])

    def test_server_down(self):
        self.server.smtp_port = 1
        [result] = self._mailing().send_test(["a@example.com"])
        self.assertFalse(result["accepted"])
        self.assertIn("cannot be reached", result["words"])

    def test_an_account_in_test_mode(self):
        account = self.env["campaign.sending.account"].search([], limit=1)
        account.test_address = "safe@example.com"
        [result] = self._mailing().send_test(["a@example.com"])
        self.assertIn("safe@example.com", result["words"])
        self.assertEqual(self.mailbox.recipients, ["safe@example.com"])

    def test_no_account(self):
        self.env["campaign.sending.account"].search([]).active = False
        [result] = self._mailing().send_test(["a@example.com"])
        self.assertIn("No sending account", result["words"])

    def test_what_cannot_be_made(self):
        mailing = self._mailing(body_html='<p t-out="object.nam"/>')
        [result] = mailing.send_test(["a@example.com"])
        self.assertIn("nam", result["words"])
        with self.assertRaisesRegex(UserError, "nobody at all"):
            self._mailing(email_from="nobody at all").send_test(["a@example.com"])

    def test_not_to_everybody(self):
        with self.assertRaisesRegex(UserError, "20 addresses"):
            self._mailing().send_test([f"a{one}@example.com" for one in range(21)])
        self.assertFalse(self.mailbox.mails)

    def test_viewers_do_not(self):
        with self.assertRaises(AccessError):
            self._mailing().with_user(self.viewer).send_test(["a@example.com"])

    # ------------------------------------------------------------
    # The dialog
    # ------------------------------------------------------------

    def _dialog(self, mailing, **context):
        action = mailing.action_test()
        tests = self.env[action["res_model"]].with_user(self.author)
        return Form(tests.with_context(**action["context"]))

    def test_the_dialog(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        one = self._mailing(campaign_id=campaign.id)
        two = self._mailing(campaign_id=campaign.id, subject="Second")
        form = self._dialog(one)
        self.assertTrue(form.is_desk)
        self.assertEqual(form.recipient_id, self.ann.id)
        form.email_to = "a@example.com, b@example.com\nnonsense"
        form.mailing_ids.add(two)
        for lang in self.env["res.lang"].search([("code", "in", ("en_US", "fr_FR"))]):
            form.lang_ids.add(lang)
        form.is_marked = False
        test = form.save()
        self.assertEqual(test.mailing_ids, one + two)
        self.assertEqual(len(test.lang_ids), 2)
        action = test.send_mail_test()
        self.assertEqual(action["res_id"], test.id)
        self.assertEqual(len(test.result_ids), 2 * 2 * 3)
        self.assertEqual(len(test.result_ids.filtered("is_accepted")), 8)
        subjects = {
            str(email.message_from_bytes(mail[2])["Subject"])
            for mail in self.mailbox.mails
        }
        self.assertEqual(subjects, {"News for Ann", "Second"})
        self.assertIn("nonsense", one.message_ids[0].body)
        test.send_mail_test()
        self.assertEqual(len(test.result_ids), 12)

    def test_the_dialog_proposes_me(self):
        self.author.email = "author@example.com"
        form = self._dialog(self._mailing())
        self.assertIn("author@example.com", form.email_to)

    def test_odoos_engine_is_left_alone(self):
        mailing = self._mailing(delivery_engine="standard")
        form = self._dialog(mailing)
        self.assertFalse(form.is_desk)
        form.email_to = "a@example.com"
        with (
            self.mock_mail_gateway(),
            patch.object(type(mailing), "send_test", side_effect=AssertionError),
        ):
            form.save().send_mail_test()
        [mail] = self._mails
        self.assertTrue(mail["subject"].startswith("[TEST]"))

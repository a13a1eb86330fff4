"""Checking: the pre-flight of a mailing."""

import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.checking import preflight
from ..models.checking.audience import Audience
from ..models.checking.finish import seconds_to_send
from ..models.checking.preflight_words import _FOUND, PLACES, words_of
from ..tools.preflight import reach
from ..tools.preflight.finding import Finding
from .common import BODY, WAY_OUT
from .test_campaign_record import CampaignCommon
from .test_checking_preview import PreviewCommon

ROOT = Path(__file__).parent.parent


class PreflightCommon(PreviewCommon):
    def _lines(self, mailing, **options):
        return {line["code"]: line for line in mailing.preflight(**options)}

    def _levels(self, mailing):
        return {line["code"]: line["level"] for line in mailing.preflight()}

    def _partners(self, number=1, **values):
        partners = self.env["res.partner"].create(
            [
                {"name": f"P{one}", "email": f"p{one}@acme.io", **values}
                for one in range(number)
            ]
        )
        return partners, {
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": repr([("id", "in", partners.ids)]),
        }


@tagged("-at_install", "post_install")
class TestPreflight(PreflightCommon):
    def test_what_is_said_of_a_good_mail(self):
        self.env["ir.config_parameter"].set_param(
            "web.base.url", "https://desk.acme.io"
        )
        mailing = self._mailing(
            preview="Look inside",
            body_html=BODY.replace("shop.example.com", "shop.acme.io"),
        )
        levels = self._levels(mailing.with_user(self.author))
        found = {level: code for code, level in levels.items()}
        self.assertEqual(set(found), {"info", "ok"}, levels)
        for code in ("recipients", "subject", "unsubscribe", "links", "sender"):
            self.assertEqual(levels[code], "ok")
        self.assertEqual(levels["authentication_unknown"], "info")

    def test_it_writes_nothing(self):
        mailing = self._mailing(ab_testing_enabled=True, ab_testing_pc=50)
        mailing.preflight()
        self.assertFalse(mailing.mailing_trace_ids)
        self.assertFalse(mailing.ab_share_from)
        self.assertFalse(
            self.env["link.tracker"].search([("mass_mailing_id", "=", mailing.id)])
        )

    def test_errors_come_first(self):
        mailing = self._mailing(body_html='<a href="#">x</a>')
        lines = mailing.preflight()
        order = ["error", "warning", "info", "ok"]
        places = [order.index(line["level"]) for line in lines]
        self.assertEqual(places, sorted(places))
        self.assertEqual(lines[0]["code"], "unsubscribe_missing")

    def test_each_line_has_words_and_a_way(self):
        codes = set()
        for path in (*ROOT.glob("tools/preflight/*.py"), *ROOT.glob("models/c*/*.py")):
            codes |= set(re.findall(r'Finding\(\s*"(\w+)"', path.read_text()))
            codes |= set(re.findall(r'^\s+\("(\w+)", (?:WARN|INFO)', path.read_text()))
        self.assertGreater(len(codes), 40)
        self.assertFalse(codes - set(_FOUND))
        mailing = self._mailing()
        for code in codes:
            title, _detail, where = words_of(self.env, Finding(code, "info"))
            self.assertTrue(title)
            if where and where in PLACES:
                self.assertIn(where, mailing._fields)
            elif where:
                self.assertTrue(callable(getattr(mailing, where)))

    # ------------------------------------------------------------
    # Errors stop
    # ------------------------------------------------------------

    def _assert_stopped(self, mailing, code, words):
        """The code is an error, and no way to send goes past it."""
        self.assertEqual(self._levels(mailing)[code], "error")
        mailing = mailing.with_user(self.user_marketing)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        for send in ("action_launch", "action_schedule", "action_send_mail"):
            with self.assertRaisesRegex(UserError, words):
                mailing.write({"schedule_type": "scheduled", "schedule_date": tomorrow})
                getattr(mailing, send)()
        mailing.invalidate_recordset()
        self.assertEqual(mailing.state, "draft")
        self.assertFalse(mailing.mailing_trace_ids)

    def test_no_recipients(self):
        mailing = self._mailing(contact_list_ids=[(6, 0, self.list_two.ids)])
        self._assert_stopped(mailing, "no_recipients", "There are no recipients")

    def test_no_way_out(self):
        mailing = self._mailing(body_html="<p>Hello</p>")
        self._assert_stopped(mailing, "unsubscribe_missing", "no unsubscribe link")
        mailing.body_html = f"<p>Hello</p>{WAY_OUT}"
        mailing.action_launch()
        self.assertEqual(mailing.state, "in_queue")

    def test_what_everybody_must_get_needs_no_way_out(self):
        _partners, values = self._partners()
        mailing = self._mailing(
            body_html="<p>We move</p>", use_exclusion_list=False, **values
        )
        self.assertEqual(self._levels(mailing)["unsubscribe_missing"], "warning")
        self._send(mailing)
        self.assertEqual(mailing.state, "done")

    @mute_logger("odoo.addons.base.models.ir_qweb")
    def test_a_template_that_cannot_be_read(self):
        mailing = self._mailing(body_html='<p t-foreach="object">?</p>')
        self._assert_stopped(mailing, "template_error", "The mail cannot be made")

    def test_a_sender_that_is_none(self):
        mailing = self._mailing(email_from="nobody at all")
        self._assert_stopped(mailing, "template_error", "nobody at all")

    def test_a_dangerous_file(self):
        mailing = self._mailing()
        file = self._file("setup.exe")
        file.write({"res_model": mailing._name, "res_id": mailing.id})
        # past the check of the field
        self.env.cr.execute(
            "INSERT INTO mass_mailing_ir_attachments_rel VALUES (%s, %s)",
            [mailing.id, file.id],
        )
        mailing.invalidate_recordset()
        self._assert_stopped(mailing, "file_dangerous", "setup.exe")

    def test_odoos_engine_is_left_alone(self):
        mailing = self._mailing(
            delivery_engine="standard", body_html="<p>x</p>", contact_list_ids=False
        )
        mailing.action_launch()
        self.assertEqual(mailing.state, "in_queue")
        with self.assertRaisesRegex(UserError, "Campaign Desk sends"):
            mailing.preflight()

    # ------------------------------------------------------------
    # Warnings ask
    # ------------------------------------------------------------

    def test_templates_that_fail_for_some(self):
        mailing = self._mailing(
            body_html="<p t-out=\"1 / (0 if object.name == 'Ann' else 1)\"/>" + WAY_OUT
        )
        line = self._lines(mailing)["some_fail"]
        self.assertEqual(line["level"], "warning")
        self.assertIn("Of the first 2 recipients 1", line["detail"])
        self.assertEqual(line["action"]["tag"], "campaign_desk_preview")
        mailing.body_html = f'<p t-out="object.name.upper()"/>{WAY_OUT}'
        line = self._lines(mailing)["nobody_fails"]
        self.assertIn("empty for this recipient", line["detail"])

    def test_a_greeting_without_a_name(self):
        mailing = self._mailing(
            body_html=f'<p>Dear <t t-out="object.name"/>, hello</p>{WAY_OUT}'
        )
        line = self._lines(mailing)["bare_greeting"]
        self.assertIn("“Dear ,”", line["title"])

    def test_content(self):
        mailing = self._mailing(
            subject="YOU HAVE WON!!! CLICK HERE",
            body_html='<p>Lorem ipsum</p><a href="#">Buy</a><img src="https://a.io/x.png">'
            f'<a href="http://shop.acme.io/">Shop</a>{WAY_OUT}',
        )
        lines = self._lines(mailing)
        for code in (
            *("subject_capitals", "subject_marks", "wording", "leftover", "link_empty"),
            *("link_http", "alt_missing", "images_without_words"),
        ):
            self.assertEqual(lines[code]["level"], "warning", code)
        # the address that was written, not the one that counts clicks
        self.assertEqual(lines["link_http"]["items"], ["http://shop.acme.io/"])
        self.assertEqual(lines["link_empty"]["title"], "Links that lead nowhere: 1")
        action = lines["link_empty"]["action"]
        self.assertEqual(
            action["params"], {"mailing_id": mailing.id, "field": "body_arch"}
        )

    def test_known_pictures_are_weighed(self):
        file = self._file("big.png", b"\x89PNG" + bytes(700 * 1024))
        mailing = self._mailing(
            body_html=f'{BODY}<img src="/web/image/{file.id}-abc/big.png" alt="x"/>'
        )
        line = self._lines(mailing)["image_heavy"]
        self.assertEqual(line["items"], ["big.png (700 kB)"])

    def test_the_page_is_measured_as_it_is_sent(self):
        mailing = self._mailing(body_html=BODY + "<p>" + "long text " * 11000 + "</p>")
        self.assertEqual(self._levels(mailing)["page_clipped"], "warning")

    def test_recipients(self):
        self.env["mail.blacklist"]._add("blocked@example.com")
        self._contact("Blocked", "blocked@example.com")
        self._contact("Out", "out@example.com", opted_out=self.list_one)
        self._contact("Ann again", "ANN@example.com")
        self._contact("Nowhere", "nowhere")
        mailing = self._mailing()
        lines = self._lines(mailing)
        self.assertEqual(lines["recipients"]["title"], "2 of 6 recipients get the mail")
        self.assertIn(": 1", lines["duplicates"]["title"])
        self.assertIn(": 3", lines["left_out"]["title"])
        self.assertEqual(len(lines["left_out"]["items"]), 3)
        self.assertEqual(lines["many_invalid"]["level"], "warning")
        # the count is the plan's
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 2)

    def test_whose_addresses_they_are(self):
        self._contact("Sales", "Sales@acme.io")
        self._contact("Gone soon", "x@mailinator.com")
        lines = self._lines(self._mailing())
        self.assertEqual(lines["role_addresses"]["level"], "warning")
        self.assertIn("25 %", lines["role_addresses"]["title"])
        self.assertIn(": 1", lines["throwaway_addresses"]["title"])

    def test_everybody_is_left_out(self):
        for contact in self.ann + self.bo:
            self.env["mail.blacklist"]._add(contact.email)
        self.assertEqual(self._levels(self._mailing())["nobody_mailed"], "warning")

    def test_other_models_are_counted_too(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": "One", "email_from": "one@acme.io"},
                {"name": "Two", "email_from": "one@acme.io"},
                {"name": "Three"},
            ]
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "in", leads.ids)]),
        )
        lines = self._lines(mailing)
        self.assertEqual(lines["recipients"]["title"], "1 of 3 recipients get the mail")

    def test_a_sender_that_would_be_replaced(self):
        mailing = self._mailing(email_from="news@elsewhere.io")
        lines = self._lines(mailing)
        self.assertEqual(lines["sender_replaced"]["level"], "warning")
        self.assertIn("elsewhere.io", lines["authentication_unknown"]["title"])

    def test_no_account(self):
        self.env["campaign.sending.account"].search([]).active = False
        line = self._lines(self._mailing())["no_account"]
        self.assertEqual(line["level"], "warning")
        self.assertEqual(line["action"]["res_model"], "campaign.sending.account")

    def test_ab_test(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        values = {"campaign_id": campaign.id, "ab_testing_enabled": True}
        one = self._mailing(ab_testing_pc=60, **values)
        self.assertEqual(self._levels(one)["ab_alone"], "warning")
        two = self._mailing(ab_testing_pc=50, **values)
        self.assertIn("110", self._lines(one)["ab_too_much"]["title"])
        two.ab_testing_pc = 40
        self.assertEqual(self._levels(two)["ab_small"], "warning")
        with patch.object(preflight, "LEAST_FOR_A_TEST", 0):
            self.assertIn("1 recipients get", self._lines(one)["ab_test"]["title"])

    # ------------------------------------------------------------
    # Time
    # ------------------------------------------------------------

    def _seconds(self, mailing):
        return seconds_to_send(mailing, Audience(mailing).count())

    def test_how_long_it_takes(self):
        for number in range(28):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing()
        self.assertEqual(self._seconds(mailing), (None, False))
        self.assertIn("finish_unknown", self._lines(mailing))
        rule = self.env["campaign.pacing.rule"].create(
            {"name": "Slow", "mails_per_hour": 10, "is_spread": False}
        )
        self.assertEqual(self._seconds(mailing), (2 * 3600, True))
        self.assertIn("finish_limits", self._lines(mailing))
        rule.mails_per_hour = 2
        line = self._lines(mailing)["finish_long"]
        self.assertEqual(line["title"], "Sending takes 14 hours")

    def test_a_limit_of_all_counts_all_providers(self):
        groups = self.env["campaign.provider.group"].search([], limit=2)
        domains = self.env["campaign.mail.domain"]
        for group, name in zip(groups, ("one.io", "two.io"), strict=True):
            domains.search([("name", "=", name)]).unlink()
            domains.create(
                {"name": name, "state": "resolved", "provider_group_id": group.id}
            )
        for number in range(10):
            self._contact("One", f"c{number}@one.io", self.list_two)
            self._contact("Two", f"c{number}@two.io", self.list_two)
        self.env["campaign.pacing.rule"].create(
            {"name": "All", "mails_per_hour": 10, "is_spread": False}
        )
        mailing = self._mailing(contact_list_ids=[(6, 0, self.list_two.ids)])
        self.assertEqual(self._seconds(mailing), (3600, True))

    def test_the_speed_of_late(self):
        account = self.env["campaign.sending.account"].search([], limit=1)
        past = self._mailing()
        now = fields.Datetime.now()
        self.env["campaign.sending.batch"].create(
            [
                {
                    "account_id": account.id,
                    "mailing_id": past.id,
                    "settled_at": now - timedelta(minutes=minutes),
                    "mails": 100,
                }
                for minutes in (10, 11, 12, 13)
            ]
        )
        # 400 mails in the time of four batches, a minute each
        self.assertEqual(self._seconds(self._mailing()), (2 * 240 / 400, False))

    def test_hours_are_told(self):
        window = self.env["campaign.send.window"].create({"name": "Office"})
        line = self._lines(self._mailing(send_window_id=window.id))["window"]
        self.assertIn("Office", line["title"])

    # ------------------------------------------------------------
    # Asking pages; who may
    # ------------------------------------------------------------

    def test_pages_are_asked_only_when_it_is_wished_and_allowed(self):
        mailing = self._mailing(
            body_html=f'<a href="https://a.acme.io/">a</a><a href="https://b.acme.io/">'
            f'b</a><a href="http://10.0.0.1/">own</a><a href="/shop">own</a>{WAY_OUT}'
        )
        answers = [
            reach.Answer("https://a.acme.io/", "gone", "404"),
            reach.Answer("https://b.acme.io/", "ok", "200"),
        ]
        with patch.object(reach, "check_all", return_value=answers) as ask:
            mailing.preflight()
            ask.assert_not_called()
            lines = self._lines(mailing, ask_pages=True)
            self.assertEqual(
                ask.call_args.args[0], ["https://a.acme.io/", "https://b.acme.io/"]
            )
            self.assertEqual(lines["link_gone"]["items"], ["https://a.acme.io/ (404)"])
            self.assertEqual(lines["links_answer"]["level"], "ok")
            ask.reset_mock()
            self.env["ir.config_parameter"].set_param(
                "campaign_desk.ask_pages", "False"
            )
            mailing.preflight(ask_pages=True)
            ask.assert_not_called()
            self.assertFalse(mailing.get_preflight()["can_ask_pages"])

    def test_the_setting(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.campaign_ask_pages)
        settings.campaign_ask_pages = False
        settings.execute()
        self.assertFalse(self.env["mailing.mailing"]._may_ask_pages())
        self.assertFalse(self.env["res.config.settings"].create({}).campaign_ask_pages)

    def test_viewers_do_not(self):
        with self.assertRaises(AccessError):
            self._mailing().with_user(self.viewer).preflight()

    def test_the_list_leads_to_sending_only(self):
        mailing = self._mailing()
        action = mailing.action_preflight()
        self.assertEqual(
            action["params"],
            {"model": "mailing.mailing", "id": mailing.id, "then": "action_launch"},
        )
        with self.assertRaises(UserError):
            mailing.action_preflight("unlink")


@tagged("-at_install", "post_install")
class TestCampaignPreflight(CampaignCommon):
    def test_lines_of_all_drafts(self):
        campaign = self._campaign()
        codes = {line["code"] for line in campaign.get_preflight()["lines"]}
        self.assertIn("preview_missing", codes)
        action = campaign.action_preflight()
        self.assertEqual(
            action["params"],
            {"model": "utm.campaign", "id": campaign.id, "then": "action_send"},
        )
        with self.assertRaises(UserError):
            campaign.action_preflight("unlink")
        campaign.mail_id.copy({"campaign_id": campaign.id, "subject": "Second"})
        titles = [line["title"] for line in campaign.get_preflight()["lines"]]
        self.assertTrue(any(title.startswith("Second: ") for title in titles))

    def test_errors_stop_the_campaign(self):
        campaign = self._campaign(body_html="<p>No way out</p>", body_arch="<p>No</p>")
        with self.assertRaisesRegex(UserError, "(?i)unsubscribe"):
            campaign.action_send()
        self.assertEqual(campaign.state, "draft")

    def test_nobody_to_send_to(self):
        campaign = self._campaign(contact_list_ids=[(6, 0, self.list_two.ids)])
        with self.assertRaisesRegex(UserError, "(?i)recipient"):
            campaign.action_send()

    def test_preview_and_test_mail(self):
        campaign = self._campaign()
        params = campaign.action_preview()["params"]
        self.assertEqual(params["mailing_id"], campaign.mail_id.id)
        self.assertEqual(campaign.action_test()["res_model"], "mailing.mailing.test")
        empty = self.env["utm.campaign"].create({"title": "Empty"})
        with self.assertRaises(UserError):
            empty.action_preview()

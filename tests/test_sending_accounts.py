"""Sending: which account takes what, what happens when one fails, test mode."""

import socket
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo import Command, sql_db
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..models.sending.account_choice import AccountChoice
from ..models.sending.flow import Flow
from .common import DeskCommon, Mailbox

PAST = "2020-01-01 00:00:00"


class AccountCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = cls.env["campaign.sending.account"]
        cls.default = cls.env.ref("campaign_desk.sending_account_default")
        cls.other_mailbox = Mailbox()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            cls.other_port = probe.getsockname()[1]
        controller = Controller(
            cls.other_mailbox, hostname="127.0.0.1", port=cls.other_port
        )
        controller.start()
        cls.addClassCleanup(controller.stop)
        cls.other_server = cls.server.copy(
            {
                "name": "Second",
                "smtp_port": cls.other_port,
                "sequence": cls.server.sequence + 1,
                "active": True,
            }
        )

    def setUp(self):
        super().setUp()
        self.other_mailbox.mails.clear()
        self.other_mailbox.answers.clear()

    def _account(self, name, **values):
        values.setdefault("mail_server_id", self.other_server.id)
        return self.accounts.create({"name": name, **values})

    def _people(self, *addresses):
        for address in addresses:
            self._contact(address, address)


@tagged("-at_install", "post_install")
class TestChoice(AccountCommon):
    def test_with_nothing_configured_odoos_servers_send(self):
        self._people("a@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(mailing.mailing_trace_ids.sending_account_id, self.default)
        self.assertEqual(len(self.mailbox.mails), 1)

    def test_by_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        account = self._account("Spring only", campaign_ids=[(4, campaign.id)])
        self._people("a@example.com")
        inside, outside = self._mailing(campaign_id=campaign.id), self._mailing()
        inside.action_launch()
        self._send(outside)
        self.assertEqual(inside.mailing_trace_ids.sending_account_id, account)
        self.assertEqual(outside.mailing_trace_ids.sending_account_id, self.default)

    def test_by_senders_domain(self):
        account = self._account("Shop", sender_domains="@shop.example.com; b.example")
        self.other_server.from_filter = False
        self._people("a@example.com")
        shop = self._mailing(email_from="Shop <news@SHOP.example.com>")
        other = self._mailing()
        shop.action_launch()
        self._send(other)
        self.assertEqual(shop.mailing_trace_ids.sending_account_id, account)
        self.assertEqual(other.mailing_trace_ids.sending_account_id, self.default)
        self.assertIn(b"news@shop.example.com", self.other_mailbox.mails[0][2])

    def test_by_provider(self):
        google = self.env.ref("campaign_desk.provider_group_google")
        account = self._account("Google", provider_group_ids=[(4, google.id)])
        self._people("a@gmail.com", "b@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(
            {t.email: t.sending_account_id for t in mailing.mailing_trace_ids},
            {"a@gmail.com": account, "b@example.com": self.default},
        )
        self.assertEqual(self.other_mailbox.recipients, ["a@gmail.com"])

    def test_by_weight(self):
        self.default.active = False
        light = self._account("Light", weight=1)
        heavy = self._account("Heavy", weight=9)
        mailing = self._mailing()
        other = self.env.ref("campaign_desk.provider_group_other")
        flow, choice = Flow(mailing.id, None, other.id), AccountChoice(self.env)
        firsts = [choice.ways(flow)[0].account_id for _draw in range(300)]
        self.assertTrue(5 <= firsts.count(light.id) <= 65, firsts.count(light.id))
        self.assertEqual({*firsts}, {light.id, heavy.id})

    def test_another_companys_account_is_not_used(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self._account("Theirs", company_id=company.id)
        self._people("a@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(mailing.mailing_trace_ids.sending_account_id, self.default)

    def test_the_mailings_own_server_is_respected(self):
        self._account("Second")
        self._people("a@example.com")
        mailing = self._mailing(mail_server_id=self.server.id)
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 1)
        self.assertFalse(self.other_mailbox.mails)

    def test_no_account_is_said(self):
        self.default.active = False
        self._people("a@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertIn("No sending account", mailing.sending_error)
        self.assertEqual(mailing.mailing_trace_ids.trace_status, "outgoing")
        self.default.active = True
        mailing.action_retry_sending()
        self._run_lane()
        self.assertEqual(mailing.state, "done")

    def test_another_companys_troubles_are_not_told(self):
        self.default.active = False
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._account("Secret plan", company_id=company.id)
        theirs.stopped_reason = "535 wrong password"
        self._people("a@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertIn("No sending account", mailing.sending_error)
        self.assertNotIn("Secret plan", mailing.sending_error)


@tagged("-at_install", "post_install")
class TestFailOver(AccountCommon):
    def setUp(self):
        super().setUp()
        self.first = self._account("First", sender_domains=self.alias_domain)
        self._people(*(f"p{number}@example.com" for number in range(5)))

    def test_a_server_that_is_down_is_stood_in_for_in_the_same_run(self):
        self.other_server.smtp_port = 1
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(mailing.state, "done")
        self.assertEqual(mailing.mailing_trace_ids.sending_account_id, self.default)
        self.assertEqual(len(self.mailbox.mails), 5)
        self.assertEqual(set(mailing.mailing_trace_ids.mapped("attempt_count")), {1})
        self.assertEqual(self.first.state, "resting")

    def test_a_refused_log_in_stops_the_account_and_tells(self):
        self.other_server.write({"smtp_user": "me", "smtp_pass": "wrong"})
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(mailing.state, "done")
        self.assertEqual(len(self.mailbox.mails), 5)
        self.assertEqual(self.first.state, "stopped")
        self.assertTrue(self.first.activity_ids)
        self.assertFalse(mailing.sending_error)
        self.other_server.write({"smtp_user": False, "smtp_pass": False})
        self.first.action_resume()
        self.assertEqual(self.first.state, "ready")
        again = self._mailing()
        self._send(again)
        self.assertEqual(again.mailing_trace_ids.sending_account_id, self.first)

    def test_the_rest_grows_and_is_forgotten(self):
        self.other_server.smtp_port = 1
        self.default.active = False
        mailing = self._mailing()
        self._send(mailing)
        pace = self.first.pace_ids
        self.assertEqual((pace.strikes, pace.mail_server_id), (1, self.other_server))
        pace.rest_until = PAST
        self._run_lane()
        self.env.invalidate_all()
        rest = (pace.rest_until - self.env.cr.now()).total_seconds()
        self.assertEqual((pace.strikes, rest), (2, 120))
        self.other_server.smtp_port = self.other_port
        pace.rest_until = PAST
        self._run_lane()
        self.env.invalidate_all()
        self.assertFalse(self.first.pace_ids)
        self.assertEqual(mailing.state, "done")

    def test_a_server_that_is_not_known_beforehand_is_asked_once(self):
        self.first.active = False
        self.server.smtp_port = 1
        mailing = self._mailing()
        mailing.email_from = "{{ 'news@" + self.alias_domain + "' }}"
        self.assertEqual(self._attempts_of(mailing), 1)
        self.assertEqual(self.default.pace_ids.mail_server_id, self.server)

    def test_another_server_than_expected_is_asked_once(self):
        self.first.active = False
        self.server.smtp_port = 1
        self.patch(type(self.accounts), "_server", lambda *_args: self.other_server)
        self.assertEqual(self._attempts_of(self._mailing()), 1)

    def _attempts_of(self, mailing):
        """Send; return how often a run of a lane tried to reach the server."""
        servers = type(self.env["ir.mail_server"])
        connect = servers._connect_campaign
        with patch.object(servers, "_connect_campaign", autospec=True) as connecting:
            connecting.side_effect = connect
            self._send(mailing)
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("trace_status")), {"outgoing"}
        )
        return connecting.call_count

    def test_a_provider_that_asks_to_rest_rests_alone(self):
        yahoo = self.env.ref("campaign_desk.provider_group_yahoo")
        self._people("y1@yahoo.com", "y2@yahoo.com")
        words = "421 4.7.0 [TSS04] Messages from you temporarily deferred"
        self.other_mailbox.answers["y1"] = self.other_mailbox.answers["y2"] = words
        mailing = self._mailing()
        self._send(mailing)
        by_status = mailing.mailing_trace_ids.grouped("trace_status")
        self.assertEqual(len(by_status["sent"]), 5)
        self.assertEqual(
            set(by_status["outgoing"].mapped("email")),
            {"y1@yahoo.com", "y2@yahoo.com"},
        )
        pace = self.first.pace_ids
        self.assertEqual(pace.provider_group_id, yahoo)
        self.assertIn("TSS04", pace.reason)
        self.assertEqual(self.first.state, "ready")
        self.other_mailbox.answers.clear()
        by_status["outgoing"].next_attempt_at = PAST
        self._run_lane()
        self.assertEqual(mailing.state, "sending")
        self.assertFalse(self.mailbox.mails, "another account must not step in")
        pace.rest_until = PAST
        self._run_lane()
        self.assertEqual(mailing.state, "done")


@tagged("-at_install", "post_install")
class TestTestMode(AccountCommon):
    def test_everything_goes_to_one_address(self):
        self._people("a@example.com", "b@example.com")
        self.default.test_address = "sink@desk.example"
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["sink@desk.example"] * 2)
        self.assertEqual(
            mailing.mailing_trace_ids.mapped("trace_status"), ["sent", "sent"]
        )
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("email")),
            {"a@example.com", "b@example.com"},
        )
        self.assertIn(b"To: ", self.mailbox.mails[0][2])

    def test_an_address_that_is_none_is_refused(self):
        with self.assertRaises(ValidationError):
            self.default.test_address = "nobody"

    def test_an_address_with_a_name(self):
        self._people("a@example.com")
        self.default.test_address = "Test Box <sink@desk.example>"
        self._send(self._mailing())
        self.assertEqual(self.mailbox.recipients, ["sink@desk.example"])


@tagged("-at_install", "post_install")
class TestSenderCheck(AccountCommon):
    def test_a_sender_that_would_be_replaced_is_said(self):
        mailing = self._mailing(email_from="Ann <ann@elsewhere.example>")
        self.assertIn("ann@elsewhere.example", mailing.sender_warning)
        self.assertIn("elsewhere.example", mailing.sender_warning)
        self.server.from_filter = "elsewhere.example"
        mailing.invalidate_recordset()
        self.assertFalse(mailing.sender_warning)
        self._people("a@example.com")
        self._send(mailing)
        self.assertIn(b'From: "Ann" <ann@elsewhere.example>', self._headers())

    def _headers(self):
        return self.mailbox.mails[0][2].replace(b"From: Ann <", b'From: "Ann" <')

    def test_a_fitting_sender_is_fine(self):
        self.assertFalse(self._mailing().sender_warning)

    def test_what_the_warning_says_is_what_happens(self):
        self._people("a@example.com")
        mailing = self._mailing(email_from="Ann <ann@elsewhere.example>")
        warning = mailing.sender_warning
        self._send(mailing)
        actual = self.mailbox.message_to("a@example.com")["From"].addresses[0]
        self.assertIn(f"would see {actual.addr_spec} instead", warning)


@tagged("-at_install", "post_install")
class TestBreaker(AccountCommon):
    def setUp(self):
        super().setUp()
        self.env.company.campaign_breaker_mails = 10
        self._people(*(f"p{number}@example.com" for number in range(30)))

    def test_too_many_hard_bounces_pause_and_tell(self):
        for number in range(16):
            self.mailbox.answers[f"p{number}"] = "550 5.1.1 no such user"
        self.patch_batch(20)
        mailing = self._mailing()
        self._send(mailing)
        self.assertTrue(mailing.is_paused)
        self.assertIn("bounced", mailing.pause_reason)
        self.assertIn("10 %", mailing.pause_reason)
        self.assertTrue(mailing.activity_ids)
        statuses = mailing.mailing_trace_ids.mapped("trace_status")
        self.assertEqual(statuses.count("outgoing"), 10)
        mailing.action_resume_sending()
        mailing._check_breaker()  # what a person has looked at does not pause it again
        self.assertFalse(mailing.is_paused)
        self._run_lane()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(len(set(self.mailbox.recipients)), 14)
        self.assertEqual(len(self.mailbox.mails), 14)

    def patch_batch(self, size):
        path = "odoo.addons.campaign_desk.models.sending.mailing_trace.BATCH"
        self.startPatcher(patch(path, size))

    def test_a_few_say_nothing(self):
        self.mailbox.answers["p1"] = "550 5.1.1 no such user"
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(mailing.state, "done")
        self.assertFalse(mailing.is_paused)

    def test_complaints_that_arrive_later(self):
        self.env["campaign.pacing.rule"].create(
            {"mails_per_hour": 15, "is_spread": False}
        )
        mailing = self._mailing()
        self._send(mailing)
        sent = mailing.mailing_trace_ids.filtered(lambda t: t.trace_status == "sent")
        self.assertEqual(len(sent), 15)
        sent[0].complained_at = self.env.cr.now()
        self._dispatch()
        self.assertTrue(mailing.is_paused)
        self.assertIn("spam", mailing.pause_reason)


@tagged("-at_install", "post_install")
class TestLanes(AccountCommon):
    def _lanes(self):
        return self.env["ir.cron"]._campaign_lanes().mapped("campaign_lane")

    def test_a_setting_makes_lanes(self):
        self.assertEqual(self._lanes(), [1, 2])
        for count in (4, 1, 3):
            with Form(self.env["res.config.settings"]) as form:
                form.campaign_lanes = count
            form.record.execute()
            self.assertEqual(self._lanes(), list(range(1, count + 1)))
        job = self.env["ir.cron"]._campaign_lanes()[2]
        self._people("a@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.assertEqual(mailing.state, "done")

    def test_lanes_can_be_added_while_others_run(self):
        job = self.env.ref("campaign_desk.ir_cron_lane_1")
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            cr.execute(
                "SELECT FROM ir_cron WHERE id = %s FOR NO KEY UPDATE", [job.id]
            )  # as Odoo's scheduler does
            self.env["ir.cron"]._set_campaign_lanes(3)
        self.assertEqual(self._lanes(), [1, 2, 3])

    def test_nonsense_is_refused(self):
        for count in (0, -1, 1000):
            with self.assertRaises(ValidationError):
                self.env["ir.cron"]._set_campaign_lanes(count)


@tagged("-at_install", "post_install")
class TestAccountRights(AccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = new_test_user(
            cls.env, "marketer", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        cls.stranger = new_test_user(cls.env, "stranger", "base.group_user")
        cls.administrator = new_test_user(cls.env, "chief", "base.group_system")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_may_what(self):
        account = self._account("Mine")
        rule = self.env["campaign.pacing.rule"].create(
            {"account_id": account.id, "mails_per_hour": 10}
        )
        account._rest(0, "down")
        self.env["campaign.sending.batch"].create({"account_id": account.id})
        account.action_start_warmup()
        step = account.warmup_step_ids[0]
        for record in (account, rule, step, account.pace_ids):
            self.assertTrue(record.with_user(self.marketer).read(["id"]))
            with self.assertRaises(AccessError):
                record.with_user(self.stranger).read(["id"])
            for user in (self.marketer, self.stranger):
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
        for record, values in (
            (account, {"test_address": "me@example.com"}),
            (rule, {"mails_per_hour": 0}),
            (step, {"mails": 10**6}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.marketer).write(values)
        account.with_user(self.administrator).write({"weight": 2})
        batch = self.env["campaign.sending.batch"].search([])
        for user in (self.marketer, self.administrator):
            with self.assertRaises(AccessError):
                batch.with_user(user).write({"mails": 0})

    def test_an_administrator_sees_what_left(self):
        self.env["campaign.pacing.rule"].create(
            {"each_provider": True, "mails_per_day": 7}
        )
        other = self.env.ref("campaign_desk.provider_group_other")
        self.env["campaign.sending.batch"].create(
            {
                "account_id": self.default.id,
                "provider_group_id": other.id,
                "settled_at": self.env.cr.now(),
                "mails": 3,
            }
        )
        account = self.default.with_user(self.administrator)
        self.assertEqual(account.mails_today, 3)
        self.assertIn(other.name, account.limits_today)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_companies_keep_to_themselves(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._account("Theirs", company_id=company.id)
        rule = self.env["campaign.pacing.rule"].create(
            {"account_id": theirs.id, "mails_per_hour": 10}
        )
        theirs._rest(0, "down")
        self.env["campaign.sending.batch"].create({"account_id": theirs.id})
        theirs.action_start_warmup()
        own = self.administrator.with_company(self.env.company)
        self.assertEqual(own.company_ids, self.env.company)
        for record in (theirs, rule, theirs.pace_ids, theirs.warmup_step_ids[0]):
            with self.assertRaises(AccessError):
                record.with_user(self.administrator).read(["id"])
        found = self.accounts.with_user(self.administrator).search([])
        self.assertNotIn(theirs, found)
        shared = rule.create({"mails_per_hour": 10})
        for user in (self.administrator, self.marketer):
            self.assertTrue(shared.with_user(user).read(["name"]))
        self.administrator.company_ids = [Command.link(company.id)]
        found = self.accounts.with_user(self.administrator).search([])
        both = found.with_context(
            allowed_company_ids=[self.env.company.id, company.id]
        ).search([])
        self.assertIn(theirs, both)

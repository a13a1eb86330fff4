"""Sending: whose mail servers deliveries go to."""

import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.sending import domain_lookup
from .common import DeskCommon
from .unit.name_server import NameServer


class ProvidersCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domains = cls.env["campaign.mail.domain"]
        cls.groups = cls.env["campaign.provider.group"]
        cls.other = cls._group("other")
        cls.google = cls._group("google")

    @classmethod
    def _group(cls, name):
        return cls.env.ref(f"campaign_desk.provider_group_{name}")

    def _plan(self, *addresses, **values):
        """Plan a mailing to these addresses; return it."""
        for address in addresses:
            self._contact(address, address)
        mailing = self._mailing(**values)
        mailing.action_launch()
        self._dispatch()
        return mailing

    def _providers(self, mailing):
        """Return the name of each delivery's provider, by the domain of its address."""
        return {
            trace.email.partition("@")[2]: trace.provider_group_id.name
            for trace in mailing.mailing_trace_ids
        }

    def _resolve(self):
        self._run_job("campaign_desk.ir_cron_resolve")

    def _known(self, name):
        return self.domains.search([("name", "=", name)])


@tagged("-at_install", "post_install")
class TestProvidersWithoutDns(ProvidersCommon):
    def test_known_by_name_or_other(self):
        mailing = self._plan("a@gmail.com", "b@hotmail.co.uk", "c@firm.de")
        self.assertEqual(
            self._providers(mailing),
            {
                "gmail.com": "Google",
                "hotmail.co.uk": "Outlook.com",
                "firm.de": self.other.name,
            },
        )
        self.assertFalse(self._known("firm.de"), "nobody asked who it is")

    def test_who_is_not_mailed_has_no_provider(self):
        mailing = self._plan("nobody at nowhere")
        self.assertFalse(mailing.mailing_trace_ids.provider_group_id)

    def test_deliveries_left_waiting_are_released(self):
        """As when the look-up is switched off, or the add-on was updated."""
        mailing = self._plan("a@gmail.com", "c@firm.de")
        mailing.mailing_trace_ids.provider_group_id = False
        self._resolve()
        self.assertEqual(
            self._providers(mailing),
            {"gmail.com": "Google", "firm.de": self.other.name},
        )


ZONE = {
    "firm.de": {"MX": ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."]},
    "office.com": {"MX": ["0 office-com.mail.protection.outlook.com."]},
    "own.fr": {"A": ["192.0.2.1"]},
    "null.it": {"MX": ["0 ."]},
    "bücher.at": {},
    "xn--bcher-kva.at": {"MX": ["10 mxlb.ispgateway.de."]},
}


@tagged("-at_install", "post_install")
class TestProvidersByDns(ProvidersCommon):
    """A real name server on this computer answers."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("campaign_desk.resolve_mx", "True")
        self.server = self.enterContext(NameServer(dict(ZONE)))
        here = {"servers": ["127.0.0.1"], "port": self.server.port}
        self.patch(type(self.domains), "_name_servers", lambda _self: here)

    def _asked(self):
        """Return whose mail servers were asked for since the last call."""
        names = sorted(name for name, kind in self.server.asked if kind == "MX")
        self.server.asked.clear()
        return names

    def _expire(self, domains):
        domains.expires_at = fields.Datetime.now() - timedelta(minutes=1)

    def _triggers(self, xmlid):
        job = self.env.ref(f"campaign_desk.{xmlid}")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])

    def test_the_way_of_a_domain(self):
        mailing = self._plan("a@gmail.com", "b@firm.de", "c@firm.de", "d@own.fr")
        waiting = mailing.mailing_trace_ids.filtered(
            lambda trace: not trace.provider_group_id
        )
        self.assertEqual(
            sorted(waiting.mapped("email")), ["b@firm.de", "c@firm.de", "d@own.fr"]
        )
        self.assertTrue(self._triggers("ir_cron_resolve"), "the job was woken")
        lanes = self._triggers("ir_cron_lane_1")
        self._resolve()
        self.assertEqual(self._asked(), ["firm.de", "own.fr"])
        self.assertEqual(
            self._providers(mailing),
            {"gmail.com": "Google", "firm.de": "Google", "own.fr": self.other.name},
        )
        self.assertGreater(self._triggers("ir_cron_lane_1"), lanes, "lanes were woken")
        known = self._known("firm.de")
        self.assertEqual(
            (known.state, known.mx_host, known.mx_suffix),
            ("resolved", "aspmx.l.google.com", "google.com"),
        )
        self.assertEqual(known.expires_at - known.checked_at, timedelta(days=7))
        # known now: nobody waits, nobody asks
        again = self._plan("e@firm.de")
        self.assertEqual(self._providers(again)["firm.de"], "Google")
        self._resolve()
        self.assertFalse(self._asked())

    def test_answers(self):
        """Each kind of domain, also those that get no mail, may be sent to at once."""
        self.server.broken.add("broken.es")
        mailing = self._plan(
            "a@office.com",
            "b@null.it",
            "c@nowhere.nl",
            "d@broken.es",
            "e@bücher.at",
            "f@news.example",
        )
        self._resolve()
        self.assertNotIn("news.example", self._asked())
        other = self.other.name
        self.assertEqual(
            self._providers(mailing),
            {
                "office.com": "Microsoft 365",
                "null.it": other,
                "nowhere.nl": other,
                "broken.es": other,
                "bücher.at": other,
                "news.example": other,
            },
        )
        names = ("null.it", "nowhere.nl", "broken.es", "bücher.at", "news.example")
        self.assertEqual(
            [self._known(name).state for name in names],
            ["no_mx", "no_mx", "failed", "resolved", "no_mx"],
        )
        self.assertEqual(self._known("bücher.at").mx_suffix, "ispgateway.de")

    def test_failures_are_tried_again_later_and_later(self):
        self.server.broken.add("broken.es")
        self._plan("a@broken.es")
        pauses = []
        for _attempt in range(10):
            self._resolve()
            known = self._known("broken.es")
            pauses.append((known.expires_at - known.checked_at) / timedelta(hours=1))
            self._expire(known)
        self.assertEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 168, 168])
        self.server.broken.clear()
        self.server.zone["broken.es"] = {"MX": ["5 mx1.mail.icloud.com."]}
        self._resolve()
        known = self._known("broken.es")
        self.assertEqual((known.state, known.failure_count), ("resolved", 0))
        self.assertEqual(known.provider_group_id, self._group("icloud"))

    def test_what_has_expired_serves_on(self):
        self._plan("a@firm.de")
        self._resolve()
        known = self._known("firm.de")
        self._expire(known)
        self.server.zone["firm.de"] = {"MX": ["1 mx00.kundenserver.de."]}
        mailing = self._plan("b@firm.de")
        self.assertEqual(self._providers(mailing)["firm.de"], "Google")
        # no answer is no reason to forget
        self.server.broken.add("firm.de")
        self._resolve()
        self.assertEqual(
            (known.state, known.provider_group_id.name), ("failed", "Google")
        )
        self.assertEqual(known.mx_host, "aspmx.l.google.com")
        self.server.broken.clear()
        self._expire(known)
        self._resolve()
        self.assertEqual(
            (known.state, known.provider_group_id.name), ("resolved", "IONOS")
        )

    def test_dead_name_servers_stop_nobody(self):
        self.server.is_dead = True
        begin = time.monotonic()
        with (
            patch.object(domain_lookup, "BATCH", 2),
            self.assertLogs("odoo.addons.campaign_desk.models.sending", "WARNING"),
        ):
            mailing = self._plan(
                "a@gmail.com", "b@firm.de", "c@own.fr", "d@x.nl", "e@y.nl"
            )
            self._resolve()
        self.assertLess(time.monotonic() - begin, 10)
        # the first batch, and the root, to be sure
        self.assertEqual(set(self._asked()), {"firm.de", "own.fr", "."})
        self.assertTrue(all(mailing.mailing_trace_ids.mapped("provider_group_id")))
        for name in ("firm.de", "own.fr", "x.nl", "y.nl"):
            known = self._known(name)
            self.assertEqual(
                (known.state, known.provider_group_id), ("failed", self.other)
            )
            self.assertEqual(known.expires_at - known.checked_at, timedelta(hours=1))
        # a later mailing does not wait for them either
        self.assertEqual(self._providers(self._plan("f@x.nl"))["x.nl"], self.other.name)
        # and when they are back, the next one knows
        self.server.is_dead = False
        self._expire(self._known("firm.de"))
        self._resolve()
        self.assertEqual(self._known("firm.de").provider_group_id, self.google)

    def test_a_dead_domain_is_no_dead_name_server(self):
        self.server.silent.add("own.fr")
        with patch.object(domain_lookup, "BATCH", 1):
            mailing = self._plan("a@own.fr", "b@office.com", "c@xn--bcher-kva.at")
            self._resolve()
        self.assertEqual(
            self._providers(mailing),
            {
                "own.fr": self.other.name,
                "office.com": "Microsoft 365",
                "xn--bcher-kva.at": self.other.name,
            },
        )
        self.assertEqual(self._known("own.fr").state, "failed")
        self.assertEqual(self._known("xn--bcher-kva.at").state, "resolved")

    def test_many_domains_in_batches(self):
        names = [f"domain{number}.de" for number in range(25)]
        for name in names:
            self.server.zone[name] = {"MX": ["10 mx.t-online.de."]}
        with patch.object(domain_lookup, "BATCH", 10):
            mailing = self._plan(*(f"a@{name}" for name in names))
            self._resolve()
        self.assertEqual(self._asked(), sorted(names))
        self.assertEqual(set(self._providers(mailing).values()), {"T-Online"})

    def test_time_is_over(self):
        """The job stops after some seconds, and goes on in a moment."""
        with patch(
            "odoo.addons.campaign_desk.models.sending.campaign_mail_domain.RUN_SECONDS",
            0,
        ):
            mailing = self._plan("a@firm.de")
            triggers = self._triggers("ir_cron_resolve")
            self._resolve()
            self.assertFalse(self._asked())
            self.assertGreater(self._triggers("ir_cron_resolve"), triggers)
        self._resolve()
        self.assertEqual(self._providers(mailing)["firm.de"], "Google")

    def test_a_provider_that_many_domains_share(self):
        names = [f"shop{number}.de" for number in range(4)]
        for name in names:
            self.server.zone[name] = {"MX": ["10 mx1.hoster.co.uk."]}
        with patch.object(domain_lookup, "MANY", 4):
            self._plan("a@shop0.de", "a@shop1.de", "a@shop2.de")
            self._resolve()
            self.assertFalse(self.groups.search([("is_automatic", "=", True)]))
            mailing = self._plan("a@shop3.de")
            self._resolve()
        group = self.groups.search([("is_automatic", "=", True)])
        self.assertEqual((group.name, group.mx_suffixes), ("hoster.co.uk",) * 2)
        self.assertEqual(group.domain_count, 4)
        self.assertEqual(self._providers(mailing)["shop3.de"], "hoster.co.uk")
        self.assertEqual(self._known("shop0.de").provider_group_id, group)
        # an administrator does not want it: it stays away
        group.active = False
        self.assertEqual(self._known("shop0.de").provider_group_id, self.other)
        self.server.zone["shop4.de"] = self.server.zone["shop0.de"]
        with patch.object(domain_lookup, "MANY", 4):
            self._plan("a@shop4.de")
            self._resolve()
        self.assertEqual(self._known("shop4.de").provider_group_id, self.other)

    def test_a_provider_that_many_recipients_share(self):
        self.server.zone["corp.com"] = {"MX": ["10 mx.corp.com."]}
        with patch.object(domain_lookup, "MANY", 3):
            mailing = self._plan("a@corp.com", "b@corp.com", "c@corp.com", "d@firm.de")
            self._resolve()
        self.assertEqual(
            self._providers(mailing), {"corp.com": "corp.com", "firm.de": "Google"}
        )

    def test_switched_off_while_deliveries_wait(self):
        mailing = self._plan("a@firm.de")
        self.env["res.config.settings"].create({"campaign_resolve_mx": False}).execute()
        self._resolve()
        self.assertFalse(self._asked())
        self.assertEqual(self._providers(mailing)["firm.de"], self.other.name)
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.campaign_resolve_mx)
        settings.campaign_resolve_mx = True
        settings.execute()
        self.assertTrue(self.domains._looks_up())

    def test_look_up_again(self):
        self._plan("a@firm.de")
        self._resolve()
        self._asked()
        self.server.zone["firm.de"] = {"MX": ["1 mx00.kundenserver.de."]}
        known = self._known("firm.de")
        known.with_user(self.user_admin).action_look_up_again()
        self.assertEqual(
            (known.state, known.provider_group_id), ("pending", self.google)
        )
        self._resolve()
        self.assertEqual(known.provider_group_id.name, "IONOS")

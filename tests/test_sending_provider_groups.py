"""Sending: mailbox providers as records, and who may change them."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_sending_providers import ProvidersCommon


@tagged("-at_install", "post_install")
class TestProviderGroups(ProvidersCommon):
    def _enter(self, name, host):
        return self.domains.create(
            {
                "name": name,
                "mx_host": host,
                "state": "resolved",
                "provider_group_id": self.other.id,
            }
        )

    def test_ready_made_groups(self):
        """The names of the servers as they were in 2026."""
        find = self.groups._by_suffix().find
        for host, name in {
            "gmail-smtp-in.l.google.com": "google",
            "smtp.google.com": "google",
            "mta5.am0.yahoodns.net": "yahoo",
            "mx1.mail.yahoo.co.jp": "yahoo_japan",
            "outlook-com.olc.protection.outlook.com": "outlook",
            "firm-com.mail.protection.outlook.com": "microsoft_365",
            "firm-com.o-v1.mx.microsoft": "microsoft_365",
            "mx01.mail.icloud.com": "icloud",
            "mx1.comcast.net": "comcast",
            "eu-smtp-inbound-1.mimecast.com": "mimecast",
            "za-smtp-inbound-1.mimecast.co.za": "mimecast",
            "mxa-00000001.gslb.pphosted.com": "proofpoint",
            "mx00.gmx.net": "gmx",
            "mx-ha02.web.de": "gmx",
            "mx00.mail.com": "gmx",
            "mx00.ionos.co.uk": None,
            "mx00.ionos.fr": "ionos",
            "smtp-in.orange.fr": "orange",
            "mx00.t-online.de": "t_online",
        }.items():
            expected = self._group(name).id if name else None
            self.assertEqual(find(host), expected, host)

    def test_known_domains_follow_the_groups(self):
        shop = self._enter("shop.de", "mx1.hoster.de")
        group = self.groups.create(
            {"name": "Hoster", "mx_suffixes": "hoster.de", "domains": "hoster-mail.de"}
        )
        self.assertEqual(shop.provider_group_id, group)
        named = self._known("hoster-mail.de")
        self.assertEqual((named.state, named.provider_group_id), ("resolved", group))
        # a longer suffix wins
        better = self.groups.create({"name": "MX 1", "mx_suffixes": "mx1.hoster.de"})
        self.assertEqual(shop.provider_group_id, better)
        better.unlink()
        self.assertEqual(shop.provider_group_id, group)
        # a domain's own name counts more than its server's
        self.google.domains += "\nshop.de"
        self.assertEqual(shop.provider_group_id, self.google)
        self.google.domains = self.google.domains.replace("shop.de", "")
        group.write({"mx_suffixes": False, "domains": False})
        self.assertEqual(shop.provider_group_id, self.other)
        self.assertEqual((named.state, named.provider_group_id.id), ("pending", False))

    def test_deliveries_keep_their_provider(self):
        mailing = self._plan("a@gmail.com")
        self.google.active = False
        self.assertEqual(mailing.mailing_trace_ids.provider_group_id, self.google)

    def test_other_providers_stay(self):
        with self.assertRaises(UserError):
            self.other.unlink()
        with self.assertRaises(UserError):
            self.other.active = False

    def test_what_is_no_name(self):
        for values in (
            {"mx_suffixes": "google"},
            {"mx_suffixes": "*"},
            {"mx_suffixes": "a b.com"},
            {"domains": "@gmail.com"},
            {"domains": "gmail.*"},
            {"domains": "gmail.com, googlemail.com"},
        ):
            with self.subTest(**values), self.assertRaises(ValidationError):
                self.groups.create({"name": "G", **values})

    def test_rights(self):
        rule = self.env.ref("campaign_desk.answer_rule_yahoo_tss04")
        known = self._known("gmail.com")
        for record in (self.google, rule):
            self.assertTrue(record.with_user(self.user_marketing).read(["name"]))
            record.with_user(self.user_admin).write({"name": "Renamed"})
            record.with_user(self.user_admin).copy({"name": "Copy"}).unlink()
            with self.assertRaises(AccessError):
                record.with_user(self.user_marketing).write({"name": "Mine"})
            with self.assertRaises(AccessError):
                record.with_user(self.user_marketing).unlink()
            with self.assertRaises(AccessError):
                record.with_user(self.user_marketing).copy()
            with self.assertRaises(AccessError):
                record.with_user(self.user_employee).read(["name"])
        self.assertTrue(known.with_user(self.user_admin).read(["name"]))
        for operation in (
            lambda: known.with_user(self.user_admin).write({"name": "x.de"}),
            lambda: known.with_user(self.user_admin).unlink(),
            lambda: known.with_user(self.user_admin).create({"name": "x.de"}),
            lambda: known.with_user(self.user_marketing).read(["name"]),
            lambda: known.with_user(self.user_marketing).action_look_up_again(),
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_marketing_people_see_how_many_domains(self):
        group = self.google.with_user(self.user_marketing)
        self.assertEqual(group.domain_count, 2)

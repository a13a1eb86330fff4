"""Tracking: the proof of consent, and who may be mailed again."""

import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..models.tracking.evidence import Evidence, evidence_of, with_evidence
from .common import DeskCommon

OWN_ACT = Evidence("form", text="Send me no more mails.")


class ConsentCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consents = cls.env["campaign.consent"]
        cls.user = new_test_user(
            cls.env, "consent_user", "mass_mailing.group_mass_mailing_user"
        )

    def _of(self, address):
        found = self.consents.search([("address", "=", address)], order="id")
        return [
            (one.kind, one.decision, one.source)
            for one in found.filtered(lambda one: one.source != "system")
        ]

    def _leave(self, contact, mailing_list=None):
        """Have somebody leave a list by their own will."""
        subscription = contact.subscription_ids.filtered(
            lambda one: one.list_id == (mailing_list or self.list_one)
        )
        with_evidence(subscription, OWN_ACT).opt_out = True
        return subscription


@tagged("-at_install", "post_install")
class TestConsent(ConsentCommon):
    def test_by_a_user(self):
        contact = self._contact("A", "A@Example.com").with_user(self.user)
        contact.subscription_ids.opt_out = True
        contact.subscription_ids.opt_out = False
        self.assertEqual(
            self._of("a@example.com"),
            [("list", "withdrawn", "person"), ("list", "given", "person")],
        )
        consent = self.consents.search([("address", "=", "a@example.com")], limit=1)
        self.assertEqual(consent.user_id, self.user)
        self.assertEqual(consent.user_name, self.user.name)
        self.assertEqual(consent.list_name, "One")
        self.assertEqual(len(consent.address_hash), 64)

    def test_what_does_not_change_is_not_noted(self):
        contact = self._contact("A", "a@example.com").with_user(self.user)
        contact.subscription_ids.opt_out = False
        contact.subscription_ids.write({"opt_out_reason_id": False})
        self.assertFalse(self._of("a@example.com"))

    def test_a_rule_gives_no_consent(self):
        self._contact("A", "a@example.com")
        self.env["mail.blacklist"]._add("a@example.com", message="<p>Too often</p>")
        consents = self.consents.search([("address", "=", "a@example.com")])
        self.assertEqual(consents.mapped("decision"), ["withdrawn"])
        self.assertEqual(consents.source, "system")
        self.assertEqual(consents.text, "Too often")

    def test_nothing_is_changed_or_deleted(self):
        self.env["mail.blacklist"].with_user(self.user)._add("a@example.com")
        consent = self.consents.search([("address", "=", "a@example.com")])
        admin = new_test_user(self.env, "consent_admin", "base.group_system")
        for user in (self.user, admin):
            theirs = consent.with_user(user)
            self.assertEqual(theirs.decision, "withdrawn")
            for change in (
                lambda one: one.write({"decision": "given"}),
                lambda one: one.unlink(),
                lambda one: one.create({"address": "b@example.com"}),
                lambda one: one.copy(),
            ):
                with self.assertRaises(UserError):
                    change(theirs)
        with self.assertRaises(UserError):
            consent.sudo().text = "Something else"

    def test_kept_when_the_contact_goes(self):
        contact = self._contact("A", "a@example.com")
        self._leave(contact)
        contact.unlink()
        self.list_one.unlink()
        consent = self.consents.search(
            [("address", "=", "a@example.com"), ("decision", "=", "withdrawn")]
        )
        self.assertFalse(consent.list_id)
        self.assertEqual(consent.list_name, "One")

    def test_preferences(self):
        company = self.env.company
        preferences = self.env["campaign.preference"].with_user(self.user)
        preferences._set("a@example.com", company, is_untracked=True, frequency="week")
        preferences._set("a@example.com", company, is_untracked=True)
        preferences._set("a@example.com", company, is_untracked=False)
        self.assertEqual(
            self._of("a@example.com"),
            [
                ("tracking", "withdrawn", "person"),
                ("frequency", "changed", "person"),
                ("tracking", "given", "person"),
            ],
        )

    def test_a_client_cannot_forge_evidence(self):
        forged = self.env["campaign.consent"].with_user(self.user)
        forged = forged.with_context(
            campaign_evidence={"source": "form", "text": "They said so"}
        )
        self.assertEqual(evidence_of(forged.env), Evidence("person"))

    def test_suppressions_that_were_asked_for(self):
        suppressions = self.env["campaign.suppression"].with_user(self.user)
        asked = suppressions.create({"address": "a@example.com"})
        suppressions.create({"address": "b@example.com", "reason": "other"})
        asked._lift("Asked on the phone")
        self.assertEqual(
            self._of("a@example.com"),
            [("all", "withdrawn", "person"), ("all", "given", "person")],
        )
        self.assertFalse(self._of("b@example.com"))
        suppressions._suppress(
            {"c@example.com": None, "f" * 64: None},
            {"scope": "company"},
            reason="request",
            source="import",
            note="From the old newsletter",
        )
        self.assertEqual(self._of("c@example.com"), [("all", "withdrawn", "import")])

    def test_the_owners_word_outlasts_others(self):
        """What users note later does not weaken what the owner has said."""
        contact = self._contact("A", "a@example.com")
        subscription = self._leave(contact)
        self.consents.with_user(self.user)._record(
            [
                {
                    "address": "a@example.com",
                    "kind": "list",
                    "list_id": self.list_one.id,
                    "decision": "withdrawn",
                }
            ]
        )
        with self.assertRaises(UserError):
            subscription.with_user(self.user).opt_out = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE campaign_consent SET at = at - interval '400 days'")
        self.env["ir.config_parameter"].set_param("campaign_desk.consent_days", "365")
        self.consents._gc_old()
        with self.assertRaises(UserError):
            subscription.with_user(self.user).opt_out = False

    def test_retention(self):
        contact = self._contact("A", "a@example.com").with_user(self.user)
        contact.subscription_ids.opt_out = True
        contact.subscription_ids.opt_out = False
        consents = self.consents.search([("address", "=", "a@example.com")])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_consent SET at = at - interval '400 days'"
            " WHERE id = ANY(%s)",
            [consents.ids],
        )
        self.consents._gc_old()
        self.assertEqual(len(consents.exists()), 2, "for ever by default")
        self.env["ir.config_parameter"].set_param("campaign_desk.consent_days", "365")
        self.consents._gc_old()
        self.assertEqual(consents.exists().decision, "given", "the last word stays")

    def test_companies(self):
        self.env["mail.blacklist"].with_user(self.user)._add("a@example.com")
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "consent_stranger",
            "campaign_desk.group_campaign_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(
            self.consents.with_user(stranger).search(
                [("address", "=", "a@example.com")]
            )
        )

    def test_on_the_contact(self):
        contact = self._contact("A", "a@example.com")
        self._leave(contact)
        partner = self.env["res.partner"].create(
            {"name": "A", "email": "A <a@example.com>"}
        )
        for record in (contact, partner):
            record = record.with_user(self.user)
            self.assertEqual(record.campaign_consent_count, 1)
            action = record.action_view_campaign_consents()
            found = self.consents.search(action["domain"])
            self.assertEqual(found.source, "form")


@tagged("-at_install", "post_install")
class TestComingBack(ConsentCommon):
    def setUp(self):
        super().setUp()
        self.contact = self._contact("A", "a@example.com")
        self.subscription = self._leave(self.contact)

    def test_not_by_a_tick(self):
        with self.assertRaisesRegex(UserError, "Subscribe Again"):
            self.subscription.with_user(self.user).opt_out = False
        self.assertTrue(self.subscription.opt_out)

    def test_by_the_statement_of_a_user(self):
        contact = self.contact.with_user(self.user)
        action = contact.action_subscribe_again()
        wizard = self.env["campaign.consent.grant"].with_user(self.user)
        wizard = wizard.with_context(**action["context"])
        empty = wizard.create({"statement": "  "})
        with self.assertRaises(UserError):
            empty.action_subscribe()
        wizard.create({"statement": "Asked on the phone"}).action_subscribe()
        self.assertFalse(self.subscription.opt_out)
        consent = self.consents.search([("address", "=", "a@example.com")], limit=1)
        self.assertEqual(consent.text, "Asked on the phone")
        self.assertEqual(consent.user_id, self.user)
        # from now on it is as if they had never left
        self.subscription.with_user(self.user).opt_out = True
        self.subscription.with_user(self.user).opt_out = False

    def test_who_was_taken_off_by_a_user_may_be_put_on(self):
        other = self._contact("B", "b@example.com").with_user(self.user)
        other.subscription_ids.opt_out = True
        other.subscription_ids.opt_out = False
        self.assertFalse(other.subscription_ids.opt_out)

    def test_not_as_a_new_contact(self):
        self.contact.unlink()
        again = self.env["mailing.contact"].with_user(self.user)
        again = again.create(
            {
                "email": "A@example.com",
                "subscription_ids": [
                    Command.create({"list_id": self.list_one.id}),
                    Command.create({"list_id": self.list_two.id}),
                ],
            }
        )
        left = again.subscription_ids.filtered("opt_out")
        self.assertEqual(left.list_id, self.list_one)

    def test_not_by_moving_a_subscription(self):
        subscription = self.subscription.with_user(self.user)
        subscription.unlink()
        other = self.env["mailing.subscription"].with_user(self.user)
        other = other.create(
            {"contact_id": self.contact.id, "list_id": self.list_two.id}
        )
        self.assertFalse(other.opt_out)
        other.list_id = self.list_one
        self.assertTrue(other.opt_out)

    def test_blacklist(self):
        entries = with_evidence(self.env["mail.blacklist"], OWN_ACT)
        entry = entries._add("a@example.com")
        mine = self.env["mail.blacklist"].browse(entry.id).with_user(self.user)
        with self.assertRaisesRegex(UserError, "asked for no more mails"):
            mine.action_archive()
        wizard = self.env["mail.blacklist.remove"].with_user(self.user)
        with self.assertRaises(UserError):
            wizard.create({"email": "a@example.com"}).action_unblacklist_apply()
        self.assertTrue(entry.active)
        wizard.create(
            {"email": "a@example.com", "reason": "Wrote a mail on 3 May"}
        ).action_unblacklist_apply()
        self.assertFalse(entry.active)
        consent = self.consents.search(
            [("address", "=", "a@example.com"), ("kind", "=", "all")], limit=1
        )
        self.assertEqual((consent.decision, consent.source), ("given", "person"))
        self.assertIn("Wrote a mail on 3 May", consent.text)

    def test_look_up_an_address(self):
        lookup = self.env["campaign.address.lookup"].with_user(self.user)
        lookup = lookup.create({"email": "a@example.com"})
        line = lookup.line_ids.filtered("subscription_id")
        line._lift("Asked on the phone")
        self.assertFalse(self.subscription.opt_out)


@tagged("-at_install", "post_install")
class TestImportConsent(ConsentCommon):
    def _import(self, *addresses, **values):
        record = self.env["campaign.contact.import"].with_user(self.user)
        record = record.create(
            {
                "file": base64.b64encode("\n".join(["email", *addresses]).encode()),
                "list_ids": [Command.set(self.list_one.ids)],
                **values,
            }
        )
        record.action_import()
        return record

    def test_statement(self):
        self._import("a@example.com", consent_statement="Cards from the fair")
        consent = self.consents.search([("address", "=", "a@example.com")])
        self.assertEqual((consent.decision, consent.source), ("given", "import"))
        self.assertEqual(consent.text, "Cards from the fair")
        self.assertEqual(consent.user_id, self.user)

    def test_nobody_is_revived(self):
        known = self._contact("A", "a@example.com")
        subscription = self._leave(known)
        gone = self._contact("B", "b@example.com")
        self._leave(gone)
        gone.unlink()
        record = self._import(
            "a@example.com", "b@example.com", consent_statement="They all want it"
        )
        self.assertTrue(subscription.opt_out)
        again = self.env["mailing.contact"].search([("email", "=", "b@example.com")])
        self.assertFalse(again.subscription_ids)
        self.assertEqual(record.noted_count, 2)
        self.assertIn("They have left One", record.line_ids[0].reason)

    def test_twelve_months_later(self):
        """The order of proofs decides, not their age."""
        contact = self._contact("A", "a@example.com")
        subscription = self._leave(contact)
        with_evidence(subscription, OWN_ACT).opt_out = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE campaign_consent SET at = %s",
            [fields.Datetime.now() - timedelta(days=365)],
        )
        subscription.with_user(self.user).opt_out = True
        subscription.with_user(self.user).opt_out = False
        self.assertFalse(subscription.opt_out)

"""Sending: who gets a delivery, and who gets a row that says why not."""

from unittest.mock import patch

from odoo.tests import tagged

from ..models.sending import delivery_plan
from .common import WAY_OUT, DeskCommon


@tagged("-at_install", "post_install")
class TestPlan(DeskCommon):
    def _plan(self, mailing):
        mailing.action_launch()
        self._dispatch()
        return self._states(mailing)

    def test_every_skipped_recipient_has_a_reason(self):
        self.env["mail.blacklist"]._add("blocked@example.com")
        catchall = f"{self.alias_catchall}@{self.alias_domain}"
        expected = {
            self._contact("Good", "Good@Example.com"): ("outgoing", False),
            self._contact("Twin", '"Twin" <good@example.COM>'): ("cancel", "mail_dup"),
            self._contact("Blocked", "blocked@example.com"): ("cancel", "mail_bl"),
            self._contact("Nobody", False): ("cancel", "mail_email_missing"),
            self._contact("Blank", "  "): ("cancel", "mail_email_missing"),
            self._contact("No at", "wrong.example.com"): (
                "cancel",
                "mail_email_invalid",
            ),
            self._contact("Dots", "a@example..com"): ("cancel", "mail_email_invalid"),
            self._contact("Ourselves", catchall): ("cancel", "mail_email_missing"),
            self._contact("Left", "left@example.com", self.list_one, self.list_one): (
                "cancel",
                "mail_optout",
            ),
        }
        mailing = self._mailing()
        states = self._plan(mailing)
        for contact, state in expected.items():
            self.assertEqual(states[contact.id], state, contact.name)
        self.assertEqual(len(states), len(expected))
        self.assertTrue(mailing.is_planned)
        self.assertEqual(mailing.canceled, 8)
        self.assertEqual(mailing.scheduled, 1)

    def test_opted_out_of_one_targeted_list_is_out(self):
        both = self.list_one + self.list_two
        undecided = self._contact("Undecided", "u@example.com", both, self.list_two)
        # the same person in two records, out in one of them
        here = self._contact("Here", "p@example.com", self.list_one)
        there = self._contact("There", "p@example.com", self.list_two, self.list_two)
        states = self._plan(self._mailing(contact_list_ids=[(6, 0, both.ids)]))
        for contact in undecided + here + there:
            self.assertEqual(states[contact.id], ("cancel", "mail_optout"))

    def test_exclusion_list_can_be_ignored(self):
        self.env["mail.blacklist"]._add("blocked@example.com")
        contact = self._contact("Blocked", "blocked@example.com")
        states = self._plan(self._mailing(use_exclusion_list=False))
        self.assertEqual(states[contact.id], ("outgoing", False))

    def test_as_odoo_itself(self):
        """Apart from opt-outs, the two engines agree about every recipient.

        Odoo takes contacts by name, and two mails to one address for duplicates only
        if they say the same. It refuses domains that are not ASCII; we mail them.
        """
        self.env["mail.blacklist"]._add("blocked@example.com")
        addresses = [
            "a@example.com",
            "A@example.com ",
            '"Bee, Ms" <b@example.com>',
            "blocked@example.com",
            "@example.com",
            "name at example.com",
            "ünï@example.com",
            "",
        ]
        contacts = self.env["mailing.contact"].concat(
            *(
                self._contact(f"Name {number:02}", address)
                for number, address in enumerate(addresses)
            )
        )
        same = {"subject": "The same", "body_html": f"<p>for all</p>{WAY_OUT}"}
        desk = self._mailing(**same)
        standard = self._mailing(**same, delivery_engine="standard")
        self._plan(desk)
        with self.mock_mail_gateway():
            standard._action_send_mail()
        ours, odoos = self._states(desk), self._states(standard)
        self.assertEqual(set(ours), set(contacts.ids))
        for contact in contacts:
            reason, odoos_reason = ours[contact.id][1], odoos[contact.id][1]
            self.assertEqual(reason, odoos_reason, repr(contact.email))

    def test_an_address_is_not_guessed(self):
        """What Odoo would make of these belongs to somebody else."""
        for address in (
            "ellen@ward@example.com",
            "pilar osuna@example.com",
            "sophie@example,com",
            "ines@exam ple.com",
            ".kees@example.com",
            "kees.@example.com",
            "a@b..example.com",
            "a@example.com>",
        ):
            self._contact(address, address)
        written = {
            self._contact("Upper", " Upper@Example.com"): "upper@example.com",
            self._contact("Named", '"a@b.c" <named@example.com>'): "named@example.com",
            self._contact("Two", "one@example.com; two@x.com"): "one@example.com",
        }
        mailing = self._mailing()
        self._plan(mailing)
        planned = mailing.mailing_trace_ids.filtered(
            lambda trace: trace.trace_status == "outgoing"
        )
        self.assertEqual(
            {trace.res_id: trace.email for trace in planned},
            {contact.id: address for contact, address in written.items()},
        )
        others = mailing.mailing_trace_ids - planned
        self.assertEqual(set(others.mapped("failure_type")), {"mail_email_invalid"})
        self.assertIn("ellen@ward@example.com", others.mapped("email"))

    def test_plan_goes_on_where_it_stopped(self):
        contacts = [self._contact(f"C{i}", f"c{i}@example.com") for i in range(5)]
        twin = self._contact("Twin", "c0@example.com")
        mailing = self._mailing(state="sending")
        with patch.object(delivery_plan, "CHUNK", 2):
            mailing._write_plan(chunks=1)
            self.assertEqual(len(mailing.mailing_trace_ids), 2)
            self.assertFalse(mailing.is_planned)
            tokens = set(mailing.mailing_trace_ids.mapped("token"))
            self._dispatch()
        self.assertTrue(mailing.is_planned)
        self.assertEqual(len(mailing.mailing_trace_ids), 6)
        self.assertLessEqual(tokens, set(mailing.mailing_trace_ids.mapped("token")))
        self.assertEqual(self._states(mailing)[twin.id], ("cancel", "mail_dup"))
        # planned again, nobody is planned twice; who is new comes in
        late = self._contact("Late", "late@example.com")
        mailing._restart_plan()
        self._dispatch()
        self.assertEqual(len(mailing.mailing_trace_ids), 7)
        self.assertIn(late.id, self._states(mailing))
        self.assertEqual(len(contacts), 5)

    def test_partners_and_leads_are_mailed_where_odoo_mails_them(self):
        partner = self.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com"}
        )
        leads = self.env["crm.lead"].create(
            [
                {"name": "By hand", "email_from": "lead@example.com"},
                {"name": "Of customer", "partner_id": partner.id},
                {"name": "Nothing"},
            ]
        )
        for records, addresses in (
            (partner, ["customer@example.com"]),
            (leads, ["lead@example.com", "customer@example.com", ""]),
        ):
            mailing = self._mailing(
                mailing_model_id=self.env["ir.model"]._get_id(records._name),
                mailing_domain=repr([("id", "in", records.ids)]),
            )
            self._plan(mailing)
            planned = {one.res_id: one for one in mailing.mailing_trace_ids}
            for record, address in zip(records, addresses, strict=True):
                self.assertEqual(planned[record.id].email or "", address)
        self.assertEqual(planned[leads[2].id].failure_type, "mail_email_missing")

    def test_blacklisted_lead_is_not_reached_through_its_customer(self):
        partner = self.env["res.partner"].create(
            {"name": "Customer", "email": "customer@example.com"}
        )
        lead = self.env["crm.lead"].create(
            {"name": "L", "partner_id": partner.id, "email_from": "gone@example.com"}
        )
        lead.email_from = "gone@example.com"
        self.env["mail.blacklist"]._add("gone@example.com")
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
        )
        self.assertEqual(self._plan(mailing)[lead.id], ("cancel", "mail_bl"))

    def test_versions_of_a_test_share_the_recipients(self):
        for number in range(40):
            self._contact(f"C{number}", f"c{number}@example.com")
        first = self._mailing(ab_testing_enabled=True, ab_testing_pc=25)
        second = first.copy({"ab_testing_pc": 50})
        self._plan(first)
        drawn = set(first.mailing_trace_ids.mapped("res_id"))
        self.assertEqual(len(drawn), 10)
        # interrupted and planned again, the draw is the same
        first.mailing_trace_ids.unlink()
        first._restart_plan()
        first.state = "in_queue"
        self._dispatch()
        self.assertEqual(set(first.mailing_trace_ids.mapped("res_id")), drawn)
        self._plan(second)
        others = set(second.mailing_trace_ids.mapped("res_id"))
        self.assertEqual(len(others), 20)
        self.assertFalse(others & drawn)
        first.state = second.state = "done"
        action = first.action_select_as_winner()
        winner = self.env["mailing.mailing"].browse(action["res_id"])
        self._dispatch()
        rest = set(winner.mailing_trace_ids.mapped("res_id"))
        self.assertEqual(len(rest), 10)
        self.assertFalse(rest & (others | drawn))

    def test_no_recipients_is_said(self):
        mailing = self._mailing(contact_list_ids=[(6, 0, self.list_two.ids)])
        with self.assertRaisesRegex(Exception, "no recipients"):
            mailing._action_send_mail()

    def test_some_records_only(self):
        wanted = self._contact("Wanted", "wanted@example.com")
        self._contact("Other", "other@example.com")
        mailing = self._mailing()
        mailing._action_send_mail(wanted.ids)
        self.assertEqual(mailing.mailing_trace_ids.res_id, wanted.id)

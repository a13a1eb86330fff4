"""Response: who wants no more mail gets none; who declines may get some."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .response_case import ActsCommon


@tagged("-at_install", "post_install")
class TestOptOut(ActsCommon):
    def setUp(self):
        super().setUp()
        self.contact = self._contact("Ann", "ann@customer.example")
        self.mailing = self._mailing()
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids

    def _stop(self, sure=0.95, intents=None, **values):
        return self._response(
            intents or {"unsubscribe": sure},
            "Please take me off your list.",
            **{
                "trace_id": self.trace.id,
                "mailing_id": self.mailing.id,
                "found_confidence": 0.97,
                **values,
            },
        )

    def _reached(self):
        self.mailbox.mails.clear()
        self._send(self._mailing())
        return self.mailbox.recipients

    def _suppressed(self, address="ann@customer.example"):
        return self.env["campaign.suppression"].search([("address", "=", address)])

    def test_at_once(self):
        response = self._stop()
        act = self._act_of(response, "opt_out")
        self.assertEqual((act.state, act.by_itself), ("done", True))
        suppression = self._suppressed()
        self.assertEqual(suppression.reason, "request")
        self.assertEqual(suppression.company_id, self.company)
        self.assertEqual(suppression.trace_id, self.trace)
        self.assertTrue(self.contact.subscription_ids.opt_out)
        self.assertEqual(self._reached(), [])
        self.assertEqual(response.state, "done")  # nothing else is asked
        events = self.env["campaign.event"].search([("trace_id", "=", self.trace.id)])
        self.assertIn("unsubscribe", events.mapped("kind"))
        proofs = self.env["campaign.consent"].search(
            [("address", "=", "ann@customer.example"), ("source", "=", "reply")]
        )
        self.assertTrue(proofs)
        self.assertEqual(set(proofs.mapped("text")), {"Please take me off your list."})

    def test_undo(self):
        response = self._stop()
        act = self._act_of(response, "opt_out")
        response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(self._suppressed())
        self.assertFalse(self.contact.subscription_ids.opt_out)
        self.assertEqual(self._reached(), ["ann@customer.example"])
        self.assertEqual(response.state, "new")
        lifted = self.env["campaign.suppression"]._find_all("ann@customer.example")
        self.assertIn("Ben Host", lifted.lift_reason)

    def test_less_sure_waits_first_in_the_queue(self):
        response = self._stop(0.6)
        self.assertEqual(self._act_of(response, "opt_out").state, "proposed")
        self.assertEqual((response.priority, response.state), ("2", "new"))
        self.assertFalse(self._suppressed())
        shown = self._shown(response, "opt_out")
        self.assertIn("ann@customer.example", shown["confirm"])
        response.with_user(self.responder).action_do("opt_out")
        self.assertTrue(self._suppressed())
        self.assertEqual(response.state, "new")  # a person decides when it is done

    def test_not_interested_is_no_opt_out(self):
        response = self._stop(intents=["not_interested"])
        self.assertFalse(response.act_ids)
        self.assertEqual(self._reached(), ["ann@customer.example"])

    def test_stays_open_when_something_is_asked(self):
        ask = (0, 0, {"kind": "question", "sentence": "Who gave you my address?"})
        self.assertEqual(self._stop(ask_ids=[ask]).state, "new")
        self.trace = self.trace.browse()
        other = self._stop(intents=["unsubscribe", "thanks"], email="b@x.test")
        self.assertEqual(other.state, "done")

    def test_complaint_tells_and_offers_to_stop(self):
        """It may be about a product, whose owner wants to hear from us."""
        response = self._stop(intents=["complaint"])
        self.assertFalse(self._suppressed())
        response.with_user(self.responder).action_do("opt_out")
        self.assertEqual(self._suppressed().reason, "complaint")
        [activity] = response.activity_ids
        self.assertEqual(activity.user_id, self.responder)
        self.assertEqual(response.priority, "2")
        self.assertEqual(response.state, "new")
        for act in response.act_ids.filtered(lambda one: one.state == "done"):
            response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(self._suppressed() or response.activity_ids)
        self.assertEqual(response.priority, "0")

    def test_both_addresses_where_the_delivery_is_sure(self):
        response = self._stop(email="ann@home.example")
        self.assertTrue(self._suppressed() and self._suppressed("ann@home.example"))
        self.assertEqual(self._reached(), [])
        response.with_user(self.responder).action_undo(
            self._act_of(response, "opt_out").id
        )
        self._stop(email="eva@home.example", found_confidence=0.5)
        self.assertTrue(self._suppressed("eva@home.example"))
        self.assertFalse(self._suppressed())

    def test_what_was_there_before_stays(self):
        suppressions = self.env["campaign.suppression"]
        before = suppressions.create({"address": "ann@customer.example"})
        response = self._stop()
        act = self._act_of(response, "opt_out")
        self.assertEqual(act.state, "done")
        response.with_user(self.responder).action_undo(act.id)
        self.assertTrue(before.active)

    def test_a_pause_becomes_lasting_and_a_pause_again(self):
        until = (fields.Datetime.now() + timedelta(days=5)).replace(microsecond=0)
        pause = self.env["campaign.suppression"].create(
            {"address": "ann@customer.example", "expires_at": until}
        )
        response = self._stop()
        self.assertFalse(pause.expires_at)
        response.with_user(self.responder).action_undo(
            self._act_of(response, "opt_out").id
        )
        self.assertEqual(pause.expires_at, until)

    def test_confirmation_is_a_setting(self):
        mails = self.env["mail.mail"]
        self._stop()
        to_ann = [("email_to", "like", "ann@customer.example")]
        self.assertFalse(mails.search(to_ann))
        self.company.response_confirms_opt_out = True
        response = self._stop(email="bea@x.test", trace_id=False)
        mail = mails.search([("email_to", "=", "bea@x.test")])
        self.assertIn("no more mail from", mail.subject)
        self.assertIn("auto-replied", mail.headers)
        response._act()
        self.assertEqual(len(mails.search([("email_to", "=", "bea@x.test")])), 1)

    def test_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._stop()
        place = {"scope": "company", "company_id": other.id}
        self.assertFalse(
            self._suppressed().filtered(lambda one: one.company_id == other), place
        )

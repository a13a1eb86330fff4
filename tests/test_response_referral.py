"""Response: persons named in replies become contacts, when somebody wants it."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .response_case import ActsCommon

TEXT = "Not me. Please contact Eva Right (eva.right@customer.example, +49 30 1234567)."


@tagged("-at_install", "post_install")
class TestReferral(ActsCommon):
    def _refer(self, text=TEXT, **values):
        return self._response(["referral"], text, **values)

    def _named(self, response):
        return self._act_of(response, "referral")._target()

    def test_one_click(self):
        firm = self.env["res.partner"].create({"name": "Customer", "is_company": True})
        self.ann.parent_id = firm
        response = self._refer()
        self.assertFalse(response.referred_ids)  # nothing by itself
        shown = self._shown(response, "referral")
        self.assertEqual(shown["state"], "proposed")
        self.assertEqual(shown["params"]["name"], "Eva Right")
        response.with_user(self.responder).action_do("referral", shown["params"])
        eva = self._named(response)
        self.assertEqual(
            (eva.name, eva.email, eva.phone, eva.parent_id),
            ("Eva Right", "eva.right@customer.example", "+49 30 1234567", firm),
        )
        self.assertEqual(response.referred_ids, eva)
        contacts = self.env["mailing.contact"]
        self.assertFalse(contacts.search([("email", "=", eva.email)]))
        response.with_user(self.responder).action_do("referral", shown["params"])
        self.assertEqual(len(response.act_ids), 1)

    def test_edited(self):
        response = self._refer()
        params = {**self._shown(response, "referral")["params"], "name": "Eva Wright"}
        response.with_user(self.responder).action_do("referral", params)
        self.assertEqual(self._named(response).name, "Eva Wright")

    def test_known_contact(self):
        eva = self.env["res.partner"].create(
            {"name": "Eva", "email": "Eva.Right@customer.example"}
        )
        response = self._refer()
        params = self._shown(response, "referral")["params"]
        response.with_user(self.responder).action_do("referral", params)
        self.assertEqual(self._named(response), eva)
        self.assertEqual(eva.name, "Eva")
        act = self._act_of(response, "referral")
        response.with_user(self.responder).action_undo(act.id)
        self.assertTrue(eva.active)
        self.assertFalse(eva.referral_response_id)

    def test_undo(self):
        response = self._refer()
        params = self._shown(response, "referral")["params"]
        response.with_user(self.responder).action_do("referral", params)
        eva = self._named(response)
        response.with_user(self.responder).action_undo(response.act_ids.id)
        self.assertFalse(eva.active or response.referred_ids)

    def test_several(self):
        response = self._refer("Write to a.one@x.test or to b.two@x.test")
        acts = [
            act
            for act in response.with_user(self.responder).get_acts()
            if act["code"] == "referral"
        ]
        self.assertEqual([act["key"] for act in acts], ["a.one@x.test", "b.two@x.test"])
        for act in acts:
            response.with_user(self.responder).action_do("referral", act["params"])
        self.assertEqual(len(response.referred_ids), 2)

    def test_by_hand(self):
        response = self._response(["wrong_person"], "I am not the right person.")
        self.assertFalse(response.act_ids)
        shown = self._shown(response, "referral")
        self.assertEqual(shown["state"], "possible")
        own = response.with_user(self.responder)
        for params in (
            {"name": "", "email": ""},
            {"name": "X", "email": "no address"},
            {"name": ["a"] * 0, "email": None},
        ):
            with self.assertRaises(UserError):
                own.action_do("referral", params)
        own.action_do("referral", {"name": "Zoë\r\nBcc: x@y.z", "email": "zoe@x.test"})
        self.assertEqual(self._named(response).name, "Zoë Bcc: x@y.z")

    def test_nobody_new(self):
        self.company.email = "info@ours.example"
        response = self._refer(
            "Write to ann@customer.example, ben@example.com or info@ours.example"
        )
        self.assertFalse(response.act_ids)

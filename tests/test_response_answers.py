"""Response: the texts that suit a reply, filled in without ever running anything."""

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .response_case import ActsCommon


@tagged("-at_install", "post_install")
class TestAnswerTemplates(ActsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.templates = cls.env["campaign.answer.template"]

    def _template(self, name, body="<p>Text</p>", intents=(), **values):
        known = self.env["campaign.intent"].search([("code", "in", list(intents))])
        return self.templates.create(
            {
                "name": name,
                "body_html": body,
                "intent_ids": [(6, 0, known.ids)],
                **values,
            }
        )

    def _suggested(self, response):
        return response.with_user(self.responder).get_suggested_answers()

    def _names(self, response):
        return [one["name"] for one in self._suggested(response)]

    def test_ranking(self):
        self.templates.search([]).active = False
        other_team = self.env["campaign.team"].create({"name": "Other"})
        other_company = self.env["res.company"].create({"name": "Other"})
        self._template("any")
        self._template("price", intents=["pricing_request"])
        self._template("price, English", intents=["pricing_request"], language="en")
        self._template(
            "price, ours",
            intents=["pricing_request"],
            language="en",
            team_ids=[(6, 0, self.team.ids)],
        )
        self._template("second intent", intents=["question"])
        self._template("German", intents=["pricing_request"], language="de")
        self._template(
            "theirs", intents=["pricing_request"], team_ids=[(6, 0, other_team.ids)]
        )
        self._template(
            "company", intents=["pricing_request"], company_id=other_company.id
        )
        self._template("opt-out", intents=["unsubscribe"])
        response = self._response(["pricing_request", "question"], act=False)
        response.intent_id = self.env.ref("campaign_desk.intent_pricing_request")
        self.assertEqual(
            self._names(response),
            ["price, ours", "price, English", "price", "second intent", "any"],
        )
        [first, *_rest] = self._suggested(response)
        self.assertIn("Price", first["reason"])

    def test_filled_in_and_safe(self):
        self.templates.search([]).active = False
        self.ann.name = "<b>Ann</b> & {{ my_name }}"
        self._template(
            "t",
            "<p>{{ first_name }}, {{ name }}: {{ question ||| … }} "
            "{{ follow_up_date ||| some day }} {{ my_name }} {{ campaign }}</p>",
        )
        response = self._response(
            text="x",
            ask_ids=[
                (0, 0, {"kind": "question", "sentence": "<script>alert(1)</script>"})
            ],
        )
        [answer] = self._suggested(response)
        self.assertEqual(
            answer["body"],
            "<p>&lt;b&gt;Ann&lt;/b&gt;, &lt;b&gt;Ann&lt;/b&gt; &amp; {{ my_name }}: "
            "&lt;script&gt;alert(1)&lt;/script&gt; some day Ben Host Spring</p>",
        )

    def test_times(self):
        response = self._response(["meeting_request"])
        [answer, *_rest] = self._suggested(response)
        self.assertEqual(answer["body"].count("<li>"), 3)
        self.assertIn("Hello Ann,", answer["body"])
        self.assertIn("Ben Host", answer["body"])
        self.assertNotIn("{{", answer["body"])

    def test_no_name_no_address_as_name(self):
        response = self._response(
            ["meeting_request"],
            partner_id=False,
            author_name="zoe@x.test",
            email="zoe@x.test",
        )
        [answer, *_rest] = self._suggested(response)
        self.assertIn("Hello there,", answer["body"])

    def test_what_is_wrong_is_refused(self):
        for body in (
            "<p>{{ object.env.cr }}</p>",
            "<p>{{ secret }}</p>",
            '<p><a href="{{ name }}">x</a></p>',
            "<p>{{ first<b>_name</b> }}</p>",
        ):
            with self.assertRaisesRegex(ValidationError, "first_name"):
                self._template("bad", body)

    def test_scripts_are_taken_out(self):
        template = self._template("t", '<p onclick="x()">Hi<script>y()</script></p>')
        self.assertNotIn("script", template.body_html)
        self.assertNotIn("onclick", template.body_html)

    def test_shipped_ones_suit(self):
        for language, hello in (("de", "Guten Tag"), ("fr", "Bonjour"), ("es", "Hola")):
            response = self._response(
                ["objection_timing"],
                language=language,
                follow_up_date=fields.Date.today(),
            )
            [answer, *_rest] = self._suggested(response)
            self.assertIn(hello, answer["body"])
            self.assertNotIn("{{", answer["body"])

    def test_responders_do_not_write_them(self):
        template = self._template("t").with_user(self.responder)
        with self.assertRaises(AccessError):
            template.name = "Mine"

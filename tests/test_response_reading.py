"""Response: what the reading view gets, and what strangers' mails cannot do in it."""

import io
import json
import time
from datetime import timedelta

import openpyxl

from odoo import fields
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .response_desk import REPLY, ResponseCommon

HOSTILE = """
<html><head><style>@import url(https://tracker.example/a.css)</style>
<base href="https://tracker.example/"><meta http-equiv="refresh" content="0;url=/x">
</head><body onload="steal()">
<script>steal()</script><svg onload="steal()"><script>steal()</script></svg>
<form action="https://tracker.example/"><input name="password"></form>
<p style="background-image: url(https://tracker.example/p.gif)">Hello, Rita</p>
<img src="https://tracker.example/open.gif" width="1" height="1" alt="Logo">
<a href="javascript:steal()">here</a> <a href="https://shop.example/">shop</a>
<iframe src="https://tracker.example/"></iframe></body></html>
"""


@tagged("-at_install", "post_install")
class TestResponseReading(ResponseCommon, HttpCase):
    def _reading(self, response, user=None):
        return response.with_user(user or self.rita).get_reading()

    # ------------------------------------------------------------
    # The conversation
    # ------------------------------------------------------------

    def test_conversation(self):
        contact = self._contact("Anna", "anna@customer.example")
        mailing = self._mailing(subject="Our prices")
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": contact._name,
                "res_id": contact.id,
                "email": contact.email,
                "sent_datetime": fields.Datetime.now() - timedelta(days=1),
                "trace_status": "sent",
            }
        )
        values = {"trace_id": trace.id, "mailing_id": mailing.id}
        first = self._response(**values, cut=[{"kind": "quote", "text": "> Dear"}])
        second = self._response(**values)
        if "conversation_id" in first._fields:
            second.conversation_id = first
        second.received_at = fields.Datetime.now() + timedelta(minutes=5)
        self._response(**values, author_name="Zoe", team_id=self.support.id)
        first.with_user(self.rita).action_answer("<p>It costs 5.</p>")
        reading = self._reading(second)
        kinds = [(part["type"], part["is_current"]) for part in reading["conversation"]]
        self.assertEqual(
            kinds,
            [("campaign", False), ("reply", False), ("answer", False), ("reply", True)],
        )
        mail, reply, answer, _current = reading["conversation"]
        self.assertEqual(mail["subject"], "Our prices")
        self.assertEqual(reply["cut"], [{"kind": "quote", "text": "> Dear"}])
        self.assertEqual(reply["text"], REPLY)
        self.assertIn("It costs 5.", answer["html"])
        page = second.with_user(self.rita).get_campaign_mail()
        self.assertIn("Dear Anna", page["html"])
        self.assertNotIn("href", page["html"], "Nothing counts as Anna's visit")
        contact.unlink()
        self.assertTrue(second.with_user(self.rita).get_campaign_mail()["error"])

    def test_what_it_says(self):
        response = self._response()
        self._label(response, "intent", "pricing_request", "What does it cost")
        self._label(response, "sentiment", "positive", "good")
        self.env["campaign.response.ask"].create(
            {
                "response_id": response.id,
                "kind": "question",
                "sentence": "What does it cost for 20 people?",
                "start": 15,
            }
        )
        reading = self._reading(response)
        [label] = reading["labels"]["intent"]
        self.assertEqual(label["code"], "pricing_request")
        self.assertEqual(label["name"], self._intent("pricing_request").name)
        [evidence] = label["evidence"]
        # places are characters, whatever the emoji before them
        words = REPLY[evidence["start"] : evidence["end"]]
        self.assertEqual(words, "What does it cost")
        self.assertFalse(reading["asks"][0]["is_done"])
        self.assertIn(
            "meeting_request", [one["code"] for one in reading["choices"]["intent"]]
        )
        self.assertNotIn(
            "hard_bounce", [one["code"] for one in reading["choices"]["kind"]]
        )
        owners = [one["name"] for one in response.with_user(self.rita).get_owners()]
        self.assertEqual(sorted(owners), ["Ben", "Rita"])

    def test_contact(self):
        response = self._response()
        self._response()
        self.env["mail.blacklist"]._add("anna@customer.example")
        contact = self._reading(response)["contact"]
        self.assertEqual(contact["email"], "anna@customer.example")
        self.assertEqual(contact["other_count"], 1)
        self.assertTrue(contact["suppressed"])
        action = response.with_user(self.rita).action_view_others()
        self.assertEqual(action["domain"], [("email", "=", "anna@customer.example")])

    def test_speed(self):
        """A conversation of 50 mails comes at once, in few statements."""
        first = self._response()
        values = {"conversation_id": first.id} if "parent_id" in first._fields else {}
        contact = self._contact("Anna", "anna@customer.example")
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": self._mailing().id,
                "model": contact._name,
                "res_id": contact.id,
                "email": contact.email,
            }
        )
        first.trace_id = trace
        for number in range(24):
            self._response(trace_id=trace.id, text=REPLY * 20 + str(number), **values)
        for number in range(25):
            first.message_post(
                body=f"Answer {number}",
                message_type="email_outgoing",
                subtype_xmlid="mail.mt_note",
            )
        few = self._response()
        self._reading(few)
        self._reading(first)
        statements = []
        for response in (few, first):
            self.env.flush_all()
            self.env.invalidate_all()
            before, begin = self.env.cr.sql_log_count, time.perf_counter()
            reading = self._reading(response)
            statements.append(self.env.cr.sql_log_count - before)
            seconds = time.perf_counter() - begin
        self.assertEqual(len(reading["conversation"]), 51)
        self.assertLess(seconds, 1)
        self.assertLess(statements[1], statements[0] + 15, statements)

    # ------------------------------------------------------------
    # Hostile pages and files
    # ------------------------------------------------------------

    def test_hostile_page(self):
        response = self._response(body_html=HOSTILE)
        page = response.with_user(self.rita).get_page()
        self.assertIn("Hello, Rita", page["html"])
        self.assertIn("https://shop.example/", page["html"])
        self.assertEqual(page["foreign_pictures"], 1)
        for word in (
            *("<script", "<svg", "<form", "<input", "<base", "<meta", "<iframe"),
            *("steal", "javascript", "tracker.example", "url("),
        ):
            self.assertNotIn(word, page["html"].lower())
        self.assertNotIn("https:", page["policy"])
        page = response.with_user(self.rita).get_page(pictures=True)
        self.assertIn("https://tracker.example/open.gif", page["html"])
        self.assertNotIn("url(", page["html"])

    def test_files(self):
        response = self._response()
        names = ("Offer.pdf", "login.html", "setup.exe", "logo.svg", "x.pdf.js")
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": b"<script>steal()</script>",
                    "res_model": response._name,
                    "res_id": response.id,
                }
                for name in names
            ]
        )
        [part] = self._reading(response)["conversation"]
        warned = {file["name"]: bool(file["warning"]) for file in part["files"]}
        self.assertEqual(warned, {name: name != "Offer.pdf" for name in names})
        self.authenticate("rita", "rita")
        for file in files:
            answer = self.url_open(
                f"/campaign_desk/response/{response.id}/file/{file.id}"
            )
            with self.subTest(file.name):
                self.assertEqual(answer.content, b"<script>steal()</script>")
                self.assertIn("attachment", answer.headers["Content-Disposition"])
                self.assertEqual(
                    answer.headers["Content-Type"], "application/octet-stream"
                )
                self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox", answer.headers["Content-Security-Policy"])

    @mute_logger("odoo.http")
    def test_files_of_others(self):
        response, other = self._response(), self._response(team_id=self.support.id)
        mine, foreign = self.env["ir.attachment"].create(
            [
                {"name": "a", "raw": b"a", "res_model": one._name, "res_id": one.id}
                for one in (response, other)
            ]
        )
        self.authenticate("rita", "rita")
        path = "/campaign_desk/response/%s/file/%s"
        self.assertEqual(self.url_open(path % (response.id, mine.id)).status_code, 200)
        for ids in (
            (response.id, foreign.id),
            (response.id, 0),
            (0, mine.id),
        ):
            self.assertEqual(self.url_open(path % ids).status_code, 404)
        denied = self.url_open(path % (other.id, foreign.id))
        self.assertIn(denied.status_code, (403, 404))
        self.assertNotEqual(denied.content, b"a")

    # ------------------------------------------------------------
    # Exports
    # ------------------------------------------------------------

    def _export(self, kind, response, groupby=()):
        self.mona.group_ids += self.env.ref("base.group_allow_export")
        self.authenticate("mona", "mona")
        fields_ = ("subject", "author_name", "body_text", "sentiment_score")
        data = {
            "model": response._name,
            "fields": [
                {"name": name, "label": name, "type": response._fields[name].type}
                for name in fields_
            ],
            "ids": response.ids,
            "domain": [],
            "groupby": list(groupby),
            "import_compat": False,
            "context": {},
        }
        answer = self.url_open(
            f"/web/export/{kind}",
            data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)},
        )
        answer.raise_for_status()
        return answer.content

    def _hostile_response(self):
        return self._response(
            subject="=HYPERLINK(1)",
            author_name="@SUM(1)",
            text="+cmd|'/C calc'!A0",
            sentiment_score=-0.5,
        )

    def test_export_csv(self):
        response = self._hostile_response()
        lines = self._export("csv", response).decode().splitlines()
        self.assertEqual(
            lines[1], '"\'=HYPERLINK(1)","\'@SUM(1)","\'+cmd|\'/C calc\'!A0","-0.5"'
        )

    def test_export_xlsx(self):
        response = self._hostile_response()
        content = self._export("xlsx", response)
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
        self.assertEqual([cell.data_type for cell in cells], ["s", "s", "s", "n"])
        self.assertEqual(cells[0].value, "'=HYPERLINK(1)")
        content = self._export("xlsx", response, ["subject"])
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        types = {cell.data_type for row in sheet.iter_rows() for cell in row}
        self.assertNotIn("f", types)

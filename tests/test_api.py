"""The examples of docs/api.md, as they stand there, over both interfaces."""

import re
from datetime import timedelta
from pathlib import Path

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DeskCommon

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
SEND = """call("utm.campaign", "action_send", [campaign_id])
"""
RECIPIENTS = [
    "ann@example.com",
    "ben@example.com",
    "cleo@example.com",
    "me@example.com",  # the test mail
]
EXAMPLE = re.compile(r"^```python(?: (\S+))?\n(.*?)^```$", re.M | re.S)


@tagged("-at_install", "post_install")
class TestApi(DeskCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = new_test_user(
            cls.env, "api_author", "campaign_desk.group_campaign_author"
        )
        cls.env["res.lang"]._activate_lang("fr_FR")
        keys = cls.env["res.users.apikeys"].with_user(cls.author)
        in_a_day = fields.Datetime.now() + timedelta(days=1)
        cls.key = keys._generate("rpc", "test", in_a_day)

    def _run_example(self, code, names):
        """Run an example as a program of its own would."""
        line = PAGE.read_text()[: PAGE.read_text().index(code)].count("\n")
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            exec(compile("\n" * line + code, str(PAGE), "exec"), names)  # noqa: S102
        self.env.invalidate_all()

    def _run_page(self, interface):
        """Run the page from top to bottom with the client for ``interface``."""
        names = {
            "URL": self.base_url(),
            "DATABASE": self.env.cr.dbname,
            "USER_ID": self.author.id,
            "KEY": self.key,
            "SENDER": f"api@{self.alias_domain}",
            "LANGUAGE": "fr_FR",
            "print": lambda *_args: None,
        }
        ran = 0
        for label, code in EXAMPLE.findall(PAGE.read_text()):
            if label in ("json2", "xmlrpc") and label != interface:
                continue
            if label == "after-dispatch":
                self._dispatch()
            if label == "after-sending":
                self._run_lane()
            self._run_example(code, names)
            ran += 1
        self.assertGreater(ran, 8)
        return names

    def test_json2(self):
        names = self._run_page("json2")
        campaign = self.env["utm.campaign"].browse(names["campaign_id"])
        self.assertEqual(self.mailbox.recipients, RECIPIENTS)
        self.assertEqual(campaign.user_id, self.author)

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")  # that it is deprecated
    def test_xmlrpc(self):
        self._run_page("xmlrpc")
        self.assertEqual(self.mailbox.recipients, RECIPIENTS)

    @mute_logger("odoo.http")
    def test_errors_say_what_to_do(self):
        names = {
            "URL": self.base_url(),
            "DATABASE": self.env.cr.dbname,
            "KEY": self.key,
        }
        [code] = [
            code
            for label, code in EXAMPLE.findall(PAGE.read_text())
            if label == "json2"
        ]
        self._run_example(code, names)
        campaign = self.env["utm.campaign"].with_user(self.author)
        campaign = campaign.create({"title": "Empty"})
        with self.assertRaisesRegex(RuntimeError, "no mail to send"):
            self._run_example(SEND, {**names, "campaign_id": campaign.id})
        self.author.group_ids = [
            Command.set(self.env.ref("campaign_desk.group_campaign_viewer").ids)
        ]
        with self.assertRaisesRegex(RuntimeError, "Only authors"):
            self._run_example(SEND, {**names, "campaign_id": campaign.id})

"""Checking: preview, pre-flight and test mails, in a browser."""

from odoo.tests import tagged

from .common import BODY
from .test_checking_preview import PreviewCommon
from .test_ui import ScreenCommon


@tagged("-at_install", "post_install")
class TestCheckingScreens(ScreenCommon, PreviewCommon):
    def test_look_correct_and_send(self):
        mailing = self._mailing(
            user_id=self.user_marketing.id,
            subject="News for {{ object.name |||you}}",
            attachment_ids=[(4, self._file().id)],
            body_html=BODY.replace("https://shop.example.com", "http://shop.acme.io"),
        )
        self._tour("campaign_desk_checking", mailing)
        self.assertEqual(mailing.state, "in_queue")
        self.assertEqual(mailing.preview, "Look inside")
        self._dispatch()
        self._run_lane()
        self.assertEqual(self.mailbox.recipients, ["ann@example.com", "bo@example.com"])

    def test_stopped_and_tested(self):
        self.mailbox.answers["full"] = "552 5.2.2 Mailbox full"
        mailing = self._mailing(
            user_id=self.user_marketing.id, body_html="<p>Hello</p>"
        )
        self._tour("campaign_desk_checking_error", mailing)
        self.assertEqual(self.mailbox.recipients, ["me@example.com"])
        self.assertEqual(mailing.state, "draft")

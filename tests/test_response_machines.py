"""Response: machines that answer, and mail that means harm."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from ..models.response import intake
from ..tools.bounces import OUT_OF_OFFICE
from .test_response_intake import IntakeCommon

ABSENCE = """I am out of the office and back on Monday, 7 December 2026.
In urgent cases please contact Jane Doe, jane.doe@customer.example.
"""
LEFT = (
    "Ann Reader no longer works at Customer Ltd. Please write to jane@customer.example"
)


def understood(kind="human", **values):
    """Return a stand-in for the analysis, which finds ``kind``."""

    def understand(responses):
        responses.write({"kind": kind, "analysis_state": "done", **values})

    return understand


def nothing(_responses):
    """Stand in for a step that is not tested here."""


@tagged("-at_install", "post_install")
class TestMachineAnswers(IntakeCommon):
    def _automatic(self, body, **lines):
        lines.setdefault("Subject", "Automatic reply: Spring offers")
        return self._source(body, Auto_Submitted="auto-replied", **lines)

    def _process(self, responses, kind="human", **values):
        """Process responses with an analysis that finds ``kind``."""
        steps = {
            "_understand": understood(kind, **values),
            "_route": nothing,
            "_act": nothing,
        }
        with patch.multiple(self.registry["campaign.response"], **steps):
            type(responses)._process(responses)
        self.env.flush_all()

    @freeze_time("2026-11-26 10:00:00")
    def test_absence_parks_the_contact(self):
        response = self._receive(self._automatic(ABSENCE))
        self.assertEqual(response.kind, "out_of_office")
        self.assertEqual(response.state, "done")
        self.assertFalse(response.user_id)
        self.assertEqual(self.trace.trace_status, "sent")
        self._process(response, "out_of_office", follow_up_date=date(2026, 12, 7))
        preference = self.env["campaign.preference"]._of(
            "ann@customer.example", self.company
        )
        self.assertEqual(preference.absent_until, datetime(2026, 12, 8))
        self.assertEqual(response.absent_until, datetime(2026, 12, 8))

    @freeze_time("2026-11-26 10:00:00")
    def test_the_absence_of_one_of_ours_is_not_the_customers(self):
        new_test_user(self.env, "a_colleague", email="colleague@ours.example")
        notice = self._automatic(ABSENCE, From="Col League <colleague@ours.example>")
        response = self._receive(notice)
        given = response.kind, response.trace_id
        self.assertEqual(given, (OUT_OF_OFFICE, self.trace))
        self._process(response, OUT_OF_OFFICE, follow_up_date=date(2026, 12, 7))
        preferences = self.env["campaign.preference"]
        customer = preferences._of("ann@customer.example", self.company)
        self.assertFalse(customer.absent_until)

    @freeze_time("2026-11-26 10:00:00")
    def test_the_business_day_after_a_friday_is_monday(self):
        response = self._receive(self._automatic(ABSENCE))
        self._process(response, "out_of_office", follow_up_date=date(2026, 12, 4))
        self.assertEqual(response.absent_until, datetime(2026, 12, 7))

    def test_campaigns_wait_for_who_is_away(self):
        until = datetime.now().replace(microsecond=0) + timedelta(days=5)
        preferences = self.env["campaign.preference"]
        preferences._set_absent("ann@customer.example", self.company, until)
        self._contact("Ben", "ben@customer.example")
        self.mailbox.mails.clear()
        mailing = self._mailing(reply_to=False)
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["ben@customer.example"])
        trace = mailing.mailing_trace_ids.filtered(
            lambda one: one.email == "ann@customer.example"
        )
        self.assertEqual(trace.trace_status, "outgoing")
        self.assertEqual(trace.waiting_for, "absence")
        self.assertEqual(trace.next_attempt_at, until)
        self._receive(self._source())  # she is there after all
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 2)

    @freeze_time("2026-11-26 10:00:00")
    def test_who_is_away_for_long_is_left_out(self):
        response = self._receive(self._automatic(ABSENCE))
        self._process(response, "out_of_office", follow_up_date=date(2027, 6, 1))
        suppression = self.env["campaign.suppression"]._find_all("ann@customer.example")
        self.assertEqual(suppression.expires_at, datetime(2027, 6, 2))
        self.assertEqual(suppression.reason, "out_of_office")
        self.assertFalse(
            self.env["campaign.preference"]._of("ann@customer.example", self.company)
        )

    def test_an_absence_without_a_date_lasts_a_week(self):
        response = self._receive(self._automatic("I am out of the office."))
        self._process(response, "out_of_office")
        days = response.absent_until - response.received_at
        self.assertGreaterEqual(days, timedelta(days=7))
        self.assertLess(days, timedelta(days=12))

    def test_who_left_is_mailed_no_more_and_the_owner_is_asked(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        owner = self.env.ref("base.user_admin")
        self.mailing.write({"campaign_id": campaign.id, "user_id": owner.id})
        response = self._receive(self._automatic(LEFT))
        self.assertEqual(response.kind, "left_company")
        self.assertTrue(
            self.env["campaign.suppression"]._find_all("ann@customer.example")
        )
        self._process(response, "left_company")
        [activity] = campaign.activity_ids
        self.assertIn("Ann Reader", activity.summary)
        self.assertIn(str(response.id), activity.note)
        self._process(response, "left_company")
        self.assertEqual(len(campaign.activity_ids), 1)

    def test_a_person_who_is_found_to_be_a_machine(self):
        response = self._receive(self._source(ABSENCE, Subject="Re: Spring offers"))
        self.env["campaign.response"].browse(response.id).kind = False
        self.trace.set_replied()
        self._process(response, "out_of_office", follow_up_date=date(2030, 1, 1))
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertFalse(self.trace.reply_datetime)
        self.assertEqual(response.state, "done")
        self.assertTrue(response.absent_until)

    def test_a_machine_that_was_a_person_after_all(self):
        response = self._receive(self._automatic(ABSENCE))
        inbound = self.env["campaign.inbound"].search(
            [("message_id", "=", response.message_id)]
        )
        inbound.action_treat_as_person()
        self.assertEqual(response.kind, "human")
        self.assertEqual(response.state, "new")
        self.assertEqual(response.analysis_state, "waiting")
        self.assertEqual(response.label_ids.source, "person")
        self.assertEqual(self.trace.trace_status, "reply")

    def test_people_stay_people(self):
        response = self._receive(self._source())
        self._process(response)
        self.assertEqual(response.state, "new")
        self.assertEqual(self.trace.trace_status, "reply")


@tagged("-at_install", "post_install")
class TestHostileMail(IntakeCommon):
    def test_parts_inside_of_parts(self):
        lines = []
        for number in range(20_000):
            lines += [
                f"Content-Type: multipart/mixed; boundary=b{number}",
                "",
                f"--b{number}",
            ]
        body = "\r\n".join(lines[2:])
        response = self._receive(
            self._source(body, Content_Type="multipart/mixed; boundary=b0")
        )
        self.assertGreater(len(body), 1_000_000)
        self.assertEqual(response.trace_id, self.trace)

    def test_a_page_of_a_million_open_elements(self):
        for number, piece in enumerate(("<div>", "<b><i>", "<table><tr><td>")):
            body = "Yes please" + piece * (1_000_000 // len(piece))
            response = self._receive(
                self._source(
                    body,
                    Content_Type="text/html",
                    Message_ID=f"<deep-{number}@customer.example>",
                )
            )
            self.assertEqual(response.trace_id, self.trace)
            self.assertIn("Yes please", response.body_html)

    def test_broken_charsets(self):
        for number, kind in enumerate(
            (
                'text/plain; charset="x-unknown-1"',
                "text/plain; charset=utf-16",
                'text/plain; charset="\x00"',
                "text/plain; charset=idna",
                "text/html; charset=rot13",
            )
        ):
            response = self._receive(
                self._source(
                    "Grüße \x00 Yes",
                    Content_Type=kind,
                    Message_ID=f"<broken-{number}@customer.example>",
                )
            )
            self.assertEqual(response.trace_id, self.trace, kind)

    def test_broken_lines(self):
        for number, lines in enumerate(
            (
                {"Subject": "=?utf-8?b?//////?= =?x-none?q?=ff?="},
                {"From": "=?utf-8?q?=00?= <ann@customer.example>"},
                {"From": "Ann\x00 <ann@customer.example>"},
                {"Subject": "x" * 200_000},
                {"From": "no address at all"},
                {"Date": "yesterday", "MIME_Version": "7"},
                {"References": " ".join(f"<{n}@x.example>" for n in range(20_000))},
                {"Content_Transfer_Encoding": "base64"},
            )
        ):
            message_id = f"<lines-{number}@customer.example>"
            response = self._receive(self._source(Message_ID=message_id, **lines))
            self.assertEqual(len(response), 1, lines.keys())
            self.assertEqual(response.trace_id, self.trace, lines.keys())

    def test_our_own_mail_is_no_answer(self):
        own = self.company.campaign_reply_address
        self.assertFalse(self._receive(self._source(From=own)))
        self.assertFalse(self._receive(self._source(From=self.company.catchall_email)))
        self.assertFalse(self._receive(self._source(Message_ID=self.trace.message_id)))
        self.assertFalse(self._new_mails)

    def test_automatic_answers_to_our_answers_are_not_answered(self):
        first = self._receive(self._source())
        with self.mock_mail_gateway():
            ours = first.message_post(body="When?", message_type="comment")
        loop = self._source(
            "Your request has been received.",
            Message_ID="<auto@customer.example>",
            Subject="Automatic reply: Re: Spring offers",
            Auto_Submitted="auto-replied",
            In_Reply_To=ours.message_id,
            References=ours.message_id,
        )
        responses = self._receive(loop)
        self.assertFalse(responses.filtered(lambda one: one.state != "done"))
        self.assertFalse(self._new_mails)

    def test_one_address_fills_no_disk(self):
        with patch.object(intake, "RATE_MAILS", 3):
            for number in range(5):
                self._receive(self._source(Message_ID=f"<{number}@customer.example>"))
        mine = [("email", "=", "ann@customer.example")]
        self.assertEqual(self.env["campaign.response"].search_count(mine), 3)
        kept = self.env["campaign.inbound"].search([("state", "=", "unrouted")])
        self.assertEqual(len(kept.filtered(lambda one: one.trace_id == self.trace)), 2)

    def test_scripts_are_not_kept(self):
        body = (
            "<p>Yes</p><script>alert(1)</script>"
            "<img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
        )
        response = self._receive(self._source(body, Content_Type="text/html"))
        self.assertIn("Yes", response.body_html)
        for word in ("script", "onerror"):
            self.assertNotIn(word, response.body_html)

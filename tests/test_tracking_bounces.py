"""Tracking: real mails through Odoo's gateway, and what becomes of them."""

import json

from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..models.tracking.mail_thread import _UNASKED
from ..tools import bounces, tokens
from .common import DeskCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"
SAMPLES = "campaign_desk/tests/samples/inbound"


class InboundCommon(DeskCommon):
    """One delivery to Jane, and an alias that makes leads of what is answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.alias"].create(
            {
                "alias_name": "news",
                "alias_model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "alias_contact": "everyone",
            }
        )
        with file_open(f"{SAMPLES}/manifest.json") as file:
            cls.expected = json.load(file)

    def setUp(self):
        super().setUp()
        self.contact = self._contact("Jane", "jane.roe@acme.example")
        self.mailing = self._mailing(user_id=self.user_marketing.id)
        self._send(self.mailing)
        self.trace = self.mailing.mailing_trace_ids
        [(self.return_path, _to, _data)] = self.mailbox.mails

    def _sample(self, name, **more):
        with file_open(f"{SAMPLES}/{name}.eml") as file:
            source = file.read()
        for mark, value in {
            "%RETURN_PATH_IN_CAPITALS%": self.return_path.upper(),
            "%RETURN_PATH%": self.return_path,
            "%MESSAGE_ID%": self.trace.message_id,
            "reply@desk.example": f"news@{self.alias_domain}",
            **more,
        }.items():
            source = source.replace(mark, value)
        return source

    def _receive(self, source):
        """Receive a mail as a server hands it over; no mail may answer it."""
        with mute_logger(GATEWAY), self.mock_mail_gateway():
            result = self.env["mail.thread"].message_process(False, source)
        self.assertFalse(self._new_mails)
        return result

    def _inbound(self):
        return self.env["campaign.inbound"].search([], limit=1)

    def _leads(self):
        return self.env["crm.lead"].search([("create_date", ">", "today")])

    def _suppressed(self):
        suppressions = self.env["campaign.suppression"].search(
            [("state", "=", "in_force")]
        )
        return [(one.address, one.reason, bool(one.expires_at)) for one in suppressions]


@tagged("-at_install", "post_install")
class TestBounces(InboundCommon):
    def test_every_sample(self):
        """Each mail has the effect of its kind, and no other."""
        self.env["campaign.bounce.policy"].search([]).active = False
        for name, expected in self.expected.items():
            with self.subTest(name), self.env.cr.savepoint(flush=True) as savepoint:
                source = self._sample(name)
                self._receive(source)
                self._check_effect(expected, bounces.sort(source.encode()))
                savepoint.rollback()
            self.env.invalidate_all()

    def _check_effect(self, expected, found):
        kind, trace, inbound = expected["kind"], self.trace, self._inbound()
        known = expected.get("clue") is not None
        statuses = {"human": "reply"} if known else {}
        statuses |= dict.fromkeys(bounces.BOUNCES, "bounce" if known else "sent")
        self.assertEqual(trace.trace_status, statuses.get(kind, "sent"))
        self.assertEqual(bool(trace.complained_at), kind == "complaint")
        harmless = kind in bounces.SENDERS_FAULT or kind not in bounces.BOUNCES
        self.assertEqual(self.contact.message_bounce, 0 if harmless else 1)
        if kind in bounces.BOUNCES:
            self.assertEqual(trace.bounce_class, kind)
            self.assertEqual(trace.bounce_status or "", expected.get("status", ""))
        if kind == "human":
            self.assertFalse(inbound)
        elif inbound or known:
            self.assertEqual(inbound.kind, kind)
            self.assertEqual(inbound.trace_id, trace if known else trace.browse())
            self.assertEqual(inbound.company_id, self.mailing.company_id)
        is_doubtful = found.confidence < bounces.SURE_ENOUGH and not known
        if kind != "human" and not is_doubtful and found.rule not in _UNASKED:
            self.assertFalse(self._leads())

    def test_the_table_of_what_odoo_gets_wrong(self):
        """research: what stock Odoo 19 calls a reply or a bounce, and is none."""
        for name, kind, status in (
            ("ooo_exchange_en", "out_of_office", "sent"),
            ("ooo_to_return_path", "out_of_office", "sent"),
            ("arf_full", "complaint", "sent"),
            ("mdn_thunderbird", "read_receipt", "sent"),
            ("postfix_delayed_full", "delayed", "sent"),
            ("human_stop", "human", "reply"),
        ):
            with self.subTest(name), self.env.cr.savepoint(flush=True) as savepoint:
                self._receive(self._sample(name))
                self.assertEqual(self.trace.trace_status, status)
                self.assertFalse(self.contact.message_bounce)
                self.assertEqual(len(self._leads()), kind == "human")
                blacklisted = self.env["mail.blacklist"].search_count([])
                self.assertEqual(blacklisted, kind == "complaint")
                if kind != "human":
                    self.assertEqual(self._inbound().kind, kind)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_is_kept(self):
        self._receive(self._sample("postfix_gmail_no_such_user"))
        inbound = self._inbound()
        self.assertEqual(inbound.trace_id, self.trace)
        self.assertEqual(inbound.mailing_id, self.mailing)
        self.assertEqual(inbound.found_by, "return_path")
        self.assertGreater(inbound.found_confidence, 0.95)
        self.assertEqual(inbound.email, "jane.roe@acme.example")
        self.assertEqual(inbound.status_code, "5.1.1")
        self.assertEqual(inbound.remote_mta, "gmail-smtp-in.l.google.com")
        self.assertIn("does not exist", inbound.diagnostic)
        self.assertIn("This is the mail system", inbound.body)
        self.assertNotIn("spring sale", inbound.body)
        self.assertTrue(inbound.raw)
        self.assertIn("does not exist", self.trace.failure_reason)

    def test_the_delivery_is_found_by_other_ways_too(self):
        elsewhere = {self.return_path: f"bounce@{self.alias_domain}"}
        trace = self.trace
        key = self.env["mailing.mailing"]._tracking_key()
        token = tokens.sign(key, tokens.UNSUBSCRIBE, trace.token)
        trace.provider_reference = "0102018f6bd1-4711-000000"
        for name, found_by, more in (
            ("postfix_gmail_no_such_user", "message_id", {}),
            (
                "ses_mixed",
                "provider_id",
                {trace.message_id: "<rewritten@email.amazonses.com>"},
            ),
            (
                "postfix_icloud_unknown",
                "returned_part",
                {
                    trace.message_id: "<rewritten@elsewhere.example>",
                    "%UNSUBSCRIBE%": token,
                },
            ),
        ):
            with self.subTest(name), self.env.cr.savepoint(flush=True) as savepoint:
                source = self._sample(name)
                for old, new in {**elsewhere, **more}.items():
                    source = source.replace(old, new)
                self._receive(source)
                self.assertEqual(self.trace.trace_status, "bounce")
                self.assertEqual(self._inbound().found_by, found_by)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_the_same_mail_again_changes_nothing(self):
        source = self._sample("postfix_gmail_no_such_user")
        for _time in range(2):
            self._receive(source)
        self.assertEqual(self.contact.message_bounce, 1)
        self.assertEqual(self.env["campaign.inbound"].search_count([]), 1)

    def test_who_has_opened_the_mail_has_got_it(self):
        self.trace.set_opened()
        self._receive(self._sample("qmail_no_mailbox"))
        self.assertEqual(self.trace.trace_status, "open")
        self.assertFalse(self.trace.bounce_class)
        self.assertFalse(self.contact.message_bounce)
        self.assertFalse(self._suppressed())

    def test_a_bounce_of_another_mail_is_odoos(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "email": "jane.roe@acme.example"}
        )
        message = partner.message_post(
            body="Your invoice", partner_ids=partner.ids, message_type="comment"
        )
        source = self._sample("postfix_gmail_no_such_user")
        source = source.replace(self.return_path, f"bounce@{self.alias_domain}")
        self._receive(source.replace(self.trace.message_id, message.message_id))
        self.assertEqual(self.trace.trace_status, "sent")
        self.assertEqual(partner.message_bounce, 1)
        self.assertEqual(message.notification_ids.notification_status, "bounce")

    def test_odoos_rule_of_five_bounces_leaves_our_deliveries_out(self):
        for number in range(6):
            self.trace.copy(
                {
                    "token": f"{number:032x}",
                    "res_id": 10_000 + number,
                    "trace_status": "bounce",
                }
            )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mailing_trace "
            "SET write_date = now() - mod(id, 5) * interval '4 days'"
        )
        self.env.invalidate_all()
        source = self._sample("postfix_gmail_no_such_user")
        source = source.replace(self.return_path, f"bounce@{self.alias_domain}")
        source = source.replace(self.trace.message_id, "<other@example.com>")
        source = source.replace("%UNSUBSCRIBE%", "")
        self._receive(source)
        self.assertFalse(self.env["mail.blacklist"].search([]))
        ours = self.env["mailing.trace"].search([("token", "!=", False)])
        self.env.cr.execute("UPDATE mailing_trace SET token = NULL")
        ours.invalidate_recordset()
        self._receive(source.replace("<report-", "<again-"))
        self.assertTrue(self.env["mail.blacklist"].search([]))

    def test_refused_while_it_was_handed_over(self):
        for local_part, answer, kind, status in (
            ("gone", "550 5.1.1 No such user", "hard_bounce", "5.1.1"),
            ("full", "552 5.2.2 Mailbox full", "mailbox_full", "5.2.2"),
        ):
            contact = self._contact(local_part, f"{local_part}@acme.example")
            self.mailbox.answers[local_part] = answer
            mailing = self._mailing(subject=local_part)
            self._send(mailing)
            trace = mailing.mailing_trace_ids.filtered(
                lambda one, contact=contact: one.res_id == contact.id
            )
            self.assertEqual(trace.trace_status, "bounce")
            self.assertEqual(trace.bounce_class, kind)
            self.assertEqual(trace.bounce_status, status)
            self.assertTrue(trace.bounced_at)
        self._run_job("campaign_desk.ir_cron_bounces")
        self.assertEqual(
            self._suppressed(), [("gone@acme.example", "hard_bounce", False)]
        )

    def test_hostile_mails_are_taken_all_the_same(self):
        self._receive("From: mailer-daemon@x.example\r\nSubject: Undelivered\r\n\r\n")
        parts = "".join(
            f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"
            for depth in range(60)
        )
        self._receive(
            f"From: mailer-daemon@x.example\r\nTo: {self.return_path}\r\n"
            "Message-ID: <deep@x.example>\r\n"
            f"Subject: Undelivered Mail\r\n{parts}\r\nhi"
        )
        self.assertEqual(self.trace.trace_status, "bounce")


@tagged("-at_install", "post_install")
class TestAnswers(InboundCommon):
    def test_a_persons_answer_makes_a_lead(self):
        self._receive(self._sample("human_yes"))
        self.assertEqual(self.trace.trace_status, "reply")
        self.assertEqual(len(self._leads()), 1)
        self.assertFalse(self._inbound())

    def test_a_persons_answer_to_the_return_path_makes_a_lead_too(self):
        for name in ("human_to_return_path", "human_to_return_path_no_references"):
            with self.subTest(name), self.env.cr.savepoint(flush=True) as savepoint:
                self._receive(self._sample(name))
                self.assertEqual(self.trace.trace_status, "reply")
                self.assertEqual(len(self._leads()), 1)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_an_automatic_answer_about_nothing_we_know_makes_no_lead(self):
        source = self._sample("ooo_exchange_de")
        source = source.replace(self.trace.message_id, "<unknown@elsewhere.example>")
        self._receive(source)
        self.assertFalse(self._leads())
        inbound = self._inbound()
        self.assertEqual(inbound.kind, "out_of_office")
        self.assertFalse(inbound.trace_id)
        self.assertEqual(inbound.email, "jane.roe@acme.example")

    def test_an_automatic_answer_lands_in_a_thread_that_is_there(self):
        lead = self.env["crm.lead"].create(
            {"name": "L", "email_from": "j@acme.example"}
        )
        message = lead.message_post(body="Hello", message_type="comment")
        source = self._sample("ooo_exchange_de")
        self._receive(source.replace(self.trace.message_id, message.message_id))
        self.assertIn("nicht im Büro", lead.message_ids[0].body)
        self.assertEqual(self._leads(), lead)

    def test_a_machine_that_answers_nothing_is_somebody_elses_business(self):
        """Such as the form of a web site that makes leads."""
        source = self._sample("ack_auto_generated_notice")
        self._receive(source)
        self.assertEqual(len(self._leads()), 1)

    def test_automatic_answers_to_the_catchall_are_not_answered(self):
        source = self._sample("ooo_exchange_de")
        source = source.replace(self.trace.message_id, "<unknown@elsewhere.example>")
        catchall = f"catchall.test@{self.alias_domain}"
        self._receive(source.replace(f"news@{self.alias_domain}", catchall))
        self.assertEqual(self._inbound().kind, "out_of_office")

    def test_answer_without_a_place_is_a_response(self):
        source = self._sample("human_yes")
        source = source.replace(
            f"news@{self.alias_domain}", f"nobody@{self.alias_domain}"
        )
        self._receive(source)
        self.assertFalse(self._inbound())
        response = self.env["campaign.response"].search([])
        self.assertIn("Yes please", response.body_text)
        self.assertEqual(response.trace_id, self.trace)
        self.assertEqual(self.trace.trace_status, "reply")

    def test_mail_without_a_place_is_kept(self):
        source = self._sample("human_yes").replace(
            self.trace.message_id, "<x@x.example>"
        )
        source = source.replace(
            f"news@{self.alias_domain}", f"nobody@{self.alias_domain}"
        ).replace("jane.roe@acme.example", "stranger@other.example")
        self._receive(source)
        inbound = self._inbound()
        self.assertEqual((inbound.kind, inbound.state), ("human", "unrouted"))
        self.assertIn("Yes please", inbound.body)
        inbound.with_user(self.user_marketing).action_seen()
        self.assertEqual(inbound.state, "seen")

    def test_a_person_says_that_a_person_wrote_it(self):
        self._receive(self._sample("ooo_words_only"))
        inbound = self._inbound()
        self.assertEqual(inbound.kind, "out_of_office")
        with mute_logger(GATEWAY):
            inbound.with_user(self.user_marketing).action_treat_as_person()
        self.assertEqual(inbound.kind, "human")
        self.assertEqual(self.trace.trace_status, "reply")
        self.assertEqual(len(self._leads()), 1)

    def test_a_lead_is_told_from_an_answer_of_somebody_who_left(self):
        self._receive(self._sample("left_en"))
        self.assertEqual(self._inbound().kind, "left_company")
        self.assertEqual(
            self._suppressed(), [("jane.roe@acme.example", "left_company", False)]
        )

    def test_who_left_only_by_the_words_stays(self):
        self._receive(self._sample("left_en_first_person"))
        self.assertEqual(self._inbound().kind, "left_company")
        self.assertLess(self._inbound().confidence, 0.9)
        self.assertFalse(self._suppressed())

    def test_mails_are_forgotten_after_some_days(self):
        self._receive(self._sample("ooo_exchange_en"))
        inbound = self._inbound()
        self.env["campaign.inbound"]._gc_inbound()
        self.assertTrue(inbound.raw)
        self.env["ir.config_parameter"].set_param("campaign_desk.inbound_raw_days", "0")
        self.env["campaign.inbound"]._gc_inbound()
        self.env.invalidate_all()
        self.assertFalse(inbound.raw)
        self.assertTrue(inbound.body)
        self.env["ir.config_parameter"].set_param("campaign_desk.inbound_days", "0")
        inbound.received_at = "2020-01-01"
        self.env["campaign.inbound"]._gc_inbound()
        self.assertFalse(inbound.exists())

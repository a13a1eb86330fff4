"""Sending: from Send to the mailbox, with everything that can go wrong between."""

from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.sending.lane import LaneRun
from ..tools.providers.base import ACCEPTED, SendResult
from ..tools.providers.smtp import SmtpProvider
from .common import WAY_OUT, DeskCommon, as_seen

PAST = "2020-01-01 00:00:00"
LANE = "odoo.addons.campaign_desk.models.sending.lane"
TRACE = "odoo.addons.campaign_desk.models.sending.mailing_trace"


@tagged("-at_install", "post_install")
class TestEngine(DeskCommon):
    def test_each_recipient_once(self):
        for number in range(7):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(
            self.mailbox.recipients, [f"c{number}@example.com" for number in range(7)]
        )
        self.assertEqual(mailing.state, "done")
        self.assertTrue(mailing.sent_date)
        self.assertMailingStatistics(mailing, expected=7, delivered=7, sent=7)
        self.assertFalse(self.env["campaign.sending.lease"].search([]))
        self.assertFalse(
            self.env["mail.mail"].search([("mailing_id", "=", mailing.id)])
        )
        # sending again reaches nobody twice
        mailing.action_put_in_queue()
        self._dispatch()
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 7)
        self.assertEqual(mailing.state, "done")

    def test_a_lane_gives_way_to_odoos_own_jobs(self):
        for number in range(5):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        self.env["ir.cron.trigger"].search([]).unlink()
        self.env["ir.cron"].search([]).nextcall = "2100-01-01 00:00:00"
        mail_queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        mail_queue._trigger(fields.Datetime.to_datetime(PAST))
        lane = self.env.ref("campaign_desk.ir_cron_lane_1")
        with (
            patch(f"{TRACE}.BATCH", 2),
            patch(f"{TRACE}.HURRIED_BATCH", 1),
            patch.object(LaneRun, "others_wait", lambda run: run._queue.others_wait()),
        ):
            self._run_lane()
            self.assertEqual(len(self.mailbox.mails), 1)
            # it comes again when they had their turn
            self.assertTrue(
                self.env["ir.cron.trigger"].search([("cron_id", "=", lane.id)])
            )
            # one that runs, on another thread, does not wait for this one
            self.env["ir.cron.progress"].create(
                {"cron_id": mail_queue.id, "timed_out_counter": 1}
            )
            self._run_lane()
            self.assertEqual(len(self.mailbox.mails), 5)

    def test_the_mail(self):
        self._contact("Ärin Ø'Neil", "arin@example.com")
        mailing = self._mailing(subject="Grüße an {{ object.name }}")
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        mail = self.mailbox.message_to("arin@example.com")
        self.assertEqual(mail["From"], f"News <news@{self.alias_domain}>")
        self.assertEqual(mail["To"].addresses[0].display_name, "Ärin Ø'Neil")
        self.assertEqual(mail["Subject"], "Grüße an Ärin Ø'Neil")
        self.assertEqual(mail["Message-ID"], trace.message_id)
        self.assertEqual(mail["Reply-To"], f"news@{self.alias_domain}")
        base = mailing.get_base_url()
        unsubscribe = mail["List-Unsubscribe"].strip("<>")
        self.assertRegex(unsubscribe, rf"^{base}/campaign/u/[0-9a-f]{{48}}$")
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertRegex(
            mail["Feedback-ID"], rf":{mailing.id}:\d+:{self.alias_domain}$"
        )
        [(sender, _to, raw)] = self.mailbox.mails
        self.assertRegex(
            sender, rf"^{self.alias_bounce}\+[0-9a-f]{{48}}@{self.alias_domain}$"
        )
        self.assertIn(f"List-Unsubscribe: <{unsubscribe}>\r\n".encode(), raw)
        text = mail.get_body(("plain",)).get_content()
        page = mail.get_body(("html",)).get_content()
        for part in (text, page):
            self.assertIn("Dear Ärin Ø'Neil," if part is text else "Dear Ärin", part)
            self.assertIn(unsubscribe, part)
            self.assertRegex(part, rf"{base}/campaign/v/{trace.token}")
            self.assertRegex(part, rf"{base}/campaign/c/{trace.token}\w+/\w+")
            self.assertNotIn("shop.example.com", part)
            self.assertNotIn("unsubscribe_from_list", part)
        self.assertRegex(page, rf"{base}/campaign/o/{trace.token}\w+\.gif")
        self.assertIn("queued as 4711", trace.provider_reference)

    def test_headers_cannot_be_injected(self):
        self._contact("Eve\r\nBcc: victim@example.com", "eve@example.com")
        mailing = self._mailing(subject="For {{ object.name }}")
        self._send(mailing)
        mail = self.mailbox.message_to("eve@example.com")
        self.assertNotIn("Bcc", mail)
        self.assertEqual(mail["Subject"], "For Eve Bcc: victim@example.com")
        self.assertEqual(self.mailbox.recipients, ["eve@example.com"])

    def test_later_means_later(self):
        contact = self._contact("Grey", "grey@example.com")
        self._contact("Fine", "fine@example.com")
        self.mailbox.answers["grey"] = "451 4.7.1 Greylisted, come back"
        mailing = self._mailing()
        self._send(mailing)
        trace = mailing.mailing_trace_ids.filtered(lambda one: one.res_id == contact.id)
        self.assertEqual(trace.trace_status, "outgoing")
        self.assertEqual(trace.attempt_count, 1)
        self.assertIn("451 4.7.1 Greylisted", trace.failure_reason)
        # the clock of the test's transaction stands still
        pause = (trace.next_attempt_at - self.env.cr.now()).total_seconds()
        self.assertTrue(48 <= pause <= 72, pause)
        self.assertEqual(mailing.state, "sending")
        self._run_lane()  # too early: nothing happens
        self.assertEqual(trace.attempt_count, 1)
        del self.mailbox.answers["grey"]
        trace.next_attempt_at = PAST
        message_id = trace.message_id
        self._run_lane()
        self.assertEqual(trace.trace_status, "sent")
        self.assertFalse(trace.failure_reason)
        self.assertEqual(
            self.mailbox.message_to("grey@example.com")["Message-ID"], message_id
        )
        self.assertEqual(mailing.state, "done")

    def test_attempts_are_used_up_and_a_person_retries(self):
        self._contact("Grey", "grey@example.com")
        self.mailbox.answers["grey"] = "451 Not today"
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        trace = mailing.mailing_trace_ids
        trace.attempt_count = 11
        self._run_lane()
        self.assertEqual(trace.trace_status, "error")
        self.assertEqual(trace.failure_type, "mail_smtp")
        self.assertIn("Not today", trace.failure_reason)
        self.assertEqual(mailing.state, "done")
        self.mailbox.answers.clear()
        mailing.action_retry_failed()
        self.assertEqual((trace.trace_status, trace.attempt_count), ("outgoing", 0))
        self._run_lane()
        self.assertEqual(trace.trace_status, "sent")
        self.assertEqual(mailing.state, "done")

    def test_refused_recipient_is_a_bounce(self):
        self._contact("Gone", "gone@example.com")
        self.mailbox.answers["gone"] = "550 5.1.1 No such user"
        mailing = self._mailing()
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        self.assertEqual(trace.trace_status, "bounce")
        self.assertEqual(trace.failure_type, "mail_bounce")
        self.assertIn("550 5.1.1 No such user", trace.failure_reason)
        self.assertFalse(trace.sent_datetime)
        self.assertEqual(mailing.state, "done")

    def test_a_server_that_refuses_everything_stops_the_mailing(self):
        for number in range(25):
            self._contact(f"C{number}", f"c{number}@example.com")
            self.mailbox.answers[f"c{number}"] = "554 5.7.1 Relay access denied"
        mailing = self._mailing()
        self._send(mailing)
        self.assertIn("Relay access denied", mailing.sending_error)
        self.assertEqual(
            set(mailing.mailing_trace_ids.mapped("trace_status")), {"error"}
        )
        # nobody is lost: corrected and retried, all get it
        self.mailbox.answers.clear()
        mailing.action_retry_sending()
        mailing.action_retry_failed()
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 25)

    def test_two_servers_one_down(self):
        """What one server does not take is no matter of the other's."""
        for number in range(6):
            self._contact(f"C{number}", f"c{number}@example.com")
        self.env["ir.mail_server"].create(
            {
                "name": "Down",
                "smtp_host": "127.0.0.1",
                "smtp_port": 1,
                "from_filter": "down.example.com",
            }
        )
        sender = "news@{{ object.id % 2 and 'down.example.com' or 'DOMAIN' }}"
        mailing = self._mailing(email_from=sender.replace("DOMAIN", self.alias_domain))
        self._send(mailing)
        for trace in mailing.mailing_trace_ids:
            expected = "outgoing" if trace.res_id % 2 else "sent"
            self.assertEqual(trace.trace_status, expected)
        self.assertEqual(len(self.mailbox.mails), 3)

    def test_wrong_sender_is_said_before_anything_leaves(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        mailing.email_from = "nobody at all"
        self._dispatch()
        self._run_lane()
        self.assertIn("nobody at all", mailing.sending_error)
        self.assertFalse(mailing.mailing_trace_ids)

    def test_server_down_puts_off(self):
        self._contact("C", "c@example.com")
        self.server.smtp_port = 1
        mailing = self._mailing()
        self._send(mailing)
        trace = mailing.mailing_trace_ids
        self.assertEqual(trace.trace_status, "outgoing")
        self.assertEqual(trace.attempt_count, 0)  # it was not tried
        self.assertFalse(mailing.sending_error)
        pace = self.env["campaign.sending.pace"].search([])
        self.assertIn("cannot be reached", pace.reason)
        self.assertEqual(pace.account_id.state, "resting")
        self.server.smtp_port = self.port
        self._run_lane()
        self.assertEqual(trace.trace_status, "outgoing")
        pace.rest_until = PAST
        self._run_lane()
        self.assertEqual(trace.trace_status, "sent")

    def test_wrong_configuration_stops_this_mailing_only(self):
        self._contact("C", "c@example.com")
        archived = self.server.copy({"active": True})
        stopped, fine = self._mailing(mail_server_id=archived.id), self._mailing()
        self._set_active(archived, False)
        stopped.action_launch()
        self._send(fine)
        self.assertIn("archived", stopped.sending_error)
        self.assertEqual(stopped.mailing_trace_ids.trace_status, "outgoing")
        self.assertEqual(stopped.mailing_trace_ids.attempt_count, 0)
        self.assertEqual((fine.state, len(self.mailbox.mails)), ("done", 1))
        self._set_active(archived, True)
        stopped.action_retry_sending()
        self._run_lane()
        self.assertEqual(stopped.state, "done")
        self.assertEqual(len(self.mailbox.mails), 2)

    def _set_active(self, server, active):
        """Past Odoo's check that a server is not in use."""
        self.env.cr.execute(
            "UPDATE ir_mail_server SET active = %s WHERE id = %s", [active, server.id]
        )
        server.invalidate_recordset()

    @mute_logger("odoo.addons.base.models.ir_qweb")
    def test_broken_template_is_said_before_anything_leaves(self):
        self._contact("C", "c@example.com")
        broken, fine = self._mailing(), self._mailing()
        broken.action_launch()
        broken.body_html = '<p t-foreach="object">?</p>'
        self._send(fine)
        self.assertTrue(broken.sending_error)
        self.assertEqual(fine.state, "done")
        self.assertFalse(broken.mailing_trace_ids)
        broken.body_html = "<p>Mended</p>"
        broken.action_retry_sending()
        self._dispatch()
        self._run_lane()
        self.assertEqual(broken.state, "done")

    def test_one_bad_recipient_does_not_stop_the_others(self):
        bad = self._contact("Bad", "bad@example.com")
        self._contact("Good", "good@example.com")
        mailing = self._mailing(
            body_html="<p t-out=\"1 / (0 if object.name == 'Bad' else 1)\"/>" + WAY_OUT
        )
        self._send(mailing)
        trace = mailing.mailing_trace_ids.filtered(lambda one: one.res_id == bad.id)
        self.assertEqual(trace.trace_status, "error")
        self.assertIn("ZeroDivisionError", trace.failure_reason)
        self.assertEqual(self.mailbox.recipients, ["good@example.com"])
        self.assertEqual(mailing.state, "done")

    @mute_logger("odoo.sql_db")
    def test_a_template_that_fails_in_the_database(self):
        bad = self._contact("Bad", "bad@example.com")
        for number in range(3):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing(
            body_html="<p t-out=\"object.name == 'Bad' and"
            " object.env.cr.execute('SELECT 1/0')\"/>"
            f'<a t-att-href="object.company_name">x</a>{WAY_OUT}'
        )
        bad.company_name = "http://[not-an-address"
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 3)
        trace = mailing.mailing_trace_ids.filtered(lambda one: one.res_id == bad.id)
        self.assertEqual(trace.trace_status, "error")
        self.assertIn("division by zero", trace.failure_reason)

    def test_a_broken_link_of_one_recipient(self):
        bad = self._contact("Bad", "bad@example.com")
        self._contact("Good", "good@example.com").company_name = "https://x.example.com"
        bad.company_name = "http://[not-an-address"
        mailing = self._mailing(
            body_html=f'<a t-att-href="object.company_name">x</a>{WAY_OUT}'
        )
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 2)
        page = self.mailbox.message_to("bad@example.com").get_body(("html",))
        self.assertNotIn("not-an-address", page.get_content())

    def test_bad_subject_fails_its_recipient_only(self):
        self._contact("Bad", "bad@example.com")
        self._contact("Good", "good@example.com")
        mailing = self._mailing(subject="{{ 1 / (0 if object.name == 'Bad' else 1) }}")
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["good@example.com"])
        self.assertEqual(mailing.failed, 1)

    def test_who_left_after_planning_gets_nothing(self):
        stays = self._contact("Stays", "stays@example.com")
        leaves = self._contact("Leaves", "leaves@example.com")
        blocked = self._contact("Blocked", "blocked@example.com")
        deleted = self._contact("Deleted", "deleted@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        leaves.subscription_ids.opt_out = True
        self.env["mail.blacklist"]._add("blocked@example.com")
        deleted_id = deleted.id
        deleted.unlink()
        self._run_lane()
        self.assertEqual(self.mailbox.recipients, ["stays@example.com"])
        states = self._states(mailing)
        self.assertEqual(states[stays.id], ("sent", False))
        self.assertEqual(states[leaves.id], ("cancel", "mail_optout"))
        self.assertEqual(states[blocked.id], ("cancel", "mail_bl"))
        self.assertEqual(states[deleted_id], ("error", "unknown"))

    def test_an_unexpected_error_stops_the_mailing_and_loses_nothing(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        with (
            patch.object(LaneRun, "_hand_over", side_effect=RuntimeError("boom c@d.e")),
            self.assertLogs(LANE, "ERROR") as logs,
        ):
            self._run_lane()
        self.assertIn("boom", mailing.sending_error)
        self.assertIn("RuntimeError", logs.output[0])
        self.assertIn("lane.py", logs.output[0])
        self.assertNotIn("c@d.e", logs.output[0])
        self.assertEqual(mailing.mailing_trace_ids.trace_status, "outgoing")
        self.assertFalse(self.env["campaign.sending.lease"].search([]))

    def test_a_mailing_that_is_deleted_meanwhile_does_not_stop_the_lane(self):
        self._contact("C", "c@example.com")
        self.mailbox.answers["c"] = "550 5.1.1 no such user"
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        settle = LaneRun._settle

        def settle_and_delete(run, batch):
            settle(run, batch)
            mailing.unlink()

        with patch.object(LaneRun, "_settle", settle_and_delete):
            self._run_lane()
        self.assertFalse(mailing.exists())

    def test_an_error_during_hand_over_leaves_doubt_not_duplicates(self):
        for number in range(4):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()

        def break_off(_provider, batch, journal, _deadline):
            journal([], [batch[0].ref, batch[1].ref])
            journal([SendResult(batch[0].ref, ACCEPTED)], [batch[1].ref])
            raise RuntimeError("boom")

        with patch.object(SmtpProvider, "send", break_off), mute_logger(LANE):
            self._run_lane()
        traces = mailing.mailing_trace_ids.sorted("id")
        self.assertEqual(
            traces.mapped("trace_status"), ["sent", "error", "outgoing", "outgoing"]
        )
        self.assertEqual(traces[1].failure_type, "outcome_unknown")
        self.assertEqual(mailing.uncertain, 1)

    def test_attachments_travel_and_are_not_copied(self):
        self._contact("A", "a@example.com")
        self._contact("B", "b@example.com")
        attachment = self.env["ir.attachment"].create(
            {"name": "Preisliste – März.pdf", "raw": b"%PDF-\x00\xff" * 500}
        )
        mailing = self._mailing(attachment_ids=[(4, attachment.id)])
        before = self.env["ir.attachment"].search_count([])
        self._send(mailing)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)
        for address in ("a@example.com", "b@example.com"):
            [part] = self.mailbox.message_to(address).iter_attachments()
            self.assertEqual(part.get_filename(), "Preisliste – März.pdf")
            self.assertEqual(part.get_content(), attachment.raw)

    def test_odoos_queue_and_ours_leave_each_other_alone(self):
        self._contact("C", "c@example.com")
        standard = self._mailing(delivery_engine="standard")
        standard.action_launch()
        desk = self._mailing()
        desk.action_launch()
        with self.enter_registry_test_mode():
            queue = self.env.ref("mass_mailing.ir_cron_mass_mailing_queue")
            queue.method_direct_trigger()
        self.assertEqual(standard.state, "done")
        self.assertEqual(desk.state, "in_queue")
        self.assertFalse(desk.mailing_trace_ids)
        self.assertFalse(standard.mailing_trace_ids.token)
        self._dispatch()
        self._run_lane()
        self.assertEqual(desk.state, "done")

    def test_cancelled_mailing_is_not_planned(self):
        old = self._contact("Old", "old@example.com")
        new = self._contact("New", "new@example.com", self.list_two)
        mailing = self._mailing()
        mailing.action_launch()
        mailing._write_plan()  # the dispatcher had begun
        mailing.action_cancel()
        self._dispatch()
        self._run_lane()
        self.assertEqual(mailing.state, "draft")
        self.assertFalse(self.mailbox.mails)
        # sent later to others, it reaches the others only
        mailing.contact_list_ids = self.list_two
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["new@example.com"])
        self.assertEqual(set(self._states(mailing)), {new.id})
        self.assertNotIn(old.id, self._states(mailing))

    def test_who_has_odoos_mail_does_not_get_ours(self):
        has = self._contact("Has", "has@example.com")
        self._contact("Not", "not@example.com")
        mailing = self._mailing(delivery_engine="standard")
        with self.mock_mail_gateway():
            mailing._action_send_mail(has.ids)
        mailing.write({"state": "draft", "delivery_engine": "desk"})
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, ["not@example.com"])

    def test_some_records_while_the_rest_is_planned(self):
        contacts = [self._contact(f"C{i}", f"c{i}@example.com") for i in range(4)]
        mailing = self._mailing()
        mailing.action_launch()
        mailing._action_send_mail(contacts[2].ids)
        self.assertFalse(mailing.is_planned)
        self._dispatch()
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 4)
        self.assertEqual(mailing.state, "done")

    def test_scheduled_mailing_waits(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing(
            schedule_type="scheduled",
            schedule_date=fields.Datetime.add(fields.Datetime.now(), hours=1),
        )
        mailing.action_put_in_queue()
        self._dispatch()
        self.assertEqual((mailing.state, mailing.is_planned), ("in_queue", False))
        mailing.schedule_date = fields.Datetime.now()
        self._dispatch()
        self._run_lane()
        self.assertEqual(mailing.state, "done")

    def test_links_are_shortened_once(self):
        for number in range(5):
            self._contact(f"C{number}", f"c{number}@example.com")
        mailing = self._mailing(
            body_html='<a href="https://x.example.com/a">A</a>'
            '<a t-attf-href="https://x.example.com/p/{{ object.id % 2 }}">P</a>'
            + WAY_OUT
        )
        self._send(mailing)
        links = self.env["link.tracker"].search([("mass_mailing_id", "=", mailing.id)])
        self.assertEqual(
            sorted(links.mapped("url")),
            [f"https://x.example.com/{path}" for path in ("a", "p/0", "p/1")],
        )
        self.assertEqual(len(self.mailbox.mails), 5)
        page = self.mailbox.message_to("c0@example.com").get_body(("html",))
        self.assertEqual(as_seen(page.get_content()).count("/campaign/c/"), 2)

    def test_sender_is_encapsulated_as_odoo_does(self):
        """A server for another domain: Odoo's own rule for the sender applies."""
        self._contact("C", "c@example.com")
        mailing = self._mailing(email_from='"Shop" <shop@elsewhere.example.net>')
        self._send(mailing)
        mail = self.mailbox.message_to("c@example.com")
        self.assertEqual(
            mail["From"], f"Shop <{self.default_from}@{self.alias_domain}>"
        )

    def test_names_of_leads_are_not_in_the_address(self):
        lead = self.env["crm.lead"].create(
            {"name": "Secret plan to sell", "email_from": "lead@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
        )
        self._send(mailing)
        mail = self.mailbox.message_to("lead@example.com")
        self.assertEqual(mail["To"], "lead@example.com")

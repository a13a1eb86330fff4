"""Campaign: copies of mails for people who are not their recipients."""

import email
import re
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.sending.queue import Queue
from ..tools import tokens
from ..tools.providers.base import ACCEPTED, SendResult, Unreachable
from ..tools.providers.smtp import SmtpProvider
from .common import STRICT, DeskCommon, as_seen

LANE = "odoo.addons.campaign_desk.models.sending.lane"
CC = "anna@desk.example"
BCC = "archive@desk.example"


class CopiesCommon(DeskCommon):
    def setUp(self):
        super().setUp()
        self.people = [f"c{number}@example.com" for number in range(3)]
        for address in self.people:
            self._contact(address.partition("@")[0], address)

    def _copied(self):
        """Return who got copies, one entry for each."""
        return sorted(
            address for _from, to, _data in self.mailbox.copies for address in to
        )

    def _copies(self):
        return [
            email.message_from_bytes(data, policy=STRICT)
            for _from, _to, data in self.mailbox.copies
        ]

    def _statuses(self, mailing):
        self.env.invalidate_all()
        return set(mailing.mailing_trace_ids.mapped("trace_status"))

    def _ledger(self, mailing):
        batches = self.env["campaign.sending.batch"].search(
            [("mailing_id", "=", mailing.id)]
        )
        names = ("mails", "copies", "accepted", "refused", "failed", "deferred")
        return {name: sum(batches.mapped(name)) for name in names}


@tagged("-at_install", "post_install")
class TestCopies(CopiesCommon):
    def test_one_copy_per_mailing(self):
        mailing = self._mailing(email_cc=CC, email_bcc=BCC)
        self.assertEqual(mailing.copy_mode, "once")
        self._send(mailing)
        self.assertEqual(self.mailbox.recipients, self.people)
        self.assertEqual(self._copied(), [CC, BCC])
        for _from, _to, data in self.mailbox.mails:
            self.assertNotIn(b"desk.example", data)
        first, second = self._copies()
        self.assertEqual(first["Cc"], CC)
        self.assertEqual(first.as_bytes(), second.as_bytes())
        self.assertTrue(mailing.copied_at)
        # nor is there another when more people are mailed
        self._contact("Late", "late@example.com")
        mailing.action_put_in_queue()
        self._dispatch()
        self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 4)
        self.assertEqual(len(self.mailbox.copies), 2)

    def test_one_copy_whichever_lane_is_first(self):
        batch = "odoo.addons.campaign_desk.models.sending.mailing_trace.BATCH"
        mailing = self._mailing(email_cc=CC)
        self.startPatcher(patch(batch, 1))
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 3)
        self.assertEqual(self._copied(), [CC])
        queue = Queue(self.env.cr, own_session=False)
        self.assertFalse(queue.take_copy(mailing.id))
        mailing.copied_at = False
        self.env.flush_all()
        self.assertTrue(queue.take_copy(mailing.id))
        self.assertFalse(queue.take_copy(mailing.id))

    def test_a_copy_of_each_mail(self):
        mailing = self._mailing(
            email_cc=f"{CC}, Ben@desk.example", email_bcc=BCC, copy_mode="each"
        )
        self._send(mailing)
        self.assertEqual(
            self._copied(), sorted([CC, "Ben@desk.example", BCC] * len(self.people))
        )
        for address in self.people:
            mail = self.mailbox.message_to(address)
            self.assertEqual(mail["Cc"], f"{CC}, Ben@desk.example")
        for _from, _to, data in [*self.mailbox.mails, *self.mailbox.copies]:
            self.assertNotIn(b"archive@", data)
        mails = {mail["To"].addresses[0].addr_spec: mail for mail in self._copies()}
        self.assertEqual(sorted(mails), self.people)
        self.assertEqual(self._statuses(mailing), {"sent"})
        self.assertEqual(mailing.state, "done")
        self.assertMailingStatistics(mailing, expected=3, delivered=3, sent=3)
        ledger = self._ledger(mailing)
        self.assertEqual((ledger["mails"], ledger["copies"]), (3, 9))
        self.assertEqual(ledger["accepted"], 3)

    def test_nothing_in_a_copy_acts_for_the_recipient(self):
        attachment = self.env["ir.attachment"].create({"name": "a.pdf", "raw": b"%PDF"})
        mailing = self._mailing(
            email_cc=CC,
            email_bcc=BCC,
            copy_mode="each",
            attachment_ids=[(4, attachment.id)],
        )
        self._send(mailing)
        key = mailing._tracking_key()
        secrets = [trace.token for trace in mailing.mailing_trace_ids]
        neutral = tokens.sign_all(key, tokens.neutral(mailing.id))
        ids = set(mailing.mailing_trace_ids.mapped("message_id"))
        self.assertEqual(len(self.mailbox.copies), 6)
        for sender, _to, data in self.mailbox.copies:
            self.assertEqual(sender, f"{self.alias_bounce}@{self.alias_domain}")
            mail = email.message_from_bytes(data, policy=STRICT)
            texts = [
                data.decode(),
                *(mail.get_body((kind,)).get_content() for kind in ("plain", "html")),
            ]
            for token in secrets:
                for text in texts:
                    self.assertNotIn(token, text)
                self.assertNotIn(token, "".join(texts[0].split("=\r\n")))
            for header in ("List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"):
                self.assertNotIn(header, mail)
            self.assertNotIn(mail["Message-ID"], ids)
            signed = re.findall(r"/campaign/([ocuv])/([0-9a-f]{48})", texts[2])
            by_letter = {purpose[0]: value for purpose, value in neutral.items()}
            self.assertEqual({letter for letter, _value in signed}, set("ocuv"))
            for letter, value in signed:
                self.assertEqual(value, by_letter[letter])
            [part] = mail.iter_attachments()
            self.assertEqual(part.get_content(), b"%PDF")

    def test_the_rest_of_a_copy_is_the_recipients_mail(self):
        mailing = self._mailing(email_bcc=BCC)
        self._send(mailing)
        [copy] = self._copies()
        original = self.mailbox.message_to(copy["To"].addresses[0].addr_spec)
        for header in ("From", "To", "Reply-To", "Subject", "Precedence"):
            self.assertEqual(copy[header], original[header])
        self.assertNotIn("Cc", copy)
        hexadecimal = re.compile("[0-9a-f]{48}")
        for kind in ("plain", "html"):
            pages = [mail.get_body((kind,)).get_content() for mail in (copy, original)]
            self.assertEqual(*[hexadecimal.sub("", page) for page in pages])

    def test_mailings_without_copies_have_none(self):
        mailing = self._mailing(copy_mode="each")
        self._send(mailing)
        self.assertFalse(self.mailbox.copies)
        self.assertFalse(mailing.copied_at)
        self.assertEqual(self._ledger(mailing)["copies"], 0)

    def test_who_gets_no_copy(self):
        """Who does not want mail, and who has the mail itself."""
        self.env["mail.blacklist"]._add("ben@desk.example")
        cc = f"{CC}, BEN@desk.example, {self.people[0]}, {CC}"
        mailing = self._mailing(email_cc=cc, email_bcc=CC, copy_mode="each")
        self._send(mailing)
        self.assertEqual(self._copied(), [CC] * 3 + [self.people[0]] * 2)
        for mail in self._copies():
            self.assertEqual(mail["Cc"], f"{CC}, {self.people[0]}")
        mailing = self._mailing(email_cc="ben@desk.example", copy_mode="each")
        self.mailbox.copies.clear()
        self._send(mailing)
        self.assertFalse(self.mailbox.copies)

    def test_test_mode(self):
        account = self.env.ref("campaign_desk.sending_account_default")
        account.test_address = "sink@desk.example"
        mailing = self._mailing(email_cc=CC, email_bcc=BCC)
        self._send(mailing)
        self.assertEqual(self._copied(), ["sink@desk.example"] * 2)

    def test_copies_use_up_limits(self):
        self.env["campaign.pacing.rule"].create(
            {"mails_per_hour": 5, "is_spread": False}
        )
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 2)
        self.assertEqual(len(self.mailbox.copies), 2)
        self.assertEqual(mailing.state, "sending")

    # ------------------------------------------------------------
    # When it does not work
    # ------------------------------------------------------------

    def test_only_what_was_accepted_is_copied(self):
        self.mailbox.answers.update({"c0": "451 later", "c1": "550 5.1.1 no"})
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        self._send(mailing)
        [copy] = self._copies()
        self.assertEqual(copy["To"], f"c2 <{self.people[2]}>")

    @mute_logger(LANE)
    def test_a_refused_copy_is_told_once_and_is_no_bounce(self):
        self.mailbox.answers["anna"] = "550 5.1.1 no such user"
        mailing = self._mailing(email_cc=CC, email_bcc=BCC, copy_mode="each")
        before = mailing.message_ids
        self._send(mailing)
        self.assertEqual(self._copied(), [BCC] * 3)
        self.assertEqual(self._statuses(mailing), {"sent"})
        self.assertFalse(any(mailing.mailing_trace_ids.mapped("failure_type")))
        self.flush_tracking()
        told = (mailing.message_ids - before).filtered(
            lambda message: "could not be sent" in (message.body or "")
        )
        self.assertEqual(len(told), 1)
        self.assertIn("no such user", told.body)
        ledger = self._ledger(mailing)
        self.assertEqual((ledger["refused"], ledger["failed"]), (0, 0))
        self.assertEqual((ledger["mails"], ledger["copies"]), (3, 6))

    def _send_with(self, mailing, act):
        """Send; ``act`` takes the place of handing over copies."""
        send = SmtpProvider.send

        def send_or_act(provider, mails, journal, deadline=float("inf")):
            if mails[0].ref < 0:
                return act(mails, journal)
            return send(provider, mails, journal, deadline)

        with patch.object(SmtpProvider, "send", send_or_act):
            self._send(mailing)

    def _unreachable(self, _mails, _journal):
        raise Unreachable("The mail server cannot be reached.")

    def test_a_server_that_is_gone_rests_no_account(self):
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        self._send_with(mailing, self._unreachable)
        self.assertEqual(self._statuses(mailing), {"sent"})
        self.assertEqual(mailing.copy_error, "The mail server cannot be reached.")
        self.assertFalse(self.env["campaign.sending.pace"].search([]))

    def test_an_error_loses_copies_and_nothing_else(self):
        def break_off(_mails, _journal):
            raise RuntimeError("boom")

        for mode in ("once", "each"):
            mailing = self._mailing(email_cc=CC, copy_mode=mode)
            with mute_logger(LANE):
                self._send_with(mailing, break_off)
            self.assertEqual(self._statuses(mailing), {"sent"})
            mailing.action_retry_sending()
            self._dispatch()
            self._run_lane()
            self.assertFalse(self.mailbox.copies)
            self.assertEqual(len(self.mailbox.mails), 3)
            self.mailbox.mails.clear()

    def test_a_worker_that_dies_loses_copies_and_doubles_none(self):
        """What is accepted is on the lease before its copies leave."""
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        seen = []

        def die(mails, _journal):
            [lease] = self.env["campaign.sending.lease"].search([])
            self.env.cr.execute(
                "SELECT accepted_ids, in_flight_ids, copies"
                "  FROM campaign_sending_lease WHERE id = %s",
                [lease.id],
            )
            seen.append((self.env.cr.fetchone(), len(mails)))
            return []

        self._send_with(mailing, die)
        ids = mailing.mailing_trace_ids.ids
        self.assertEqual(seen, [((sorted(ids), [], 1), 3)])

    def test_recovery_makes_no_copies(self):
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        mailing.action_launch()
        self._dispatch()
        queue = Queue(self.env.cr, own_session=False)
        lease_id, rows = self._claim_batch(queue, mailing, 6)
        ids = [row[0] for row in rows]
        queue.progress(lease_id, ids, [], ())
        self.assertTrue(queue.make_durable(lease_id))
        self.env.cr.execute("UPDATE campaign_sending_lease SET backend_pid = 0")
        queue.recover()
        self.assertFalse(queue.make_durable(lease_id))
        self.assertEqual(self._statuses(mailing), {"sent"})
        # they may have left: the limits count them
        self.assertEqual(self._ledger(mailing)["copies"], 3)
        self._run_lane()
        self.assertFalse(self.mailbox.copies)

    def test_a_worker_that_lost_its_lease_makes_no_copies(self):
        mailing = self._mailing(email_cc=CC, copy_mode="each")
        with patch.object(Queue, "make_durable", lambda *_args: False):
            self._send(mailing)
        self.assertFalse(self.mailbox.copies)
        self.assertEqual(len(self.mailbox.mails), 3)

    def test_results_of_copies_touch_no_delivery(self):
        mailing = self._mailing(email_cc=CC, copy_mode="each")

        def answer(mails, _journal):
            refs = [mail.ref for mail in mails]
            self.assertTrue(all(ref < 0 for ref in refs))
            self.assertEqual(len(set(refs)), len(refs))
            return [SendResult(ref, ACCEPTED) for ref in refs]

        self._send_with(mailing, answer)
        self.assertEqual(self._statuses(mailing), {"sent"})
        self.assertEqual(self._ledger(mailing)["mails"], 3)

    # ------------------------------------------------------------
    # The addresses
    # ------------------------------------------------------------

    def test_what_is_no_address_is_refused(self):
        for text in (
            "anna",
            "anna@",
            "@desk.example",
            "anna@localhost",
            "Anna <anna@desk.example>",
            "anna@desk.example ben@desk.example",
            "anna@desk.example; ben@desk.example",
            "anna@ben@desk.example",
            "a@b.c\nBcc: x",
            "a@b.c\nBcc: x@y.zz",
            "a@b.cc,\r\nBcc: x@y.zz",
            "a@b.cc\r",
            "a@b.cc\x07",
            "a@b.cc\u2028",
            "a@b.cc>",
            "<a@b.cc>",
            "jürgen@desk.example",
            "a@" + "x" * 64 + ".example",
        ):
            for field in ("email_cc", "email_bcc"):
                with self.assertRaises(ValidationError, msg=repr(text)):
                    self._mailing(**{field: f"fine@desk.example, {text}"})
                with self.assertRaises(ValidationError, msg=repr(text)):
                    self.env["utm.campaign"].create({"title": "C", field: text})

    def test_what_was_written_past_the_check_sends_nothing(self):
        mailing = self._mailing(email_cc=CC)
        mailing.action_launch()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mailing_mailing SET email_cc = %s WHERE id = %s",
            ["a@b.cc\r\nBcc: x@y.zz", mailing.id],
        )
        self.env.invalidate_all()
        with mute_logger(LANE):
            self._dispatch()
            self._run_lane()
        self.assertTrue(mailing.sending_error)
        self.assertFalse(self.mailbox.copies + self.mailbox.mails)

    def test_not_too_many(self):
        addresses = [f"a{number}@desk.example" for number in range(20)]
        mailing = self._mailing(
            email_cc=", ".join(addresses[:10]), email_bcc=",".join(addresses[10:])
        )
        with self.assertRaises(ValidationError):
            mailing.email_cc += ", one@more.example"
        self._send(mailing)
        self.assertEqual(self._copied(), sorted(addresses))
        lines = self.mailbox.copies[0][2].splitlines()
        self.assertTrue(all(len(line) <= 78 for line in lines if b"@desk" in line))

    def test_international_domains(self):
        mailing = self._mailing(email_cc="info@müller.example", copy_mode="each")
        self._send(mailing)
        self.assertEqual(set(self._copied()), {"info@xn--mller-kva.example"})
        self.assertIn("info@xn--mller-kva.example", self._copies()[0]["Cc"])

    # ------------------------------------------------------------
    # The campaign
    # ------------------------------------------------------------

    def test_new_mailings_take_over_what_the_campaign_has(self):
        user = self.user_marketing
        campaigns = self.env["utm.campaign"].create(
            [
                {"title": "A", "email_cc": CC, "email_bcc": BCC, "copy_mode": "each"},
                {"title": "B"},
                {"title": "C", "email_cc": "c@desk.example"},
            ]
        )
        mailing = self._mailing(campaign_id=campaigns[0].id).with_user(user)
        copies = mailing.email_cc, mailing.email_bcc, mailing.copy_mode
        self.assertEqual(copies, (CC, BCC, "each"))
        campaigns[0].email_cc = "later@desk.example"  # drafts follow
        self.assertEqual(mailing.email_cc, "later@desk.example")
        other = self._mailing(campaign_id=campaigns[0].id)
        mailing.email_cc = CC
        campaigns[0].email_cc = "last@desk.example"  # unless they say something else
        self.assertEqual((mailing.email_cc, other.email_cc), (CC, "last@desk.example"))
        mailing.campaign_id = campaigns[2]  # what stands there stays
        self.assertEqual(mailing.email_cc, CC)
        mailing = self._mailing(campaign_id=campaigns[1].id, email_bcc=BCC)
        self.assertEqual((mailing.email_cc, mailing.copy_mode), (False, "once"))
        mailing = self._mailing(campaign_id=campaigns[0].id, email_cc="x@desk.example")
        self.assertEqual(mailing.email_cc, "x@desk.example")
        mailing = self._mailing()
        self.assertEqual((mailing.email_cc, mailing.copy_mode), (False, "once"))
        mailing.campaign_id = campaigns[2]
        self.assertEqual(mailing.email_cc, "c@desk.example")
        duplicate = mailing.copy()
        self.assertEqual(duplicate.email_cc, "c@desk.example")
        self.assertFalse(duplicate.copied_at)


@tagged("-at_install", "post_install")
class TestCopyRoutes(CopiesCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.mailing = self._mailing(email_cc=CC)
        self._send(self.mailing)
        [copy] = self._copies()
        source = copy.get_body(("html",)).get_content()
        base = re.escape(self.mailing.get_base_url())
        self.paths = {
            path[10]: path
            for path in re.findall(
                rf"{base}(/campaign/[ocuv]/[^\"\s]+)", as_seen(source)
            )
        }

    def _get(self, path, **options):
        return self.url_open(path, allow_redirects=False, **options)

    def _nothing_happened(self):
        self.env.invalidate_all()
        traces = self.mailing.mailing_trace_ids
        self.assertEqual(set(traces.mapped("trace_status")), {"sent"})
        self.assertFalse(any(traces.mapped("links_click_datetime")))
        self.assertFalse(self.env["link.tracker.click"].search([]))
        self.assertFalse(any(self.list_one.subscription_ids.mapped("opt_out")))
        self.assertFalse(self.env["mail.blacklist"].search([]))

    def test_click_leads_on_and_counts_nothing(self):
        response = self._get(self.paths["c"])
        self.assertEqual(response.status_code, 302)
        self.assertTrue(
            response.headers["Location"].startswith("https://shop.example.com/sale")
        )
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self._nothing_happened()

    def test_click_leads_nowhere_else(self):
        foreign = self.env["link.tracker"].create(
            {"url": "https://elsewhere.example.com/", "title": "Elsewhere"}
        )
        start, _slash, code = self.paths["c"].rpartition("/")
        gone = tokens.sign(
            self.mailing._tracking_key(), tokens.CLICK, tokens.neutral(2**31 - 1)
        )
        unsigned = tokens.neutral(self.mailing.id) + "0" * tokens.SIGNATURE_LENGTH
        for path in (
            f"{start}/{foreign.code}",
            f"/campaign/c/{gone}/{code}",
            f"/campaign/c/{unsigned}/{code}",
        ):
            response = self._get(path)
            self.assertEqual(response.status_code, 404)
            self.assertNotIn("Location", response.headers)

    def test_pixel(self):
        response = self._get(self.paths["o"])
        self.assertTrue(response.content.startswith(b"GIF89a"))
        self._nothing_happened()

    def test_only_the_recipient_can_unsubscribe(self):
        for letter in "uv":
            response = self._get(self.paths[letter])
            self.assertEqual(response.status_code, 200)
            self.assertIn("This is a copy", response.text)
            self.assertIn("Only the", response.text)
            self.assertIn("system-ui", response.text)
        response = self._get(self.paths["u"], data={"List-Unsubscribe": "One-Click"})
        self.assertIn("This is a copy", response.text)
        self._nothing_happened()
        wrong = self.paths["u"].replace("/u/", "/v/")
        self.assertEqual(self._get(wrong).status_code, 404)

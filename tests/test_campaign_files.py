"""Campaign: files that go with a mailing."""

import io
import os
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.campaign import recipient_report
from .common import BODY
from .test_checking_preview import PreviewCommon

MEGABYTE = 1024 * 1024


@tagged("-at_install", "post_install")
class TestFiles(PreviewCommon, HttpCase):
    def _storage(self):
        """Return the bytes that files and mails take, on disk and in tables.

        Deliveries have their rows with or without a file.
        """
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT sum(pg_total_relation_size(name::regclass))
              FROM unnest(ARRAY['ir_attachment', 'mail_mail', 'mail_message',
                   'message_attachment_rel', 'mass_mailing_ir_attachments_rel',
                   'campaign_sending_batch', 'campaign_sending_lease']) AS name
            """
        )
        [(tables,)] = self.env.cr.fetchall()
        self.env.cr.execute(
            "SELECT sum(size) FROM (SELECT DISTINCT ON (store_fname) file_size AS size"
            " FROM ir_attachment WHERE store_fname IS NOT NULL) AS file"
        )
        [(files,)] = self.env.cr.fetchall()
        return int(tables) + int(files or 0)

    def test_a_thousand_mails_share_one_file(self):
        self.env["mailing.contact"].create(
            [
                {
                    "name": f"C{number}",
                    "email": f"c{number}@example.com",
                    "subscription_ids": [(0, 0, {"list_id": self.list_two.id})],
                }
                for number in range(1000)
            ]
        )
        before = self._storage()
        file = self._file("Big.pdf", b"%PDF" + os.urandom(MEGABYTE))
        mailing = self._mailing(
            attachment_ids=[(4, file.id)], contact_list_ids=[(6, 0, self.list_two.ids)]
        )
        self._send(mailing)
        while mailing.state != "done":
            self._run_lane()
        self.assertEqual(len(self.mailbox.mails), 1000)
        for _from, _to, data in self.mailbox.mails[::100]:
            self.assertGreater(len(data), MEGABYTE)
        added = self._storage() - before
        self.assertGreater(added, MEGABYTE)
        self.assertLess(added, 2 * MEGABYTE)

    # ------------------------------------------------------------
    # Attached or linked
    # ------------------------------------------------------------

    def _sent(self, **values):
        mailing = self._mailing(**values)
        self._send(mailing)
        message = self.mailbox.message_to("ann@example.com")
        files = [part.get_filename() for part in message.iter_attachments()]
        return mailing, files, message.get_body(("html",)).get_content()

    def test_attached(self):
        file = self._file()
        self.server.max_email_size = 0.001
        with self.assertRaisesRegex(ValidationError, "larger than its mail server"):
            self._mailing(attachment_ids=[(4, file.id)], attachment_mode="attach")
        self.server.max_email_size = 5
        _mailing, files, page = self._sent(
            attachment_ids=[(4, file.id)], attachment_mode="attach"
        )
        self.assertEqual(files, ["Prices.pdf"])
        self.assertNotIn("Prices.pdf", page)

    def test_automatic(self):
        file = self._file()
        self.assertEqual(self._sent(attachment_ids=[(4, file.id)])[1], ["Prices.pdf"])
        self.mailbox.mails.clear()
        self.env["ir.config_parameter"].set_param(
            "base.default_max_email_size", "0.001"
        )
        mailing, files, page = self._sent(attachment_ids=[(4, file.id)])
        self.assertEqual(files, [])
        self.assertIn("Prices.pdf", page)
        codes = [line["code"] for line in mailing.preflight()]
        self.assertIn("files_linked", codes)

    def test_linked_and_tracked(self):
        file = self._file()
        mailing, files, page = self._sent(
            attachment_ids=[(4, file.id)], attachment_mode="link"
        )
        self.assertEqual(files, [])
        tracker = self.env["link.tracker"].search(
            [
                ("mass_mailing_id", "=", mailing.id),
                ("url", "like", "campaign_desk/file"),
            ]
        )
        self.assertIn(f"/{tracker.code}", page)
        response = self.url_open(mailing._file_url(file))
        self.assertEqual(response.content, file.raw)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("Prices.pdf", response.headers["Content-Disposition"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")

    def test_pages_are_never_shown_in_place(self):
        file = self._file("page.html", b"<script>alert(1)</script>")
        mailing = self._mailing(attachment_ids=[(4, file.id)], attachment_mode="link")
        response = self.url_open(mailing._file_url(file))
        self.assertTrue(
            response.headers["Content-Disposition"].startswith("attachment")
        )

    def test_links_that_are_gone(self):
        file = self._file()
        mailing = self._mailing(
            attachment_ids=[(4, file.id)],
            attachment_mode="link",
            attachment_link_days=7,
        )
        url = mailing._file_url(file)
        mailing.sent_date = fields.Datetime.now() - timedelta(days=7)
        self.assertEqual(self.url_open(url).status_code, 200)
        mailing.sent_date = fields.Datetime.now() - timedelta(days=8)
        gone = self.url_open(url)
        self.assertEqual(gone.status_code, 410)
        self.assertIn("no longer here", gone.text)
        mailing.attachment_link_days = 0
        self.assertEqual(self.url_open(url).status_code, 200)
        mailing.attachment_ids = False
        self.assertEqual(self.url_open(url).status_code, 410)
        mailing.unlink()
        self.assertEqual(self.url_open(url).status_code, 410)

    def test_links_cannot_be_guessed(self):
        secret = self._file("secret.pdf")
        file = self._file()
        mailing = self._mailing(attachment_ids=[(4, file.id)])
        url = mailing._file_url(file)
        for tampered in (
            url.replace(f"-{file.id}-", f"-{secret.id}-"),
            url[:-1] + ("0" if url[-1] != "0" else "1"),
            url.rpartition("/")[0] + "/x",
            url.rpartition("/")[0] + "/1-1-" + "0" * 32,
        ):
            with self.subTest(tampered):
                self.assertEqual(self.url_open(tampered).status_code, 404)
        # signed, but never a file of the mailing
        self.assertEqual(self.url_open(mailing._file_url(secret)).status_code, 410)

    # ------------------------------------------------------------
    # Checked when they come
    # ------------------------------------------------------------

    def test_what_is_refused(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("run.vbs", "x")
        for name, content, words in (
            ("setup.exe", b"x", ".exe"),
            ("prices.pdf.JS", b"x", ".js"),
            ("prices.pdf", b"MZ\x90", "program"),
            ("all.zip", archive.getvalue(), "run.vbs"),
        ):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, words):
                self._mailing(attachment_ids=[(4, self._file(name, content).id)])
        empty = self.env["ir.attachment"].create({"name": "empty.pdf", "raw": b""})
        with self.assertRaisesRegex(ValidationError, "empty"):
            self._mailing(attachment_ids=[(4, empty.id)])

    def test_what_is_not(self):
        program = self._file("setup.exe", b"x")
        self._mailing(attachment_ids=[(4, program.id)], attachment_mode="link")
        self._mailing(attachment_ids=[(4, program.id)], delivery_engine="standard")
        elsewhere = self.env["ir.attachment"].create(
            {"name": "Film", "type": "url", "url": "https://films.acme.io/1"}
        )
        mailing = self._mailing(attachment_ids=[(4, elsewhere.id)])
        response = self.url_open(mailing._file_url(elsewhere), allow_redirects=False)
        self.assertEqual(response.headers["Location"], "https://films.acme.io/1")


class ReportCommon(PreviewCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "test_offer",
                "type": "qweb",
                "key": "campaign_desk.test_offer",
                "arch": "<t t-name='campaign_desk.test_offer'><t t-foreach='docs' "
                "t-as='doc'>Offer <t t-out='doc.name'/>: <t t-out='100 / "
                '(doc.client_order_ref != "zero")\'/></t></t>',
            }
        )
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Offer",
                "model": "sale.order",
                "report_type": "qweb-text",
                "report_name": "campaign_desk.test_offer",
                "print_report_name": "'Offer %s' % object.name",
            }
        )
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": name, "email": f"{name.lower()}@acme.io"}
                for name in ("Dora", "Emil", "Fritz")
            ]
        )
        cls.orders = cls.env["sale.order"].create(
            [
                {"partner_id": cls.partners[0].id, "name": "S1"},
                {"partner_id": cls.partners[0].id, "name": "S2"},
                {"partner_id": cls.partners[0].id, "name": "S3"},
                {"partner_id": cls.partners[1].id, "name": "S4"},
            ]
        )
        cls.orders[2].state = "cancel"
        cls.orders[3].client_order_ref = "zero"

    def _report_mailing(self, **values):
        return self._mailing(
            **{
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr([("id", "in", self.partners.ids)]),
                "attachment_report_id": self.report.id,
                **values,
            }
        )


@tagged("-at_install", "post_install")
class TestReports(ReportCommon):
    def test_everybody_gets_their_own(self):
        shared = self._file()
        mailing = self._report_mailing(attachment_ids=[(4, shared.id)])
        self.assertEqual(mailing.attachment_report_path, "sale_order_ids")
        self._send(mailing)
        message = self.mailbox.message_to("dora@acme.io")
        parts = {part.get_filename(): part for part in message.iter_attachments()}
        # the newest that is not cancelled, under its own name
        self.assertEqual(list(parts), ["Prices.pdf", "Offer S2.txt"])
        self.assertEqual(parts["Offer S2.txt"].get_content().strip(), "Offer S2: 100.0")
        self.assertEqual(parts["Offer S2.txt"].get_content_type(), "text/plain")
        states = {
            trace.email: (trace.trace_status, trace.failure_reason)
            for trace in mailing.mailing_trace_ids
        }
        self.assertEqual(states["dora@acme.io"][0], "sent")
        # whose report fails, or who has none, gets no mail; the others do
        self.assertEqual(states["emil@acme.io"][0], "error")
        self.assertIn("ZeroDivisionError", states["emil@acme.io"][1])
        self.assertEqual(states["fritz@acme.io"][0], "error")
        self.assertIn("There is no “Offer”", states["fritz@acme.io"][1])
        self.assertEqual(mailing.state, "done")

    def test_without_a_shared_file(self):
        mailing = self._report_mailing()
        preview = mailing.get_preview(self.partners[0].id)
        self.assertEqual(
            [file["name"] for file in preview["attachments"]], ["Offer S2.txt"]
        )
        nobody = mailing.get_preview(0)
        self.assertEqual(nobody["attachments"], [])
        self.assertIn("“Offer”", mailing.get_preview(self.partners[2].id)["error"])

    def test_of_the_recipients_own_model(self):
        self.report.model = "res.partner"
        self.report.print_report_name = False
        self.env.ref("campaign_desk.test_offer", raise_if_not_found=False)
        view = self.env["ir.ui.view"].search([("key", "=", "campaign_desk.test_offer")])
        view.arch = "<t t-name='campaign_desk.test_offer'><t t-out='docs.name'/></t>"
        mailing = self._report_mailing()
        self.assertFalse(mailing.attachment_report_path)
        preview = mailing.get_preview(self.partners[0].id)
        self.assertEqual(preview["attachments"][0]["name"], "Offer.txt")

    def test_a_path_must_lead_there(self):
        mailing = self._report_mailing()
        for path in ("name", "nonsense", "company_id", "sale_order_ids.partner_id", ""):
            with self.subTest(path), self.assertRaisesRegex(ValidationError, "lead"):
                mailing.attachment_report_path = path
        mailing.attachment_report_path = "commercial_partner_id.sale_order_ids"
        preview = mailing.get_preview(self.partners[0].id)
        self.assertEqual(preview["attachments"][0]["name"], "Offer S2.txt")

    def test_reports_that_are_offered(self):
        offered = self._report_mailing().attachment_report_ids
        self.assertIn(self.report, offered)
        self.assertTrue(all(one.model != "ir.model" for one in offered))

    def test_nobody_sends_what_they_may_not_see(self):
        with self.assertRaises(AccessError):
            self._report_mailing(user_id=self.author.id).with_user(self.author).write(
                {"attachment_report_path": "commercial_partner_id.sale_order_ids"}
            )
        seller = new_test_user(
            self.env,
            "seller",
            "campaign_desk.group_campaign_author,"
            "sales_team.group_sale_salesman,base.group_partner_manager",
        )
        mailing = self._report_mailing(user_id=seller.id).with_user(seller)
        mailing.attachment_report_path = "commercial_partner_id.sale_order_ids"
        self.orders.user_id = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):  # somebody else's quotation
            mailing.get_preview(self.partners[0].id)
        self.orders.user_id = seller
        self.assertTrue(mailing.get_preview(self.partners[0].id)["attachments"])

    def test_too_large(self):
        self.env["ir.config_parameter"].set_param("base.default_max_email_size", "1e-6")
        preview = self._report_mailing().get_preview(self.partners[0].id)
        self.assertIn("larger than the mail server takes", preview["error"])

    def test_without_the_program_for_pdfs(self):
        self.report.report_type = "qweb-pdf"
        mailing = self._report_mailing()
        with patch.object(
            type(self.report), "get_wkhtmltopdf_state", return_value="install"
        ):
            lines = {line["code"]: line for line in mailing.preflight()}
            self.assertEqual(lines["report_engine"]["level"], "error")
            with self.assertRaisesRegex(UserError, "wkhtmltopdf"):
                mailing.action_launch()

    def test_preflight(self):
        lines = {line["code"]: line for line in self._report_mailing().preflight()}
        self.assertEqual(
            lines["report_missing"]["title"], "Recipients without “Offer”: 1"
        )

    def test_a_report_that_hangs_is_given_up(self):
        self.report.report_type = "qweb-pdf"
        mailing = self._report_mailing()
        reports = type(self.report)

        def hang(*_args, **_kwargs):
            program = self._hanging_program()
            code = program.wait(20)
            raise UserError(self.env._("wkhtmltopdf failed: %s", code))

        with (
            patch.object(reports, "get_wkhtmltopdf_state", return_value="ok"),
            patch.object(reports, "_render_qweb_pdf", hang),
            patch.object(recipient_report, "MOST_SECONDS", 1),
        ):
            preview = mailing.get_preview(self.partners[0].id)
        self.assertIn("took longer than 1 seconds", preview["error"])

    def _hanging_program(self):
        """Start a program by the name of the real one, which never ends."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = f"{folder}/wkhtmltopdf"
        shutil.copy(shutil.which("sleep"), path)
        return subprocess.Popen([path, "60"])

    @unittest.skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_real_pdf(self):
        # No server answers beside this test; the PDF can do without style sheets.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        mailing = self._report_mailing(
            attachment_report_id=self.env.ref("sale.action_report_saleorder").id,
            mailing_domain=repr([("id", "=", self.partners[0].id)]),
            body_html=BODY,
        )
        self._send(mailing)
        message = self.mailbox.message_to("dora@acme.io")
        [part] = message.iter_attachments()
        self.assertEqual(part.get_filename(), "Quotation - S2.pdf")
        self.assertEqual(part.get_content_type(), "application/pdf")
        self.assertTrue(part.get_content().startswith(b"%PDF"))

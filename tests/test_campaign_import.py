"""Contacts from a file: what is imported, what is refused, and what stays as it was."""

import base64
import csv
import io

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..models.campaign import campaign_contact_import
from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestContactImport(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = new_test_user(
            cls.env, "importer", "campaign_desk.group_campaign_author"
        )

    def _import(self, text, **values):
        content = text if isinstance(text, bytes) else text.encode()
        return (
            self.env["campaign.contact.import"]
            .with_user(self.author)
            .create(
                {
                    "file": base64.b64encode(content),
                    "list_ids": [Command.set(self.list_one.ids)],
                    **values,
                }
            )
        )

    def _done(self, text, **values):
        record = self._import(text, **values)
        record.action_import()
        self.assertEqual(record.state, "done")
        return record

    def _report(self, record):
        text = base64.b64decode(record.report).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_form(self):
        with Form(self.env["campaign.contact.import"].with_user(self.author)) as form:
            form.file = base64.b64encode(
                b"E-Mail;Name;Shoe\nanna@example.com;Anna;38\nnobody;Ben;40\n"
            )
            form.list_ids.add(self.list_one)
            self.assertIn("anna@example.com", form.preview)
            self.assertIn("Rejected", form.preview)
        record = form.record
        self.assertEqual(record.column_ids.mapped("target"), ["email", "name", False])
        self.assertEqual(
            record.column_ids.mapped("sample"), ["anna@example.com", "Anna", "38"]
        )
        self.assertFalse(self.list_one.contact_ids, "Looking imports nothing.")
        record.action_import()
        self.assertEqual(self.list_one.contact_ids.name, "Anna")

    def test_contacts(self):
        tag = self.env["res.partner.category"].create({"name": "Press"})
        record = self._done(
            "Mail,Vorname,Nachname,Firma,Land,Tags\n"
            'Anna@Example.com,Anna,Keller,ACME,es,"press, unknown"\n'
            "Ben B <ben@example.com>,Ben,,,Atlantis,\n"
        )
        anna, ben = self.list_one.contact_ids.sorted("id")
        self.assertEqual(anna.email, "anna@example.com")
        self.assertEqual(anna.name, "Anna Keller")
        self.assertEqual(anna.company_name, "ACME")
        self.assertEqual(anna.country_id.code, "ES")
        self.assertEqual(anna.tag_ids, tag)
        self.assertEqual(ben.email, "ben@example.com")
        self.assertEqual(record.created_count, 2)
        self.assertEqual(record.noted_count, 2)
        self.assertIn("Atlantis", record.line_ids[1].reason)
        self.assertFalse(record.file, "It is not kept.")

    def test_rejected_lines(self):
        self.env["mail.blacklist"]._add("blocked@example.com")
        self.env["campaign.suppression"]._suppress(
            {"suppressed@example.com": None},
            {"scope": "global"},
            reason="request",
            source="person",
        )
        record = self._done(
            "email,name\n"
            "anna@example.com,Anna\n"
            "\n"
            ",=HYPERLINK(0)\n"
            "no address,Ben\n"
            "a@b@example.com,Ben\n"
            "one@example.com two@example.com,Ben\n"
            "ANNA@example.com,Anna again\n"
            "blocked@example.com,Blocked\n"
            "suppressed@example.com,Suppressed\n"
        )
        self.assertEqual(record.created_count, 1)
        self.assertEqual(record.rejected_count, 7)
        self.assertEqual(record.line_ids.mapped("number"), [4, 5, 6, 7, 8, 9, 10])
        header, *rows = self._report(record)
        self.assertEqual(header[-2:], ["email", "name"])
        self.assertEqual(rows[0][-1], "'=HYPERLINK(0)")
        self.assertIn("line 2", rows[4][2])
        self.assertFalse(
            self.env["mailing.contact"].search([("email", "=", "blocked@example.com")])
        )

    def test_notes(self):
        record = self._done(
            "email\ninfo@example.com\nx@mailinator.com\nanna@gmial.com\n"
        )
        self.assertEqual(record.created_count, 3)
        self.assertEqual(record.noted_count, 3)
        self.assertIn("anna@gmail.com", record.line_ids[2].reason)

    def test_no_contact_twice(self):
        known = self._contact("Anna", "anna@example.com", self.list_two)
        text = "email,name,company\nAnna@example.com,Anne,ACME\n"
        for existing, name, company in (
            ("keep", "Anna", False),
            ("fill", "Anna", "ACME"),
            ("overwrite", "Anne", "ACME"),
        ):
            record = self._done(text, existing=existing)
            self.assertEqual(record.updated_count, 1)
            self.assertEqual(known.name, name)
            self.assertEqual(known.company_name, company)
        self.assertEqual(known.list_ids, self.list_one + self.list_two)
        again = self._done(text)
        self.assertEqual(again.unchanged_count, 1)
        found = self.env["mailing.contact"].search(
            [("email_normalized", "=", "anna@example.com")]
        )
        self.assertEqual(found, known)

    def test_who_left_stays_off(self):
        gone = self._contact("Gone", "gone@example.com", opted_out=self.list_one)
        record = self._done("email\ngone@example.com\n")
        self.assertTrue(gone.subscription_ids.opt_out)
        self.assertEqual(len(gone.subscription_ids), 1)
        self.assertIn("have left", record.line_ids.reason)
        # also as a second contact with the same address
        other = self._contact("Other", "twice@example.com", self.list_two)
        self._contact("Twice", "twice@example.com", opted_out=self.list_one)
        self._done("email\ntwice@example.com\n")
        self.assertEqual(other.list_ids, self.list_two)

    def test_large_file(self):
        """It goes on in the background where it stopped, and counts each line once."""
        lines = [f"p{number}@example.com" for number in range(2500)]
        record = self._import("email\n" + "\n".join([*lines, lines[0]]))
        record.action_import()
        self.assertEqual(record.state, "running")
        self.assertFalse(record.created_count)
        self.assertFalse(record._run(commit=lambda _done: 0), "No time is left.")
        self.assertEqual(record.created_count, 1000)
        self.assertEqual(record.position, 1001)
        self.assertTrue(record._run(commit=lambda _done: 1))
        self.assertEqual(record.state, "done")
        self.assertEqual(record.created_count, 2500)
        self.assertEqual(record.rejected_count, 1)
        self.assertIn("line 2", record.line_ids.reason)
        self.assertEqual(self.list_one.contact_count, 2500)

    def test_stops_in_the_middle(self):
        content = "email\n" + "".join(f"p{n}@example.com\n" for n in range(1100))
        record = self._import(content)
        content += "x" * 3000
        record.file = base64.b64encode(content.encode())
        record.sudo().state = "running"
        record._run(commit=lambda _done: 1)
        self.assertEqual(record.state, "failed")
        self.assertEqual(record.created_count, 1000)
        self.assertIn("quotation mark", record.error)

    def test_files_that_are_none(self):
        for content in (b"", b"\x89PNG\0\0", b"PK\x03\x04x", b"\xd0\xcf\x11\xe0"):
            with self.subTest(content=content), self.assertRaises(UserError):
                self._import(content or b"\n")

    def test_columns(self):
        record = self._import("a,b\nx,y\n")
        with self.assertRaisesRegex(UserError, "which column"):
            record.action_import()
        record.column_ids.target = "email"
        self.assertTrue(record.preview, "It can still be opened.")
        with self.assertRaisesRegex(UserError, "same field"):
            record.action_import()

    def test_preview_shows_text(self):
        record = self._import("email,name\n<b>x</b>,<script>alert(1)</script>\n")
        self.assertIn("&lt;script&gt;", record.preview)
        self.assertNotIn("<script>", record.preview)

    def test_only_once(self):
        record = self._done("email\nanna@example.com\n")
        with self.assertRaises(UserError):
            record.action_import()

    def test_whose(self):
        record = self._done("email\nx\n")
        other = new_test_user(
            self.env, "other_one", "campaign_desk.group_campaign_author"
        )
        for one in (record, record.line_ids, record.column_ids):
            with self.assertRaises(AccessError):
                one.with_user(other).read([])
        with self.assertRaises(AccessError):
            record.line_ids.write({"reason": "x"})

    def test_forgotten(self):
        record = self._done("email\nx\n")
        record.invalidate_recordset()
        self.env.cr.execute(
            "UPDATE campaign_contact_import SET create_date = '2020-01-01'"
        )
        self.env["campaign.contact.import"]._gc_old()
        self.assertFalse(record.sudo().exists())

    def test_every_error_has_words(self):
        for code in [
            "empty",
            "too_big",
            "too_long",
            "too_wide",
            "long_cell",
            "old_excel",
            "broken",
        ]:
            error = campaign_contact_import.tables.TableError(code)
            self.assertTrue(campaign_contact_import.explain(self.env, error))


@tagged("-at_install", "post_install")
class TestPartnerTie(DeskCommon):
    def test_tied(self):
        partners = self.env["res.partner"]
        anna = partners.create({"name": "Anna", "email": "Anna@example.com"})
        contact = self._contact("A", "anna@example.com")
        self.assertEqual(contact.partner_id, anna)
        contact.email = "ben@example.com"
        self.assertFalse(contact.partner_id)
        ben = partners.create({"name": "Ben", "email": "ben@example.com"})
        self.assertEqual(contact.partner_id, ben)
        contact.email = "cleo@example.com"
        anna.email = "cleo@example.com"
        self.assertEqual(contact.partner_id, anna)

    def test_all_at_once(self):
        anna = self.env["res.partner"].create({"name": "A", "email": "a@example.com"})
        contact = self._contact("A", "a@example.com")
        blank = self._contact("B", False)
        (contact + blank).partner_id = False
        self.env.flush_all()
        self.env["mailing.contact"]._tie_to_partners(SQL("TRUE"))
        self.env.invalidate_all()
        self.assertEqual(contact.partner_id, anna)
        self.assertFalse(blank.partner_id)

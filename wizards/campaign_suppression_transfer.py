"""Tracking: suppressions in and out, as CSV."""

import base64
import csv
import io
import re

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..models.tracking.campaign_suppression import REASONS

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_COLUMNS = ("email", "e-mail", "address", "sha256", "sha-256", "hash", "email address")
# What a spreadsheet would take for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LARGEST_FILE = 100 * 1024 * 1024
_SHOWN_ERRORS = 20


class CampaignSuppressionImport(models.TransientModel):
    """Reads addresses, or their SHA-256 hashes, from the first fitting column."""

    _name = "campaign.suppression.import"
    _description = "Import Suppressions"

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    scope = fields.Selection(
        lambda self: self.env["campaign.suppression"]._fields["scope"].selection,
        "Leave out of",
        required=True,
        default="company",
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    list_id = fields.Many2one("mailing.list")
    campaign_id = fields.Many2one("utm.campaign")
    reason = fields.Selection(REASONS, required=True, default="request")
    note = fields.Char()
    expires_at = fields.Datetime("Until")
    is_hashed = fields.Boolean(
        "Keep Only Hashes",
        help="Forget the addresses once they are hashed. They are still left out.",
    )
    result = fields.Text(readonly=True)

    def action_import(self):
        """Suppress what the file names, and say what was not understood."""
        self.ensure_one()
        self.env["campaign.suppression"].check_access("create")
        addresses, errors = self._read_file()
        place = {
            "scope": self.scope,
            "company_id": self.company_id.id,
            "list_id": self.list_id.id,
            "campaign_id": self.campaign_id.id,
        }
        if self.scope in ("list", "campaign") and not place[f"{self.scope}_id"]:
            raise UserError(self.env._("Say which list or campaign leaves them out."))
        if not addresses:
            raise UserError(
                self.env._(
                    "There is no email address in this file, and no SHA-256 hash of "
                    "one. It should be a CSV file with a column “email” or “sha256”."
                )
            )
        added, known = self.env["campaign.suppression"]._suppress(
            dict.fromkeys(addresses),
            place,
            reason=self.reason,
            source="import",
            note=self.note,
            expires_at=self.expires_at,
            is_hashed=self.is_hashed,
        )
        self.result = self._report(added, known, errors)
        self.file = False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Suppressions"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _report(self, added, known, errors):
        lines = [
            self.env._(
                "%(added)s added, %(known)s known already.", added=added, known=known
            )
        ]
        if errors:
            lines.append(self.env._("%s lines hold no address:", len(errors)))
            lines += [
                self.env._("Line %(number)s: %(words)s", number=number, words=words)
                for number, words in errors[:_SHOWN_ERRORS]
            ]
            if len(errors) > _SHOWN_ERRORS:
                lines.append("…")
        return "\n".join(lines)

    def _read_file(self):
        """Return the addresses and hashes in the file, and the lines with neither."""
        data = base64.b64decode(self.file or b"")
        if not data:
            raise UserError(self.env._("Choose a file first."))
        if len(data) > _LARGEST_FILE:
            raise UserError(self.env._("Files of up to 100 MB can be read. Split it."))
        text = data.decode("utf-8-sig", "replace").replace("\x00", "")
        delimiter = max(",;\t", key=text[:4096].count)
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        addresses, errors, column = {}, [], None
        try:
            for number, row in enumerate(rows, 1):
                if number == 1:
                    column = _named_column(row)
                    if column is not None:
                        continue
                if any(cell.strip() for cell in row):
                    found = _address_in(row, column)
                    if found:
                        addresses[found] = True
                    else:
                        errors.append((number, delimiter.join(row)[:80]))
        except csv.Error as error:
            raise UserError(self.env._("This is no CSV file: %s", error)) from error
        return addresses, errors


class CampaignSuppressionExport(models.TransientModel):
    """Writes the suppressions that the user may see."""

    _name = "campaign.suppression.export"
    _description = "Export Suppressions"

    content = fields.Selection(
        [("address", "Email addresses"), ("hash", "SHA-256 hashes only")],
        required=True,
        default="hash",
        help="Hashes keep the addresses from readers; other systems can still match "
        "theirs. Of addresses that are kept as hashes, there is nothing else.",
    )
    with_over = fields.Boolean("Also Lifted and Past Ones")
    suppression_ids = fields.Many2many("campaign.suppression")
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(default="suppressions.csv")

    def action_export(self):
        """Write the file, and offer it."""
        self.ensure_one()
        suppressions = self.env["campaign.suppression"]
        suppressions.check_access("read")
        domain = [] if self.with_over else [("state", "=", "in_force")]
        chosen = self.suppression_ids
        if chosen:
            domain = [("id", "in", chosen.ids), *domain]
        rows = io.StringIO()
        writer = csv.writer(rows)
        writer.writerow(
            [
                "email" if self.content == "address" else "sha256",
                *("scope", "where", "reason", "note", "since", "until", "lifted"),
            ]
        )
        found = suppressions.with_context(active_test=False).search(domain, order="id")
        for one in found:
            writer.writerow([_harmless(cell) for cell in self._row(one)])
        self.file = base64.b64encode(rows.getvalue().encode())
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}"
            "?download=true",
            "target": "download",
        }

    def _row(self, one):
        address = one.address if self.content == "address" else None
        return [
            address or one.address_hash,
            one.scope,
            one._place() or "",
            one.reason,
            one.note or "",
            one.create_date.isoformat(sep=" ", timespec="seconds"),
            one.expires_at or "",
            one.lifted_at or "",
        ]


def _named_column(row):
    """Return which column holds addresses, when the first row names the columns."""
    names = [cell.strip().lower() for cell in row]
    return next((number for number, name in enumerate(names) if name in _COLUMNS), None)


def _address_in(row, column):
    """Return the address or hash in a row, or None."""
    cells = row[column : column + 1] if column is not None else row
    for cell in cells:
        cell = cell.strip().removeprefix("'")
        if _HASH.fullmatch(cell):
            return cell.lower()
        if "@" in cell and (address := email_normalize(cell)):
            return address
    return None


def _harmless(cell):
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) else text

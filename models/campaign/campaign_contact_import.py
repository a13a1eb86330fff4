"""Campaign: contacts that come from a file, and what became of each of its lines."""

import base64
from itertools import islice

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...tools import contact_columns, tables
from .contact_import_run import CHUNK, ContactImportRun

FIELDS = [
    ("email", "Email"),
    ("name", "Name"),
    ("first_name", "First Name"),
    ("last_name", "Last Name"),
    ("company_name", "Company"),
    ("country_id", "Country"),
    ("tag_ids", "Tags"),
]
AT_ONCE = 2000  # lines; what takes longer is done in the background
_PREVIEWED = 8
_KEPT_DAYS = 30


class CampaignContactImport(models.Model):
    """A file of contacts, what its columns mean, and what its import did.

    The file goes as soon as it is imported, the rest after a month.

    =========  ==============================================================
    draft      columns are matched
    running    it is done in the background, as far as ``position``
    done       every line was imported or has a line in ``line_ids`` saying why not
    failed     the file cannot be read to its end; what came before is imported
    =========  ==============================================================
    """

    _name = "campaign.contact.import"
    _description = "Import of Contacts"
    _order = "id desc"
    _rec_name = "file_name"

    file = fields.Binary(attachment=True)
    file_name = fields.Char(default="contacts.csv")
    list_ids = fields.Many2many(
        "mailing.list",
        "campaign_contact_import_list_rel",
        string="Put Them On",
        help="Who has left a list is not put on it again.",
    )
    consent_statement = fields.Text(
        "How They Agreed",
        help="Where the addresses come from and how their owners agreed to be mailed. "
        "It is kept with each subscription as the proof.",
    )
    existing = fields.Selection(
        [
            ("fill", "Fill in what is blank"),
            ("overwrite", "Replace by what the file says"),
            ("keep", "Leave as they are"),
        ],
        "Contacts That Exist",
        default="fill",
        required=True,
        help="Contacts with the same address. In any case they are put on the lists.",
    )
    column_ids = fields.One2many(
        "campaign.contact.import.column",
        "import_id",
        "Columns",
        compute="_compute_column_ids",
        store=True,
        readonly=False,
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    state = fields.Selection(
        [
            ("draft", "To Do"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Stopped"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    position = fields.Integer(readonly=True, copy=False, help="The last line done.")
    line_count = fields.Integer("Lines", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    created_count = fields.Integer("New Contacts", readonly=True, copy=False)
    updated_count = fields.Integer("Changed Contacts", readonly=True, copy=False)
    unchanged_count = fields.Integer("Known Already", readonly=True, copy=False)
    rejected_count = fields.Integer("Rejected Lines", readonly=True, copy=False)
    noted_count = fields.Integer("Imported With a Note", readonly=True, copy=False)
    error = fields.Char(readonly=True, copy=False)
    header = fields.Json(readonly=True, copy=False)
    line_ids = fields.One2many("campaign.contact.import.line", "import_id", copy=False)
    report = fields.Binary(compute="_compute_report")

    # ------------------------------------------------------------
    # Before
    # ------------------------------------------------------------

    @api.depends("file")
    def _compute_column_ids(self):
        """Begin with one line per column of the file, with a guess what it holds."""
        for record in self:
            if not record.file:
                record.column_ids = record.column_ids
                continue
            table = record._read()
            with record._in_words():
                samples = [row for _number, row in islice(table.lines, 50)]
            guesses = contact_columns.guess(table.header, samples)
            record.column_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "position": position,
                            "title": title or self.env._("Column %s", position + 1),
                            "sample": record._sample(position, samples),
                            "target": target,
                        }
                    )
                    for position, (title, target) in enumerate(
                        zip(table.header, guesses, strict=True)
                    )
                ),
            ]

    @staticmethod
    def _sample(position, rows):
        cells = (row[position] for row in rows if len(row) > position)
        return next(filter(None, cells), "")[:60]

    @api.depends("column_ids.target", "list_ids", "existing", "file")
    def _compute_preview(self):
        for record in self:
            record.preview = False
            if record.file and record.state == "draft" and record._targets():
                table = record._read()
                with record._in_words():
                    run = ContactImportRun(record)
                    lines = run.judge(list(islice(table.lines, _PREVIEWED)))
                record.preview = self.env["ir.qweb"]._render(
                    "campaign_desk.contact_import_preview",
                    {"lines": lines, "run": run},
                )

    def _targets(self):
        """Return which column holds which of a contact's fields."""
        chosen = self.column_ids.filtered("target")
        return {column.target: column.position for column in chosen}

    def _check_columns(self):
        targets = self._targets()
        if "email" not in targets:
            raise UserError(self.env._("Say which column holds the email address."))
        if len(targets) < len(self.column_ids.filtered("target")):
            raise UserError(self.env._("Two columns are to be the same field."))

    def _read(self):
        with self._in_words():
            return tables.read(
                base64.b64decode(self.with_context(bin_size=False).file or b"")
            )

    def _in_words(self):
        return _Explained(self.env)

    # ------------------------------------------------------------
    # Do it
    # ------------------------------------------------------------

    def action_import(self):
        """Import the file: at once if it is small, otherwise in the background."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This file has been imported already."))
        if not self.file:
            raise UserError(self.env._("Choose a CSV or XLSX file."))
        self._check_columns()
        table = self._read()
        with self._in_words():
            count = sum(1 for _line in table.lines)
        self.write({"state": "running", "line_count": count, "header": table.header})
        if count <= AT_ONCE:
            self._run(commit=None)
        else:
            job = self.env.ref("campaign_desk.ir_cron_contact_import")
            job.sudo()._trigger()  # sudo: waking a job, not changing it
        return True

    @api.model
    def _cron_import(self):
        """Go on with imports, each as who began it, a chunk in each transaction."""
        commit = self.env["ir.cron"]._commit_progress
        for record in self.search([("state", "=", "running")], order="id"):
            record = record.with_user(record.create_uid)
            try:
                if not record._run(commit):
                    return
            except UserError as error:  # such as rights that were taken away
                self.env.cr.rollback()
                record.sudo().write(
                    {"state": "failed", "error": str(error)}
                )  # as above
            commit()

    def _run(self, commit):
        """Import what is left of the file.

        :param commit: called after each chunk; what it returns says whether there is
            time to go on.
        :return: whether the import is over.
        """
        run = ContactImportRun(self)
        if not run.lock():
            if commit is None:
                raise UserError(
                    self.env._(
                        "Another import is being done. Try again in a minute, so that "
                        "no contact is made twice."
                    )
                )
            return False
        try:
            lines = tables.read(
                base64.b64decode(self.with_context(bin_size=False).file or b"")
            ).lines
            while chunk := list(islice(lines, CHUNK)):
                if chunk[-1][0] <= self.position:
                    run.skip(chunk)
                    continue
                self._note(run.do(chunk), chunk[-1][0])
                if commit and not (commit(len(chunk)) and run.lock()):
                    return False
        except tables.TableError as error:
            # sudo: figures and state are the run's to write
            self.sudo().write(
                {"state": "failed", "error": explain(self.env, error), "file": False}
            )
        else:
            self.sudo().write({"state": "done", "file": False})  # sudo: as above
        self._tell()
        return True

    def _note(self, lines, position):
        """Write down what became of lines."""
        self_sudo = self.sudo()  # sudo: figures are the run's to write
        outcomes = [line.outcome for line in lines]
        self_sudo.write(
            {
                "position": position,
                **{
                    f"{name}_count": self_sudo[f"{name}_count"] + outcomes.count(name)
                    for name in ("created", "updated", "unchanged", "rejected")
                },
                "noted_count": self_sudo.noted_count
                + sum(
                    bool(line.notes) and line.outcome != "rejected" for line in lines
                ),
            }
        )
        self_sudo.env["campaign.contact.import.line"].create(
            [
                {
                    "import_id": self.id,
                    "number": line.number,
                    "is_rejected": line.outcome == "rejected",
                    "reason": " ".join(line.notes),
                    "cells": line.cells,
                }
                for line in lines
                if line.notes
            ]
        )

    def _tell(self):
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning" if self.state == "failed" else "success",
                "title": self.file_name or "",
                "message": self.error
                or self.env._(
                    "%(new)s new contacts, %(rejected)s rejected lines.",
                    new=self.created_count,
                    rejected=self.rejected_count,
                ),
            },
        )

    # ------------------------------------------------------------
    # After
    # ------------------------------------------------------------

    @api.depends("position", "line_count", "state")
    def _compute_progress(self):
        for record in self:
            done = min(record.position, record.line_count)
            record.progress = 100.0 * done / record.line_count if done else 0.0
            if record.state == "done":
                record.progress = 100.0

    def _compute_report(self):
        for record in self:
            titles = [self.env._("Line"), self.env._("Result"), self.env._("Why")]
            rejected, noted = self.env._("Rejected"), self.env._("Imported")
            rows = [
                [
                    str(line.number),
                    rejected if line.is_rejected else noted,
                    line.reason or "",
                    *(line.cells or []),
                ]
                for line in record.line_ids
            ]
            content = tables.write_csv([[*titles, *(record.header or [])], *rows])
            record.report = base64.b64encode(content)

    def action_download_report(self):
        """Download the lines that were rejected or have a note, with the reasons."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/report"
            "?download=true&filename=report.csv",
        }

    def action_refresh(self):
        """Show how far it is: the form reads itself again."""
        return True

    @api.autovacuum
    def _gc_old(self):
        """Forget imports after a month: their lines hold addresses of people."""
        old = fields.Date.subtract(fields.Date.today(), days=_KEPT_DAYS)
        self.search([("create_date", "<", old), ("state", "!=", "running")]).unlink()


class CampaignContactImportColumn(models.Model):
    """What one column of a file means."""

    _name = "campaign.contact.import.column"
    _description = "Column of an Import"
    _order = "position, id"
    _rec_name = "title"

    import_id = fields.Many2one(
        "campaign.contact.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(readonly=True)
    title = fields.Char("Column", readonly=True)
    sample = fields.Char("For Example", readonly=True)
    target = fields.Selection(FIELDS, "Is", help="Blank: it is not imported.")


class CampaignContactImportLine(models.Model):
    """A line of a file that was rejected, or imported with a note."""

    _name = "campaign.contact.import.line"
    _description = "Line of an Import"
    _order = "import_id, number, id"
    _rec_name = "reason"

    import_id = fields.Many2one(
        "campaign.contact.import", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Line", help="As the file numbers them.")
    is_rejected = fields.Boolean("Rejected")
    reason = fields.Char("Why")
    cells = fields.Json()


class _Explained:
    """Raises what is wrong with a file as a UserError in words."""

    def __init__(self, env):
        self._env = env

    def __enter__(self):
        return self

    def __exit__(self, _type, error, _traceback):
        if isinstance(error, tables.TableError):
            raise UserError(explain(self._env, error)) from error


def explain(env, error):
    """Return in words what is wrong with a file, and what to do."""
    return {
        "empty": env._("The file is empty. Its first line should name the columns."),
        "too_big": env._("The file is too big. Split it into several."),
        "too_long": env._(
            "The file has more than %s lines. Split it into several.", tables.MOST_ROWS
        ),
        "too_wide": env._(
            "The file has more than %s columns. Take out those that are not needed.",
            tables.MOST_COLUMNS,
        ),
        "long_cell": env._(
            "A cell of the file has more than %s characters. Perhaps a quotation mark "
            "is not closed.",
            tables.LONGEST_CELL,
        ),
        "old_excel": env._(
            "This is an old or protected Excel file. Save it as XLSX or CSV without a "
            "password."
        ),
        "broken": env._(
            "The file cannot be read. Save it again as CSV (UTF-8) or XLSX."
        ),
    }[error.code]

"""Campaign: a document of the recipient's own that goes with the mail."""

import os
import threading
import time
from contextlib import contextmanager

import psutil

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import safe_eval

from ...tools import mime

# A report that takes longer is given up for this recipient.
MOST_SECONDS = 60
_TYPES = {
    "pdf": ("application/pdf", "pdf"),
    "html": ("text/html", "html"),
    "text": ("text/plain", "txt"),
}
_RELATIONS = ("many2one", "one2many", "many2many")


class RecipientReport:
    """Prints a report for one recipient after the other.

    :raise UserError: none can be printed, for nobody.
    """

    def __init__(self, mailing):
        self._mailing = mailing
        # sudo: who may send the mailing chose the report; its records are the
        # recipient's own.
        self._report_sudo = mailing.sudo().attachment_report_id
        if not mailing._can_print():
            raise UserError(
                mailing.env._(
                    "No PDF can be made on this server: the program wkhtmltopdf is "
                    "missing. An administrator installs it."
                )
            )

    def files_for(self, record, lang):
        """Return the recipient's own file, in a list.

        None for somebody of whom only the address is known.

        :raise UserError: there is nothing to print, or printing failed.
        """
        if not isinstance(record.id, int):
            return []
        env, report = self._mailing.env, self._report_sudo
        document = self._mailing._document_of(record)
        if not document:
            raise UserError(
                env._("There is no “%s” for this recipient.", report.display_name)
            )
        if lang:
            report, document = (
                report.with_context(lang=lang),
                document.with_context(lang=lang),
            )
        content, kind = self._print(report, document)
        mimetype, ending = _TYPES[kind]
        if isinstance(content, str):
            content = content.encode()
        if len(content) * 8 / 6 > self._mailing._max_mail_bytes():
            raise UserError(
                env._("“%s” is larger than the mail server takes.", report.display_name)
            )
        name = f"{self._name(report, document)}.{ending}"
        return [mime.Attachment(name, mimetype, content)]

    def _print(self, report, document):
        try:
            with _limited(MOST_SECONDS) as clock:
                # Tests print PDFs too, which Odoo avoids otherwise.
                printer = report.with_context(force_report_rendering=True)
                return printer._render(report.id, document.ids)
        except UserError:
            if clock.is_over:
                raise UserError(
                    self._mailing.env._(
                        "“%(report)s” took longer than %(seconds)s seconds.",
                        report=report.display_name,
                        seconds=MOST_SECONDS,
                    )
                ) from None
            raise

    def _name(self, report, document):
        """Return the file's name as when a person prints it, without its ending."""
        name = report.print_report_name and safe_eval.safe_eval(
            report.print_report_name, {"object": document, "time": safe_eval.time}
        )
        return str(name or report.name).replace("/", "-")


class _Clock:
    is_over = False


@contextmanager
def _limited(seconds):
    """End what makes PDFs when it takes too long; Odoo waits for it without end."""
    begun, clock = time.time(), _Clock()

    def end():
        clock.is_over = True
        for child in psutil.Process(os.getpid()).children():
            if "wkhtmltopdf" in child.name() and child.create_time() >= begun - 1:
                child.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    finally:
        timer.cancel()


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    attachment_report_id = fields.Many2one(
        "ir.actions.report",
        "Their Own Document",
        ondelete="restrict",
        tracking=True,
        help="A report that is printed for each recipient and attached, such as their "
        "quotation.",
    )
    attachment_report_path = fields.Char(
        "Found By",
        compute="_compute_attachment_report_path",
        store=True,
        readonly=False,
        help="The field of the recipient that holds the documents, such as "
        "sale_order_ids. The newest that is not cancelled is printed.",
    )
    attachment_report_ids = fields.Many2many(
        "ir.actions.report", compute="_compute_attachment_report_ids"
    )

    @api.depends("mailing_model_real")
    def _compute_attachment_report_ids(self):
        """Offer the reports of the recipients' model and of what hangs on it."""
        for mailing in self:
            model = self.env.get(mailing.mailing_model_real)
            names = {} if model is None else {model._name, *_related(model).values()}
            mailing.attachment_report_ids = self.env["ir.actions.report"].search(
                [
                    ("model", "in", list(names)),
                    ("report_type", "in", ("qweb-pdf", "qweb-html", "qweb-text")),
                ]
            )

    @api.depends("attachment_report_id", "mailing_model_real")
    def _compute_attachment_report_path(self):
        """Propose the first field that leads to the report's records."""
        for mailing in self:
            wanted = mailing.sudo().attachment_report_id.model
            model = self.env.get(mailing.mailing_model_real)
            if not wanted or model is None or wanted == model._name:
                mailing.attachment_report_path = False
            elif not mailing._leads_to(mailing.attachment_report_path, wanted):
                paths = [one for one, name in _related(model).items() if name == wanted]
                mailing.attachment_report_path = next(iter(paths), False)

    @api.constrains(
        "attachment_report_id", "attachment_report_path", "mailing_model_id"
    )
    def _check_attachment_report(self):
        for mailing in self.filtered("attachment_report_id"):
            wanted = mailing.sudo().attachment_report_id.model
            if wanted not in self.env:
                raise ValidationError(self.env._("This report cannot be printed."))
            # Who sends documents to others must be able to see such documents.
            self.env[wanted].sudo(False).check_access("read")
            path = mailing.attachment_report_path
            is_own = not path and wanted == mailing.mailing_model_real
            if not is_own and not mailing._leads_to(path, wanted):
                raise ValidationError(
                    self.env._(
                        "“%(path)s” does not lead from a recipient to what "
                        "“%(report)s” prints. Name a field such as sale_order_ids, or "
                        "one after the other with dots between them.",
                        path=path or "",
                        report=mailing.sudo().attachment_report_id.display_name,
                    )
                )

    def _leads_to(self, path, wanted):
        """Return whether a path of fields ends at records of the model ``wanted``."""
        model = self.env.get(self.mailing_model_real)
        for name in (path or "").split("."):
            field = model._fields.get(name) if model is not None else None
            if not field or field.type not in _RELATIONS:
                return False
            model = self.env[field.comodel_name]
        return model._name == wanted

    def _document_of(self, record):
        """Return what is printed for a recipient: the newest that is not cancelled."""
        path = self.attachment_report_path
        found = record.mapped(path) if path else record
        if "state" in found._fields:
            found = found.filtered(lambda one: one.state != "cancel")
        return found.sorted("id")[-1:]

    def _can_print(self):
        """Return whether the program for PDFs is there, if one is to be made."""
        # sudo: as in RecipientReport
        report_sudo = self.sudo().attachment_report_id
        return (
            report_sudo.report_type != "qweb-pdf"
            or report_sudo.get_wkhtmltopdf_state() != "install"
        )


def _related(model):
    """Return the relational fields of a model with the models they lead to."""
    return {
        name: field.comodel_name
        for name, field in model._fields.items()
        if field.type in _RELATIONS and not name.startswith(("message_", "activity_"))
    }

"""Campaign: which recipients lack what a mail wants to say of them."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.merge_fields import MergeFieldError
from .merge_errors import explain_merge_error


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _merge_contents(self):
        """Return the mail in each of its languages, its own first."""
        return [self, *self.translation_ids]

    def _merge_field_problems(self):
        """Return sentences about merge fields that keep the mailing from being sent."""
        problems = []
        for content in self._merge_contents():
            try:
                content._found_merge_fields(content._merge_rules())
            except MergeFieldError as error:
                problems.append(explain_merge_error(error, self.env))
        return problems

    def _merge_field_gaps(self):
        """Return what each merge field lacks, in the order in which they are used.

        :return: for each a dict: ``path`` and ``label`` of the field, ``has_fallback``
            (everywhere where it is used), ``is_required``, and ``count``, the
            recipients without a value; None when that cannot be searched for. Fields
            that nobody lacks are among them.
        """
        self.ensure_one()
        gaps = {}
        for content in self._merge_contents():
            rules = content._merge_rules()
            try:
                found = content._found_merge_fields(rules)
            except MergeFieldError:
                continue  # :meth:`_merge_field_problems` tells
            for one, _kinds in found:
                for path in one.printed():
                    gap = gaps.setdefault(
                        path,
                        {
                            "path": path,
                            "label": rules.label(path),
                            "has_fallback": True,
                            "is_required": False,
                        },
                    )
                    gap["has_fallback"] &= one.has_fallback
                    gap["is_required"] |= one.required == path
        for path, gap in gaps.items():
            gap["count"] = self._count_gap(path)
        return list(gaps.values())

    def _count_gap(self, path):
        # sudo: a number, of recipients who get the mail whoever looks
        model_sudo = self.env[self.mailing_model_real].sudo()
        if not _is_searchable(model_sudo, path):
            return None
        domain = self.sudo()._get_recipients_domain() & lacks(path)
        return model_sudo.search_count(domain)

    def action_view_merge_gap(self, path):
        """Show the recipients who lack a field.

        :param path: one of the paths of :meth:`_merge_field_gaps`.
        """
        self.ensure_one()
        gaps = {gap["path"]: gap for gap in self._merge_field_gaps()}
        if path not in gaps or gaps[path]["count"] is None:
            raise UserError(self.env._("Who lacks this field cannot be listed."))
        return self._open_merge_gap(path, gaps[path]["label"])

    def _open_merge_gap(self, path, label):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Without %s", label),
            "res_model": self.mailing_model_real,
            "views": [(False, "list"), (False, "form")],
            "domain": list(self._get_recipients_domain() & lacks(path)),
        }


def _is_searchable(model, path):
    for name in path.split("."):
        field = model._fields[name]
        if not field._description_searchable:
            return False
        model = model.env[field.comodel_name] if field.relational else model
    return True


def lacks(path):
    """Return the domain of records whose field at the end of ``path`` is empty."""
    name, _dot, rest = path.partition(".")
    empty = Domain(name, "=", False)
    return empty | Domain(name, "any", lacks(rest)) if rest else empty

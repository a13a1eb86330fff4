"""Campaign: which fields a mail may show, and what is wrong with a merge field."""

import re
from dataclasses import fields as parts_of

import pytz

from odoo import fields, tools
from odoo.fields import Domain
from odoo.orm.utils import READ_GROUP_NUMBER_GRANULARITY
from odoo.tools.rendering_tools import parse_inline_template

from ...tools import merge_fields as merge
from ...tools import merge_template
from ...tools.merge_fields import MergeFieldError, Node

_KINDS = {
    "char": merge.TEXT,
    "text": merge.TEXT,
    "html": merge.HTML,
    "integer": merge.INTEGER,
    "float": merge.FLOAT,
    "monetary": merge.MONETARY,
    "date": merge.DATE,
    "datetime": merge.DATETIME,
    "boolean": merge.BOOLEAN,
    "selection": merge.SELECTION,
    "many2one": merge.RECORD,
    "many2many": merge.RECORDS,
    "one2many": merge.RECORDS,
}
# Fields that open doors, whatever model they are of.
_SECRET = re.compile(
    r"pass(wd|word|phrase|code)|token|secret|credential|acc_number|^(oauth|api|signup)_"
    r"|(^|_)(api|access|private|secret)_?key(_|$)|(^|_)key$"
    r"|(^|_)(private|pin|otp|totp|hash|salt|login|iban|ssn|ssnid|cvv)(_|$)"
)
# Of a colleague only what belongs under a mail.
_OF_USERS = frozenset(
    ("id", "name", "display_name", "email", "email_formatted", "phone", "mobile")
    + ("function", "signature", "website", "lang", "tz", "partner_id", "company_id")
    + ("company_name", "city", "country_id")
)
_TECHNICAL = (
    *("ir.", "base.", "bus.", "auth.", "fetchmail.", "payment.", "res.users."),
    "campaign.",
)
_TRIALS = {
    "format_date": (tools.format_date, "date_format"),
    "format_datetime": (tools.format_datetime, "dt_format"),
    "format_time": (tools.format_time, "time_format"),
}


def may_write_code(user):
    """Return whether a user may write anything that Odoo's templates can do."""
    user_sudo = user.sudo()  # sudo: only to look at the user's own groups
    return user_sudo._is_admin() or user_sudo.has_group(
        "mail.group_mail_template_editor"
    )


class MergeRules:
    """What the mails of one author to the records of one model may show.

    Who may write anything in Odoo's templates may do so here. Expressions that are
    merge fields are treated alike, whoever wrote them.

    :param model: an (empty) recordset of the recipients' model.
    :param user: whose rights count.
    """

    def __init__(self, model, user):
        self._model = model.with_user(user)
        self.is_strict = not may_write_code(user)
        self._known = {}

    def read_body(self, root):
        """Return the expressions of a body, each with what its fields are.

        :param root: the body as parsed by lxml.
        :raise MergeFieldError: there is one that the author may not use.
        """
        return list(self._usable(merge_template.read_body(root, self.is_strict)))

    def write_body(self, root):
        """Make QWeb of the expressions in a body.

        :raise MergeFieldError: as :meth:`read_body`.
        """
        for found, kinds in self.read_body(root):
            found.put_python(kinds)

    def read_line(self, text):
        """Return the expressions of a line, each with what its fields are.

        :raise MergeFieldError: there is one that the author may not use.
        """
        parts = parse_inline_template(text or "")
        return list(self._usable(merge_template.read_line(parts, self.is_strict)))

    def line(self, text):
        """Return a line for :class:`.InlineText`: texts, expressions and fallbacks.

        :raise MergeFieldError: as :meth:`read_line`.
        """
        line = []
        for part in parse_inline_template(text or ""):
            before, code, fallback = part
            for found, kinds in self._usable(
                merge_template.read_line([part], self.is_strict)
            ):
                code = found.python(kinds)
            line.append((before, code, fallback))
        return line

    def _usable(self, founds):
        """Yield expressions with what their fields are; leave out other code."""
        for found in founds:
            try:
                kinds = self.kinds(found)
                found.python(kinds)
            except MergeFieldError:
                if self.is_strict:
                    raise
            else:
                yield found, kinds

    def kinds(self, found):
        """Return what the fields of an expression are, by path.

        :raise MergeFieldError: one of them does not exist or may not be shown, or is of
            a kind that this cannot be done with.
        """
        kinds = {}
        for use in found.uses():
            key = use.path, use.role
            if key not in self._known:
                self._known[key] = self._kind(use, found.source)
            kind = kinds[use.path] = self._known[key]
            if use.kinds and kind not in use.kinds:
                raise MergeFieldError(merge.BAD_FORMAT, found.source, use.path)
        self._try_parts(found)
        return kinds

    def label(self, path):
        """Return how people call a field, with the fields that lead to it."""
        labels, model = [], self._model.sudo()  # sudo: labels only
        for name in path.split("."):
            field = model._fields.get(name)
            if not field:
                return path
            labels.append(field._description_string(self._model.env) or name)
            model = model.env[field.comodel_name] if field.relational else model
        return " › ".join(labels)

    def _kind(self, use, source):
        *steps, last = use.path.split(".")
        model, is_search = self._model, use.role == merge.SEARCHED
        for index, name in enumerate(steps):
            field = self._field(model, name, source)
            if is_search and field.type in ("date", "datetime"):
                if index == len(steps) - 1 and last in READ_GROUP_NUMBER_GRANULARITY:
                    return merge.INTEGER
            if field.type != "many2one" and not (is_search and field.relational):
                detail = ".".join(("object", *steps[: index + 1]))
                raise MergeFieldError(merge.NO_STEP, source, detail)
            model = model.env[field.comodel_name]
        field = self._field(model, last, source)
        if is_search and not field._description_searchable:
            raise MergeFieldError(merge.NOT_ALLOWED, source, use.path)
        if field.type == "one2many" and use.role == merge.PRINTED:
            raise MergeFieldError(merge.NOT_PRINTABLE, source)
        if field.relational and not model.env[field.comodel_name].has_access("read"):
            raise MergeFieldError(merge.NOT_ALLOWED, source, use.path)
        if field.type == "many2one" and field.comodel_name == "res.currency":
            return merge.CURRENCY
        return _KINDS[field.type]

    def _field(self, model, name, source):
        """Return a field of a model, if its values may be shown."""
        field = model._fields.get(name)
        if not field:
            raise MergeFieldError(merge.NO_FIELD, source, name)
        is_open = (
            field.type in _KINDS
            and not _SECRET.search(name)
            and not model._name.startswith(_TECHNICAL)
            and (model._name != "res.users" or name in _OF_USERS)
            and model.has_access("read")
            and model._has_field_access(field, "read")
        )
        if not is_open:
            raise MergeFieldError(merge.NOT_ALLOWED, source, name)
        return field

    def _try_parts(self, found):
        """Try formats and searches now, so that they do not fail for every mail."""
        for part in _walk(found.node):
            try:
                if isinstance(part, merge.Search):
                    Domain(list(part.domain)).validate(self._model)
                elif isinstance(part, merge.Format):
                    self._try_format(part)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                reason = merge.BAD_FORMAT
                raise MergeFieldError(reason, found.source, str(error)) from error

    def _try_format(self, part):
        given = {
            name: value.value
            for name, value, _kinds in part.arguments
            if isinstance(value, merge.Literal)
        }
        if given.get("tz", "UTC") not in pytz.all_timezones_set:
            raise ValueError(given["tz"])
        if part.function in _TRIALS:
            function, key = _TRIALS[part.function]
            pattern = {key: given[key]} if given.get(key) else {}
            function(self._model.env, fields.Datetime.now(), **pattern)


def _walk(node):
    """Yield a node and all that it is made of."""
    if isinstance(node, tuple):
        for part in node:
            yield from _walk(part)
    elif isinstance(node, Node):
        yield node
        for part in parts_of(node):
            yield from _walk(getattr(node, part.name))

"""Campaign: one-line templates with ``{{ expressions }}``, parsed once."""

import re
from functools import reduce

from odoo.tools.rendering_tools import render_inline_template

_PATH = re.compile(r"object(\.[A-Za-z_]\w*)+")


class InlineText:
    """A subject or address line with expressions.

    :param parts: texts, each with the expression behind it and its fallback.
    :param model: the (empty) recordset of the recipients' model.

    ``constant`` is the text if it is the same for everybody, else None;
    ``is_by_fields`` tells that it only follows fields.
    """

    def __init__(self, parts, model):
        self._parts = parts
        expressions = {expression for _text, expression, _default in self._parts}
        self.constant = None
        if not expressions - {""}:
            self.constant = "".join(text for text, _expression, _default in parts)
        self.is_by_fields = all(
            _is_field_path(path, model) for path in expressions - {""}
        )

    def render(self, record, variables):
        """Return the text for ``record``; ``variables`` as Odoo's renderers get."""
        if self.constant is not None:
            return self.constant
        if self.is_by_fields:
            return "".join(self._pieces(record))
        return render_inline_template(self._parts, {**variables, "object": record})

    def _pieces(self, record):
        for text, expression, default in self._parts:
            yield text
            if expression:
                names = expression.split(".")[1:]
                value = reduce(lambda value, name: value[name], names, record)
                yield str(value or default)


def _is_field_path(expression, model):
    """Return whether the expression only follows fields, so needs no evaluation."""
    if not _PATH.fullmatch(expression):
        return False
    for name in expression.split(".")[1:]:
        if model is None or name not in model._fields:
            return False
        field = model._fields[name]
        model = model.env[field.comodel_name] if field.relational else None
    return True

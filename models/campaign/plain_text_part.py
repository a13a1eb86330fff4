"""Campaign: the plain-text part of mails that come from one template."""

import html
import re

from ...tools.plain_text import html_to_text

# Where a value stands in the plain text of a template.
_VALUE = re.compile("\ue000(\\d+)\ue001")
_MAX_SHAPES = 256


class PlainTextPart:
    """Turns what a template puts out into plain text, encoded.

    Mails whose constant chunks are the same have the same *shape*. They share one
    conversion; their values are put into it afterwards.

    :param quoted: the :class:`~campaign_desk.tools.mime.QuotedPrintable` of the mails.
    :param constants: the texts that the template puts out as they stand.
    """

    def __init__(self, quoted, constants):
        self._quoted = quoted
        self._constants = constants
        self._templates = {}

    def encode(self, chunks):
        """Return the encoded pieces of the plain text for ``chunks`` of HTML."""
        shape, values = [], []
        for chunk in chunks:
            if chunk in self._constants or "<" in chunk or '"' in chunk:
                shape.append(chunk)
            else:
                shape.append(None)
                values.append(chunk)
        pieces = []
        for part in self._template(tuple(shape)):
            if isinstance(part, int):
                pieces += self._quoted.encode(html.unescape(values[part]))
            else:
                pieces += part
        return pieces

    def _template(self, shape):
        """Return encoded texts and, between them, the numbers of values."""
        template = self._templates.get(shape)
        if template is None:
            if len(self._templates) >= _MAX_SHAPES:
                self._templates.clear()
            template = self._templates[shape] = self._convert(shape)
        return template

    def _convert(self, shape):
        numbers = iter(range(len(shape)))
        marked = "".join(
            f"\ue000{next(numbers)}\ue001" if chunk is None else chunk
            for chunk in shape
        )
        parts = _VALUE.split(html_to_text(marked))
        return [
            int(part) if index % 2 else self._quoted.encode(part)
            for index, part in enumerate(parts)
            if part
        ]

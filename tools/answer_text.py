"""Response: fills in the names in the text of an answer: ``{{ first_name ||| you }}``.

No expression is ever evaluated: a name is one of those that are given, and its value is
put in its place. What stands behind ``|||`` is shown when there is no value.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping

_FIELD = re.compile(r"\{\{\s*([a-z_]{1,40})\s*(?:\|\|\|([^{}<>]{0,200}))?\s*\}\}")
# Editors write what stands in the address of a link in percent signs.
_IN_TAG = re.compile(r"<[^<>]*(?:\{\{|%7B%7B)[^<>]*>", re.I)
_SPACES = re.compile(r"&nbsp;|\u00a0")


def check(source: str, known: Collection[str]) -> str:
    """Return what is wrong with a text, as it stands there; "" if nothing is.

    :param known: the names that may be used.
    """
    source = _SPACES.sub(" ", source or "")
    if found := _IN_TAG.search(source):
        return html.unescape(found[0])[:80]
    for match in _FIELD.finditer(source):
        if match[1] not in known:
            return match[0]
    rest = _FIELD.sub("", source)
    place = max(rest.find("{{"), rest.find("}}"))
    return html.unescape(rest[place : place + 40]) if place >= 0 else ""


def fill(source: str, values: Mapping[str, str]) -> str:
    """Return a text with its names filled in.

    :param source: safe HTML that passed :func:`check`.
    :param values: safe HTML by name.
    """

    def value(match: re.Match) -> str:
        return values.get(match[1]) or (match[2] or "").strip()

    return _FIELD.sub(value, _SPACES.sub(" ", source or ""))

"""Campaign: finds merge fields and conditions in the texts of a mail.

Bodies are QWeb, of which marketers may use ``t-out``, ``t-if``, ``t-elif`` and
``t-else``, and ``t-att-…`` and ``t-attf-…`` for some attributes. Subjects, preview
texts and sender lines have ``{{ expression ||| fallback }}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from .merge_fields import (
    DIRECTIVE,
    PRINTED,
    FirstFilled,
    Joined,
    Literal,
    MergeFieldError,
    Node,
    Required,
    Scope,
    Use,
    compared,
)
from .merge_reader import read_condition, read_value

_CONDITIONS = ("t-if", "t-elif")
_ADDRESSES = ("href", "src")
_ATTRIBUTES = (*_ADDRESSES, "alt", "title", "lang", "dir")
# In these, text is not text: escaping does not keep a value in its place.
_CODE_TAGS = ("style", "script")
# As QWeb has it.
_IN_FORMAT = re.compile(r"(?:#\{(.+?)\})|(?:\{\{(.+?)\}\})")


@dataclass(slots=True)
class Found:
    """An expression and where it stands.

    :param source: as it was written.
    :param has_fallback: something else is shown when there is no value.
    :param element: in a body: the element that it stands on.
    :param attribute: in a body: the attribute that it stands in.
    """

    source: str
    node: Node
    is_condition: bool = False
    has_fallback: bool = False
    element: etree._Element | None = None
    attribute: str = ""

    @property
    def required(self) -> str:
        """The path without whose value the mail is not sent, if any."""
        return self.node.path if isinstance(self.node, Required) else ""

    def printed(self) -> list[str]:
        """Return the paths of the fields that are printed, in order."""
        return [use.path for use in self.uses() if use.role == PRINTED]

    def uses(self) -> list[Use]:
        """Return the paths that are used."""
        if self.is_condition:
            return list(compared(self.node))
        return list(self.node.uses())

    def python(self, kinds: Mapping[str, str]) -> str:
        """Return the Python to run in its place.

        :raise MergeFieldError: this cannot be printed or compared.
        """
        try:
            if self.is_condition:
                return self.node.truth(Scope(kinds))
            is_address = self.attribute.rpartition("-")[2] in _ADDRESSES
            scope = Scope(kinds, self.attribute != "t-out", is_address)
            if not self.has_fallback:
                return self.node.shown(scope)
            filled = self.node.filled(scope)
            # what is empty but not None would be shown instead of the fallback
            return f"({filled} or None)" if self.attribute else filled
        except MergeFieldError as error:
            raise MergeFieldError(error.reason, self.source, error.detail) from error

    def put_python(self, kinds: Mapping[str, str]) -> None:
        """Put the Python to run in the place of the source.

        :raise MergeFieldError: as :meth:`python`.
        """
        code = self.python(kinds)
        if self.attribute.startswith("t-attf-"):
            del self.element.attrib[self.attribute]
            self.attribute = self.attribute.replace("t-attf-", "t-att-")
        self.element.set(self.attribute, code)


def read_body(root: etree._Element, is_strict: bool = True) -> list[Found]:
    """Return the expressions below ``root``, which is HTML parsed by lxml.

    :param is_strict: only what marketers may write is allowed; otherwise the rest is
        passed over.
    :raise MergeFieldError: there is something that is not allowed.
    """
    found = []
    for element in root.iter(etree.Element):
        for attribute in element.attrib:
            try:
                if expression := _read_attribute(element, attribute):
                    found.append(expression)
            except MergeFieldError:
                if is_strict:
                    raise
    return found


def _read_attribute(element, attribute):
    """Return what an attribute says; None when it says nothing to the renderer."""
    value = element.get(attribute)
    is_live = attribute.startswith("t-")
    if not is_live and attribute != "groups" and not attribute.endswith(".translate"):
        return None
    refusal = MergeFieldError(DIRECTIVE, f'{attribute}="{value}"', attribute)
    if not is_live or _is_code(element):
        raise refusal
    if attribute == "t-out":
        node = read_value(value)
        is_empty = not len(element) and not (element.text or "").strip()
        has_fallback = not is_empty or _ends_in_text(node)
        return Found(value, node, False, has_fallback, element, attribute)
    if attribute in _CONDITIONS:
        if attribute != "t-if" and not _follows_condition(element):
            raise refusal
        return Found(value, read_condition(value), True, False, element, attribute)
    if attribute == "t-else":
        if not _follows_condition(element):
            raise refusal
        return None
    for prefix, read in (("t-att-", _read_single), ("t-attf-", _read_joined)):
        if attribute.removeprefix(prefix) in _ATTRIBUTES:
            return Found(value, read(value), False, False, element, attribute)
    raise refusal


def _read_single(value):
    return Joined((read_value(value),))


def _read_joined(value):
    parts: list[str | Node] = []
    position = 0
    for match in _IN_FORMAT.finditer(value):
        parts += value[position : match.start()], read_value(match[1] or match[2])
        position = match.end()
    parts.append(value[position:])
    return Joined(tuple(part for part in parts if part != ""))


def _ends_in_text(node):
    return isinstance(node, FirstFilled) and isinstance(node.values[-1], Literal)


def _is_code(element):
    return element.tag in _CODE_TAGS or any(
        one.tag in _CODE_TAGS for one in element.iterancestors()
    )


def _follows_condition(element):
    """Return whether what comes before the element is a condition to continue."""
    before = element.getprevious()
    while before is not None:
        if (before.tail or "").strip():
            return False
        if isinstance(before.tag, str):
            return any(name in before.attrib for name in _CONDITIONS)
        before = before.getprevious()
    return False


def read_line(
    parts: Iterable[tuple[str, str, str]], is_strict: bool = True
) -> list[Found]:
    """Return the expressions of a line.

    :param parts: texts, each with the expression behind it and its fallback, as
        Odoo's ``parse_inline_template`` returns them.
    :param is_strict: as for :func:`read_body`.
    :raise MergeFieldError: there is something that is not allowed.
    """
    found = []
    for _text, source, fallback in parts:
        if not source:
            continue
        try:
            node = read_value(source)
        except MergeFieldError:
            if is_strict:
                raise
        else:
            has_fallback = bool(fallback) or _ends_in_text(node)
            found.append(Found(source, node, has_fallback=has_fallback))
    return found

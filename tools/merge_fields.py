"""Campaign: what merge fields and conditions are made of.

:mod:`.merge_reader` reads what a marketer wrote into the nodes below; the nodes are
written out again as Python for Odoo's renderers. Only what was understood is ever run,
however its source was spelled.

The Python that is written uses ``object``, Odoo's formats, and ``merge``, an object
with the methods ``value``, ``amount``, ``number``, ``zone``, ``required``, ``joined``,
``address`` and ``part``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What a field is, for printing and comparing; the names are shared with the models.
TEXT = "text"
HTML = "html"
INTEGER = "integer"
FLOAT = "float"
MONETARY = "monetary"
DATE = "date"
DATETIME = "datetime"
BOOLEAN = "boolean"
SELECTION = "selection"
RECORD = "record"
CURRENCY = "currency"
RECORDS = "records"

NUMBERS = (INTEGER, FLOAT, MONETARY)
TEXTS = (TEXT, SELECTION)
MOMENTS = (DATE, DATETIME)

# Why something cannot be used; the models explain each to people.
NOT_UNDERSTOOD = "not_understood"
TOO_LONG = "too_long"
NO_FIELD = "no_field"
NO_STEP = "no_step"
TOO_DEEP = "too_deep"
NOT_ALLOWED = "not_allowed"
DIRECTIVE = "directive"
BAD_COMPARISON = "bad_comparison"
BAD_FORMAT = "bad_format"
NOT_PRINTABLE = "not_printable"
NOT_IN_ADDRESS = "not_in_address"

# What is done with the field at the end of a path.
PRINTED = "printed"
COMPARED = "compared"
USED = "used"  # an argument of a format
SEARCHED = "searched"  # by the search that shows a block to some only


class MergeFieldError(ValueError):
    """What is written cannot be used.

    :param reason: one of the constants above.
    :param expression: what was written; cut when it is long.
    :param detail: the part of it that is wrong.
    """

    def __init__(self, reason: str, expression: str = "", detail: str = ""):
        super().__init__(f"{reason}: {detail or expression}")
        self.reason = reason
        self.expression = shorten(expression)
        self.detail = shorten(detail)


def shorten(text: str, longest: int = 120) -> str:
    """Return ``text`` on one line, cut where it gets too long to be shown."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


@dataclass(frozen=True, slots=True)
class Scope:
    """What nodes have to know to be written.

    :param kinds: what each path's field is, by the path without ``object``.
    :param is_line: it is for a line of text, not for HTML.
    :param is_address: it is a part of a web address: values stay as they are stored.
    """

    kinds: Mapping[str, str]
    is_line: bool = False
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """A path, what is done with its field, and which kinds that can be done with."""

    path: str
    role: str
    kinds: tuple[str, ...] = ()


class Node:
    """A part of an expression, each written in one of three ways."""

    __slots__ = ()

    def uses(self) -> Iterator[Use]:
        """Yield the paths that are used, in order."""
        yield from ()

    def shown(self, scope: Scope) -> str:
        """Return Python for what is printed.

        :raise MergeFieldError: this cannot be printed.
        """
        raise MergeFieldError(NOT_PRINTABLE)

    def filled(self, scope: Scope) -> str:
        """Return Python for what is printed, which is false when there is nothing."""
        return self.shown(scope)

    def truth(self, scope: Scope) -> str:
        """Return Python for a condition.

        :raise MergeFieldError: things are compared that cannot be.
        """
        return self.filled(scope)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: str | int | float | bool | None

    def shown(self, scope):
        return ascii(self.value)


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A field of the recipient's record, or of one that it leads to."""

    names: tuple[str, ...]

    @property
    def dotted(self) -> str:
        return ".".join(self.names)

    @property
    def code(self) -> str:
        return ".".join(("object", *self.names))

    def uses(self):
        yield Use(self.dotted, PRINTED)

    def shown(self, scope):
        kind = scope.kinds[self.dotted]
        if kind == BOOLEAN:
            raise MergeFieldError(NOT_PRINTABLE, self.code)
        if scope.is_address:
            if kind in (RECORD, CURRENCY, RECORDS, HTML):
                raise MergeFieldError(NOT_IN_ADDRESS, self.code)
            return self.code
        if kind == TEXT:
            return self.code
        if kind == DATETIME:
            return f"format_datetime({self.code}, tz=merge.zone(object))"
        record = ".".join(("object", *self.names[:-1]))
        return f"merge.value({record}, {self.names[-1]!r}, {scope.is_line})"

    def filled(self, scope):
        shown = self.shown(scope)
        return shown if shown == self.code else f"({self.code} and {shown})"

    def truth(self, scope):
        return self.code


@dataclass(frozen=True, slots=True)
class Format(Node):
    """One of Odoo's formats, applied to a field.

    :param function: its name.
    :param takes: the kinds that it is for.
    :param arguments: literals and paths by the format's names for them.
    """

    function: str
    path: Path
    takes: tuple[str, ...]
    arguments: tuple[tuple[str, Literal | Path, tuple[str, ...]], ...] = ()

    def uses(self):
        yield Use(self.path.dotted, PRINTED, self.takes)
        for _name, value, kinds in self.arguments:
            if isinstance(value, Path):
                yield Use(value.dotted, USED, kinds)

    def shown(self, scope):
        function = {
            "format_amount": "merge.amount",
            "format_number": "merge.number",
        }.get(self.function, self.function)
        arguments = [
            f"{name}={value.code if isinstance(value, Path) else value.shown(scope)}"
            for name, value, _kinds in self.arguments
        ]
        return f"{function}({', '.join((self.path.code, *arguments))})"

    def filled(self, scope):
        return f"({self.path.code} and {self.shown(scope)})"


@dataclass(frozen=True, slots=True)
class Required(Node):
    """A value without which the mail is not sent."""

    value: Path | Format

    @property
    def path(self) -> str:
        value = self.value
        return value.dotted if isinstance(value, Path) else value.path.dotted

    def uses(self):
        return self.value.uses()

    def shown(self, scope):
        return f"merge.required({self.value.filled(scope)}, {self.path!r})"


@dataclass(frozen=True, slots=True)
class FirstFilled(Node):
    """The first of several values that is not empty; the last may be a text."""

    values: tuple[Node, ...]

    def uses(self):
        for value in self.values:
            yield from value.uses()

    def shown(self, scope):
        return f"({' or '.join(value.filled(scope) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Choice(Node):
    condition: Node
    then: Node
    otherwise: Node

    def uses(self):
        yield from compared(self.condition)
        yield from self.then.uses()
        yield from self.otherwise.uses()

    def shown(self, scope):
        return self._written(self.then.shown(scope), self.otherwise.shown(scope), scope)

    def filled(self, scope):
        then, otherwise = self.then.filled(scope), self.otherwise.filled(scope)
        return self._written(then, otherwise, scope)

    def _written(self, then, otherwise, scope):
        return f"({then} if {self.condition.truth(scope)} else {otherwise})"


@dataclass(frozen=True, slots=True)
class Joined(Node):
    """Texts and values, one after the other: what an attribute holds.

    In an address, values are encoded as it wants them, other than one at its very
    beginning, which says where it leads.
    """

    parts: tuple[str | Node, ...]

    def uses(self):
        for part in self.parts:
            if not isinstance(part, str):
                yield from part.uses()

    def shown(self, scope):
        method = "address" if scope.is_address else "joined"
        written, before = [], ""
        for part in self.parts:
            if isinstance(part, str):
                before += part
                written.append(ascii(part))
                continue
            code = part.shown(scope)
            if scope.is_address and before:
                code = f"merge.part({code}, {'?' in before})"
            written.append(code)
        return f"merge.{method}({', '.join(written)})"


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Conditions joined by ``and`` or ``or``, or one with ``not`` before it."""

    operator: str
    parts: tuple[Node, ...]

    def uses(self):
        for part in self.parts:
            yield from compared(part)

    def truth(self, scope):
        parts = [part.truth(scope) for part in self.parts]
        if self.operator == "not":
            return f"(not {parts[0]})"
        return f"({f' {self.operator} '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two values compared.

    An empty text is the text of no letters; an empty date is neither before nor after
    another. Dates compare with texts such as ``'2026-12-24'``.
    """

    left: Path | Literal
    operator: str
    right: Path | Literal | tuple[Literal, ...]

    def uses(self):
        for side in (self.left, self.right):
            if isinstance(side, Path):
                yield Use(side.dotted, COMPARED)

    def truth(self, scope):
        paths = [one for one in (self.left, self.right) if isinstance(one, Path)]
        families = {_family(scope.kinds[path.dotted]) for path in paths}
        literals = self._literals()
        if len(literals) == 1 and isinstance(literals[0], bool):
            return self._set_or_not(paths[0], literals[0])
        if len(families) != 1 or families - {"text", "number", "moment"}:
            raise self._error()
        [family] = families
        is_number = family == "number"
        is_within = isinstance(self.right, Path) and self.operator in ("in", "not in")
        if is_within and family != "text":
            raise self._error()
        for literal in literals:
            if isinstance(literal, bool) or isinstance(literal, str) == is_number:
                raise self._error()
        written = " ".join(
            (_side(self.left, family), self.operator, _side(self.right, family))
        )
        if family == "moment" and self.operator in ("<", "<=", ">", ">="):
            written = " and ".join((*(path.code for path in paths), written))
        return f"({written})"

    def _literals(self):
        sides = [self.left, *_several(self.right)]
        literals = [one.value for one in sides if isinstance(one, Literal)]
        return [False if value is None else value for value in literals]

    def _set_or_not(self, path, literal):
        if self.operator not in ("==", "!="):
            raise self._error()
        is_set = literal == (self.operator == "==")
        return path.code if is_set else f"(not {path.code})"

    def _error(self):
        sides = [_source(self.left), self.operator, _source(self.right)]
        return MergeFieldError(BAD_COMPARISON, detail=" ".join(sides))


@dataclass(frozen=True, slots=True)
class Search(Node):
    """Whether a search finds the recipient: what the editor's "Visibility" writes."""

    domain: tuple
    paths: tuple[str, ...]

    def uses(self):
        for path in self.paths:
            yield Use(path, SEARCHED)

    def shown(self, scope):
        raise MergeFieldError(NOT_PRINTABLE, "object.filtered_domain(…)")

    def truth(self, scope):
        return f"bool(object.filtered_domain({ascii(list(self.domain))}))"


def compared(node: Node) -> Iterator[Use]:
    """Yield the paths of a condition: a path alone asks whether the field is set."""
    if isinstance(node, Path):
        yield Use(node.dotted, COMPARED)
    else:
        yield from node.uses()


def _family(kind):
    if kind in TEXTS:
        return "text"
    if kind in NUMBERS:
        return "number"
    return "moment" if kind in MOMENTS else kind


def _side(side, family):
    if isinstance(side, tuple):
        return f"({''.join(f'{ascii(one.value)}, ' for one in side)})"
    if isinstance(side, Literal):
        return ascii(side.value)
    if family == "text":
        return f"({side.code} or '')"
    return f"str({side.code} or '')" if family == "moment" else side.code


def _several(side):
    return side if isinstance(side, tuple) else (side,)


def _source(side):
    if isinstance(side, tuple):
        return f"({', '.join(repr(one.value) for one in side)})"
    return side.code if isinstance(side, Path) else repr(side.value)

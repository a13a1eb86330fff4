"""Campaign: reads what marketers write as merge fields and conditions.

It looks like Odoo's templates, of which it is a small part, and is read with
:mod:`ast`, never evaluated::

    value      object.name   object.partner_id.country_id
               format_date(object.date, 'd MMMM')   format_amount(…)   format_number(…)
               required(value)   value or value or 'text'
               value if condition else value
    condition  object.name (it is set)   object.city == 'Rome'   object.age >= 18
               object.lang in ('fr_FR', 'fr_BE')   'x' in object.name
               object.filtered_domain([('city', '=', 'Rome')])
               not condition   condition and condition   condition or condition
"""

from __future__ import annotations

import ast
import math
import re

from .merge_fields import (
    BAD_COMPARISON,
    BAD_FORMAT,
    CURRENCY,
    DATETIME,
    FLOAT,
    INTEGER,
    MOMENTS,
    NOT_UNDERSTOOD,
    NUMBERS,
    TEXTS,
    TOO_DEEP,
    TOO_LONG,
    Choice,
    Comparison,
    FirstFilled,
    Format,
    Literal,
    Logic,
    MergeFieldError,
    Node,
    Path,
    Required,
    Search,
)

MOST_CHARACTERS = 4000
MOST_STEPS = 4  # object.a.b.c.d
_MOST_LEVELS = 12
_LARGEST_NUMBER = 10**15
_NAME = re.compile(r"(?!.*__)[A-Za-z][A-Za-z0-9_]*", re.ASCII)

# Each format: the kinds it is for, and its arguments in order. An argument is a literal
# of a type, or a field of one of the kinds.
_FORMATS: dict[str, tuple[tuple[str, ...], dict[str, tuple[type | str, ...]]]] = {
    "format_date": (MOMENTS, {"date_format": (str,), "lang_code": (str,)}),
    "format_datetime": (
        (DATETIME,),
        {"tz": (str, *TEXTS), "dt_format": (str,), "lang_code": (str,)},
    ),
    "format_time": (
        (DATETIME,),
        {"tz": (str, *TEXTS), "time_format": (str,), "lang_code": (str,)},
    ),
    "format_amount": (NUMBERS, {"currency": (CURRENCY,), "lang_code": (str,)}),
    "format_number": (NUMBERS, {"digits": (int,)}),
    "format_duration": ((INTEGER, FLOAT), {}),
}

_COMPARISONS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "==",
    ast.IsNot: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_DOMAIN_OPERATORS = frozenset(
    ("=", "!=", "<", ">", "<=", ">=", "in", "not in", "child_of", "parent_of")
    + ("like", "not like", "ilike", "not ilike")
    + ("=like", "not =like", "=ilike", "not =ilike", "any", "not any")
)


def read_value(source: str) -> Node:
    """Read an expression for something that is printed.

    :raise MergeFieldError: it is not in the language.
    """
    value = _Reader(source).parsed(_Reader.value)
    if not next(value.uses(), None):
        raise MergeFieldError(NOT_UNDERSTOOD, source)
    return value


def read_condition(source: str) -> Node:
    """Read the condition under which something is shown.

    :raise MergeFieldError: it is not in the language.
    """
    if source.strip() == "false":  # what the editor writes for a broken search
        return Literal(False)
    return _Reader(source).parsed(_Reader.condition)


class _Reader:
    """Reads one expression by walking its tree down, never deeper than a limit."""

    def __init__(self, source):
        self._source = source

    def parsed(self, rule):
        if len(self._source) > MOST_CHARACTERS:
            raise MergeFieldError(TOO_LONG, self._source)
        try:
            tree = ast.parse(self._source.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise self._not_understood() from None
        return rule(self, tree, _MOST_LEVELS)

    def _not_understood(self, tree=None):
        detail = ast.get_source_segment(self._source.strip(), tree) if tree else ""
        return MergeFieldError(NOT_UNDERSTOOD, self._source, detail or "")

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    def value(self, tree, levels):
        if not levels:
            raise MergeFieldError(TOO_LONG, self._source)
        match tree:
            case ast.Attribute():
                return self._path(tree)
            case ast.Call():
                return self._call(tree)
            case ast.BoolOp(op=ast.Or(), values=values):
                *first, last = values
                parts = [self.value(one, levels - 1) for one in first]
                return FirstFilled((*parts, self._value_or_text(last, levels - 1)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Choice(
                    self.condition(test, levels - 1),
                    self._value_or_text(body, levels - 1),
                    self._value_or_text(orelse, levels - 1),
                )
        raise self._not_understood(tree)

    def _value_or_text(self, tree, levels):
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            return Literal(tree.value)
        return self.value(tree, levels)

    def _path(self, tree):
        names = []
        while isinstance(tree, ast.Attribute):
            names.append(tree.attr)
            tree = tree.value
        if not names or not isinstance(tree, ast.Name) or tree.id != "object":
            raise self._not_understood(tree)
        if not all(map(_NAME.fullmatch, names)):
            raise self._not_understood()
        path = Path(tuple(reversed(names)))
        if len(names) > MOST_STEPS:
            raise MergeFieldError(TOO_DEEP, self._source, path.code)
        return path

    def _call(self, tree):
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        if name == "required":
            if len(tree.args) != 1 or tree.keywords:
                raise self._bad_format(name)
            match tree.args[0]:
                case ast.Attribute() as path:
                    return Required(self._path(path))
                case ast.Call() as call if (value := self._call(call)) and isinstance(
                    value, Format
                ):
                    return Required(value)
        if name not in _FORMATS or not tree.args:
            raise self._not_understood(tree)
        takes, parameters = _FORMATS[name]
        return Format(
            name, self._path(tree.args[0]), takes, self._arguments(tree, parameters)
        )

    def _arguments(self, tree, parameters):
        """Read what a format is told besides its field."""
        name = tree.func.id
        given = list(zip(parameters, tree.args[1:], strict=False))
        if len(tree.args) - 1 > len(parameters):
            raise self._bad_format(name)
        given += [(keyword.arg, keyword.value) for keyword in tree.keywords]
        if len({key for key, _value in given}) < len(given):
            raise self._bad_format(name)
        arguments = []
        for key, value in given:
            if key not in parameters:
                raise self._bad_format(name)
            kinds = tuple(one for one in parameters[key] if isinstance(one, str))
            if isinstance(value, ast.Attribute) and kinds:
                arguments.append((key, self._path(value), kinds))
                continue
            literal = self._literal(value)
            if type(literal.value) not in parameters[key]:
                raise self._bad_format(name)
            if isinstance(literal.value, int) and not 0 <= literal.value <= 9:
                raise self._bad_format(name)
            arguments.append((key, literal, ()))
        if name == "format_amount" and "currency" not in dict(given):
            raise self._bad_format(name)
        return tuple(arguments)

    def _bad_format(self, name):
        return MergeFieldError(BAD_FORMAT, self._source, name)

    def _literal(self, tree):
        match tree:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
                if type(value) in (int, float):
                    return self._number(-value)
            case ast.Constant(value=int() | float() as value) if value is not True:
                return self._number(value) if value is not False else Literal(False)
            case ast.Constant(value=str() | None | True as value):
                return Literal(value)
        raise self._not_understood(tree)

    def _number(self, value):
        if not math.isfinite(value) or abs(value) > _LARGEST_NUMBER:
            raise MergeFieldError(TOO_LONG, self._source)
        return Literal(value)

    # ------------------------------------------------------------
    # Conditions
    # ------------------------------------------------------------

    def condition(self, tree, levels):
        if not levels:
            raise MergeFieldError(TOO_LONG, self._source)
        match tree:
            case ast.Constant(value=bool() as value):
                return Literal(value)
            case ast.Attribute():
                return self._path(tree)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Logic("not", (self.condition(operand, levels - 1),))
            case ast.BoolOp(op=operator, values=values):
                parts = tuple(self.condition(one, levels - 1) for one in values)
                return Logic("and" if isinstance(operator, ast.And) else "or", parts)
            case ast.Compare():
                return self._comparison(tree)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="object"), attr="filtered_domain"),
                args=[ast.List(elts=terms)],
                keywords=[],
            ):
                paths = []
                return Search(self._domain(terms, paths, levels), tuple(paths))
        raise self._not_understood(tree)

    def _comparison(self, tree):
        operator = _COMPARISONS[type(tree.ops[0])]
        is_list = isinstance(tree.comparators[0], ast.Tuple | ast.List)
        if len(tree.ops) > 1 or is_list != (
            operator in ("in", "not in")
            and not isinstance(tree.comparators[0], ast.Attribute)
        ):
            raise MergeFieldError(BAD_COMPARISON, self._source)
        left = self._side(tree.left)
        if is_list:
            right = tuple(self._literal(one) for one in tree.comparators[0].elts)
        else:
            right = self._side(tree.comparators[0])
        if not isinstance(left, Path) and not isinstance(right, Path):
            raise MergeFieldError(BAD_COMPARISON, self._source)
        return Comparison(left, operator, right)

    def _side(self, tree):
        if isinstance(tree, ast.Attribute):
            return self._path(tree)
        return self._literal(tree)

    def _domain(self, terms, paths, levels):
        """Read the terms of a search, collecting the paths in them."""
        if not levels:
            raise MergeFieldError(TOO_LONG, self._source)
        domain = []
        for term in terms:
            match term:
                case ast.Constant(value="&" | "|" | "!" as operator):
                    domain.append(operator)
                case (
                    ast.Tuple(elts=[left, operator, right])
                    | ast.List(elts=[left, operator, right])
                ):
                    domain.append(self._term(left, operator, right, paths, levels))
                case _:
                    raise self._not_understood(term)
        return tuple(domain)

    def _term(self, left, operator, right, paths, levels):
        field, sign = self._literal(left).value, self._literal(operator).value
        if type(field) is int and field in (0, 1) and sign == "=":
            return (field, "=", 1)
        if not isinstance(field, str) or sign not in _DOMAIN_OPERATORS:
            raise self._not_understood(operator)
        names = field.split(".")
        if len(names) > MOST_STEPS + 1 or not all(map(_NAME.fullmatch, names)):
            raise self._not_understood(left)
        paths.append(field)
        if sign in ("any", "not any"):
            if not isinstance(right, ast.List):
                raise self._not_understood(right)
            inner: list[str] = []
            terms = self._domain(right.elts, inner, levels - 1)
            paths.extend(f"{field}.{path}" for path in inner)
            return (field, sign, list(terms))
        if isinstance(right, ast.List | ast.Tuple):
            return (field, sign, [self._literal(one).value for one in right.elts])
        return (field, sign, self._literal(right).value)

"""Checking: what is wrong with a template, for somebody who writes no programs."""

import re

_KINDS = (
    (
        re.compile(r"AttributeError: '([\w.]+)' object has no attribute '(\w+)'"),
        "missing_field",
    ),
    (re.compile(r"KeyError: '(\w+)'|name '(\w+)' is not defined"), "unknown_name"),
    (re.compile(r"ZeroDivisionError"), "division"),
    (re.compile(r"SyntaxError|invalid syntax|not well-formed|ParseError"), "syntax"),
    (re.compile(r"TypeError|'(?:bool|NoneType)' object"), "empty_value"),
)
# What Python calls a value that is empty in Odoo.
_EMPTY = ("bool", "NoneType")


def in_plain_words(env, reason):
    """Return a sentence about ``reason``, which the renderer gave.

    It is what people read first; the reason itself, with the place in the template,
    stands below it. Empty when the reason needs no explanation.
    """
    for pattern, kind in _KINDS:
        if match := pattern.search(reason):
            return _sentence(env, kind, [part for part in match.groups() if part])
    return ""


def _sentence(env, kind, parts):
    if kind == "missing_field" and parts[0] not in _EMPTY:
        model = env["ir.model"].sudo()._get(parts[0]).name or parts[0]
        return env._(
            "“%(field)s” is no field of “%(model)s”. Is a merge field misspelled?",
            field=parts[1],
            model=model,
        )
    if kind == "unknown_name":
        return env._(
            "The template uses “%s”, which does not exist. Merge fields begin with "
            "“object.”.",
            parts[0],
        )
    if kind == "division":
        return env._("The template divides by a number that is zero here.")
    if kind == "syntax":
        return env._("An expression in the template cannot be read: it has a typo.")
    return env._(
        "The template computes with a field that is empty for this recipient. Give it "
        "a text to fall back on."
    )

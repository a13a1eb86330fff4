"""Campaign: what is wrong with a merge field, said to its author."""

from contextlib import contextmanager

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import LazyTranslate

from ...tools import merge_fields as merge
from ...tools.merge_fields import MergeFieldError

_lt = LazyTranslate(__name__)

# What %(expression)s and %(detail)s are is said in tools/merge_fields.py.
_WORDS = {
    merge.NOT_UNDERSTOOD: _lt(
        "“%(expression)s” is not a merge field. Insert fields with the picker: type "
        "“#” in a line, or “/field” in the mail. Other code is for members of the "
        "group “Mail Template Editor”."
    ),
    merge.DIRECTIVE: _lt(
        "“%(expression)s” cannot be used here. A mail may have t-out, t-if, t-elif and "
        "t-else, and computed links, pictures and titles. Other code is for members of "
        "the group “Mail Template Editor”."
    ),
    merge.NOT_ALLOWED: _lt(
        "“%(expression)s” cannot be used: “%(detail)s” is not open to you, or is "
        "nothing to send to people. Choose another field."
    ),
    merge.TOO_LONG: _lt(
        "“%(expression)s” is too long or too nested. Write several simpler ones."
    ),
    merge.TOO_DEEP: _lt(
        "“%(expression)s” goes too far: at most four fields, one after the other, can "
        "lead to a value."
    ),
    merge.NO_FIELD: _lt(
        "“%(expression)s” cannot be used: there is no field “%(detail)s”. Choose it "
        "with the picker."
    ),
    merge.NO_STEP: _lt(
        "“%(expression)s” cannot be used: “%(detail)s” does not lead to one record, so "
        "nothing can follow it."
    ),
    merge.BAD_COMPARISON: _lt(
        "“%(expression)s” compares what cannot be compared. Compare a text with 'a "
        "text', a number with a number, a date with '2026-12-31'; of another record, "
        "one of its fields."
    ),
    merge.BAD_FORMAT: _lt(
        "“%(expression)s” cannot be formatted so (%(detail)s). Choose the format with "
        "the picker."
    ),
    merge.NOT_PRINTABLE: _lt(
        "“%(expression)s” cannot be written into a mail. Show a part of the mail on "
        "condition of it instead."
    ),
    merge.NOT_IN_ADDRESS: _lt(
        "“%(expression)s” cannot stand in a link. Choose a field that is a text, a "
        "number or a date."
    ),
}
_OF_RIGHTS = (merge.NOT_UNDERSTOOD, merge.DIRECTIVE, merge.NOT_ALLOWED)


def explain_merge_error(error, env):
    """Return what is wrong and what to do, in the user's language."""
    words = env._(_WORDS[error.reason])
    return words % {"expression": error.expression, "detail": error.detail}


@contextmanager
def for_people(env):
    """Raise what is wrong with a merge field as an error for a person."""
    try:
        yield
    except MergeFieldError as error:
        kind = AccessError if error.reason in _OF_RIGHTS else ValidationError
        raise kind(explain_merge_error(error, env)) from error

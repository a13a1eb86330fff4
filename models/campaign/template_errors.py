"""Campaign: what went wrong with a template, said to a person."""

import psycopg2

from odoo.exceptions import UserError


def raise_database_error(error):
    """Raise the database's error behind ``error``, if it is one.

    After it nothing can be read in the same transaction, for any recipient.
    """
    cause = error
    while cause is not None:
        if isinstance(cause, psycopg2.Error):
            raise cause from None
        cause = cause.__cause__


def explain(error, what="The mail cannot be made from its template"):
    """Return what is wrong, for a person; ``what`` could not be done."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, psycopg2.Error):  # its details are other people's data
        text = error.diag.message_primary or type(error).__name__
        return f"{what}: {text}"
    details = getattr(error, "qweb", None)
    text = details.error if details else f"{type(error).__name__}: {error}"
    where = f" (at {details.element})" if details and details.element else ""
    return f"{what}: {text}{where}"[:2000]

"""Campaign: at which address a record of any model is mailed, in SQL."""

from odoo.tools import SQL

# As Odoo normalizes an address that stands alone or behind a name.
_FIRST_ADDRESS = r"[^\s,;<>" r"'()]+@[^\s,;<>" "'()]+"

# Their address is a column with an index: one record is found among a million.
INDEXED = ("mailing.contact", "res.partner")


def address_of(model, alias):
    """Return SQL for the normalized address of a record, or None if it has none.

    It is the record's own, or that of its customer.

    :param model: the (empty) recordset of the record's model.
    :param alias: the name of the record's table in the query.
    """
    places = [*_own(model, alias), *_of_partner(model, alias)]
    if len(places) < 2:
        return next(iter(places), None)
    return SQL("COALESCE(%s)", SQL(", ").join(places))


def _own(model, alias):
    if _has_column(model, "email_normalized"):
        yield SQL("NULLIF(%s, '')", SQL.identifier(alias, "email_normalized"))
        return
    name = model._mail_get_primary_email_field()
    if name and _has_column(model, name):
        yield SQL(
            "lower(substring(%s FROM %s))", SQL.identifier(alias, name), _FIRST_ADDRESS
        )


def _of_partner(model, alias):
    if model._name == "res.partner":
        return
    for name in model._mail_get_partner_fields():
        if model._fields[name].type == "many2one" and _has_column(model, name):
            yield SQL(
                "(SELECT NULLIF(email_normalized, '') FROM res_partner WHERE id = %s)",
                SQL.identifier(alias, name),
            )


def _has_column(model, name):
    field = model._fields.get(name)
    return bool(field and field.store and field.column_type and not field.inherited)

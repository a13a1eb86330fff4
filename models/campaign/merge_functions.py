"""Campaign: what merge fields call while a mail is made."""

import re
from urllib.parse import quote, urlsplit

from odoo import tools
from odoo.exceptions import UserError

# Where a link that comes from data may lead; anything else, such as "javascript:", is
# taken out.
_SCHEMES = ("", "http", "https", "mailto", "tel", "sms")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")
# Kept as they are in an address: what separates its parts, and what is encoded already.
_RESERVED = "!#$%&'()*+,/:;=?@[]~"
_NO_LETTERS = re.compile(r"\W+")


class EmptyMergeField(UserError):
    """A field is empty without which the mail is not sent.

    :param path: the field, as seen from the recipient's record.
    """

    def __init__(self, path):
        super().__init__(path)
        self.path = path


class MergeFunctions:
    """The ``merge`` of :mod:`campaign_desk.tools.merge_fields`, in one language."""

    def __init__(self, env):
        self._env = env
        self._labels = {}

    def value(self, record, name, is_line=False):
        """Return a field's value as people read it.

        :param is_line: without markup.
        """
        field, value = record._fields[name], record[name]
        return getattr(self, f"_{field.type}", self._as_text)(
            record, field, value, is_line
        )

    def _as_text(self, _record, _field, value, _is_line):
        return "" if value is False or value is None else str(value)

    def _html(self, _record, field, value, is_line):
        if is_line:
            return " ".join(tools.html2plaintext(value or "").split())
        if field.sanitize and field.sanitize_tags and not field.sanitize_overridable:
            return value
        return tools.html_sanitize(value or "")

    def _selection(self, record, field, value, _is_line):
        key = record._name, field.name
        if key not in self._labels:
            self._labels[key] = dict(field._description_selection(self._env))
        return self._labels[key].get(value) or ""

    def _many2one(self, _record, _field, value, _is_line):
        return value.display_name or ""

    def _many2many(self, _record, _field, value, _is_line):
        return ", ".join(one.display_name or "" for one in value)

    def _date(self, _record, _field, value, _is_line):
        return tools.format_date(self._env, value)

    def _float(self, _record, field, value, _is_line):
        digits = field.get_digits(self._env)
        return self.number(value, digits[1] if digits else 2)

    def _monetary(self, record, field, value, _is_line):
        currency = field.get_currency_field(record)
        return self.amount(value, record[currency] if currency else None)

    def number(self, value, digits=0):
        """Return a number with this language's separators."""
        return tools.formatLang(self._env, value or 0.0, digits=digits)

    def amount(self, amount, currency, lang_code=False):
        """Return an amount of money; just the number when its currency is not known."""
        if not currency:
            return self.number(amount, 2)
        return tools.format_amount(self._env, amount or 0.0, currency, lang_code)

    def zone(self, record):
        """Return the time zone of a recipient; False when it is not known."""
        partner = record._mail_get_partners()[record.id][:1]
        return partner.tz or False

    def required(self, value, path):
        """Return the value.

        :raise EmptyMergeField: there is none.
        """
        if not value:
            raise EmptyMergeField(path)
        return value

    def joined(self, *parts):
        """Return texts and values one after the other."""
        return "".join(
            str(one) for one in parts if one is not None and one is not False
        )

    def part(self, value, is_in_query):
        """Return a value as a part of an address.

        Letters of any script stay what they are in a path (RFC 3987).

        :param is_in_query: it stands behind the question mark.
        """
        text = self.joined(value)
        if is_in_query:
            return quote(text, safe="")
        return _NO_LETTERS.sub(lambda found: quote(found[0], safe=_RESERVED), text)

    def address(self, *parts):
        """Return an address put together; "" when no link may lead there."""
        address = _NOT_IN_ADDRESS.sub("", self.joined(*parts))
        try:
            scheme = urlsplit(address).scheme
        except ValueError:
            return ""
        # what urlsplit takes for a path may still be a scheme to a browser
        before = re.split(r"[/?#]", address, maxsplit=1)[0]
        if scheme not in _SCHEMES or (not scheme and ":" in before):
            return ""
        return address


def merge_variables(env):
    """Return what merge fields use besides Odoo's own variables."""
    functions = MergeFunctions(env)
    return {
        "merge": functions,
        "required": functions.required,
        "format_number": functions.number,
    }

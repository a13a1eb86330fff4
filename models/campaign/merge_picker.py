"""Campaign: what the picker of merge fields offers."""

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime, formatLang
from odoo.tools.misc import format_time

from ...tools import merge_fields as merge
from ...tools.merge_fields import MergeFieldError
from ...tools.merge_reader import read_value
from ...tools.merge_template import Found
from .merge_errors import explain_merge_error
from .merge_rules import MergeRules

_DATES = ("d MMMM y", "EEEE, d MMMM", "d MMMM", "MMMM y", "MMMM", "y")
_SAMPLE = 1234.5


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    @api.model
    def get_merge_field(self, model_name, path):
        """Return how a field can be written into a mail.

        :param model_name: the model of the recipients.
        :param path: the field, such as ``partner_id.country_id``.
        :return: ``label``; ``formats``, each with an ``expression`` to insert and a
            ``label``, which is an example in the user's language; ``problem``, why it
            cannot be used, or False.
        """
        self.check_access("read")
        model = self.env.get(model_name)
        if model is None or not model._mailing_enabled:
            return {"label": "", "formats": [], "problem": self.env._("No such model.")}
        rules = MergeRules(model, self.env.user)
        source = f"object.{path}"
        try:
            found = Found(source, read_value(source))
            kind = rules.kinds(found)[path]
            found.python({path: kind})
        except MergeFieldError as error:
            problem = explain_merge_error(error, self.env)
            return {"label": path, "formats": [], "problem": problem}
        return {
            "label": rules.label(path),
            "formats": self._merge_formats(model, path, kind),
            "problem": False,
        }

    def _merge_formats(self, model, path, kind):
        """Return the ways to write a field of a kind, the usual one first."""
        source, now = f"object.{path}", fields.Datetime.now()
        if kind == merge.DATE:
            plain = format_date(self.env, now.date())
            written = [
                (
                    f"format_date({source}, '{pattern}')",
                    format_date(self.env, now.date(), date_format=pattern),
                )
                for pattern in _DATES
            ]
        elif kind == merge.DATETIME:
            plain = format_datetime(self.env, now)
            zone = self._zone_argument(model)
            written = [
                (
                    f"format_datetime({source}{zone}, dt_format='{pattern}')",
                    format_datetime(self.env, now, dt_format=pattern),
                )
                for pattern in _DATES
            ]
            time = format_time(self.env, now, time_format="short")
            written.append((f"format_time({source}{zone}, time_format='short')", time))
        elif kind in (merge.FLOAT, merge.MONETARY):
            plain = self.env._("As in Odoo")
            if kind == merge.MONETARY:
                plain = format_amount(self.env, _SAMPLE, self.env.company.currency_id)
            written = [
                (
                    f"format_number({source}, {digits})",
                    formatLang(self.env, _SAMPLE, digits=digits),
                )
                for digits in (0, 1, 2)
            ]
        else:
            plain, written = "", []
            if kind == merge.INTEGER:
                plain = "1234"
                number = formatLang(self.env, 1234, digits=0)
                written = [(f"format_number({source}, 0)", number)]
        return [
            {"expression": expression, "label": label}
            for expression, label in [(source, plain), *written]
        ]

    def _zone_argument(self, model):
        """Return the argument that names the recipient's time zone."""
        if model._name == "res.partner":
            return ", tz=object.tz"
        names = model._mail_get_partner_fields()
        return f", tz=object.{names[0]}.tz" if names else ""

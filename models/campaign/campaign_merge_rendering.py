"""Campaign: merge fields in what Odoo's own rendering makes.

Mailings of Odoo's standard engine, its test mails and its page "View in browser" show
what the Campaign Desk engine sends. Templates that only Odoo's own words are used in
are left to Odoo.
"""

import logging
from copy import deepcopy

from odoo import models
from odoo.exceptions import UserError

from ...tools import mime
from .campaign_merge_mixin import parse_body
from .inline_text import InlineText
from .merge_errors import for_people
from .merge_functions import EmptyMergeField, merge_variables

_logger = logging.getLogger(__name__)


class CampaignMergeRendering(models.AbstractModel):
    """For models that render the texts of mailings by ``mail.render.mixin``."""

    _name = "campaign.merge.rendering"
    _description = "Rendering of Merge Fields"

    def _rendering_rules(self, model):
        """Return the rules for templates rendered for ``model``; None: Odoo's own."""
        return None

    def _on_empty_merge_field(self, record, error):
        """Do what is to be done when a required field of a recipient is empty."""
        raise error

    def _render_text(self, field, text, res_ids, options):
        """Render ``text`` as if it stood in a field."""
        own = self._fields[field]
        return self._render_template(
            text or "",
            self.render_model,
            res_ids,
            engine=getattr(own, "render_engine", None) or "inline_template",
            options={**(getattr(own, "render_options", None) or {}), **(options or {})},
        )

    def _render_eval_context(self):
        return {**super()._render_eval_context(), **merge_variables(self.env)}

    def _render_template_qweb(
        self, template_src, model, res_ids, add_context=None, options=None
    ):
        rules = self._rendering_rules(model) if template_src and res_ids else None
        if rules is None:
            return super()._render_template_qweb(
                template_src, model, res_ids, add_context, options
            )
        root = parse_body(template_src)
        with for_people(self.env):
            found = rules.read_body(root)
        is_odoos = not self._has_unsafe_expression_template_qweb(template_src, model)
        if is_odoos and all(one.python(kinds) == one.source for one, kinds in found):
            return super()._render_template_qweb(
                template_src, model, res_ids, add_context, options
            )
        for one, kinds in found:
            one.put_python(kinds)
        variables = {**self._render_eval_context(), **(add_context or {})}
        qweb = self.env["ir.qweb"]

        def render(record):
            values = {**variables, "object": record}
            page = qweb._render(deepcopy(root), values, **(options or {}))
            return page[len("<div>") : -len("</div>")]

        return self._render_each(model, res_ids, render)

    def _render_template_inline_template(
        self, template_txt, model, res_ids, add_context=None, options=None
    ):
        rules = self._rendering_rules(model) if template_txt and res_ids else None
        if rules is None:
            return super()._render_template_inline_template(
                template_txt, model, res_ids, add_context, options
            )
        with for_people(self.env):
            text = InlineText(rules.line(str(template_txt)), self.env[model])
        variables = {**self._render_eval_context(), **(add_context or {})}
        return self._render_each(
            model,
            res_ids,
            lambda record: mime.clean_header(text.render(record, variables)),
        )

    def _render_each(self, model, res_ids, render):
        results = dict.fromkeys(res_ids, "")
        for record in self.env[model].browse(res_ids):
            try:
                results[record.id] = render(record)
            except EmptyMergeField as error:
                self._on_empty_merge_field(record, error)
            except UserError:
                raise
            except Exception as error:  # a template may raise anything
                _logger.info("A template failed: %s", type(error).__name__)
                raise UserError(
                    self.env._("The mail cannot be made: %s", error)
                ) from error
        return results

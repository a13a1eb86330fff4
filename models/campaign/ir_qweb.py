"""Campaign: QWeb for mails. A template is compiled once and rendered many times."""

from odoo import models


class CompiledTemplate:
    """A compiled QWeb template that ``ir.qweb`` can render in place of its source.

    :param compiled: what ``ir.qweb._compile`` returned for the source.
    """

    def __init__(self, compiled):
        self.compiled = compiled
        self.functions, self.name, _options = compiled

    def constants(self):
        """Return the texts that the template may put out as they stand."""
        return {
            constant
            for function in self.functions.values()
            for constant in function.__code__.co_consts
            if isinstance(constant, str)
        }


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _compile(self, template):
        if isinstance(template, CompiledTemplate):
            return template.compiled
        return super()._compile(template)

    def _post_processing_att(self, tagName, atts):
        atts = super()._post_processing_att(tagName, atts)
        links = self.env.context.get("campaign_links")
        if links is not None:
            links.rewrite_attributes(tagName, atts)
        return atts

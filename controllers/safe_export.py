"""Response: XLSX files in which the names of groups are no formulas."""

from odoo.addons.web.controllers.export import ExcelExport

from ..tools.safe_cell import safe_cell


class SafeExcelExport(ExcelExport):
    def from_group_data(self, fields, columns_headers, groups):
        """Mark groups that are named with words of strangers, such as subjects."""
        _mark_names(groups)
        return super().from_group_data(fields, columns_headers, groups)


def _mark_names(tree):
    tree.children = {_marked(name): child for name, child in tree.children.items()}
    for child in tree.children.values():
        _mark_names(child)


def _marked(name):
    # of a record: its id and its name
    return tuple(map(safe_cell, name)) if isinstance(name, tuple) else safe_cell(name)

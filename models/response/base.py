"""Response: exports in which no words of strangers are formulas."""

from odoo import models

from ...tools.safe_cell import safe_cell

# Models of Odoo's that hold what strangers and their servers say about our mails.
_OTHERS = ("mailing.trace",)


class Base(models.AbstractModel):
    """Odoo marks formulas in CSV files, but not all of them, and none in XLSX files."""

    _inherit = "base"

    def export_data(self, fields_to_export):
        """Mark what a sheet would calculate with."""
        exported = super().export_data(fields_to_export)
        if self._original_module != "campaign_desk" and self._name not in _OTHERS:
            return exported
        rows = exported.get("datas", [])
        return {
            **exported,
            "datas": [[safe_cell(cell) for cell in row] for row in rows],
        }

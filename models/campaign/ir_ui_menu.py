"""Campaign: what Odoo's app *Email Marketing* opens with."""

from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def load_web_menus(self, debug):
        """Open the app on campaigns; on mailings where Odoo's own engine sends them."""
        menus = super().load_web_menus(debug)
        if self.env["mailing.mailing"]._default_delivery_engine() != "standard":
            return menus
        app, mailings = (
            menus.get(self.env.ref(f"mass_mailing.{name}").id)
            for name in ("mass_mailing_menu_root", "mass_mailing_menu")
        )
        if app and mailings:
            app.update(
                {
                    name: mailings[name]
                    for name in ("actionID", "actionModel", "actionPath")
                }
            )
        return menus

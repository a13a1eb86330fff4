"""Response: a ticket of the help desk, when there is one.

OCA's ``helpdesk_mgmt`` and Odoo Enterprise call their model ``helpdesk.ticket``.
"""

from odoo import models
from odoo.exceptions import UserError


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def _ticket_model(self):
        """Return the name of the model of tickets, or None: no help desk."""
        return "helpdesk.ticket" if "helpdesk.ticket" in self.env else None

    def _offers_ticket(self):
        return [{"key": "-"}] if self._ticket_model() else []

    def _do_ticket(self, act, params):
        # sudo: responders need not have rights at the help desk
        tickets_sudo = self.env[self._ticket_model()].sudo()
        person_sudo = self._person_sudo()
        values = {
            "name": self.subject or self.env._("Reply"),
            "description": self._digest(),
            "partner_id": person_sudo.id,
            "partner_name": person_sudo.name,
            "partner_email": self._address(),
            "company_id": self.company_id.id,
            "campaign_id": self.sudo().campaign_id.id,
        }
        known = {name: val for name, val in values.items() if name in tickets_sudo}
        ticket_sudo = tickets_sudo.create(known)
        return {
            "res_model": ticket_sudo._name,
            "res_id": ticket_sudo.id,
            "summary": self.env._("Ticket “%s” opened", ticket_sudo.display_name),
            "memory": {"written": str(ticket_sudo.write_date)},
        }

    def _undo_ticket(self, act):
        ticket_sudo = act._target()
        if not ticket_sudo:
            return
        is_untouched = str(ticket_sudo.write_date) == act.memory.get("written")
        if not is_untouched:
            raise UserError(
                self.env._("Somebody works on this ticket already. Close it there.")
            )
        ticket_sudo.unlink()

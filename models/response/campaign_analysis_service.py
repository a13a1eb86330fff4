"""Response: a service of one's own that says what replies want."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.nlp.base import EngineError, Reply
from ...tools.nlp.engines.http import Http

_SAMPLE = "Thanks, this looks interesting. Could you call me on Tuesday at 3 pm?"


class CampaignAnalysisService(models.Model):
    """An address that is asked what each reply wants, when the settings say so.

    Replies' texts leave the server for it, over TLS.
    """

    _name = "campaign.analysis.service"
    _description = "Analysis Service"
    _order = "name"

    name = fields.Char(required=True)
    address = fields.Char(
        required=True,
        help="Where replies are posted to: https://…, or http:// on this computer.",
    )
    key = fields.Char(
        copy=False,
        groups="base.group_system",
        help="Sent as “Authorization: Bearer …”. Blank: nothing is sent.",
    )

    @api.constrains("address", "key")
    def _check_address(self):
        for service in self:
            try:
                service._engine()
            except EngineError as error:
                raise ValidationError(str(error)) from error

    def _engine(self):
        """Return the engine that asks this service.

        :raise EngineError: its address is none.
        """
        self_sudo = self.sudo()  # sudo: the key is for administrators' eyes only
        return Http(self_sudo.address or "", self_sudo.key or "")

    @api.model
    def _in_use(self):
        """Return the service that the settings name, if any."""
        # sudo: the analysis asks it, whoever's reply it reads
        services_sudo = self.sudo()
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("campaign_desk.analysis_service", "")
        )
        if not value.isdecimal():
            return services_sudo.browse()
        return services_sudo.browse(int(value)).exists()

    @api.model
    def _in_use_key(self):
        """Return what changes when another service, or another address, is in use."""
        service_sudo = self._in_use()
        return service_sudo.id, service_sudo.address, service_sudo.key

    def action_test(self):
        """Ask the service about a sample, and show what it says."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators set up services."))
        try:
            said = self._engine().predict(Reply(_SAMPLE, "en", "Re: News"))
        except EngineError as error:
            raise UserError(
                self.env._("%(name)s: %(error)s.", name=self.name, error=error)
            ) from error
        given = [
            name for name, label in said.intents.items() if label.confidence >= 0.5
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("The service answers"),
                "message": self.env._(
                    "“%(sample)s” — it says: %(intents)s",
                    sample=_SAMPLE,
                    intents=", ".join(given) or self.env._("nothing"),
                ),
            },
        }

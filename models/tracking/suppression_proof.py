"""Tracking: the proof of suppressions that people have asked for."""

from odoo import api, models

from .evidence import Evidence, evidence_of, with_evidence

_ASKED_FOR = "request"


class CampaignSuppression(models.Model):
    """Others, such as those of a bounce policy, are nobody's decision."""

    _inherit = "campaign.suppression"

    @api.model_create_multi
    def create(self, vals_list):
        suppressions = super().create(vals_list)
        suppressions._note_consent("withdrawn", Evidence("person"))
        return suppressions

    @api.model
    def _suppress(self, addresses, place, **values):
        result = super()._suppress(addresses, place, **values)
        if values["source"] == "import" and values["reason"] == _ASKED_FOR:
            evidence = Evidence("import", text=values.get("note") or "")
            kind = "pause" if values.get("expires_at") else "all"
            with_evidence(self.env["campaign.consent"], evidence)._record(
                [
                    {"address": address, "kind": kind, "decision": "withdrawn"}
                    for address in addresses
                ]
            )
        return result

    def _lift(self, reason):
        in_force = self.filtered("active")
        result = super()._lift(reason)
        in_force._note_consent("given", Evidence("person", text=reason))
        return result

    def _note_consent(self, decision, evidence):
        """Write down what a user did. Recipients' own acts have their proofs."""
        if self.env.su or evidence_of(self.env).is_own_act:
            return
        for company, ours in self.grouped("company_id").items():
            consents = self.env["campaign.consent"].with_company(company)
            with_evidence(consents, evidence)._record(
                [
                    {
                        "address": one.address,
                        "kind": "pause" if one.expires_at else "all",
                        "decision": decision,
                        "detail": one._place(),
                    }
                    for one in ours
                    if one.reason == _ASKED_FOR and one.address
                ]
            )

"""Response: the person whom a reply names becomes a contact, at one click."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...tools import referrals
from .act_kinds import ABSENT

_ABSENT = [kind for kind, _label in ABSENT]


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    referred_ids = fields.One2many(
        "res.partner", "referral_response_id", "Persons Named", readonly=True
    )

    def _offers_referral(self):
        known = {self.email, self._address(), *self._own_addresses()}
        text = self.clean_text or ""
        if not text and self.kind in _ABSENT:
            text = self.body_text or ""
        found = referrals.find(text, {one for one in known if one})
        offers = [
            {
                "key": (one.address or one.name)[:200],
                "label": self.env._("Add %s", one.name or one.address),
                "reason": " · ".join(filter(None, (one.address, one.phone))),
                "params": {
                    "key": (one.address or one.name)[:200],
                    "name": one.name,
                    "email": one.address,
                    "phone": one.phone,
                },
            }
            for one in found
        ]
        blank = {"name": "", "email": "", "phone": ""}
        return offers or [{"key": "-", "params": blank, "by_hand": True}]

    def _own_addresses(self):
        """Return the addresses of ours that a reply may name."""
        company_sudo = self.company_id.sudo()  # sudo: only its addresses
        mailing_sudo = self.sudo().mailing_id
        written = (
            company_sudo.email,
            mailing_sudo.email_from,
            mailing_sudo.reply_to,
            self.sudo().user_id.email,
        )
        return {email_normalize(one or "") for one in written} - {False}

    def _do_referral(self, act, params):
        offered = (act.offer or {}).get("params", {})
        values = {**offered, **params}
        name = " ".join(str(values.get("name") or "").split())[:100]
        address = email_normalize(str(values.get("email") or ""))
        if values.get("email") and not address:
            raise UserError(
                self.env._("“%s” is no email address. Check it.", values["email"])
            )
        if not (name or address):
            raise UserError(self.env._("Enter the name or the address of the person."))
        partner_sudo, is_new = self._referred_partner_sudo(
            name, address, str(values.get("phone") or "")[:30]
        )
        partner_sudo._message_log(
            body=self.env._(
                "Named in a reply of %(writer)s. %(consent)s",
                writer=self.author_name or self.email or "",
                consent=self.env._("No consent to mailings is known."),
            )
        )
        return {
            "res_model": "res.partner",
            "res_id": partner_sudo.id,
            "summary": self.env._("Contact %s", partner_sudo.name),
            "memory": {"is_new": is_new},
        }

    def _referred_partner_sudo(self, name, address, phone):
        """Return the contact of a person who was named, and whether it is new."""
        # sudo: responders need not have rights on contacts
        partners_sudo = self.env["res.partner"].sudo()
        there_sudo = partners_sudo.browse()
        if address:
            there_sudo = partners_sudo.search(
                [
                    ("email_normalized", "=", address),
                    ("company_id", "in", [False, self.company_id.id]),
                ],
                limit=1,
            )
        if there_sudo:
            if not there_sudo.referral_response_id:
                there_sudo.referral_response_id = self
            return there_sudo, False
        writer_sudo = self._person_sudo(create=False)
        firm_sudo = writer_sudo.commercial_partner_id.filtered("is_company")
        made_sudo = partners_sudo.create(
            {
                "name": name or address,
                "email": address,
                "phone": phone,
                "parent_id": firm_sudo.id,
                "company_name": not firm_sudo and writer_sudo.company_name,
                "company_id": firm_sudo.company_id.id,
                "referral_response_id": self.id,
            }
        )
        return made_sudo, True

    def _undo_referral(self, act):
        partner_sudo = act._target()
        if not partner_sudo:
            return
        if (act.memory or {}).get("is_new"):
            partner_sudo.active = False
        if partner_sudo.referral_response_id == self:
            partner_sudo.referral_response_id = False

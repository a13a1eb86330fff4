"""Tracking: the public page on which people sign up for a mailing list, and confirm."""

import re

from odoo.http import request
from odoo.tools import email_normalize

from ..tools import tokens
from .recipient_page import RecipientPage
from .tracking import address_in_mail

_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")


class CampaignSignup(RecipientPage):
    @address_in_mail("/campaign/s/<string:signed>", methods=["GET", "POST"], csrf=False)
    def campaign_sign_up(self, signed, **form):
        """Ask for an address, and mail it."""
        list_sudo = request.env["mailing.list"]._find_by_signup(signed)
        if not list_sudo:
            return self._campaign_unknown()
        values = {
            "mailing_list": list_sudo.with_context(lang=request.env.lang),
            "company": list_sudo._signup_company(),
            "email": self._words(form, "email")[:320],
            "error": "",
        }
        if not self._is_post():
            return self._recipient_page("page_signup", **values)
        address = email_normalize(values["email"])
        if not address or not _ADDRESS.fullmatch(values["email"]):
            values["error"] = request.env._(
                "“%s” is no e-mail address. Check how it is written.", values["email"]
            )
            return self._recipient_page("page_signup", status=400, **values)
        # Programs fill in everything; people do not see this field.
        if not self._words(form, "website"):
            signups_sudo = request.env["campaign.signup"].sudo()  # sudo: as below
            if signups_sudo._is_busy(list_sudo, self._network()):
                return self._recipient_page("page_signup_busy", status=429, **values)
            # sudo: who signs up has no account
            signups_sudo._sign_up(values["mailing_list"], address, self._network())
        return self._recipient_page("page_signup_sent", **values)

    @address_in_mail("/campaign/j/<string:signed>", methods=["GET", "POST"], csrf=False)
    def campaign_join(self, signed, **_form):
        """Ask for a last click, which no program makes, and put them on the list."""
        signup_sudo = request.env["campaign.signup"]._find_by_signed(signed)
        if not signup_sudo:
            is_ours = tokens.verify(
                request.env["mailing.mailing"]._tracking_key(), tokens.JOIN, signed
            )
            if not is_ours:
                return self._campaign_unknown()
            return self._recipient_page("page_signup_over", status=410)
        if signup_sudo.lang:
            request.update_context(lang=signup_sudo.lang)
        if self._is_post():
            signup_sudo._confirm("/campaign/j", self._network())
        return self._recipient_page(
            "page_signup_confirm",
            signup=signup_sudo.with_context(lang=request.env.lang),
            mailing_list=signup_sudo.list_id.with_context(lang=request.env.lang),
            company=signup_sudo.company_id or request.env.company,
        )

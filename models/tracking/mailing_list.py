"""Tracking: the page on which people put themselves on a mailing list."""

import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools import tokens


class MailingList(models.Model):
    _inherit = "mailing.list"

    has_signup_page = fields.Boolean(
        "Sign-Up Page",
        help="Anybody may sign up on it. They are on the list as soon as they have "
        "confirmed a mail to their address (double opt-in).",
    )
    signup_text = fields.Text(
        "What They Agree To",
        translate=True,
        help="Stands above the button, and is kept as the proof of what was agreed to. "
        "Blank: a sentence with the names of the list and the company.",
    )
    signup_company_id = fields.Many2one(
        "res.company",
        "Sign-Up For",
        default=lambda self: self._default_signup_company_id(),
        help="In whose name people sign up, and who sends the mail to confirm it.",
    )
    signup_token = fields.Char(copy=False, readonly=True, groups="base.group_system")
    signup_url = fields.Char("Address of the Page", compute="_compute_signup_url")
    signup_ids = fields.One2many("campaign.signup", "list_id", readonly=True)

    _signup_token_idx = models.UniqueIndex(
        "(signup_token) WHERE signup_token IS NOT NULL"
    )

    @api.model
    def _default_signup_company_id(self):
        return self.env.company

    @api.depends("has_signup_page")
    def _compute_signup_url(self):
        for one in self:
            one.signup_url = one._origin.has_signup_page and one._origin._signup_url()

    @api.model_create_multi
    def create(self, vals_list):
        lists = super().create(vals_list)
        lists._give_token()
        return lists

    def write(self, vals):
        result = super().write(vals)
        if vals.get("has_signup_page"):
            self._give_token()
        return result

    def _give_token(self):
        # sudo: the token is for the address of the page only
        for one in self.sudo():
            if one.has_signup_page and not one.signup_token:
                one.signup_token = secrets.token_hex(tokens.TOKEN_LENGTH // 2)

    def _signup_url(self):
        self_sudo = self.sudo()  # sudo: as above
        if not self_sudo.signup_token:
            return False
        key = self.env["mailing.mailing"]._tracking_key()
        signed = tokens.sign(key, tokens.SIGN_UP, self_sudo.signup_token)
        return f"{self.get_base_url()}/campaign/s/{signed}"

    @api.model
    def _find_by_signup(self, signed):
        """Return the list of a sign-up page, or an empty recordset.

        sudo: who signs up has no account.
        """
        key = self.env["mailing.mailing"]._tracking_key()
        token = tokens.verify(key, tokens.SIGN_UP, signed)
        lists_sudo = self.sudo()
        if not token:
            return lists_sudo
        return lists_sudo.search(
            [("signup_token", "=", token), ("has_signup_page", "=", True)]
        )

    def _signup_words(self):
        """Return what people agree to who sign up."""
        return self.signup_text or self.env._(
            "I want to get the mails of “%(list)s” from %(company)s. I can unsubscribe "
            "at any time, with the link in each of them.",
            list=self.name,
            company=self._signup_company().name,
        )

    def _signup_company(self):
        return self.signup_company_id or self.env.company

    def action_open_signup_page(self):
        """Open the page as anybody sees it."""
        self.ensure_one()
        if not self.has_access("read") or not self.has_signup_page:
            raise AccessError(self.env._("This list has no sign-up page."))
        return {"type": "ir.actions.act_url", "url": self._signup_url()}

"""Tracking: who asked to be put on a mailing list, until they have confirmed it."""

import secrets
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from ...tools import tokens
from .evidence import Evidence, with_evidence

# How long a sign-up waits to be confirmed.
SIGNUP_DAYS = ("campaign_desk.signup_days", 7)
# An address gets a mail at most so often, whoever asks for it.
_PAUSE_MINUTES = 10
_MAILS_A_DAY = 5
# From one network, and to one list.
_NETWORKS_AN_HOUR = 20
_LISTS_AN_HOUR = 1000


class CampaignSignup(models.Model):
    """An address that somebody has entered on a list's sign-up page.

    =========  =====================================================================
    pending    a mail was sent to it; nothing else happens until it is confirmed
    confirmed  its owner has confirmed, and is on the list; the proof is kept
    =========  =====================================================================

    What is not confirmed in time is deleted, as are confirmed ones after the same time:
    then only the proof is left.
    """

    _name = "campaign.signup"
    _description = "Sign-Up"
    _order = "id desc"
    _rec_name = "email"

    email = fields.Char(required=True, readonly=True)
    list_id = fields.Many2one(
        "mailing.list", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    lang = fields.Char("Language", readonly=True)
    text = fields.Text("Text Shown", readonly=True)
    address_prefix = fields.Char("Network", readonly=True)
    token = fields.Char(readonly=True, copy=False, groups="base.group_system")
    state = fields.Selection(
        [("pending", "To be confirmed"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="pending",
    )
    mail_count = fields.Integer("Mails Sent", readonly=True)
    mailed_at = fields.Datetime("Last Mail", readonly=True)
    confirmed_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(compute="_compute_expires_at")

    _token_idx = models.UniqueIndex("(token)")
    _pending_idx = models.UniqueIndex("(email, list_id) WHERE state = 'pending'")
    _network_idx = models.Index("(address_prefix, write_date)")

    @api.depends("create_date")
    def _compute_expires_at(self):
        lifetime = timedelta(days=self._lifetime_days())
        for one in self:
            one.expires_at = one.create_date and one.create_date + lifetime

    @api.model
    def _lifetime_days(self):
        return max(self.env["campaign.event"]._days(*SIGNUP_DAYS), 1)

    # ------------------------------------------------------------
    # Signing up
    # ------------------------------------------------------------

    @api.model
    def _is_busy(self, mailing_list, address_prefix):
        """Return whether too many sign up from one network, or for one list."""
        since = fields.Datetime.now() - timedelta(hours=1)
        recent = [("write_date", ">", since)]
        network = [*recent, ("address_prefix", "=", address_prefix)]
        if address_prefix and self.search_count(network) >= _NETWORKS_AN_HOUR:
            return True
        of_list = [*recent, ("list_id", "=", mailing_list.id)]
        return self.search_count(of_list) >= _LISTS_AN_HOUR

    @api.model
    def _sign_up(self, mailing_list, email, address_prefix):
        """Mail an address so that its owner confirms; who is on the list gets no mail.

        Whoever asks learns nothing: neither whether the address is known, nor whether a
        mail was sent.
        """
        address = email_normalize(email)
        # two requests at once make one row
        self.env.execute_query(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtext(%s))",
                f"campaign_desk sign-up {mailing_list.id} {address}",
            )
        )
        known = self.search(
            [
                ("email", "=", address),
                ("list_id", "=", mailing_list.id),
                ("state", "=", "pending"),
            ]
        )
        signup = known or self.create(
            {
                "email": address,
                "list_id": mailing_list.id,
                "company_id": mailing_list._signup_company().id,
                "token": secrets.token_hex(tokens.TOKEN_LENGTH // 2),
            }
        )
        signup.write(
            {
                "lang": self.env.lang,
                "text": mailing_list._signup_words(),
                "address_prefix": address_prefix,
            }
        )
        if not signup._is_on_list() and signup._may_be_mailed():
            signup._mail()
        return signup

    def _is_on_list(self):
        subscription = self.env["mailing.subscription"].search_count(
            [
                ("contact_id.email_normalized", "=", self.email),
                ("list_id", "=", self.list_id.id),
                ("opt_out", "=", False),
            ],
            limit=1,
        )
        blocked = self.env["mail.blacklist"].search_count(
            [("email", "=", self.email)], limit=1
        )
        return bool(subscription) and not blocked

    def _may_be_mailed(self):
        """Return whether the address has not had too many mails, from any list."""
        now = fields.Datetime.now()
        if self.mailed_at and self.mailed_at > now - timedelta(minutes=_PAUSE_MINUTES):
            return False
        lately = self.search(
            [("email", "=", self.email), ("mailed_at", ">", now - timedelta(days=1))]
        )
        return sum(lately.mapped("mail_count")) < _MAILS_A_DAY

    def _mail(self):
        """Send the mail by which the owner confirms."""
        self.ensure_one()
        signup = self.with_context(lang=self.lang or self.env.lang)
        company = signup.company_id or self.env.company
        key = self.env["mailing.mailing"]._tracking_key()
        url = f"{self.list_id.get_base_url()}/campaign/j/"
        values = {
            "company": company,
            "mailing_list": signup.list_id,
            "url": url + tokens.sign(key, tokens.JOIN, self.token),
            "days": self._lifetime_days(),
        }
        body = signup.env["ir.qweb"]._render("campaign_desk.signup_mail", values)
        mail = signup.env["mail.mail"].create(
            {
                "subject": signup.env._(
                    "Please confirm: “%(list)s”", list=signup.list_id.name
                ),
                "body_html": body,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "email_to": self.email,
                "headers": repr({"Auto-Submitted": "auto-generated"}),
                "auto_delete": True,
            }
        )
        self.write(
            {"mail_count": self.mail_count + 1, "mailed_at": fields.Datetime.now()}
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return mail

    def action_resend(self):
        """Send the mail to confirm once more."""
        self.check_access("read")
        if not self.env.user.has_group("mass_mailing.group_mass_mailing_user"):
            raise UserError(self.env._("Only users of Email Marketing may do this."))
        for signup_sudo in self.sudo():  # sudo: users only read sign-ups
            if signup_sudo.state != "pending":
                raise UserError(
                    self.env._("%s has confirmed already.", signup_sudo.email)
                )
            if not signup_sudo._may_be_mailed():
                raise UserError(
                    self.env._(
                        "%s has had a mail a moment ago, or several today. Try again "
                        "later.",
                        signup_sudo.email,
                    )
                )
            signup_sudo._mail()
        return True

    # ------------------------------------------------------------
    # Confirming
    # ------------------------------------------------------------

    @api.model
    def _find_by_signed(self, signed):
        """Return the sign-up of a link, or an empty recordset.

        sudo: its owner has no account.
        """
        key = self.env["mailing.mailing"]._tracking_key()
        token = tokens.verify(key, tokens.JOIN, signed)
        signups_sudo = self.sudo()
        if not token:
            return signups_sudo
        found = signups_sudo.search([("token", "=", token)])
        return found.filtered(lambda one: one.expires_at > fields.Datetime.now())

    def _confirm(self, page, address_prefix):
        """Put the owner of the address on the list. Twice is once."""
        self.ensure_one()
        if self.state == "confirmed":
            return
        now = fields.Datetime.now()
        evidence = Evidence(
            "form",
            text=self.text,
            page=page,
            address_prefix=address_prefix,
            company_id=self.company_id.id,
            requested_at=self.create_date,
        )
        self._unblock(evidence)
        mailing_list = with_evidence(self.list_id, evidence)
        contacts = mailing_list.env["mailing.contact"]
        if contacts.search_count([("email_normalized", "=", self.email)], limit=1):
            mailing_list._update_subscription_from_email(self.email, opt_out=False)
        else:
            contacts.create(
                {
                    "email": self.email,
                    "lang": self.lang,
                    "subscription_ids": [Command.create({"list_id": mailing_list.id})],
                }
            )
        self.write({"state": "confirmed", "confirmed_at": now})

    def _unblock(self, evidence):
        """Take back that the owner wanted no mails at all: now they want this list's.

        The other lists they were on stay left.
        """
        blacklist = with_evidence(self.env["mail.blacklist"], evidence)
        entry = blacklist.search([("email", "=", self.email)])
        if entry:
            contacts = self.env["mailing.contact"].search(
                [("email_normalized", "=", self.email)]
            )
            others = contacts.subscription_ids.filtered(lambda one: not one.opt_out)
            with_evidence(others, evidence).filtered(
                lambda one: one.list_id != self.list_id
            ).opt_out = True
            entry._remove(self.email)
        suppressions = self.env["campaign.suppression"]._find_all(self.email)
        suppressions.filtered(
            lambda one: (
                one.active
                and one.reason == "request"
                and (
                    one.scope == "company"
                    and one.company_id == self.company_id
                    or one.scope == "list"
                    and one.list_id == self.list_id
                )
            )
        )._lift(self.env._("Signed up for “%s” again", self.list_id.name))

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_old(self):
        """Delete what was not confirmed in time, and what was, as long ago."""
        before = fields.Datetime.now() - timedelta(days=self._lifetime_days())
        self.search([("create_date", "<", before)], limit=10_000).unlink()

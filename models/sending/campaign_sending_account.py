"""Sending: a configured way out."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from .settlement import UTC_NOW

# A server that does not answer is left alone for this long, then twice as long each
# time it does not answer again.
FIRST_REST_SECONDS = 60
LONGEST_REST_SECONDS = 1800


class CampaignSendingAccount(models.Model):
    """A way by which mails of the Campaign Desk engine leave.

    Which account takes a mail is decided by what it is *for*: campaigns, sender domains
    and mailbox providers; what is blank does not matter. Among accounts that fit, the
    one that fits most closely is used; several that fit equally share the mails by
    weight. One that cannot send at the moment is passed over.
    """

    _name = "campaign.sending.account"
    _description = "Sending Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    tech_name = fields.Char(
        "Technical Name",
        copy=False,
        help="By which other programs and configuration files know the account.",
    )
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Blank: mailings of every company may use it.",
    )

    # way out
    transport = fields.Selection(
        [("smtp", "SMTP server")], required=True, default="smtp", tracking=True
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "SMTP Server",
        ondelete="restrict",
        domain="[('owner_user_id', '=', False)]",
        tracking=True,
        help="Blank: the server of the mailing, or the one that Odoo chooses by the "
        "sender's address.",
    )
    is_relay = fields.Boolean(
        "Queues Mail Itself",
        default=True,
        help="The server takes every mail and delivers it later, as most do. How many "
        "connections a mailbox provider accepts is then the server's affair, and only "
        "the rates of pacing rules count.",
    )
    connections = fields.Integer(
        "Connections a Lane",
        default=4,
        help="How many connections one sending lane uses at once.",
    )
    test_address = fields.Char(
        "Send Everything To",
        tracking=True,
        help="Test mode: every mail goes to this address instead of its recipient, "
        "while all else happens as in earnest.",
    )

    # what it is for
    campaign_ids = fields.Many2many("utm.campaign", string="Campaigns")
    sender_domains = fields.Char(
        help="Domains of senders, separated by commas, such as example.com."
    )
    provider_group_ids = fields.Many2many(
        "campaign.provider.group", string="Mailbox Providers"
    )
    weight = fields.Integer(
        default=1, help="Its share of the mails that several accounts could take."
    )

    # limits
    pacing_rule_ids = fields.One2many("campaign.pacing.rule", "account_id")

    # health
    state = fields.Selection(
        [("ready", "Ready"), ("resting", "Resting"), ("stopped", "Stopped")],
        compute="_compute_state",
    )
    stopped_reason = fields.Text(
        "Why It Stopped", readonly=True, copy=False, tracking=True
    )
    pace_ids = fields.One2many("campaign.sending.pace", "account_id", readonly=True)

    _tech_name_unique = models.Constraint(
        "UNIQUE(tech_name)", "Another account has this technical name already."
    )
    _connections_positive = models.Constraint(
        "CHECK(connections BETWEEN 1 AND 50)",
        "A lane uses between 1 and 50 connections.",
    )
    _weight_positive = models.Constraint(
        "CHECK(weight > 0)",
        "The weight must be above 0. To take an account out of use, archive it.",
    )

    @api.constrains("test_address")
    def _check_test_address(self):
        for account in self.filtered("test_address"):
            if not email_normalize(account.test_address):
                raise ValidationError(
                    self.env._(
                        "“%s” is not an e-mail address that test mails can go to.",
                        account.test_address,
                    )
                )

    @api.depends("stopped_reason", "pace_ids.rest_until")
    def _compute_state(self):
        now = fields.Datetime.now()
        for account in self:
            rests = account.pace_ids.filtered(
                lambda pace: (
                    not pace.provider_group_id
                    and pace.rest_until
                    and pace.rest_until > now
                )
            )
            if account.stopped_reason:
                account.state = "stopped"
            else:
                account.state = "resting" if rests else "ready"

    # ------------------------------------------------------------
    # The choice
    # ------------------------------------------------------------

    @api.model
    def _candidates(self, mailing, provider_group_id):
        """Return each account that may take a mailing's mails to a provider.

        :param provider_group_id: None: to any provider.
        :return: pairs of the account and how closely it fits.
        """
        companies = [False, mailing.company_id.id]
        accounts = self.search(
            Domain("company_id", "in", companies) & Domain("stopped_reason", "=", False)
        )
        if mailing.mail_server_id:  # chosen by a person
            accounts = accounts.filtered(
                lambda account: (
                    account.mail_server_id
                    in (mailing.mail_server_id, mailing.mail_server_id.browse())
                )
            )
        fits = (
            (account, account._fit(mailing, provider_group_id)) for account in accounts
        )
        return [(account, fit) for account, fit in fits if fit is not None]

    def _server(self, mailing):
        """Return the mail server that a mailing's mails leave by, if it is known."""
        server = self.mail_server_id or mailing.mail_server_id
        if server or "{{" in (mailing.email_from or ""):
            return server
        return server._find_mail_server(mailing.email_from)[0] or server

    def _fit(self, mailing, provider_group_id):
        """Return how closely the account fits: the higher the closer, None: not.

        A campaign weighs more than a sender's domain, that more than a provider.
        """
        fit = 0
        domain = (mailing.email_from or "").rpartition("@")[2].rstrip("> ").lower()
        for weight, wanted, actual in (
            (4, self.campaign_ids.ids, mailing.campaign_id.id),
            (2, self._sender_domain_list(), domain),
            (1, self.provider_group_ids.ids, provider_group_id),
        ):
            if wanted and actual is not None and actual not in wanted:
                return None
            fit += weight if wanted else 0
        return fit

    def _sender_domain_list(self):
        words = (self.sender_domains or "").lower().replace(";", ",").split(",")
        return [word.strip().lstrip("@") for word in words if word.strip()]

    # ------------------------------------------------------------
    # Health
    # ------------------------------------------------------------

    def _stop(self, reason):
        """Take no more mails until a person has corrected what is wrong."""
        self.ensure_one()
        if not self.stopped_reason:
            self.stopped_reason = reason
            self._tell_administrators(self.env._("The account has stopped: %s", reason))

    def action_resume(self):
        """Take mails again after the cause was corrected."""
        self.write({"stopped_reason": False})
        # sudo: paces are the engine's own notes, which nobody may edit.
        self.pace_ids.sudo().unlink()
        self.env["mailing.trace"]._wake_lanes()
        return True

    def _rest(self, server_id, reason):
        """Leave a server that does not answer alone for a while.

        Lanes that notice at the same moment do not double the time twice.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_sending_pace AS pace
                       (account_id, mail_server_id, rest_until, strikes, reason)
                VALUES (%(account)s, %(server)s,
                        %(now)s + %(first)s * interval '1 second', 1, %(reason)s)
                ON CONFLICT (account_id, COALESCE(provider_group_id, 0),
                             COALESCE(mail_server_id, 0)) DO UPDATE
                   SET rest_until = %(now)s + interval '1 second' * LEAST(
                            %(longest)s, %(first)s * power(2, pace.strikes)),
                       strikes = pace.strikes + 1,
                       reason = excluded.reason
                 WHERE pace.rest_until <= %(now)s
                """,
                account=self.id,
                server=server_id or None,
                first=FIRST_REST_SECONDS,
                longest=LONGEST_REST_SECONDS,
                reason=reason[:1000],
                now=UTC_NOW,
            )
        )
        self.invalidate_recordset(["pace_ids"])

    def _forget_rests(self):
        """Note that the account's server answers again."""
        self.pace_ids.filtered(lambda pace: not pace.provider_group_id).unlink()

    def _tell_administrators(self, message):
        """Say it where it is seen: in the account's history, and as an activity."""
        self.message_post(body=message)
        administrators = self.env.ref("base.group_system").all_user_ids
        administrator = administrators.filtered("active")[:1]
        if administrator:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("A sending account needs attention"),
                note=message,
                user_id=administrator.id,
            )

"""Sending: what an account has been told about its pace."""

from odoo import api, fields, models
from odoo.tools import SQL

from .settlement import UTC_NOW


class CampaignSendingPace(models.Model):
    """How an account is treated, or by a mailbox provider: at rest, or slower.

    Made from answers (see ``campaign.answer.rule``) and from servers that do not
    answer. It passes by itself: a rest ends, and a ceiling rises step by step after its
    time. Without a provider it is the account's server that does not answer.
    """

    _name = "campaign.sending.pace"
    _description = "Pace of a Sending Account"
    _order = "account_id, provider_group_id"
    _log_access = False

    account_id = fields.Many2one(
        "campaign.sending.account", required=True, readonly=True, ondelete="cascade"
    )
    provider_group_id = fields.Many2one(
        "campaign.provider.group", readonly=True, ondelete="cascade"
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server", readonly=True, ondelete="cascade"
    )
    rest_until = fields.Datetime("Resting Until", readonly=True)
    slow_until = fields.Datetime(readonly=True)
    mails_per_minute = fields.Integer("Mails a Minute", readonly=True)
    strikes = fields.Integer(
        readonly=True, help="How often in a row the server did not answer."
    )
    reason = fields.Text("Because Of", readonly=True)

    _account_provider_idx = models.UniqueIndex(
        "(account_id, COALESCE(provider_group_id, 0), COALESCE(mail_server_id, 0))"
    )

    @api.model
    def _obey(self, account_id, provider_group_id, rule, words):
        """Do what a rule makes of a provider's answer, for this provider alone."""
        rest = rule.minutes if rule.action == "rest" else None
        slow = rule.minutes if rule.action == "slow" else None
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_sending_pace AS pace
                       (account_id, provider_group_id, rest_until, slow_until,
                        mails_per_minute, strikes, reason)
                VALUES (%(account)s, %(group)s,
                        %(now)s + %(rest)s * interval '1 minute',
                        %(now)s + %(slow)s * interval '1 minute',
                        %(ceiling)s, 0, %(reason)s)
                ON CONFLICT (account_id, COALESCE(provider_group_id, 0),
                             COALESCE(mail_server_id, 0)) DO UPDATE
                   SET rest_until = GREATEST(pace.rest_until, excluded.rest_until),
                       slow_until = GREATEST(pace.slow_until, excluded.slow_until),
                       mails_per_minute = CASE
                            WHEN excluded.slow_until IS NULL
                                THEN pace.mails_per_minute
                            WHEN pace.slow_until > %(now)s
                                THEN LEAST(pace.mails_per_minute,
                                           excluded.mails_per_minute)
                            ELSE excluded.mails_per_minute END,
                       reason = excluded.reason
                """,
                account=account_id,
                group=provider_group_id,
                rest=rest,
                slow=slow,
                ceiling=max(rule.mails_per_minute, 1) if slow else None,
                reason=words[:1000],
                now=UTC_NOW,
            )
        )

"""Sending: what an account's page shows of today."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import pacing
from . import claim
from .flow import Scope
from .settlement import UTC_NOW

SHOWN_PROVIDERS = 5


class CampaignSendingAccount(models.Model):
    _inherit = "campaign.sending.account"

    mails_today = fields.Integer("Mails in 24 Hours", compute="_compute_today")
    accepted_today = fields.Integer("Accepted in 24 Hours", compute="_compute_today")
    deferred_today = fields.Integer("Put Off in 24 Hours", compute="_compute_today")
    refused_today = fields.Integer("Hard Bounces in 24 Hours", compute="_compute_today")
    failed_today = fields.Integer("Failed in 24 Hours", compute="_compute_today")
    limits_today = fields.Html(compute="_compute_limits_today", sanitize=False)

    def _compute_today(self):
        self.env["campaign.sending.batch"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, sum(mails), sum(accepted), sum(deferred),
                       sum(refused), sum(failed + unknown)
                  FROM campaign_sending_batch
                 WHERE account_id = ANY(%s)
                   AND settled_at > %s - interval '1 day'
                 GROUP BY account_id
                """,
                self.ids,
                UTC_NOW,
            )
        )
        counts = {account_id: numbers for account_id, *numbers in rows}
        for account in self:
            (
                account.mails_today,
                account.accepted_today,
                account.deferred_today,
                account.refused_today,
                account.failed_today,
            ) = counts.get(account.id, (0, 0, 0, 0, 0))

    def _compute_limits_today(self):
        for account in self:
            lines = account._limits_in_use() if account.id else []
            account.limits_today = self.env["ir.qweb"]._render(
                "campaign_desk.account_limits", {"lines": lines}
            )

    def _limits_in_use(self):
        """Return a line for each limit that holds here: whose, the limit, its use."""
        scopes = []
        for rule in self.env["campaign.pacing.rule"].search(
            [("account_id", "in", [False, self.id])]
        ):
            for group in self._shown_groups(rule):
                scope = Scope(group.id or None, rule.campaign_id.id or None)
                label = ", ".join(
                    filter(
                        None,
                        (group.name or self.env._("All"), rule.campaign_id.name),
                    )
                )
                scopes += [(label, scope, limit) for limit in rule._limits()]
        mails = self._warmup_mails()
        if mails is not None and not self.warmup_each_provider:
            label = self.env._("Warm-up, day %s", self.warmup_day)
            scopes += [
                (label, Scope(None, None), limit) for limit in pacing.day_limits(mails)
            ]
        if not scopes:
            return []
        limits = [(scope, limit) for _label, scope, limit in scopes]
        rows = self.env.execute_query(claim.uses(self.id, limits, UTC_NOW))
        return [
            {
                "label": label,
                "mails": limit.mails,
                "stretch": self._stretch_words(limit.seconds),
                "used": used + held,
                "share": min(100, round(100 * (used + held) / limit.mails))
                if limit.mails
                else 100,
            }
            for (label, _scope, limit), (used, _age, held) in zip(
                scopes, rows, strict=True
            )
        ]

    def _shown_groups(self, rule):
        """Return the providers for which a rule's use is shown; empty: all together."""
        if rule.provider_group_id or not rule.each_provider:
            return [rule.provider_group_id]
        busiest = self.env["campaign.sending.batch"]._read_group(
            [("account_id", "=", self.id), ("settled_at", ">", "-1d")],
            ["provider_group_id"],
            order="mails:sum DESC",
            limit=SHOWN_PROVIDERS,
        )
        return [group for (group,) in busiest]

    @api.model
    def _stretch_words(self, seconds):
        words = {
            1: self.env._("second"),
            60: self.env._("minute"),
            3600: self.env._("hour"),
            86400: self.env._("day"),
        }
        if seconds in words:
            return words[seconds]
        if seconds % 3600:
            return self.env._("%s minutes", seconds // 60)
        return self.env._("%s hours", seconds // 3600)

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_view_today(self):
        """Show the batches of the last 24 hours."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent in 24 Hours"),
            "res_model": "campaign.sending.batch",
            "view_mode": "graph,pivot,list",
            "domain": [("account_id", "=", self.id), ("settled_at", ">", "-1d")],
        }

    def action_view_bounced(self):
        """Show the deliveries that bounced over this account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bounced"),
            "res_model": "mailing.trace",
            "view_mode": "list,form",
            "domain": [
                ("sending_account_id", "=", self.id),
                ("trace_status", "=", "bounce"),
                ("write_date", ">", "-1d"),
            ],
        }

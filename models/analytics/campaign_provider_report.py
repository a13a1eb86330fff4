"""Analytics: results at each mailbox provider, day by day."""

from odoo import api, fields, models
from odoo.tools import SQL

# Each rate, and what it is a share of.
RATES = {
    "delivered_rate": ("delivered", "sent"),
    "deferred_rate": ("deferred", "sent"),
    "bounce_rate": ("bounced", "sent"),
    "blocked_rate": ("blocked", "sent"),
    "complaint_rate": ("complained", "delivered"),
    "open_rate": ("opened", "delivered"),
    "click_rate": ("clicked", "delivered"),
}


def _rate(label, explanation):
    return fields.Float(
        label, readonly=True, digits=(5, 2), aggregator="avg", help=explanation
    )


class CampaignProviderReport(models.Model):
    """``campaign.provider.day`` with the rates. Those of groups are those of all their
    mails together, not the average of rates.
    """

    _name = "campaign.provider.report"
    _description = "Results per Mailbox Provider"
    _auto = False
    _order = "day desc, id"
    _rec_name = "provider_group_id"

    day = fields.Date(readonly=True)
    provider_group_id = fields.Many2one(
        "campaign.provider.group", "Mailbox Provider", readonly=True
    )
    mailing_id = fields.Many2one("mailing.mailing", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    account_id = fields.Many2one(
        "campaign.sending.account", "Sending Account", readonly=True
    )
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    sent = fields.Integer(readonly=True)
    delivered = fields.Integer(readonly=True)
    deferred = fields.Integer(
        "Put Off", readonly=True, help="The server asked to come later, once at least."
    )
    bounced = fields.Integer(readonly=True)
    blocked = fields.Integer(
        readonly=True,
        help="Refused for who sends or what is sent, not for the address.",
    )
    complained = fields.Integer("Complaints", readonly=True)
    opened = fields.Integer("Opened by People", readonly=True)
    clicked = fields.Integer("Clicked by People", readonly=True)
    delivered_rate = _rate("Delivered (%)", "Of the mails sent.")
    deferred_rate = _rate("Put Off (%)", "Of the mails sent.")
    bounce_rate = _rate("Bounced (%)", "Of the mails sent.")
    blocked_rate = _rate("Blocked (%)", "Of the mails sent.")
    complaint_rate = _rate(
        "Complaints (%)",
        "Of the mails delivered. Gmail and Yahoo want less than 0.1 %, and treat "
        "senders with 0.3 % and more as spammers.",
    )
    open_rate = _rate("Opened by People (%)", "Of the mails delivered.")
    click_rate = _rate("Clicked by People (%)", "Of the mails delivered.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT result.id, result.day, result.provider_group_id, result.mailing_id,
                   mailing.campaign_id, result.account_id, mailing.user_id,
                   mailing.company_id, result.sent, result.delivered, result.deferred,
                   result.bounced, result.blocked, result.complained, result.opened,
                   result.clicked, %s
              FROM campaign_provider_day result
              JOIN mailing_mailing mailing ON mailing.id = result.mailing_id
            """,
            SQL(", ").join(
                SQL(
                    "100.0 * %s / NULLIF(%s, 0) AS %s",
                    SQL.identifier("result", part),
                    SQL.identifier("result", whole),
                    SQL.identifier(rate),
                )
                for rate, (part, whole) in RATES.items()
            ),
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Make the rate of a group from the sums of its rows."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATES or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (
            self._field_to_sql(self._table, field, query) for field in RATES[name]
        )
        return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", part, whole)

    def action_view_deliveries(self):
        """Open the deliveries of this row."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.mailing_trace_action_deliveries"
        )
        return {
            **action,
            "domain": [
                ("mass_mailing_id", "=", self.mailing_id.id),
                ("provider_group_id", "=", self.provider_group_id.id),
            ],
            "context": {},
        }

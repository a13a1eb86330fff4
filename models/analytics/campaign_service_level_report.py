"""Analytics: how well the promises of service levels are kept."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..response.campaign_routing_rule import PRIORITIES


class CampaignServiceLevelReport(models.Model):
    """A promise that had to be kept: one clock of one reply."""

    _name = "campaign.service.level.report"
    _description = "Service Level Report"
    _auto = False
    _order = "started_at desc, id desc"
    _rec_name = "kind"
    _depends = {
        "campaign.service.clock": [
            "company_id",
            "kind",
            "level_id",
            "response_id",
            "started_at",
            "status",
            "stopped_at",
            "used_hours",
            "user_id",
        ],
        "campaign.response": [
            "campaign_id",
            "intent_id",
            "priority",
            "team_id",
            "user_id",
        ],
    }

    response_id = fields.Many2one("campaign.response", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(
        [("first", "First answer"), ("next", "Next answer"), ("resolution", "Done")],
        "Promise",
        readonly=True,
    )
    level_id = fields.Many2one("campaign.service.level", readonly=True)
    team_id = fields.Many2one("campaign.team", readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    intent_id = fields.Many2one("campaign.intent", "Main Intent", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    started_at = fields.Datetime("Began", readonly=True)
    status = fields.Selection(
        [
            ("ok", "In time"),
            ("warning", "Nearly over"),
            ("breached", "Too late"),
            ("met", "Kept"),
        ],
        readonly=True,
    )
    kept_share = fields.Float(
        "Kept Promises",
        readonly=True,
        aggregator="avg",
        help="The share of promises that were kept; those that still run in time do "
        "not count.",
    )
    used_hours = fields.Float("Hours on Average", readonly=True, aggregator="avg")
    median_hours = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Half of them took fewer working hours, half took more.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT clock.id, clock.response_id, clock.company_id, clock.kind,
                   clock.level_id, response.team_id, response.intent_id,
                   response.campaign_id, response.priority, clock.started_at,
                   clock.status,
                   coalesce(clock.user_id, response.user_id) AS user_id,
                   CASE clock.status WHEN 'met' THEN 1.0 WHEN 'breached' THEN 0.0
                   END AS kept_share,
                   CASE WHEN clock.stopped_at IS NOT NULL THEN clock.used_hours
                   END AS used_hours,
                   CASE WHEN clock.stopped_at IS NOT NULL THEN clock.used_hours
                   END AS median_hours
              FROM campaign_service_clock clock
              JOIN campaign_response response ON response.id = clock.response_id
             WHERE clock.status != 'dropped'
            """
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Give the median where Odoo knows averages only."""
        if aggregate_spec != "median_hours:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
            self._field_to_sql(self._table, "median_hours", query),
        )

"""Response: how often the analysis is right, as people see it."""

from odoo import fields, models, tools
from odoo.tools import SQL

from ..tracking.campaign_inbound import KINDS
from .campaign_response_label import AXES


class CampaignLabelReport(models.Model):
    """One label of one reply, and what people say of it.

    ============= ====================================================================
    outcome
    ============= ====================================================================
    ``unopposed`` the analysis gave it, and nobody has corrected that axis
    ``confirmed`` the analysis gave it, and a person has left it when correcting
    ``wrong``     the analysis gave it, and a person has taken it away
    ``missed``    a person has added it
    ============= ====================================================================
    """

    _name = "campaign.label.report"
    _description = "Accuracy of the Analysis"
    _auto = False
    _order = "received_at desc, id desc"
    _rec_name = "code"

    response_id = fields.Many2one("campaign.response", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    received_at = fields.Datetime("Received", readonly=True)
    is_handled = fields.Boolean(
        "Dealt with", readonly=True, help="Somebody has begun with the reply."
    )
    language = fields.Char(readonly=True)
    engine = fields.Char(readonly=True)
    axis = fields.Selection(AXES, readonly=True)
    code = fields.Char("Label", readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    intent_id = fields.Many2one("campaign.intent", readonly=True)
    topic_id = fields.Many2one("campaign.topic", readonly=True)
    outcome = fields.Selection(
        [
            ("unopposed", "Not corrected"),
            ("confirmed", "Confirmed"),
            ("wrong", "Taken away"),
            ("missed", "Added by a person"),
        ],
        readonly=True,
    )
    label_count = fields.Integer("Labels", readonly=True)
    accuracy = fields.Float(
        "Right %",
        aggregator="avg",
        readonly=True,
        help="Of the labels that the analysis gave, how many nobody took away.",
    )

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS %s", SQL.identifier(self._table), self._labels())
        )

    def _labels(self):
        return SQL(
            """
            WITH judged AS (
                SELECT label.response_id, label.axis, label.code, 'unopposed' AS outcome
                  FROM campaign_response_label label
                 WHERE label.source = 'analysis'
                   AND NOT EXISTS (
                        SELECT FROM campaign_response_correction correction
                         WHERE correction.response_id = label.response_id
                           AND correction.axis = label.axis)
                UNION ALL
                SELECT correction.response_id, correction.axis, before.code,
                       CASE WHEN COALESCE(correction.after, '[]') ? before.code
                            THEN 'confirmed' ELSE 'wrong' END
                  FROM campaign_response_correction correction,
                       jsonb_array_elements_text(
                            COALESCE(correction.before, '[]')) before(code)
                UNION ALL
                SELECT correction.response_id, correction.axis, after.code, 'missed'
                  FROM campaign_response_correction correction,
                       jsonb_array_elements_text(
                            COALESCE(correction.after, '[]')) after(code)
                 WHERE NOT COALESCE(correction.before, '[]') ? after.code
            )
            SELECT row_number() OVER (ORDER BY judged.response_id, judged.axis,
                                               judged.code) AS id,
                   judged.response_id, judged.axis, judged.code, judged.outcome,
                   response.company_id, response.received_at, response.language,
                   response.engine, response.state <> 'new' AS is_handled,
                   CASE WHEN judged.axis = 'kind' THEN judged.code END AS kind,
                   1 AS label_count, intent.id AS intent_id, topic.id AS topic_id,
                   CASE judged.outcome WHEN 'missed' THEN NULL
                                       WHEN 'wrong' THEN 0.0
                                       ELSE 100.0 END AS accuracy
              FROM judged
              JOIN campaign_response response ON response.id = judged.response_id
              LEFT JOIN campaign_intent intent
                ON judged.axis = 'intent' AND intent.code = judged.code
              LEFT JOIN campaign_topic topic
                ON judged.axis = 'topic' AND topic.code = judged.code
            """
        )

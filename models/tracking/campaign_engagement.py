"""Tracking: how much of a reader each address is, counted anew every night."""

import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import engagement
from ..sending.settlement import UTC_NOW

_logger = logging.getLogger(__name__)

HALF_LIFE = ("campaign_desk.engagement_half_life", engagement.HALF_LIFE_DAYS)
# Where the row of an address is tied to its people.
_PEOPLE = ("mailing.contact", "res.partner")


class CampaignEngagement(models.Model):
    """What one address did with the mails it got, all mailings together.

    Only people's doings count: opens and clicks with the verdict *person*, and answers.
    What a machine did, or nobody knows who, is as if it had not happened. Of one mail
    each kind counts once.

    Rows come and go with the deliveries; :meth:`_cron_refresh` alone writes them. As
    with the conditions of segments, it does not matter whose company's mail it was.
    """

    _name = "campaign.engagement"
    _description = "Engagement"
    _rec_name = "email"
    _order = "score desc, id"
    _log_access = False

    email = fields.Char("Address", required=True, readonly=True)
    score = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="From 0 to 100: what people did with their mails, worth half as much "
        "after some weeks. Machines do not count.",
    )
    points = fields.Float(readonly=True, aggregator=None)
    open_count = fields.Integer("Opened", readonly=True)
    click_count = fields.Integer("Clicked", readonly=True)
    reply_count = fields.Integer("Answered", readonly=True)
    mail_count = fields.Integer("Mails", readonly=True)
    quiet_mail_count = fields.Integer(
        "Mails Since",
        readonly=True,
        help="Mails that arrived since a person did something with one.",
    )
    first_mail_at = fields.Datetime("First Mail", readonly=True)
    last_mail_at = fields.Datetime("Last Mail", readonly=True)
    last_human_at = fields.Datetime("Last Sign of a Person", readonly=True)

    _email_uniq = models.UniqueIndex("(email)")
    _score_idx = models.Index("(score)")

    # ------------------------------------------------------------
    # In words
    # ------------------------------------------------------------

    def _sentence(self):
        """Return why the score is what it is."""
        if not self:
            return self.env._("No mail has reached this address yet.")
        did = self._recent_doings()
        if did:
            return self.env._(
                "%(did)s in the last %(days)s days: %(score)s of 100.",
                did=did,
                days=engagement.RECENT_DAYS,
                score=self.score,
            )
        if self.last_human_at:
            return self.env._(
                "The last sign of a person is %(days)s days old, and %(mails)s mails "
                "came since: %(score)s of 100.",
                days=(fields.Datetime.now() - self.last_human_at).days,
                mails=self.quiet_mail_count,
                score=self.score,
            )
        return self.env._(
            "%s mails arrived, and no person has done anything with them: 0 of 100.",
            self.mail_count,
        )

    def _recent_doings(self):
        """Return what happened lately, such as *3 clicks and 1 answer*."""
        doings = [
            self.env._("%s clicks", self.click_count)
            if self.click_count > 1
            else self.click_count and self.env._("a click"),
            self.env._("%s answers", self.reply_count)
            if self.reply_count > 1
            else self.reply_count and self.env._("an answer"),
            self.env._("%s opened mails", self.open_count)
            if self.open_count > 1
            else self.open_count and self.env._("an opened mail"),
        ]
        doings = [text for text in doings if text]
        if len(doings) < 2:
            text = "".join(doings)
        else:
            text = self.env._(
                "%(first)s and %(last)s",
                first=", ".join(doings[:-1]),
                last=doings[-1],
            )
        return text[:1].upper() + text[1:]

    # ------------------------------------------------------------
    # The job
    # ------------------------------------------------------------

    @api.model
    def _cron_refresh(self):
        """Count what everybody did, and tie it to contacts and customers."""
        written = self._refresh()
        _logger.info("The engagement of %s addresses has changed", written)
        self.env["ir.cron"]._commit_progress(written, remaining=0)

    @api.model
    def _refresh(self):
        """Write the rows anew; return how many have changed."""
        self.env.flush_all()
        # compiling costs more than it gains; groups of all addresses fit in memory
        self.env.cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
        self.env.cr.execute(self._statement())
        written = self.env.cr.rowcount
        self.env.cr.execute(
            """
            DELETE FROM campaign_engagement known
             WHERE NOT EXISTS (
                SELECT FROM mailing_trace WHERE email = known.email)
            """
        )
        for name in _PEOPLE:
            self._tie(name)
        self.env.invalidate_all(flush=False)
        return written

    def _tie(self, model_name):
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s person
                   SET engagement_id = known.id
                  FROM campaign_engagement known
                 WHERE known.email = person.email_normalized
                   AND person.engagement_id IS DISTINCT FROM known.id
                """,
                table=SQL.identifier(self.env[model_name]._table),
            )
        )

    @api.model
    def _half_life(self):
        """Return after how many days a sign is worth half as much (a setting)."""
        days = self.env["campaign.event"]._days(*HALF_LIFE)
        return days or engagement.HALF_LIFE_DAYS

    @api.model
    def _doings(self):
        """Return SQL for what people did: address, kind, the delivery and when.

        The status of a delivery does not tell it: Odoo's own engine takes machines for
        people.
        """
        return SQL(
            """
            SELECT delivery.email, event.kind, max(event.at) AS at
              FROM (SELECT trace_id, at,
                           CASE kind WHEN 'view' THEN 'open' ELSE kind END AS kind
                      FROM campaign_event
                     WHERE verdict = 'human' AND kind IN ('open', 'view', 'click')
                   ) AS event
              JOIN mailing_trace delivery ON delivery.id = event.trace_id
             WHERE delivery.is_test_trace IS NOT TRUE
             GROUP BY delivery.email, event.kind, delivery.id
            UNION ALL
            SELECT email, 'reply', reply_datetime
              FROM mailing_trace
             WHERE reply_datetime IS NOT NULL AND is_test_trace IS NOT TRUE
            """
        )

    def _statement(self):
        recent = SQL("at > %s - %s * interval '1 day'", UTC_NOW, engagement.RECENT_DAYS)
        return SQL(
            """
            WITH engaged AS (
                SELECT email,
                       sum(CASE kind %(weights)s END::float8 * power(0.5::float8,
                           GREATEST(0, extract(epoch FROM %(now)s - at)::float8)
                           / 86400 / %(half_life)s)) AS points,
                       count(*) FILTER (WHERE kind = 'open' AND %(recent)s) AS opens,
                       count(*) FILTER (WHERE kind = 'click' AND %(recent)s) AS clicks,
                       count(*) FILTER (WHERE kind = 'reply' AND %(recent)s) AS replies,
                       max(at) AS last_human_at
                  FROM (%(doings)s) AS did
                 GROUP BY email
            ),
            mailed AS (
                SELECT delivery.email,
                       count(*) AS mails,
                       count(*) FILTER (
                           WHERE engaged.last_human_at IS NULL
                              OR delivery.sent_datetime > engaged.last_human_at)
                           AS quiet_mails,
                       min(delivery.sent_datetime) AS first_mail_at,
                       max(delivery.sent_datetime) AS last_mail_at
                  FROM mailing_trace delivery
                  LEFT JOIN engaged ON engaged.email = delivery.email
                 WHERE delivery.sent_datetime IS NOT NULL
                   AND delivery.is_test_trace IS NOT TRUE
                   AND delivery.trace_status IN ('sent', 'pending', 'open', 'reply')
                   AND delivery.email <> ''
                 GROUP BY delivery.email
            ),
            counted AS (
                SELECT email, %(score)s::integer AS score,
                       COALESCE(points, 0) AS points, COALESCE(opens, 0) AS open_count,
                       COALESCE(clicks, 0) AS click_count,
                       COALESCE(replies, 0) AS reply_count, mails AS mail_count,
                       quiet_mails AS quiet_mail_count, first_mail_at, last_mail_at,
                       last_human_at
                  FROM mailed LEFT JOIN engaged USING (email)
            )
            INSERT INTO campaign_engagement (
                email, score, points, open_count, click_count, reply_count, mail_count,
                quiet_mail_count, first_mail_at, last_mail_at, last_human_at)
            SELECT counted.*
              FROM counted LEFT JOIN campaign_engagement known USING (email)
             WHERE known.id IS NULL
                OR (known.score, known.open_count, known.click_count, known.reply_count,
                    known.mail_count, known.quiet_mail_count, known.first_mail_at,
                    known.last_mail_at, known.last_human_at)
                   IS DISTINCT FROM
                   (counted.score, counted.open_count, counted.click_count,
                    counted.reply_count, counted.mail_count, counted.quiet_mail_count,
                    counted.first_mail_at, counted.last_mail_at, counted.last_human_at)
                ON CONFLICT (email) DO UPDATE
               SET score = excluded.score,
                   points = excluded.points,
                   open_count = excluded.open_count,
                   click_count = excluded.click_count,
                   reply_count = excluded.reply_count,
                   mail_count = excluded.mail_count,
                   quiet_mail_count = excluded.quiet_mail_count,
                   first_mail_at = excluded.first_mail_at,
                   last_mail_at = excluded.last_mail_at,
                   last_human_at = excluded.last_human_at
            """,
            weights=SQL(" ").join(
                SQL("WHEN %s THEN %s", kind, weight)
                for kind, weight in engagement.WEIGHTS.items()
            ),
            now=UTC_NOW,
            half_life=self._half_life(),
            recent=recent,
            doings=self._doings(),
            score=SQL(
                "round(100 * (1 - power(0.5, COALESCE(points, 0) / %s)))",
                engagement.HALF_WAY,
            ),
        )

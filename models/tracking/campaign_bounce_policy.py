"""Tracking: what is done about bounces, as rows that people edit."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, plaintext2html

from ...tools import bounces
from ..sending.settlement import UTC_NOW
from ..sending.suppression import hashed
from .bounces import BOUNCE_CLASSES

JUDGED_AT_ONCE = 2000
LEFT_COMPANY = (bounces.LEFT_COMPANY, "Left the company")


class CampaignBouncePolicy(models.Model):
    """When so many mails bounce for one reason within so many days, this is done.

    Pauses and suppressions count the bounces of one address; an alarm counts those of
    one mailing, because it is about its sender. Of the pauses and suppressions that
    fit, the most severe one is carried out; alarms go off beside them. Complaints are
    no matter of policy: whoever reports a mail as spam is mailed no more.
    """

    _name = "campaign.bounce.policy"
    _description = "Bounce Policy"
    _order = "sequence, id"
    _rec_name = "bounce_class"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Whose mailings it is for. Blank: all companies'."
    )
    bounce_class = fields.Selection(
        [*BOUNCE_CLASSES, LEFT_COMPANY], "When", required=True
    )
    count = fields.Integer("Times", default=1, required=True)
    window_days = fields.Integer("Within Days", default=30, required=True)
    action = fields.Selection(
        [
            ("none", "Do nothing"),
            ("pause", "Pause the address"),
            ("suppress", "Suppress the address"),
            ("alarm", "Alarm who is responsible for the mailing"),
        ],
        "Then",
        required=True,
        default="none",
    )
    pause_days = fields.Integer("Pause for Days", default=30)

    _count_positive = models.Constraint(
        "CHECK (count > 0)", "A policy counts from one bounce on."
    )
    _window_positive = models.Constraint(
        "CHECK (window_days > 0)", "A policy looks back one day at least."
    )

    @api.constrains("bounce_class", "action", "pause_days")
    def _check_action(self):
        for policy in self:
            harms = policy.action in ("pause", "suppress")
            if harms and policy.bounce_class in bounces.SENDERS_FAULT:
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is the sender's fault, not the recipient's: "
                        "alarm who is responsible instead of leaving the address out.",
                        reason=policy._label("bounce_class"),
                    )
                )
            if policy.action == "pause" and policy.pause_days <= 0:
                raise ValidationError(
                    self.env._("A pause takes one day at least: set its days.")
                )

    @api.depends("bounce_class", "count", "action")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = self.env._(
                "%(reason)s, %(count)s ×: %(action)s",
                reason=policy._label("bounce_class"),
                count=policy.count,
                action=policy._label("action"),
            )

    def _label(self, name):
        field = self._fields[name]
        return dict(field._description_selection(self.env)).get(self[name], "")

    # ------------------------------------------------------------
    # Judging
    # ------------------------------------------------------------

    @api.model
    def _cron_judge(self):
        """Apply the policies to what servers refused since the last time."""
        unjudged = [
            ("bounce_class", "!=", False),
            ("is_bounce_judged", "=", False),
            ("token", "!=", False),
        ]
        traces = self.env["mailing.trace"].search(
            unjudged, limit=JUDGED_AT_ONCE, order="id"
        )
        self._judge(traces)
        rest = len(traces) == JUDGED_AT_ONCE
        self.env["ir.cron"]._commit_progress(len(traces), remaining=int(rest))

    @api.model
    def _judge(self, traces, kind=None):
        """Apply the policies to deliveries that came back or were refused.

        :param kind: judge them for this instead of for their bounce class.
        """
        if not traces:
            return
        self.env.flush_all()
        # sudo: the gateway acts for a mail server, which has no account.
        policies_sudo = self.sudo().search(
            [("bounce_class", "=", kind)] if kind else []
        )
        decided = traces.browse()
        for policy in policies_sudo.sorted(lambda policy: policy._severity()):
            fitting = policy._find_fitting(traces, kind)
            if policy.action == "alarm":
                policy._alarm(fitting.mass_mailing_id)
                continue
            policy._leave_out(fitting - decided)
            decided |= fitting
        if not kind:
            traces.is_bounce_judged = True

    def _severity(self):
        order = ("suppress", "pause", "none", "alarm").index(self.action)
        return order, -self.pause_days, self.sequence

    def _find_fitting(self, traces, kind):
        """Return the deliveries that this policy is about, counted high enough.

        What lies before a person lifted a suppression of the address does not count.
        """
        past = SQL(
            """
            SELECT count(*)
              FROM mailing_trace past
             WHERE past.bounce_class = %s AND past.bounced_at > %s AND %s
            """,
            self.bounce_class,
            self._since(),
            SQL("past.mass_mailing_id = trace.mass_mailing_id")
            if self.action == "alarm"
            else SQL("past.email = trace.email"),
        )
        if kind:
            past = SQL(
                """
                SELECT count(DISTINCT message_id)
                  FROM (SELECT message_id
                          FROM campaign_inbound past
                         WHERE past.kind = %(kind)s
                           AND past.received_at > %(since)s
                           AND past.email = trace.email
                         UNION ALL
                        SELECT message_id
                          FROM campaign_response past
                         WHERE past.kind = %(kind)s
                           AND past.received_at > %(since)s
                           AND past.email = trace.email) AS said
                """,
                kind=kind,
                since=self._since(),
            )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT trace.id
                  FROM mailing_trace trace
                  JOIN mailing_mailing mailing ON mailing.id = trace.mass_mailing_id
                 WHERE trace.id = ANY(%s)
                   AND (%s OR trace.bounce_class = %s)
                   AND COALESCE(%s, mailing.company_id) IS NOT DISTINCT
                       FROM mailing.company_id
                   AND (%s) >= %s
                """,
                traces.ids,
                bool(kind),
                self.bounce_class,
                self.company_id.id or None,
                past,
                self.count,
            )
        )
        return traces.browse([trace_id for (trace_id,) in rows])

    def _since(self):
        """Return SQL for when the counting begins."""
        lifted = SQL("NULL::timestamp")
        if self.action != "alarm":
            lifted = SQL(
                """
                (SELECT max(lifted_at)
                   FROM campaign_suppression
                  WHERE address_hash = %s AND lifted_at IS NOT NULL)
                """,
                hashed(SQL("trace.email")),
            )
        return SQL(
            "GREATEST(%s - %s * interval '1 day', %s)",
            UTC_NOW,
            self.window_days,
            lifted,
        )

    def _leave_out(self, traces):
        """Pause or suppress the addresses of these deliveries for their company."""
        if self.action == "none":
            return
        until = None
        if self.action == "pause":
            until = fields.Datetime.now() + timedelta(days=self.pause_days)
        for mailing, group in traces.grouped("mass_mailing_id").items():
            self.env["campaign.suppression"].sudo()._suppress(
                {trace.email: trace.id for trace in group},
                {"scope": "company", "company_id": mailing.company_id.id},
                reason=self.bounce_class,
                source="policy",
                note=self.display_name,
                expires_at=until,
            )

    def _alarm(self, mailings):
        """Tell who is responsible for these mailings, once for each open matter."""
        warning = self.env.ref("mail.mail_activity_data_warning")
        for mailing in mailings:
            summary = self.env._("Mails are refused: %s", self._label("bounce_class"))
            open_ones = mailing.activity_ids.filtered(
                lambda activity, summary=summary: activity.summary == summary
            )
            if open_ones:
                continue
            mailing.activity_schedule(
                activity_type_id=warning.id,
                summary=summary,
                note=plaintext2html(self._explanation(mailing)),
                user_id=(mailing.user_id or mailing.create_uid).id,
            )

    def _explanation(self, mailing):
        """Return what happened and what to do, with a server's own words."""
        example = self.env["mailing.trace"].search(
            [
                ("mass_mailing_id", "=", mailing.id),
                ("bounce_class", "=", self.bounce_class),
            ],
            order="bounced_at desc",
            limit=1,
        )
        advice = {
            bounces.BLOCK: self.env._(
                "Look whether the sending server is on a block list, and send more "
                "slowly to this provider."
            ),
            bounces.AUTHENTICATION: self.env._(
                "Check the SPF, DKIM and DMARC records of the sender's domain before "
                "you send on."
            ),
            bounces.CONTENT: self.env._(
                "Look at subject, links and size of the mail before you send on."
            ),
        }
        return "\n\n".join(
            filter(
                None,
                (
                    self.env._(
                        "%(count)s or more mails of this mailing were refused within "
                        "%(days)s days. Nothing is held against the addresses.",
                        count=self.count,
                        days=self.window_days,
                    ),
                    advice.get(self.bounce_class),
                    example.failure_reason
                    and self.env._("A server's words: %s", example.failure_reason),
                ),
            )
        )

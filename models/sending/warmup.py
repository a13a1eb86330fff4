"""Sending: an account that is new to mailbox providers starts with few mails."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import pacing
from .settlement import UTC_NOW

# Mails a day, from the first: what providers' guides for new addresses come to.
FIRST_SCHEDULE = (
    (50, 100, 200, 400, 700, 1_000, 1_500)
    + (2_500, 4_000, 6_000, 9_000, 13_000, 20_000, 30_000)
    + (45_000, 65_000, 100_000)
)
IDLE_DAYS = 30


class CampaignWarmupStep(models.Model):
    """How many mails an account may send on a day of its warm-up."""

    _name = "campaign.warmup.step"
    _description = "Warm-up Step"
    _order = "account_id, day"

    account_id = fields.Many2one(
        "campaign.sending.account", required=True, ondelete="cascade", index=True
    )
    day = fields.Integer(required=True)
    mails = fields.Integer("Mails That Day", required=True)

    _day_unique = models.UniqueIndex(
        "(account_id, day)", "The schedule has this day already."
    )
    _positive = models.Constraint(
        "CHECK(day > 0 AND mails > 0)", "Days and mails are counted from 1."
    )


class CampaignSendingAccount(models.Model):
    """Warm-up of an account:

    ============  ===============================================================
    ``off``       no limit of its own
    ``running``   the day's number of the schedule in any 24 hours; a day later the
                  next one, if it sent at least half of what it might
    ``held``      too many bounces or complaints: nothing leaves until a day with
                  fewer has passed, and the schedule does not go on
    ``done``      the schedule is over
    ============  ===============================================================

    After 30 days without a mail the warm-up begins again.
    """

    _inherit = "campaign.sending.account"

    warmup_state = fields.Selection(
        [("off", "Off"), ("running", "Running"), ("held", "Held"), ("done", "Done")],
        "Warm-up",
        default="off",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    warmup_step_ids = fields.One2many("campaign.warmup.step", "account_id", copy=True)
    warmup_each_provider = fields.Boolean(
        "Each Provider by Itself",
        help="The schedule holds for each mailbox provider, not for all together.",
    )
    warmup_day = fields.Integer("Day of Warm-up", readonly=True, copy=False)
    warmup_advanced_at = fields.Datetime("Day Began", readonly=True, copy=False)
    warmup_resumed_at = fields.Datetime(
        readonly=True, copy=False, help="What was before holds it no more."
    )
    warmup_bounce_limit = fields.Float("Bounces at Most (%)", default=5.0)
    warmup_complaint_limit = fields.Float(
        "Complaints at Most (%)", default=0.1, digits=(5, 2)
    )
    warmup_hold_reason = fields.Char("Why It Is Held", readonly=True, copy=False)

    def action_start_warmup(self):
        """Begin the warm-up; an account without a schedule gets the usual one."""
        for account in self:
            if not account.warmup_step_ids:
                account.warmup_step_ids = [
                    (0, 0, {"day": day, "mails": mails})
                    for day, mails in enumerate(FIRST_SCHEDULE, start=1)
                ]
        self.write(
            {
                "warmup_state": "running",
                "warmup_day": 1,
                "warmup_advanced_at": fields.Datetime.now(),
                "warmup_hold_reason": False,
            }
        )
        return True

    def action_resume_warmup(self):
        """Go on although it is held."""
        held = self.filtered(lambda account: account.warmup_state == "held")
        now = fields.Datetime.now()
        held.write(
            {
                "warmup_state": "running",
                "warmup_advanced_at": now,
                "warmup_resumed_at": now,
                "warmup_hold_reason": False,
            }
        )
        self.env["mailing.trace"]._wake_lanes()
        return True

    def action_stop_warmup(self):
        """Send without the schedule's limits."""
        self.write({"warmup_state": "off", "warmup_hold_reason": False})
        self.env["mailing.trace"]._wake_lanes()
        return True

    def _warmup_mails(self):
        """Return how many mails may leave in 24 hours; None: as many as there are."""
        if self.warmup_state == "held":
            return 0
        if self.warmup_state != "running":
            return None
        steps = self.warmup_step_ids.filtered(lambda step: step.day <= self.warmup_day)
        return steps.sorted("day")[-1:].mails or self.warmup_step_ids[:1].mails or None

    def _warmup_limits(self, flow):
        """Return the limits for a flow, each with the provider that it counts."""
        mails = self._warmup_mails()
        if mails is None:
            return []
        group = flow.provider_group_id if self.warmup_each_provider else None
        return [(group, limit) for limit in pacing.day_limits(mails)]

    @api.model
    def _may_warm_up(self, mailing):
        """Return whether a mailing's mails may leave over an account that warms up."""
        return any(
            account.warmup_state in ("running", "held")
            for account, _fit in self._candidates(mailing, None)
        )

    @api.model
    def _advance_warmups(self):
        """Begin the next day of warm-ups, or hold them; called by the dispatcher."""
        yesterday = fields.Datetime.now() - timedelta(days=1)
        for account in self.search([("warmup_state", "in", ("running", "held"))]):
            mails, bounced, complained = account._recent_results()
            reason = account._warmup_trouble(mails, bounced, complained)
            if reason and account.warmup_state == "running":
                account.write({"warmup_state": "held", "warmup_hold_reason": reason})
                account._tell_administrators(reason)
            elif account.warmup_advanced_at <= yesterday and not reason:
                account._advance_warmup(mails)

    def _advance_warmup(self, mails):
        """Begin the next day, if the one that ends was made use of."""
        allowed = self._warmup_mails()
        values = {
            "warmup_state": "running",
            "warmup_advanced_at": fields.Datetime.now(),
            "warmup_hold_reason": False,
        }
        if allowed and mails * 2 >= allowed:
            values["warmup_day"] = self.warmup_day + 1
            if values["warmup_day"] > max(self.warmup_step_ids.mapped("day")):
                values["warmup_state"] = "done"
        elif self._is_idle():
            values["warmup_day"] = 1
        self.write(values)

    def _is_idle(self):
        since = fields.Datetime.now() - timedelta(days=IDLE_DAYS)
        began = self.env["campaign.sending.batch"].search(
            [("account_id", "=", self.id), ("settled_at", ">", since)], limit=1
        )
        return not began

    def _warmup_trouble(self, mails, bounced, complained):
        """Return which limit was passed in the last 24 hours, in words, or None."""
        if mails < 20:  # one bounce of ten mails says nothing
            return None
        for count, limit, words in (
            (bounced, self.warmup_bounce_limit, self.env._("bounced")),
            (complained, self.warmup_complaint_limit, self.env._("complained about")),
        ):
            if limit and 100.0 * count / mails > limit:
                return self.env._(
                    "The warm-up is held: of %(mails)s mails in 24 hours %(count)s "
                    "were %(what)s, more than %(limit)s %%.",
                    mails=mails,
                    count=count,
                    what=words,
                    limit=f"{limit:g}",
                )
        return None

    def _recent_results(self):
        """Return mails, bounces and complaints of 24 hours, or since it was resumed."""
        self.env.flush_all()
        [row] = self.env.execute_query(
            SQL(
                """
                WITH recent AS (
                    SELECT mailing_id, mails
                      FROM campaign_sending_batch
                     WHERE account_id = %(account)s AND settled_at > %(since)s
                )
                SELECT (SELECT COALESCE(sum(mails), 0) FROM recent),
                       (SELECT count(*) FROM mailing_trace
                         WHERE mass_mailing_id IN (SELECT mailing_id FROM recent)
                           AND sending_account_id = %(account)s
                           AND trace_status = 'bounce' AND write_date > %(since)s),
                       (SELECT count(*) FROM mailing_trace
                         WHERE mass_mailing_id IN (SELECT mailing_id FROM recent)
                           AND sending_account_id = %(account)s
                           AND complained_at > %(since)s)
                """,
                account=self.id,
                since=SQL(
                    "GREATEST(%s - interval '1 day', %s)",
                    UTC_NOW,
                    self.warmup_resumed_at or None,
                ),
            )
        )
        return row

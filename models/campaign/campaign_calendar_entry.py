"""Campaign: the calendar: when mails leave, recur, and A/B tests are decided."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [
    ("mail", "Mail"),
    ("occurrence", "Next Time of a Recurring Campaign"),
    ("ab_deadline", "A/B Test Decided"),
]


class CampaignCalendarEntry(models.Model):
    """A mail at its time, the next time of a recurring campaign, or the end of an A/B
    test. A view on these; moving an entry moves what it stands for.
    """

    _name = "campaign.calendar.entry"
    _description = "Campaign Calendar Entry"
    _auto = False
    _order = "start"

    name = fields.Char(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    start = fields.Datetime()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("in_queue", "Scheduled"),
            ("sending", "Sending"),
            ("done", "Sent"),
        ],
        string="Status",
        readonly=True,
    )
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    mailing_id = fields.Many2one("mailing.mailing", "Mail", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        # Three kinds of rows with ids that cannot meet.
        return SQL(
            """
            SELECT mailing.id * 3 AS id,
                   mailing.subject AS name,
                   'mail' AS kind,
                   COALESCE(mailing.calendar_date, mailing.schedule_date) AS start,
                   mailing.state,
                   mailing.campaign_id,
                   mailing.id AS mailing_id,
                   mailing.user_id,
                   mailing.company_id
              FROM mailing_mailing mailing
             WHERE mailing.active
               AND mailing.mailing_type = 'mail'
               AND COALESCE(mailing.calendar_date, mailing.schedule_date) IS NOT NULL
             UNION ALL
            SELECT id * 3 + 1, name, 'occurrence', next_occurrence_at, 'in_queue',
                   id, NULL, user_id, company_id
              FROM utm_campaign
             WHERE active AND is_recurring
             UNION ALL
            SELECT campaign.id * 3 + 2, campaign.name, 'ab_deadline',
                   campaign.ab_testing_schedule_datetime, 'in_queue',
                   campaign.id, NULL, campaign.user_id, campaign.company_id
              FROM utm_campaign campaign
             WHERE campaign.active
               AND campaign.ab_testing_winner_mailing_id IS NULL
               AND campaign.ab_testing_winner_selection <> 'manual'
               AND EXISTS (
                    SELECT FROM mailing_mailing mailing
                     WHERE mailing.campaign_id = campaign.id
                       AND mailing.active
                       AND mailing.ab_testing_enabled)
            """
        )

    @api.depends("name", "kind")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = {
                "occurrence": self.env._("%s (again)", entry.name),
                "ab_deadline": self.env._("%s: A/B test ends", entry.name),
            }.get(entry.kind, entry.name)

    # There is no table to write to.
    def write(self, vals):  # pylint: disable=method-required-super
        """Move what these entries stand for; nothing else can be changed here.

        :raise UserError: it cannot be moved; the text says why.
        """
        if vals.keys() - {"start"}:
            raise UserError(self.env._("Only the time can be changed in the calendar."))
        start = fields.Datetime.to_datetime(vals.get("start"))
        if not start or start <= fields.Datetime.now():
            raise UserError(self.env._("Choose a time that is still to come."))
        for entry in self:
            getattr(entry, f"_move_{entry.kind}")(start)
        self.invalidate_model()
        return True

    def _move_mail(self, start):
        mailing = self.mailing_id
        if mailing.state not in ("draft", "in_queue") or mailing.occurrence_of_id:
            raise UserError(
                self.env._(
                    "“%s” is on its way or sent already and cannot be moved.", self.name
                )
            )
        if mailing == self.campaign_id.mail_id:
            self.campaign_id.schedule_date = start
        else:
            mailing.write({"schedule_type": "scheduled", "schedule_date": start})
        if mailing.state == "in_queue":
            mailing._wake_dispatcher([start])

    def _move_occurrence(self, _start):
        raise UserError(
            self.env._(
                "This campaign recurs. Take it back to draft to change its rhythm."
            )
        )

    def _move_ab_deadline(self, start):
        self.campaign_id.ab_testing_schedule_datetime = start

    def action_open(self):
        """Open the campaign, or the mail if it belongs to none."""
        self.ensure_one()
        record = self.campaign_id or self.mailing_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

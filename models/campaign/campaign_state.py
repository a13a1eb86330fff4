"""Campaign: its state, and what people do to it as a whole."""

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What of a mailing the state of its campaign is made of.
STATE_FIELDS = {
    "state",
    "active",
    "is_paused",
    "sending_error",
    "cancel_reason",
    "campaign_id",
    "ab_testing_enabled",
}


class UtmCampaign(models.Model):
    """What a campaign's state says, in the order in which it is decided:

    =============  ==============================================================
    ``sending``    mails of it leave
    ``paused``     mails of it are paused, or have stopped by an error
    ``scheduled``  mails of it wait for their time, it is recurring, or the winner
                   of its A/B test is still to be sent
    ``approval``   somebody is asked for an approval
    ``cancelled``  a person has cancelled it
    ``done``       its mails are sent
    ``draft``      nothing of it was begun
    =============  ==============================================================

    It follows the mails' states: whoever changes one of those has the campaign looked
    at again, and so does the dispatcher, each minute.
    """

    _inherit = "utm.campaign"

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "Waiting for Approval"),
            ("scheduled", "Scheduled"),
            ("sending", "Sending"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    is_cancelled = fields.Boolean(readonly=True, copy=False)

    # ------------------------------------------------------------
    # State
    # ------------------------------------------------------------

    @api.model
    def _state_query(self, condition):
        """Return SQL for the ids of campaigns and the states that they should have."""
        return SQL(
            """
            SELECT campaign.id,
                   CASE
                        WHEN mails.moving THEN 'sending'
                        WHEN mails.held THEN 'paused'
                        WHEN mails.queued OR campaign.is_recurring OR mails.testing
                            THEN 'scheduled'
                        WHEN campaign.approval_state = 'requested' THEN 'approval'
                        WHEN campaign.is_cancelled OR mails.cancelled THEN 'cancelled'
                        WHEN mails.done THEN 'done'
                        ELSE 'draft'
                   END AS state
              FROM utm_campaign campaign
              LEFT JOIN LATERAL (
                    SELECT bool_or(state = 'sending' AND NOT is_held) AS moving,
                           bool_or(state = 'sending') AS held,
                           bool_or(state = 'in_queue') AS queued,
                           bool_or(state = 'done') AS done,
                           bool_and(cancel_reason IS NOT NULL) AS cancelled,
                           bool_and(state = 'done' AND ab_testing_enabled)
                               AND campaign.ab_testing_winner_mailing_id IS NULL
                               AND campaign.ab_testing_winner_selection <> 'manual'
                               AS testing
                      FROM (SELECT *, is_paused IS TRUE OR sending_error IS NOT NULL
                                   AS is_held
                              FROM mailing_mailing) mailing
                     WHERE mailing.campaign_id = campaign.id
                       AND mailing.active
                       AND mailing.mailing_type = 'mail'
                   ) mails ON TRUE
             WHERE %s
            """,
            condition,
        )

    def _sync_state(self):
        """Give these campaigns the state that their mails make.

        Those that somebody else is changing at this moment are left to the dispatcher.
        """
        if self.ids:
            self._write_states(SQL("campaign.id = ANY(%s)", self.ids))

    @api.model
    def _sync_states(self):
        """Give all campaigns with mails under way the state that these make."""
        self._write_states(
            SQL(
                """
                campaign.state <> 'draft' AND campaign.state <> 'cancelled'
                AND campaign.state <> 'done'
                OR campaign.id IN (SELECT campaign_id FROM mailing_mailing
                                    WHERE state IN ('in_queue', 'sending'))
                """
            )
        )

    @api.model
    def _write_states(self, condition):
        self.env.flush_all()
        query = SQL(
            """
            SELECT campaign.id, wanted.state
              FROM utm_campaign campaign
              JOIN (%s) wanted ON wanted.id = campaign.id
             WHERE campaign.state IS DISTINCT FROM wanted.state
               FOR NO KEY UPDATE OF campaign SKIP LOCKED
            """,
            self._state_query(condition),
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
                rows = self.env.cr.fetchall()
        except TransactionRollbackError:  # changed since this transaction began
            return
        for campaign_id, state in rows:
            # sudo: whoever changes a mail changes the state of its campaign
            self.sudo().browse(campaign_id).state = state

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_send(self):
        """Send the drafts of this campaign: now, at their time, or again and again.

        :raise UserError: something is missing; the text says what to do.
        """
        self.ensure_one()
        self._check_is_author()
        drafts = self._drafts_to_send()
        if self.schedule_type == "recurring":
            drafts._check_may_be_sent()
            self._start_recurring()
        else:
            if self.schedule_type == "scheduled":
                self._check_is_to_come(drafts)
            for mailing in drafts:
                mailing.action_put_in_queue()
        self._sync_state()
        return True

    def action_pause_sending(self):
        """Have nothing more of this campaign leave until somebody goes on."""
        self._mails_in("sending").filtered(
            lambda mailing: not mailing.is_paused and not mailing.cancel_reason
        ).action_pause_sending()
        return True

    def action_resume_sending(self):
        """Go on where this campaign was paused."""
        self._mails_in("sending").filtered(
            lambda mailing: mailing.is_paused and not mailing.cancel_reason
        ).action_resume_sending()
        return True

    def action_retry_sending(self):
        """Go on after the cause of an error was corrected."""
        self._mails_in("sending", "in_queue").filtered(
            "sending_error"
        ).action_retry_sending()
        return True

    def action_cancel_campaign(self):
        """Send nothing more of this campaign: what is sent stays sent."""
        self._check_is_author()
        self._stop_recurring()
        mails = self._mails_in("in_queue", "sending")
        mails.filtered(lambda mail: not mail.cancel_reason).action_cancel_sending()
        self.write({"is_cancelled": True, "approval_state": False})
        self._sync_state()
        return True

    def action_reset_to_draft(self):
        """Take back what waits for its time, or a request or cancellation."""
        self._check_is_author()
        if any(campaign.state == "sending" for campaign in self):
            raise UserError(
                self.env._("Mails of the campaign are leaving. Cancel it first.")
            )
        self._stop_recurring()
        self._mails_in("in_queue").action_cancel()
        self.write({"is_cancelled": False, "approval_state": False})
        self._sync_state()
        return True

    def _mails_in(self, *states):
        return self.mailing_mail_ids.filtered(lambda mailing: mailing.state in states)

    def _drafts_to_send(self):
        """Return the drafts that Send sends.

        :raise UserError: there are none, or they are not ready.
        """
        drafts = self._mails_in("draft").filtered(
            lambda mailing: mailing.active and not mailing.occurrence_of_id
        )
        if not drafts:
            raise UserError(
                self.env._(
                    "There is no mail to send. Fill in a subject and write the mail, "
                    "or add one."
                )
            )
        return drafts

    def _check_is_to_come(self, drafts):
        now = fields.Datetime.now()
        late = [
            mailing.subject
            for mailing in drafts
            if mailing.schedule_type == "scheduled"
            and (not mailing.schedule_date or mailing.schedule_date <= now)
        ]
        if late or not self.schedule_date:
            raise UserError(
                self.env._(
                    "The time at which it is to be sent is past or missing. Choose "
                    "another day or hour, or “Send Now”. %s",
                    ", ".join(f"“{subject}”" for subject in late),
                )
            )


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def _check_may_be_sent(self):
        """Raise if one of these mailings may not be sent; a place for checks.

        :raise UserError: with what to do about it.
        """

    @api.model_create_multi
    def create(self, vals_list):
        mailings = super().create(vals_list)
        mailings.campaign_id._sync_state()
        return mailings

    def write(self, vals):
        follows = not STATE_FIELDS.isdisjoint(vals)
        campaigns = self.campaign_id if follows else self.env["utm.campaign"]
        result = super().write(vals)
        if follows:
            (campaigns | self.campaign_id)._sync_state()
        return result

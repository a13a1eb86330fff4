"""Campaign: a second pair of eyes, when the company asks for it."""

import hashlib
import json
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from .campaign_schedule import SCHEDULE_FIELDS

# What an approval is about. When one of these changes it holds no longer.
CONTENT_FIELDS = (
    "subject",
    "preview",
    "body_html",
    "email_from",
    "reply_to",
    "reply_to_mode",
    "email_cc",
    "email_bcc",
    "copy_mode",
    "mailing_model_id",
    "mailing_domain",
    "contact_list_ids",
    "segment_ids",
    "excluded_segment_ids",
    "excluded_list_ids",
    "use_exclusion_list",
    "ignore_frequency_cap",
    "delivery_engine",
    "attachment_mode",
    "attachment_report_id",
    "attachment_report_path",
)
MAIL_SCHEDULE = ("schedule_type", "schedule_date")
MANAGER = "campaign_desk.group_campaign_manager"


class UtmCampaign(models.Model):
    """An approval is given to *contents*: of each mail a digest is kept. A mail may be
    sent if its digest is among them, so the occurrences of a recurring mail and the
    winner of an A/B test are covered by the approval of what they are copies of.
    """

    _inherit = "utm.campaign"

    approval_state = fields.Selection(
        [("requested", "Waiting"), ("approved", "Approved")],
        readonly=True,
        copy=False,
        tracking=True,
    )
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    may_approve = fields.Boolean(compute="_compute_may_approve")
    approval_requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, tracking=True
    )
    approved_at = fields.Datetime("Approved On", readonly=True, copy=False)
    approved_contents = fields.Json(readonly=True, copy=False)
    content_editor_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        help="Who changed last what is to be approved: no approval of their own.",
    )

    @api.depends("company_id")
    def _compute_needs_approval(self):
        for campaign in self:
            company = campaign.company_id or self.env.company
            # sudo: a setting of the company, not a secret
            campaign.needs_approval = company.sudo().campaign_approval

    @api.depends_context("uid")
    @api.depends("approval_state", "content_editor_id")
    def _compute_may_approve(self):
        is_manager = self.env.user.has_group(MANAGER)
        for campaign in self:
            campaign.may_approve = (
                is_manager
                and campaign.approval_state == "requested"
                and self.env.user not in campaign._authors()
            )

    def _authors(self):
        """Return who made this campaign, and so cannot approve it."""
        return (
            self.user_id
            | self.approval_requested_by_id
            | self.content_editor_id
            | self.mailing_mail_ids.user_id
        )

    # ------------------------------------------------------------
    # By people
    # ------------------------------------------------------------

    def action_request_approval(self):
        """Ask the managers for an approval; it is checked as before sending."""
        self.ensure_one()
        self._check_is_author()
        if self.state not in ("draft", "cancelled"):
            raise UserError(self.env._("The approval of a draft can be asked for."))
        self._drafts_to_send()
        self.write(
            {
                "approval_state": "requested",
                "approval_requested_by_id": self.env.uid,
                "is_cancelled": False,
            }
        )
        approvers = self._approvers()
        if not approvers:
            raise UserError(
                self.env._(
                    "Nobody can approve this campaign: approvals are given by managers "
                    "of Email Marketing who have not worked on it. Ask an "
                    "administrator to give a colleague this role."
                )
            )
        for user in approvers:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Approve the campaign “%s”", self.title),
                user_id=user.id,
            )
        self._sync_state()
        return True

    def action_approve(self):
        """Approve this campaign; it is sent as its schedule says."""
        self.ensure_one()
        self._check_may_approve()
        contents = sorted({mail._content_digest() for mail in self._drafts_to_send()})
        self.write(
            {
                "approval_state": "approved",
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
                "approved_contents": contents,
            }
        )
        self._close_approval_activities(self.env._("Approved"))
        return self.action_send()

    def action_refuse(self):
        """Give this campaign back to its author."""
        self.ensure_one()
        self._check_may_approve()
        self.write({"approval_state": False})
        self._close_approval_activities(self.env._("Not approved"))
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("The campaign was not approved"),
            note=plaintext2html(
                self.env._("%s did not approve it. See the log.", self.env.user.name)
            ),
            user_id=self.user_id.id,
        )
        self._sync_state()
        return True

    def _approvers(self):
        """Return the managers of the campaign's company who may approve it."""
        # sudo: authors may not read everybody's groups
        group_sudo = self.env.ref(MANAGER).sudo()
        managers = group_sudo.all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and user.id != self.env.ref("base.user_root").id
                and (not self.company_id or self.company_id in user.company_ids)
            )
        )
        return (managers - self._authors()).sudo(False)

    def _check_may_approve(self):
        self._check_is_author()
        if self.approval_state != "requested":
            raise UserError(self.env._("Nobody has asked for an approval of this."))
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Approvals are given by managers of Email Marketing.")
            )
        if self.env.user in self._authors():
            raise UserError(
                self.env._(
                    "You have worked on this campaign yourself. Somebody else has to "
                    "approve it."
                )
            )

    def _close_approval_activities(self, feedback):
        self.activity_feedback(["mail.mail_activity_data_todo"], feedback=feedback)

    # ------------------------------------------------------------
    # Changes after it
    # ------------------------------------------------------------

    def write(self, vals):
        names = vals.keys() & {*SCHEDULE_FIELDS, "schedule_date"}
        approved = self.filtered("approval_state") if names else self[:0]
        before = {one: [one[name] for name in names] for one in approved}
        result = super().write(vals)
        for campaign, values in before.items():
            if [campaign[name] for name in names] != values:
                campaign._note_change()
        return result

    def _note_change(self):
        """Note who changed what an approval is about, and revoke one that was given."""
        self.filtered(
            lambda one: one.content_editor_id != self.env.user
        ).sudo().content_editor_id = self.env.user  # sudo: a fact, not a right
        self._revoke_approval(self.env._("The campaign was changed after it."))

    def _revoke_approval(self, reason):
        approved = self.filtered(lambda one: one.approval_state == "approved")
        for campaign in approved:
            campaign._track_set_log_message(reason)
            campaign._stop_recurring()
            campaign._mails_in("in_queue").action_cancel()
            campaign.write(
                {
                    "approval_state": False,
                    "approved_by_id": False,
                    "approved_at": False,
                    "approved_contents": False,
                }
            )
            campaign._sync_state()


class CampaignSegment(models.Model):
    _inherit = "campaign.segment"

    def write(self, vals):
        with self._ending_approvals():
            return super().write(vals)

    @contextmanager
    def _ending_approvals(self):
        """Have approvals end that were given to mails to what these segments were."""
        # sudo: whoever's mails they are
        self_sudo = self.sudo()
        mailings_sudo = self_sudo.mailing_ids | self_sudo.excluding_mailing_ids
        watched = mailings_sudo.filtered("campaign_id.approval_state")
        before = {mailing: mailing._content_digest() for mailing in watched}
        yield
        for mailing, digest in before.items():
            if mailing._content_digest() != digest:
                mailing.campaign_id._note_change()


class CampaignSegmentCondition(models.Model):
    _inherit = "campaign.segment.condition"

    @api.model_create_multi
    def create(self, vals_list):
        segment_ids = [vals.get("segment_id") for vals in vals_list]
        segments = self.env["campaign.segment"].browse(filter(None, segment_ids))
        with segments._ending_approvals():
            return super().create(vals_list)

    def write(self, vals):
        with self.segment_id._ending_approvals():
            return super().write(vals)

    def unlink(self):
        with self.segment_id._ending_approvals():
            return super().unlink()


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    def write(self, vals):
        """Have an approval end with what it was given to."""
        sensitive = vals.keys() & {*CONTENT_FIELDS, *MAIL_SCHEDULE, "attachment_ids"}
        watched = self.filtered("campaign_id.needs_approval") if sensitive else self[:0]
        before = {mailing: mailing._content_digest() for mailing in watched}
        times = {mailing: mailing.schedule_date for mailing in watched}
        result = super().write(vals)
        for mailing, digest in before.items():
            changed = mailing._content_digest() != digest
            if mailing.state in ("draft", "in_queue") and (
                changed or mailing.schedule_date != times[mailing]
            ):
                mailing.campaign_id._note_change()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        mailings = super().create(vals_list)
        for mailing in mailings.filtered("campaign_id.needs_approval"):
            contents = mailing.campaign_id.approved_contents or []
            if mailing._content_digest() not in contents:
                mailing.campaign_id._note_change()
        return mailings

    def _check_may_be_sent(self):
        """Raise if the company asks for an approval and these mailings have none."""
        result = super()._check_may_be_sent()
        for mailing in self.filtered(lambda one: one.mailing_type == "mail"):
            company = mailing.company_id or self.env.company
            # sudo: a setting of the company, not a secret
            if not company.sudo().campaign_approval:
                continue
            campaign = mailing.campaign_id
            if not campaign:
                raise UserError(
                    self.env._(
                        "Your company sends mails when a second person has approved "
                        "them. Put this mail into a campaign, and ask there for the "
                        "approval."
                    )
                )
            if mailing._content_digest() not in (campaign.approved_contents or []):
                raise UserError(
                    self.env._(
                        "“%s” is not approved as it is now. Ask for the approval on "
                        "its campaign.",
                        mailing.subject,
                    )
                )
        return result

    def _content_digest(self):
        """Return a digest of what is sent to whom, the same for an exact copy."""
        self.ensure_one()
        values = self._content_values()
        text = json.dumps(values, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _content_values(self):
        """Return what an approval of this mail is about."""
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in CONTENT_FIELDS
        }
        # sudo: whoever may send the mailing sends its files, whoever uploaded them
        values["attachments"] = sorted(self.attachment_ids.sudo().mapped("checksum"))
        segments_sudo = (self.segment_ids | self.excluded_segment_ids).sudo()
        values["segments"] = {one.id: one._definition() for one in segments_sudo}
        return values

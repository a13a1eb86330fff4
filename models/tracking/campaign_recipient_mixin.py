"""Tracking: the mails of a person, what became of them, and whether that is noted."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from .campaign_suppression import hash_address


class CampaignRecipientMixin(models.AbstractModel):
    """Somebody who gets mails, known by the normalized address.

    A contact of a mailing list and the partner with the same address have the same
    mails.
    """

    _name = "campaign.recipient.mixin"
    _description = "Recipient of Mails"

    campaign_mail_count = fields.Integer(
        "Mails",
        compute="_compute_campaign_mail_count",
        groups="campaign_desk.group_campaign_author",
    )
    is_mail_untracked = fields.Boolean(
        "Do Not Track",
        compute="_compute_is_mail_untracked",
        inverse="_inverse_is_mail_untracked",
        groups="campaign_desk.group_campaign_author",
        help="What this person opens and follows is counted, but not whose it was.",
    )

    engagement_id = fields.Many2one(
        "campaign.engagement",
        compute="_compute_engagement_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups="campaign_desk.group_campaign_author",
    )
    engagement_score = fields.Integer(
        related="engagement_id.score",
        groups="campaign_desk.group_campaign_author",
        help="From 0 to 100, counted every night: what this person did with the mails. "
        "What machines do does not count.",
    )
    engagement_text = fields.Char(
        "Why",
        compute="_compute_engagement_text",
        groups="campaign_desk.group_campaign_author",
    )

    def _auto_init(self):
        """Do not go through all people at once: the job ties them in one statement."""
        if not self._abstract and not column_exists(
            self.env.cr, self._table, "engagement_id"
        ):
            create_column(self.env.cr, self._table, "engagement_id", "int4")
        return super()._auto_init()

    @api.depends("email_normalized")
    def _compute_engagement_id(self):
        # sudo: whoever writes the address
        rows_sudo = self.env["campaign.engagement"].sudo()
        known = rows_sudo.search([("email", "in", self._mail_addresses())])
        by_address = {row.email: row for row in known}
        for recipient in self:
            recipient.engagement_id = by_address.get(recipient.email_normalized)

    @api.depends("engagement_id")
    def _compute_engagement_text(self):
        for recipient in self:
            # sudo: one sentence about this person
            recipient.engagement_text = recipient.sudo().engagement_id._sentence()

    campaign_consent_count = fields.Integer(
        "Consents",
        compute="_compute_campaign_consent_count",
        groups="campaign_desk.group_campaign_author",
    )

    @api.depends("email_normalized")
    def _compute_campaign_consent_count(self):
        hashes = {email: hash_address(email) for email in self._mail_addresses()}
        groups = self.env["campaign.consent"]._read_group(
            [("address_hash", "in", list(hashes.values()))],
            ["address_hash"],
            ["__count"],
        )
        counts = dict(groups)
        for recipient in self:
            hashed = hashes.get(recipient.email_normalized)
            recipient.campaign_consent_count = counts.get(hashed, 0)

    @api.depends("email_normalized")
    def _compute_campaign_mail_count(self):
        groups = self.env["mailing.trace"]._read_group(
            [
                ("email", "in", self._mail_addresses()),
                ("is_test_trace", "!=", True),
            ],
            ["email"],
            ["__count"],
        )
        counts = dict(groups)
        for recipient in self:
            count = counts.get(recipient.email_normalized, 0)
            recipient.campaign_mail_count = count

    @api.depends("email_normalized")
    @api.depends_context("company")
    def _compute_is_mail_untracked(self):
        preferences = self.env["campaign.preference"].search(
            [
                ("email", "in", self._mail_addresses()),
                ("company_id", "=", self.env.company.id),
                ("is_untracked", "=", True),
            ]
        )
        untracked = set(preferences.mapped("email"))
        for recipient in self:
            recipient.is_mail_untracked = recipient.email_normalized in untracked

    def _inverse_is_mail_untracked(self):
        preferences = self.env["campaign.preference"]
        for recipient in self:
            if recipient.email_normalized:
                preferences._set(
                    recipient.email_normalized,
                    self.env.company,
                    is_untracked=recipient.is_mail_untracked,
                )
            elif recipient.is_mail_untracked:
                raise UserError(
                    self.env._(
                        "%s has no valid e-mail address, by which “Do Not Track” is "
                        "remembered. Enter one first.",
                        recipient.display_name,
                    )
                )

    def _mail_addresses(self):
        return [email for email in self.mapped("email_normalized") if email]

    def action_view_campaign_mails(self):
        """Show the deliveries to this person."""
        return self._action_of_recipient(
            "campaign_desk.mailing_trace_action_deliveries", "email"
        )

    def action_view_campaign_visits(self):
        """Show what this person, and machines for them, did with the mails."""
        action = self._action_of_recipient(
            "campaign_desk.campaign_event_action", "trace_id.email"
        )
        title = self.env._("What Happened")
        return {**action, "name": title, "display_name": title}

    def action_view_campaign_consents(self):
        """Show what this person has agreed to, and what not any more."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_consent_action"
        )
        hashed = hash_address(self.email_normalized or "")
        return {**action, "domain": [("address_hash", "=", hashed)], "context": {}}

    def _action_of_recipient(self, xmlid, path):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        email = self.email_normalized or False
        return {
            **action,
            "domain": [(path, "=", email)],
            "context": {"of_recipient": True},
        }

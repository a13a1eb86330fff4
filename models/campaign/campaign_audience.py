"""Campaign: the recipients of a campaign and of its mails."""

from odoo import api, fields, models
from odoo.tools import SQL


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "campaign.audience.mixin"]

    segment_ids = fields.Many2many(
        relation="campaign_segment_campaign_rel",
        column1="campaign_id",
        column2="segment_id",
        tracking=True,
    )
    excluded_segment_ids = fields.Many2many(
        relation="campaign_excluded_segment_campaign_rel",
        column1="campaign_id",
        column2="segment_id",
        tracking=True,
    )
    excluded_list_ids = fields.Many2many(
        relation="campaign_excluded_list_campaign_rel",
        column1="campaign_id",
        column2="list_id",
        tracking=True,
    )


class MailingMailing(models.Model):
    _name = "mailing.mailing"
    _inherit = ["mailing.mailing", "campaign.audience.mixin"]

    segment_ids = fields.Many2many(
        relation="campaign_segment_mailing_rel",
        column1="mailing_id",
        column2="segment_id",
        tracking=True,
    )
    excluded_segment_ids = fields.Many2many(
        relation="campaign_excluded_segment_mailing_rel",
        column1="mailing_id",
        column2="segment_id",
        tracking=True,
    )
    excluded_list_ids = fields.Many2many(
        relation="campaign_excluded_list_mailing_rel",
        column1="mailing_id",
        column2="list_id",
        tracking=True,
    )

    @api.model
    def default_get(self, fields_list):
        """Leave out the only mailing list, which Odoo proposes, beside a segment."""
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("default_segment_ids") and not context.get(
            "default_contact_list_ids"
        ):
            values.pop("contact_list_ids", None)
        return values

    def _get_recipients_domain(self):
        return self._audience_domain(super()._get_recipients_domain())

    def _heeds_leavers(self):
        """Return whether who has left all of their lists gets no mail, too.

        Who is mailed because of a list is asked about that list; who is mailed because
        of a segment need not be on any.
        """
        return bool(self.segment_ids) and self.mailing_model_real == "mailing.contact"

    def _get_opt_out_list(self):
        """Add those who have left all lists, for Odoo's own engine."""
        opted_out = super()._get_opt_out_list()
        if self._is_desk() or not self._heeds_leavers():
            return opted_out
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contact.email_normalized
                  FROM mailing_contact contact
                  JOIN mailing_subscription subscription
                    ON subscription.contact_id = contact.id
                 WHERE contact.email_normalized IS NOT NULL
                 GROUP BY contact.email_normalized
                HAVING bool_and(COALESCE(subscription.opt_out, FALSE))
                """
            )
        )
        return {*opted_out, *(address for (address,) in rows)}

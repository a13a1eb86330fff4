"""Hygiene: what was found about a contact, and whether it was asked to stay."""

from odoo import fields, models


class MailingContact(models.Model):
    _inherit = "mailing.contact"

    hygiene_finding_ids = fields.One2many(
        "campaign.hygiene.finding",
        "contact_id",
        "Hygiene Findings",
        groups="campaign_desk.group_campaign_author",
    )
    sunset_case_ids = fields.One2many(
        "campaign.sunset.case",
        "contact_id",
        "Sunset Cases",
        groups="campaign_desk.group_campaign_author",
    )

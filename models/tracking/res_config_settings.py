"""Tracking: what is noted, for how long, and about whom not."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .campaign_consent import CONSENT_DAYS
from .campaign_engagement import HALF_LIFE
from .campaign_event import EVENT_DAYS, FACTS_DAYS
from .campaign_hit import parse_networks
from .campaign_signup import SIGNUP_DAYS
from .mailing_mailing import TRACKING, TRACKING_HELP


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    campaign_tracking = fields.Selection(
        TRACKING,
        "Tracking of New Campaigns",
        default="personal",
        config_parameter="campaign_desk.tracking",
        help=TRACKING_HELP,
    )
    campaign_honour_dnt = fields.Boolean(
        "Do Not Track, Global Privacy Control",
        config_parameter="campaign_desk.honour_dnt",
    )
    campaign_internal_networks = fields.Char(
        "Own Networks", config_parameter="campaign_desk.internal_networks"
    )
    campaign_event_days = fields.Integer("Days That Visits Are Kept")
    campaign_event_facts_days = fields.Integer("Days That Programs Are Kept")
    campaign_engagement_half_life = fields.Integer("Half-life of Engagement")

    campaign_consent_days = fields.Integer("Days That Consents Are Kept")
    campaign_signup_days = fields.Integer("Days to Confirm a Sign-Up")

    @api.constrains("campaign_internal_networks")
    def _check_campaign_internal_networks(self):
        for settings in self:
            try:
                parse_networks(settings.campaign_internal_networks or "")
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Own Networks: %s. Write networks such as 192.0.2.0/24 or "
                        "single addresses, separated by commas.",
                        error,
                    )
                ) from error

    @api.constrains(
        "campaign_event_days",
        "campaign_event_facts_days",
        "campaign_consent_days",
        "campaign_signup_days",
    )
    def _check_campaign_days(self):
        for settings in self:
            days = (
                settings.campaign_event_days,
                settings.campaign_event_facts_days,
                settings.campaign_consent_days,
            )
            if min(days) < 0:
                raise ValidationError(
                    self.env._("Days cannot be negative. 0 means for ever.")
                )
            if settings.campaign_signup_days < 1:
                raise ValidationError(
                    self.env._("Give people at least a day to confirm a sign-up.")
                )

    @api.constrains("campaign_engagement_half_life")
    def _check_campaign_engagement_half_life(self):
        for settings in self:
            if settings.campaign_engagement_half_life < 1:
                raise ValidationError(
                    self.env._("The half-life of engagement is one day at least.")
                )

    @api.model
    def get_values(self):
        events = self.env["campaign.event"]
        return {
            **super().get_values(),
            "campaign_event_days": events._days(*EVENT_DAYS),
            "campaign_event_facts_days": events._days(*FACTS_DAYS),
            "campaign_consent_days": events._days(*CONSENT_DAYS),
            "campaign_signup_days": self.env["campaign.signup"]._lifetime_days(),
            "campaign_engagement_half_life": events._days(*HALF_LIFE),
        }

    def set_values(self):
        result = super().set_values()
        # not Odoo's way, which deletes the parameter at 0: here that means for ever
        parameters = self.env["ir.config_parameter"]
        for (name, _default), days in (
            (EVENT_DAYS, self.campaign_event_days),
            (FACTS_DAYS, self.campaign_event_facts_days),
            (CONSENT_DAYS, self.campaign_consent_days),
            (SIGNUP_DAYS, self.campaign_signup_days),
            (HALF_LIFE, self.campaign_engagement_half_life),
        ):
            parameters.set_param(name, str(days))
        return result

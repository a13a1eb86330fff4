"""Tracking: whether a campaign is tracked, and its figures with machines."""

from odoo import api, fields, models

from .mailing_mailing import TRACKING, TRACKING_HELP


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    tracking = fields.Selection(
        TRACKING,
        default=lambda self: self.env["mailing.mailing"]._default_tracking(),
        required=True,
        tracking=True,
        help=TRACKING_HELP,
    )
    untracked_links = fields.Text(
        "Links Not to Track",
        help="Addresses of pages, one a line. Links that begin with one of them lead "
        "straight there and are not counted.",
    )
    any_opened_ratio = fields.Float(
        "Opened by Anybody (%)",
        compute="_compute_any_figures",
        groups="campaign_desk.group_campaign_viewer",
        help="With machines: picture proxies, scanners, previews.",
    )
    any_clicks_ratio = fields.Float(
        "Clicked by Anybody (%)",
        compute="_compute_any_figures",
        groups="campaign_desk.group_campaign_viewer",
        help="With machines: scanners, previews.",
    )

    @api.constrains("ab_testing_winner_selection")
    def _check_ab_tracking(self):
        self.mailing_mail_ids._check_ab_tracking()

    def action_view_visits(self):
        """Show who opened the campaign's mails and followed their links."""
        return self.mailing_mail_ids.action_view_visits()

    @api.depends("mailing_mail_ids")
    def _compute_any_figures(self):
        """Add up the mailings' figures, with the denominators of Odoo's ratios."""
        for campaign in self:
            # sudo: figures, without the records behind them
            mails_sudo = campaign._origin.sudo().mailing_mail_ids
            planned = sum(mails_sudo.mapped("expected")) - sum(
                mails_sudo.mapped("canceled")
            )
            sent = sum(mails_sudo.mapped("sent"))
            opened = sum(mails_sudo.mapped("any_opened"))
            clicked = sum(mails_sudo.mapped("any_clicked"))
            campaign.any_opened_ratio = 100.0 * opened / planned if planned else 0.0
            campaign.any_clicks_ratio = 100.0 * clicked / sent if sent else 0.0

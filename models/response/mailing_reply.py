"""Response: where answers to a mailing go."""

from odoo import api, fields, models

from ...tools.preflight.finding import INFO, OK, WARNING, Finding


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    reply_to_placeholder = fields.Char(compute="_compute_reply_to_placeholder")

    @api.depends("delivery_engine")
    def _compute_reply_to(self):
        """Leave it blank on our engine: answers come to the reply desk then."""
        desk = self._desk_mailings()
        for mailing in desk:
            is_new = mailing.reply_to_mode == "new"
            mailing.reply_to = mailing.reply_to if is_new else False
        return super(MailingMailing, self - desk)._compute_reply_to()

    @api.depends("company_id")
    def _compute_reply_to_placeholder(self):
        for mailing in self:
            company = mailing.company_id or self.env.company
            mailing.reply_to_placeholder = company.campaign_reply_address or self.env._(
                "The sender"
            )

    def _reply_address(self):
        """Return the address that each delivery has to itself, or None."""
        return (self.company_id or self.env.company)._reply_address()

    def _preflight_replies(self):
        """Return what is to be said about answers to this mailing."""
        company = self.company_id or self.env.company
        gets_mail = company._gets_mail()
        if self.reply_to and self.reply_to_mode == "new":
            values = {"address": self.reply_to}
            return [Finding("replies_elsewhere", INFO, values)]
        if self.reply_to_mode == "update":
            return [Finding("replies_on_records", OK if gets_mail else WARNING)]
        if not company._reply_address():
            values = {"company": company.name, "sender": self.email_from}
            return [Finding("replies_to_sender", WARNING, values)]
        values = {"address": company.campaign_reply_address}
        code = "replies_desk" if gets_mail else "replies_unproven"
        return [Finding(code, OK if gets_mail else WARNING, values)]


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    reply_to = fields.Char(
        help="Where answers go. Blank: to the reply desk (Responses), or to the record "
        "they are about."
    )
    reply_to_placeholder = fields.Char(compute="_compute_reply_to_placeholder")

    @api.depends("company_id")
    def _compute_reply_to_placeholder(self):
        for campaign in self:
            company = campaign.company_id or self.env.company
            campaign.reply_to_placeholder = (
                company.campaign_reply_address or self.env._("The sender")
            )

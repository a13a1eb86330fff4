"""Campaign: which campaign a template is used in."""

from odoo import api, fields, models


class CampaignTemplateUse(models.TransientModel):
    """The question for the campaign, which may be a new one."""

    _name = "campaign.template.use"
    _description = "Use a Campaign Template"

    template_id = fields.Many2one("campaign.template", required=True)
    mailing_model_id = fields.Many2one(related="template_id.mailing_model_id")
    campaign_id = fields.Many2one(
        "utm.campaign",
        required=True,
        help="Choose one that gets another mail, or type the name of a new one.",
    )
    subject = fields.Char(
        compute="_compute_subject",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )

    @api.depends("template_id")
    def _compute_subject(self):
        for wizard in self:
            wizard.subject = wizard.template_id.subject

    def action_use(self):
        """Make the mail, and open what people work on: the campaign, or the mail of a
        campaign with several.
        """
        self.ensure_one()
        campaign = self.campaign_id
        mailing = self.env["mailing.mailing"].create(
            {
                "template_id": self.template_id.id,
                "subject": self.subject,
                "campaign_id": campaign.id,
            }
        )
        if campaign.mail_id != mailing:
            return mailing._action_open()
        return {
            "type": "ir.actions.act_window",
            "res_model": "utm.campaign",
            "res_id": campaign.id,
            "views": [(False, "form")],
        }

"""Campaign: its mails; the only one of a simple campaign is edited on its form."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# Fields of the campaign form that are those of its only mail. They have the same names,
# which is what Odoo's editor of mails looks for.
MAIL_FIELDS = (
    *("subject", "preview", "body_arch", "body_html", "attachment_ids"),
    "template_id",
)


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    mail_id = fields.Many2one(
        "mailing.mailing",
        compute="_compute_mail_id",
        compute_sudo=True,
        help="The mail of a campaign that has just one, which Campaign Desk sends.",
    )
    has_mail_forms = fields.Boolean(
        compute="_compute_mail_id",
        compute_sudo=True,
        help="Each of its mails is edited on a form of its own.",
    )
    subject = fields.Char(compute="_compute_mail", readonly=False)
    preview = fields.Char(
        "Preview Text",
        compute="_compute_mail",
        readonly=False,
        help="What inboxes show after the subject. Blank: the first words of the mail.",
    )
    body_arch = fields.Html(
        "Body",
        compute="_compute_mail",
        readonly=False,
        sanitize="email_outgoing",
        sanitize_output_method="html",
    )
    body_html = fields.Html(
        "Body as Sent",
        compute="_compute_mail",
        readonly=False,
        sanitize="email_outgoing",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Attachments",
        compute="_compute_mail",
        readonly=False,
    )
    template_id = fields.Many2one(
        "campaign.template",
        compute="_compute_mail",
        readonly=False,
        help="What the mail was made of. The template may say something else by now.",
    )
    is_body_empty = fields.Boolean(compute="_compute_mail")

    @api.depends(
        "mailing_mail_ids.active",
        "mailing_mail_ids.occurrence_of_id",
        "mailing_mail_ids.delivery_engine",
    )
    def _compute_mail_id(self):
        for campaign in self:
            mails = campaign.mailing_mail_ids.filtered(
                lambda mail: mail.active and not mail.occurrence_of_id
            )
            is_simple = len(mails) == 1 and mails._is_desk()
            campaign.mail_id = mails if is_simple else False
            campaign.has_mail_forms = bool(mails) and not is_simple

    @api.depends("mail_id", *(f"mailing_mail_ids.{name}" for name in MAIL_FIELDS))
    def _compute_mail(self):
        for campaign in self:
            for name in MAIL_FIELDS:
                campaign[name] = campaign.mail_id[name]
            campaign.is_body_empty = (
                not campaign.mail_id or campaign.mail_id.is_body_empty
            )

    # ------------------------------------------------------------
    # Write
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        mails = [_split(vals) for vals in vals_list]
        campaigns = super().create([own for own, _mail in mails])
        for campaign, (_own, values) in zip(campaigns, mails, strict=True):
            campaign._write_mail(values)
        return campaigns

    def write(self, vals):
        own, values = _split(vals)
        result = super().write(own)
        for campaign in self:
            campaign._write_mail(values)
        return result

    def _write_mail(self, values):
        """Write the only mail of this campaign, or create the first one.

        :raise UserError: there are more of them, or the first one has no subject.
        """
        if self.mail_id and values:
            self.mail_id.write(values)
        elif any(values.values()):
            if self.has_mail_forms:
                raise UserError(
                    self.env._(
                        "The mails of this campaign have forms of their own. Change "
                        "subject and body there."
                    )
                )
            templates = self.env["campaign.template"]
            template = templates.browse(values.get("template_id") or [])
            if not values.get("subject") and not template.subject:
                raise UserError(self.env._("Give the mail of the campaign a subject."))
            self.env["mailing.mailing"].create({**values, "campaign_id": self.id})

    # ------------------------------------------------------------
    # Open
    # ------------------------------------------------------------

    def action_open_mail(self):
        """Open the form of the only mail."""
        self.ensure_one()
        return self.mail_id._action_open()

    def action_view_mails(self):
        """Open the mails of this campaign."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mass_mailing.action_view_mass_mailings_from_campaign"
        )
        return action | {
            "domain": [("campaign_id", "=", self.id), ("mailing_type", "=", "mail")],
            "context": {
                "default_campaign_id": self.id,
                "default_mailing_type": "mail",
            },
        }

    def action_view_recipients(self):
        """Open the deliveries of this campaign."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "campaign_desk.mailing_trace_action_deliveries"
        )
        return action | {"domain": [("campaign_id", "=", self.id)], "context": {}}


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    occurrence_of_id = fields.Many2one(
        "mailing.mailing",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The mail of a recurring campaign that this one was made of.",
    )
    occurrence_at = fields.Datetime(readonly=True, copy=False)

    _occurrence_once = models.UniqueIndex(
        "(occurrence_of_id, occurrence_at)",
        "A recurring campaign sends its mail once at each of its times.",
    )

    @api.model
    def default_get(self, fields_list):
        """Start with what the campaign says for all its mails."""
        values = super().default_get(fields_list)
        campaign_id = self.env.context.get("default_campaign_id")
        campaign = self.env["utm.campaign"].browse(campaign_id or []).exists()
        if campaign:
            own = campaign._values_for_mails()
            values |= {name: own[name] for name in own.keys() & set(fields_list)}
        return values

    @api.model_create_multi
    def create(self, vals_list):
        campaigns = self.env["utm.campaign"]
        for vals in vals_list:
            if campaign := campaigns.browse(vals.get("campaign_id") or []).exists():
                for name, value in campaign._values_for_mails().items():
                    vals.setdefault(name, value)
        return super().create(vals_list)

    def _action_open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (self.env.ref("mass_mailing.view_mail_mass_mailing_form").id, "form")
            ],
        }


def _split(vals):
    """Return what of ``vals`` is the campaign's own, and what is of its mail."""
    mail = {name: vals[name] for name in MAIL_FIELDS if name in vals}
    own = {name: value for name, value in vals.items() if name not in mail}
    return own, mail

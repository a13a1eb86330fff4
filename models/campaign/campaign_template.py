"""Campaign: a mail kept for reuse, with all its versions."""

import re

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.tools import is_html_empty
from odoo.tools.misc import file_open

from ...tools import company_words
from .body_images import BodyImages

CATEGORIES = [
    ("newsletter", "Newsletter"),
    ("announcement", "Announcement"),
    ("offer", "Offer"),
    ("event", "Event Invitation"),
    ("follow_up", "Follow-Up"),
    ("outreach", "Cold Outreach"),
    ("re_engagement", "Re-Engagement"),
    ("re_permission", "Re-Permission"),
    ("other", "Other"),
]

BODIES = ("body_arch", "body_html")
TEXTS = ("subject", "preview", *BODIES)
# What a version keeps, and what a mail gets.
CONTENT = (*TEXTS, "attachment_ids")
# Their fields of the same name mean the same.
PEOPLE = {"mailing.contact", "res.partner"}
_FIELD = re.compile(r"\bobject\.(\w+)")


class CampaignTemplate(models.Model):
    """A mail of the library.

    Mails get copies of its content, images and attachments included: what is done to
    a template later, or its deletion, never changes a mail.
    """

    _name = "campaign.template"
    _description = "Campaign Template"
    _inherit = ["mail.render.mixin"]
    _order = "name, id"

    # Odoo's rule for mailings holds: who may not edit dynamic templates can only save
    # the expressions that everybody may use.
    _unrestricted_rendering = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    description = fields.Text(help="What it is good for, and what to fill in.")
    category = fields.Selection(CATEGORIES, required=True, default="other", index=True)
    tag_ids = fields.Many2many("utm.tag", string="Tags")
    language = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Written In",
        help="The language it is written in.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        copy=False,  # a copy is whose who makes it
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Blank: for all companies."
    )

    mailing_model_id = fields.Many2one(
        "ir.model",
        "Recipients",
        domain=[("is_mailing_enabled", "=", True)],
        default=lambda self: self.env["ir.model"]._get_id("mailing.list"),
        required=True,
        ondelete="cascade",
        help="What kind of records it is written for. Its merge fields are theirs.",
    )
    mailing_model_real = fields.Char(compute="_compute_mailing_model_real")
    subject = fields.Char(help="Blank: whoever uses the template writes one.")
    preview = fields.Char(
        "Preview Text",
        render_engine="inline_template",
        help="What inboxes show after the subject. Blank: the first words of the mail.",
    )
    # The body as edited is checked like the body as sent: it is what the editor makes
    # the body as sent from, for whoever opens the template next.
    body_arch = fields.Html(
        "Body",
        sanitize="email_outgoing",
        sanitize_output_method="html",
        render_engine="qweb",
    )
    body_html = fields.Html(
        "Body as Sent", sanitize="email_outgoing", render_engine="qweb"
    )
    is_body_empty = fields.Boolean(compute="_compute_is_body_empty")
    may_change = fields.Boolean(compute="_compute_may_change")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")

    version_ids = fields.One2many(
        "campaign.template.version", "template_id", "Versions", copy=False
    )
    version_count = fields.Integer(compute="_compute_version_count")
    mailing_ids = fields.One2many("mailing.mailing", "template_id", copy=False)
    usage_count = fields.Integer("Used", compute="_compute_usage_count")
    preview_url = fields.Char(compute="_compute_preview_url")

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    @api.depends("mailing_model_id")
    def _compute_mailing_model_real(self):
        for template in self:
            template.mailing_model_real = _real_model(template.mailing_model_id)

    @api.depends("mailing_model_real")
    def _compute_render_model(self):
        for template in self:
            template.render_model = template.mailing_model_real

    @api.depends("body_arch")
    def _compute_is_body_empty(self):
        for template in self:
            template.is_body_empty = is_html_empty(template.body_arch)

    @api.depends_context("uid")
    def _compute_may_change(self):
        for template in self:
            template.may_change = template.has_access("write")

    @api.depends("version_ids")
    def _compute_version_count(self):
        counts = dict(
            self.env["campaign.template.version"]._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.version_count = counts.get(template._origin, 0)

    @api.depends("mailing_ids")
    def _compute_usage_count(self):
        mailings = self.env["mailing.mailing"].with_context(active_test=False)
        counts = dict(
            mailings._read_group(
                [("template_id", "in", self.ids)], ["template_id"], ["__count"]
            )
        )
        for template in self:
            template.usage_count = counts.get(template._origin, 0)

    @api.depends("write_date")
    def _compute_preview_url(self):
        for template in self:
            saved_at = template._origin.write_date
            template.preview_url = saved_at and (
                f"/campaign_desk/template/{template._origin.id}"
                f"?saved={saved_at.timestamp():.0f}"
            )

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        for template in templates:
            template._own_content()
        self.env["campaign.template.version"]._keep(templates)
        return templates

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & set(CONTENT):
            for template in self:
                template._own_content()
            self.env["campaign.template.version"]._keep(self)
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for template, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", template.name)
        return vals_list

    def _own_content(self):
        """Take over or copy what the content refers to, so that it stays complete."""
        images = BodyImages(self)
        values = {}
        for name in BODIES:
            images.adopt(self[name])
            body = images.own(self[name])
            if body != (self[name] or ""):
                values[name] = body
        files = _own_files(self, self.attachment_ids)
        if files != self.attachment_ids:
            values["attachment_ids"] = [Command.set(files.ids)]
        if values:
            self.write(values)

    def _last_version(self):
        return self.env["campaign.template.version"].search(
            [("template_id", "=", self.id)], limit=1
        )

    def _restore(self, version):
        """Write the content of ``version``; the outcome is a version of its own.

        What the user may not write now, they may not restore either.
        """
        note = self.env._("Restored from version %s", version.number)
        self.with_context(campaign_version_note=note).write(
            {
                **{name: version[name] for name in TEXTS},
                "attachment_ids": [Command.set(version.attachment_ids.ids)],
            }
        )

    # ------------------------------------------------------------
    # Use
    # ------------------------------------------------------------

    def _prepare_mailing_values(self):
        """Return values for a mail (``mailing.mailing``) that says what this one says.

        Everything is a copy, images and attachments included; they become the mail's
        when it is saved. The words of the user's company stand in it.
        """
        self.ensure_one()
        self.check_access("read")
        mailing = self.env["mailing.mailing"]
        mailing.check_access("create")
        images = BodyImages(mailing)
        words = _company_words(self.env.company)
        files = _own_files(mailing, self.attachment_ids)
        return {
            "template_id": self.id,
            "subject": self.subject or "",
            "preview": self.preview or "",
            **{
                name: company_words.fill(images.own(self[name]), words)
                for name in BODIES
            },
            "attachment_ids": [Command.link(attachment.id) for attachment in files],
        }

    def get_mailing_values(self):
        """Return what a mail gets that is being written, for the editor."""
        return self._prepare_mailing_values()

    @api.model
    def get_choice(self, mailing_model_id):
        """Return the templates for mails to a kind of recipients, for the editor."""
        model = _real_model(self.env["ir.model"].browse(mailing_model_id or []))
        templates = self.search([("body_html", "!=", False)]).filtered(
            lambda template: template._suits(model)
        )
        names = dict(self._fields["category"]._description_selection(self.env))
        return [
            {
                "id": template.id,
                "name": template.name,
                "category": names[template.category],
                "preview_url": template.preview_url,
            }
            for template in templates
        ]

    def _suits(self, model):
        """Return whether a mail to ``model`` can say what this template says.

        Without merge fields it can; with some, people are people.
        """
        if self.mailing_model_real == model:
            return True
        names = set(_FIELD.findall(" ".join(self[name] or "" for name in TEXTS)))
        if not names or not model:
            return not names
        return {self.mailing_model_real, model} <= PEOPLE and names <= self.env[
            model
        ]._fields.keys()

    # ------------------------------------------------------------
    # Picture
    # ------------------------------------------------------------

    def _picture(self):
        """Return a page that shows the content."""
        self.ensure_one()
        return self._page(self.body_html or self.body_arch)

    @api.model
    def _page(self, body):
        """Return the page of a mail: merge fields with what stands in for them."""
        body = company_words.fill(body or "", _company_words(self.env.company))
        with file_open("mass_mailing/static/src/scss/mass_mailing_mail.scss") as file:
            style = Markup("<style>%s</style>") % Markup(file.read())
        return self.env["ir.qweb"]._render(
            "mass_mailing.mass_mailing_mail_layout",
            {"body": Markup(body), "mailing_style": style},
            minimal_qcontext=True,
        )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_use(self):
        """Ask for the campaign, and make a mail of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Use in Campaign"),
            "res_model": "campaign.template.use",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_template_id": self.id},
        }

    def action_duplicate(self):
        """Open a copy that is the user's own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.copy().id,
            "views": [(False, "form")],
        }

    def action_view_mailings(self):
        """Open the mails that were made of this template."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "mass_mailing.mailing_mailing_action_mail"
        )
        return action | {
            "domain": [("template_id", "=", self.id)],
            "context": {"active_test": False},
        }

    def action_view_versions(self):
        """Open the versions, the last one first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of “%s”", self.name),
            "res_model": "campaign.template.version",
            "view_mode": "list,form",
            "domain": [("template_id", "=", self.id)],
        }


def _real_model(model):
    """Return the name of the model whose records get the mails; none for none."""
    name = model.sudo().model  # its name is no secret
    return "mailing.contact" if name == "mailing.list" else name


def _company_words(company):
    """Return what a body can say about the company that sends it.

    Without a street there is no postal address.
    """
    partner = company.partner_id
    lines = partner._display_address(without_company=True).split("\n")
    address = ", ".join(line.strip() for line in lines if line.strip())
    return {
        "name": company.name,
        "address": address if partner.street else "",
        "email": company.email or "",
        "phone": company.phone or "",
    }


def _own_files(record, attachments):
    """Return attachments that are those of ``record``: taken over, or copied."""
    owned = attachments.browse()
    for attachment in attachments:
        if attachment.res_id and (attachment.res_model, attachment.res_id) != (
            record._name,
            record.id,
        ):
            attachment = attachment.copy(
                {
                    "name": attachment.name,
                    "res_model": record._name,
                    "res_id": record.id or 0,
                }
            )
        elif record.id and not attachment.res_id:
            attachment.write({"res_model": record._name, "res_id": record.id})
        owned |= attachment
    return owned

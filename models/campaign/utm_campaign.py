"""Campaign: the record that people work on, and what its mails take over from it."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

GOALS = [
    ("opened", "Opened Mails"),
    ("clicked", "Clicks"),
    ("replied", "Replies"),
    ("lead", "Leads"),
    ("quotation", "Quotations"),
    ("revenue", "Revenue"),
]

# What a campaign says for all its mails. A mail that says something else keeps it.
FOR_ALL_MAILS = (
    "user_id",
    "email_from",
    "reply_to",
    "mailing_model_id",
    "mailing_domain",
    "contact_list_ids",
    "segment_ids",
    "excluded_segment_ids",
    "excluded_list_ids",
    "send_window_id",
    "email_cc",
    "email_bcc",
    "copy_mode",
    "tracking",
    "untracked_links",
)


# What the only mail of a campaign says for it, where it is edited on its own form.
ADOPTED = tuple(name for name in FOR_ALL_MAILS if name != "user_id")


class UtmCampaign(models.Model):
    """A campaign: what is sent to whom and why, and what it may cost.

    Its mails (``mailing.mailing``) are its steps and variants. What they have in common
    stands on the campaign: a new mail takes it over, and drafts follow its changes
    unless they were told otherwise.
    """

    _name = "utm.campaign"
    _description = "Campaign"
    _inherit = [
        "utm.campaign",
        "mail.thread",
        "mail.activity.mixin",
        "campaign.copy.mixin",
    ]

    title = fields.Char(tracking=True)
    user_id = fields.Many2one(tracking=True)
    stage_id = fields.Many2one(tracking=True)
    copy_mode = fields.Selection(default="once", tracking=True)
    email_cc = fields.Char(tracking=True)
    email_bcc = fields.Char(tracking=True)
    mailing_mail_ids = fields.One2many(groups="campaign_desk.group_campaign_viewer")
    mailing_mail_count = fields.Integer(groups="campaign_desk.group_campaign_viewer")

    # why
    goal = fields.Selection(GOALS, tracking=True, help="What the campaign is for.")
    goal_target = fields.Float(
        "Target", digits=(16, 0), tracking=True, help="How many would be a success."
    )
    goal_reached = fields.Float("Reached", digits=(16, 0), compute="_compute_goal")
    goal_progress = fields.Float("Reached (%)", compute="_compute_goal")
    note = fields.Html("Notes", help="For those who work on the campaign.")

    # what it costs
    budget = fields.Monetary(tracking=True)
    actual_cost = fields.Monetary(
        tracking=True, help="What was spent: agency, pictures, sending, hours."
    )
    is_over_budget = fields.Boolean(
        compute="_compute_is_over_budget", search="_search_is_over_budget"
    )

    # from whom
    email_from = fields.Char(
        "Sender",
        tracking=True,
        help="Blank: each mail has the address of who makes it.",
    )
    reply_to = fields.Char(
        tracking=True,
        help="Where answers go. Blank: to the sender, or to the record they are about.",
    )
    sender_warning = fields.Text(compute="_compute_sender_warning")

    # to whom
    mailing_model_id = fields.Many2one(
        "ir.model",
        "Recipients",
        domain=[("is_mailing_enabled", "=", True)],
        default=lambda self: self.env["ir.model"]._get_id("mailing.list"),
        ondelete="set null",
        tracking=True,
    )
    mailing_model_real = fields.Char(compute="_compute_mailing_model_real")
    mailing_on_mailing_list = fields.Boolean(compute="_compute_mailing_model_real")
    contact_list_ids = fields.Many2many(
        "mailing.list",
        "campaign_mailing_list_rel",
        "campaign_id",
        "list_id",
        "Mailing Lists",
        tracking=True,
    )
    mailing_domain = fields.Char(
        "Filter",
        compute="_compute_mailing_domain",
        store=True,
        readonly=False,
        tracking=True,
    )

    # when
    send_window_id = fields.Many2one(
        "campaign.send.window",
        default=lambda self: self.env.company.campaign_send_window_id,
        ondelete="restrict",
        tracking=True,
        help="Nothing is sent outside of these hours, by the clock of each recipient "
        "where it is known. Blank: at any time.",
    )

    # figures
    delivery_count = fields.Integer(
        "Deliveries",
        compute="_compute_clicks_ratio",
        groups="campaign_desk.group_campaign_viewer",
        help="Mails to its recipients, without those who are left out.",
    )
    clicks_ratio = fields.Float(
        "Click Ratio",
        compute="_compute_clicks_ratio",
        groups="campaign_desk.group_campaign_viewer",
    )

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    def _init_column(self, column_name):
        """Leave campaigns that were there before the add-on without hours."""
        if column_name == "send_window_id":
            return None
        return super()._init_column(column_name)

    @api.depends("mailing_model_id")
    def _compute_mailing_model_real(self):
        for campaign in self:
            # sudo: everybody may know which records a campaign is about
            name = campaign.mailing_model_id.sudo().model
            campaign.mailing_on_mailing_list = name == "mailing.list"
            campaign.mailing_model_real = (
                "mailing.contact" if name == "mailing.list" else name
            )

    @api.depends("mailing_model_id")
    def _compute_mailing_domain(self):
        """Start with the filter that Odoo proposes for such recipients, if any."""
        for campaign in self:
            model = self.env.get(campaign.mailing_model_real or "")
            campaign.mailing_domain = False
            if hasattr(model, "_mailing_get_default_domain"):
                blank = self.env["mailing.mailing"].new(
                    {"mailing_model_id": campaign.mailing_model_id.id}
                )
                campaign.mailing_domain = repr(model._mailing_get_default_domain(blank))

    @api.depends("email_from", "company_id")
    def _compute_sender_warning(self):
        is_author = self.env.user.has_group("campaign_desk.group_campaign_author")
        for campaign in self:
            warning = False
            if is_author and campaign.email_from:
                mail = self.env["mailing.mailing"].new(
                    {
                        "email_from": campaign.email_from,
                        "campaign_id": campaign._origin.id,
                    }
                )
                mail.company_id = campaign.company_id or self.env.company
                warning = mail._explain_sender() or False
            campaign.sender_warning = warning

    @api.depends("budget", "actual_cost")
    def _compute_is_over_budget(self):
        for campaign in self:
            budget = campaign.budget
            campaign.is_over_budget = bool(budget) and campaign.actual_cost > budget

    def _search_is_over_budget(self, operator, value):
        if operator != "in":
            return NotImplemented

        def to_sql(model, alias, query):
            budget, cost = (
                model._field_to_sql(alias, name, query)
                for name in ("budget", "actual_cost")
            )
            return SQL("(%(b)s > 0 AND %(c)s > %(b)s) IS TRUE", b=budget, c=cost)

        domain = Domain.custom(to_sql=to_sql)
        return domain if True in value else ~domain

    @api.depends("mailing_mail_ids")
    def _compute_clicks_ratio(self):
        self.env["mailing.trace"].flush_model()
        # sudo: figures, without the records behind them
        rows = (
            self.env["mailing.trace"]
            .sudo()
            ._read_group(
                [
                    ("campaign_id", "in", self._origin.ids),
                    ("trace_status", "!=", "cancel"),
                    ("is_test_trace", "!=", True),
                ],
                ["campaign_id"],
                ["__count", "links_click_datetime:count", "sent_datetime:count"],
            )
        )
        figures = {campaign.id: numbers for campaign, *numbers in rows}
        for campaign in self:
            count, clicked, sent = figures.get(campaign._origin.id, (0, 0, 0))
            campaign.delivery_count = count
            campaign.clicks_ratio = 100.0 * clicked / sent if sent else 0.0

    @api.depends("goal", "goal_target")
    def _compute_goal(self):
        for campaign in self:
            reached = campaign._goal_reached() if campaign._origin.id else 0.0
            campaign.goal_reached = reached
            target = campaign.goal_target
            campaign.goal_progress = 100.0 * reached / target if target > 0 else 0.0

    def _goal_reached(self):
        """Return how much of its goal the campaign has reached."""
        # sudo: whoever sees the campaign sees these figures, without their records
        campaign_sudo = self._origin.sudo()
        domain = [("campaign_id", "=", campaign_sudo.id)]
        traces_sudo = self.env["mailing.trace"].sudo()
        match self.goal:
            case "opened":
                statuses = ("open", "reply")
                return traces_sudo.search_count(
                    [*domain, ("trace_status", "in", statuses)]
                )
            case "replied":
                return traces_sudo.search_count(
                    [*domain, ("trace_status", "=", "reply")]
                )
            case "clicked":
                return traces_sudo.search_count(
                    [*domain, ("links_click_datetime", "!=", False)]
                )
            case "lead":
                return campaign_sudo.crm_lead_count
            case "quotation":
                return campaign_sudo.quotation_count
            case "revenue":
                return campaign_sudo.invoiced_amount
        return 0.0

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_ours(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_ours(vals)
        follows = bool(vals.keys() & self._fields_for_mails())
        follows &= not self.env.context.get("campaign_adopting")
        before = {one: one._values_for_mails() for one in self} if follows else {}
        result = super().write(vals)
        for campaign, values in before.items():
            campaign._pass_on(values)
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "title": self.env._("%s (copy)", campaign.title)}
            if not (default or {}).get("title")
            else vals
            for campaign, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def copy(self, default=None):
        """Duplicate campaigns with their mails, as drafts."""
        copies = super().copy(default)
        for campaign, copied in zip(self, copies, strict=True):
            for mailing in campaign._mails_to_copy():
                mailing.copy({"campaign_id": copied.id})
        return copies

    def _mails_to_copy(self):
        """Return the mails that a duplicate of this campaign has, too."""
        return self.mailing_mail_ids.filtered(
            lambda mailing: not mailing.ab_testing_is_winner_mailing
        ).sorted("id")

    def _check_ours(self, vals):
        """Raise if somebody who is no author writes more than a label for tracking.

        Every employee may create campaigns, for leads and links; what Campaign Desk
        adds to them is about sending mails.
        """
        if any(
            name in self._fields and self._fields[name]._modules == ("campaign_desk",)
            for name in vals
        ):
            self._check_is_author()

    def _check_is_author(self):
        """Raise unless the user may make and send mails, of these campaigns too."""
        is_author = self.env.user.has_group("campaign_desk.group_campaign_author")
        if not self.env.su and not is_author:
            raise AccessError(
                self.env._(
                    "Only authors of Email Marketing can make mails of a campaign. Ask "
                    "an administrator for the role “Author” of Email Marketing."
                )
            )
        self.check_access("write")

    # ------------------------------------------------------------
    # What its mails take over
    # ------------------------------------------------------------

    @api.model
    def _fields_for_mails(self):
        """Return the fields of which :meth:`_values_for_mails` is made."""
        return {*FOR_ALL_MAILS, "mailing_on_mailing_list"}

    def _values_for_mails(self):
        """Return what the campaign says for all its mails, as values to write."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in FOR_ALL_MAILS
            if self[name]
        }
        if "mailing_model_id" not in values or self.mailing_on_mailing_list:
            values.pop("mailing_domain", None)
        if not self.mailing_on_mailing_list:
            values.pop("contact_list_ids", None)
        if self.reply_to:
            values["reply_to_mode"] = "new"
        return values

    def _pass_on(self, before):
        """Have mails that are to be sent follow what changed.

        :param before: what the campaign said; a mail that says something else keeps it.
        """
        after = self._values_for_mails()
        changed = [
            name
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)
        ]
        for mailing in self._mails_in("draft", "in_queue"):
            values = {
                name: after.get(name, False)
                for name in changed
                if mailing._said_by_campaign(name, before.get(name))
            }
            if values:
                mailing.write(values)

    def _adopt_from_mail(self, only_blanks=False):
        """Say what the only mail says, so that both forms show the same.

        :param only_blanks: leave what the campaign says already.
        """
        for campaign in self.filtered("mail_id"):
            mail = campaign.mail_id
            values = {}
            for name in ADOPTED:
                field, other = campaign._fields[name], mail._fields[name]
                value = other.convert_to_write(mail[name], mail)
                if only_blanks and campaign[name]:
                    continue
                if field.convert_to_write(campaign[name], campaign) != value:
                    values[name] = value
            if campaign.mailing_on_mailing_list:
                values.pop("mailing_domain", None)
            # sudo: whoever changes the mail changes what its campaign shows of it
            campaign.sudo().with_context(campaign_adopting=True).write(values)


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    @api.model_create_multi
    def create(self, vals_list):
        mailings = super().create(vals_list)
        mailings.campaign_id._adopt_from_mail(only_blanks=True)
        return mailings

    def write(self, vals):
        result = super().write(vals)
        if self.env.context.get("campaign_adopting"):
            return result
        if vals.get("campaign_id"):
            self.campaign_id._adopt_from_mail(only_blanks=True)
        elif not vals.keys().isdisjoint(ADOPTED):
            self.campaign_id._adopt_from_mail()
        return result

    def _said_by_campaign(self, name, value):
        """Return whether a field has the campaign's value, or the one of every mail.

        :param value: the campaign's, None if it says nothing.
        """
        has = self._fields[name].convert_to_write(self[name], self)
        if value is None and name in ("email_from", "reply_to"):
            users = self.user_id | self.create_uid | self.env.user
            return not has or has in users.mapped("email_formatted")
        return not self[name] if value is None else has == value

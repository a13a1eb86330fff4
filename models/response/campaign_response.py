"""Response: a person's reply to a campaign, from its arrival to its end."""

from odoo import api, fields, models

from ...tools.nlp import taxonomy
from ..tracking.campaign_inbound import FOUND_BY, KINDS

SENTIMENTS = [(name, name.capitalize()) for name in taxonomy.SENTIMENTS]


class CampaignResponse(models.Model):
    """One reply: what it answers, what it says, who has it, and what became of it.

    Its life is the flow of this room: it is taken in by the mail gateway, and then,
    in the background, understood, routed and acted upon (:meth:`_process`).
    """

    _name = "campaign.response"
    _description = "Response"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "received_at desc, id desc"
    _rec_name = "subject"
    _mail_post_access = "read"

    # what came
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    received_at = fields.Datetime(required=True, readonly=True, index=True)
    subject = fields.Char(readonly=True)
    email_from = fields.Char("From", readonly=True)
    email = fields.Char("Address", readonly=True, index=True, help="Normalised.")
    author_name = fields.Char("Name", readonly=True)
    message_id = fields.Char("Message-ID", readonly=True, index=True)
    body_html = fields.Html(
        "Reply as It Came",
        readonly=True,
        sanitize="email_outgoing",
        sanitize_style=True,
    )
    body_text = fields.Text("Text as It Came", readonly=True)
    headers = fields.Json(
        readonly=True, help="The header lines that tell who or what wrote."
    )
    # what it answers
    trace_id = fields.Many2one(
        "mailing.trace", "Delivery", readonly=True, ondelete="set null", index=True
    )
    mailing_id = fields.Many2one(
        "mailing.mailing", readonly=True, ondelete="set null", index=True
    )
    campaign_id = fields.Many2one(
        "utm.campaign", readonly=True, ondelete="set null", index=True
    )
    found_by = fields.Selection(FOUND_BY, "Delivery Found by", readonly=True)
    found_confidence = fields.Float("Delivery Sure", readonly=True, aggregator=None)
    partner_id = fields.Many2one("res.partner", "Contact", index="btree_not_null")
    contact_id = fields.Many2one(
        "mailing.contact", "Mailing Contact", index="btree_not_null"
    )
    # what it says
    analysis_state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Understood"), ("failed", "Not understood")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    analysis_error = fields.Char(readonly=True)
    analysis_attempts = fields.Integer(readonly=True)
    analysed_at = fields.Datetime(readonly=True)
    engine = fields.Char(readonly=True, help="The engine and model that understood it.")
    kind = fields.Selection(KINDS, readonly=True, index=True)
    language = fields.Char(readonly=True, help="Code of the language, such as de.")
    low_support = fields.Boolean(
        readonly=True, help="The analysis knows little of this language."
    )
    clean_text = fields.Text(
        "Reply", readonly=True, help="Without quote and signature."
    )
    cut = fields.Json(readonly=True, help="What was cut: a list of kind and text.")
    sentiment = fields.Selection(SENTIMENTS, readonly=True, index=True)
    sentiment_score = fields.Float(
        readonly=True, aggregator="avg", help="From −1 (negative) to +1 (positive)."
    )
    intent_id = fields.Many2one(
        "campaign.intent", "Main Intent", readonly=True, index=True
    )
    intent_ids = fields.Many2many("campaign.intent", string="Intents", readonly=True)
    topic_ids = fields.Many2many("campaign.topic", string="Topics")
    label_ids = fields.One2many("campaign.response.label", "response_id", "Labels")
    ask_ids = fields.One2many(
        "campaign.response.ask", "response_id", "Questions and Requests"
    )
    follow_up_date = fields.Date(
        help="The day on which the writer wants to hear again."
    )
    meeting_times = fields.Json(
        readonly=True,
        help="Times that the writer proposes, in the writer's wall clock.",
    )
    # who has it
    state = fields.Selection(
        [
            ("new", "New"),
            ("open", "In progress"),
            ("waiting", "Waiting for the customer"),
            ("done", "Done"),
        ],
        required=True,
        default="new",
        index=True,
        tracking=True,
        group_expand=True,
    )
    team_id = fields.Many2one("campaign.team", index=True, tracking=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", index=True
    )
    tag_ids = fields.Many2many("campaign.response.tag", string="Tags")
    routed_because = fields.Char(
        "Why Here", readonly=True, help="Why the reply is with this team and person."
    )
    assigned_at = fields.Datetime(readonly=True)
    first_answered_at = fields.Datetime(readonly=True)
    last_answered_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)

    _message_unique = models.UniqueIndex(
        "(company_id, message_id) WHERE message_id IS NOT NULL",
        "This mail is there already.",
    )
    _waiting_idx = models.Index("(id) WHERE analysis_state = 'waiting'")

    @api.model
    def _from_person(self):
        """Return the domain of replies that somebody has to answer."""
        return [("kind", "=", "human")]

    def _process(self):
        """Understand these replies, then route and act upon those of people."""
        self._understand()
        human = self.filtered_domain(self._from_person())
        human._route()
        human._act()

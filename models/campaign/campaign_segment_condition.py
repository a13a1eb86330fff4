"""Campaign: what somebody did, or did not do, to belong to a segment."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from . import engagement

# Kinds that ask what happened with mails, and what of a delivery tells it.
FACTS = {
    "opened": engagement.OPENED,
    "clicked": engagement.CLICKED,
    "replied": engagement.REPLIED,
    "bounced": engagement.BOUNCED,
}
# Kinds for which *when* has no meaning.
TIMELESS = {"never_mailed", "score"}
_NOT_OF_EVERY_KIND = {
    "extent": {*FACTS},
    "latest": {*FACTS},
    "url_contains": {"clicked"},
    "mailing_ids": {*FACTS},
    "campaign_ids": {*FACTS},
    "comparison": {"received", "score"},
    "score": {"score"},
    "number": {"received"},
    "list_ids": {"subscribed", "unsubscribed"},
}


class CampaignSegmentCondition(models.Model):
    """One condition of a segment.

    A kind is a value of ``kind`` and a method ``_matches_<kind>(person)`` that returns
    SQL which is true for who meets it; ``person`` is an :class:`engagement.Person`.
    Other modules add kinds so, with ``selection_add``, and their words to
    ``_describe``.
    """

    _name = "campaign.segment.condition"
    _description = "Condition of a Segment"
    _order = "sequence, id"

    segment_id = fields.Many2one(
        "campaign.segment", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("opened", "Opened mails"),
            ("clicked", "Clicked in mails"),
            ("replied", "Answered mails"),
            ("bounced", "Mails came back"),
            ("received", "Got a number of mails"),
            ("score", "Engagement score"),
            ("never_mailed", "Was never mailed"),
            ("subscribed", "Is subscribed"),
            ("unsubscribed", "Has unsubscribed"),
        ],
        string="Who",
        default="opened",
        required=True,
    )
    extent = fields.Selection(
        [("any", "One or more"), ("none", "None"), ("all", "All")],
        string="How Many",
        default="any",
        required=True,
        help="Of the mails that they got. Who got no such mail meets no condition "
        "about what was done with it.",
    )
    latest = fields.Integer(
        "Of the Last", help="Only the last mails that they got count. 0: all."
    )
    url_contains = fields.Char(
        "Link Contains",
        help="A part of the address of the link, such as /prices. Blank: any link.",
    )
    mailing_ids = fields.Many2many(
        "mailing.mailing",
        "campaign_segment_condition_mailing_rel",
        "condition_id",
        "mailing_id",
        "Of Mailings",
        context={"active_test": False},
        help="Blank: of all.",
    )
    campaign_ids = fields.Many2many(
        "utm.campaign",
        "campaign_segment_condition_campaign_rel",
        "condition_id",
        "campaign_id",
        "Of Campaigns",
        context={"active_test": False},
        help="Blank: of all.",
    )
    comparison = fields.Selection(
        [("least", "At least"), ("most", "At most")], default="least", required=True
    )
    number = fields.Integer(
        "Number of Mails",
        default=1,
        help="Mails that were sent to them and did not come back.",
    )
    score = fields.Integer(
        default=50,
        help="From 0 to 100, as it stands on contacts: what people did with their "
        "mails, worth less as time goes by. Who got no mail yet has 0.",
    )
    list_ids = fields.Many2many(
        "mailing.list",
        "campaign_segment_condition_list_rel",
        "condition_id",
        "list_id",
        "Lists",
        context={"active_test": False},
        help="Blank: any list. For who has unsubscribed, the blacklist as well.",
    )
    period = fields.Selection(
        [
            ("any", "At any time"),
            ("last", "In the last days"),
            ("older", "Longer ago than days"),
            ("since", "Since a day"),
            ("before", "Before a day"),
        ],
        string="When",
        default="any",
        required=True,
    )
    days = fields.Integer(default=30)
    day = fields.Date()

    # ------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------

    @api.constrains("kind", "latest", "number", "score", "days", "day", "period")
    def _check_numbers(self):
        for condition in self:
            if min(condition.latest, condition.number, condition.days) < 0:
                raise ValidationError(
                    self.env._("Numbers of mails and days cannot be negative.")
                )
            if condition.kind == "score" and not 0 <= condition.score <= 100:
                raise ValidationError(
                    self.env._("An engagement score is a number from 0 to 100.")
                )
            by_day = condition.period in ("since", "before")
            if by_day and not condition.day and condition.kind not in TIMELESS:
                raise ValidationError(
                    self.env._(
                        "Say which day the condition “%s” means.", condition.summary
                    )
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        """Forget what the new kind does not ask for."""
        for name, kinds in _NOT_OF_EVERY_KIND.items():
            if self.kind not in kinds and self._fields[name].type != "selection":
                self[name] = self.default_get([name]).get(name, False)

    def _definition(self):
        """Return what the condition says, as values for JSON."""
        names = self._fields_that_say()
        return {
            name: self[name].ids
            if self._fields[name].relational
            else self._fields[name].convert_to_write(self[name], self)
            for name in names
        }

    @api.model
    def _fields_that_say(self):
        """Return the fields that make a condition; whoever adds one adds it here."""
        return (
            "kind",
            "extent",
            "latest",
            "url_contains",
            "mailing_ids",
            "campaign_ids",
            "comparison",
            "number",
            "score",
            "list_ids",
            "period",
            "days",
            "day",
        )

    # ------------------------------------------------------------
    # In SQL
    # ------------------------------------------------------------

    def _matches(self, person):
        """Return SQL that is true or false for a :class:`engagement.Person`."""
        self.ensure_one()
        return SQL("(%s) IS TRUE", getattr(self, f"_matches_{self.kind}")(person))

    def _matches_opened(self, person):
        return self._matches_fact(person)

    def _matches_clicked(self, person):
        return self._matches_fact(person)

    def _matches_replied(self, person):
        return self._matches_fact(person)

    def _matches_bounced(self, person):
        return self._matches_fact(person)

    def _matches_fact(self, person):
        fact = FACTS[self.kind]
        mails_of = engagement.mails_of
        if self.kind == "bounced":
            mails_of = engagement.mails_tried
        if self.kind == "clicked" and self.url_contains:
            fact = SQL("(%s AND %s)", fact, self._clicked_link())
        select = SQL("%s AS fact", fact)
        mails = mails_of(person, select, self._among(), self.latest)
        return engagement.happened(self.extent, mails)

    def _clicked_link(self):
        """Return SQL: one of the links that were clicked in a delivery is meant."""
        escaped = self.url_contains
        for special in ("\\", "%", "_"):
            escaped = escaped.replace(special, "\\" + special)
        return SQL(
            """
            (SELECT TRUE
               FROM link_tracker_click click
              WHERE click.mailing_trace_id = delivery.id
                AND click.link_id = ANY(ARRAY(
                        SELECT id FROM link_tracker WHERE url ILIKE %s))
              LIMIT 1) IS TRUE
            """,
            f"%{escaped}%",
        )

    def _among(self):
        """Return SQL for which mails count."""
        is_bounce = self.kind == "bounced"
        moment = engagement.TRIED_AT if is_bounce else engagement.SENT_AT
        parts = [self._in_period(moment)]
        if self.mailing_ids or self.campaign_ids:
            parts.append(
                SQL(
                    "(delivery.mass_mailing_id + 0 = ANY(%s)"
                    " OR delivery.campaign_id = ANY(%s))",
                    self.mailing_ids.ids,
                    self.campaign_ids.ids,
                )
            )
        return SQL(" AND ").join(parts)

    def _in_period(self, moment):
        """Return SQL: ``moment``, SQL for a time in UTC, is in this period."""
        if self.period in ("last", "older"):
            border = SQL("%s - interval '1 day' * %s", engagement.UTC_NOW, self.days)
        else:
            border = SQL("%s::timestamp", self.day)
        match self.period:
            case "last" | "since":
                return SQL("%s >= %s", moment, border)
            case "older" | "before":
                return SQL("%s < %s", moment, border)
        return SQL("TRUE")

    def _matches_received(self, person):
        number = self.number
        among = self._in_period(engagement.SENT_AT)
        # one more than asked for tells enough
        some = engagement.mails_of(person, SQL("delivery.id"), among, number + 1)
        operator = SQL(">=" if self.comparison == "least" else "<=")
        return SQL("(SELECT count(*) FROM (%s) AS mail) %s %s", some, operator, number)

    def _matches_score(self, person):
        return SQL(
            "COALESCE((SELECT score FROM campaign_engagement WHERE email = %s), 0)"
            " %s %s",
            person.address,
            SQL(">=" if self.comparison == "least" else "<="),
            self.score,
        )

    def _matches_never_mailed(self, person):
        mails = engagement.mails_tried(person, SQL("TRUE AS fact"), SQL("TRUE"))
        return SQL("%s IS NULL", engagement.happened("any", mails))

    def _matches_subscribed(self, person):
        began = self._in_period(SQL("subscription.create_date"))
        among = SQL("subscription.opt_out IS NOT TRUE AND %s", began)
        return self._has_subscription(person, among)

    def _matches_unsubscribed(self, person):
        ended = self._in_period(SQL("subscription.opt_out_datetime"))
        left = self._has_subscription(person, SQL("subscription.opt_out AND %s", ended))
        if self.list_ids:
            return left
        blocked = SQL(
            "(SELECT TRUE FROM mail_blacklist block"
            " WHERE block.active AND block.email = %s AND %s LIMIT 1)",
            person.address,
            self._in_period(SQL("block.write_date")),
        )
        return SQL("(%s IS TRUE OR %s IS TRUE)", left, blocked)

    def _has_subscription(self, person, among):
        if self.list_ids:
            lists = SQL("subscription.list_id = ANY(%s)", self.list_ids.ids)
            among = SQL("%s AND %s", among, lists)
        return SQL(
            """
            (SELECT TRUE
               FROM mailing_contact contact
               JOIN mailing_subscription subscription
                 ON subscription.contact_id = contact.id
              WHERE contact.email_normalized = %s AND %s
              LIMIT 1)
            """,
            person.address,
            among,
        )

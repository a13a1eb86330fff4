"""Tracking: what happened to deliveries, one row each time."""

import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import visits

KINDS = [
    ("delivered", "Delivered"),
    ("deferred", "Put off by a server"),
    ("open", "Opened"),
    ("view", "Viewed in the browser"),
    ("click", "Followed a link"),
    ("decoy", "Followed the hidden link"),
    ("reply", "Answered"),
    ("bounce", "Bounced"),
    ("complaint", "Reported as spam"),
    ("unsubscribe", "Unsubscribed"),
]
VERDICTS = [
    (visits.HUMAN, "Person"),
    (visits.MACHINE, "Machine"),
    (visits.UNKNOWN, "Unknown"),
]
# The rules of tools.visits, for people, and those of others who judge.
RULES = [
    ("reader", "Browser or mail program"),
    ("person", "Asked for it"),
    ("provider", "The provider said so"),
    ("head", "Asked for the head of a page only"),
    ("prefetch", "Fetched ahead by a browser"),
    ("decoy", "Followed the hidden link"),
    ("internal", "Own people or network"),
    ("known_program", "Known crawler, scanner or library"),
    ("known_network", "Network of a mail protection service"),
    ("no_agent", "Program without a name"),
    ("link_burst", "Different links at once"),
    ("domain_burst", "Mails of many people of one company at once"),
    ("too_early", "Before anybody could have read it"),
    ("gmail_proxy", "Gmail fetched the pictures"),
    ("yahoo_proxy", "Yahoo fetched the pictures"),
    ("outlook_proxy", "Outlook fetched the pictures"),
    ("mail_proxy", "A mail provider fetched the pictures"),
    ("apple_privacy", "Apple's Mail Privacy Protection"),
    ("app", "Part of an app that also works by itself"),
    ("half_a_browser", "Browser that says no language"),
    ("echo", "Same link at once from elsewhere"),
    ("unknown_agent", "Unknown program"),
]
# Whether it is still known who it was.
_IS_TRACEABLE = (
    "(user_agent IS NOT NULL OR address_prefix IS NOT NULL OR facts IS NOT NULL)"
)
# How long events are kept, and what tells who it was: setting and default.
EVENT_DAYS = ("campaign_desk.event_days", 730)
FACTS_DAYS = ("campaign_desk.event_facts_days", 30)
# How many rows the daily clean-up takes at once.
_CLEANED_ROWS = 20_000


class CampaignEvent(models.Model):
    """One thing that happened to a delivery. Rows are added, never changed by hand.

    Visits (open, click, view, decoy) have a verdict on who made them and the rule that
    gave it; both may change when later visits tell more. Everybody's visits are kept;
    figures of people count ``human`` only.

    An anonymous visit belongs to its mailing alone: it has no delivery, no address, no
    user agent, and its time is the hour.
    """

    _name = "campaign.event"
    _description = "Mail Event"
    _order = "at desc, id desc"
    _log_access = False

    at = fields.Datetime("Time", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    trace_id = fields.Many2one(
        "mailing.trace", "Delivery", readonly=True, ondelete="cascade", index=True
    )
    email = fields.Char("Recipient", related="trace_id.email")
    mailing_id = fields.Many2one("mailing.mailing", readonly=True, ondelete="cascade")
    link_id = fields.Many2one(
        "link.tracker",
        "Tracked Link",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    url = fields.Char("Link", related="link_id.url")
    verdict = fields.Selection(VERDICTS, readonly=True)
    rule = fields.Selection(RULES, readonly=True, help="What told who it was.")
    method = fields.Char(readonly=True)
    address_prefix = fields.Char(
        "Network",
        readonly=True,
        help="Where it came from, as far as it is kept: /24 of an IPv4 address, /48 of "
        "an IPv6 address.",
    )
    country_code = fields.Char("Country", readonly=True)
    user_agent = fields.Char("Program", readonly=True)
    facts = fields.Json(readonly=True, help="What else is known, as it came.")
    account_id = fields.Many2one(
        "campaign.sending.account", readonly=True, ondelete="set null"
    )
    provider_event_id = fields.Char(
        readonly=True, help="What the provider calls the event."
    )

    _mailing_idx = models.Index("(mailing_id, kind, verdict)")
    _anonymous_idx = models.Index("(mailing_id, kind, verdict) WHERE trace_id IS NULL")
    _at_idx = models.Index("(at)")
    _traceable_idx = models.Index(f"(at) WHERE {_IS_TRACEABLE}")
    _provider_event_idx = models.UniqueIndex(
        "(account_id, provider_event_id) WHERE provider_event_id IS NOT NULL"
    )

    @api.depends("kind")
    def _compute_display_name(self):
        words = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = words.get(event.kind, "")

    # ------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------

    @api.model
    def _record(self, rows):
        """Write down events that somebody reports, each once.

        :param rows: dicts of this model's fields, with ids. ``kind`` is needed; ``at``
            is now and ``mailing_id`` the delivery's if they are not given. A provider's
            events have ``account_id`` and ``provider_event_id``: one that is known
            already is left out.
        :return: ids of the new events.
        """
        now = fields.Datetime.now()
        mailing_by_trace = self._mailings_of(
            {row["trace_id"] for row in rows if row.get("trace_id")}
        )
        names = [
            *("at", "kind", "trace_id", "mailing_id", "link_id", "verdict", "rule"),
            *("method", "address_prefix", "country_code", "user_agent", "facts"),
            *("account_id", "provider_event_id"),
        ]
        new = []
        for row in rows:
            row = {
                "at": now,
                "mailing_id": mailing_by_trace.get(row.get("trace_id")),
                **row,
            }
            facts = row.get("facts")
            row["facts"] = json.dumps(facts) if facts else None
            found = self.env.execute_query(
                SQL(
                    "INSERT INTO campaign_event (%s) VALUES (%s) "
                    "ON CONFLICT (account_id, provider_event_id) "
                    "WHERE provider_event_id IS NOT NULL DO NOTHING RETURNING id",
                    SQL(", ").join(map(SQL.identifier, names)),
                    SQL(", ").join(SQL("%s", row.get(name) or None) for name in names),
                )
            )
            new += [event_id for (event_id,) in found]
        return new

    @api.model
    def _mailings_of(self, trace_ids):
        rows = self.env["mailing.trace"].sudo().browse(trace_ids)  # ids we were given
        return {trace.id: trace.mass_mailing_id.id for trace in rows.exists()}

    # ------------------------------------------------------------
    # Retention
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_events(self):
        """Forget what is too old, and of the rest who it was.

        Counts stand on deliveries, links and mailings; they stay.
        """
        days = self._days(*EVENT_DAYS)
        facts_days = self._days(*FACTS_DAYS)
        now = fields.Datetime.now()
        done = 0
        if facts_days:
            done += self._run(
                f"""
                UPDATE campaign_event
                   SET user_agent = NULL, address_prefix = NULL, facts = NULL
                 WHERE id IN (
                    SELECT id FROM campaign_event
                     WHERE at < %s AND {_IS_TRACEABLE}
                     ORDER BY at LIMIT %s)
                """,
                now - timedelta(days=facts_days),
            )
        if days:
            done += self._run(
                """
                DELETE FROM campaign_event
                 WHERE id IN (
                    SELECT id FROM campaign_event
                     WHERE at < %s ORDER BY at LIMIT %s)
                """,
                now - timedelta(days=days),
            )
        self.invalidate_model()
        return done, int(done >= _CLEANED_ROWS)

    def _run(self, query, before):
        self.env.cr.execute(SQL(query, before, _CLEANED_ROWS))
        return self.env.cr.rowcount

    @api.model
    def _days(self, parameter, default):
        """Return a number of days from the settings; 0: for ever."""
        # sudo: a setting, not a secret
        text = self.env["ir.config_parameter"].sudo().get_param(parameter)
        return int(text) if text and str(text).isdigit() else default

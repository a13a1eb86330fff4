"""Tracking: everything that keeps an address from being mailed."""

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..models.tracking.evidence import Evidence, with_evidence


class CampaignAddressLookup(models.TransientModel):
    """Shows, for one address, the blacklist, opt-outs, suppressions and pauses."""

    _name = "campaign.address.lookup"
    _description = "Why an Address Gets No Mail"

    email = fields.Char(required=True)
    email_normalized = fields.Char(compute="_compute_email_normalized")
    line_ids = fields.One2many(
        "campaign.address.lookup.line",
        "lookup_id",
        compute="_compute_line_ids",
        store=True,
    )
    holds = fields.Integer(compute="_compute_holds")

    @api.depends("email")
    def _compute_email_normalized(self):
        for lookup in self:
            lookup.email_normalized = email_normalize(lookup.email or "") or False

    @api.depends("email")
    def _compute_line_ids(self):
        for lookup in self:
            lines = lookup._find_holds() if lookup.email_normalized else []
            lookup.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(line) for line in lines),
            ]

    @api.depends("line_ids.is_in_force")
    def _compute_holds(self):
        for lookup in self:
            lookup.holds = len(lookup.line_ids.filtered("is_in_force"))

    def _find_holds(self):
        """Return the values of a line for each thing that holds the address, or did."""
        return [
            *self._blacklisted(),
            *self._opted_out(),
            *self._suppressed(),
            *self._bounced(),
        ]

    def _blacklisted(self):
        entries = self.env["mail.blacklist"].search(
            [("email", "=", self.email_normalized)]
        )
        for entry in entries:
            yield {
                "what": "blacklist",
                "is_in_force": True,
                "since": entry.write_date,
                "reason": entry.opt_out_reason_id.name or self._last_words(entry),
                "blacklist_id": entry.id,
            }

    def _last_words(self, record):
        """Return the last note in a record's log, as a line of text."""
        note = record.message_ids.filtered("body")[:1]
        return note.preview if note else False

    def _opted_out(self):
        subscriptions = self.env["mailing.subscription"].search(
            [
                ("contact_id.email_normalized", "=", self.email_normalized),
                ("opt_out", "=", True),
            ]
        )
        for one in subscriptions:
            yield {
                "what": "opt_out",
                "is_in_force": True,
                "place": one.list_id.display_name,
                "since": one.opt_out_datetime,
                "reason": one.opt_out_reason_id.name,
                "subscription_id": one.id,
            }

    def _suppressed(self):
        for one in self.env["campaign.suppression"]._find_all(self.email_normalized):
            values = {
                "what": "pause" if one.expires_at else "suppression",
                "is_in_force": one.state == "in_force",
                "place": one._place(),
                "since": one.create_date,
                "until": one.lifted_at or one.expires_at,
                "reason": ", ".join(filter(None, (one._label("reason"), one.note))),
                "suppression_id": one.id,
            }
            if one.state == "lifted":
                values["reason"] = self.env._(
                    "%(reason)s. Lifted by %(who)s: %(why)s",
                    reason=values["reason"],
                    who=one.lifted_by_id.name or "—",
                    why=one.lift_reason or "—",
                )
            yield values

    def _bounced(self):
        """Return the last bounce, which says what the policies look at."""
        trace = self.env["mailing.trace"].search(
            [("email", "=", self.email_normalized), ("bounce_class", "!=", False)],
            order="bounced_at desc",
            limit=1,
        )
        if trace:
            yield {
                "what": "bounce",
                "is_in_force": False,
                "place": trace.mass_mailing_id.display_name,
                "since": trace.bounced_at,
                "reason": trace.failure_reason,
                "trace_id": trace.id,
            }

    def action_look_up(self):
        """Show what holds the address."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why an Address Gets No Mail"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class CampaignAddressLookupLine(models.TransientModel):
    _name = "campaign.address.lookup.line"
    _description = "What Holds an Address"
    _order = "is_in_force desc, since desc, id"

    lookup_id = fields.Many2one(
        "campaign.address.lookup", required=True, ondelete="cascade"
    )
    what = fields.Selection(
        [
            ("blacklist", "Blacklist"),
            ("opt_out", "Opted out of a list"),
            ("suppression", "Suppression"),
            ("pause", "Pause"),
            ("bounce", "Last bounce"),
        ],
        required=True,
    )
    is_in_force = fields.Boolean("In Force")
    place = fields.Char("Left out of")
    since = fields.Datetime()
    until = fields.Datetime()
    reason = fields.Char()
    blacklist_id = fields.Many2one("mail.blacklist")
    subscription_id = fields.Many2one("mailing.subscription")
    suppression_id = fields.Many2one("campaign.suppression")
    trace_id = fields.Many2one("mailing.trace")

    def action_lift(self):
        """Ask why the address may be mailed again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift"),
            "res_model": "campaign.suppression.lift",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _lift(self, reason):
        """Take away what this line is about."""
        self.ensure_one()
        if self.suppression_id:
            self.suppression_id._lift(reason)
        elif self.blacklist_id:
            self.blacklist_id.check_access("write")
            self.blacklist_id._remove(self.blacklist_id.email, message=reason)
        elif self.subscription_id:
            evidence = Evidence("person", text=reason)
            with_evidence(self.subscription_id, evidence).opt_out = False
            self.subscription_id.contact_id.message_post(
                body=self.env._(
                    "Subscribed to %(list)s again: %(why)s",
                    list=self.subscription_id.list_id.name,
                    why=reason,
                )
            )

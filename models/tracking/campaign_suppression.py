"""Tracking: addresses that must not be mailed, and why."""

import hashlib
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ...tools import bounces
from ..sending.settlement import UTC_NOW
from .bounces import BOUNCE_CLASSES

CHUNK = 10_000
_HASH = re.compile(r"[0-9a-f]{64}")
REASONS = [
    *(pair for pair in BOUNCE_CLASSES if pair[0] not in bounces.SENDERS_FAULT),
    (bounces.LEFT_COMPANY, "Left the company"),
    (bounces.OUT_OF_OFFICE, "Away for long"),
    (bounces.COMPLAINT, "Reported as spam"),
    ("request", "Asked not to be mailed"),
    ("hygiene", "List hygiene"),
    ("sunset", "Never answered"),
    ("erased", "Personal data erased"),
    ("other", "Another reason"),
]


class CampaignSuppression(models.Model):
    """One address that some mailings must leave out.

    ===============  ================================================================
    scope            which mailings leave it out
    ===============  ================================================================
    ``global``       all of this database
    ``company``      all of one company
    ``list``         those on one mailing list
    ``campaign``     those of one campaign
    ===============  ================================================================

    One with an end (``expires_at``) is a pause. One that a person lifted stays,
    archived, as its history. Odoo's blacklist and the opt-outs of lists stay what they
    are, and are not repeated here.

    The address may be kept as its SHA-256 hash only, in lower case as other systems
    hash it, so that lists can be exchanged, and somebody's data erased without
    forgetting that they must not be mailed. That hides it from readers, not from
    somebody who guesses the address and hashes it.
    """

    _name = "campaign.suppression"
    _description = "Suppression"
    _order = "create_date desc, id desc"
    _rec_name = "address"

    active = fields.Boolean(default=True, readonly=True)
    address = fields.Char(
        "Email", help="Blank when only the hash of the address is kept."
    )
    address_hash = fields.Char(
        "SHA-256", required=True, readonly=True, copy=False, help="Of the address."
    )
    is_hashed = fields.Boolean("Keep Only the Hash", copy=False)
    scope = fields.Selection(
        [
            ("global", "All mailings"),
            ("company", "Mailings of a company"),
            ("list", "Mailings on a list"),
            ("campaign", "Mailings of a campaign"),
        ],
        "Left out of",
        required=True,
        default="company",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self._default_company_id(), index=True
    )
    list_id = fields.Many2one("mailing.list", "Mailing List", ondelete="cascade")
    campaign_id = fields.Many2one("utm.campaign", ondelete="cascade")
    reason = fields.Selection(REASONS, required=True, default="request")
    source = fields.Selection(
        [
            ("person", "A person"),
            ("policy", "Bounce policy"),
            ("answer", "An answer"),
            ("import", "Import"),
            ("recipient", "The recipient"),
            ("hygiene", "List hygiene"),
            ("sunset", "Sunset policy"),
        ],
        required=True,
        readonly=True,
        default="person",
    )
    note = fields.Char(help="What somebody should know who wants to lift it.")
    trace_id = fields.Many2one(
        "mailing.trace", "Delivery", readonly=True, ondelete="set null", index=True
    )
    expires_at = fields.Datetime("Until", help="Blank: until somebody lifts it.")
    state = fields.Selection(
        [("in_force", "In force"), ("over", "Over"), ("lifted", "Lifted")],
        compute="_compute_state",
        search="_search_state",
    )
    lifted_at = fields.Datetime(readonly=True, copy=False)
    lifted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    lift_reason = fields.Char(readonly=True, copy=False)

    _address_idx = models.UniqueIndex(
        "(address_hash, scope, COALESCE(company_id, 0), COALESCE(list_id, 0),"
        " COALESCE(campaign_id, 0)) WHERE active",
        "This address is suppressed there already.",
    )
    _lifted_idx = models.Index("(address_hash, lifted_at) WHERE lifted_at IS NOT NULL")

    @api.model
    def _default_company_id(self):
        return self.env.company

    @api.depends("active", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for one in self:
            over = one.expires_at and one.expires_at <= now
            one.state = "lifted" if not one.active else "over" if over else "in_force"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        lasting = Domain("expires_at", "=", False) | Domain("expires_at", ">", "now")
        domains = {
            "in_force": Domain("active", "=", True) & lasting,
            "over": Domain("active", "=", True) & ~lasting,
            "lifted": Domain("active", "=", False),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("address", "address_hash")
    def _compute_display_name(self):
        for one in self:
            digits = (one.address_hash or "")[:12]
            one.display_name = one.address or (digits and f"SHA-256 {digits}…")

    @api.constrains("scope", "company_id", "list_id", "campaign_id")
    def _check_scope(self):
        for one in self:
            wanted = {"company": one.company_id, "list": one.list_id}
            wanted["campaign"] = one.campaign_id
            if one.scope != "global" and not wanted[one.scope]:
                raise ValidationError(
                    self.env._("Say which company, list or campaign leaves it out.")
                )

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_values(dict(vals)) for vals in vals_list]
        hashes = [vals["address_hash"] for vals in vals_list]
        # a pause that is over makes room for what comes after it
        over = self.search([("address_hash", "in", hashes), ("state", "=", "over")])
        over.active = False
        over.flush_recordset(["active"])
        return super().create(vals_list)

    def write(self, vals):
        if {"address", "address_hash", "is_hashed", "scope"} & set(vals):
            vals = dict(vals)
            for name in ("address", "address_hash"):
                if name in vals:
                    raise UserError(
                        self.env._("Make a new suppression for another address.")
                    )
            self._check_may_be_global(vals)
            if vals.get("is_hashed"):
                vals["address"] = False
        return super().write(vals)

    def _prepare_values(self, vals):
        """Return the values of a new one: the address normalized and hashed.

        :raise UserError: there is no address.
        """
        self._check_may_be_global(vals)
        written = (vals.get("address") or "").strip()
        if _HASH.fullmatch(written.lower()):
            written, vals["address_hash"] = "", written.lower()
        if written:
            address = email_normalize(written)
            if not address:
                raise UserError(
                    self.env._(
                        "“%s” is no email address. Check how it is written.", written
                    )
                )
            vals["address_hash"] = hash_address(address)
            vals["address"] = False if vals.get("is_hashed") else address
        elif _HASH.fullmatch(vals.get("address_hash") or ""):
            vals.update(address=False, is_hashed=True)
        else:
            raise UserError(self.env._("Enter an email address, or its SHA-256 hash."))
        return self._narrow(vals)

    @api.model
    def _narrow(self, vals):
        """Keep only what the scope is about."""
        scope = vals.setdefault("scope", "company")
        if scope != "list":
            vals["list_id"] = False
        if scope != "campaign":
            vals["campaign_id"] = False
        if scope == "global":
            vals["company_id"] = False
        return vals

    def _check_may_be_global(self, vals):
        if vals.get("scope") != "global" or self.env.su:
            return
        if not self.env.user.has_groups(
            "campaign_desk.group_campaign_manager,base.group_system"
        ):
            raise AccessError(
                self.env._(
                    "Only managers of Email Marketing suppress addresses for all "
                    "companies. Choose your company instead."
                )
            )

    def _label(self, name):
        field = self._fields[name]
        return dict(field._description_selection(self.env)).get(self[name], "")

    def _place(self):
        """Return the name of what leaves the address out."""
        where = {
            "company": self.company_id,
            "list": self.list_id,
            "campaign": self.campaign_id,
        }
        if self.scope not in where:
            return self._label("scope")
        return where[self.scope].display_name

    def action_lift(self):
        """Ask why these addresses may be mailed again."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift"),
            "res_model": "campaign.suppression.lift",
            "view_mode": "form",
            "target": "new",
            "context": {"default_suppression_ids": self.ids},
        }

    # ------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------

    @api.model
    def _suppress(self, addresses, place, **values):
        """Suppress many addresses in one place; what is there is made longer.

        :param addresses: the id of the delivery that tells why, or None, by address; an
            address may be its hash.
        :param place: scope and what it is about, as in :meth:`create`.
        :param values: reason, source, note, expires_at, is_hashed.
        :return: how many were added, and how many were there already.
        """
        self._check_may_be_global(place)
        place = self._narrow({"company_id": self.env.company.id, **place})
        added = known = 0
        rows = [
            (*_address_and_hash(address, values.get("is_hashed")), trace_id)
            for address, trace_id in addresses.items()
        ]
        for start in range(0, len(rows), CHUNK):
            [(new, old)] = self.env.execute_query(
                _upsert(rows[start : start + CHUNK], place, values, self.env.uid)
            )
            added, known = added + new, known + old
        self.invalidate_model()
        return added, known

    # ------------------------------------------------------------
    # Lifting
    # ------------------------------------------------------------

    def _lift(self, reason):
        """Have these addresses mailed again.

        :param reason: why; kept as their history.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why these addresses may be mailed again."))
        self.check_access("write")
        self.write(
            {
                "active": False,
                "lifted_at": fields.Datetime.now(),
                "lifted_by_id": self.env.user.id,
                "lift_reason": reason.strip(),
            }
        )

    @api.model
    def _find_among(self, addresses, lists):
        """Return which addresses this company must not mail, or not through lists."""
        place = (
            Domain("scope", "=", "global")
            | Domain("scope", "=", "company")
            & Domain("company_id", "=", self.env.company.id)
            | Domain("scope", "=", "list") & Domain("list_id", "in", lists.ids)
        )
        by_hash = {hash_address(address): address for address in addresses}
        found = self.search(
            Domain("state", "=", "in_force")
            & Domain("address_hash", "in", list(by_hash))
            & place
        )
        return {by_hash[hashed] for hashed in found.mapped("address_hash")}

    @api.model
    def _find_all(self, address):
        """Return all suppressions of an address, lifted ones too."""
        return self.with_context(active_test=False).search(
            [("address_hash", "=", hash_address(address))]
        )


def hash_address(address):
    """Return the SHA-256 of a normalized address, in hexadecimal digits."""
    return hashlib.sha256(address.encode()).hexdigest()


def _address_and_hash(address, is_hashed):
    if _HASH.fullmatch(address):
        return None, address
    return (None if is_hashed else address), hash_address(address)


def _upsert(rows, place, values, uid):
    """Return the statement that adds suppressions, or makes those there longer.

    A pause that is over begins anew with the new reason.
    """
    addresses, hashes, traces = map(list, zip(*rows, strict=True))
    return SQL(
        """
        WITH written AS (
            INSERT INTO campaign_suppression AS known (
                active, address, address_hash, is_hashed, trace_id, scope, company_id,
                list_id, campaign_id, reason, source, note, expires_at,
                create_uid, write_uid, create_date, write_date)
            SELECT TRUE, address, hash, address IS NULL, trace,
                   %(scope)s, %(company)s, %(list)s, %(campaign)s, %(reason)s,
                   %(source)s, %(note)s, %(until)s::timestamp,
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM (SELECT DISTINCT ON (hash) *
                      FROM unnest(%(addresses)s::varchar[], %(hashes)s::varchar[],
                                  %(traces)s::integer[])
                           AS source(address, hash, trace)) AS source
            ON CONFLICT (address_hash, scope, COALESCE(company_id, 0),
                         COALESCE(list_id, 0), COALESCE(campaign_id, 0)) WHERE active
            DO UPDATE SET
                expires_at = CASE
                    WHEN known.expires_at <= %(now)s THEN excluded.expires_at
                    WHEN known.expires_at IS NOT NULL
                        AND excluded.expires_at IS NOT NULL
                        THEN GREATEST(known.expires_at, excluded.expires_at) END,
                reason = CASE WHEN %(outdone)s
                    THEN excluded.reason ELSE known.reason END,
                source = CASE WHEN %(outdone)s
                    THEN excluded.source ELSE known.source END,
                note = CASE WHEN %(outdone)s THEN excluded.note ELSE known.note END,
                trace_id = CASE WHEN %(outdone)s
                    THEN excluded.trace_id ELSE known.trace_id END,
                write_uid = %(uid)s,
                write_date = %(now)s
            RETURNING xmax = 0 AS is_new
        )
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new)
          FROM written
        """,
        addresses=addresses,
        hashes=hashes,
        traces=traces,
        scope=place["scope"],
        company=place.get("company_id") or None,
        list=place.get("list_id") or None,
        campaign=place.get("campaign_id") or None,
        reason=values["reason"],
        source=values["source"],
        note=values.get("note") or None,
        until=values.get("expires_at") or None,
        uid=uid,
        now=UTC_NOW,
        # the new one lasts longer
        outdone=SQL(
            "known.expires_at < COALESCE(excluded.expires_at, 'infinity'::timestamp)"
        ),
    )

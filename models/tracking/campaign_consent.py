"""Tracking: who agreed to be mailed, or does so no more, and the proof of it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from .campaign_suppression import hash_address
from .evidence import OWN_ACTS, evidence_of

KINDS = [
    ("list", "A mailing list"),
    ("all", "All mailings"),
    ("tracking", "Tracking"),
    ("frequency", "Number of mails"),
    ("pause", "Pause"),
    ("language", "Language"),
]
SOURCES = [
    ("form", "Page, by the person"),
    ("one_click", "One click in the mail program"),
    ("reply", "Answer to a mail"),
    ("complaint", "Spam report"),
    ("import", "Import"),
    ("person", "A user"),
    ("api", "Another system"),
    ("system", "A rule"),
]
# How long the proof is kept, in days: setting and default. 0 is for ever.
CONSENT_DAYS = ("campaign_desk.consent_days", 0)
_CLEANED_ROWS = 20_000


class CampaignConsent(models.Model):
    """One time that somebody agreed to something, or withdrew it. Rows are only added.

    It is about an address, not a contact: who deletes the contact keeps the proof. What
    holds now is said by subscriptions, blacklist, suppressions and preferences; this
    says how it came to be.
    """

    _name = "campaign.consent"
    _description = "Consent"
    _order = "at desc, id desc"
    _rec_name = "address"
    _log_access = False

    at = fields.Datetime("Time", required=True, readonly=True)
    address = fields.Char("Email", readonly=True)
    address_hash = fields.Char(
        "SHA-256",
        required=True,
        readonly=True,
        help="Of the address, in small letters.",
    )
    kind = fields.Selection(KINDS, "About", required=True, readonly=True)
    list_id = fields.Many2one(
        "mailing.list",
        "Mailing List",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    list_name = fields.Char("List", readonly=True, help="As it was called then.")
    decision = fields.Selection(
        [("given", "Given"), ("withdrawn", "Withdrawn"), ("changed", "Changed")],
        required=True,
        readonly=True,
    )
    detail = fields.Char(readonly=True, help="What was chosen, or why.")
    text = fields.Text(
        "Text Shown",
        readonly=True,
        help="What the person read when they decided; or what a user said about it.",
    )
    source = fields.Selection(SOURCES, required=True, readonly=True)
    page = fields.Char(readonly=True, help="Where it was decided.")
    address_prefix = fields.Char(
        "Network",
        readonly=True,
        help="Where it came from, as far as it is kept: /24 of an IPv4 address, /48 of "
        "an IPv6 address.",
    )
    requested_at = fields.Datetime(
        "Signed Up At",
        readonly=True,
        help="When it was asked for on a sign-up page. It was confirmed by mail at "
        "the time of this line.",
    )
    user_id = fields.Many2one(
        "res.users", readonly=True, ondelete="set null", index="btree_not_null"
    )
    user_name = fields.Char("By", readonly=True, help="The user who did it.")
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="set null", index="btree_not_null"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing", readonly=True, ondelete="set null", index="btree_not_null"
    )
    trace_id = fields.Many2one(
        "mailing.trace",
        "Delivery",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The mail whose page it was decided on.",
    )

    _address_idx = models.Index("(address_hash, kind, list_id, at DESC, id DESC)")
    _at_idx = models.Index("(at)")

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "A proof of consent is not changed. A new line says what is new."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_by_retention(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "A proof of consent is not deleted by hand. The settings say how "
                    "long it is kept."
                )
            )

    # ------------------------------------------------------------
    # Writing down
    # ------------------------------------------------------------

    @api.model
    def _record(self, rows):
        """Write decisions down, with the evidence for what is done now.

        What a rule does by itself (a bounce policy, data of a module) is no consent.

        :param rows: values: address, kind, decision, and list_id or detail.
        """
        evidence = evidence_of(self.env)
        by_user = evidence.source in ("person", "api", "import")
        now = fields.Datetime.now()
        common = {
            "at": now,
            "text": evidence.text or False,
            "source": evidence.source,
            "page": evidence.page or False,
            "address_prefix": evidence.address_prefix or False,
            "requested_at": evidence.requested_at or False,
            "user_id": self.env.uid if by_user else False,
            # sudo: users may not read each other's names everywhere
            "user_name": self.env.user.sudo().name if by_user else False,
            "company_id": evidence.company_id or self.env.company.id,
            "mailing_id": evidence.mailing_id or False,
            "trace_id": evidence.trace_id or False,
        }
        # sudo: nobody writes proofs themselves
        lists_sudo = self.env["mailing.list"].sudo()
        vals_list = []
        for row in rows:
            if evidence.source == "system" and row["decision"] == "given":
                continue
            address = email_normalize(row["address"] or "")
            if not address:
                continue
            vals = {**common, **row, "address": address}
            vals["address_hash"] = hash_address(address)
            if row.get("list_id"):
                vals["list_name"] = lists_sudo.browse(row["list_id"]).name
            vals_list.append(vals)
        return self.sudo().create(vals_list)  # sudo: as above

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    @api.model
    def _withdrawn_by_owners(self, addresses, kind, list_ids=()):
        """Return what owners of addresses withdrew themselves, and nobody gave since.

        :return: pairs of an address and the id of the list, or None.
        """
        by_hash = {hash_address(address): address for address in addresses if address}
        if not by_hash:
            return set()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT address_hash, list_id
                  FROM campaign_consent own
                 WHERE address_hash = ANY(%(hashes)s)
                   AND kind = %(kind)s
                   AND (%(any_list)s OR list_id = ANY(%(lists)s))
                   AND decision = 'withdrawn'
                   AND source = ANY(%(own)s)
                   AND NOT %(given_since)s
                """,
                hashes=list(by_hash),
                kind=kind,
                any_list=kind != "list",
                lists=list(list_ids),
                own=list(OWN_ACTS),
                given_since=_given_since("own"),
            )
        )
        return {(by_hash[hashed], list_id) for hashed, list_id in rows}

    # ------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------

    @api.autovacuum
    def _gc_old(self):
        """Delete proofs that are older than the administrators want to keep them.

        The last word on each matter stays, as does that of owners who have agreed to
        nothing since: it is the proof of what holds now.
        """
        days = self.env["campaign.event"]._days(*CONSENT_DAYS)
        if days <= 0:
            return 0, 0
        before = fields.Datetime.now() - timedelta(days=days)
        self.flush_model()
        deleted = self.env.execute_query(
            SQL(
                """
                DELETE FROM campaign_consent
                 WHERE id IN (
                    SELECT old.id
                      FROM campaign_consent old
                     WHERE old.at < %s
                       AND EXISTS (
                        SELECT FROM campaign_consent newer
                         WHERE newer.address_hash = old.address_hash
                           AND newer.kind = old.kind
                           AND newer.list_id IS NOT DISTINCT FROM old.list_id
                           AND (newer.at, newer.id) > (old.at, old.id))
                       AND (old.decision <> 'withdrawn'
                            OR old.source <> ALL(%s)
                            OR %s)
                     LIMIT %s)
                RETURNING id
                """,
                before,
                list(OWN_ACTS),
                _given_since("old"),
                _CLEANED_ROWS,
            )
        )
        self.invalidate_model()
        return len(deleted), int(len(deleted) == _CLEANED_ROWS)


def _given_since(withdrawal):
    """Return SQL that tells whether what was withdrawn has been given later.

    :param withdrawal: the name by which a statement knows the row.
    """
    return SQL(
        """
        EXISTS (
            SELECT FROM campaign_consent given
             WHERE given.address_hash = %(old)s.address_hash
               AND given.kind = %(old)s.kind
               AND given.list_id IS NOT DISTINCT FROM %(old)s.list_id
               AND given.decision = 'given'
               AND (given.at, given.id) > (%(old)s.at, %(old)s.id))
        """,
        old=SQL.identifier(withdrawal),
    )

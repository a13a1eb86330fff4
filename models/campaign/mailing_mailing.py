"""Campaign: one mail of a campaign, and which engine sends it."""

from odoo import api, fields, models
from odoo.tools import SQL


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
        help="On whose behalf it is sent: its campaign's company, or that of who is "
        "responsible.",
    )
    delivery_engine = fields.Selection(
        selection=[("desk", "Campaign Desk"), ("standard", "Odoo standard")],
        default=lambda self: self._default_delivery_engine(),
        required=True,
        help="Campaign Desk plans every recipient first and sends each exactly once, "
        "with retries. Odoo standard uses Odoo's own mail queue.",
    )
    # The borders of an A/B version's share, as hash values: 64 bits, so not integers.
    ab_share_from = fields.Char(readonly=True, copy=False)
    ab_share_to = fields.Char(readonly=True, copy=False)

    @api.depends("campaign_id.company_id", "user_id")
    def _compute_company_id(self):
        for mailing in self:
            user = mailing.user_id or mailing.create_uid or self.env.user
            mailing.company_id = mailing.campaign_id.company_id or user.company_id

    @api.model
    def _default_delivery_engine(self):
        parameters = self.env["ir.config_parameter"].sudo()  # a setting, not a secret
        return parameters.get_param("campaign_desk.delivery_engine") or "desk"

    def _is_desk(self):
        """Return whether the Campaign Desk engine sends this mailing."""
        self.ensure_one()
        return self.delivery_engine == "desk" and self.mailing_type == "mail"

    def _desk_mailings(self):
        """Return those that the Campaign Desk engine sends."""
        return self.filtered(lambda mailing: mailing._is_desk())

    def _has_recipients(self):
        """Return whether anybody is meant by this mailing now."""
        self.ensure_one()
        model = self.env[self.mailing_model_real]
        return bool(model.search_count(self._get_recipients_domain(), limit=1))

    # ------------------------------------------------------------
    # A/B test: the share of a version
    # ------------------------------------------------------------

    def _ab_hash(self, record_id):
        """Return SQL for the place of a record in this campaign's draw."""
        return SQL(
            "hashint8extended(%s, %s)", record_id, self.campaign_id.id or self.id
        )

    def _ab_share(self, record_id):
        """Return SQL that tells whether a record belongs to this version's share."""
        return SQL(
            "%s BETWEEN %s AND %s",
            self._ab_hash(record_id),
            int(self.ab_share_from),
            int(self.ab_share_to),
        )

    def _fix_ab_share(self):
        """Draw this version's share, once.

        Recipients stand in the order of a hash; a version takes its percentage of all
        from those that no other version has. The borders are kept, so that a plan
        that is resumed draws nobody new.
        """
        if (
            not self.ab_testing_enabled
            or self.ab_testing_is_winner_mailing
            or self.ab_share_from
        ):
            return
        model = self.env[self.mailing_model_real]
        query = model._search(self._get_recipients_domain())
        record_id = SQL.identifier(query.table, "id")
        taken = [
            sibling._ab_share(record_id)
            for sibling in self._get_ab_testing_siblings_mailings() - self
            if sibling.ab_share_from
        ]
        place = self._ab_hash(record_id)
        free = SQL("NOT (%s)", SQL(" OR ").join(taken)) if taken else SQL("TRUE")
        places = query.select(SQL("%s AS place, %s AS free", place, free))
        self.env.cr.execute(
            SQL(
                """
            WITH places AS (%s),
            wanted AS (
                SELECT GREATEST(1, count(*) * %s / 100) AS number FROM places
            ), share AS (
                SELECT place FROM places WHERE free
                 ORDER BY place LIMIT (SELECT number FROM wanted)
            )
            SELECT min(place), max(place) FROM share
            """,
                places,
                self.ab_testing_pc,
            )
        )
        first, last = self.env.cr.fetchone()
        self.ab_share_from = str(first if first is not None else 1)
        self.ab_share_to = str(last if last is not None else 0)

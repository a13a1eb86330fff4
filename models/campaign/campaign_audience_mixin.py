"""Campaign: to whom something is sent, and who is left out."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, Query

from .recipient_address import INDEXED, address_of

# Archived segments and lists go on to count where they were chosen: an exclusion that
# silently ends would send mails to people who must not get them.
_WITH_ARCHIVED = {"active_test": False}


class CampaignAudienceMixin(models.AbstractModel):
    """The recipients of a mailing, or of all mails of a campaign.

    ===================  ========================================================
    to mailing lists     (members of the lists ∪ the segments) − who is left out
    to other records     filter ∩ (the segments, if any) − who is left out
    ===================  ========================================================

    Who is in an excluded list or segment is left out by their address, whatever the
    records are. A model that inherits this one has ``mailing_model_id``,
    ``mailing_model_real``, ``mailing_on_mailing_list``, ``contact_list_ids`` and
    ``mailing_domain`` as mailings have them, and names a ``relation`` for each of the
    fields below.
    """

    _name = "campaign.audience.mixin"
    _description = "Recipients"

    segment_ids = fields.Many2many(
        "campaign.segment",
        "campaign_audience_segment_rel",
        string="Segments",
        compute="_compute_segment_ids",
        store=True,
        readonly=False,
        context=_WITH_ARCHIVED,
        domain="[('mailing_model_name', '=', mailing_model_real)]",
        help="With mailing lists: who is in a segment gets the mail as well. "
        "Otherwise: only who is in a segment gets it.",
    )
    excluded_segment_ids = fields.Many2many(
        "campaign.segment",
        "campaign_audience_excluded_segment_rel",
        string="Except Segments",
        context=_WITH_ARCHIVED,
        help="Who is in one of them gets no mail.",
    )
    excluded_list_ids = fields.Many2many(
        "mailing.list",
        "campaign_audience_excluded_list_rel",
        string="Except Lists",
        context=_WITH_ARCHIVED,
        ondelete="restrict",
        help="Who is on one of them gets no mail, also those who have unsubscribed "
        "from it.",
    )

    @api.depends("mailing_model_id")
    def _compute_segment_ids(self):
        """Forget segments of records that are not the recipients any more."""
        for record in self:
            record.segment_ids = record.segment_ids.filtered(
                lambda segment, model=record.mailing_model_real: (
                    segment.mailing_model_name == model
                )
            )

    @api.constrains("segment_ids", "mailing_model_id")
    def _check_segments(self):
        for record in self:
            for segment in record.segment_ids:
                if segment.mailing_model_name != record.mailing_model_real:
                    raise ValidationError(
                        self.env._(
                            "The segment “%s” is about other records than the "
                            "recipients.",
                            segment.name,
                        )
                    )

    @api.constrains("excluded_segment_ids", "excluded_list_ids", "mailing_model_id")
    def _check_exclusions(self):
        for record in self:
            models_used = {
                record.mailing_model_real,
                *record.excluded_segment_ids.mapped("mailing_model_name"),
            }
            excludes = record.excluded_segment_ids or record.excluded_list_ids
            for name in sorted(filter(None, models_used)) if excludes else ():
                model = self.env.get(name)
                if model is None or not address_of(model, model._table):
                    raise ValidationError(
                        self.env._(
                            "“%s” have no address of their own, so nobody can be left "
                            "out by it.",
                            self.env["ir.model"]._get(name).display_name,
                        )
                    )

    # ------------------------------------------------------------
    # Who
    # ------------------------------------------------------------

    def _audience_domain(self, chosen):
        """Return the domain of the recipients.

        :param chosen: the domain of lists or filter alone.
        """
        self.ensure_one()
        if self.segment_ids:
            within = Domain.OR(
                segment._audience_domain() for segment in self.segment_ids
            )
            if not self.mailing_on_mailing_list:
                chosen = Domain(chosen) & within
            elif self.contact_list_ids:
                chosen = self._members_domain() | within
            else:
                chosen = within
        return Domain(chosen) & self._not_excluded_domain()

    def _members_domain(self):
        """Return the domain of those on the lists, in a form that can be OR-ed.

        Of ``list_ids`` PostgreSQL would look up all members for each chunk of a plan.
        """
        list_ids = self.contact_list_ids.ids

        def to_sql(model, alias, _query):
            model.env["mailing.subscription"].flush_model()
            return SQL(
                """
                (SELECT TRUE
                   FROM mailing_subscription member
                  WHERE member.contact_id = %s AND member.list_id = ANY(%s)
                  LIMIT 1) IS TRUE
                """,
                SQL.identifier(alias, "id"),
                list_ids,
            )

        return Domain.custom(to_sql=to_sql)

    def _not_excluded_domain(self):
        lists, segments = self.excluded_list_ids, self.excluded_segment_ids
        if not lists and not segments:
            return Domain.TRUE

        def to_sql(model, alias, _query):
            address = address_of(model, alias)
            excluded = [
                _in_segment(segment, address, f"{alias}__excluded_{segment.id}")
                for segment in segments
            ]
            if lists:
                excluded.append(_on_list(model.env, lists.ids, address))
            return SQL("(%s) IS NOT TRUE", SQL(" OR ").join(excluded))

        return Domain.custom(to_sql=to_sql)


def _on_list(env, list_ids, address):
    """Return SQL that tells whether ``address`` is on one of the lists."""
    env["mailing.contact"].flush_model()
    env["mailing.subscription"].flush_model()
    return SQL(
        """
        (SELECT TRUE
           FROM mailing_contact contact
           JOIN mailing_subscription member ON member.contact_id = contact.id
          WHERE contact.email_normalized = %s AND member.list_id = ANY(%s)
          LIMIT 1) IS TRUE
        """,
        address,
        list_ids,
    )


def _in_segment(segment, address, alias):
    """Return SQL that tells whether a record of a segment has ``address``.

    Asked for one address after the other where an index finds its records; otherwise
    the addresses of the whole segment are looked up once.

    :param alias: a name for the segment's table; the search may be over the same table.
    """
    # sudo: who is left out does not depend on who looks.
    segment_sudo = segment.sudo()
    model = segment_sudo._recipients()
    query = Query(model.env, alias, model._table_sql)
    domain = segment_sudo._with_active(segment_sudo._audience_domain())
    query.add_where(domain.optimize_full(model)._to_sql(model, alias, query))
    its_address = address_of(model, alias)
    if model._name in INDEXED:
        query.add_where(
            SQL("%s = %s", SQL.identifier(alias, "email_normalized"), address)
        )
        query.limit = 1
        return SQL("%s IS TRUE", query.subselect(SQL("TRUE")))
    query.add_where(SQL("%s IS NOT NULL", its_address))
    return SQL("(%s IN %s) IS TRUE", address, query.subselect(its_address))

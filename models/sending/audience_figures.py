"""Sending: how many people a mail would reach if it were sent now, and some of them."""

from contextlib import contextmanager

import psycopg2
from psycopg2.errorcodes import QUERY_CANCELED

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..campaign.recipient_address import address_of
from .delivery_plan import DeliveryPlan

SAMPLE = 10
SHOWN = 1000
# What people wait for in a form. Sending asks in chunks, and takes the time it needs.
MOST_SECONDS = 15

AUTHOR = "campaign_desk.group_campaign_author"
VIEWER = "campaign_desk.group_campaign_viewer"


class Audience(DeliveryPlan):
    """Judges those whom a domain finds as planning does, and writes nothing.

    :param mailing: a mailing, saved or not, whose suppressions apply.
    """

    def __init__(self, mailing, domain):
        super().__init__(mailing)
        self.domain = domain
        self.model_name = self._model._name

    def count(self):
        """Return how many get the mail, and how many do not, by failure type.

        And ids and addresses of some who get it: always the same ones, of all ages.

        :return: a dictionary with None for those who get it, and a list of pairs.
        """
        env = self._mailing.env
        query = self._model._search(self.domain)
        statement = SQL(
            """
            WITH %s
            SELECT (SELECT json_agg(json_build_array(failure, number))
                      FROM (SELECT failure, count(*) AS number
                              FROM unique_ones GROUP BY failure) AS counts),
                   (SELECT json_agg(json_build_array(id, email))
                      FROM (SELECT id, email FROM unique_ones
                             WHERE failure IS NULL
                             ORDER BY hashint4(id) LIMIT %s) AS sample)
            """,
            self._judged(self._addresses_in_sql(query)),
            SAMPLE,
        )
        env.flush_all()
        with _limited(env.cr):
            env.cr.execute(statement, log_exceptions=False)  # it may hold addresses
            counts, some = env.cr.fetchone()
        return dict(counts or []), some or []

    def _already_mailed(self):
        """Ask for the deliveries of each only if there are any."""
        of_these = [("mass_mailing_id", "in", self._sent_together().ids)]
        # sudo: a question about the mailing, not about its recipients
        traces_sudo = self._mailing.env["mailing.trace"].sudo()
        if not traces_sudo.search_count(of_these, limit=1):
            return SQL("FALSE")
        return super()._already_mailed()

    def _addresses_in_sql(self, query):
        if self._has_addresses_in_sql():
            return super()._addresses_in_sql(query)
        address = address_of(self._model, query.table) or SQL("NULL::varchar")
        return SQL(
            "SELECT id, email AS written, email FROM (%s) AS found",
            query.select(
                SQL("%s AS id", SQL.identifier(query.table, "id")),
                SQL("%s AS email", address),
            ),
        )


@contextmanager
def _limited(cr):
    """Give what PostgreSQL is asked a limit of time."""
    cr.execute("SELECT current_setting('statement_timeout')")
    [before] = cr.fetchone()
    limit = "SELECT set_config('statement_timeout', %s, TRUE)"
    with cr.savepoint(flush=False):
        cr.execute(limit, [f"{MOST_SECONDS}s"])
        cr.execute("SET LOCAL jit = off")  # compiling costs more than it gains
        yield
        cr.execute(limit, [before])


class CampaignAudienceFigures(models.AbstractModel):
    """Shows whom a segment, a mailing or a campaign would reach now."""

    _name = "campaign.audience.figures"
    _description = "Whom a Mail Would Reach"

    audience_matched = fields.Integer(
        "Found",
        compute="_compute_audience",
        groups=VIEWER,
        help="Records that are chosen and not left out.",
    )
    audience_count = fields.Integer(
        "Would Get It",
        compute="_compute_audience",
        groups=VIEWER,
        help="People who would get a mail if it were sent now: each address once, "
        "without those who unsubscribed, are blacklisted or cannot be mailed.",
    )
    audience = fields.Json(
        compute="_compute_audience",
        groups=AUTHOR,
        help="Both numbers, why the others would get none, and some who would.",
    )

    @api.depends(lambda self: self._audience_fields())
    def _compute_audience(self):
        for record in self:
            found = record._audience_figures() if record._has_audience() else {}
            record.audience = found or False
            record.audience_matched = found.get("matched", 0)
            record.audience_count = found.get("mailed", 0)

    @api.model
    def _audience_fields(self):
        """Return the fields on which the audience depends."""
        return ()

    def _has_audience(self):
        """Return whether there is something to look at, for whoever looks."""
        return True

    def _audience_to_count(self):
        """Return a :class:`Audience`."""
        raise NotImplementedError

    def _audience_figures(self):
        """Return what the field ``audience`` holds.

        Who sees figures only gets them of what is saved: the records are not theirs to
        search.
        """
        self.ensure_one()
        is_author = self.env.user.has_group(AUTHOR)
        # sudo: see above
        record = self if is_author or self.env.su else self._origin.sudo()
        if not record:
            return {}
        try:
            audience = record._audience_to_count()
            counts, some = audience.count()
        except UserError as error:
            return {"error": str(error)}
        except psycopg2.Error as error:
            too_long = error.pgcode == QUERY_CANCELED
            return {"error": self._too_long() if too_long else self._not_countable()}
        found = {"matched": sum(counts.values()), "mailed": counts.pop(None, 0)}
        if is_author:
            names = self._sample_names(
                audience, [record_id for record_id, _email in some]
            )
            found["reasons"] = [
                [self._failure_in_words(failure), number]
                for failure, number in sorted(counts.items())
            ]
            found["sample"] = [[names[record_id], email] for record_id, email in some]
        return found

    def _sample_names(self, audience, ids):
        """Return the names of records, as far as the user may read them."""
        records = self.env[audience.model_name].browse(ids)
        readable = records._filtered_access("read")
        return dict.fromkeys(ids, "") | {one.id: one.display_name for one in readable}

    def _failure_in_words(self, failure):
        selection = self.env["mailing.trace"]._fields["failure_type"]
        return dict(selection._description_selection(self.env))[failure]

    def _too_long(self):
        return self.env._(
            "Counting takes too long to be done here. Sending is not affected."
        )

    def _not_countable(self):
        return self.env._("The filter does not work. Make it again.")

    def action_view_audience(self):
        """Open some of those who are found."""
        self.ensure_one()
        audience = self._audience_to_count()
        found = self.env[audience.model_name].search(audience.domain, limit=SHOWN)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recipients")
            if len(found) < SHOWN
            else self.env._("Recipients (the first %s)", SHOWN),
            "res_model": audience.model_name,
            "view_mode": "list,form",
            "domain": [("id", "in", found.ids)],
        }


class CampaignAudienceMixin(models.AbstractModel):
    _name = "campaign.audience.mixin"
    _inherit = ["campaign.audience.mixin", "campaign.audience.figures"]

    @api.model
    def _audience_fields(self):
        return (
            "mailing_model_id",
            "mailing_domain",
            "contact_list_ids",
            "segment_ids",
            "excluded_segment_ids",
            "excluded_list_ids",
        )


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    @api.model
    def _audience_fields(self):
        return (*super()._audience_fields(), "state")

    def _has_audience(self):
        if self.state not in ("draft", "approval", "scheduled"):
            return False
        chosen = self.contact_list_ids or self.segment_ids
        return bool(chosen if self.mailing_on_mailing_list else self.mailing_model_id)

    def _audience_to_count(self):
        """Judge as for a mail that says nothing else than its campaign."""
        mailing = self.env["mailing.mailing"].new(self._values_for_mails())
        return mailing._audience_to_count()


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    @api.model
    def _audience_fields(self):
        return (*super()._audience_fields(), "use_exclusion_list", "state")

    def _has_audience(self):
        return self.state in ("draft", "in_queue") and self.mailing_type == "mail"

    def _audience_to_count(self):
        return Audience(self, self._get_recipients_domain())


class CampaignSegment(models.Model):
    _name = "campaign.segment"
    _inherit = ["campaign.segment", "campaign.audience.figures"]

    @api.model
    def _audience_fields(self):
        return (
            "mailing_model_id",
            "company_id",
            "domain",
            "match",
            "condition_ids.summary",  # depends on all that a condition says
        )

    def _has_audience(self):
        return bool(self.mailing_model_id)

    def _audience_to_count(self):
        """Judge as for a mailing to this segment alone."""
        defaults = self._mailing_defaults()
        mailing = self.env["mailing.mailing"].new(
            {"mailing_model_id": defaults["default_mailing_model_id"]}
        )
        mailing.segment_ids = self
        return Audience(mailing, self._audience_domain())

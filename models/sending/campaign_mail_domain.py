"""Sending: what is known about the domains of addresses, and how it is found out."""

import time

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, str2bool

from .domain_lookup import ADDRESS_DOMAIN, DomainLookup

RUN_SECONDS = 8  # of the job; then Odoo's other jobs have their turn


class CampaignMailDomain(models.Model):
    """A domain of addresses, and who runs its mail servers. A cache.

    ============  ================================================================
    state         meaning
    ============  ================================================================
    ``pending``   to be looked up
    ``resolved``  known by name, or by the look-up of its mail server
    ``no_mx``     gets no mail: no mail server and no address, or a null MX (RFC 7505)
    ``failed``    no usable answer; it counts as *Other providers* until the next try
    ============  ================================================================

    Planning reads it; the job :meth:`_cron_resolve` alone fills it. An answer that has
    expired serves on until it is renewed: sending does not wait for that.
    """

    _name = "campaign.mail.domain"
    _description = "Address Domain"
    _order = "name"
    _log_access = False

    name = fields.Char("Domain", required=True, readonly=True)
    provider_group_id = fields.Many2one(
        "campaign.provider.group", "Provider", readonly=True, ondelete="set null"
    )
    mx_host = fields.Char("Mail Server", readonly=True)
    mx_suffix = fields.Char(
        "Server's Domain", readonly=True, help="Whom the mail server belongs to."
    )
    state = fields.Selection(
        [
            ("pending", "To be looked up"),
            ("resolved", "Known"),
            ("no_mx", "Gets no mail"),
            ("failed", "No answer"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    failure_count = fields.Integer(readonly=True, aggregator=None, default=0)
    checked_at = fields.Datetime("Looked Up", readonly=True)
    expires_at = fields.Datetime("Valid Until", readonly=True)

    _name_uniq = models.UniqueIndex("(name)")
    _group_idx = models.Index("(provider_group_id)")
    _suffix_idx = models.Index("(mx_suffix) WHERE mx_suffix IS NOT NULL")
    _due_idx = models.Index("(expires_at) WHERE expires_at IS NOT NULL")
    _pending_idx = models.Index("(id) WHERE state = 'pending'")

    # ------------------------------------------------------------
    # For planning
    # ------------------------------------------------------------

    @api.model
    def _looks_up(self):
        """Return whether the DNS may be asked (a setting)."""
        # sudo: the choice is the administrators', everybody follows it.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters_sudo.get_param("campaign_desk.resolve_mx", "True"))

    @api.model
    def _known_group(self):
        """Return SQL for the provider of the address in ``email``, or NULL.

        It is a scalar sub-query so that PostgreSQL looks domains up in the index, and
        does not hash the whole cache for each chunk of a plan.
        """
        known = SQL(
            "(SELECT provider_group_id FROM campaign_mail_domain WHERE name = %s)",
            ADDRESS_DOMAIN,
        )
        if self._looks_up():
            return known
        return SQL("COALESCE(%s, %s)", known, self._other_group_id())

    @api.model
    def _wake_resolver(self):
        """Have the job that looks up domains start within seconds."""
        job = self.env.ref("campaign_desk.ir_cron_resolve", raise_if_not_found=False)
        if job:
            job._trigger()

    @api.model
    def _other_group_id(self):
        return self.env["campaign.provider.group"]._other().id

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_look_up_again(self):
        """Have these domains looked up anew; until then what is known stays."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._("Only administrators have domains looked up again.")
            )
        # sudo: nobody may write what the look-up finds; asking for one is no harm.
        self.sudo().write({"state": "pending", "failure_count": 0})
        self._wake_resolver()
        return True

    # ------------------------------------------------------------
    # The groups change
    # ------------------------------------------------------------

    @api.model
    def _regroup(self):
        """Sort the known domains into the groups as they are now.

        Deliveries that are planned already keep their provider.
        """
        self.env.flush_all()
        groups = self.env["campaign.provider.group"]
        by_name = groups._by_domain()
        self._add_known(by_name)
        rows = self._known_domains()
        other = self.env.ref(
            "campaign_desk.provider_group_other", raise_if_not_found=False
        )
        if not rows or not other:  # comes or goes with the add-on
            return
        find = groups._by_suffix().find
        changes = []
        for row_id, name, host, state, group_id in rows:
            if name in by_name:
                now = ("resolved", by_name[name])
            elif host:
                now = (state, find(host) or other.id)
            elif state == "resolved":  # was known by name
                now = ("pending", None)
            else:
                now = (state, None if state == "pending" else other.id)
            if now != (state, group_id):
                changes.append((row_id, *now))
        self._write_groups(changes)
        self.invalidate_model()

    def _add_known(self, by_name):
        """Enter the domains that groups name: these need no look-up."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_mail_domain
                       (name, state, provider_group_id, failure_count)
                SELECT name, 'resolved', group_id, 0
                  FROM unnest(%s::varchar[], %s::integer[]) AS known(name, group_id)
                    ON CONFLICT (name) DO NOTHING
                """,
                list(by_name),
                list(by_name.values()),
            )
        )

    def _known_domains(self):
        return self.env.execute_query(
            SQL(
                """
                SELECT id, name, mx_host, state, provider_group_id
                  FROM campaign_mail_domain
                """
            )
        )

    def _write_groups(self, changes):
        """Write rows of id, state and provider's id."""
        ids, states, group_ids = zip(*changes, strict=True) if changes else [()] * 3
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_mail_domain domain
                   SET state = change.state, provider_group_id = change.group_id
                  FROM unnest(%s::integer[], %s::varchar[], %s::integer[])
                       AS change(id, state, group_id)
                 WHERE domain.id = change.id
                """,
                list(ids),
                list(states),
                list(group_ids),
            )
        )

    # ------------------------------------------------------------
    # The job
    # ------------------------------------------------------------

    @api.model
    def _cron_resolve(self):
        """Find the providers that deliveries wait for, then renew what has expired."""
        self.env.flush_all()
        lookup = DomainLookup(self.env, time.monotonic() + RUN_SECONDS)
        if not lookup.run(may_ask=self._looks_up()):
            self._wake_resolver()  # goes on in a moment
        self.invalidate_model()
        self.env["mailing.trace"].invalidate_model(["provider_group_id"])

    @api.model
    def _name_servers(self):
        """Return which servers are asked, as :func:`look_up` has it: the system's."""
        return {}

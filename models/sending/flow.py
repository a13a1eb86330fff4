"""Sending: what a lane takes its batches from, and under which limits.

A *flow* is what a mailing has to send to one mailbox provider. Flows are taken in turn,
so that a provider that wants to be served slowly holds up nobody else.
"""

from dataclasses import dataclass, field

from odoo.tools import SQL

from ...tools import pacing

# After so many mails a connection is renewed where no rule says otherwise.
MAILS_PER_CONNECTION = 500


@dataclass(frozen=True, slots=True)
class Flow:
    """Deliveries of one mailing to one mailbox provider."""

    mailing_id: int
    campaign_id: int | None
    provider_group_id: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Which mails a rule counts: those of an account, a provider, a campaign."""

    provider_group_id: int | None
    campaign_id: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what limits an account may take mails of a flow."""

    account_id: int
    connections: int
    mails_per_connection: int
    # Rates and connections of all lanes, each with what it counts.
    limits: tuple[tuple[Scope, pacing.Limit], ...] = ()
    shared_connections: tuple[tuple[Scope, int], ...] = ()

    @property
    def is_free(self):
        """Whether nothing has to be counted."""
        return not self.limits and not self.shared_connections


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lane got of a flow: a lease with rows, or how long to wait."""

    lease_id: int | None = None
    rows: list = field(default_factory=list)
    connections: int = 1
    wait: float = 0
    # The wait is for a server that does not answer; or, with rows, it did not lately.
    is_down: bool = False
    was_down: bool = False


class PacingBook:
    """The pacing rules, read once for a run of a lane."""

    def __init__(self, env):
        # sudo: rules are the administrators' records and hold for every mailing.
        self._rules_sudo = env["campaign.pacing.rule"].sudo().search([])
        self._terms = {}

    def terms(self, account, flow):
        """Return the :class:`Terms` of an account for a flow."""
        key = account.id, flow.provider_group_id, flow.campaign_id
        if key not in self._terms:
            self._terms[key] = self._find_terms(account, flow)
        return self._terms[key]

    def _find_terms(self, account, flow):
        limits, shared, per_connection = [], [], [MAILS_PER_CONNECTION]
        for rule in self._rules_sudo:
            if not self._holds(rule, account, flow):
                continue
            by_provider = rule.provider_group_id or rule.each_provider
            scope = Scope(
                flow.provider_group_id if by_provider else None,
                rule.campaign_id.id or None,
            )
            limits += [(scope, limit) for limit in rule._limits()]
            if account.is_relay and by_provider:
                continue  # its connections are to a server of ours
            if rule.connections:
                shared.append((scope, rule.connections))
            if rule.mails_per_connection:
                per_connection.append(rule.mails_per_connection)
        limits += [
            (Scope(group, None), limit) for group, limit in account._warmup_limits(flow)
        ]
        return Terms(
            account.id,
            account.connections,
            min(per_connection),
            tuple(limits),
            tuple(shared),
        )

    @staticmethod
    def _holds(rule, account, flow):
        return (
            rule.account_id.id in (False, account.id)
            and rule.provider_group_id.id in (False, flow.provider_group_id)
            and rule.campaign_id.id in (False, flow.campaign_id)
        )


def counted(scope, table):
    """Return SQL: a row of batches or leases belongs to what a rule counts."""
    conditions = [SQL("TRUE")]
    for name in ("provider_group_id", "campaign_id"):
        if value := getattr(scope, name):
            conditions.append(SQL("%s = %s", SQL.identifier(table, name), value))
    return SQL(" AND ").join(conditions)

"""Sending: over which account a flow leaves, and what a lane tells accounts."""

import random
from dataclasses import dataclass

from odoo.tools import email_normalize

from .flow import PacingBook, Terms


@dataclass(frozen=True, slots=True)
class Way:
    """An account as a lane sees it for one flow.

    ``fixed_server_id`` is the mail server to use, 0 where Odoo chooses it by the
    sender; ``server_id`` is the one that this comes to, as far as it is known
    beforehand.
    """

    account_id: int
    provider_group_id: int
    fixed_server_id: int
    server_id: int
    test_address: str
    fit: int
    weight: int
    terms: Terms
    copies: int = 0  # that leave with each mail

    @property
    def mails_per_connection(self):
        """After how many mails a connection is renewed."""
        return self.terms.mails_per_connection


class AccountChoice:
    """Chooses accounts for flows; what it has read holds for one run of a lane."""

    def __init__(self, env):
        self._env = env
        # sudo: accounts and rules are the administrators' records, and a lane sends for
        # everybody.
        self._accounts_sudo = env["campaign.sending.account"].sudo()
        self._book = PacingBook(env)
        self._ways = {}

    def find_ways(self, flows):
        """Read for all ``flows`` at once what :meth:`ways` needs.

        A lane commits after every batch, and then the ORM reads all accounts again.
        """
        for flow in flows:
            self.ways(flow)

    def ways(self, flow):
        """Return the :class:`Way` of each account that may take a flow, in order.

        Those that fit equally stand in an order drawn by weight, anew at every call.
        """
        if flow not in self._ways:
            mailing = self._env["mailing.mailing"].browse(flow.mailing_id)
            self._ways[flow] = self._find_ways(mailing, flow)
        return sorted(
            self._ways[flow],
            key=lambda way: (way.fit, random.random() ** (1 / way.weight)),
            reverse=True,
        )

    def _find_ways(self, mailing, flow):
        return [
            Way(
                account_id=account.id,
                provider_group_id=flow.provider_group_id,
                fixed_server_id=(account.mail_server_id or mailing.mail_server_id).id
                or 0,
                server_id=account._server(mailing).id or 0,
                test_address=email_normalize(account.test_address) or "",
                fit=fit,
                weight=account.weight,
                terms=self._book.terms(account, flow),
                copies=mailing._copies_of_each(),
            )
            for account, fit in self._accounts_sudo._candidates(
                mailing, flow.provider_group_id
            )
        ]

    def explain(self, mailing):
        """Say why no account takes a mailing."""
        companies = [False, mailing.company_id.id]
        stopped = self._accounts_sudo.search(
            [("stopped_reason", "!=", False), ("company_id", "in", companies)]
        )
        if stopped:
            return self._env._(
                "No sending account can take this mailing. %(name)s has stopped: "
                "%(reason)s",
                name=stopped[0].name,
                reason=stopped[0].stopped_reason,
            )
        return self._env._(
            "No sending account is meant for this mailing. Look at the sender domains, "
            "campaigns, providers and servers of the accounts under Configuration."
        )

    # ------------------------------------------------------------
    # What a lane has learned
    # ------------------------------------------------------------

    def rest(self, way, server_id, reason):
        """Leave a server that does not answer alone for a while."""
        self._accounts_sudo.browse(way.account_id)._rest(server_id, reason)

    def note_recovery(self, way):
        """Forget that a server did not answer: it does again."""
        self._accounts_sudo.browse(way.account_id)._forget_rests()

    def stop(self, way, reason):
        """Stop an account until a person has looked at it.

        :return: False for an account without a server of its own, which goes on.
        """
        account_sudo = self._accounts_sudo.browse(way.account_id)
        if not account_sudo.mail_server_id:
            return False
        account_sudo._stop(reason)
        self._ways.clear()
        return True

    def advice(self, way, words):
        """Return the rule for an answer that wants us to slow down, and the answer."""
        rules_sudo = self._env["campaign.answer.rule"].sudo()  # as accounts
        group = self._env["campaign.provider.group"].browse(way.provider_group_id)
        rule_sudo = rules_sudo._match(group, words)
        return (rule_sudo, words) if rule_sudo else None

    def obey(self, way, advice):
        """Slow down or rest, with this provider over this account alone."""
        rule_sudo, words = advice
        paces_sudo = self._env["campaign.sending.pace"].sudo()  # as accounts
        paces_sudo._obey(way.account_id, way.provider_group_id, rule_sudo, words)

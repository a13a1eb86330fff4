"""Tracking: how it is known that a person agreed, or does not agree any more."""

from dataclasses import dataclass
from datetime import datetime

from odoo.http import request

from ...tools import visits

# A person did it about their own address.
OWN_ACTS = ("form", "one_click", "reply", "complaint")
# Odoo's pages on which people change their own subscriptions.
_ODOOS_PAGES = ("/mailing/", "/website_mass_mailing/")
_API = ("/json/2/", "/xmlrpc/", "/jsonrpc")
_CONTEXT = "campaign_evidence"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept as proof beside a change.

    :param source: one of the sources of ``campaign.consent``.
    :param text: what the person was shown, or what a user says about their consent.
    :param requested_at: when they asked for what they confirmed now.
    """

    source: str
    text: str = ""
    page: str = ""
    address_prefix: str = ""
    company_id: int | None = None
    trace_id: int | None = None
    mailing_id: int | None = None
    requested_at: datetime | None = None

    @property
    def is_own_act(self):
        """Whether the owner of the address did it."""
        return self.source in OWN_ACTS

    @property
    def is_consent(self):
        """Whether it is enough to mail somebody again who wanted no more mails."""
        is_stated = self.source in ("person", "api") and self.text.strip()
        return bool(self.is_own_act or is_stated)


def with_evidence(records, evidence):
    """Return records whose changes are proved by ``evidence``.

    It cannot come from outside: what a client puts into the context is never an
    :class:`Evidence`.
    """
    return records.with_context(**{_CONTEXT: evidence})


def evidence_of(env):
    """Return the :class:`Evidence` for what is changed now."""
    evidence = env.context.get(_CONTEXT)
    if isinstance(evidence, Evidence):
        return evidence
    asks = request.httprequest if request else None
    if asks and asks.path.startswith(_ODOOS_PAGES):
        return Evidence(
            "one_click" if asks.path.endswith("_oneclick") else "form",
            page=asks.path,
            address_prefix=visits.address_prefix(asks.remote_addr),
        )
    user = env.user
    if env.uid == 1 or user._is_public():
        return Evidence("system")
    return Evidence("api" if asks and asks.path.startswith(_API) else "person")

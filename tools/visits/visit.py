"""Tracking: what is known of a visit, and what is made of it."""

import ipaddress
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

# What was asked for.
OPEN = "open"  # the pixel
CLICK = "click"  # a link of the mail
DECOY = "decoy"  # the link that nobody can see
VIEW = "view"  # the mail in the browser
KINDS = (OPEN, CLICK, DECOY, VIEW)

# By whom.
HUMAN = "human"
MACHINE = "machine"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a tracked address.

    :param ref: what the caller knows it by.
    :param delivery: what the caller knows the recipient's mail by.
    :param domain: the domain of the recipient's address.
    :param at: Unix time in seconds.
    :param since_delivery: seconds since a mail server took the mail; below 0 while it
        was still deciding, None when nobody knows.
    :param headers: of the request, by their names in lower case: those that tell.
    :param is_internal: it came from the sender's own people or networks.
    """

    ref: Hashable
    kind: str
    delivery: Hashable
    at: float
    link: Hashable = None
    domain: str = ""
    address: str = ""
    agent: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    since_delivery: float | None = None
    is_internal: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the name of the rule that gave it."""

    verdict: str
    rule: str


def address_prefix(address: str | None) -> str:
    """Return the network of an IP address as far as it may be kept: /24 or /48.

    >>> address_prefix("203.0.113.77"), address_prefix("2001:db8:1:2::3")
    ('203.0.113.0/24', '2001:db8:1::/48')
    >>> address_prefix("nonsense")
    ''
    """
    try:
        host = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if host.version == 6 and host.ipv4_mapped:
        host = host.ipv4_mapped
    bits = 24 if host.version == 4 else 48
    return str(ipaddress.ip_network((host, bits), strict=False))

"""Sending: who takes the mail of a domain, asked of the DNS.

A domain's mail goes to the most preferred host of its MX records; a domain that has
none but an address takes mail itself (RFC 5321 §5.1); one that has a null MX takes none
(RFC 7505). Who runs a host is told by the end of its name.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
import idna

RESOLVED = "resolved"
NO_MAIL = "no_mail"
FAILED = "failed"  # name servers answered, but not with anything useful
UNANSWERED = "unanswered"  # nothing came back

# How many domains are asked about at the same time, and how long for each at the most.
WIDTH = 100
PATIENCE_SECONDS = 4.0

# Names that lead nowhere (RFC 2606, RFC 6761): the DNS is not troubled with them.
_RESERVED = frozenset(("example", "invalid", "localhost", "test"))
_RESERVED_SECOND = frozenset(("example.com", "example.net", "example.org"))

# Second-level names under which country registries let domains begin.
_REGISTRY_LABELS = frozenset(
    ("ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "nom", "or", "org")
)


@dataclass(frozen=True, slots=True)
class MailExchange:
    """What the DNS says about a domain; ``host`` is set when it is ``RESOLVED``."""

    state: str
    host: str = ""


# ------------------------------------------------------------
# Names
# ------------------------------------------------------------


def read_names(text: str | None) -> list[str]:
    """Return the names that stand in ``text``, one a line, in one spelling.

    >>> read_names("Google.com\\n  *.GoogleMail.com.\\n")
    ['google.com', 'googlemail.com']
    """
    names = (line.strip().lower().strip(".") for line in (text or "").splitlines())
    return [name.removeprefix("*.") for name in names if name]


def registrable(host: str) -> str:
    """Return the part of a host's name that somebody has registered.

    A rule of thumb that needs no list: two labels, or three under a country's
    ``co``, ``com`` and the like.

    >>> registrable("mx1.mail.example.com")
    'example.com'
    >>> registrable("mx.example.co.uk")
    'example.co.uk'
    """
    labels = host.split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2
    length = 3 if country and labels[-2] in _REGISTRY_LABELS else 2
    return ".".join(labels[-length:])


def is_reserved(domain: str) -> bool:
    """Tell whether a name is reserved for examples and tests.

    >>> is_reserved("news.example.com"), is_reserved("example.de")
    (True, False)
    """
    labels = domain.split(".")
    return labels[-1] in _RESERVED or ".".join(labels[-2:]) in _RESERVED_SECOND


class SuffixTable:
    """Finds the entry whose suffix a host's name ends with.

    Labels are whole, ``*`` is any one label. The longest suffix wins; of two that are
    the same, the one that was added first.

    >>> table = SuffixTable()
    >>> table.add("mimecast.*", "M")
    >>> table.find("eu-smtp-inbound-1.mimecast.com"), table.find("notmimecast.com")
    ('M', None)
    """

    def __init__(self):
        self._exact = {}
        self._patterns = {}

    def add(self, suffix: str, value) -> None:
        """Give hosts under ``suffix`` a value, unless they have one."""
        labels = tuple(suffix.split("."))
        entries = self._patterns if "*" in labels else self._exact
        entries.setdefault(labels, value)

    def __contains__(self, suffix: str) -> bool:
        labels = tuple(suffix.split("."))
        return labels in self._exact or labels in self._patterns

    def find(self, host: str):
        """Return the value of the longest suffix of ``host``, or None."""
        labels = tuple(host.split("."))
        for start in range(len(labels)):
            rest = labels[start:]
            if rest in self._exact:
                return self._exact[rest]
            for pattern, value in self._patterns.items():
                if _fits(pattern, rest):
                    return value
        return None


def _fits(pattern: Sequence[str], labels: Sequence[str]) -> bool:
    return len(pattern) == len(labels) and all(
        wanted in ("*", label) for wanted, label in zip(pattern, labels, strict=True)
    )


# ------------------------------------------------------------
# Asking
# ------------------------------------------------------------


def look_up(
    domains: Iterable[str],
    *,
    seconds: float,
    servers: Sequence[str] | None = None,
    port: int = 53,
) -> dict[str, MailExchange]:
    """Return what the DNS says about these domains, as many as there is time for.

    :param seconds: the time for all of them together. Domains whose turn has not come
        by then are missing from the answer. Nobody is asked any more when the name
        servers have let the first ones wait in vain.
    :param servers: the addresses of name servers; by default the system's.
    """
    domains = list(domains)
    resolver = _resolver(servers, port)
    if resolver is None:
        return {domain: MailExchange(UNANSWERED) for domain in domains}
    resolver.lifetime = min(PATIENCE_SECONDS, 0.8 * seconds)
    return asyncio.run(_look_up_all(resolver, domains, seconds))


def is_anybody_there(
    *, seconds: float, servers: Sequence[str] | None = None, port: int = 53
) -> bool:
    """Tell whether a name server says anything at all, of the root that each knows."""
    resolver = _resolver(servers, port)
    if resolver is None:
        return False
    resolver.lifetime = seconds
    root = asyncio.run(_look_up_one(resolver, "."))
    return root.state != UNANSWERED


def _resolver(servers, port):
    """Return a resolver, or None when the system names no servers."""
    try:
        resolver = dns.asyncresolver.Resolver(configure=servers is None)
    except (dns.resolver.NoResolverConfiguration, OSError):
        return None
    if servers is not None:
        resolver.nameservers = list(servers)
        resolver.port = port
    return resolver


async def _look_up_all(resolver, domains, seconds):
    """Look domains up side by side until all is done or the time is over."""
    found = {}
    waiting = iter(domains)

    async def work():
        for domain in waiting:
            found[domain] = await _look_up_one(resolver, domain)
            if found[domain].state == UNANSWERED and not any(
                answer.state != UNANSWERED for answer in found.values()
            ):
                return

    workers = [asyncio.create_task(work()) for _ in range(min(WIDTH, len(domains)))]
    if workers:
        _done, late = await asyncio.wait(workers, timeout=seconds)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return found


async def _look_up_one(resolver, domain):
    """Return what the DNS says about one domain."""
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain).decode()
        name = dns.name.from_text(ascii_domain)
    except (dns.exception.DNSException, UnicodeError):
        return MailExchange(NO_MAIL)  # no name that the DNS could hold
    try:
        records = await _ask(resolver, name, "MX")
        if records is not None:
            best = min(records, key=lambda record: (record.preference, record.exchange))
            if best.exchange == dns.name.root:
                return MailExchange(NO_MAIL)
            host = best.exchange.to_text(omit_final_dot=True).lower()
            return MailExchange(RESOLVED, host)
        for kind in ("A", "AAAA"):
            if await _ask(resolver, name, kind) is not None:
                host = name.to_text(omit_final_dot=True).lower()
                return MailExchange(RESOLVED, host)
    except dns.resolver.NXDOMAIN:
        return MailExchange(NO_MAIL)
    except dns.resolver.NoNameservers as error:
        refused = any(entry[4] is not None for entry in error.kwargs["errors"])
        return MailExchange(FAILED if refused else UNANSWERED)
    except (dns.exception.Timeout, OSError):
        return MailExchange(UNANSWERED)
    except dns.exception.DNSException:
        return MailExchange(FAILED)
    return MailExchange(NO_MAIL)


async def _ask(resolver, name, kind):
    """Return the records of one kind, or None when there are none."""
    try:
        return list(await resolver.resolve(name, kind, search=False))
    except dns.resolver.NoAnswer:
        return None

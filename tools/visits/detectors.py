"""Tracking: the rules by which a visit is a person's or a machine's.

A detector takes a visit and what happened around it and returns a judgement, or None
when it cannot tell. :data:`DETECTORS` is their order: certain knowledge first, what
machines alone are able to do, then whom we know.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from . import signatures
from .visit import (
    CLICK,
    DECOY,
    HUMAN,
    MACHINE,
    OPEN,
    UNKNOWN,
    Judgement,
    Visit,
    address_prefix,
)

# Nobody follows so many different links of one mail in so many seconds.
LINK_BURSTS = ((3, 3.0), (2, 0.5))
# Nor do so many people of one company, at one machine, just after they got the mail.
DOMAIN_BURST = (6, 10.0)
DOMAIN_BURST_AGE = 60.0
# Whoever follows the hidden link is a machine, and so are its visits around it.
DECOY_SECONDS = 5.0
# So long the same program at the same address is the same visitor.
VISITOR_SECONDS = 120.0
# Nobody reads so fast, without or with the pictures.
TOO_EARLY_SECONDS = 2.0
TOO_EARLY_WITH_PIXEL_SECONDS = 1.0
# The same link again from elsewhere, so soon: a scanner looks where a person went.
ECHO_SECONDS = 30.0

_PREFETCH_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_AHEAD = ("prefetch", "prerender", "preview", "instant")


class Scene:
    """Visits side by side: what only shows when one looks at several of them."""

    def __init__(self, visits: Iterable[Visit]):
        by_delivery = defaultdict(list)
        by_machine = defaultdict(list)
        for visit in sorted(visits, key=lambda visit: visit.at):
            if visit.delivery is not None:
                by_delivery[visit.delivery].append(visit)
            if visit.domain and visit.address and visit.agent and _is_early(visit):
                machine = visit.domain, visit.address, visit.agent
                by_machine[machine].append(visit)
        self._of_delivery = by_delivery
        self.in_link_burst = set()
        self.near_decoy = set()
        self.echoes = set()
        for of_one in by_delivery.values():
            self._look_at_delivery(of_one)
        least, seconds = DOMAIN_BURST
        self.in_domain_burst = {
            visit.ref
            for of_one in by_machine.values()
            for visit in _bursts(of_one, least, seconds, lambda one: one.delivery)
        }

    def _look_at_delivery(self, visits: Sequence[Visit]) -> None:
        clicks = [visit for visit in visits if visit.kind in (CLICK, DECOY)]
        if len(clicks) > 1:
            for least, seconds in LINK_BURSTS:
                burst = list(_bursts(clicks, least, seconds, lambda one: one.link))
                self.in_link_burst.update(visit.ref for visit in burst)
                self.in_link_burst.update(_pixels_of(burst[:1], visits))
            self.echoes.update(visit.ref for visit in _echoes(clicks))
        for decoy in (visit for visit in clicks if visit.kind == DECOY):
            self.near_decoy.update(
                visit.ref for visit in visits if _shares_decoy(visit, decoy)
            )

    def opened_before(self, visit: Visit) -> bool:
        """Return whether the pictures of the mail were fetched before this visit."""
        return any(
            other.kind == OPEN and other.at <= visit.at
            for other in self._of_delivery.get(visit.delivery, ())
        )


def _is_early(visit: Visit) -> bool:
    return (
        visit.kind != OPEN
        and visit.since_delivery is not None
        and visit.since_delivery <= DOMAIN_BURST_AGE
    )


def _bursts(
    visits: Sequence[Visit],
    least: int,
    seconds: float,
    what: Callable[[Visit], Hashable],
) -> Iterator[Visit]:
    """Yield the visits of each stretch of time that has at least so many different."""
    counts = defaultdict(int)
    first = told = 0
    for last, visit in enumerate(visits):
        counts[what(visit)] += 1
        while visit.at - visits[first].at > seconds:
            gone = what(visits[first])
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
            first += 1
        if len(counts) >= least:
            yield from visits[max(first, told) : last + 1]
            told = last + 1


def _echoes(clicks: Sequence[Visit]) -> Iterator[Visit]:
    """Yield visits to a link that others on another network were just led to."""
    for index, visit in enumerate(clicks):
        for earlier in reversed(clicks[:index]):
            if visit.at - earlier.at > ECHO_SECONDS:
                break
            if (
                earlier.link == visit.link
                and earlier.method == "GET"
                and earlier.agent != visit.agent
                and address_prefix(earlier.address) != address_prefix(visit.address)
                and signatures.is_readers(earlier.agent)
                and not signatures.network_owner(earlier.address)
            ):
                yield visit
                break


def _pixels_of(visitor: Sequence[Visit], visits: Sequence[Visit]) -> Iterator[Hashable]:
    """Yield the visits to the pixel by whoever made one of the ``visitor``'s visits."""
    for one in visitor:
        for visit in visits:
            if visit.kind == OPEN and _same_visitor(visit, one):
                yield visit.ref


def _same_visitor(visit: Visit, other: Visit) -> bool:
    return (
        visit.address == other.address
        and visit.agent == other.agent
        and abs(visit.at - other.at) <= VISITOR_SECONDS
    )


def _shares_decoy(visit: Visit, decoy: Visit) -> bool:
    is_close = abs(visit.at - decoy.at) <= DECOY_SECONDS
    return is_close or _same_visitor(visit, decoy)


# ------------------------------------------------------------
# Certain
# ------------------------------------------------------------


def not_a_get(visit: Visit, _scene: Scene) -> Judgement | None:
    """Browsers ask for a page with GET; who asks for its head only reads nothing."""
    return Judgement(MACHINE, "head") if visit.method != "GET" else None


def prefetch(visit: Visit, _scene: Scene) -> Judgement | None:
    """The browser says that it fetches ahead of its user."""
    for name in _PREFETCH_HEADERS:
        if any(word in visit.headers.get(name, "").lower() for word in _AHEAD):
            return Judgement(MACHINE, "prefetch")
    return None


def decoy(visit: Visit, scene: Scene) -> Judgement | None:
    """It followed the link that nobody sees, or came together with who did."""
    if visit.kind == DECOY or visit.ref in scene.near_decoy:
        return Judgement(MACHINE, "decoy")
    return None


def internal(visit: Visit, _scene: Scene) -> Judgement | None:
    """The sender's own people look at the mail; that tells nothing of the recipient."""
    return Judgement(UNKNOWN, "internal") if visit.is_internal else None


# ------------------------------------------------------------
# By name
# ------------------------------------------------------------


def known_program(visit: Visit, _scene: Scene) -> Judgement | None:
    """The user agent is a crawler's, a scanner's or a library's."""
    if visit.kind == OPEN and signatures.image_proxy(visit.agent):
        return None  # named like a machine, but somebody may be behind it
    is_known = signatures.is_program(visit.agent)
    return Judgement(MACHINE, "known_program") if is_known else None


def known_network(visit: Visit, _scene: Scene) -> Judgement | None:
    """It came from the network of somebody who protects mailboxes."""
    owner = signatures.network_owner(visit.address)
    if not owner or (owner == "apple" and visit.kind == OPEN):
        return None
    return Judgement(MACHINE, "known_network")


def no_agent(visit: Visit, _scene: Scene) -> Judgement | None:
    """Browsers and mail programs say who they are."""
    return None if visit.agent.strip() else Judgement(MACHINE, "no_agent")


# ------------------------------------------------------------
# By what it does
# ------------------------------------------------------------


def link_burst(visit: Visit, scene: Scene) -> Judgement | None:
    """Different links of one mail at once: a machine tries them all."""
    is_burst = visit.ref in scene.in_link_burst
    return Judgement(MACHINE, "link_burst") if is_burst else None


def domain_burst(visit: Visit, scene: Scene) -> Judgement | None:
    """The mails of many people at one company, at once, by the same machine."""
    is_burst = visit.ref in scene.in_domain_burst
    return Judgement(MACHINE, "domain_burst") if is_burst else None


def too_early(visit: Visit, scene: Scene) -> Judgement | None:
    """Before the mail was delivered, or before anybody could have read it."""
    age = visit.since_delivery
    if age is None:
        return None
    if age < 0:
        return Judgement(MACHINE, "too_early")
    if visit.kind == OPEN or age >= TOO_EARLY_SECONDS:
        return None
    if age < TOO_EARLY_WITH_PIXEL_SECONDS or not scene.opened_before(visit):
        return Judgement(MACHINE, "too_early")
    return None


def echo(visit: Visit, scene: Scene) -> Judgement | None:
    """The same link, seconds later, by somebody else: one of the two is a machine."""
    return Judgement(UNKNOWN, "echo") if visit.ref in scene.echoes else None


# ------------------------------------------------------------
# Who is left
# ------------------------------------------------------------


def image_proxy(visit: Visit, _scene: Scene) -> Judgement | None:
    """Pictures fetched by the mailbox provider, whether or not anybody looks."""
    rule = signatures.image_proxy(visit.agent)
    return Judgement(UNKNOWN, rule) if rule else None


def app(visit: Visit, _scene: Scene) -> Judgement | None:
    """A part of an app or of a system that also works while nobody looks."""
    is_app = signatures.is_app(visit.agent)
    return Judgement(UNKNOWN, "app") if is_app else None


def half_a_browser(visit: Visit, _scene: Scene) -> Judgement | None:
    """A link followed by what calls itself a browser, but speaks no language.

    All browsers say which languages their users read.
    """
    if visit.kind != OPEN and not visit.headers.get("accept-language"):
        return Judgement(UNKNOWN, "half_a_browser")
    return None


def reader(visit: Visit, _scene: Scene) -> Judgement | None:
    """A browser or a mail program, and nothing speaks against it."""
    is_readers = signatures.is_readers(visit.agent)
    return Judgement(HUMAN, "reader") if is_readers else None


DETECTORS = (
    not_a_get,
    prefetch,
    decoy,
    internal,
    known_program,
    known_network,
    no_agent,
    link_burst,
    domain_burst,
    too_early,
    image_proxy,
    app,
    half_a_browser,
    echo,
    reader,
)
NOBODY = Judgement(UNKNOWN, "unknown_agent")
# All names that a judgement's rule may have.
RULES = (
    "head",
    "prefetch",
    "decoy",
    "internal",
    "known_program",
    "known_network",
    "no_agent",
    "link_burst",
    "domain_burst",
    "too_early",
    "gmail_proxy",
    "yahoo_proxy",
    "outlook_proxy",
    "mail_proxy",
    "apple_privacy",
    "app",
    "half_a_browser",
    "echo",
    "reader",
    "unknown_agent",
)


def judge(visits: Iterable[Visit]) -> dict[Hashable, Judgement]:
    """Return the judgement on each visit, by its ``ref``.

    Visits that were judged before belong among them if they are of the same mails, or
    of the last minute: they are evidence, and may be judged differently now.
    """
    visits = list(visits)
    scene = Scene(visits)
    return {visit.ref: _first(visit, scene) for visit in visits}


def _first(visit: Visit, scene: Scene) -> Judgement:
    for detector in DETECTORS:
        if judgement := detector(visit, scene):
            return judgement
    return NOBODY

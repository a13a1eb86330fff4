"""Checking: the links of a mail."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote, urlsplit

from .finding import ERROR, INFO, OK, WARNING, Finding
from .page import Link, Page

# Words by which people know the way out of a list, in the addresses and the texts of
# links, without accents and in small letters.
_WAY_OUT = re.compile(
    r"unsubscribe|opt.?out|abmeld|abbestell|austrag|desabonn|desinscri|"
    r"dar(?:me|se|te)? de baja|cancelar (?:la |mi |su )?(?:suscripcion|inscripcion)|"
    r"mailing/my|disiscri|uitschrijven|afmeld",
    re.IGNORECASE,
)
_PAGES = ("http", "https")
_OTHER_WAYS = ("mailto", "tel", "sms", "webcal", "geo", "ftp", "ftps")
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+",
    re.IGNORECASE,
)
# Kept for documentation and tests (RFC 2606 §3): nobody's page is there.
_EXAMPLES = re.compile(
    r"(?:^|\.)(?:example\.(?:com|net|org)|(?:your|my|your-)?(?:company|domain|website)"
    r"(?:name)?\.(?:com|net|org))$",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"(?:^|\.)(?:localhost|local|localdomain|internal|lan|test|invalid)$", re.IGNORECASE
)


def check(page: Page, base_url: str) -> Iterator[Finding]:
    """Look at every link once.

    :param base_url: where the pages of the mail itself are (view, unsubscribe).
    """
    own = [link for link in page.links if is_under(link.href or "", base_url)]
    others = [link for link in page.links if link not in own]
    findings = [
        *_empty(page),
        *_of_kind("link_broken", WARNING, others, is_broken),
        *_of_kind("link_local", WARNING, others, is_local),
        *_of_kind("link_example", WARNING, others, is_example),
        *_anchors(page),
        *_of_kind("link_http", WARNING, others, is_open),
        *_wordless(page),
        *_own_pages(own, base_url),
    ]
    yield from findings
    if page.links and not any(one.level == WARNING for one in findings):
        yield Finding("links", OK, {"count": len(page.links)})


def check_way_out(page: Page, base_url: str) -> Iterator[Finding]:
    """Look for a link by which recipients unsubscribe."""
    own = f"{base_url}/campaign/u/", f"{base_url}/campaign/p/"
    if not any(link.href and _is_way_out(link, own) for link in page.links):
        yield Finding("unsubscribe_missing", ERROR)
    else:
        yield Finding("unsubscribe", OK)


def _is_way_out(link: Link, own: tuple[str, ...]) -> bool:
    href = link.href or ""
    if href.startswith(own):
        return True
    return not _is_empty(link) and bool(
        _WAY_OUT.search(unquote(href)) or _WAY_OUT.search(_plain(link.words))
    )


def _plain(text: str) -> str:
    return text.translate(str.maketrans("éèêáàíóúñ", "eeeaaioun"))


# ------------------------------------------------------------
# One link
# ------------------------------------------------------------


def is_under(href: str, base_url: str) -> bool:
    """Return whether an address is one of our own pages."""
    return href == base_url or href.startswith((f"{base_url}/", f"{base_url}?"))


def is_broken(href: str) -> bool:
    """Return whether no program can make sense of an address."""
    href = href.strip()
    try:
        parts = urlsplit(href)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return True
    if parts.scheme in _OTHER_WAYS:
        return parts.scheme == "mailto" and "@" not in unquote(parts.path)
    if parts.scheme not in _PAGES:
        return True
    return bool(re.search(r"[\s<>{}|\\^`]", href)) or not _is_host(host)


def is_local(href: str) -> bool:
    """Return whether an address only means something inside of a network."""
    host = _host(href)
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return bool(_LOCAL.search(host))


def is_example(href: str) -> bool:
    """Return whether an address stands for another that was to be put there."""
    return bool(_EXAMPLES.search(_host(href)))


def is_open(href: str) -> bool:
    """Return whether a page is fetched without encryption."""
    is_http = href.lower().startswith("http://")
    return is_http and not is_local(href) and not is_broken(href)


def _host(href: str) -> str:
    try:
        return urlsplit(href.strip()).hostname or ""
    except ValueError:
        return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_host(host: str) -> bool:
    if _is_number(host):
        return True
    try:
        ascii_host = host.encode("idna").decode("ascii") if host else ""
    except UnicodeError:
        return False
    return bool(_HOST.fullmatch(ascii_host)) or host == "localhost"


# ------------------------------------------------------------
# All links
# ------------------------------------------------------------


def _of_kind(
    code: str, level: str, links: Iterable[Link], is_kind: Callable[[str], bool]
) -> Iterator[Finding]:
    found = [
        link.href
        for link in links
        if link.href and not _is_empty(link) and link.href[0] != "#"
        if is_kind(link.href)
    ]
    if found:
        yield Finding(code, level, {"count": len(found)}, _unique(found))


def _is_empty(link: Link) -> bool:
    href = (link.href or "").strip().lower()
    return href in ("", "#", "http://", "https://") or href.startswith("javascript:")


def _empty(page: Page) -> Iterator[Finding]:
    found = [link.words or "(picture)" for link in page.links if _is_empty(link)]
    if found:
        yield Finding("link_empty", WARNING, {"count": len(found)}, _unique(found))


def _anchors(page: Page) -> Iterator[Finding]:
    found = [
        link.href
        for link in page.links
        if link.href and len(link.href) > 1 and link.href[0] == "#"
        if unquote(link.href[1:]) not in page.places
    ]
    if found:
        yield Finding("link_anchor", WARNING, {"count": len(found)}, _unique(found))


def _wordless(page: Page) -> Iterator[Finding]:
    found = [link.href for link in page.links if link.href and not link.words]
    if found:
        yield Finding("link_wordless", INFO, {"count": len(found)}, _unique(found))


def _own_pages(links: list[Link], base_url: str) -> Iterator[Finding]:
    if not links:
        return
    if is_local(base_url):
        yield Finding("own_pages_local", WARNING, {"address": base_url})
    elif is_open(base_url):
        yield Finding("own_pages_http", WARNING, {"address": base_url})


def _unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))[:20]

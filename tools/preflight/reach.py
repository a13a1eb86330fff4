"""Checking: do the pages that a mail links to answer?

The addresses come from whoever writes the mail, and the requests leave from the server:
nothing inside of its network may be reached that way (server-side request forgery).
So a name is looked up once, every address found must be a public one, and the
connection goes to the address that was judged. Redirects are judged in the same way.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

WORKERS = 8
REQUEST_SECONDS = 5.0
MOST_REDIRECTS = 5
PORTS = (80, 443)
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; CampaignDesk link check)",
    "Accept": "*/*",
}
_SAFE = "/%:@!$&'()*+,;=~-._"
_REDIRECTS = (301, 302, 303, 307, 308)
# Says that a page is there but not for programs.
_GUARDED = (401, 403, 405, 406, 429, 999)
# IPv4 addresses, private ones too, in IPv6 (RFC 6052 §2.1).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Judge = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    ``verdict``: ``ok``, ``gone`` (an error status), ``silent`` (no answer),
    ``private`` (not on the internet) or ``unasked`` (time was over).
    """

    url: str
    verdict: str
    detail: str = ""


class _Private(Exception):
    """The address is not on the internet."""


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the internet's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6 and ip in _NAT64:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def check_all(
    urls: Iterable[str], seconds: float, may_connect: Judge = is_public
) -> list[Answer]:
    """Ask for every page, several at once.

    :param seconds: for all of them; what is not asked by then stays ``unasked``.
    :param may_connect: whether an IP address may be connected to.
    """
    deadline = time.monotonic() + seconds
    lines: set[socket.socket] = set()
    pool = ThreadPoolExecutor(WORKERS)
    jobs = {
        url: pool.submit(check, url, deadline, may_connect, lines)
        for url in dict.fromkeys(urls)
    }
    wait(jobs.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    answers = [
        job.result() if job.done() and not job.cancelled() else Answer(url, "unasked")
        for url, job in jobs.items()
    ]
    for line in list(lines):  # a server that goes on and on is not listened to
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    return answers


def check(
    url: str, deadline: float, may_connect: Judge, lines: set[socket.socket]
) -> Answer:
    """Ask for one page, by HEAD and, where that is not liked, by GET.

    :param lines: holds the connection as long as it is open.
    """
    try:
        status = _status("HEAD", url, deadline, may_connect, lines)
        if status >= 400:
            status = _status("GET", url, deadline, may_connect, lines)
    except _Private:
        return Answer(url, "private")
    except TimeoutError:
        late = time.monotonic() >= deadline
        return Answer(url, "unasked" if late else "silent", "no answer in time")
    except ssl.SSLError as error:
        return Answer(url, "silent", f"no safe connection: {error.reason}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(url, "silent", str(error) or type(error).__name__)
    if status < 400 or status in _GUARDED:
        return Answer(url, "ok", str(status))
    return Answer(url, "gone", str(status))


def _status(
    method: str,
    url: str,
    deadline: float,
    may_connect: Judge,
    lines: set[socket.socket],
) -> int:
    """Return the status of a page after redirects."""
    for _redirect in range(MOST_REDIRECTS + 1):
        line, target = _connect(url, deadline, may_connect)
        with line.sock as connection:
            lines.add(connection)
            try:
                line.request(method, target, headers=_HEADERS)
                with line.getresponse() as answer:
                    status, location = answer.status, answer.getheader("Location")
            finally:
                lines.discard(connection)
        if status not in _REDIRECTS or not location:
            return status
        url = urljoin(url, location)
    raise ValueError("the page leads in circles")


def _connect(
    url: str, deadline: float, may_connect: Judge
) -> tuple[http.client.HTTPConnection, str]:
    """Return a connection to the server of a page, and what to ask there."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the page leads to no web address")
    port = parts.port or (443 if is_safe else 80)
    if port not in PORTS and may_connect is is_public:
        raise _Private()
    seconds = min(REQUEST_SECONDS, deadline - time.monotonic())
    if seconds <= 0:
        raise TimeoutError()
    host = parts.hostname.encode("idna").decode("ascii")
    address = _look_up(host, port, may_connect)
    line = http.client.HTTPConnection(host, port, timeout=seconds)
    line.sock = socket.create_connection((address, port), timeout=seconds)
    if is_safe:
        context = ssl.create_default_context()
        line.sock = context.wrap_socket(line.sock, server_hostname=host)
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += "?" + quote(parts.query, safe=_SAFE + "?")
    return line, target


def _look_up(host: str, port: int, may_connect: Judge) -> str:
    """Return an IP address of a host.

    :raise _Private: one of its addresses may not be connected to.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [entry[4][0] for entry in found]
    if not all(map(may_connect, addresses)):
        raise _Private()
    return addresses[0]

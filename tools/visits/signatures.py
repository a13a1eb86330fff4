"""Tracking: programs and networks that are known to visit mails by themselves.

Facts that vendors publish (help pages, SPF records of their mail services, the names
that programs give themselves) or that are common knowledge among senders. A network is
listed only if no person surfs from it: cloud providers are not, because companies lead
their people's traffic through them.
"""

import functools
import ipaddress
import re

# Programs by what they call themselves, in lower case. "Cubot" is a maker of phones.
_PROGRAMS = (
    r"(?<!cu)bot(?![a-z])",  # the word, or a name that ends with it
    "crawl|spider|slurp|scrap(?:er|y)|fetcher|archiver|indexer",
    "preview|externalhit|externalua|linkexpanding|unfurl|embedly|iframely",
    "scanner|linkcheck|link-check|validator|monitor|uptime|pingdom|healthcheck",
    "headless|phantomjs|puppeteer|playwright|selenium|electron-fetch",
    "python|urllib|aiohttp|httpx|curl|wget|libwww|lwp|java/|jakarta|apache-http",
    "go-http|okhttp-bot|axios|node-fetch|undici|guzzle|ruby|faraday|perl|php/",
    "http_request|httpclient|winhttp|restsharp|postman|insomnia",
    "existence discovery|protocol discovery|office upload|msoffice_discovery",
    # what protects mailboxes
    "barracuda|proofpoint|mimecast|messagelabs|symantec|fireeye|trellix|mcafee",
    r"sophos|trend ?micro|\btmes\b|ironport|ciscosecure|forcepoint|websense|fortinet",
    r"fortimail|f-secure|withsecure|kaspersky|\beset\b|avast|avira|bitdefender|vade",
    "cloudmark|spamhaus|phishtank|virustotal|urlscan|safebrowsing|netcraft|checkpoint",
    "hornetsecurity|spamtitan|zerospam|cyren|clearswift|appriver|trustwave|area ?1",
)
_PROGRAM = re.compile("|".join(_PROGRAMS))

# What fetches pictures on behalf of a reader, also of one who never looks.
_IMAGE_PROXIES = (
    ("gmail_proxy", re.compile("googleimageproxy|ggpht\\.com")),
    # Gmail's own look at new mail
    ("gmail_proxy", re.compile(r"edge/12\.246 mozilla/5\.0$")),
    ("yahoo_proxy", re.compile("yahoomailproxy|yahoo mail proxy")),
    ("outlook_proxy", re.compile("outlook-image-proxy|oneoutlook")),
    ("mail_proxy", re.compile("mailproxy|imageproxy|image-proxy|camo asset")),
    # Apple's Mail Privacy Protection says this and no more.
    ("apple_privacy", re.compile(r"mozilla/5\.0$")),
)

# A program on somebody's behalf, but on its own: no browser, no mail window.
_APPS = re.compile("dalvik/|okhttp|cfnetwork|dataaccessd|exchange|ms-office-worker")

# Where people read mail and surf.
_PEOPLE = re.compile(
    r"mozilla/[45]\.0 \((?:windows|macintosh|x11|linux|iphone|ipad|ipod|android|wayland"
    r"|compatible; msie|mobile|cros|freebsd|openbsd)"
    r"|outlook-(?:ios|android)|microsoft outlook|ms-office|thunderbird|opera/\d"
    r"|em ?client|the bat!|airmail|postbox|k-?mail|evolution|lotus-notes|claws mail"
)

_NETWORKS = {
    # Exchange Online Protection and Defender for Office 365
    "microsoft": "40.92.0.0/15 40.107.0.0/16 52.100.0.0/15 52.102.0.0/16 52.103.0.0/17 "
    "104.47.0.0/17 40.94.0.0/16 2a01:111:f400::/48 2a01:111:f403::/48",
    "proofpoint": "67.231.144.0/20 148.163.128.0/19 205.220.160.0/19 185.132.180.0/22 "
    "185.183.28.0/22 91.209.104.0/24 208.86.200.0/22 208.84.64.0/22",
    "mimecast": "205.139.110.0/23 207.211.30.0/23 91.220.42.0/24 195.130.217.0/24 "
    "185.58.84.0/22 146.101.78.0/24 51.163.158.0/23 124.47.150.0/24 41.74.192.0/20 "
    "63.128.21.0/24 170.10.128.0/22 216.205.24.0/24",
    "barracuda": "64.235.144.0/20 209.222.80.0/21 35.176.92.96/27 18.133.136.128/26",
    # Symantec Email Security.cloud
    "messagelabs": "67.219.240.0/20 85.158.136.0/21 95.131.104.0/21 117.120.16.0/21 "
    "193.109.254.0/23 194.106.220.0/23 195.245.230.0/23 216.82.240.0/20 46.226.48.0/21",
    "cisco": "68.232.128.0/19 184.94.240.0/20 207.54.64.0/19 216.71.128.0/19",
    "trendmicro": "150.70.0.0/16 216.104.0.0/19",
    "google_crawler": "66.249.64.0/19",
    "apple": "17.0.0.0/8",
}


def _by_version():
    tables = {4: [], 6: []}
    for owner, networks in _NETWORKS.items():
        for text in networks.split():
            network = ipaddress.ip_network(text)
            mask, base = int(network.netmask), int(network.network_address)
            tables[network.version].append((base, mask, owner))
    return tables


_TABLES = _by_version()


@functools.lru_cache(maxsize=8192)
def network_owner(address: str) -> str:
    """Return whose scanners' network an IP address belongs to, '' for nobody's."""
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return ""
    number = int(host)
    for base, mask, owner in _TABLES[host.version]:
        if number & mask == base:
            return owner
    return ""


@functools.lru_cache(maxsize=8192)
def is_program(agent: str) -> bool:
    """Return whether a user agent is a program's that nobody reads mail with."""
    return bool(_PROGRAM.search(agent.lower()))


@functools.lru_cache(maxsize=8192)
def image_proxy(agent: str) -> str:
    """Return the rule's name for a user agent that fetches pictures for others."""
    agent = agent.strip().lower()
    return next((rule for rule, known in _IMAGE_PROXIES if known.search(agent)), "")


@functools.lru_cache(maxsize=8192)
def is_app(agent: str) -> bool:
    """Return whether a user agent is a part of an app that also works by itself."""
    return bool(_APPS.search(agent.lower()))


@functools.lru_cache(maxsize=8192)
def is_readers(agent: str) -> bool:
    """Return whether a user agent is a browser or a mail program."""
    return bool(_PEOPLE.search(agent.lower()))

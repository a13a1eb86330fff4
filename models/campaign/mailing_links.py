"""Campaign: the links of a mailing, shortened and tracked.

Links that are the same for everybody are shortened when the mailing is prepared.
Links that a template computes per recipient are shortened batch by batch.
"""

import re
from urllib.parse import urlsplit

from odoo.tools.mail import URL_SKIP_PROTOCOL_REGEX

from odoo.addons.link_tracker.tools.html import find_links_with_urls_and_labels

from ...tools.mime import new_placeholder

# As Odoo's own mailings do: pages that belong to the mail itself are not shortened.
OWN_PAGES = ["/unsubscribe_from_list", "/mail_preferences", "/view", "/cards"]
_LINK_IN_HTML = re.compile(r"""(<a\s[^>]*?\bhref=["'])([^"']+)""")


class MailingLinks:
    """Turns the links of one mailing into tracked ones.

    :param mailing: the mailing; its link trackers are looked up and created.
    :param token: what stands for the recipient's signed token in a link.
    """

    def __init__(self, mailing, token):
        self._mailing = mailing
        self._base_url = mailing.get_base_url()
        self._token = token
        self._pending = {}

    def shorten(self, root):
        """Shorten the constant links below the element ``root``."""
        nodes, links = find_links_with_urls_and_labels(
            root,
            self._base_url,
            skip_regex=rf"^{URL_SKIP_PROTOCOL_REGEX}",
            skip_prefix=self._prefix(),
            skip_list=OWN_PAGES,
        )
        # a link to a place in the mail itself is no link to a page
        pages = [
            (node, link)
            for node, link in zip(nodes, links, strict=True)
            if not node.get("href").startswith("#")
            and self._mailing._is_tracked_link(link["url"])
        ]
        trackers = self._trackers([link for _node, link in pages])
        for (node, _link), tracker in zip(pages, trackers, strict=True):
            node.set("href", self._address(tracker.code))

    def rewrite_attributes(self, tag, attributes):
        """Make the address that a template computed for a tag absolute and tracked."""
        if tag == "a" and (href := attributes.get("href")):
            attributes["href"] = self._rewrite(str(href))
        source = attributes.get("src")
        if source and re.match(r"/[^/]", str(source)):
            attributes["src"] = self._base_url + str(source)

    def rewrite_html(self, fragment):
        """Return HTML that came out of a value with its links tracked."""
        absolute = self._mailing._replace_local_links(fragment, self._base_url)
        return _LINK_IN_HTML.sub(
            lambda match: match[1] + self._rewrite(match[2]), str(absolute)
        )

    def resolve(self):
        """Shorten what came up since the last call.

        :return: for each placeholder in an address, the code to put there.
        """
        pending, self._pending = self._pending, {}
        trackers = self._trackers([{"url": url, "label": ""} for url in pending])
        codes = zip(pending.values(), trackers.mapped("code"), strict=True)
        return dict(codes) if pending else {}

    def _rewrite(self, url):
        if url.startswith(("/", "?")) and not url.startswith("//"):
            url = self._base_url + url
        own = any(re.search(page + r"([#?/]|$)", url) for page in OWN_PAGES)
        if own or url.startswith(self._prefix()) or not _is_page(url):
            return url
        if not self._mailing._is_tracked_link(url):
            return url
        if url not in self._pending:
            self._pending[url] = new_placeholder()
        return self._address(self._pending[url])

    def _trackers(self, links):
        """Return the link trackers for ``links``, in order.

        The title is given, because Odoo would fetch each page to read it.
        """
        if not links:
            return self._mailing.env["link.tracker"]
        values = self._mailing._get_link_tracker_values()
        return self._mailing.env["link.tracker"].search_or_create(
            [dict(values, title=link["url"], **link) for link in links]
        )

    def _prefix(self):
        return f"{self._base_url}/campaign/"

    def _address(self, code):
        return f"{self._prefix()}c/{self._token}/{code}"


def _is_page(url):
    """Return whether a browser could go to ``url``, which may be anybody's text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)

"""Response: the HTML of a reply as lines, with what its markup says about them."""

import re

from lxml import etree, html

from .sheet import ATTRIBUTION, QUOTE, SIGNATURE, Sheet

_BLOCKS = frozenset(
    "address article blockquote body center dd div dl dt fieldset figure footer form "
    "header hr li main nav ol pre section table tbody tfoot thead tr ul p h1 h2 h3 h4 "
    "h5 h6 details summary".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 pre ul ol blockquote table".split())
_SKIPPED = frozenset("head script style title template noscript svg".split())
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?:px|pt)?\s*(?:;|$|!)|max-height\s*:\s*0(?:px)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_RULE = re.compile(r"border-top\s*:\s*[^;]*(?:solid|pt|px)", re.IGNORECASE)
_BAR = re.compile(r"border-left\s*:\s*[^;]*(?:solid|[1-9])", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0]+")

# Part of an id, a class or a name -> what the element is. The words of Gmail and its
# kin, Yahoo, Proton, Tuta, Zoho, Mail.ru, Odoo, Spark, Zimbra, GMX, Front, Fastmail.
_QUOTES = (
    *("gmail_quote", "yahoo_quoted", "protonmail_quote", "tutanota_quote"),
    *("zmail_extra", "mail-quote", "o_mail_quote", "messagereplysection"),
    *("moz-forward-container", "nylas-quote", "front-blockquote", "quoted-content"),
    *("bloop_original_html", "missive_quote", "yj6qo", "quotedtext", "quoted_text"),
    *("hs_reply", "aolmail_quote", "yahoo-quoted", "ms-outlook-mobile-reference"),
    *("quoted-text", "replied-message", "original-message", "freemail_quote"),
)
_ATTRIBUTIONS = (
    *("gmail_attr", "moz-cite-prefix", "reply-intro", "airmail_on"),
    *("gmail_quote_attribution", "quote-header", "moz-email-headers-table"),
)
# From here on everything is the mail that is answered.
_DIVIDERS = (
    *("divrplyfwdmsg", "appendonsend", "stopspelling", "zwchr", "replysplit"),
    *("mail-editor-reference-message-container", "olk_src_body_section"),
    *("__divider__", "__headers__", "isforwardcontent", "isreplycontent"),
)
_SIGNATURES = (
    *("signature", "bloop_sign", "moz-signature", "unterschrift", "lw_sig"),
    *("hs_signature", "wisestamp"),
)
_NAMING = ("id", "class", "name", "data-marker", "data-smartmail", "data-o-mail-quote")
# How often a container is searched for the quote inside it (hostile nesting).
_MAX_SEARCHES = 40

_PLAIN, _QUOTE, _ATTRIBUTION, _SIGNATURE, _DIVIDER, _LEFT_OUT = range(6)
_KINDS = {_QUOTE: QUOTE, _ATTRIBUTION: ATTRIBUTION, _SIGNATURE: SIGNATURE}
RULE = "_" * 32


def read(source: str) -> Sheet:
    """Return the lines of ``source``. What a reader does not see is left out."""
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing but comments
        return Sheet()
    return _Reader().read(root)


class _Reader:
    """Walks a document once and collects its lines."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self.line: list[str] = []
        self.kind = ""  # of the innermost marked element
        self.marker: etree._Element | None = None
        self.rest = ""  # of everything after a divider
        self.searches = 0
        self.preformatted = 0

    def read(self, root: etree._Element) -> Sheet:
        """Read all lines below ``root``, without recursion."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if not isinstance(tag, str) or tag in _SKIPPED:
                    walk.skip_subtree()
                elif not self._begin(element, tag):
                    walk.skip_subtree()
            else:
                if isinstance(tag, str) and tag not in _SKIPPED:
                    self._end(element, tag)
                if element.tail:
                    self._text(element.tail)
        self._flush()
        return self.sheet

    def _begin(self, element: etree._Element, tag: str) -> bool:
        """Enter an element; False when nothing in it is to be read."""
        role = _PLAIN
        attributes = element.items()
        if attributes or tag == "blockquote":
            role = self._role(element, tag, attributes)
            if role == _LEFT_OUT:
                return False
        if tag in _BLOCKS or role:
            self._flush()
            if tag in _PARAGRAPHS and not _is_tight(attributes):
                self._gap()
        if tag == "br":
            self._flush(True)
        elif tag == "hr":
            self.sheet.add(RULE, self.kind or self.rest, bool(self.kind))
        elif tag == "li":
            self.line.append("- ")
        elif tag == "pre":
            self.preformatted += 1
        if role == _DIVIDER:
            self.rest = QUOTE
        elif role and not self.kind:
            self.kind, self.marker = _KINDS[role], element
        elif not self.kind and tag == "div" and _has_rule(attributes):
            self.sheet.add(RULE, self.rest)
        if element.text:
            self._text(element.text)
        return True

    def _end(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS or element is self.marker:
            self._flush()
            if tag in _PARAGRAPHS and not _is_tight(element.items()):
                self._gap()
        elif tag in ("td", "th"):
            self.line.append(" ")
        if tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        if element is self.marker:
            self.kind, self.marker = "", None

    def _role(
        self, element: etree._Element, tag: str, attributes: list[tuple[str, str]]
    ) -> int:
        """Return what the element's own attributes make of it."""
        naming, style = "", ""
        for name, value in attributes:
            if name in _NAMING:
                naming = f"{naming} {value or name}"
            elif name == "style":
                style = value
            elif name == "hidden":
                return _LEFT_OUT
        if style and _HIDDEN.search(style):
            return _LEFT_OUT
        if self.kind:
            return _PLAIN
        if tag == "blockquote" and _is_quote(naming, attributes):
            return _QUOTE
        if naming:
            return self._named(element, naming.lower())
        if style and tag == "div" and _BAR.search(style) and "padding" in style:
            return _QUOTE
        return _PLAIN

    def _named(self, element: etree._Element, naming: str) -> int:
        if any(word in naming for word in _ATTRIBUTIONS):
            return _ATTRIBUTION
        if any(word in naming for word in _DIVIDERS):
            return _DIVIDER
        if any(word in naming for word in _QUOTES) or "data-o-mail-quote" in naming:
            return _PLAIN if self._holds_quote(element) else _QUOTE
        if any(word in naming for word in _SIGNATURES):
            return _SIGNATURE
        return _QUOTE if naming.strip() == "quote" else _PLAIN

    def _holds_quote(self, element: etree._Element) -> bool:
        """Return whether the quote is a ``blockquote`` inside: answers may be between."""
        if element.tag == "blockquote":
            return False
        self.searches += 1
        if self.searches > _MAX_SEARCHES:
            return False
        return next(element.iter("blockquote"), None) is not None

    def _text(self, text: str) -> None:
        if not self.preformatted:
            self.line.append(text)
            return
        first, *more = text.replace("\r", "").split("\n")
        self.line.append(first)
        for line in more:
            self._flush(True)
            self.line.append(line)

    def _flush(self, always: bool = False) -> None:
        """End the line; an empty one counts only where the mail breaks it itself."""
        line = _SPACES.sub(" ", "".join(self.line)).strip()
        self.line.clear()
        if line or always:
            self.sheet.add(line, self.kind or self.rest, bool(self.kind))

    def _gap(self) -> None:
        if self.sheet.lines and self.sheet.lines[-1]:
            self.sheet.add("", self.kind or self.rest, bool(self.kind))


def _is_quote(naming: str, attributes: list[tuple[str, str]]) -> bool:
    """Return whether a ``blockquote`` quotes; editors also use it to indent."""
    values = dict(attributes)
    return bool(
        values.get("type", "").lower() == "cite"
        or values.get("cite")
        or naming
        or "border-left" in values.get("style", "")
        or not values.get("style", "").replace(" ", "").startswith("margin:00040px")
    )


def _is_tight(attributes: list[tuple[str, str]]) -> bool:
    """Return whether a paragraph is only a line, as Outlook writes them."""
    return any(
        (name == "class" and "mso" in value.lower())
        or (name == "style" and "margin" in value and "margin:0" in value.replace(" ", ""))
        for name, value in attributes
    )


def _has_rule(attributes: list[tuple[str, str]]) -> bool:
    return any(name == "style" and _RULE.search(value) for name, value in attributes)

"""Response: the HTML of a reply as lines, with what its markup says about them."""

import re
from dataclasses import dataclass

from . import tags
from .sheet import ATTRIBUTION, QUOTE, SIGNATURE, Sheet

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "details",
        "summary",
    ]
)
_PARAGRAPHS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "blockquote", "table"]
)
_SKIPPED = frozenset(["script", "style", "title", "template", "noscript", "svg"])
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
# How many containers are asked for the quote inside them (hostile nesting).
_MOST_CONTAINERS = 40

_PLAIN, _QUOTE, _CONTAINER, _ATTRIBUTION, _SIGNATURE, _DIVIDER, _LEFT_OUT = range(7)
_KINDS = {_QUOTE: QUOTE, _ATTRIBUTION: ATTRIBUTION, _SIGNATURE: SIGNATURE}
RULE = "_" * 32


def read(source: str) -> Sheet:
    """Return the lines of ``source``. What a reader does not see is left out."""
    return _Reader().lines_of(source)


@dataclass(slots=True)
class _Open:
    """An element that has begun: what it is, and how many lines were there before.

    ``quotes`` is how many ``blockquote`` there were before a container.
    """

    tag: str
    role: int
    is_tight: bool
    lines: int = 0
    quotes: int = 0


class _Reader:
    """Walks a document once and collects its lines."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self.line: list[str] = []
        self.kind = ""  # of the innermost marked element
        self.marker: _Open | None = None
        self.rest = ""  # of everything after a divider
        self.containers = 0
        self.quotes = 0
        self.preformatted = 0

    def lines_of(self, source: str) -> Sheet:
        """Read all lines, without recursion."""
        stack: list[_Open] = []
        hidden = 0  # the depth of what is left out
        for event, name, attributes in tags.read(source):
            if hidden:
                hidden += (event == tags.START) - (event == tags.END)
            elif event == tags.TEXT:
                self._text(name)
            elif event == tags.END:
                self._end(stack.pop())
            elif element := self._begin(name, attributes):
                stack.append(element)
            else:
                hidden = 1
        self._flush()
        return self.sheet

    def _begin(self, tag: str, attributes: tags.Attributes) -> _Open | None:
        """Enter an element; None when nothing in it is to be read."""
        role = _PLAIN
        if attributes or tag == "blockquote":
            role = self._role(tag, attributes)
        if role == _LEFT_OUT or tag in _SKIPPED:
            return None
        element = _Open(tag, role, _is_tight(attributes))
        if tag in _BLOCKS or role:
            self._flush()
            if tag in _PARAGRAPHS and not element.is_tight:
                self._gap()
        if tag == "br":
            self._flush(True)
        elif tag == "hr":
            self.sheet.add(RULE, self.kind or self.rest, bool(self.kind))
        elif tag == "li":
            self.line.append("- ")
        elif tag == "pre":
            self.preformatted += 1
        elif tag == "blockquote":
            self.quotes += 1
        if role == _DIVIDER:
            self.rest = QUOTE
        elif role == _CONTAINER:
            element.lines, element.quotes = len(self.sheet.lines), self.quotes
        elif role and not self.kind:
            self.kind, self.marker = _KINDS[role], element
        elif (
            not self.kind and tag == "div" and _RULE.search(attributes.get("style", ""))
        ):
            self.sheet.add(RULE, self.rest)
        return element

    def _end(self, element: _Open) -> None:
        tag = element.tag
        if tag in _BLOCKS or element.role:
            self._flush()
            if tag in _PARAGRAPHS and not element.is_tight:
                self._gap()
        elif tag in ("td", "th"):
            self.line.append(" ")
        if tag == "pre":
            self.preformatted -= 1
        if element is self.marker:
            self.kind, self.marker = "", None
        elif element.role == _CONTAINER and self.quotes == element.quotes:
            self.sheet.mark(element.lines, QUOTE)

    def _role(self, tag: str, attributes: tags.Attributes) -> int:
        """Return what the element's own attributes make of it."""
        style = attributes.get("style", "")
        if "hidden" in attributes or _HIDDEN.search(style):
            return _LEFT_OUT
        if self.kind:
            return _PLAIN
        naming = " ".join(
            attributes[name] or name for name in _NAMING if name in attributes
        )
        if tag == "blockquote" and _is_quote(naming, attributes):
            return _QUOTE
        if naming:
            return self._named(tag, naming.lower())
        if tag == "div" and _BAR.search(style) and "padding" in style:
            return _QUOTE
        return _PLAIN

    def _named(self, tag: str, naming: str) -> int:
        if any(word in naming for word in _ATTRIBUTIONS):
            return _ATTRIBUTION
        if any(word in naming for word in _DIVIDERS):
            return _DIVIDER
        if any(word in naming for word in _QUOTES) or "data-o-mail-quote" in naming:
            return self._quoting(tag)
        if any(word in naming for word in _SIGNATURES):
            return _SIGNATURE
        return _QUOTE if naming.strip() in ("quote", "quoted") else _PLAIN

    def _quoting(self, tag: str) -> int:
        """Tell a quote from what holds a ``blockquote``: answers may stand between."""
        if tag == "blockquote" or self.containers == _MOST_CONTAINERS:
            return _QUOTE
        self.containers += 1
        return _CONTAINER

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
        """End the line; an empty one counts only where the mail itself makes it."""
        source = "".join(self.line)
        line = _SPACES.sub(" ", source).strip()
        self.line.clear()
        if line or always or "\u00a0" in source:
            self.sheet.add(line, self.kind or self.rest, bool(self.kind))

    def _gap(self) -> None:
        if self.sheet.lines and self.sheet.lines[-1]:
            self.sheet.add("", self.kind or self.rest, bool(self.kind))


def _is_quote(naming: str, attributes: tags.Attributes) -> bool:
    """Return whether a ``blockquote`` quotes; editors also use it to indent."""
    style = attributes.get("style", "")
    return bool(
        attributes.get("type", "").lower() == "cite"
        or attributes.get("cite")
        or naming
        or "border-left" in style
        or not style.replace(" ", "").startswith("margin:00040px")
    )


def _is_tight(attributes: tags.Attributes) -> bool:
    """Return whether a paragraph is only a line, as Outlook writes them."""
    return "mso" in attributes.get("class", "").lower() or "margin:0" in attributes.get(
        "style", ""
    ).replace(" ", "")

"""Campaign: the plain-text part of a mail, made from its HTML.

Written for what e-mail designs consist of: nested layout tables, buttons that are
links, pictures that mean nothing without a description, and a hidden preview text.
"""

import re

from lxml import etree, html

_BLOCKS = {
    *("address", "article", "blockquote", "body", "center", "div", "dl", "dt", "dd"),
    *("fieldset", "figure", "footer", "form", "header", "li", "main", "nav", "ol"),
    *("section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
_SKIPPED = {"head", "script", "style", "title", "template", "noscript"}
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\n\u00a0\u200b\u200c\u034f\u00ad\ufeff]+")
_BREAK = "\n"
_GAP = "\n\n"


def html_to_text(source: str) -> str:
    """Return readable text for ``source``; links keep their address in brackets."""
    if not source.strip():
        return ""
    root = html.document_fromstring(source)
    pieces: list[str] = []
    _walk(root, pieces)
    return _join(pieces)


def _walk(element: etree._Element, pieces: list[str]) -> None:
    if not isinstance(element.tag, str):  # a comment or processing instruction
        return
    tag = element.tag.rsplit("}", 1)[-1].lower()
    if tag in _SKIPPED or _HIDDEN.search(element.get("style") or ""):
        return
    if tag == "img":
        if alt := _squeeze(element.get("alt") or ""):
            pieces.append(alt)
        return
    if tag == "br":
        pieces.append(_BREAK)
        return
    if tag == "hr":
        pieces.extend((_GAP, "-" * 20, _GAP))
        return
    edge = _GAP if tag in _PARAGRAPHS else _BREAK if tag in _BLOCKS else None
    if edge:
        pieces.append(edge)
    if tag == "li":
        pieces.append("- ")
    start = len(pieces)
    pieces.append(_squeeze(element.text or ""))
    for child in element:
        _walk(child, pieces)
        pieces.append(_squeeze(child.tail or ""))
    if tag == "a":
        _append_address(element, pieces, start)
    elif tag in ("td", "th"):
        pieces.append(" ")
    if edge:
        pieces.append(edge)


def _append_address(link: etree._Element, pieces: list[str], start: int) -> None:
    """Write the link's address behind its label, unless the label is the address."""
    address = (link.get("href") or "").strip()
    label = _join(pieces[start:])
    if not address or address.startswith("#"):
        return
    if address.partition(":")[2].lstrip("/") == label or address == label:
        return
    pieces.append(f" [ {address} ]" if label else address)


def _squeeze(text: str) -> str:
    return _SPACES.sub(" ", text)


def _join(pieces: list[str]) -> str:
    """Join the pieces: one space inside lines, at most one empty line between."""
    text = "".join(pieces)
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

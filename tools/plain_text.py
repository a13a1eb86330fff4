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
# Designs pad the preview text with invisible characters and blanks in turn. On their
# own these stand inside words, as a soft hyphen does: they are dropped, all but the
# zero-width non-joiner (200c), which is orthography in Persian among others.
_INVISIBLE = "\u200b\u200c\u034f\u00ad\ufeff"
_SPACES = re.compile("[ \t\r\f\v\n\u00a0]+")
_BETWEEN = re.compile(f"[ \t\r\f\v\n\u00a0{_INVISIBLE}]+")
# Editors put a paragraph into each item of a list.
_LONE_DASH = re.compile(r"^-\n+(?=[^\s-])", re.MULTILINE)
_BREAK = "\n"
_GAP = "\n\n"


def html_to_text(source: str) -> str:
    """Return readable text for ``source``; links keep their address in brackets."""
    if not source.strip():
        return ""
    # bytes: text must not declare an encoding, and exported designs do
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser)
    except etree.ParserError:  # nothing but comments
        return ""
    return _join(_pieces(root))


def _pieces(root: etree._Element) -> list[str]:
    """Return the text of ``root`` with line breaks and the addresses of links.

    The tree is walked without recursion: designs may be nested deeper than Python's
    stack.
    """
    pieces: list[str] = []
    links: list[int] = []  # where the labels of the open links begin
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if _is_left_out(element):
                walk.skip_subtree()
                continue
            _begin(element, pieces)
            if element.tag == "a":
                links.append(len(pieces))
            pieces.append(_squeeze(element.text or ""))
            continue
        if event == "end" and not _is_left_out(element):
            if element.tag == "a":
                _append_address(element, pieces, links.pop())
            _finish(element, pieces)
        pieces.append(_squeeze(element.tail or ""))
    return pieces


def _is_left_out(element: etree._Element) -> bool:
    return (
        element.tag in _SKIPPED
        or element.get("hidden") is not None
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _edge(tag: str) -> str:
    return _GAP if tag in _PARAGRAPHS else _BREAK if tag in _BLOCKS else ""


def _begin(element: etree._Element, pieces: list[str]) -> None:
    tag = element.tag
    if tag == "img":
        pieces.append(_squeeze(element.get("alt") or ""))
    elif tag == "br":
        pieces.append(_BREAK)
    elif tag == "hr":
        pieces.extend((_GAP, "-" * 20, _GAP))
    else:
        pieces.append(_edge(tag))
        if tag == "li":
            pieces.append("- ")


def _finish(element: etree._Element, pieces: list[str]) -> None:
    tag = element.tag
    pieces.append(" " if tag in ("td", "th") else _edge(tag))


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
    if text.isascii():
        return _SPACES.sub(" ", text)
    return _BETWEEN.sub(_squeezed, text)


def _squeezed(match: re.Match) -> str:
    if match[0].strip(_INVISIBLE):
        return " "
    return "\u200c" if "\u200c" in match[0] else ""


def _join(pieces: list[str]) -> str:
    """Join the pieces: one space inside lines, at most one empty line between."""
    text = "".join(pieces)
    lines = [_squeeze(line).strip(" \u200c") for line in text.split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return _LONE_DASH.sub("- ", text)

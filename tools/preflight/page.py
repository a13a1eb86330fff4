"""Checking: the page of a mail, as far as checks look at it."""

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree, html

_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_UNSEEN = {"head", "script", "style", "title", "template", "noscript"}
_BLOCKS = {"p", "div", "td", "th", "tr", "table", "li", "br", "h1", "h2", "h3", "h4"}
_SPACES = re.compile(r"\s+")
_PIXELS = re.compile(r"\s*(\d+)(?:px)?\s*$")
_IN_STYLE = re.compile(r"""url\(\s*['"]?([^'")]+)""", re.IGNORECASE)
_STYLE_WIDTH = re.compile(r"(?:^|;)\s*width\s*:\s*(\d+)px", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link, with the words and the pictures' descriptions that it is known by."""

    href: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; ``alt`` is None without the attribute, ``width`` 0 when unknown."""

    source: str
    alt: str | None
    width: int
    height: int
    is_presentation: bool


class Page:
    """A page of HTML. Whatever it is, reading it does not fail."""

    def __init__(self, source: str):
        self._root = _parse(source)

    @cached_property
    def links(self) -> list[Link]:
        return [
            Link(element.get("href"), _words_of(element))
            for element in self._root.iter("a", "area")
            if element.get("href") is not None
            or not (element.get("name") or element.get("id"))  # a place, no link
        ]

    @cached_property
    def images(self) -> list[Image]:
        return [
            Image(
                element.get("src") or "",
                element.get("alt"),
                _pixels(element, "width"),
                _pixels(element, "height"),
                element.get("role") in ("presentation", "none")
                or element.get("aria-hidden") == "true",
            )
            for element in self._root.iter("img")
        ]

    @cached_property
    def backgrounds(self) -> list[str]:
        """Addresses of pictures behind the text, as attributes and styles name them."""
        elements = list(self._root.iter(etree.Element))
        found = [one.get("background") for one in elements]
        styles = " ".join(one.get("style") or "" for one in elements)
        return [one for one in (*found, *_IN_STYLE.findall(styles)) if one]

    @cached_property
    def places(self) -> set[str]:
        """What a link to a place in the mail itself can lead to."""
        return {
            element.get(name)
            for element in self._root.iter(etree.Element)
            for name in ("id", "name")
            if element.get(name)
        }

    @cached_property
    def text(self) -> str:
        """The words that readers see, on one line."""
        return _text(self._root)


def _parse(source: str) -> etree._Element:
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        return html.document_fromstring(source.encode("utf-8", "replace"), parser)
    except etree.ParserError:  # nothing in it
        return html.Element("html")


def _text(root: etree._Element) -> str:
    pieces = []
    walker = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in walker:
        if element.tag in _BLOCKS:
            pieces.append(" ")
        if event != "start":
            pieces.append(element.tail or "")
        elif element.tag in _UNSEEN or _HIDDEN.search(element.get("style") or ""):
            walker.skip_subtree()
        else:
            pieces.append(element.text or "")
    return _SPACES.sub(" ", "".join(pieces)).strip()


def _words_of(element: etree._Element) -> str:
    alts = (image.get("alt") or "" for image in element.iter("img"))
    words = " ".join((element.text_content(), *alts, element.get("title") or ""))
    return _SPACES.sub(" ", words).strip()


def _pixels(element: etree._Element, name: str) -> int:
    if match := _PIXELS.match(element.get(name) or ""):
        return int(match[1])
    if name == "width" and (match := _STYLE_WIDTH.search(element.get("style") or "")):
        return int(match[1])
    return 0

"""Response: a stranger's HTML, made harmless to be shown in a frame.

What is not on the lists goes. The frame it is shown in runs nothing and loads nothing
(:func:`policy`), so that one mistake here does not make it dangerous. A *foreign*
picture tells its owner that, when and where the mail was read: it is shown only to
whoever asks for it.
"""

import re
from dataclasses import dataclass

from lxml import etree, html

# Longer pages are shown to here.
MAX_HTML = 1_000_000
# Deeper elements are shown as their text.
MAX_DEPTH = 200

# A file that came with the mail, as Odoo's gateway writes its address.
_OWN = re.compile(r"/web/image/\d+(?:\?access_token=[\w-]+)?")
_BLANK = re.compile(r"[\s\x00-\x1f]+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_SCHEMES = ("http://", "https://", "mailto:", "tel:")
_PICTURES = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
# Whatever can load, hide above the page or run, in any of the ways to write it.
_BAD_STYLE = re.compile(
    r"\\|/\*|url|image|@|expression|behavior|binding|position|javascript|z-index"
    r"|content|attr\(|var\(|animation|filter",
    re.IGNORECASE,
)
_DROPPED_WHOLE = frozenset(
    [
        "script",
        "style",
        "title",
        "head",
        "meta",
        "link",
        "base",
        "template",
        "noscript",
        "noembed",
        "noframes",
        "xmp",
        "plaintext",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "audio",
        "video",
        "source",
        "track",
        "canvas",
        "portal",
        "dialog",
        "select",
        "textarea",
        "datalist",
    ]
)
_KEPT = frozenset(
    [
        "a",
        "abbr",
        "address",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "align",
        "alt",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "color",
        "colspan",
        "dir",
        "face",
        "height",
        "lang",
        "rowspan",
        "size",
        "span",
        "start",
        "title",
        "type",
        "valign",
        "width",
    ]
)


@dataclass(frozen=True, slots=True)
class SafePage:
    """The page, and how many foreign pictures it has (shown or not)."""

    html: str
    foreign_pictures: int


def safe_page(source: str, *, pictures: bool = False, links: bool = True) -> SafePage:
    """Return a page with nothing in it that acts.

    :param pictures: show foreign pictures.
    :param links: leave links as such; without, only their words stay.
    """
    root = _parse(source)
    if root is None:
        return SafePage("", 0)
    foreign = 0
    for element, depth in _walk(root):
        if element is root:
            element.attrib.clear()
        elif element.tag in _DROPPED_WHOLE or not isinstance(element.tag, str):
            element.drop_tree()
        elif element.tag not in _KEPT or depth > MAX_DEPTH:
            element.drop_tag()
        else:
            foreign += _clean(element, pictures, links)
    return SafePage(html.tostring(root, encoding="unicode"), foreign)


def policy(*, pictures: bool = False) -> str:
    """Return the ``Content-Security-Policy`` of a frame with such a page."""
    sources = "'self' data: https: http:" if pictures else "'self' data:"
    return f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'"


def _parse(source: str):
    text = _CONTROLS.sub("", source or "")[:MAX_HTML]
    if not text.strip():
        return None
    try:
        return html.fragment_fromstring(text, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        root = etree.Element("div")
        root.text = text
        return html.fromstring(etree.tostring(root, encoding="unicode"))


def _walk(root) -> list[tuple[etree.ElementBase, int]]:
    """Return all elements with their depths, parents first."""
    depths = {root: 0}
    for element in root.iter():
        if element is not root:
            depths[element] = depths[element.getparent()] + 1
    return list(depths.items())


def _clean(element, pictures: bool, links: bool) -> int:
    """Clean the attributes of one element; return 1 for a foreign picture."""
    attributes = dict(element.attrib)
    element.attrib.clear()
    for name, value in attributes.items():
        if name in _ATTRIBUTES:
            element.set(name, value)
    if style := _style(attributes.get("style", "")):
        element.set("style", style)
    if element.tag == "a" and links:
        _link(element, attributes.get("href", ""))
    if element.tag == "img":
        return _picture(element, _BLANK.sub("", attributes.get("src", "")), pictures)
    return int("background" in attributes)


def _style(style: str) -> str:
    declarations = (one.strip() for one in style.split(";"))
    return "; ".join(one for one in declarations if one and not _BAD_STYLE.search(one))


def _link(element, target: str) -> None:
    target = _BLANK.sub("", target)
    if target.lower().startswith(_SCHEMES):
        element.set("href", target)
        element.set("target", "_blank")
        element.set("rel", "noopener noreferrer nofollow")
        if not element.get("title"):
            element.set("title", target)


def _picture(element, source: str, pictures: bool) -> int:
    if _PICTURES.match(source) or _OWN.fullmatch(source):
        element.set("src", source)
        return 0
    if not source.lower().startswith(("http://", "https://", "//")):
        return 0  # of an attachment that is not there, or nonsense
    if pictures:
        element.set("src", source)
        element.set("referrerpolicy", "no-referrer")
        element.set("loading", "lazy")
    return 1

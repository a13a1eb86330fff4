"""Response: HTML as the beginnings and ends of its elements, however broken it is.

Only what it takes to read a mail, in one pass: what a browser would repair by moving
elements about stays where it stands.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

START, END, TEXT = "start", "end", "text"
Attributes = dict[str, str]

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
# Their content is no markup, and nothing that a reader sees.
_RAW = frozenset(["script", "style", "title", "textarea", "iframe", "noembed", "xmp"])
# What ends an element of its kind that was left open.
_ENDED_BY = {
    "li": frozenset(("li",)),
    "dt": frozenset(("dt", "dd")),
    "dd": frozenset(("dt", "dd")),
    "td": frozenset(("td", "th")),
    "th": frozenset(("td", "th")),
    "tr": frozenset(("td", "th", "tr")),
    **dict.fromkeys(
        [
            "address",
            "blockquote",
            "center",
            "div",
            "dl",
            "fieldset",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "ol",
            "p",
            "pre",
            "table",
            "ul",
        ],
        frozenset(("p",)),
    ),
}
# A cell is a world of its own: an end tag in it ends nothing outside, but for these.
_CELLS = frozenset(("td", "th"))
_TABLE = frozenset(["table", "tbody", "tfoot", "thead", "tr", "td", "th"])

_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*("[^"]*"?|'[^']*'?|[^\s>"'][^\s>]*))?"""
)
_TAG_END = re.compile(r"[\s/=]*")


def read(source: str) -> Iterator[tuple[str, str, Attributes]]:
    """Yield what stands in ``source``: an event, and a tag and attributes, or a text.

    Each element that begins also ends.
    """
    stack: list[str] = []
    scopes: list[Counter[str]] = [Counter()]
    for event, name, attributes in _tokens(source):
        if event == TEXT:
            yield event, name, attributes
        elif event == END:
            for tag in _ended(stack, scopes, name):
                yield END, tag, {}
        else:
            while stack and stack[-1] in _ENDED_BY.get(name, ()):
                yield END, _pop(stack, scopes), {}
            yield event, name, attributes
            if name in _VOID or "/" in attributes:
                yield END, name, {}
            else:
                stack.append(name)
                scopes[-1][name] += 1
                if name in _CELLS:
                    scopes.append(Counter())
    while stack:
        yield END, _pop(stack, scopes), {}


def _ended(stack: list[str], scopes: list[Counter], name: str) -> Iterator[str]:
    """Yield what an end tag ends: its element and those left open inside."""
    reach = range(len(scopes)) if name in _TABLE else (len(scopes) - 1,)
    if any(scopes[number][name] for number in reversed(reach)):
        while (tag := _pop(stack, scopes)) != name:
            yield tag
        yield tag


def _pop(stack: list[str], scopes: list[Counter]) -> str:
    tag = stack.pop()
    if tag in _CELLS:
        scopes.pop()
    scopes[-1][tag] -= 1
    return tag


def _tokens(source: str) -> Iterator[tuple[str, str, Attributes]]:
    """Yield tags and texts as they stand."""
    at, size = 0, len(source)
    while at < size:
        begin = source.find("<", at)
        begin = size if begin < 0 else begin
        if begin > at:
            yield TEXT, _unescape(source[at:begin]), {}
        at = begin + 1
        if begin == size:
            return
        if source.startswith("!--", at):
            at = _after(source, "-->", at + 1)
        elif source.startswith(("!", "?"), at):
            at = _after(source, ">", at)
        elif source.startswith("/", at) and (name := _NAME.match(source, at + 1)):
            at = _after(source, ">", name.end())
            yield END, name[0].lower(), {}
        elif name := _NAME.match(source, at):
            at, attributes = _attributes(source, name.end())
            yield START, name[0].lower(), attributes
            if name[0].lower() in _RAW and "/" not in attributes:
                at = _after_raw(source, name[0], at)
        else:
            yield TEXT, "<", {}


def _attributes(source: str, at: int) -> tuple[int, Attributes]:
    """Return where a tag ends, and its attributes; ``/`` is one when it is closed."""
    found: Attributes = {}
    while match := _ATTRIBUTE.match(source, at):
        value = match[2] or ""
        if value[:1] in ('"', "'"):
            value = value[1:].removesuffix(value[0])
        found.setdefault(match[1].lower(), _unescape(value))
        at = match.end()
    end = _TAG_END.match(source, at).end()
    if source[at:end].endswith("/"):
        found["/"] = ""
    return _after(source, ">", end), found


def _after(source: str, mark: str, at: int) -> int:
    """Return the place after the next mark, the end when there is none."""
    found = source.find(mark, at)
    return len(source) if found < 0 else found + len(mark)


def _after_raw(source: str, name: str, at: int) -> int:
    """Return where the end tag of an element begins that holds no markup."""
    found = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(
        source, at
    )
    return found.start() if found else len(source)


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:  # a number with thousands of digits
        return text

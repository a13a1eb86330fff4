"""Checking: what was to be replaced and still stands there."""

import re
from collections.abc import Iterator

from .finding import OK, WARNING, Finding

_LEFT = re.compile(
    r"""
      lorem\s+ipsum | dolor\s+sit\s+amet
    | \[\s*(?:your|my|the|insert|enter|company|first|last|full|name|product|date|city
          |event|link|code|headline|title|(?:old|new)\s+price|price|place|number
          |(?:week)?day|month|time|from|until|one\s+sentence|second|third|kind|result
          |talk|their|we|you|what|why|firma|vorname|nachname|name|ihr|ihre|datum|nom|prénom|société
          |votre|nombre|apellido|empresa|su)\b[^\]\n]{0,140}\]
    | (?:write|insert|enter|add|type|put)\s+your\s+(?:own\s+)?(?:text|content|title
          |headline|name|message|logo)(?:\s+here)?
    | \byour\s+(?:text|title|headline|logo|content|message)\s+(?:goes\s+)?here\b
    | \bhier\s+(?:steht\s+)?(?:ihr|dein)e?\s+text\b | \btext\s+hier\s+einfügen\b
    | \bvotre\s+texte\s+ici\b | \b(?:tu|su)\s+texto\s+aquí\b
    | \b(?:TODO|FIXME|TBD|XXX+)\b
    | \{\{[^}\n]{1,80}\}\} | \$\{[^}\n]{1,80}\} | \*\|[A-Z_:]{2,40}\|\*
    | %%?(?:first_?name|last_?name|name|email|company)%%?
    | <<[A-Za-z_ ]{2,40}>>
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A word that only stands in capitals for something left to do.
_CAPITALS_ONLY = ("todo", "fixme", "tbd")
# "Dear ," says that a name is missing and has nothing to fall back on.
_BARE_GREETING = re.compile(
    r"\b(?:dear|hello|hi|hey|hallo|liebe[r]?|sehr\s+geehrte[r]?|bonjour|cher|chère|"
    r"hola|estimad[oa]|querid[oa])\s+[,!:]",
    re.IGNORECASE,
)


def check(text: str) -> Iterator[Finding]:
    """Look at the words of a mail: subject, preview text and page."""
    found = [
        match[0].strip()
        for match in _LEFT.finditer(text)
        if match[0].casefold() not in _CAPITALS_ONLY or match[0].isupper()
    ]
    if found:
        items = tuple(dict.fromkeys(found))[:20]
        yield Finding("leftover", WARNING, {"count": len(items)}, items)
    else:
        yield Finding("leftovers", OK)


def check_greeting(text: str) -> Iterator[Finding]:
    """Look at the words of the mail to somebody whose name is not known."""
    if match := _BARE_GREETING.search(text):
        yield Finding("bare_greeting", WARNING, {"words": match[0]})

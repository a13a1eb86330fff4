"""Campaign: words in a body that stand for the company that sends it.

A template says where they belong with an element of its own, which keeps its mark, so
that the words can be put in again for another company::

    <span data-company="address">Your postal address</span>
"""

import html
import re

_MARK = re.compile(
    r"""(?P<start><(?P<tag>\w+)\b[^<>]*\sdata-company="(?P<word>\w+)"[^<>]*>)"""
    r"""[^<]*(?P<end></(?P=tag)>)"""
)


def fill(body: str, words: dict[str, str]) -> str:
    """Return ``body`` with the words of a company; unknown or empty ones stay."""

    def filled(match: re.Match) -> str:
        word = words.get(match["word"])
        if not word:
            return match[0]
        return f"{match['start']}{html.escape(word, quote=False)}{match['end']}"

    return _MARK.sub(filled, body)

"""Checking: addresses that are no person's, and those that are thrown away.

The lists are our own, in ``data/``: words that stand before the @ of an address which
several people read or nobody does, in the languages of our users, and the domains of
services that lend addresses for some minutes.
"""

import functools
from pathlib import Path

_DATA = Path(__file__).parent / "data"


@functools.cache
def role_names() -> frozenset[str]:
    """Return what stands before the @ of addresses for a role (RFC 2142 and custom)."""
    return _lines("role_names.txt")


@functools.cache
def throwaway_domains() -> frozenset[str]:
    """Return the domains of services for throw-away addresses."""
    return _lines("throwaway_domains.txt")


def _lines(name: str) -> frozenset[str]:
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and line[0] != "#")

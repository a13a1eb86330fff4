"""Tracking: was it a person or a machine that opened a mail or followed a link?

:func:`judge` takes visits (requests for the tracked addresses of mails), says of each
whether a ``human`` or a ``machine`` made it, or that it is ``unknown``, and by which
rule. The rules stand in :mod:`.detectors`, the most certain first; the first that knows
decides. They look at visits together, so what comes later may change what was said of
earlier ones: call :func:`judge` again with both.

No rule makes a machine of whoever opens a mail and follows a link at once: people do.
"""

from .detectors import judge
from .visit import (
    CLICK,
    DECOY,
    HUMAN,
    KINDS,
    MACHINE,
    OPEN,
    UNKNOWN,
    VIEW,
    Judgement,
    Visit,
    address_prefix,
)

__all__ = [
    "CLICK",
    "DECOY",
    "HUMAN",
    "KINDS",
    "MACHINE",
    "OPEN",
    "UNKNOWN",
    "VIEW",
    "Judgement",
    "Visit",
    "address_prefix",
    "judge",
]

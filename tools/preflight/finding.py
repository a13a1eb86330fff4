"""Checking: one thing that was found."""

from dataclasses import dataclass, field

ERROR = "error"  # the mail cannot or must not be sent
WARNING = "warning"  # a person should decide
INFO = "info"  # good to know
OK = "ok"  # looked at, and nothing was found

LEVELS = (ERROR, WARNING, INFO, OK)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    ``values`` go into the sentence about it; ``items`` are what it is about, such as
    addresses of links, the most important first.
    """

    code: str
    level: str
    values: dict = field(default_factory=dict)
    items: tuple[str, ...] = ()

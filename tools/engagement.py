"""Tracking: how much of a reader somebody is, as a number from 0 to 100.

Only what people did counts, each kind once for each mail; it is worth half as much
after every half-life. ``campaign.engagement`` has the same formula in SQL.
"""

from collections.abc import Iterable

OPEN, CLICK, REPLY = "open", "click", "reply"

# A picture may be fetched by mistake, a link less so, and nobody writes by mistake.
WEIGHTS = {OPEN: 1.0, CLICK: 4.0, REPLY: 10.0}
HALF_LIFE_DAYS = 60
# So many points are half of the way to 100: an answer of today.
HALF_WAY = 10.0
# What the sentence on a contact speaks of.
RECENT_DAYS = 90


def points(
    happened: Iterable[tuple[str, float]], half_life: float = HALF_LIFE_DAYS
) -> float:
    """Return what events are worth now.

    :param happened: kind and age in days of each event.

    >>> points([(REPLY, 0), (CLICK, 60)])
    12.0
    """
    return sum(
        WEIGHTS[kind] * 0.5 ** (max(age, 0.0) / half_life) for kind, age in happened
    )


def score(worth: float) -> int:
    """Return points as a number from 0 to 100, which nobody ever quite reaches.

    >>> score(0), score(10), score(20), score(1000)
    (0, 50, 75, 100)
    """
    return round(100 * (1 - 0.5 ** (max(worth, 0.0) / HALF_WAY)))

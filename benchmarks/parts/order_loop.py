"""How a child process of the benchmarks follows orders, and what they cost it.

Orders come from standard input, one JSON line each, ``[function, arguments]``, and
each is answered with one line. Needs the standard library only: it runs in the Python
of whatever is measured.
"""

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

_logger = logging.getLogger("campaign_desk.benchmark")

ORDERS: dict[str, Callable] = {}


def order(function: Callable) -> Callable:
    """Make a function available as an order."""
    ORDERS[function.__name__] = function
    return function


def keep_replies_apart():
    """Return where replies go: whatever prints must not stand between them."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return replies


def follow_orders(replies, statements: Callable[[], int], *context: object) -> None:
    """Follow orders until there are no more.

    :param statements: tells how many SQL statements there were so far.
    :param context: the first arguments of every order.
    """
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            reply = _measured(ORDERS[name], statements, context, arguments)
        except Exception as error:
            _logger.exception("Order %s failed", name)
            reply = {"error": f"{name}: {type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


def _measured(function, statements, context, arguments) -> dict:
    """Call a function; return its result and what it cost this process."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the past
    memory = _memory("VmRSS")
    before, count = _cpu_seconds(), statements()
    start = time.perf_counter()
    result = function(*context, **arguments)
    seconds = time.perf_counter() - start
    return {
        "result": result,
        "seconds": seconds,
        "cpu_seconds": _cpu_seconds() - before,
        "statements": statements() - count,
        "memory_before_mb": memory,
        "memory_peak_mb": _memory("VmHWM"),
    }


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _memory(name: str) -> float:
    """Return one of the kernel's figures of this process's memory, in megabytes."""
    with open("/proc/self/status") as lines:
        line = next(line for line in lines if line.startswith(name))
    return int(line.split()[1]) / 1024

"""What the database costs, in seconds of the processor."""

import os
from pathlib import Path

from lib.environment import Environment

TICKS = os.sysconf("SC_CLK_TCK")


def database_seconds(env: Environment, database: str) -> float:
    """Return the CPU seconds of the sessions of a database so far.

    With those of sessions that have ended, which the server has added up; these are
    of any database, but a benchmark has the server to itself.
    """
    sql = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"
    living = map(int, env.postgres.query(sql).split())
    server = int((env.postgres.data / "postmaster.pid").read_text().split()[0])
    return sum(_own_seconds(pid) for pid in living) + _children_seconds(server)


def _own_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used, 0 if it is gone."""
    words = _stat(pid)
    return (int(words[11]) + int(words[12])) / TICKS if words else 0.0


def _children_seconds(pid: int) -> float:
    """Return the CPU seconds of a process's children that have ended."""
    words = _stat(pid)
    return (int(words[13]) + int(words[14])) / TICKS if words else 0.0


def _stat(pid: int) -> list[str]:
    """Return what the kernel says of a process, from its state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

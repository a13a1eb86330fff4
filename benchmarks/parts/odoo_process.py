"""An Odoo process with a registry of its own that follows orders."""

import re
from pathlib import Path

from lib.environment import Environment

from .child_process import ChildProcess

INSIDE = Path(__file__).parent / "inside_odoo.py"
# What PostgreSQL says when transactions get into each other's way.
CONFLICT = re.compile(r"could not serialize access|deadlock detected")


class OdooProcess(ChildProcess):
    """A child process that has booted Odoo; its orders are in ``inside_odoo.py``."""

    def __init__(self, env: Environment, database: str):
        command = env.odoo_command(database=database)
        command[1:3] = [str(INSIDE)]
        super().__init__(command, log_of(env, database), env.odoo_environ())


def log_of(env: Environment, database: str) -> Path:
    """Return the log of the processes on a database."""
    return env.state / "bench" / f"{database}.log"


def conflicts(log: Path) -> list[str]:
    """Return the lines of a log in which transactions got into each other's way."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return [line for line in lines if CONFLICT.search(line)]

"""An Odoo process with a registry of its own that follows orders, and its costs."""

import json
import os
import re
import select
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lib.console import CommandError
from lib.environment import Environment

INSIDE = Path(__file__).parent / "inside_odoo.py"
TICKS = os.sysconf("SC_CLK_TCK")
# What PostgreSQL says when transactions get into each other's way.
CONFLICT = re.compile(r"could not serialize access|deadlock detected")


class OdooProcess:
    """A child process that has booted Odoo and waits for orders.

    An order is a function of ``inside_odoo.py`` and its arguments, a reply what the
    function returns and what it cost.
    """

    def __init__(self, env: Environment, database: str):
        command = env.odoo_command(database=database)
        command[1:3] = [str(INSIDE)]
        self.log = log_of(env, database)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=env.odoo_environ(),
                text=True,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def has_replied(self) -> bool:
        """Whether a reply can be read (or the process ended without one)."""
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def order(self, name: str, **arguments: object) -> None:
        """Send an order without waiting for the reply."""
        print(json.dumps([name, arguments]), file=self._process.stdin, flush=True)

    def reply(self) -> dict:
        """Return the reply to the oldest open order."""
        line = self._process.stdout.readline()
        if not line:
            raise CommandError(f"an Odoo process ended; {self.log} says why.")
        reply = json.loads(line)
        if "error" in reply:
            raise CommandError(f"{reply['error']}\n    {self.log} says more.")
        return reply

    def call(self, name: str, **arguments: object) -> dict:
        """Send an order and return the reply."""
        self.order(name, **arguments)
        return self.reply()

    def kill(self) -> None:
        """Kill it as -9 does, and collect it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def close(self) -> None:
        """Let it end."""
        if self.alive:
            self._process.stdin.close()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def backend_seconds(env: Environment, database: str) -> float:
    """Return the CPU seconds of the database's sessions so far."""
    sql = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}'"
    return sum(map(cpu_seconds, map(int, env.postgres.query(sql).split())))


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process has used, 0 if it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / TICKS


def close_all(processes: Iterable[OdooProcess]) -> None:
    """End processes, whatever state they are in."""
    for process in processes:
        process.close()


def log_of(env: Environment, database: str) -> Path:
    """Return the log of the processes on a database."""
    return env.state / "bench" / f"{database}.log"


def conflicts(log: Path) -> list[str]:
    """Return the lines of a log in which transactions got into each other's way."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return [line for line in lines if CONFLICT.search(line)]

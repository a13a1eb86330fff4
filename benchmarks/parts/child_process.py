"""A child process that follows orders, see ``order_loop.py``."""

import json
import select
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lib.console import CommandError


class ChildProcess:
    """A process that waits for orders.

    An order is a function of its program and arguments, a reply what the function
    returns and what it cost.
    """

    def __init__(self, command: Sequence[str], log: Path, environ: Mapping[str, str]):
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=environ,
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
            raise CommandError(f"a process ended; {self.log} says why.")
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


def close_all(processes: Iterable[ChildProcess]) -> None:
    """End processes, whatever state they are in."""
    for process in processes:
        process.close()

"""The SMTP servers that benchmarks send to; nothing leaves this computer."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lib.console import CommandError
from lib.environment import Environment
from lib.system import find_program

from . import sink as recording_sink

START_WITHIN = 20


class RecordingSink:
    """A running ``sink.py`` and its journal."""

    def __init__(self, folder: Path, port: int):
        self.port = port
        self._journal = folder / "journal"
        self._read = 0  # bytes of the journal that are counted
        self._taken = 0

    @property
    def taken(self) -> int:
        """How many mails it has taken so far."""
        with self._journal.open("rb") as journal:
            journal.seek(self._read)
            for line in journal:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self._taken += b'"event": "mail"' in line
        return self._taken

    def journal(self) -> list[dict]:
        """Return all that is written down; complete when the sink has stopped."""
        return [json.loads(line) for line in self._journal.read_text().splitlines()]

    def arrived(self, message_id: str) -> float | None:
        """Return when a mail arrived (:func:`time.time`), None if it has not."""
        for line in self.journal():
            if line["event"] == "mail" and line["id"] == message_id:
                return line["at"]
        return None

    def faults(self) -> Counter:
        """Return how often it made which fault."""
        faults = (line for line in self.journal() if line["event"] == "fault")
        return Counter(line["kind"] for line in faults)

    def move_gate(self, mails: float) -> None:
        """Have it fall silent when it has taken so many mails."""
        move_gate(self._journal.parent, mails)


def move_gate(folder: Path, mails: float) -> None:
    """Let the recording sink of this folder take so many mails and no more."""
    new = folder / "gate.new"
    new.write_text(str(mails))
    new.rename(folder / "gate")


@contextmanager
def recording(
    folder: Path,
    seed: int = 1,
    delay: float = 0,
    faults: Mapping[str, float] | None = None,
    keep: bool = False,
    gate: float | None = None,
) -> Iterator[RecordingSink]:
    """Run the sink that keeps an account of everything; see ``sink.py``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if gate is not None:
        move_gate(folder, gate)
    process = subprocess.Popen(
        [
            *(sys.executable, recording_sink.__file__, str(folder)),
            *("--seed", str(seed), "--delay", str(delay)),
            *("--faults", json.dumps(dict(faults or {}))),
            *(["--keep"] if keep else []),
        ],
        start_new_session=True,
    )
    try:
        _wait(process, (folder / "port").exists)
        yield RecordingSink(folder, int((folder / "port").read_text()))
    finally:
        _stop(process)


class FastSink:
    """A running ``smtp-sink`` of Postfix, which only counts."""

    def __init__(self, port: int, counters: Path):
        self.port = port
        self._counters = counters

    def taken(self) -> int:
        """Return how many mails it has taken."""
        counts = re.findall(r"mesg=(\d+)", self._counters.read_text())
        return int(counts[-1]) if counts else 0


@contextmanager
def fast(env: Environment, folder: Path) -> Iterator[FastSink]:
    """Run ``smtp-sink``, the fastest server that can be had."""
    env.ensure("postfix")
    program = find_program("smtp-sink")
    if not program:
        raise CommandError("there is no smtp-sink; Debian has it in postfix.")
    port = _free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    folder.mkdir(parents=True, exist_ok=True)
    counters = folder / "counters"
    with counters.open("w") as output:
        process = subprocess.Popen(
            [program, *user, "-c", f"inet:127.0.0.1:{port}", "1000"],
            stdout=output,
            start_new_session=True,
        )
    try:
        _wait(process, lambda: _listens(port))
        yield FastSink(port, counters)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen, ready) -> None:
    end = time.monotonic() + START_WITHIN
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise CommandError("the SMTP server of the benchmark did not start.")
        time.sleep(0.02)


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0

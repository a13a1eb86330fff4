"""The demonstration's child processes: apart from the terminal, always stopped."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from .console import CommandError

# Between bin/demo and its part inside Odoo (demo_campaign.py).
ORDERS = "CAMPAIGN_DESK_DEMO"
MARK = "@demo "

STOP_AFTER = 20
START_WITHIN = 120


def spawn(command: list[str], **options) -> subprocess.Popen:
    """Start a program in a group of its own: Ctrl-C reaches us, and we stop it."""
    return subprocess.Popen(command, start_new_session=True, **options)


def stop(process: subprocess.Popen) -> None:
    """Ask a program to end, and its whole group if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_AFTER)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def check_port(port: int) -> None:
    """Raise when another program listens on a port of this computer."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use; stop the program that uses it, "
                "or set CAMPAIGN_DESK_PORT to another one."
            ) from error


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen, failure: str
) -> None:
    """Wait until a program is ready; raise when it ends before."""
    end = time.monotonic() + START_WITHIN
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise CommandError(failure)
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tell whether a web page is there."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def run_logged(
    command: list[str],
    log: Path,
    environ: Mapping[str, str],
    watch: Callable[[str], None],
) -> int:
    """Run a program with its output in a file; show ``watch`` the file's last line."""
    with log.open("wb") as output:
        process = spawn(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while process.poll() is None:
            time.sleep(0.5)
            watch(_last_line(log))
    finally:
        stop(process)
    return process.returncode


def _last_line(log: Path) -> str:
    """Return the last line of a file."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        return (file.read().decode("utf-8", "replace").splitlines() or [""])[-1]

"""How the commands talk: progress lines, one-sentence errors, quiet subprocesses."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class CommandError(Exception):
    """Something is missing or went wrong; the text says what to do about it."""


def say(text: str) -> None:
    """Print one progress line, on stderr so that a command's output stays clean."""
    print(f"· {text}", file=sys.stderr, flush=True)


def run(command: list[str], *, failure: str, **options) -> str:
    """Run a program silently and return its output, or raise ``failure``."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **options,
        )
    except FileNotFoundError as error:
        raise CommandError(f"{failure} (no program {error.filename})") from error
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.strip()]
        raise CommandError("\n    ".join([failure, *said[-8:]]))
    return done.stdout


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold a lock file, so that two commands never set up the same thing at once."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another command is setting this up; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def start(main: Callable[[list[str]], int | None]) -> None:
    """Run a command's ``main`` and leave with its exit status."""
    try:
        status = main(sys.argv[1:])
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    except BrokenPipeError:
        # The reader of our output has left: there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status or 0)

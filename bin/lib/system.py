"""Programs of the operating system, installed from Debian when root runs us."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import CommandError, run, say

POLICY = Path("/usr/sbin/policy-rc.d")


def is_root() -> bool:
    """Tell whether this process may install packages and must not run PostgreSQL."""
    return os.geteuid() == 0


def find_program(*names: str) -> str | None:
    """Return the path of the first program that exists."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return next(
        (found for name in names if (found := shutil.which(name, path=path))), None
    )


def install(*packages: str) -> None:
    """Install Debian packages without starting the services that they bring."""
    names = " ".join(packages)
    if not is_root() or not shutil.which("apt-get"):
        raise CommandError(f"please install {names} (as root: apt-get install {names})")
    say(f"installing {names}")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-q"], failure="apt-get update failed.", env=environ)
    with _services_stay_off():
        run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
            failure=f"apt-get could not install {names}.",
            env=environ,
        )


@contextmanager
def _services_stay_off() -> Iterator[None]:
    """Keep packages from starting their services (Debian's policy-rc.d)."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)

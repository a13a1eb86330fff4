"""What a figure is worth without: the machine and the programs it was measured on."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path


def machine_facts(env) -> dict[str, str]:
    """Return facts about the machine and the programs, for people."""
    python = subprocess.run(
        [str(env.python), "--version"], capture_output=True, text=True, check=True
    )
    release = (env.odoo_home / "odoo" / "release.py").read_text()
    version = re.search(r"version_info = \((\d+), (\d+)", release)
    commit = subprocess.run(
        ["git", "-C", str(env.root), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        "cores": str(os.cpu_count()),
        "processor": _first(r"model name\s*: (.+)", "/proc/cpuinfo"),
        "memory": f"{_kilobytes() / 1024**2:.0f} GB",
        "system": platform.platform(terse=True),
        "python": python.stdout.split()[-1],
        "postgresql": env.postgres.query("SHOW server_version"),
        "odoo": ".".join(version.groups()) if version else "19",
        "add-on": commit.stdout.strip(),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _kilobytes() -> int:
    return int(_first(r"MemTotal:\s*(\d+)", "/proc/meminfo") or 0)


def _first(pattern: str, path: str) -> str:
    try:
        found = re.search(pattern, Path(path).read_text())
    except OSError:
        found = None
    return found[1] if found else ""

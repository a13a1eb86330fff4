"""Running Odoo's test suites and reading what Odoo says about them."""

import re
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .console import CommandError
from .environment import Environment

TIME_LIMIT = 30 * 60
TOTALS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
FAILURE = re.compile(r"^\S+ \S+ \d+ ERROR \S+ (\S+): (?:FAIL|ERROR): (.+?)\s*$")
SKIPPED = re.compile(r"^\S+ \S+ \d+ INFO \S+ (\S+): skipped (.+?) : (.*)$")


@dataclass
class TestReport:
    """What one run of Odoo's tests came to."""

    total: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    # Odoo counts a failed sub-test, and a class that cannot start, as one each.
    failed: int = 0
    finished: bool = False


def read_log(log: Path) -> TestReport:
    """Read the names and the totals of the tests out of a log of Odoo."""
    report = TestReport()
    with log.open(errors="replace") as lines:
        for line in lines:
            if found := FAILURE.match(line):
                name = _test_name(found[1], found[2])
                if name not in report.failures:
                    report.failures.append(name)
            elif found := SKIPPED.match(line):
                report.skipped.append(f"{_test_name(found[1], found[2])}: {found[3]}")
            elif found := TOTALS.search(line):
                report.failed = int(found[1]) + int(found[2])
                report.total = int(found[3])
                report.finished = True
    return report


def _test_name(logger: str, description: str) -> str:
    """Name a test as ``module:Class.method``, whatever its values in this run."""
    module = logger.removeprefix("odoo.addons.").split(".")[0]
    description = description.removeprefix("Subtest ")
    found = re.match(r"setUpClass \(\S*\.(\w+)\)|(\w+\.\w+)", description)
    if not found:
        return f"{module}:{description}"
    return f"{module}:{found[2] or found[1] + '.setUpClass'}"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_odoo(
    env: Environment,
    database: str,
    log: Path,
    *args: str,
    program: Sequence[str] = ("-m", "odoo"),
    script: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run Odoo on a test database, its log in a file, and return its exit status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    command = env.odoo_command(*args, database=database, port=free_port())
    command[1:3] = program
    with log.open("w") as output, (script or Path("/dev/null")).open() as stdin:
        try:
            return subprocess.run(
                command,
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=env.state,
                env={**env.odoo_environ(), **(environ or {})},
                timeout=TIME_LIMIT,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise CommandError(f"Odoo ran for half an hour; see {log}") from error


def check_log(env: Environment, log: Path) -> str:
    """Return the warnings of a log that .checklog-odoo.cfg does not excuse."""
    done = subprocess.run(
        [
            *(str(env.python), "-m", "checklog_odoo", "--no-echo"),
            *("--config", str(env.root / ".checklog-odoo.cfg"), str(log)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return ""
    said = done.stdout + done.stderr
    return said.partition("errors that caused failure")[2] or said

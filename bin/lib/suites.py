"""The parts of bin/test, each of them an outcome that can be counted."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .console import CommandError, only_one, run, say
from .environment import MODULE, Environment
from .linters import run_linters
from .mail_servers import mail_servers
from .odoo_tests import TestReport, check_log, free_port, read_log, run_odoo
from .postgres import ROLE
from .system import is_root

CORE_SUITES = "/mass_mailing,/test_mass_mailing"
# Odoo's suites look for Odoo's own mails, so their mailings take Odoo's own path.
STANDARD_ENGINE = """
    INSERT INTO ir_config_parameter (key, value)
    VALUES ('campaign_desk.delivery_engine', 'standard')
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
HERE = Path(__file__).parent
WHEEL_LIMIT = 20_000_000


@dataclass
class Outcome:
    """What one part came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, good: bool, note: str = "") -> None:
        """Count one check; a failed one leaves its note."""
        if good:
            self.passed += 1
        else:
            self.failed += 1
            self.notes.append(note)


@dataclass(frozen=True)
class Options:
    """What the caller of bin/test asked for."""

    tags: str = ""
    database: str = "test_addon"
    keep: bool = False


# Parts that run side by side, each row in its order: a database that one part has
# installed serves the next.
STREAMS = (
    ("addon", "upgrade", "mail"),
    ("lint", "unit", "core", "crash", "demo", "wheel"),
)
# What is set up before they begin, so that no two parts do it at the same time.
NEEDS = {"lint": ("lint",), "unit": ("python",), "wheel": ("lint",)}
NEEDS_OF_OTHERS = ("odoo", "python", "postgres", "chromium", "postfix")


class Suites:
    """The parts, and how they run."""

    def __init__(self, env: Environment, options: Options):
        self.env = env
        self.options = options
        self.logs = env.state / "logs"
        self.baseline = env.root / "tests" / "baseline.json"

    @property
    def parts(self) -> dict[str, Callable[[], Outcome]]:
        """The parts by name."""
        return {
            "lint": self.lint,
            "unit": self.unit,
            "addon": self.addon,
            "upgrade": self.upgrade,
            "crash": self.crash,
            "mail": self.mail,
            "demo": self.demo,
            "core": self.core,
            "wheel": self.wheel,
        }

    def run_all(self, names: Iterable[str]) -> dict[str, Outcome]:
        """Run parts, in two streams: while one waits for a browser, the other works."""
        wanted = list(names)
        streams = [[name for name in row if name in wanted] for row in STREAMS]
        for name in wanted if all(streams) else ():
            self.env.ensure(*NEEDS.get(name, NEEDS_OF_OTHERS))
        with ThreadPoolExecutor(len(STREAMS)) as pool:
            done = pool.map(lambda row: [(one, self.run(one)) for one in row], streams)
            outcomes = dict(pair for row in done for pair in row)
        return {name: outcomes[name] for name in self.parts if name in outcomes}

    def run(self, name: str) -> Outcome:
        """Run one part; one that ran nothing has failed."""
        say(f"{name} begins")
        begin = time.monotonic()
        try:
            outcome = self.parts[name]()
            if not outcome.passed + outcome.failed + outcome.skipped:
                outcome.count(False, "no test ran")
        except CommandError as error:
            outcome = Outcome(failed=1, notes=[str(error)])
        outcome.seconds = time.monotonic() - begin
        total = (
            f"{name}: {outcome.passed} passed, {outcome.failed} failed, "
            f"{outcome.skipped} skipped in {outcome.seconds:.0f} s"
        )
        print("\n".join([f"\n== {name} ==", *outcome.notes, total]), flush=True)
        return outcome

    # ------------------------------------------------------------
    # WITHOUT ODOO
    # ------------------------------------------------------------

    def lint(self) -> Outcome:
        """Ask every linter."""
        passed, failed = run_linters(self.env)
        return Outcome(passed, failed)

    def unit(self) -> Outcome:
        """Run the tests of ``tools/``, which need no Odoo."""
        self.env.ensure("python")
        if not list(self.env.root.glob("tests/unit/test_*.py")):
            return Outcome()
        code = (
            f"import sys, unittest; sys.path.insert(0, {str(self.env.root)!r}); "
            "unittest.main(module=None, argv=['unittest', 'discover', '-s', "
            "'tests/unit', '-t', 'tests/unit'])"
        )
        done = subprocess.run(
            [str(self.env.python), "-I", "-c", code],
            cwd=self.env.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        ran = re.search(r"^Ran (\d+) tests? in", done.stdout, re.M)
        counts = dict(re.findall(r"(failures|errors|skipped)=(\d+)", done.stdout))
        failed = int(counts.get("failures", 0)) + int(counts.get("errors", 0))
        skipped = int(counts.get("skipped", 0))
        outcome = Outcome(int(ran[1]) - failed - skipped if ran else 0, failed, skipped)
        if done.returncode:
            outcome.notes.append(done.stdout.strip())
            outcome.failed = outcome.failed or 1
        return outcome

    def wheel(self) -> Outcome:
        """Build the wheel and look into it."""
        self.env.ensure("lint")
        outcome = Outcome()
        with tempfile.TemporaryDirectory() as folder:
            run(
                [
                    *(str(self.env.linters.python), "-m", "pip", "wheel", "--quiet"),
                    *("--disable-pip-version-check", "--no-deps"),
                    *("--no-build-isolation", "--wheel-dir", folder),
                    str(self.env.root),
                ],
                failure="the wheel could not be built.",
            )
            (wheel,) = Path(folder).glob("*.whl")
            names = zipfile.ZipFile(wheel).namelist()
            size = wheel.stat().st_size
        home = f"odoo/addons/{MODULE}/"
        strangers = [
            name
            for name in names
            if not name.startswith(home) and ".dist-info/" not in name
        ]
        manifest = f"{home}__manifest__.py"
        outcome.count(manifest in names, f"{wheel.name} has no {manifest}")
        outcome.count(not strangers, f"{wheel.name} also holds {strangers[:5]}")
        outcome.count(size < WHEEL_LIMIT, f"{wheel.name} has {size} bytes")
        modules = [path.name for path in self.env.root.glob("*.py")]
        read = self.env.root.glob("tools/*/data/*")
        read = [path.relative_to(self.env.root) for path in read]
        data = [f"{home}{path}" for path in [*self._manifest_files(), *modules, *read]]
        missing = sorted(set(data) - set(names))
        outcome.count(not missing, f"{wheel.name} has no {missing[:5]}")
        return outcome

    def _manifest_files(self) -> list[str]:
        """Return the files that the manifest names."""
        text = (self.env.root / "__manifest__.py").read_text()
        return re.findall(r'"([\w./-]+\.(?:xml|csv|sql))"', text)

    # ------------------------------------------------------------
    # WITH ODOO
    # ------------------------------------------------------------

    def addon(self) -> Outcome:
        """Install the add-on in a fresh database and run its tests."""
        self.env.ensure("odoo", "python", "postgres", "chromium")
        name = self.options.database
        log = self.logs / f"{name}.log"
        with self._using(name):
            known = self.options.keep and self.env.database_exists(name)
            if not known:
                self.env.drop_database(name)
            say(
                f"{'updating' if known else 'installing'} and testing; the log is {log}"
            )
            status = run_odoo(
                self.env,
                name,
                log,
                *("-u" if known else "-i", MODULE),
                *(
                    "--test-tags",
                    self.options.tags or f"/{MODULE}",
                    "--stop-after-init",
                ),
                *("--screenshots", str(self.logs / "screenshots")),
            )
        report = read_log(log)
        outcome = self._outcome(report, status, log)
        if report.total:
            warnings = check_log(self.env, log)
            outcome.count(not warnings, f"the log warns:\n{_shorten(warnings)}")
        return outcome

    def upgrade(self) -> Outcome:
        """Update the installed add-on, uninstall it, and look for what it left."""
        self.env.ensure("odoo", "python", "postgres")
        name = self.options.database
        outcome = Outcome()
        with self._using(name):
            if not self.env.database_exists(name):
                self._odoo(name, "install", "-i", MODULE, "--stop-after-init")
            copy = f"{name}_upgrade"
            self.env.drop_database(copy)
            self.env.create_database(copy, template=name)
            say("updating the installed add-on")
            log = self._odoo(copy, "upgrade", "-u", MODULE, "--stop-after-init")
            warnings = check_log(self.env, log)
            outcome.count(not warnings, f"the update warns:\n{_shorten(warnings)}")
            say("uninstalling the add-on")
            log = self.logs / "uninstall.log"
            script = HERE / "uninstall_check.py"
            status = run_odoo(self.env, copy, log, "shell", "--no-http", script=script)
            self.env.drop_database(copy)
        text = log.read_text()
        for verdict, title in re.findall(r"^CHECK (ok|failed) (.+)$", text, re.M):
            outcome.count(verdict == "ok", f"left after uninstalling: {title}")
        done = not status and "CHECK" in text and "Traceback" not in text
        outcome.count(done, f"the add-on could not be uninstalled; see {log}")
        return outcome

    def crash(self) -> Outcome:
        """Kill workers and pause in the middle of campaigns; each mail arrives once."""
        outcome = Outcome()
        for options in (
            ("--mails=500", "--kills=3"),
            ("--mails=500", "--kills=3", "--faults", "--cuts=1"),
            ("--mails=2500", "--kills=1", "--pauses=3"),
        ):
            self._command(outcome, "bench", "crash", *options)
        return outcome

    def mail(self) -> Outcome:
        """Send a campaign through real mail servers, and fetch what comes back."""
        outcome = Outcome()
        if not is_root():
            note = "skipped: Postfix only starts as root"
            return Outcome(skipped=1, notes=[note])
        self.env.ensure("odoo", "python", "postgres", "postfix", "dovecot")
        name, copy = self.options.database, "test_mail"
        with self._using(name):
            if not self.env.database_exists(name):
                self._odoo(name, "install", "-i", MODULE, "--stop-after-init")
            self.env.drop_database(copy)
            self.env.create_database(copy, template=name)
        log = self.logs / f"{copy}.log"
        try:
            with mail_servers() as servers:
                status = run_odoo(
                    self.env,
                    copy,
                    log,
                    *("shell", "--no-http"),
                    script=HERE / "mail_check.py",
                    environ=servers.environ(),
                )
        finally:
            self.env.drop_database(copy)
        text = log.read_text(errors="replace")
        for verdict, title in re.findall(r"CHECK (ok|failed) (.+)$", text, re.M):
            outcome.count(verdict == "ok", f"over real mail servers: {title}")
        done = not status and "CHECKED" in text and "Traceback" not in text
        outcome.count(done, f"the way out and back did not end; see {log}")
        return outcome

    def demo(self) -> Outcome:
        """Tell the story of bin/demo to its table, from the beginning and once more."""
        outcome = Outcome()
        self._command(outcome, "demo", "--fresh", "--exit")
        self._command(outcome, "demo", "--exit")
        self.env.drop_database("test_demo")
        return outcome

    def _command(self, outcome: Outcome, name: str, *args: str) -> None:
        """Count a command of ours as one test."""
        log = self.logs / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        say(f"bin/{name} {' '.join(args)}")
        port = {"CAMPAIGN_DESK_DB": "test_demo", "CAMPAIGN_DESK_PORT": str(free_port())}
        with log.open("w") as output:
            done = subprocess.run(
                [sys.executable, str(self.env.root / "bin" / name), *args],
                env=os.environ | port,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        outcome.count(not done.returncode, f"bin/{name} failed:\n{log.read_text()}")

    def core(self) -> Outcome:
        """Run Odoo's own suites with our add-on; only known failures are allowed."""
        report, status, log = self._core_suites(
            "test_core", MODULE, "test_mass_mailing"
        )
        known = json.loads(self.baseline.read_text())["failures"]
        outcome = self._outcome(report, status, log)
        new = [name for name in report.failures if name not in known]
        if report.finished and report.failed and not new:
            outcome.failed = 0
        outcome.notes = [note for note in outcome.notes if note.strip() not in known]
        if old := sorted(set(known) & set(report.failures)):
            outcome.notes.append(f"failed as without the add-on: {', '.join(old)}")
        fixed = sorted(set(known) - set(report.failures))
        if fixed and not self.options.tags:
            outcome.notes.append(
                f"passed, unlike without the add-on: {', '.join(fixed)}"
            )
        return outcome

    def write_baseline(self) -> None:
        """Write down which of Odoo's tests fail without our add-on."""
        manifest = (self.env.root / "__manifest__.py").read_text()
        depends = re.search(r'"depends": \[(.*?)\]', manifest, re.S)[1]
        modules = [*re.findall(r'"(\w+)"', depends), "test_mass_mailing"]
        report, _status, log = self._core_suites("test_baseline", *modules)
        if not report.finished:
            raise CommandError(f"Odoo's suites did not come to their end; see {log}")
        content = {
            "comment": "Odoo's tests that fail without us (bin/test --baseline)",
            "modules": modules,
            "tests": report.total,
            "failures": sorted(report.failures),
        }
        self.baseline.write_text(json.dumps(content, indent=2) + "\n")
        print(f"{report.total} tests, {len(report.failures)} fail: {self.baseline}")

    def _core_suites(self, name: str, *modules: str) -> tuple[TestReport, int, Path]:
        """Install some modules, then run Odoo's own suites with all of them loaded."""
        self.env.ensure("odoo", "python", "postgres", "chromium")
        log = self.logs / f"{name}.log"
        with self._using(name):
            if self.options.keep and self.env.database_exists(name):
                change = ("-u", MODULE)
            else:
                self.env.drop_database(name)
                change = ("-i", ",".join(modules))
            say(f"installing {', '.join(modules)}")
            self._odoo(name, f"{name}_install", *change, "--stop-after-init")
            self.env.postgres.query(STANDARD_ENGINE, name, ROLE)
            say(f"running Odoo's own suites; the log is {log}")
            status = run_odoo(
                self.env,
                name,
                log,
                *("--test-tags", self.options.tags or CORE_SUITES),
                *("--screenshots", str(self.logs / "screenshots"), "--stop-after-init"),
                program=(str(HERE / "late_tests.py"),),
            )
            if not self.options.keep:
                self.env.drop_database(name)
        return read_log(log), status, log

    def clean(self) -> None:
        """Drop what the parts left, unless the caller keeps it."""
        name = self.options.database
        if not self.options.keep and self.env.postgres.running:
            with self._using(name):
                self.env.drop_database(name)

    @contextmanager
    def _using(self, database: str):
        """Keep other runs of bin/test away from a database."""
        with only_one(self.env.state / f"{database}.lock"):
            yield

    def _odoo(self, database: str, log_name: str, *args: str) -> Path:
        """Run Odoo where nothing may fail, and return its log."""
        log = self.logs / f"{log_name}.log"
        if run_odoo(self.env, database, log, *args):
            raise CommandError(f"Odoo failed; see {log}\n{_last_error(log)}")
        return log

    def _outcome(self, report: TestReport, status: int, log: Path) -> Outcome:
        """Turn Odoo's report into counts."""
        outcome = Outcome(
            passed=report.total - report.failed - len(report.skipped),
            failed=report.failed,
            skipped=len(report.skipped),
            notes=[f"skipped: {name}" for name in report.skipped],
        )
        outcome.notes += [f"  {name}" for name in report.failures]
        if not report.finished or (status and not report.failed):
            outcome.failed += 1
            outcome.notes.append(
                f"Odoo did not come to its end; see {log}\n{_last_error(log)}"
            )
        return outcome


def _last_error(log: Path) -> str:
    """Return the last lines of a log that speak of an error."""
    text = log.read_text(errors="replace")
    found = re.findall(
        r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) .*(?:\n(?!\d{4}-).*)*", text, re.M
    )
    return _shorten(found[-1] if found else text, last=True)


def _shorten(text: str, lines: int = 25, *, last: bool = False) -> str:
    """Return the first or the last lines of a long text."""
    kept = text.strip().splitlines()
    kept = kept[-lines:] if last else kept[:lines]
    return "\n".join(f"    {line[:300]}" for line in kept)

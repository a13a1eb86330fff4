"""The linters: what each one looks at, and how it is asked to repair."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .environment import Environment

FORMATTED = "**/*.{xml,js,mjs,scss,json,yaml,yml,md}"


@dataclass(frozen=True)
class Linter:
    """One linter: its command, and the one that repairs when it knows how to."""

    name: str
    check: tuple[str, ...]
    fix: tuple[str, ...] = ()


LINTERS = (
    Linter(
        "ruff check",
        ("ruff", "check", "-q", "--output-format=concise"),
        ("ruff", "check", "-q", "--fix"),
    ),
    Linter(
        "ruff format",
        ("ruff", "format", "-q", "--check", "--output-format=concise"),
        ("ruff", "format", "-q"),
    ),
    Linter("pylint-odoo", ("pylint", "--rcfile=.pylintrc", ".")),
    Linter(
        "oca-checks-odoo-module",
        ("oca-checks-odoo-module", "."),
        ("oca-checks-odoo-module", "--fix", "."),
    ),
    Linter(
        "prettier",
        ("prettier", "--log-level=warn", "--check", FORMATTED),
        ("prettier", "--log-level=warn", "--write", FORMATTED),
    ),
    Linter(
        "eslint",
        ("eslint", "--no-error-on-unmatched-pattern", "static"),
        ("eslint", "--no-error-on-unmatched-pattern", "--fix", "static"),
    ),
)


def all_linters(root: Path) -> list[Linter]:
    """Return the linters that have something to look at."""
    linters = list(LINTERS)
    translations = [str(path.relative_to(root)) for path in root.glob("i18n/*.po*")]
    if translations:
        command = ("oca-checks-po", *sorted(translations))
        linters.append(Linter("oca-checks-po", command))
    return linters


def run_linters(env: Environment, *, fix: bool = False) -> tuple[int, int]:
    """Run every linter and return how many passed and how many failed."""
    env.ensure("lint")
    passed = failed = 0
    for linter in all_linters(env.root):
        print(f"{linter.name:<24}", end="", flush=True)
        if fix and linter.fix:
            _run(env, linter.fix)
        done = _run(env, linter.check)
        if done.returncode:
            failed += 1
            print("failed\n" + done.stdout.rstrip() + "\n")
        else:
            passed += 1
            print("ok")
    return passed, failed


def _run(env: Environment, command: tuple[str, ...]) -> subprocess.CompletedProcess:
    return subprocess.run(
        list(command),
        cwd=env.root,
        env={**env.node.environ(), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

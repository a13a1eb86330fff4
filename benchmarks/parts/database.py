"""Databases for benchmarks: copies of a template that is kept from run to run.

The template is made again when the add-on's files change. It is itself made from one
that holds only the modules of Odoo that the add-on needs, which takes longest.
"""

import ast
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.console import CommandError, only_one, say
from lib.environment import MODULE, Environment
from lib.virtualenv import fingerprint

CODE = ("*.py", "*.xml", "*.csv", "*.sql", "*.html")
ROOMS = ("models", "tools", "controllers", "wizards", "views", "data", "security")
PREFIX = "bench_"


@contextmanager
def database(env: Environment, name: str, keep: bool = False) -> Iterator[str]:
    """Give a fresh database with the add-on installed; drop it afterwards."""
    copy = f"{PREFIX}run_{name}_{os.getpid()}"
    with only_one(env.state / "bench.lock"):
        template = _template(env)
        env.drop_database(copy)
        env.create_database(copy, template)
    try:
        yield copy
    finally:
        if keep:
            say(f"the database {copy} stays")
        else:
            env.drop_database(copy)
            (env.state / f"odoo-{copy}.conf").unlink(missing_ok=True)


def _template(env: Environment) -> str:
    """Return the template with the add-on as it is now, made if need be."""
    name = f"{PREFIX}{_code_fingerprint(env.root)}"
    if _marker(env, name).exists() and env.database_exists(name):
        return name
    depends = ast.literal_eval((env.root / "__manifest__.py").read_text())["depends"]
    base = f"{PREFIX}base_{fingerprint(str(env.odoo_home), *depends)}"
    if not (_marker(env, base).exists() and env.database_exists(base)):
        _build(env, base, None, depends)
    _drop_old_templates(env, base)
    _build(env, name, base, [MODULE])
    return name


def _build(env: Environment, name: str, origin: str | None, modules: list[str]) -> None:
    say(f"installing {', '.join(modules)} in a template database")
    env.drop_database(name)
    env.create_database(name, origin)
    options = ("-i", ",".join(modules), "--stop-after-init", "--no-http")
    log = env.state / "bench" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        done = subprocess.run(
            env.odoo_command(*options, database=name),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env.odoo_environ(),
            check=False,
        )
    (env.state / f"odoo-{name}.conf").unlink(missing_ok=True)
    # Odoo's exit status does not tell about everything that goes wrong.
    asked = ", ".join(f"'{module}'" for module in modules)
    ready = f"SELECT count(*) FROM ir_module_module WHERE name IN ({asked})"
    installed = env.postgres.query(f"{ready} AND state = 'installed'", name)
    if done.returncode or int(installed) < len(modules):
        raise CommandError(f"the template could not be made; {log} says why.")
    _marker(env, name).touch()


def _drop_old_templates(env: Environment, base: str) -> None:
    """Drop the templates of earlier versions of the add-on."""
    for marker in (env.state / "bench").glob("*.template"):
        if marker.stem != base:
            env.drop_database(marker.stem)
            marker.unlink()


def _marker(env: Environment, name: str) -> Path:
    """Return the file that stands when the template is complete."""
    return env.state / "bench" / f"{name}.template"


def _code_fingerprint(root: Path) -> str:
    files = [root / "__init__.py", root / "__manifest__.py"]
    for room in ROOMS:
        for pattern in CODE:
            files += sorted((root / room).rglob(pattern))
    return fingerprint(*(f"{file}\0{file.read_text()}" for file in files))

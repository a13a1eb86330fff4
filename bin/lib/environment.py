"""Where everything is, and how it gets there.

What is big and the same for every checkout (Odoo, Python packages, linters) stands in
the user's cache; what belongs to one checkout (databases, configuration, logs) in its
``.odoo/`` folder. Every step of the set-up may be interrupted and repeated.
"""

import configparser
import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from .console import CommandError, only_one
from .debian import DIST_PACKAGES, unpack_odoo
from .node import NodeTools
from .postgres import PORT, ROLE, Cluster
from .system import find_program, install
from .virtualenv import VirtualEnvironment

MODULE = "campaign_desk"

# Odoo looks for these names, in this order.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


class Environment:
    """One checkout of the add-on and everything it needs to run."""

    def __init__(
        self, root: Path | None = None, environ: Mapping[str, str] = os.environ
    ):
        self.root = root or Path(__file__).resolve().parents[2]
        self.state = self.root / ".odoo"
        base = environ.get("XDG_CACHE_HOME") or Path(
            environ.get("HOME", "/tmp"), ".cache"
        )
        self.cache = Path(base, MODULE)
        self.database = environ.get("CAMPAIGN_DESK_DB") or MODULE
        self.port = int(environ.get("CAMPAIGN_DESK_PORT") or 8069)
        self.postgres = Cluster(self.state)
        self._own_odoo = environ.get("ODOO_HOME")

    # ------------------------------------------------------------
    # SET-UP
    # ------------------------------------------------------------

    def ensure(self, *parts: str) -> None:
        """Set up the named parts, as far as they are not there yet."""
        for part in parts:
            getattr(self, f"_ensure_{part}")()

    def _ensure_odoo(self) -> None:
        if self._own_odoo:
            if not (self.odoo_home / "odoo" / "release.py").exists():
                raise CommandError(
                    f"ODOO_HOME is {self._own_odoo}, but there is no Odoo source in it."
                )
        elif not self._unpacked.exists():
            with only_one(self.cache / "odoo.lock"):
                if not self._unpacked.exists():
                    unpack_odoo(self._unpacked)
        self._link_addon()
        self._write_configuration(self.configuration, {})

    def _ensure_python(self) -> None:
        self._ensure_venv(self._venv)

    def _ensure_postgres(self) -> None:
        if not self.postgres.running:
            with only_one(self.state / "postgres.lock"):
                self.postgres.start()

    def _ensure_lint(self) -> None:
        self._ensure_venv(self.linters)
        if not self.node.ready:
            with only_one(self.cache / "node.lock"):
                if not self.node.ready:
                    self.node.create()
        self.node.link()

    def _ensure_chromium(self) -> None:
        if not find_program(*BROWSERS):
            install("chromium")

    def _ensure_postfix(self) -> None:
        if not find_program("postfix"):
            install("postfix")

    def _ensure_dovecot(self) -> None:
        if not find_program("dovecot"):
            install("dovecot-imapd")

    def _ensure_django(self) -> None:
        self._ensure_venv(self.django)

    def _ensure_train(self) -> None:
        self._ensure_venv(self.train)

    def _ensure_venv(self, venv: VirtualEnvironment) -> None:
        if not venv.ready:
            with only_one(self.cache / f"{venv.name}.lock"):
                if not venv.ready:
                    venv.create()

    # ------------------------------------------------------------
    # PLACES
    # ------------------------------------------------------------

    @property
    def pins(self) -> Path:
        """The folder of the files that pin every package."""
        return self.root / "bin" / "pins"

    @property
    def configuration(self) -> Path:
        """Odoo's configuration file."""
        return self.state / "odoo.conf"

    @property
    def _unpacked(self) -> Path:
        return self.cache / "odoo-19"

    @property
    def odoo_home(self) -> Path:
        """The folder that holds the ``odoo`` package."""
        if not self._own_odoo:
            return self._unpacked / DIST_PACKAGES
        home = Path(self._own_odoo).expanduser().resolve()
        return home.parent if (home / "release.py").exists() else home

    @cached_property
    def _venv(self) -> VirtualEnvironment:
        names = ("odoo.txt", "addon.txt", "test.txt")
        return VirtualEnvironment(
            self.cache, "odoo", *(self.pins / name for name in names)
        )

    @cached_property
    def linters(self) -> VirtualEnvironment:
        """The environment of the Python linters and of the wheel's build."""
        return VirtualEnvironment(self.cache, "lint", self.pins / "lint.txt")

    @cached_property
    def django(self) -> VirtualEnvironment:
        """The environment of django-post-office, for comparison in benchmarks."""
        return VirtualEnvironment(self.cache, "django", self.pins / "django.txt")

    @cached_property
    def train(self) -> VirtualEnvironment:
        """The environment in which the models of the reply analysis are made."""
        return VirtualEnvironment(self.cache, "train", self.pins / "train.txt")

    @cached_property
    def node(self) -> NodeTools:
        """Prettier and ESLint."""
        return NodeTools(self.cache, self.root, self.linters)

    @property
    def python(self) -> Path:
        """The Python that has what Odoo and our tests need."""
        return self._venv.python

    def _link_addon(self) -> None:
        """Show the checkout to Odoo under its technical name, whatever its folder's."""
        link = self.state / "addons" / MODULE
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink() or Path(os.readlink(link)) != self.root:
            link.unlink(missing_ok=True)
            link.symlink_to(self.root)

    # ------------------------------------------------------------
    # ODOO
    # ------------------------------------------------------------

    def odoo_command(
        self,
        *args: str,
        database: str | None = None,
        port: int | None = None,
        config_overrides: Mapping[str, object] | None = None,
    ) -> list[str]:
        """Return the command line that runs Odoo here; use it with odoo_environ()."""
        overrides = dict(config_overrides or {})
        if database:
            overrides["db_name"] = database
        if port:
            overrides["http_port"] = port
        configuration = self.configuration
        if overrides:
            configuration = self.state / f"odoo-{overrides.get('db_name', MODULE)}.conf"
        self._write_configuration(configuration, overrides)
        command = [str(self.python), "-m", "odoo"]
        # Odoo's sub-commands come first; those without -c read ODOO_RC.
        if args and not args[0].startswith("-"):
            command.append(args[0])
            known = args[0] in ("server", "shell")
            return [*command, *(["-c", str(configuration)] if known else []), *args[1:]]
        return [*command, "-c", str(configuration), *args]

    def odoo_environ(self) -> dict[str, str]:
        """Return the process environment in which ``import odoo`` works."""
        paths = [str(self.odoo_home), os.environ.get("PYTHONPATH", "")]
        return {
            **self._venv.environ(),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "ODOO_RC": str(self.configuration),
        }

    def _write_configuration(self, path: Path, overrides: Mapping[str, object]) -> None:
        """Write an Odoo configuration file, unless it already says the same."""
        addons = [self.odoo_home / "odoo" / "addons", self.odoo_home / "addons"]
        options = {
            "addons_path": ",".join(
                str(folder)
                for folder in [*addons, self.state / "addons"]
                if folder.exists()
            ),
            "data_dir": self.state / "data",
            "db_host": self.postgres.socket,
            "db_port": PORT,
            "db_user": ROLE,
            "db_name": self.database,
            "list_db": False,
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "max_cron_threads": 2,
            "workers": 0,
            **overrides,
        }
        parser = configparser.RawConfigParser()
        parser["options"] = {name: str(value) for name, value in options.items()}
        new = path.with_name(f"{path.name}.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("w") as handle:
            parser.write(handle)
        new.replace(path)

    # ------------------------------------------------------------
    # DATABASES
    # ------------------------------------------------------------

    def database_exists(self, name: str) -> bool:
        """Tell whether there is such a database."""
        sql = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        return bool(self.postgres.query(sql))

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create a database: an empty one, or a copy with its files."""
        if template:
            self.postgres.query(
                f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE "{template}"'
            )
            if self._filestore(template).exists():
                shutil.copytree(self._filestore(template), self._filestore(name))
            return
        self.postgres.query(
            f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE template0 '
            "ENCODING 'UTF8' LC_COLLATE 'C'"
        )
        for extension in ("pg_trgm", "unaccent"):
            self.postgres.query(f"CREATE EXTENSION {extension}", name, ROLE)

    def drop_database(self, name: str) -> None:
        """Drop a database and its files; connections to it are closed."""
        self.postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    def dsn(self, name: str) -> str:
        """Return the connection string of a database, for psycopg2."""
        return self.postgres.dsn(name)

    def _filestore(self, name: str) -> Path:
        return self.state / "data" / "filestore" / name

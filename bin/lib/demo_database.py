"""The demonstration's database: built once, kept, upgraded when the add-on changes."""

import hashlib
import re
import sys

from .console import CommandError, say
from .demo_processes import run_logged
from .environment import MODULE, Environment

PARTS = ("models", "tools", "controllers", "wizards", "views", "data", "security")
READY = f"""
    SELECT EXISTS (SELECT FROM ir_module_module WHERE name = '{MODULE}'
                                                  AND state = 'installed')
       AND EXISTS (SELECT FROM ir_model_data WHERE module = '{MODULE}'
                                               AND name = 'mailing_pulse_2')
       AND NOT EXISTS (SELECT FROM ir_module_module WHERE state LIKE 'to %')
"""
MODULES = re.compile(r"\((\d+)/(\d+)\)")


def show(text: str) -> None:
    """Show one changing line, where somebody looks on."""
    if sys.stderr.isatty():
        text = f"  {text}" if text else ""
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


class DemoDatabase:
    """The database of ``bin/demo`` and how it is made."""

    def __init__(self, env: Environment):
        self.env = env
        self.name = env.database
        self.folder = env.state / "demo"
        self.folder.mkdir(parents=True, exist_ok=True)
        # Stands while the database is being built: what it finds is half done.
        self.unfinished = self.folder / f"{self.name}.unfinished"
        self.built_from = self.folder / f"{self.name}.built_from"
        self.log = self.folder / "install.log"

    def prepare(self, fresh: bool) -> None:
        """Have the database ready, with the add-on as it is now."""
        if fresh or self.unfinished.exists():
            self.env.drop_database(self.name)
        if not self.env.database_exists(self.name):
            self._build()
        elif not self._ready():
            raise CommandError(
                f"The database {self.name} has no demonstration data; "
                "`bin/demo --fresh` deletes it and builds a new one."
            )
        elif self._fingerprint() != self._read_built_from():
            self._upgrade()

    def _build(self) -> None:
        """Create the database and install the add-on with demonstration data."""
        say("installing Odoo and Campaign Desk with sample data: a minute or two")
        self.unfinished.touch()
        self.env.create_database(self.name)
        self._odoo("-i", MODULE, "--with-demo", failure="The installation failed.")
        if not self._ready():
            raise CommandError(f"The sample data did not load; {self.log} says why.")
        self.built_from.write_text(self._fingerprint())
        self.unfinished.unlink()

    def _upgrade(self) -> None:
        """Bring the database up to the add-on's files."""
        say("Campaign Desk has changed: upgrading the database")
        self._odoo("-u", MODULE, failure="The upgrade failed.")
        self.built_from.write_text(self._fingerprint())

    def _odoo(self, *options: str, failure: str) -> None:
        """Run Odoo once, showing how far it is."""
        command = self.env.odoo_command(*options, "--no-http", "--stop-after-init")
        status = run_logged(command, self.log, self.env.odoo_environ(), _show_modules)
        show("")
        if status:
            raise CommandError(f"{failure} {self.log} says why.")

    def _ready(self) -> bool:
        """Tell whether the add-on is installed there, with its demonstration data."""
        query = self.env.postgres.query
        has_odoo = "SELECT to_regclass('ir_module_module') IS NOT NULL"
        return query(has_odoo, self.name) == "t" and query(READY, self.name) == "t"

    def _read_built_from(self) -> str:
        return self.built_from.read_text() if self.built_from.exists() else ""

    def _fingerprint(self) -> str:
        """Return a hash of the add-on's files."""
        root = self.env.root
        files = [root / "__manifest__.py", root / "__init__.py"]
        for part in PARTS:
            files += sorted(path for path in (root / part).rglob("*") if path.is_file())
        digest = hashlib.sha256()
        for path in files:
            if "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
        return digest.hexdigest()


def _show_modules(line: str) -> None:
    """Show how many modules Odoo has loaded."""
    if found := MODULES.search(line):
        show(f"{found[1]} of {found[2]} modules")

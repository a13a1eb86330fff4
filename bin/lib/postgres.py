"""A private PostgreSQL server: a cluster of its own, reachable over a socket only.

The server refuses to run as root. Started by root it runs as the user ``postgres``;
when that user cannot enter the checkout, the cluster stands in /var/lib and is linked.
A socket's path is limited to about a hundred characters, so it stands in /tmp, in a
folder that only its owner and root enter.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from .console import CommandError, run, say
from .system import install, is_root
from .virtualenv import fingerprint

ROLE = "odoo"
PORT = 5432
PATIENCE = 30
PROGRAMS = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
}


def find_programs() -> Path | None:
    """Return the folder of the newest server programs on this machine."""
    versions = [path for path in PROGRAMS.glob("*/bin") if (path / "initdb").exists()]
    if versions:
        return max(versions, key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """One PostgreSQL cluster and its server."""

    def __init__(self, state: Path):
        self.state = state
        self.link = state / "postgres"
        self.socket = Path("/tmp") / f"cd-{fingerprint(str(state))[:8]}"
        self._programs: Path | None = None

    @property
    def programs(self) -> Path:
        """The folder of the server's programs, installed when there is none."""
        if self._programs is None:
            self._programs = find_programs()
        if self._programs is None:
            install("postgresql")
            self._programs = find_programs()
        if self._programs is None:
            raise CommandError("PostgreSQL's server programs were not found.")
        return self._programs

    @property
    def data(self) -> Path:
        """The cluster's real folder."""
        return self.link.resolve()

    @property
    def running(self) -> bool:
        """Tell whether this cluster's server answers."""
        return self._is_made and self._answers

    @property
    def _is_made(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def _answers(self) -> bool:
        """Tell whether a server answers on the socket."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def start(self) -> None:
        """Start the server, after creating its cluster the first time."""
        if self.running:
            return
        if self._answers:
            self._stop_orphan()
        if not self._is_made:
            self._create()
        self._check_version()
        self._make_socket_folder()
        self._clear_dead_server()
        say("PostgreSQL: starting")
        settings = {**SETTINGS, "unix_socket_directories": str(self.socket)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self._run(
            *("pg_ctl", "-D", str(self.data), "-l", str(self.data / "server.log")),
            *("-w", "-t", "120", "-s", "-o", options, "start"),
            failure=f"PostgreSQL did not start; {self.link}/server.log says why.",
        )
        if not self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            self.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def stop(self) -> None:
        """Stop the server; open connections are closed."""
        if (self.data / "postmaster.pid").exists():
            self._run(
                *("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-s", "stop"),
                failure="PostgreSQL did not stop.",
            )

    def query(
        self, sql: str, database: str = "postgres", user: str = "postgres"
    ) -> str:
        """Run SQL and return its rows as plain text."""
        command = [str(self.programs / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", self.dsn(database, user), "-c", sql]
        return run(command, failure="PostgreSQL refused a command.").strip()

    def dsn(self, database: str, user: str = ROLE) -> str:
        """Return the connection string of a database."""
        return f"host={self.socket} port={PORT} user={user} dbname={database}"

    def _run(self, program: str, *args: str, failure: str) -> None:
        """Run a server program as the user who owns the cluster."""
        command = [str(self.programs / program), *args]
        if is_root():
            command = ["runuser", "-u", "postgres", "--", *command]
        # Not through pipes: the server would inherit them and never close them.
        log = self.state / "postgres.log"
        with log.open("w") as output:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        if done.returncode:
            raise CommandError(f"{failure}\n    {log.read_text().strip()}")

    def _create(self) -> None:
        """Create the cluster; it gets its name only when it is whole."""
        say("PostgreSQL: creating a private cluster")
        _ = self.programs
        self.state.mkdir(parents=True, exist_ok=True)
        target = self._place()
        new = target.with_name(target.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if is_root():
            shutil.chown(new, "postgres", "postgres")
        self._run(
            *("initdb", "-D", str(new), "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            failure="PostgreSQL's cluster could not be created.",
        )
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
        if target != self.link:
            self.link.unlink(missing_ok=True)
            self.link.symlink_to(target)

    def _place(self) -> Path:
        """Return where the cluster stands: in the checkout if PostgreSQL gets there."""
        if not is_root():
            return self.link
        reach = ["runuser", "-u", "postgres", "--", "test", "-x", str(self.state)]
        if (
            subprocess.run(reach, cwd="/", capture_output=True, check=False).returncode
            == 0
        ):
            return self.link
        base = Path("/var/lib/campaign_desk")
        base.mkdir(mode=0o755, parents=True, exist_ok=True)
        return base / fingerprint(str(self.state))

    def _check_version(self) -> None:
        """Refuse a cluster of another PostgreSQL release, which cannot be opened."""
        version = (self.data / "PG_VERSION").read_text().strip()
        if (PROGRAMS / version / "bin" / "initdb").exists():
            self._programs = PROGRAMS / version / "bin"
            return
        words = run(
            [str(self.programs / "postgres"), "--version"], failure="No PostgreSQL."
        )
        if re.search(r"\d+", words)[0] != version:
            raise CommandError(
                f"the databases in {self.link} were made by PostgreSQL {version}, "
                "which is no longer installed; install it again or remove that folder."
            )

    def _make_socket_folder(self) -> None:
        """Create the socket's folder for the server's user and nobody else."""
        self.socket.mkdir(mode=0o700, exist_ok=True)
        self._check_socket_folder()
        if is_root():
            shutil.chown(self.socket, "postgres", "postgres")

    def _check_socket_folder(self) -> None:
        """Refuse a folder that somebody else put there: anybody may write in /tmp."""
        ours = {os.geteuid()}
        if is_root():
            ours.add(pwd.getpwnam("postgres").pw_uid)
        if self.socket.is_symlink() or self.socket.stat().st_uid not in ours:
            raise CommandError(
                f"{self.socket} belongs to somebody else; please remove it."
            )

    def _stop_orphan(self) -> None:
        """Stop the server of a checkout that stood here and was deleted."""
        lock = self.socket / f".s.PGSQL.{PORT}.lock"
        self._check_socket_folder()
        os.kill(int(lock.read_text().split()[0]), signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE
        while self._answers:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"the database server of a deleted checkout still runs; {lock} "
                    "has its process number: please stop it."
                )
            time.sleep(0.1)

    def _clear_dead_server(self) -> None:
        """Clear what a killed server left behind, or stop one that lost its socket."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split()[0])
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            words = b""
        if os.fsencode(self.data) in words:
            os.kill(pid, signal.SIGINT)
            self.stop()
            return
        pid_file.unlink()
        (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

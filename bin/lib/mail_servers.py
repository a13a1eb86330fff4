"""Real mail servers for a test: Postfix takes mail, Dovecot hands it out over IMAP.

Both have configuration, queue, mailboxes and logs in one folder of their own and listen
on ports of this computer only. Nothing that they are given leaves it.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .console import CommandError, run, say
from .odoo_tests import free_port
from .system import find_program

OWN_DOMAIN = "desk.example"
CUSTOMERS = "customer.example"
ACCOUNT = f"odoo@{OWN_DOMAIN}"
STOP_SECONDS = 20

# Accepted at the door, so that who does not exist comes back as a report.
POSTFIX = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mail.{own}
myorigin = {own}
mydestination =
alias_maps =
alias_database =
relay_transport = error:5.4.4 nothing leaves this test
default_transport = error:5.4.4 nothing leaves this test
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
smtpd_peername_lookup = no
recipient_delimiter = +
virtual_mailbox_domains = {own}, {customers}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_alias_maps = regexp:{folder}/aliases
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = campaign-desk-test
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%n
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class MailServers:
    """Where the servers listen, and how to log in."""

    folder: Path
    smtp_port: int
    imap_port: int
    password: str

    def environ(self) -> dict[str, str]:
        """Return this for the process that uses the servers."""
        return {
            "CD_SMTP_PORT": str(self.smtp_port),
            "CD_IMAP_PORT": str(self.imap_port),
            "CD_IMAP_PASSWORD": self.password,
        }


@contextmanager
def mail_servers() -> Iterator[MailServers]:
    """Run both servers; afterwards nothing of them is left."""
    _check_dovecot()
    folder = Path(tempfile.mkdtemp(prefix="cd-mail-"))
    servers = MailServers(folder, free_port(), free_port(), secrets.token_hex(12))
    postfix = ["postfix", "-c", str(folder / "postfix")]
    try:
        _write(servers)
        say("starting Postfix and Dovecot")
        _command(folder, "dovecot", "-c", str(folder / "dovecot.conf"))
        _command(folder, *postfix, "start")
        yield servers
    finally:
        _command(folder, *postfix, "stop", must=False)
        pids = ("run/master.pid", "queue/pid/master.pid")
        left = [_stop(folder / name) for name in pids]
        shutil.rmtree(folder, ignore_errors=True)
        if not all(left):
            raise CommandError("a mail server of the test did not stop.")


def _command(folder: Path, program: str, *args: str, must: bool = True) -> None:
    """Run a command that may leave a server behind.

    Not through pipes: the server would inherit them and never close them.
    """
    log = folder / "start.log"
    with log.open("w") as output:
        done = subprocess.run(
            [find_program(program), *args],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=STOP_SECONDS * 3,
            check=False,
        )
    if must and done.returncode:
        raise CommandError(f"{program} did not start.\n    {log.read_text().strip()}")


def _check_dovecot() -> None:
    """Raise for a release that reads another configuration."""
    command = [find_program("dovecot"), "--version"]
    version = run(command, failure="There is no Dovecot.").strip()
    if not version.startswith("2.3."):
        raise CommandError(
            f"the mail test is written for Dovecot 2.3 (Debian 12), not {version}"
        )


def _write(servers: MailServers) -> None:
    """Write the configuration of both servers, and make the mailboxes."""
    owner = pwd.getpwnam("nobody")
    folder = servers.folder
    folder.chmod(0o755)
    for name in ("postfix", "queue", "data", "mail", "run", "state"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix", "postfix")
    shutil.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    values = {
        "folder": folder,
        "own": OWN_DOMAIN,
        "customers": CUSTOMERS,
        "uid": owner.pw_uid,
        "gid": owner.pw_gid,
    }
    # As a real server passes all of a domain to Odoo: one mailbox for its addresses.
    files = {
        "postfix/main.cf": POSTFIX.format(**values),
        "postfix/master.cf": SERVICES.format(port=servers.smtp_port),
        "dovecot.conf": DOVECOT.format(port=servers.imap_port, **values),
        "mailboxes": f"{ACCOUNT} odoo/\nann@{CUSTOMERS} ann/\n",
        "aliases": f"/^(bounce|replies|catchall)(\\+.*)?@desk\\.example$/ {ACCOUNT}\n",
        "users": "".join(
            f"{name}:{{PLAIN}}{servers.password}\n"
            for name in (ACCOUNT, f"ann@{CUSTOMERS}")
        ),
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    (folder / "users").chmod(0o600)
    shutil.chown(folder / "users", "dovecot", "dovecot")


def _stop(pid_file: Path) -> bool:
    """Stop the server that wrote a file with its process id; tell whether it has."""
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError, IndexError):
        return True  # it is gone already
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False

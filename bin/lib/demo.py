"""``bin/demo``: a campaign from a contact list to delivered mail, on this computer."""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from . import demo_mailbox
from .console import CommandError, say
from .contact_file import plain_address, read_contacts
from .demo_database import DemoDatabase, show
from .demo_processes import MARK, ORDERS, answers, check_port, spawn, stop, wait_until
from .demo_responses import Responses
from .demo_table import Outcome, import_rows, print_rows
from .environment import Environment

SAMPLE = "data/demo/contacts.csv"
INSIDE_ODOO = "import sys; sys.path.insert(0, {folder!r})\n"
INSIDE_ODOO += "from lib import demo_campaign; demo_campaign.main(env)\n"


def main(env: Environment, argv: list[str]) -> int:
    """Show the demonstration and leave Odoo running."""
    options = _options(argv)
    contacts = Path(options.send_to) if options.send_to else env.root / SAMPLE
    rows = len(read_contacts(contacts))
    check_port(env.port)
    env.ensure("odoo", "python", "postgres")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    DemoDatabase(env).prepare(options.fresh)
    with ExitStack() as stack:
        demo = Demo(env, stack)
        say(f"contacts: {contacts.name}, {rows:,} rows")
        outcome = demo.send(contacts.resolve(), bool(options.send_to))
        faults = list(outcome.faults())
        if not options.send_to:
            faults += demo.answer(outcome, stack)
        for fault in faults:
            print(f"  WRONG: {fault}")
        if not options.exit:
            demo.leave_running()
    return 1 if faults else 0


def _options(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Send a sample campaign through a local mailbox and leave Odoo "
        "running. No mail leaves this computer.",
    )
    parser.add_argument(
        "--send-to",
        metavar="FILE",
        help="mail the contacts of this CSV file instead of the sample's",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="delete the database first"
    )
    parser.add_argument(
        "--exit",
        "--no-wait",
        action="store_true",
        help="stop everything after the table",
    )
    return parser.parse_args(argv)


class Demo:
    """One call of ``bin/demo``: its mailbox, its Odoo server and its campaign."""

    def __init__(self, env: Environment, stack: ExitStack):
        self.env = env
        self.url = f"http://localhost:{env.port}"
        self.log = env.state / "demo" / "odoo.log"
        self.mails = self._new_mail_folder()
        self.mailbox = self._start_mailbox(stack)
        self.server = self._start_server(stack)

    def _new_mail_folder(self) -> Path:
        """Create this call's folder of mails."""
        folder = self.env.state / "mailbox" / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
        folder.mkdir(parents=True)
        return folder

    def _start_mailbox(self, stack: ExitStack) -> subprocess.Popen:
        """Start the SMTP server."""
        process = spawn([sys.executable, demo_mailbox.__file__, str(self.mails)])
        stack.callback(stop, process)
        port = self.mails / demo_mailbox.PORT
        wait_until(port.exists, process, "The mailbox did not start.")
        return process

    def _start_server(self, stack: ExitStack) -> subprocess.Popen:
        """Start Odoo, whose scheduled jobs send the campaign."""
        say("starting Odoo")
        command = self.env.odoo_command("--logfile", str(self.log))
        process = spawn(
            command,
            env=self.env.odoo_environ(),
            stdin=subprocess.DEVNULL,
            stderr=self.log.open("ab"),
        )
        stack.callback(stop, process)
        wait_until(
            lambda: answers(f"{self.url}/web/login"),
            process,
            f"Odoo did not start; {self.log} says why.",
        )
        return process

    # ------------------------------------------------------------
    # CAMPAIGN
    # ------------------------------------------------------------

    def send(self, contacts: Path, own_list: bool) -> Outcome:
        """Import the contacts, press Send, wait for the server, print the table."""
        started = 0.0
        for event in self._inside_odoo(contacts, own_list):
            tell(event)
            if event["event"] == "launched":
                started = event["time"]
            elif event["event"] == "done":
                seconds = event["time"] - started
                outcome = Outcome(event["deliveries"], self.mails, seconds)
                print_rows(outcome.rows())
                self.done = event
                return outcome
        raise CommandError(f"Odoo did not carry out the campaign; {self.log} says why.")

    def answer(self, outcome: Outcome, stack: ExitStack) -> list[str]:
        """Have people answer, print what became of it, return what went wrong."""
        languages = {
            plain_address(row["email"]): row.get("language")
            for row in read_contacts(self.env.root / SAMPLE)
        }
        mails = (
            (languages.get(mail["to"][0].lower()), self.mails / mail["file"])
            for mail in outcome.mails
        )
        responses = Responses(self.env, self.done["access"])
        folder = self.mails / "incoming"
        stack.callback(stop, responses.start_mail_server(folder))
        say("people answer")
        writers = responses.send(
            folder, ((language, path.read_bytes()) for language, path in mails)
        )
        rows = responses.wait(self.done["mailing_id"], len(writers), show)
        for line in responses.table(rows):
            print(line)
        lost = len(set(writers) - {row["email"] for row in rows})
        return [f"{lost} replies are not in Odoo."] if lost else []

    def _inside_odoo(self, contacts: Path, own_list: bool) -> Iterator[dict]:
        """Run ``demo_campaign`` inside Odoo and yield what it tells."""
        orders = {
            "contacts": str(contacts),
            "own_list": own_list,
            "smtp_port": int((self.mails / demo_mailbox.PORT).read_text()),
            "url": self.url,
        }
        process = spawn(
            self.env.odoo_command("shell", "--logfile", str(self.log)),
            env={**self.env.odoo_environ(), ORDERS: json.dumps(orders)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("ab"),
            text=True,
        )
        try:
            process.stdin.write(INSIDE_ODOO.format(folder=str(self.env.root / "bin")))
            process.stdin.close()
            for line in process.stdout:
                if line.startswith(MARK):
                    event = json.loads(line[len(MARK) :])
                    if event["event"] == "error":
                        raise CommandError(event["text"])
                    yield event
        finally:
            stop(process)

    def leave_running(self) -> None:
        """Say where everything is, and wait for Ctrl-C."""
        print(f"""
  Odoo is at {self.url}
    log in as admin / admin, or as marie / marie, who does the marketing
  The mails are in {self.mails}
  Ctrl-C stops everything.""")
        try:
            self.server.wait()
        except KeyboardInterrupt:
            say("stopping")
        else:
            raise CommandError(f"Odoo has stopped; {self.log} says why.")


def tell(event: dict) -> None:
    """Print what one event from inside Odoo means to who looks on."""
    match event["event"]:
        case "importing":
            show(f"{event['done']:,} of {event['total']:,} contacts imported")
        case "imported":
            show("")
            print_rows(import_rows(event["report"]))
        case "launched":
            say(f"sending “{event['subject']}”")
        case "progress":
            counts = event["counts"]
            waiting = counts.get("outgoing", 0) + counts.get("process", 0)
            total = sum(counts.values())
            show(f"{total - waiting:,} of {total:,} recipients done")
        case "done":
            show("")

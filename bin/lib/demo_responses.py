"""The demonstration's second half: people answer, and what becomes of it.

The replies go by SMTP to the company's own mail server, which gives each to Odoo with
Odoo's program for that, ``odoo-mailgate.py``. What Odoo makes of them is asked over
XML-RPC, with an API key.
"""

import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path

from . import demo_mailbox
from .demo_processes import spawn, wait_until
from .demo_replies import make_replies, read_texts, send
from .environment import Environment

MAILGATE = "addons/mail/static/scripts/odoo-mailgate.py"
TEXTS = "data/demo/replies.txt"
PAUSE = 0.5
PATIENCE = 120
MACHINES = {
    "out_of_office": "absence notice",
    "left_company": "has left the company",
    "auto_reply": "automatic answer",
}
WIDTHS = (26, 30, 16)


class Responses:
    """The replies to one mailing, on their way and in Odoo."""

    def __init__(self, env: Environment, access: dict):
        self.env = env
        self.user_id, self.key = access["user_id"], access["key"]
        self.server = xmlrpc.client.ServerProxy(
            f"http://localhost:{env.port}/xmlrpc/2/object", allow_none=True
        )

    def start_mail_server(self, folder: Path) -> subprocess.Popen:
        """Start the company's mail server."""
        folder.mkdir()
        process = spawn(
            [
                *(sys.executable, demo_mailbox.__file__, str(folder)),
                *(sys.executable, str(self.env.odoo_home / MAILGATE)),
                *("--database", self.env.database, "--userid", str(self.user_id)),
                *("--password", self.key, "--port", str(self.env.port)),
            ]
        )
        port = folder / demo_mailbox.PORT
        wait_until(port.exists, process, "The company's mail server did not start.")
        return process

    def send(self, folder: Path, mails: Iterator[tuple[str, bytes]]) -> list[str]:
        """Send the replies; return the addresses of who wrote them."""
        texts = read_texts(self.env.root / TEXTS)
        replies = make_replies(texts, mails)
        send(replies, int((folder / demo_mailbox.PORT).read_text()))
        return [reply.address.lower() for reply in replies]

    def wait(self, mailing_id: int, count: int, tell: Callable) -> list[dict]:
        """Return what Odoo has of the replies, once it has understood them all."""
        done, changed = -1, time.monotonic()
        while True:
            rows = self._rows(mailing_id)
            understood = sum(row["analysis_state"] != "waiting" for row in rows)
            if understood != done:
                done, changed = understood, time.monotonic()
                tell(f"{done} of {count} replies understood")
            if done >= count or time.monotonic() - changed > PATIENCE:
                tell("")
                return rows
            time.sleep(PAUSE)

    def _rows(self, mailing_id: int) -> list[dict]:
        return self._call(
            "campaign.response",
            "search_read",
            [("mailing_id", "=", mailing_id)],
            [
                *("email", "author_name", "kind", "analysis_state", "language"),
                *("intent_ids", "user_id", "team_id"),
            ],
            order="id",
        )

    def table(self, rows: list[dict]) -> Iterator[str]:
        """Yield the lines of a table: who wrote, what, who has it, what followed."""
        ids = [row["id"] for row in rows]
        intents = self._call("campaign.intent", "search_read", [], ["name"])
        names = {intent["id"]: intent["name"] for intent in intents}
        acts = self._call(
            "campaign.response.act",
            "search_read",
            [("response_id", "in", ids), ("state", "in", ("proposed", "done"))],
            ["response_id", "display_name", "state"],
            order="id",
        )
        yield _line("from", "says", "with", "what followed (? asks first)")
        for row in rows:
            said = ", ".join(names[one] for one in row["intent_ids"])
            followed = [
                act["display_name"] + ("" if act["state"] == "done" else "?")
                for act in acts
                if act["response_id"][0] == row["id"]
            ]
            has_it = (row["user_id"] or row["team_id"] or [0, "–"])[1]
            yield _line(
                row["author_name"] or row["email"],
                MACHINES.get(row["kind"]) or said,
                has_it,
                ", ".join(followed) or "–",
            )

    def _call(self, model: str, method: str, *args, **kwargs):
        return self.server.execute_kw(
            self.env.database, self.user_id, self.key, model, method, args, kwargs
        )


def _line(*cells: str) -> str:
    """Return one line of the table."""
    *shown, last = cells
    columns = [
        f"{cell if len(cell) <= width else cell[: width - 1] + '…':<{width}}"
        for cell, width in zip(shown, WIDTHS, strict=True)
    ]
    return f"  {' '.join(columns)} {last}"

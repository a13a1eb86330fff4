"""bin/bench latency: does a campaign hold up the mails that Odoo itself sends?

A real Odoo server, two threads for its jobs, sends a large campaign. Meanwhile single
mails are written as Odoo's own code does it, and the clock runs from there to the
mail server: sent at once by the request, or left to Odoo's mail queue and its job.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from lib.console import CommandError, say
from parts import people
from parts.database import database
from parts.facts import machine_facts
from parts.mail import BODY
from parts.odoo_process import OdooProcess, conflicts, log_of
from parts.odoo_server import WebClient, odoo_server
from parts.sinks import FastSink, RecordingSink, fast, recording
from parts.table import table, write_result

REQUEST, QUEUE = "sent by the request", "by the mail queue's job"
LEAST = 10  # mails of each way during the campaign
PATIENCE = 60  # seconds for one mail to arrive
START_WITHIN = 240  # seconds for the campaign


@dataclass
class Sample:
    """One mail of Odoo's own."""

    way: str
    campaign: bool
    seconds: float


def main(env, argv: Sequence[str]) -> int:
    """Measure, print the table, keep the result; fail above the limit."""
    options = _options(argv)
    facts = machine_facts(env)
    folder = env.state / "bench"
    with (
        database(env, "latency", options.keep) as name,
        recording(folder / name) as sink,
        fast(env, folder / f"{name}_campaign") as campaign_sink,
    ):
        bench = LatencyBench(env, name, options, sink, campaign_sink)
        samples = list(bench.run())
        if found := conflicts(log_of(env, name)):
            raise CommandError("\n    ".join(["transactions collided:", *found[:8]]))
    text = "\n\n".join([_table(samples), bench.outcome])
    print(text)
    if options.save:
        data = [asdict(sample) for sample in samples]
        results = env.root / "benchmarks" / "results"
        print(f"\nwritten to {write_result(results, 'latency', facts, text, data)}")
    slowest = max(sample.seconds for sample in samples)
    if slowest >= options.limit:
        print(f"a mail took {slowest:.1f} s; the limit is {options.limit:g} s")
    return int(slowest >= options.limit)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench latency", description=__doc__)
    add = parser.add_argument
    add("--mails", type=int, default=100_000, help="recipients of the campaign")
    add("--samples", type=int, default=60, help="of each way, at the most")
    add("--pause", type=float, default=0.5, help="seconds between two of them")
    add("--limit", type=float, default=5, help="seconds that each may take")
    add("--no-save", dest="save", action="store_false", help="only print the table")
    add("--keep", action="store_true", help="keep the database")
    return parser.parse_args(argv)


class LatencyBench:
    """A campaign to one server, single mails to another, and a clock."""

    def __init__(
        self, env, name: str, options, sink: RecordingSink, campaign_sink: FastSink
    ):
        self.env = env
        self.name = name
        self.options = options
        self.sink = sink
        self.campaign_sink = campaign_sink
        self.outcome = ""
        self._number = 0

    def run(self) -> Iterator[Sample]:
        """Write mails before and during the campaign."""
        odoo = OdooProcess(self.env, self.name)
        try:
            odoo.call("prepare", smtp_port=self.sink.port)
            server_id = odoo.call(
                "add_server", title="Campaigns", smtp_port=self.campaign_sink.port
            )["result"]
            say(f"making {self.options.mails:,} contacts")
            sql = people.clean(self.options.mails)
            list_id = odoo.call("contacts", sql=sql)["result"]
            with odoo_server(self.env, self.name) as client:
                say("without a campaign")
                few = max(2, self.options.samples // 6)
                yield from self._sample(client, odoo, few, False)
                mailing = {"list_id": list_id, "body": BODY, "engine": "desk"}
                odoo.call("launch", **mailing, server_id=server_id)
                yield from self._during_campaign(client, odoo)
        finally:
            odoo.close()

    def _during_campaign(self, client: WebClient, odoo) -> Iterator[Sample]:
        say(f"during a campaign to {self.options.mails:,}")
        end = time.monotonic() + START_WITHIN
        while not self._sent():
            if time.monotonic() > end:
                raise CommandError("the campaign did not begin.")
            time.sleep(0.5)
        begin, before = time.monotonic(), self._sent()
        samples = list(self._sample(client, odoo, self.options.samples, True))
        seconds, sent = time.monotonic() - begin, self._sent() - before
        if len(samples) < 2 * LEAST:
            raise CommandError("the campaign was over too soon; ask for more mails.")
        self.outcome = (
            f"The campaign went on meanwhile: {sent:,} mails in {seconds:.0f} s, "
            f"{sent / seconds:,.0f} a second."
        )
        yield from samples

    def _sample(
        self, client: WebClient, odoo, count: int, campaign: bool
    ) -> Iterator[Sample]:
        """Write as many mails of each way, one at a time, while the campaign lasts."""
        for _ in range(count):
            for way in (REQUEST, QUEUE):
                if campaign and self._sent() >= self.options.mails:
                    return
                self._number += 1
                values = _mail(self._number)
                begin = time.time()
                if way == REQUEST:
                    mail_id = client.call("mail.mail", "create", values)
                    client.call("mail.mail", "send", [mail_id])
                else:
                    odoo.call("queue_mail", values=values)
                arrived = self._wait_for(values["message_id"])
                yield Sample(way, campaign, arrived - begin)
                time.sleep(self.options.pause)

    def _sent(self) -> int:
        """Return how many mails of the campaign have been sent."""
        sql = "SELECT count(*) FROM mailing_trace WHERE trace_status = 'sent'"
        return int(self.env.postgres.query(sql, self.name))

    def _wait_for(self, message_id: str) -> float:
        """Return when a mail arrived, by the mail server's clock."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if arrived := self.sink.arrived(message_id):
                return arrived
            time.sleep(0.01)
        raise CommandError(f"a mail did not arrive within {PATIENCE} seconds.")


def _mail(number: int) -> dict[str, str]:
    return {
        "subject": f"Your order {number}",
        "body_html": "<p>Thank you. We pack it today.</p>",
        "email_from": "Shop <shop@desk.example>",
        "email_to": f"customer{number}@example.com",
        "message_id": f"<latency-{number}@desk.example>",
    }


def _quantile(seconds: Sequence[float]) -> float:
    """Return how long 95 of 100 took at the most."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def _table(samples: Sequence[Sample]) -> str:
    """Return the table: how long mails took, each way, without and with a campaign."""
    rows = []
    for way in (REQUEST, QUEUE):
        for campaign in (False, True):
            seconds = [
                one.seconds
                for one in samples
                if one.way == way and one.campaign == campaign
            ]
            rows.append(
                (
                    way,
                    "yes" if campaign else "no",
                    str(len(seconds)),
                    f"{statistics.median(seconds):.2f}",
                    f"{_quantile(seconds):.2f}",
                    f"{max(seconds):.2f}",
                )
            )
    header = ("mail of Odoo's own", "campaign", "mails", "median s", "p95 s", "max s")
    return table(header, rows)

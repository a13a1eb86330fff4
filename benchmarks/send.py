"""bin/bench send: mails per second, side by side, to the same server on this computer.

The same personalised mail with five links leaves by raw smtplib (ready-made), by
django-post-office, by Odoo's own jobs, and by Campaign Desk with one process and with
two, from planning to the last settled delivery.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial

from lib.console import CommandError, say
from parts import people, raw_smtp
from parts.child_process import close_all
from parts.database import database
from parts.database_costs import database_seconds
from parts.django_process import DjangoProcess, django_template
from parts.facts import machine_facts
from parts.mail import BODY
from parts.odoo_process import OdooProcess, conflicts, log_of
from parts.sinks import FastSink, fast, recording
from parts.table import table, write_result

SAMPLES = 100  # ready-made mails for raw smtplib
RAW, STANDARD = "raw smtplib, one connection", "Odoo's own path"
DJANGO, OURS = "django-post-office", "Campaign Desk"


@dataclass
class Measure:
    """What one way of sending some mails took."""

    way: str
    mails: int
    seconds: float
    cpu_seconds: float
    database_cpu_seconds: float
    statements: int | None
    memory_peak_mb: float | None

    @property
    def rate(self) -> float:
        """Mails per second."""
        return self.mails / self.seconds


def main(env, argv: Sequence[str]) -> int:
    """Measure every way, print the table, keep the result."""
    options = _options(argv)
    facts = machine_facts(env)
    with database(env, "send", options.keep) as name:
        bench = SendBench(env, name, options)
        bench.prepare()
        if options.profile:
            print(f"the profile is in {bench.profile()}")
            return 0
        measures = [measure for _run in range(options.runs) for measure in bench.run()]
        if found := conflicts(log_of(env, name)):
            raise CommandError("\n    ".join(["transactions collided:", *found[:8]]))
    text = f"{_table(measures)}\n\n{NOTES}"
    print(text)
    folder = env.root / "benchmarks" / "results"
    if options.save:
        data = [asdict(measure) for measure in measures]
        print(f"\nwritten to {write_result(folder, 'send', facts, text, data)}")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench send", description=__doc__)
    add = parser.add_argument
    add("--mails", type=int, default=5000, help="mails of each way but Odoo's own")
    add("--standard-mails", type=int, default=500, help="mails of Odoo's own path")
    add("--runs", type=int, default=1, help="the table then shows medians")
    add("--processes", type=int, nargs="+", default=[1, 2], help="that send")
    add("--no-django", dest="django", action="store_false", help="not post-office")
    add("--no-standard", dest="standard", action="store_false", help="not Odoo's path")
    add("--no-save", dest="save", action="store_false", help="only print the table")
    add("--profile", action="store_true", help="profile one process instead")
    add("--keep", action="store_true", help="keep the database")
    return parser.parse_args(argv)


class SendBench:
    """The ways of sending, over one database."""

    def __init__(self, env, name: str, options):
        self.env = env
        self.name = name
        self.options = options
        self.folder = env.state / "bench" / "send"
        self.lists: dict[int, int] = {}
        self.django_text = ""

    def prepare(self) -> None:
        """Create the contacts and, by a small campaign, the ready-made mails."""
        say("making contacts and sample mails")
        samples = self.folder / "samples"
        with recording(samples, keep=True) as sink, self._boot() as odoo:
            odoo.call("prepare", smtp_port=sink.port)
            for count in (SAMPLES, self.options.standard_mails, self.options.mails):
                sql = people.clean(count)
                self.lists[count] = odoo.call("contacts", sql=sql)["result"]
            mailing_id = self._launch(odoo, SAMPLES, "desk")
            odoo.call("work", lane=1, mailing_id=mailing_id, planning=True)
            html = django_template(BODY)
            self.django_text = odoo.call("plain_text", html=html)["result"]
            if sink.taken != SAMPLES:
                raise CommandError(f"{sink.taken} of {SAMPLES} sample mails arrived.")

    def run(self) -> Iterator[Measure]:
        """Measure every way once."""
        mails = self.options.mails
        yield self._measure(RAW, mails, self._raw)
        if self.options.standard:
            yield self._measure(STANDARD, self.options.standard_mails, self._standard)
        ways = [(DJANGO, self._django)] if self.options.django else []
        for way, send in [*ways, (OURS, self._ours)]:
            for count in self.options.processes:
                yield self._measure(_way(way, count), mails, partial(send, count))

    def profile(self) -> str:
        """Profile one process of ours; return the report's path."""
        path = str(self.folder / "profile.txt")
        with fast(self.env, self.folder) as sink, self._boot() as odoo:
            odoo.call("move_server", smtp_port=sink.port)
            mailing_id = self._launch(odoo, self.options.mails, "desk")
            arguments = {"lane": 1, "mailing_id": mailing_id, "planning": True}
            odoo.call("profile", path=path, **arguments)
        return path

    def _measure(
        self, way: str, mails: int, send: Callable[[FastSink, int], dict]
    ) -> Measure:
        say(f"{way}: {mails} mails")
        with fast(self.env, self.folder) as sink:
            costs = send(sink, mails)
            time.sleep(0.2)
            if sink.taken() != mails:
                raise CommandError(f"{way}: {sink.taken()} of {mails} mails arrived.")
        return Measure(way=way, mails=mails, **costs)

    def _raw(self, sink: FastSink, mails: int) -> dict:
        samples = str(self.folder / "samples")
        done = subprocess.run(
            [sys.executable, raw_smtp.__file__, str(sink.port), samples, str(mails)],
            stdout=subprocess.PIPE,
            check=True,
        )
        return {**json.loads(done.stdout), "database_cpu_seconds": 0.0}

    def _django(self, processes: int, sink: FastSink, mails: int) -> dict:
        """Queue the mails in a new database, then have the queue sent."""
        name = f"{self.name}_django"
        self.env.ensure("django")
        self.env.drop_database(name)
        self.env.create_database(name)
        django = DjangoProcess(self.env, name, sink.port, log_of(self.env, name))
        try:
            django.call(
                "prepare",
                sql=people.clean(mails),
                subject="{{ name }}, the autumn numbers are here",
                text=self.django_text,
                html=django_template(BODY),
            )
            database_cpu = database_seconds(self.env, name)
            lock = str(self.folder / "post_office")
            costs = django.call("queue_and_send", processes=processes, lockfile=lock)
            database_cpu = database_seconds(self.env, name) - database_cpu
        finally:
            django.close()
            self.env.drop_database(name)
        if costs["result"] != mails:
            raise CommandError(f"post-office sent {costs['result']} of {mails} mails.")
        if processes > 1:  # its processes live for a batch of 100, and tell nobody
            costs.update(statements=None, memory_peak_mb=None)
        names = ("seconds", "cpu_seconds", "statements", "memory_peak_mb")
        chosen = {name: costs[name] for name in names}
        return {"database_cpu_seconds": database_cpu, **chosen}

    def _standard(self, sink: FastSink, mails: int) -> dict:
        return self._by_odoo(sink, mails, "standard", [("standard", {})])

    def _ours(self, processes: int, sink: FastSink, mails: int) -> dict:
        orders = [
            ("work", {"lane": lane, "planning": lane == 1})
            for lane in range(1, processes + 1)
        ]
        return self._by_odoo(sink, mails, "desk", orders)

    def _by_odoo(self, sink: FastSink, mails: int, engine: str, orders: list) -> dict:
        """Send a new mailing by Odoo processes, one an order, side by side."""
        workers = [OdooProcess(self.env, self.name) for _order in orders]
        try:
            for worker in workers:
                worker.call("move_server", smtp_port=sink.port)
            mailing_id = self._launch(workers[0], mails, engine)
            database_cpu = database_seconds(self.env, self.name)
            start = time.perf_counter()
            for worker, (order, arguments) in zip(workers, orders, strict=True):
                worker.order(order, mailing_id=mailing_id, **arguments)
            replies = [worker.reply() for worker in workers]
            seconds = time.perf_counter() - start
            database_cpu = database_seconds(self.env, self.name) - database_cpu
        finally:
            close_all(workers)
        names = ("cpu_seconds", "statements", "memory_peak_mb")
        costs = {name: sum(reply[name] for reply in replies) for name in names}
        return {"seconds": seconds, "database_cpu_seconds": database_cpu, **costs}

    def _launch(self, odoo: OdooProcess, mails: int, engine: str) -> int:
        list_id = self.lists[mails]
        reply = odoo.call("launch", list_id=list_id, body=BODY, engine=engine)
        return reply["result"]

    @contextmanager
    def _boot(self) -> Iterator[OdooProcess]:
        odoo = OdooProcess(self.env, self.name)
        try:
            yield odoo
        finally:
            odoo.close()


NOTES = """\
Ours and Odoo's run from planning to the last settled delivery; raw smtplib only pushes
bytes that were made before. Memory is the sum of the peaks of the processes. Database
CPU is that of the sessions, without the writer processes of PostgreSQL. For Odoo's own
path the title of a link is not fetched from its page, which would take longer.
django-post-office runs from send_many() to the end of send_queued_mail, as it comes:
batches of 100, five threads a process. It renders the same mail and its text part from
Django templates and keeps queue and log in PostgreSQL. It has less to do: no tracked
links, no opens, no check for opt-outs and double addresses, no signed addresses. Nor
does it write down what is about to leave: if it dies, it sends a batch again."""


def _table(measures: Sequence[Measure]) -> str:
    """Return the table: the medians of the runs."""
    ways: dict[str, list[Measure]] = {}
    for measure in measures:
        ways.setdefault(measure.way, []).append(measure)
    rates = {
        way: statistics.median(one.rate for one in some) for way, some in ways.items()
    }
    header = ("way", "mails/s", "× smtplib", "× Odoo", "SQL", "CPU s", "DB CPU s", "MB")
    rows = [
        (
            way,
            f"{rates[way]:,.0f}",
            f"{rates[way] / rates[RAW]:.2f}",
            f"{rates[way] / rates[STANDARD]:.1f}" if STANDARD in rates else "",
            _thousand(some, "statements", ",.0f"),
            _thousand(some, "cpu_seconds", ".2f"),
            _thousand(some, "database_cpu_seconds", ".2f"),
            f"{max(one.memory_peak_mb for one in some):.0f}"
            if some[0].memory_peak_mb
            else "",
        )
        for way, some in ways.items()
    ]
    text = f"{table(header, rows)}\n\nSQL and CPU are for 1,000 mails."
    return "\n".join([text, *_scaling(rates)])


def _scaling(rates: dict[str, float]) -> Iterator[str]:
    """Tell how much more several processes send than one."""
    for way in (DJANGO, OURS):
        one = rates.get(_way(way, 1))
        for count in range(2, 100):
            several = rates.get(_way(way, count))
            if one and several:
                yield f"{_way(way, count)}: {several / one:.2f} × one."


def _way(name: str, processes: int) -> str:
    return f"{name}, {processes} process{'es' if processes > 1 else ''}"


def _thousand(measures: Sequence[Measure], name: str, style: str) -> str:
    """Return the median of a figure for 1,000 mails, nothing if it is not known."""
    values = [
        getattr(one, name) / one.mails * 1000
        for one in measures
        if getattr(one, name) is not None
    ]
    return format(statistics.median(values), style) if values else ""

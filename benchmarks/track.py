"""bin/bench track: hits a second on the pixel and on a link, Odoo's own and ours.

One real Odoo server with one worker process answers both, in turn. Each recipient opens
the mail once and follows its first link once, over a connection of its own, from an
address of its own. What the job does later with our hits is measured as well.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from lib.console import CommandError, say
from parts import people
from parts.database import database
from parts.facts import machine_facts
from parts.hits import Visitors
from parts.mail import BODY
from parts.odoo_process import OdooProcess, conflicts, log_of
from parts.odoo_server import odoo_server
from parts.sinks import FastSink, fast
from parts.table import table, write_result

ODOO, OURS = "standard", "desk"
KINDS = {"open": (200, "pixel"), "click": (302, "link")}
WARM_UP = 20  # hits of each kind that do not count
SETTLE_SECONDS = 6  # hits are judged when what belongs to them has come as well


@dataclass
class Measure:
    """How fast hits of one kind were answered, and folded."""

    engine: str
    kind: str
    hits: int
    seconds: float
    fold_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Hits answered in a second."""
        return self.hits / self.seconds

    @property
    def whole_rate(self) -> float:
        """Hits answered and folded in a second, by one process after the other."""
        return self.hits / (self.seconds + self.fold_seconds)


def main(env, argv: Sequence[str]) -> int:
    """Measure, print the table, keep the result; fail below the goal."""
    options = _options(argv)
    facts = machine_facts(env)
    with (
        database(env, "track", options.keep) as name,
        fast(env, env.state / "bench" / name) as sink,
    ):
        measures = list(TrackBench(env, name, options, sink).run())
        if found := conflicts(log_of(env, name)):
            raise CommandError("\n    ".join(["transactions collided:", *found[:8]]))
    text = _table(measures)
    print(text)
    if options.save:
        data = [asdict(measure) for measure in measures]
        folder = env.root / "benchmarks" / "results"
        print(f"\nwritten to {write_result(folder, 'track', facts, text, data)}")
    ratios = [_ratio(measures, kind) for kind in KINDS]
    if min(ratios) < options.goal:
        print(f"the goal is {options.goal:g} times Odoo's own")
    return int(min(ratios) < options.goal)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench track", description=__doc__)
    add = parser.add_argument
    add("--hits", type=int, default=3000, help="of each kind in each run, ours")
    add("--standard-hits", type=int, default=300, help="the same for Odoo's own")
    add("--runs", type=int, default=3, help="the table shows medians")
    add("--visitors", type=int, default=4, help="who ask at the same time")
    add("--goal", type=float, default=10, help="times as fast as Odoo's own routes")
    add("--no-save", dest="save", action="store_false", help="only print the table")
    add("--keep", action="store_true", help="keep the database")
    return parser.parse_args(argv)


class TrackBench:
    """Two mailings, one sent by each engine, and their recipients at their mails."""

    def __init__(self, env, name: str, options, sink: FastSink):
        self.env = env
        self.name = name
        self.options = options
        self.sink = sink

    def run(self) -> Iterator[Measure]:
        """Send both mailings, then let their recipients read, in turn."""
        with self._process() as odoo:
            odoo.call("prepare", smtp_port=self.sink.port)
            paths = {
                ODOO: self._send(odoo, ODOO, self.options.standard_hits),
                OURS: self._send(odoo, OURS, self.options.hits),
            }
            say("starting a server with one worker")
            one_worker = ("--workers=1", "--max-cron-threads=0", "--proxy-mode")
            with odoo_server(self.env, self.name, *one_worker) as client:
                visitors = Visitors(client.port, self.options.visitors)
                self._warm_up(odoo, visitors, paths)
                for number in range(self.options.runs):
                    say(f"run {number + 1}: hits")
                    for engine in (ODOO, OURS):
                        yield from self._measure(odoo, visitors, engine, paths[engine])

    @contextmanager
    def _process(self) -> Iterator[OdooProcess]:
        odoo = OdooProcess(self.env, self.name)
        try:
            yield odoo
        finally:
            odoo.close()

    def _send(self, odoo, engine: str, hits: int) -> dict[str, list[str]]:
        """Send a mailing to enough people. Return the paths in their mails."""
        count = WARM_UP + hits * self.options.runs
        say(f"sending {count:,} mails, engine {engine}")
        list_id = odoo.call("contacts", sql=people.clean(count))["result"]
        mailing = {"list_id": list_id, "body": BODY, "engine": engine}
        mailing_id = odoo.call("launch", **mailing)["result"]
        if engine == OURS:
            odoo.call("work", lane=1, mailing_id=mailing_id, planning=True)
        else:
            odoo.call("standard", mailing_id=mailing_id)
        paths = odoo.call("tracked_paths", mailing_id=mailing_id)["result"]
        if any(len(paths[kind]) != count for kind in KINDS):
            raise CommandError(f"not all {count} mails of engine {engine} were sent.")
        return paths

    def _warm_up(self, odoo, visitors: Visitors, paths: dict) -> None:
        for engine in (ODOO, OURS):
            self._take(visitors, engine, paths[engine], "open", WARM_UP)
            self._take(visitors, engine, paths[engine], "click", WARM_UP)
        time.sleep(SETTLE_SECONDS)
        odoo.call("fold")

    def _measure(
        self, odoo, visitors: Visitors, engine: str, paths: dict
    ) -> Iterator[Measure]:
        is_ours = engine == OURS
        hits = self.options.hits if is_ours else self.options.standard_hits
        before = self._noted(engine)
        for kind in KINDS:
            seconds = self._take(visitors, engine, paths, kind, hits)
            fold_seconds = 0.0
            if is_ours:
                time.sleep(SETTLE_SECONDS)
                costs = odoo.call("fold")
                fold_seconds = costs["seconds"]
                if costs["result"] != hits:
                    raise CommandError(f"{costs['result']} of {hits} hits were folded.")
            yield Measure(engine, kind, hits, seconds, fold_seconds)
        after = self._noted(engine)
        noted = [now - then for now, then in zip(after, before, strict=True)]
        if noted != [hits, hits]:
            raise CommandError(f"of {hits} hits of each kind, {noted} were noted.")

    def _take(
        self, visitors: Visitors, engine: str, paths: dict, kind: str, count: int
    ) -> float:
        """Let the next so many recipients come. Return how long it took."""
        taken, paths[kind] = paths[kind][:count], paths[kind][count:]
        status = KINDS[kind][0]
        if kind == "click" and engine == ODOO:
            status = 301
        return visitors.ask_for(taken, status)

    def _noted(self, engine: str) -> list[int]:
        """Return how many openings and clicks are known, of people or anybody."""
        if engine == OURS:
            query = """
                SELECT count(*) FILTER (WHERE kind = 'open'),
                       count(*) FILTER (WHERE kind = 'click') FROM campaign_event
            """
        else:
            query = """
                SELECT count(*) FILTER (WHERE trace_status = 'open'),
                       (SELECT count(*) FROM link_tracker_click WHERE event_id IS NULL)
                  FROM mailing_trace WHERE token IS NULL
            """
        return list(map(int, self.env.postgres.query(query, self.name).split("|")))


def _median(measures: Sequence[Measure], engine: str, kind: str, name: str) -> float:
    return statistics.median(
        getattr(one, name)
        for one in measures
        if one.engine == engine and one.kind == kind
    )


def _ratio(measures: Sequence[Measure], kind: str, name: str = "rate") -> float:
    odoos = _median(measures, ODOO, kind, "rate")
    return _median(measures, OURS, kind, name) / odoos


def _table(measures: Sequence[Measure]) -> str:
    """Return the table: hits a second, and how many times Odoo's own that is."""
    rows = []
    for kind, (_status, words) in KINDS.items():
        whole = _median(measures, OURS, kind, "whole_rate")
        rows.append(
            (
                words,
                f"{_median(measures, ODOO, kind, 'rate'):,.0f}",
                f"{_median(measures, OURS, kind, 'rate'):,.0f}",
                f"{_ratio(measures, kind):.1f}",
                f"{whole:,.0f}",
                f"{_ratio(measures, kind, 'whole_rate'):.1f}",
            )
        )
    header = (
        *("hits a second", "Odoo's own", "Campaign Desk", "times"),
        *("with the job", "times"),
    )
    return table(header, rows)

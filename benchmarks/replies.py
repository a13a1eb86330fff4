"""bin/bench replies: mails taken in, and replies read, a second; one process.

A campaign is really sent, then answered with the hundred labelled mails of
tests/samples/replies, as often as it takes. Taking in is Odoo's gateway from the raw
mail to the commit; reading is the job, from the stored reply to the commit of what it
says, with routing and acts.
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage

from lib.console import CommandError, say
from parts import people
from parts.database import database
from parts.facts import machine_facts
from parts.mail import BODY
from parts.odoo_process import OdooProcess
from parts.sinks import fast
from parts.table import table, write_result

ENGINES = ("hybrid", "hybrid_e5")
MACHINES = {"out_of_office", "auto_reply", "bounce"}
LANES = 3  # as many take replies side by side in the check


@dataclass
class Measure:
    """How fast one step was, for each reply."""

    step: str
    replies: int
    seconds: float
    cpu_seconds: float
    statements: float
    median_ms: float
    p95_ms: float
    slowest_ms: float

    @property
    def rate(self) -> float:
        """Replies in a second."""
        return self.replies / self.seconds


def main(env, argv: Sequence[str]) -> int:
    """Measure, print the table, keep the result."""
    options = _options(argv)
    facts = machine_facts(env)
    with (
        database(env, "replies", options.keep) as name,
        fast(env, env.state / "bench" / name) as sink,
    ):
        odoo = OdooProcess(env, name)
        try:
            odoo.call("prepare", smtp_port=sink.port)
            measures = list(_run(env, odoo, name, options))
        finally:
            odoo.close()
    text = _table(measures)
    print(text)
    if options.save:
        data = [asdict(measure) for measure in measures]
        folder = env.root / "benchmarks" / "results"
        print(f"\nwritten to {write_result(folder, 'replies', facts, text, data)}")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench replies", description=__doc__)
    add = parser.add_argument
    add("--replies", type=int, default=1000, help="how many come in")
    add("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    add(
        "--no-gateway",
        dest="gateway",
        action="store_false",
        help="store the replies instead of having them come in as mails",
    )
    add("--no-save", dest="save", action="store_false", help="only print the table")
    add("--keep", action="store_true", help="keep the database")
    return parser.parse_args(argv)


def _run(env, odoo: OdooProcess, name: str, options) -> Iterator[Measure]:
    """Send, answer, take in, read with each engine, and check that lanes agree."""
    samples = _samples(env)
    if options.gateway:
        yield _take_in(env, odoo, name, samples, options.replies)
    else:
        rows = [_stored(samples, number) for number in range(options.replies)]
        odoo.call("store", rows=rows)
    for engine in options.engines:
        count = odoo.call("choose_engine", engine=engine)["result"]
        say(f"reading {count:,} replies, engine {engine}")
        costs = odoo.call("read_all")
        _check(env, name, count, engine)
        yield _measure(f"reading, {engine}", costs)
    _check_lanes(env, name, odoo)


def _samples(env) -> list[dict]:
    path = env.root / "tests" / "samples" / "replies" / "dev.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def _take_in(env, odoo, name: str, samples: list[dict], count: int) -> Measure:
    say(f"sending {count:,} mails, and answering them")
    list_id = odoo.call("contacts", sql=people.clean(count))["result"]
    mailing = {"list_id": list_id, "body": BODY, "engine": "desk"}
    mailing_id = odoo.call("launch", **mailing)["result"]
    odoo.call("work", lane=1, mailing_id=mailing_id, planning=True)
    pairs = odoo.call("answered", mailing_id=mailing_id)["result"]
    mails = [
        _mail(samples[number % len(samples)], number, *pair)
        for number, pair in enumerate(pairs)
    ]
    costs = odoo.call("take_in", mails=mails)
    query = "SELECT count(*) FROM campaign_response WHERE trace_id IS NOT NULL"
    found = int(env.postgres.query(query, name))
    people_wrote = sum(
        MACHINES.isdisjoint(samples[number % len(samples)]["labels"]["intents"])
        for number in range(len(mails))
    )
    if found < 0.95 * people_wrote:
        raise CommandError(f"of {people_wrote} replies of people, {found} are there.")
    return _measure("taking in", costs)


def _mail(sample: dict, number: int, address: str, message_id: str) -> str:
    """Return a labelled reply as the mail that answers another."""
    mail = EmailMessage()
    mail["From"] = address
    mail["To"] = "news@desk.example"
    mail["Subject"] = sample["subject"] or "Re:"
    mail["Message-ID"] = f"<reply-{number}@mail.example>"
    mail["In-Reply-To"] = mail["References"] = message_id
    for header, value in (sample.get("headers") or {}).items():
        if header not in mail and not header.lower().startswith(("content-", "mime-")):
            mail[header] = value
    mail.set_content(sample["text"] or "")
    if sample.get("html"):
        mail.add_alternative(sample["html"], subtype="html")
    return mail.as_string()


def _stored(samples: list[dict], number: int) -> dict:
    sample = samples[number % len(samples)]
    return {
        "received_at": "2027-01-12 11:20:00",
        "subject": sample["subject"],
        "email": f"person-{number}@mail.example",
        "message_id": f"<reply-{number}@mail.example>",
        "body_text": sample["text"],
        "body_html": sample.get("html"),
        "headers": sample.get("headers"),
    }


def _check(env, name: str, count: int, engine: str) -> None:
    """Fail unless each reply was read, by this engine."""
    read = env.postgres.query(
        "SELECT count(*) FROM campaign_response WHERE analysis_state = 'done' "
        f"AND engine LIKE '{engine} %' AND engine_note IS NULL",
        name,
    )
    if int(read) != count:
        raise CommandError(f"{read} of {count} replies were read by {engine}.")


def _check_lanes(env, name: str, odoo: OdooProcess) -> None:
    """Have several processes read side by side; fail unless each reply is read once."""
    count = odoo.call("choose_engine", engine="hybrid")["result"]
    say(f"reading them with {LANES} processes")
    lanes = [OdooProcess(env, name) for _ in range(LANES)]
    try:
        for lane in lanes:
            lane.order("read_all")
        taken = [len(lane.reply()["result"]) for lane in lanes]
    finally:
        for lane in lanes:
            lane.close()
    twice = env.postgres.query(
        "SELECT count(*) FROM campaign_response WHERE analysis_attempts <> 1", name
    )
    if sum(taken) != count or twice != "0":
        raise CommandError(f"{taken} of {count} were taken, {twice} not just once.")
    _check(env, name, count, "hybrid")
    say(f"each was read once: {taken}")


def _measure(step: str, costs: dict) -> Measure:
    taken = sorted(1000 * seconds for seconds in costs["result"])
    return Measure(
        step,
        len(taken),
        costs["seconds"],
        costs["cpu_seconds"],
        costs["statements"] / len(taken),
        statistics.median(taken),
        taken[int(0.95 * (len(taken) - 1))],
        taken[-1],
    )


HEADER = (
    "step",
    "replies",
    "per second",
    "per CPU second",
    "median ms",
    "p95 ms",
    "slowest ms",
    "SQL each",
)


def _table(measures: Sequence[Measure]) -> str:
    rows = [
        (
            measure.step,
            f"{measure.replies:,}",
            f"{measure.rate:,.0f}",
            f"{measure.replies / measure.cpu_seconds:,.0f}",
            f"{measure.median_ms:.1f}",
            f"{measure.p95_ms:.1f}",
            f"{measure.slowest_ms:.1f}",
            f"{measure.statements:.0f}",
        )
        for measure in measures
    ]
    return table(HEADER, rows)

"""bin/bench crash: workers die in the middle of a campaign; is every mail sent once?

The verdict comes from the journal of the SMTP server, not from what Odoo believes.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence

from lib.console import CommandError
from parts import people
from parts.database import database
from parts.mail import BODY
from parts.odoo_process import OdooProcess, close_all
from parts.sinks import RecordingSink, recording

CONNECTIONS = 4  # of one worker: as many mails can be in doubt when it dies
FAULTS = {
    "later at RCPT": 0.01,
    "later at DATA": 0.005,
    "later at dot": 0.005,
    "refused at RCPT": 0.005,
    "hang up at MAIL": 0.001,
    "hang up at DATA": 0.001,
    "hang up in content": 0.001,
    "hang up after dot, mail dropped": 0.0005,
    "hang up after dot, mail kept": 0.0005,
}


def main(env, argv: Sequence[str]) -> int:
    """Run the campaign, disturb it, count."""
    options = _options(argv)
    folder = env.state / "bench" / "crash"
    faults = FAULTS if options.faults else {}
    delay = options.delay / 1000
    with (
        recording(folder, options.seed, delay, faults) as sink,
        database(env, "crash", options.keep) as name,
    ):
        crash = Crash(env, name, sink, options)
        try:
            mailing_id = crash.start()
            crash.run()
        finally:
            close_all(crash.workers)
        verdict = Verdict(env, name, sink, mailing_id, options)
        crash.report()
        return verdict.report()


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench crash", description=__doc__)
    add = parser.add_argument
    add("--mails", type=int, default=500, help="recipients of the campaign")
    add("--kills", type=int, default=3, help="workers that are killed with -9")
    add("--cuts", type=int, default=0, help="workers whose database sessions are cut")
    add("--workers", type=int, default=2, help="workers at a time")
    add("--faults", action="store_true", help="the server answers 4xx, hangs up, …")
    add("--delay", type=float, default=2, help="of the server's answer, milliseconds")
    add("--seed", type=int, default=None, help="repeat the moments of another run")
    add("--keep", action="store_true", help="keep the database")
    options = parser.parse_args(argv)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10_000)
    return options


class Crash:
    """A campaign, its workers and what is done to them."""

    def __init__(self, env, name: str, sink: RecordingSink, options):
        self.env = env
        self.name = name
        self.sink = sink
        self.options = options
        self.workers: list[OdooProcess] = []
        self.working: list[OdooProcess] = []
        self.random = random.Random(options.seed)
        self.seconds = 0.0
        self.events: list[str] = []
        self.mailing_id = 0

    def start(self) -> int:
        """Boot workers, plan the campaign, let them loose. Return the mailing's id."""
        # One more stands by, so that a dead one is replaced at once.
        self.workers = [self._boot() for _ in range(self.options.workers + 1)]
        first = self.workers[0]
        first.call("prepare", smtp_port=self.sink.port)
        sql = people.clean(self.options.mails)
        list_id = first.call("contacts", sql=sql)["result"]
        launched = first.call("launch", list_id=list_id, body=BODY, engine="desk")
        self.mailing_id = launched["result"]
        first.call("plan")
        return self.mailing_id

    def run(self) -> None:
        """Kill workers while mails flow, until the campaign is over."""
        while len(self.working) < self.options.workers:
            self._set_to_work()
        disturbances = self._schedule()
        start = time.monotonic()
        limit = start + 120 + self.options.mails / 50
        patience = 0.0
        while True:
            now = time.monotonic()
            if now > limit:
                raise CommandError("the campaign did not come to an end.")
            if disturbances and self.sink.taken >= disturbances[0][0]:
                time.sleep(self.random.uniform(0, 0.02))
                if getattr(self, disturbances[0][1])():
                    disturbances.pop(0)
            if now > patience:
                patience = now + 0.5
                if not self._waiting():
                    break
                self._check_alive()
            time.sleep(0.002)
        self.seconds = time.monotonic() - start

    def report(self) -> None:
        """Print what happened."""
        options = self.options
        print(
            f"{options.mails} mails, {options.workers} workers, seed {options.seed}: "
            f"{self.seconds:.1f} s"
        )
        for event in self.events:
            print(f"  {event}")
        for fault, count in sorted(self.sink.faults().items()):
            print(f"  the server: {fault}: {count}")

    def _schedule(self) -> list[tuple[int, str]]:
        """Draw the moments of disturbance, in mails that have arrived."""
        what = ["kill"] * self.options.kills + ["cut"] * self.options.cuts
        self.random.shuffle(what)
        first, last = self.options.mails // 20, self.options.mails * 17 // 20
        moments = sorted(self.random.randint(first, last) for _ in what)
        return list(zip(moments, what, strict=True))

    def kill(self) -> bool:
        """Kill a worker in the middle of a batch; the one standing by replaces it.

        Tell whether there was one.
        """
        victim = self._victim()
        if not victim:
            return False
        victim.kill()
        self.events.append(f"after {self.sink.taken} mails a worker was killed")
        self.working.remove(victim)
        self.workers.remove(victim)
        self._set_to_work()
        self.workers.append(self._boot())
        return True

    def cut(self) -> bool:
        """Cut the database sessions of a worker in the middle of a batch.

        Tell whether there was one.
        """
        victim = self._victim()
        if not victim:
            return False
        count = self.env.postgres.query(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            f"WHERE datname = '{self.name}' AND application_name = 'odoo-{victim.pid}'"
        )
        self.events.append(
            f"after {self.sink.taken} mails {count} database sessions were cut"
        )
        return True

    def _victim(self) -> OdooProcess | None:
        """Return one of the workers that hold a batch, or None if all are idle.

        One that boots has nothing to lose yet.
        """
        sessions = self.env.postgres.query(
            """
            SELECT DISTINCT application_name
              FROM pg_stat_activity
              JOIN campaign_sending_lease ON backend_pid = pid
            """,
            self.name,
        ).split()
        busy = [one for one in self.working if f"odoo-{one.pid}" in sessions]
        return self.random.choice(busy) if busy else None

    def _boot(self) -> OdooProcess:
        return OdooProcess(self.env, self.name)

    def _set_to_work(self) -> None:
        worker = next(one for one in self.workers if one not in self.working)
        lane = len(self.working) + 1
        worker.order("work", lane=lane, mailing_id=self.mailing_id)
        self.working.append(worker)

    def _check_alive(self) -> None:
        """Raise if a worker ended of itself while there is work."""
        for worker in self.working:
            if not worker.alive:
                raise CommandError(f"a worker ended by itself; see {worker.log}")

    def _waiting(self) -> int:
        """Return how many deliveries are undecided; those put off come at once."""
        return int(
            self.env.postgres.query(
                f"""
                WITH sooner AS (
                    UPDATE mailing_trace SET next_attempt_at = now() AT TIME ZONE 'UTC'
                     WHERE mass_mailing_id = {self.mailing_id}
                       AND trace_status = 'outgoing'
                       AND next_attempt_at > now() AT TIME ZONE 'UTC')
                SELECT count(*) FROM mailing_trace
                 WHERE mass_mailing_id = {self.mailing_id}
                   AND trace_status IN ('outgoing', 'process')
                """,
                self.name,
            )
        )


class Verdict:
    """What the server has, against what was planned."""

    def __init__(self, env, name: str, sink: RecordingSink, mailing_id: int, options):
        rows = env.postgres.query(
            "SELECT message_id, email, trace_status, COALESCE(failure_type, '') "
            f"FROM mailing_trace WHERE mass_mailing_id = {mailing_id}",
            name,
        )
        self.deliveries = [line.split("|") for line in rows.splitlines()]
        self.options = options
        mails = sink.events("mail")
        self.by_id = Counter(mail["id"] for mail in mails)
        self.by_recipient = Counter(address for mail in mails for address in mail["to"])
        self.doubtful = {line["id"] for line in sink.events("doubt")}
        self.cut_lines = len(sink.events("cut"))

    def report(self) -> int:
        """Print the account; return 1 if it does not add up."""
        wrong = 0
        for label, count, allowed in self._account():
            bad = allowed is not None and count not in allowed
            wrong += bad
            print(f"  {label:<34}{count:>8}{'   WRONG' if bad else ''}")
        print("  every mail once" if not wrong else f"  {wrong} figures are wrong")
        return 1 if wrong else 0

    def _account(self) -> list[tuple[str, int, range | None]]:
        """Return figures, each with what it may be."""
        status = {one[0]: one[2] for one in self.deliveries}
        by_status = Counter(status.values())
        sent = {one for one, word in status.items() if word == "sent"}
        unknown = {one[0] for one in self.deliveries if one[3] == "outcome_unknown"}
        there = set(self.by_id)
        twice = {one for one, count in self.by_id.items() if count > 1}
        twice |= {one for one, count in self.by_recipient.items() if count > 1}
        deaths = self.options.kills + self.options.cuts
        bound = min(CONNECTIONS * deaths, self.cut_lines)
        mails = self.options.mails
        none = range(1)
        return [
            ("planned", len(status), range(mails, mails + 1)),
            ("taken by the server", len(there), None),
            ("sent", len(sent), None),
            ("bounce", by_status["bounce"], None),
            ("error, outcome unknown", len(unknown), None),
            ("  of these the server has", len(unknown & there), None),
            ("  after the server hung up", len(unknown & self.doubtful), None),
            (
                f"  after a death (at most {bound})",
                len(unknown - self.doubtful),
                range(bound + 1),
            ),
            ("error, other", by_status["error"] - len(unknown), none),
            ("cancel", by_status["cancel"], none),
            ("undecided", by_status["outgoing"] + by_status["process"], none),
            ("LOST: sent, but not there", len(sent - there), none),
            ("DENIED: there, but not sent", len(there - sent - unknown), none),
            ("TWICE", len(twice), none),
        ]

"""bin/bench crash: workers die in the middle of a campaign; is every mail sent once?

The verdict comes from the journal of the SMTP server, not from what Odoo believes.
"""

import argparse
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lib.console import CommandError
from parts import people
from parts.child_process import close_all
from parts.database import database
from parts.mail import BODY
from parts.odoo_process import OdooProcess, conflicts, log_of
from parts.sinks import RecordingSink, recording
from parts.verdict import Verdict, read_deliveries

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
LOG_LINES = 80  # of the workers' log, shown when a run fails
DISPATCH_SECONDS = 1  # between two runs of the dispatcher's job
QUIET_SECONDS = 0.5  # to see that nothing leaves of a paused campaign
BATCH = 200  # mails that a worker takes in hand at once


def main(env, argv: Sequence[str]) -> int:
    """Run the campaign, disturb it, count."""
    options = _options(argv)
    with database(env, "crash", options.keep) as name, _told_on_failure(env, name):
        folder = env.state / "bench" / name
        faults = FAULTS if options.faults else {}
        delay = options.delay / 1000
        with recording(folder, options.seed, delay, faults, gate=0) as sink:
            crash = Crash(env, name, sink, options)
            try:
                crash.start()
                crash.run()
            finally:
                crash.close()
        # The server has stopped: what it has written down is complete.
        status = crash.report()
        if not status and not options.keep:
            shutil.rmtree(folder)
            log_of(env, name).unlink()
        return status


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench crash", description=__doc__)
    add = parser.add_argument
    add("--mails", type=int, default=500, help="recipients of the campaign")
    add("--kills", type=int, default=3, help="workers that are killed with -9")
    add("--cuts", type=int, default=0, help="workers whose database sessions are cut")
    add("--pauses", type=int, default=0, help="pause, change of limits, resume")
    add("--workers", type=int, default=2, help="workers at a time")
    add("--faults", action="store_true", help="the server answers 4xx, hangs up, …")
    add("--delay", type=float, default=2, help="of the server's answer, milliseconds")
    add("--seed", type=int, default=None, help="repeat the moments of another run")
    add("--keep", action="store_true", help="keep the database")
    options = parser.parse_args(argv)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10_000)
    return options


@contextmanager
def _told_on_failure(env, name: str) -> Iterator[None]:
    """Print the end of the workers' log when the run breaks off."""
    try:
        yield
    except CommandError:
        _print_log(env, name)
        raise


def _print_log(env, name: str) -> None:
    log = log_of(env, name)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    print(f"\nthe end of {log}:")
    for line in lines[-LOG_LINES:]:
        print(f"  {line[:200]}")


class Crash:
    """A campaign, its workers and what is done to them.

    The server falls silent a few mails after the moment of the next disturbance, and
    goes on when that is over. So each of them hits a campaign under way, however slow
    or fast the machine is.
    """

    def __init__(self, env, name: str, sink: RecordingSink, options):
        self.env = env
        self.name = name
        self.sink = sink
        self.options = options
        self.workers: list[OdooProcess] = []
        self.working: list[OdooProcess] = []
        self.dispatcher = self._boot()
        self.random = random.Random(options.seed)
        # how many more mails may arrive before the server waits for a disturbance
        self._leeway = min(50, options.mails // 20)
        self.seconds = 0.0
        self.deadline = float("inf")
        self.events: list[str] = []
        self.mailing_id = 0

    def start(self) -> None:
        """Boot workers, plan the campaign, let them loose."""
        # One more stands by, so that a dead one is replaced at once.
        self.workers = [self._boot() for _ in range(self.options.workers + 1)]
        order = self.dispatcher.call
        order("prepare", smtp_port=self.sink.port)
        sql = people.clean(self.options.mails)
        list_id = order("contacts", sql=sql)["result"]
        launched = order("launch", list_id=list_id, body=BODY, engine="desk")
        self.mailing_id = launched["result"]
        order("plan")
        while len(self.working) < self.options.workers:
            self._set_to_work()

    def run(self) -> None:
        """Disturb the campaign while mails flow, until it is over."""
        options = self.options
        what = [self._kill] * options.kills + [self._cut] * options.cuts
        what += [self._pause] * options.pauses
        self.random.shuffle(what)
        start = time.monotonic()
        self.deadline = start + 240 + options.mails / 25
        for number, disturb in enumerate(what):
            moment = self._draw_moment(len(what) - number)
            self.sink.move_gate(moment + self.random.randint(0, self._leeway))
            self._until(lambda moment=moment: self.sink.taken >= moment)
            time.sleep(self.random.uniform(0, 0.02))
            self._until(disturb)
        self.sink.move_gate(float("inf"))
        self._until(lambda: not self._waiting(), pause=0.5)
        self.seconds = time.monotonic() - start

    def close(self) -> None:
        """Let everybody end; whoever lives has settled then."""
        self.sink.move_gate(float("inf"))
        close_all([*self.workers, self.dispatcher])

    def report(self) -> int:
        """Print what happened and whether all is well; return the exit status."""
        options = self.options
        print(
            f"{options.mails} mails, {options.workers} workers, seed {options.seed}: "
            f"{self.seconds:.1f} s"
        )
        for number, event in enumerate(self.events, 1):
            print(f"  {number}. {event}")
        for fault, count in sorted(self.sink.faults().items()):
            print(f"  the server: {fault}: {count}")
        deaths = options.kills + options.cuts
        deliveries = read_deliveries(self.env, self.name, self.mailing_id)
        verdict = Verdict(deliveries, self.sink.journal())
        wrong = len(verdict.report(options.mails, deaths))
        collisions = conflicts(log_of(self.env, self.name))
        if wrong or collisions:
            _print_log(self.env, self.name)
            print(f"\n  {wrong} figures are wrong, {len(collisions)} conflicts logged")
            return 1
        print("  every mail once")
        return 0

    def _draw_moment(self, disturbances: int) -> int:
        """Draw when the next of so many disturbances is, in mails that have arrived.

        They share what is left of the campaign but for its last fifth.
        """
        taken = self.sink.taken
        share = (self.options.mails * 4 // 5 - taken) // disturbances
        if share < 1:
            raise CommandError(
                f"{taken} mails have arrived and {disturbances} disturbances are to "
                "come: please ask for more mails."
            )
        return taken + self.random.randint(1, share)

    def _until(self, done: Callable[[], bool], pause: float = 0.002) -> None:
        """Look after the campaign until something is done."""
        dispatched = time.monotonic()
        while not done():
            now = time.monotonic()
            if now > self.deadline:
                raise CommandError("the campaign did not come to its end.")
            if now > dispatched + DISPATCH_SECONDS:
                dispatched = now
                self._check_alive()
                self.dispatcher.call("plan")
            time.sleep(pause)

    # ------------------------------------------------------------
    # Disturbances; each tells whether there was something to disturb
    # ------------------------------------------------------------

    def _kill(self) -> bool:
        """Kill a worker in the middle of a batch; the one standing by replaces it."""
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

    def _cut(self) -> bool:
        """Cut the database sessions of a worker in the middle of a batch."""
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

    def _pause(self) -> bool:
        """Pause the campaign, and go on under other limits.

        What workers have in hand reaches its end, a batch each; nothing else arrives.
        """
        self.dispatcher.call("pause", mailing_id=self.mailing_id)
        before = self.sink.taken
        self.sink.move_gate(float("inf"))
        self._until(self._is_quiet)
        taken = self.sink.taken
        if taken - before > BATCH * self.options.workers:
            raise CommandError(f"{taken - before} mails left of a paused campaign.")
        limits = {
            "mails_per_second": self.random.randint(200, 2000),
            "connections": self.random.randint(1, 6),
        }
        self.sink.move_gate(taken)
        self.dispatcher.call("resume", mailing_id=self.mailing_id, limits=limits)
        words = ", ".join(f"{count} {name}" for name, count in limits.items())
        self.events.append(
            f"after {before} mails a pause, {taken - before} in hand; then {words}"
        )
        return True

    def _is_quiet(self) -> bool:
        """Tell whether no worker has anything in hand and no mail arrives."""
        taken = self.sink.taken
        sql = "SELECT 1 FROM campaign_sending_lease LIMIT 1"
        if self.env.postgres.query(sql, self.name):
            return False
        time.sleep(QUIET_SECONDS)
        busy = self.env.postgres.query(sql, self.name)
        return not busy and self.sink.taken == taken

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

    # ------------------------------------------------------------
    # Workers
    # ------------------------------------------------------------

    def _boot(self) -> OdooProcess:
        return OdooProcess(self.env, self.name)

    def _set_to_work(self) -> None:
        worker = next(one for one in self.workers if one not in self.working)
        worker.order("serve", lane=len(self.working) + 1)
        self.working.append(worker)

    def _check_alive(self) -> None:
        """Raise if a worker ended of itself or stopped working."""
        for worker in self.working:
            if worker.has_replied:
                worker.reply()  # tells what went wrong
                raise CommandError("a worker stopped by itself.")

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
                SELECT (SELECT count(*) FROM mailing_trace
                         WHERE mass_mailing_id = {self.mailing_id}
                           AND trace_status IN ('outgoing', 'process'))
                     + (SELECT count(*) FROM campaign_sending_lease)
                """,
                self.name,
            )
        )

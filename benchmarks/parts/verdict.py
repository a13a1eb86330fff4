"""What the mail server has, against what Odoo believes: is every mail there once?"""

from collections import Counter
from dataclasses import dataclass

from lib.environment import Environment

CONNECTIONS = 4  # of one worker: as many mails can be in doubt when it dies
SHOWN = 10  # deliveries of a wrong figure that are shown in full


@dataclass(frozen=True)
class Figure:
    """A count, the deliveries behind it and the most it may be (None: anything)."""

    label: str
    ids: set[str]
    most: int | None = None
    least: int = 0

    @property
    def wrong(self) -> bool:
        """Whether it must not be so."""
        count = len(self.ids)
        return count < self.least or (self.most is not None and count > self.most)


def read_deliveries(
    env: Environment, database: str, mailing_id: int
) -> dict[str, list[str]]:
    """Return what Odoo believes: by Message-ID status, failure, attempts and words."""
    rows = env.postgres.query(
        "SELECT message_id, trace_status, COALESCE(failure_type, ''), "
        "       COALESCE(attempt_count, 0), "
        "       regexp_replace(COALESCE(failure_reason, ''), '\\s+', ' ', 'g') "
        f"FROM mailing_trace WHERE mass_mailing_id = {mailing_id}",
        database,
    )
    lines = [line.split("|", 4) for line in rows.splitlines()]
    return {line[0]: line[1:] for line in lines}


class Verdict:
    """The account of one campaign, drawn up when everybody has gone home.

    :param deliveries: what Odoo believes, see :func:`read_deliveries`.
    :param journal: what the server has written down.
    """

    def __init__(self, deliveries: dict[str, list[str]], journal: list[dict]):
        self._deliveries = deliveries
        self._journal = journal
        taken = [line for line in journal if line["event"] == "mail"]
        self._by_id = Counter(mail["id"] for mail in taken)
        addresses = Counter(address for mail in taken for address in mail["to"])
        self._twice = {one for one, count in self._by_id.items() if count > 1}
        self._twice |= {
            mail["id"]
            for mail in taken
            if any(addresses[address] > 1 for address in mail["to"])
        }

    def report(self, mails: int, deaths: int) -> list[Figure]:
        """Print the account, and of a wrong figure all that is known. Return those.

        :param deaths: how many workers were killed or lost their database sessions.
        """
        figures = self.account(mails, deaths)
        for figure in figures:
            mark = "   WRONG" if figure.wrong else ""
            print(f"  {figure.label:<34}{len(figure.ids):>8}{mark}")
        wrong = [figure for figure in figures if figure.wrong]
        for figure in wrong:
            print(f"\n  {figure.label.strip()}:")
            for one in sorted(figure.ids)[:SHOWN]:
                self._print_delivery(one)
        return wrong

    def _print_delivery(self, message_id: str) -> None:
        found = self._deliveries.get(message_id)
        words = "no delivery of Odoo's"
        if found:
            status, failure, attempts, reason = found
            words = f"{status} {failure}, attempts: {attempts}; {reason}"
        print(f"    {message_id}: {words}")
        for line in self._journal:
            if line.get("id") == message_id:
                print(f"      the server: {line}")

    def account(self, mails: int, deaths: int) -> list[Figure]:
        """Return the figures, each with what it may be."""
        deliveries = self._deliveries

        def having(*statuses: str) -> set[str]:
            return {one for one, row in deliveries.items() if row[0] in statuses}

        sent = having("sent")
        unknown = {
            one for one, row in deliveries.items() if row[1] == "outcome_unknown"
        }
        there = set(self._by_id)
        in_doubt = {line["id"] for line in self._journal if line["event"] == "doubt"}
        bound = min(CONNECTIONS * deaths, self._lost_connections())
        return [
            Figure("planned", set(deliveries), mails, mails),
            Figure("taken by the server", there),
            Figure("sent", sent),
            Figure("bounce", having("bounce")),
            Figure("error, outcome unknown", unknown),
            Figure("  of these the server has", unknown & there),
            Figure("  after the server hung up", unknown & in_doubt),
            Figure(f"  after a death (at most {bound})", unknown - in_doubt, bound),
            Figure("error, other", having("error") - unknown, 0),
            Figure("cancel", having("cancel"), 0),
            Figure("undecided", having("outgoing", "process"), 0),
            Figure("LOST: sent, but not there", sent - there, 0),
            Figure("DENIED: there, but not sent", there - sent - unknown, 0),
            Figure("TWICE", self._twice, 0),
        ]

    def _lost_connections(self) -> int:
        """Return how many connections ended without a farewell and without a dot.

        Cut off by a death, or by the server, whose reason a worker may no longer have
        come to write down when it died.
        """
        return sum(
            line["event"] == "cut" or line.get("kind", "").startswith("hang up at")
            for line in self._journal
        )

"""The demonstration's table: what Odoo says, compared with what the mailbox holds."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .demo_mailbox import read_index

REASONS = {
    "mail_email_invalid": "not a valid address",
    "mail_email_missing": "no address",
    "mail_dup": "address already mailed",
    "mail_optout": "opted out of a targeted list",
    "mail_bl": "blacklisted",
    "mail_smtp": "mail server failed",
    "absence": "away: waits for their return",
    "cap": "waits: mailed often of late",
    "retry": "waits: the server asked to come later",
    "window": "waits for the hours of sending",
}

# A speed measured on fewer mails says nothing.
FEW = 50


class Outcome:
    """One campaign's deliveries, as Odoo and as the mailbox know them."""

    def __init__(self, deliveries: list[dict], folder: Path, seconds: float):
        self.deliveries = deliveries
        self.seconds = seconds
        self.sent = {line["message_id"] for line in deliveries if line["sent"]}
        ours = {line["message_id"] for line in deliveries}
        # Other mail of this Odoo (digests, invitations) lands in the same folder.
        self.mails = [
            mail
            for mail in read_index(folder)
            if (mail["message_id"] or "").strip("<> ") in ours
        ]

    def faults(self) -> Iterator[str]:
        """Yield a sentence for everything that is not as it must be."""
        received = Counter(mail["message_id"].strip("<> ") for mail in self.mails)
        addresses = Counter(to.lower() for mail in self.mails for to in mail["to"])
        if lost := self.sent - received.keys():
            yield f"{len(lost)} mails that Odoo calls sent are not in the mailbox."
        if unknown := received.keys() - self.sent:
            yield f"{len(unknown)} mails in the mailbox are not sent for Odoo."
        if twice := [address for address, count in addresses.items() if count > 1]:
            yield f"{len(twice)} addresses got more than one mail, such as {twice[0]}."

    def unsent(self) -> Counter[str]:
        """Return how many recipients got no mail, by reason."""
        lines = (line for line in self.deliveries if not line["sent"])
        return Counter(REASONS.get(line["failure"], _other(line)) for line in lines)

    def per_second(self) -> float:
        """Return the mails per second from first to last; 0 for too few mails."""
        if len(self.mails) < FEW:
            return 0
        times = [mail["time"] for mail in self.mails]
        return (len(times) - 1) / (max(times) - min(times))

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield the table's rows: what, how many, remark."""
        good = "in the mailbox: as many as Odoo says, none twice"
        unsent = self.unsent()
        yield "planned", f"{len(self.deliveries):,}", ""
        yield "delivered", f"{len(self.mails):,}", "" if any(self.faults()) else good
        yield "not mailed", f"{unsent.total():,}", ""
        for reason, count in unsent.most_common():
            yield f"  {reason}", f"{count:,}", ""
        yield "from Send to done", f"{self.seconds:,.1f} s", ""
        if rate := self.per_second():
            yield "mails per second", f"{rate:,.0f}", "from the first to the last"


def import_rows(report: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of an import's report."""
    for what, count in report.items():
        if what == "contacts":
            yield "contacts imported", f"{count:,}", ""
        elif count:
            yield f"  {what}", f"{count:,}", ""


def print_rows(rows: Iterator[tuple[str, str, str]]) -> None:
    """Print rows as columns."""
    for what, count, remark in rows:
        print(f"  {what:<32}{count:>9}   {remark}".rstrip())


def _other(line: dict) -> str:
    """Return a reason in Odoo's own words."""
    return (line["reason"] or line["failure"] or line["status"]).splitlines()[0][:60]

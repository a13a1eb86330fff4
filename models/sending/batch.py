"""Sending: a claimed batch in a worker's hands."""

from ...tools.providers.base import (
    ACCEPTED,
    FAILED,
    REFUSED,
    UNKNOWN,
    WITHHELD,
    SendResult,
)

# A batch of at least this many mails without a single acceptable one stops its mailing:
# a relay that refuses everything must not use up the list.
REFUSALS_THAT_STOP = 20


class Batch:
    """A claimed batch and what has become of it so far."""

    def __init__(self, claim, way, deliveries):
        self.lease_id = claim.lease_id
        self.connections = claim.connections
        self.was_down = claim.was_down
        self.way = way
        self.deliveries = deliveries
        self.trouble = ""  # why a person has to look after it
        self.is_accounts_trouble = False
        self.unreachable = None  # the server that does not answer, and the error
        self.advice = None  # of the provider: to slow down
        self.results = []
        self.suppressed = {}  # by id: failure type and reason
        self.postponed = {}
        self.in_flight = ()
        self.copies = 0  # offered to a server
        self.copy_error = ""
        self._known = set()
        self._noted = 0

    def add(self, results):
        """Take over results; those that are known already stay as they are."""
        for result in results:
            if result.status == WITHHELD:
                self.suppressed[result.ref] = ("merge_empty", result.reason)
            elif result.ref not in self._known:
                self._known.add(result.ref)
                self.results.append(result)

    def news(self):
        """Return accepted ids and other results since the last call."""
        fresh, self._noted = self.results[self._noted :], len(self.results)
        accepted = [one.ref for one in fresh if one.status == ACCEPTED]
        return accepted, [one for one in fresh if one.status != ACCEPTED]

    def doubt_in_flight(self):
        """Whatever broke off while mails were handed over, nobody resends them."""
        reason = "Sending broke off while the mail was handed over."
        self.add(SendResult(ref, UNKNOWN, reason) for ref in self.in_flight)

    def untouched(self):
        """Return the ids of the deliveries about which nothing is known."""
        return [
            one.id
            for one in self.deliveries
            if one.id not in self._known
            and one.id not in self.suppressed
            and one.id not in self.postponed
        ]

    @property
    def is_to_end(self):
        """Whether nothing more of it is to be handed over."""
        return bool(self.advice or self.unreachable)

    def accepted_of(self, deliveries):
        """Return those of ``deliveries`` that a server took."""
        accepted = {one.ref for one in self.results if one.status == ACCEPTED}
        return [one for one in deliveries if one.id in accepted]

    def note_copies(self, results):
        """Note what became of copies, which says nothing about the deliveries."""
        for result in results:
            if result.status != ACCEPTED:
                self.copy_error = self.copy_error or result.reason

    def is_server_unexpected(self):
        """Return whether the server that does not answer is not the way's."""
        return bool(
            self.unreachable and self.way.server_id not in (0, self.unreachable[0])
        )

    def has_accepted(self):
        """Return whether a server took at least one mail."""
        return any(result.status == ACCEPTED for result in self.results)

    def has_failures(self):
        """Return whether a mail failed for good."""
        return any(result.status in (FAILED, REFUSED) for result in self.results)

    def is_refused_altogether(self):
        """Return whether so many mails were refused that the cause is on our side."""
        return len(self.results) >= REFUSALS_THAT_STOP and all(
            result.status in (FAILED, REFUSED) for result in self.results
        )

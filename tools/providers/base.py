"""Sending: what every way out has in common.

An adapter takes a batch of mails and tells for each what became of it. It never
retries (the queue does), never reads settings and never commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

# What became of a mail.
ACCEPTED = "accepted"  # the other side has taken it over
DEFERRED = "deferred"  # not now: try again later
REFUSED = "refused"  # the recipient was refused for good
FAILED = "failed"  # the mail itself cannot be handed over, now or later
WITHHELD = "withheld"  # not to be sent to this recipient
UNKNOWN = "unknown"  # lost sight of after the hand-over began: never resend by itself


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """A finished mail and its envelope. ``ref`` is the caller's number for it.

    ``transparent`` says that no line of ``data`` begins with a dot and that the last
    one is complete, so that SMTP can take it as it stands (RFC 5321 §4.5.2).
    """

    ref: int
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    transparent: bool = False


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of the mail ``ref``, with the other side's own words."""

    ref: int
    status: str
    reason: str = ""
    provider_id: str = ""


class SendError(Exception):
    """Nothing of the batch was handed over. The text is for people."""


class Unreachable(SendError):
    """The other side cannot be reached at the moment; trying again may help."""


class Misconfigured(SendError):
    """Nothing can be sent until a person changes the configuration."""


# Called before mails are handed over, with the results gained since the last call and
# the refs about to be handed over. False: the batch is no longer ours, stop at once.
# A provider that fails in the middle of its work calls it once more, without refs,
# before it lets the error through.
Journal = Callable[[Sequence[SendResult], Sequence[int]], bool]


class Provider(Protocol):
    """A way out for mail."""

    def send(
        self,
        batch: Sequence[OutgoingEmail],
        journal: Journal,
        deadline: float = float("inf"),
    ) -> list[SendResult]:
        """Hand the batch over and return the results of all that was tried.

        Mails that are missing in the results were not touched.

        :param deadline: monotonic time after which no further mail is begun with.
        :raise SendError: nothing was handed over.
        """

    def close(self) -> None:
        """Give back connections."""

"""Tracking: what sorting an inbound mail answers."""

from dataclasses import dataclass, field

from .automatic import AUTO_REPLY, CHALLENGE, LEFT_COMPANY, OUT_OF_OFFICE

# The address is no good: it does not exist, or its domain does not.
HARD_BOUNCE = "hard_bounce"
# Not delivered, for a reason that may pass, or that nobody tells.
SOFT_BOUNCE = "soft_bounce"
# Still being tried.
DELAYED = "delayed"
MAILBOX_FULL = "mailbox_full"
# Refused because of who sends: reputation, a list, a limit, a policy.
BLOCK = "block"
# Refused because SPF, DKIM, DMARC or the reverse look-up fail.
AUTHENTICATION = "authentication"
# Refused because of what is sent: spam, a virus, too large.
CONTENT = "content"
COMPLAINT = "complaint"
READ_RECEIPT = "read_receipt"
# A server confirms that it took or passed on the mail (RFC 3461).
DELIVERED = "delivered"
# A machine's mail from which nothing follows, such as a report of "no spam".
NOTICE = "notice"
HUMAN = "human"

# Not delivered, for good.
BOUNCES = (HARD_BOUNCE, SOFT_BOUNCE, MAILBOX_FULL, BLOCK, AUTHENTICATION, CONTENT)
# The sender's fault, never the address's.
SENDERS_FAULT = (BLOCK, AUTHENTICATION, CONTENT)
ANSWERS = (OUT_OF_OFFICE, LEFT_COMPANY, CHALLENGE, AUTO_REPLY)
# Surer than this an automatic answer may be kept from making records.
SURE_ENOUGH = 0.8
KINDS = (
    *BOUNCES,
    *(DELAYED, COMPLAINT, READ_RECEIPT, DELIVERED, NOTICE),
    *ANSWERS,
    HUMAN,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of the mail to one recipient.

    ``status`` is an enhanced status code (RFC 3463) such as ``5.1.1``, ``diagnostic``
    the words of the server that refused it, ``remote_mta`` that server's name.
    """

    kind: str
    rule: str
    address: str = ""
    status: str = ""
    diagnostic: str = ""
    remote_mta: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """Which of our mails it is about, all of it unproven.

    ``tags``
        what follows a plus in addresses that may be our return path (VERP), the most
        direct first.
    ``message_ids``
        of the mail that was returned or read.
    ``provider_ids``
        by which sending services know it.
    ``signed``
        signed tokens in what was returned, such as those of its links.
    ``references``
        which mails it answers, the nearest first.
    ``links``
        signed tokens of our links in its text, quoted or not: pairs of the letter that
        stands for their purpose and the token.
    """

    tags: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    provider_ids: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """What an inbound mail is.

    ``rule`` names the detector and what it went by. ``confidence`` is between 0 and 1.
    ``failures`` has a line for each recipient that a report names. ``text`` is what
    the mail says, without what it quotes or returns; ``evidence`` the words or the
    header that an automatic answer was known by.
    """

    kind: str
    rule: str
    confidence: float
    failures: tuple[Failure, ...] = ()
    clues: Clues = field(default_factory=Clues)
    text: str = ""
    evidence: str = ""

    @property
    def status(self) -> str:
        """Return the first enhanced status code."""
        return next((each.status for each in self.failures if each.status), "")

    @property
    def diagnostic(self) -> str:
        """Return the first server's words."""
        return next((each.diagnostic for each in self.failures if each.diagnostic), "")

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return the addresses that failed."""
        found = (each.address for each in self.failures if each.address)
        return tuple(dict.fromkeys(found))

    @property
    def remote_mta(self) -> str:
        """Return the first server's name."""
        return next((each.remote_mta for each in self.failures if each.remote_mta), "")

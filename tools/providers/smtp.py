"""Sending: SMTP over pooled connections in lock-step.

One thread drives several connections. A *round* takes one mail per connection through
the same stages, so that the server works on one while we talk to the next::

    envelope  →  journal  →  content, the dot and the next envelope  →  answer

The journal is told what is about to be handed over before any dot is sent, once a
round.
"""

import smtplib
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence

from .base import (
    Journal,
    Misconfigured,
    OutgoingEmail,
    SendError,
    SendResult,
    Unreachable,
)
from .smtp_connection import Connection, words

# RFC 5321 §4.5.3.2: a server may take ten minutes to answer the final dot.
DOT_TIMEOUT_SECONDS = 600


class SmtpProvider:
    """Sends over up to ``width`` connections to one server.

    :param connect: returns a connected, greeted and logged-in :class:`smtplib.SMTP`.
    :param width: how many connections to use at once, and so how many mails can be
        on the wire, and in doubt if we die, at once.
    """

    def __init__(
        self,
        connect: Callable[[], smtplib.SMTP],
        width: int = 4,
        mails_per_connection: int = 500,
        dot_timeout: float = DOT_TIMEOUT_SECONDS,
    ):
        self._connect = connect
        self.width = width
        self._mails_per_connection = mails_per_connection
        self._dot_timeout = dot_timeout
        self._connections: list[Connection] = []

    def send(
        self,
        batch: Sequence[OutgoingEmail],
        journal: Journal,
        deadline: float = float("inf"),
    ) -> list[SendResult]:
        """Hand over the batch; see :class:`.base.Provider`."""
        while len(self._connections) > self.width:  # there were more the last time
            self._connections.pop().quit()
        sending = _Sending(batch, deadline, self.width)
        results = sending.results
        told = 0
        try:
            while lines := self._offer(sending):
                gained, told = results[told:], len(results)
                if not journal(gained, [line.mail.ref for line in lines]):
                    self.close()
                    break
                sending.lines = lines
                self._finish_round(sending)
        except BaseException:  # what is known must not be lost with the error
            self._drop_all()
            results += [line.abandon() for line in sending.lines]
            if results[told:]:
                journal(results[told:], ())
            raise
        return results

    def close(self) -> None:
        """Say QUIT on every connection."""
        for connection in self._connections:
            connection.quit()
        self._connections.clear()

    # ------------------------------------------------------------
    # A round
    # ------------------------------------------------------------

    def _offer(self, sending: "_Sending") -> list[Connection]:
        """Give every connection a mail, as far as there are mails; return those."""
        while sending.goes_on():
            line = self._free_connection(sending)
            if not line:
                break
            line.offer(sending.waiting.popleft())
        return [line for line in self._connections if line.mail]

    def _finish_round(self, sending: "_Sending") -> None:
        """Take the mails that were offered through the rest of the dialogue.

        A mail whose connection turns out to have been closed before goes back to those
        that wait. That ends: a new connection has not been closed before.
        """
        for line in [line for line in sending.lines if line.negotiate()]:
            line.hand_over(self._next(line, sending))
        while sending.lines:
            line = sending.lines[0]
            if result := line.conclude():
                sending.results.append(result)
            sending.lines.pop(0)
            if line.lost and line.mail:
                sending.waiting.appendleft(line.mail)
        self._drop_finished()

    def _next(self, line: Connection, sending: "_Sending") -> OutgoingEmail | None:
        """Return the mail whose envelope may travel with the content on ``line``."""
        last = line.served + 1 >= self._mails_per_connection
        if not line.pipelining or last or not sending.goes_on():
            return None
        return sending.waiting.popleft()

    # ------------------------------------------------------------
    # The connections
    # ------------------------------------------------------------

    def _free_connection(self, sending: "_Sending") -> Connection | None:
        """Return a connection without a mail, a new one if there may be more.

        :raise SendError: there is none, and there are no results yet.
        """
        for connection in self._connections:
            if not connection.mail:
                return connection
        if len(self._connections) >= sending.width:
            return None
        try:
            self._connections.append(self._new_connection())
        except SendError:
            if not self._connections and not sending.results:
                raise
            # a server that wants fewer is not asked again
            sending.width = len(self._connections)
            return None
        return self._connections[-1]

    def _new_connection(self) -> Connection:
        try:
            return Connection(self._connect(), self._dot_timeout)
        except smtplib.SMTPNotSupportedError as error:
            raise Misconfigured(
                f"The mail server cannot do what is asked of it: {words(error)}"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured(
                f"The mail server's certificate is not trusted: {words(error)}"
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            refused = isinstance(error, smtplib.SMTPAuthenticationError)
            if refused and error.smtp_code >= 500:
                raise Misconfigured(
                    f"The mail server refused the log-in: {words(error)}"
                ) from error
            raise Unreachable(
                f"The mail server cannot be reached: {words(error)}"
            ) from error

    def _drop_finished(self) -> None:
        """Forget lost connections and renew those that have served long enough."""
        for connection in list(self._connections):
            if connection.served >= self._mails_per_connection:
                connection.quit()
            if connection.lost:
                self._connections.remove(connection)

    def _drop_all(self) -> None:
        """Break off: what is not handed over yet never will be."""
        for connection in self._connections:
            connection.drop()
        self._connections.clear()


class _Sending:
    """A batch on its way: the mails that wait, the round, the results."""

    def __init__(self, batch: Sequence[OutgoingEmail], deadline: float, width: int):
        self.waiting = deque(batch)
        self.width = width
        self.lines: list[Connection] = []  # with a mail that the journal knows
        self.results: list[SendResult] = []
        self._deadline = deadline

    def goes_on(self) -> bool:
        """Return whether another mail may be offered."""
        return bool(self.waiting) and time.monotonic() < self._deadline

"""Sending: SMTP (RFC 5321) over pooled connections in lock-step.

One thread drives several connections. A *round* takes one mail per connection through
the same stages, so that the servers work while we talk to the next one::

    MAIL, RCPT, DATA  →  journal  →  content  →  the dot  →  answer

Where a server offers PIPELINING (RFC 2920) the three commands travel together. The
journal is told what is about to be handed over before the dot is sent: until then a
lost connection means that the server has nothing (RFC 5321 §4.1.1.4), after it the
outcome is unknown until the server answers.
"""

import smtplib
import socket
import time
from collections.abc import Callable, Sequence

from .base import (
    ACCEPTED,
    DEFERRED,
    FAILED,
    REFUSED,
    UNKNOWN,
    Journal,
    Misconfigured,
    OutgoingEmail,
    SendResult,
    Unreachable,
)

# RFC 5321 §4.5.3.2: a server may take ten minutes to answer the final dot.
DOT_TIMEOUT_SECONDS = 600
_LOST = (OSError, smtplib.SMTPServerDisconnected)


class SmtpProvider:
    """Sends over up to ``width`` connections to one server.

    :param connect: returns a connected, greeted and logged-in :class:`smtplib.SMTP`.
    :param width: how many connections to use at once, and so how many mails can be
        on the wire, and in doubt if we die, at once.
    """

    def __init__(
        self,
        connect: Callable[[], smtplib.SMTP],
        width: int = 2,
        mails_per_connection: int = 500,
    ):
        self._connect = connect
        self._width = width
        self._mails_per_connection = mails_per_connection
        self._connections: list[_Connection] = []

    def send(
        self,
        batch: Sequence[OutgoingEmail],
        journal: Journal,
        deadline: float = float("inf"),
    ) -> list[SendResult]:
        """Hand over the batch; see :class:`.base.Provider`."""
        results: list[SendResult] = []
        told = position = 0
        while position < len(batch) and time.monotonic() < deadline:
            try:
                lines = self._open(min(self._width, len(batch) - position))
            except (Unreachable, Misconfigured):
                if not results:
                    raise
                break  # the rest stays untouched; the next batch tells why
            mails = batch[position : position + len(lines)]
            pairs = list(zip(lines, mails, strict=True))
            for line, mail in pairs:
                line.offer(mail)
            if not journal(results[told:], [mail.ref for mail in mails]):
                self.close()
                break
            told = len(results)
            results += _finish_round(pairs)
            position += len(mails)
            self._drop_finished()
        return results

    def close(self) -> None:
        """Say QUIT on every connection."""
        for connection in self._connections:
            connection.quit()
        self._connections.clear()

    def _open(self, wanted: int) -> list["_Connection"]:
        """Return at least one and at most ``wanted`` connections."""
        while len(self._connections) < wanted:
            try:
                smtp = self._connect()
            except smtplib.SMTPAuthenticationError as error:
                raise Misconfigured(
                    f"The mail server refused the log-in: {_words(error)}"
                ) from error
            except (OSError, smtplib.SMTPException) as error:
                if self._connections:
                    break
                raise Unreachable(
                    f"The mail server cannot be reached: {_words(error)}"
                ) from error
            self._connections.append(_Connection(smtp))
        return self._connections[:wanted]

    def _drop_finished(self) -> None:
        """Forget lost connections and renew those that have served long enough."""
        for connection in list(self._connections):
            if connection.served >= self._mails_per_connection:
                connection.quit()
            if connection.lost:
                self._connections.remove(connection)


def _finish_round(
    pairs: Sequence[tuple["_Connection", OutgoingEmail]],
) -> list[SendResult]:
    """Take the mails that were offered through the rest of the dialogue."""
    willing = [(line, mail) for line, mail in pairs if line.negotiate()]
    for line, mail in willing:
        line.send_content(mail)
    for line, _mail in willing:
        line.send_dot()
    return [line.conclude() for line, _mail in pairs]


class _Connection:
    """One SMTP connection and the mail that is on it."""

    def __init__(self, smtp: smtplib.SMTP):
        self._smtp = smtp
        self._pipelining = smtp.has_extn("pipelining")
        self._sock = smtp.sock
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._commands: list[bytes] = []
        self._ref = 0
        self._result: SendResult | None = None
        self._dirty = False  # a transaction was left unfinished
        self._awaits_answer = False
        self.lost = False
        self.served = 0

    def offer(self, mail: OutgoingEmail) -> None:
        """Send the envelope; all of it at once where the server can take it so."""
        self._ref, self._result, self._awaits_answer = mail.ref, None, False
        self._commands = [b"RSET\r\n"] if self._dirty else []
        self._commands.append(f"MAIL FROM:<{mail.sender}>\r\n".encode("ascii"))
        self._commands += [
            f"RCPT TO:<{address}>\r\n".encode("ascii") for address in mail.recipients
        ]
        self._commands.append(b"DATA\r\n")
        self._dirty = True
        self._write(b"".join(self._commands) if self._pipelining else self._commands[0])

    def negotiate(self) -> bool:
        """Read the answers to the envelope; True when the content may follow."""
        for index, command in enumerate(self._commands):
            if index and not self._pipelining:
                if self._result:
                    return False
                self._write(command)
            code, text = self._read()
            if self.lost:
                return False
            if command == b"DATA\r\n":
                return self._data_answer(code, text)
            if not 200 <= code < 300:
                self._refuse(command, code, text)
        return False

    def send_content(self, mail: OutgoingEmail) -> None:
        """Send the mail without the dot that ends it: the server has nothing yet."""
        data = mail.data
        if data.startswith(b"."):
            data = b"." + data
        if b"\r\n." in data:
            data = data.replace(b"\r\n.", b"\r\n..")
        self._write(data if data.endswith(b"\r\n") else data + b"\r\n")

    def send_dot(self) -> None:
        """End the content. From here on the outcome is unknown until the answer."""
        if self.lost:
            return
        self._sock.settimeout(DOT_TIMEOUT_SECONDS)
        self._awaits_answer = True
        self._write(b".\r\n")

    def conclude(self) -> SendResult:
        """Return what became of the mail."""
        if self._awaits_answer:
            code, text = self._read()
            if not self.lost:
                self._sock.settimeout(self._smtp.timeout)
                self._dirty = False
                self.served += 1
                self._settle(code, text)
        return self._result or SendResult(
            self._ref, DEFERRED, "The mail server ended the dialogue."
        )

    def quit(self) -> None:
        """Take leave; nothing is lost when that fails."""
        if self._dirty:  # in the middle of a mail, which the server then forgets
            self._drop()
        if not self.lost:
            try:
                self._sock.settimeout(5)
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self.lost = True

    def _data_answer(self, code: int, text: str) -> bool:
        if code == 354 and not self._result:
            return True
        if code == 354:  # RFC 2920 §3.1: no recipient is left, end it empty
            self._write(b".\r\n")
            self._read()
        elif not self._result:
            self._refuse(b"DATA", code, text)
        return False

    def _settle(self, code: int, text: str) -> None:
        if 200 <= code < 300:
            self._result = SendResult(self._ref, ACCEPTED, provider_id=text[:200])
        else:
            self._refuse(b"content", code, text)

    def _refuse(self, command: bytes, code: int, text: str) -> None:
        """Keep the first refusal: 4xx is for now, 5xx for good.

        Only a 5xx to RCPT speaks of the recipient; to MAIL it speaks of the sender,
        later of the content.
        """
        if code == 421:
            self._drop()
        if self._result:
            return
        if code < 500:
            status = DEFERRED
        else:
            status = REFUSED if command.startswith(b"RCPT") else FAILED
        self._result = SendResult(self._ref, status, f"{code} {text}"[:1000])

    def _write(self, data: bytes) -> None:
        if self.lost:
            return
        try:
            self._sock.sendall(data)
        except _LOST as error:
            self._connection_lost(error)

    def _read(self) -> tuple[int, str]:
        if self.lost:
            return -1, ""
        try:
            code, text = self._smtp.getreply()
        except (*_LOST, smtplib.SMTPResponseException) as error:
            self._connection_lost(error)
            return -1, ""
        return code, text.decode("utf-8", "replace").replace("\n", " ")

    def _connection_lost(self, error: Exception) -> None:
        self._drop()
        if self._awaits_answer:
            self._result = SendResult(
                self._ref,
                UNKNOWN,
                "The connection was lost before the mail server confirmed the mail:"
                f" {_words(error)}",
            )
        elif not self._result:
            self._result = SendResult(
                self._ref, DEFERRED, f"The connection was lost: {_words(error)}"
            )

    def _drop(self) -> None:
        self.lost = True
        self._smtp.close()


def _words(error: Exception) -> str:
    """Return the server's own words in ``error``, or the error's."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        if isinstance(words, bytes):
            words = words.decode("utf-8", "replace")
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__

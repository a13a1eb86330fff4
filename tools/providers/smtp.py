"""Sending: SMTP (RFC 5321) over pooled connections in lock-step.

One thread drives several connections. A *round* takes one mail per connection through
the same stages, so that the servers work while we talk to the next one::

    MAIL, RCPT, DATA  →  journal  →  content  →  the dot  →  answer

Where a server offers PIPELINING (RFC 2920) the three commands travel together. The
journal is told what is about to be handed over before the dot is sent: until then a
lost connection means that the server has nothing (RFC 5321 §4.1.1.4), after it the
outcome is unknown until the server answers.
"""

import re
import smtplib
import socket
import ssl
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
    SendError,
    SendResult,
    Unreachable,
)

# RFC 5321 §4.5.3.2: a server may take ten minutes to answer the final dot.
DOT_TIMEOUT_SECONDS = 600
_LOST = (OSError, smtplib.SMTPServerDisconnected)
# What may stand between < and > in a command.
_ADDRESS = re.compile(r"[!-;=?-~]+")


_Pair = tuple["_Connection", OutgoingEmail]


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
        dot_timeout: float = DOT_TIMEOUT_SECONDS,
    ):
        self._connect = connect
        self._width = width
        self._mails_per_connection = mails_per_connection
        self._dot_timeout = dot_timeout
        self._connections: list[_Connection] = []

    def send(
        self,
        batch: Sequence[OutgoingEmail],
        journal: Journal,
        deadline: float = float("inf"),
    ) -> list[SendResult]:
        """Hand over the batch; see :class:`.base.Provider`."""
        results: list[SendResult] = []
        pairs: list[_Pair] = []  # what the journal knows and the results do not
        told, width = 0, self._width
        try:
            while len(results) < len(batch) and time.monotonic() < deadline:
                position = len(results)
                try:
                    lines = self._open(min(width, len(batch) - position))
                except SendError:
                    if not results:
                        raise
                    break  # the rest stays untouched; the next batch tells why
                width = len(lines)  # a server that wants fewer is not asked again
                mails = batch[position : position + width]
                offered = list(zip(lines, mails, strict=True))
                for line, mail in offered:
                    line.offer(mail)
                gained, told = results[told:], position
                if not journal(gained, [mail.ref for mail in mails]):
                    self.close()
                    break
                pairs = offered
                results += self._finish_round(pairs)
                pairs = []
                self._drop_finished()
        except BaseException:  # what is known must not be lost with the error
            self._drop_all()
            results += [line.abandon() for line, _mail in pairs]
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
    # The connections
    # ------------------------------------------------------------

    def _open(self, wanted: int) -> list["_Connection"]:
        """Return at least one and at most ``wanted`` connections."""
        while len(self._connections) < wanted:
            try:
                self._connections.append(self._new_connection())
            except SendError:
                if not self._connections:
                    raise
                break
        return self._connections[:wanted]

    def _new_connection(self) -> "_Connection":
        try:
            return _Connection(self._connect(), self._dot_timeout)
        except smtplib.SMTPNotSupportedError as error:
            raise Misconfigured(
                f"The mail server cannot do what is asked of it: {_words(error)}"
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured(
                f"The mail server's certificate is not trusted: {_words(error)}"
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            refused = isinstance(error, smtplib.SMTPAuthenticationError)
            if refused and error.smtp_code >= 500:
                raise Misconfigured(
                    f"The mail server refused the log-in: {_words(error)}"
                ) from error
            raise Unreachable(
                f"The mail server cannot be reached: {_words(error)}"
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

    # ------------------------------------------------------------
    # A round
    # ------------------------------------------------------------

    def _finish_round(self, pairs: list[_Pair]) -> list[SendResult]:
        """Take the mails that were offered through the rest of the dialogue."""
        willing = self._negotiate(pairs)
        for line, mail in willing:
            line.send_content(mail)
        for line, _mail in willing:
            line.send_dot()
        return [line.conclude() for line, _mail in pairs]

    def _negotiate(self, pairs: list[_Pair]) -> list[_Pair]:
        """Return the pairs whose server wants the content.

        A connection that the server had closed while it was idle is replaced, in
        ``pairs`` too. That is safe: the server has seen no content of the mail. And it
        ends: a new connection is never idle.
        """
        willing, reachable = [], True
        for index, (line, mail) in enumerate(pairs):
            wanted = line.negotiate()
            if line.stale and reachable:
                self._connections.remove(line)
                try:
                    line = self._new_connection()
                except SendError:
                    reachable = False
                    continue
                self._connections.append(line)
                pairs[index] = line, mail
                line.offer(mail)
                wanted = line.negotiate()
            if wanted:
                willing.append((line, mail))
        return willing


class _Connection:
    """One SMTP connection and the mail that is on it."""

    def __init__(self, smtp: smtplib.SMTP, dot_timeout: float):
        self._smtp = smtp
        self._dot_timeout = dot_timeout
        self._pipelining = smtp.has_extn("pipelining")
        self._sock = smtp.sock
        # urllib3's TLS socket, which Odoo uses with client certificates, wraps one.
        plain = getattr(smtp.sock, "socket", smtp.sock)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout = plain.gettimeout()
        self._commands: list[bytes] = []
        self._ref = 0
        self._result: SendResult | None = None
        self._used = False  # has had a mail before this one
        self._dirty = False  # a transaction was left unfinished
        self._awaits_answer = False
        self.stale = False  # was closed while it was idle
        self.lost = False
        self.served = 0

    def offer(self, mail: OutgoingEmail) -> None:
        """Send the envelope; all of it at once where the server can take it so."""
        self._ref, self._result, self._awaits_answer = mail.ref, None, False
        self._commands = []
        if not mail.recipients or not all(
            map(_ADDRESS.fullmatch, (mail.sender or "-", *mail.recipients))
        ):
            self._result = SendResult(
                mail.ref, FAILED, "An address cannot be put into an SMTP command."
            )
            return
        commands = [f"MAIL FROM:<{mail.sender}>"]
        commands += [f"RCPT TO:<{address}>" for address in mail.recipients]
        commands.append("DATA")
        if self._dirty:
            commands.insert(0, "RSET")
        self._commands = [f"{command}\r\n".encode("ascii") for command in commands]
        self._dirty = True
        self._write(b"".join(self._commands) if self._pipelining else self._commands[0])

    def negotiate(self) -> bool:
        """Read the answers to the envelope; True when the content may follow."""
        used, self._used = self._used, True
        recipients = 0
        for index, command in enumerate(self._commands):
            if index and not self._pipelining:
                if self._result:
                    return False
                self._write(command)
            code, text = self._read()
            if used and not index and (self.lost or code == 421):
                self.stale = True
            if self.lost:
                return False
            if command == b"DATA\r\n":
                return self._data_answer(code, text, recipients)
            if not 200 <= code < 300:
                self._refuse(command, code, text)
            elif command.startswith(b"RCPT"):
                recipients += 1
        return False

    def send_content(self, mail: OutgoingEmail) -> None:
        """Send the mail without the dot that ends it: the server has nothing yet.

        Dots are doubled after bare line feeds too: there are servers that would take
        one on a line of its own for the end ("SMTP smuggling").
        """
        data = mail.data
        if data.startswith(b"."):
            data = b"." + data
        if b"\n." in data:
            data = data.replace(b"\n.", b"\n..")
        self._write(data if data.endswith(b"\r\n") else data + b"\r\n")

    def send_dot(self) -> None:
        """End the content. From here on the outcome is unknown until the answer."""
        if self.lost:
            return
        self._sock.settimeout(self._dot_timeout)
        self._awaits_answer = True
        self._write(b".\r\n")

    def conclude(self) -> SendResult:
        """Return what became of the mail."""
        if self._awaits_answer and not self.lost:
            code, text = self._read()
            if not self.lost:
                self._sock.settimeout(self._timeout)
                self._dirty = False
                self.served += 1
                self._settle(code, text)
        return self.abandon()

    def abandon(self) -> SendResult:
        """Return what is known of the mail now."""
        if self._result:
            return self._result
        if self._awaits_answer:
            return SendResult(self._ref, UNKNOWN, "Sending was broken off.")
        return SendResult(self._ref, DEFERRED, "The mail server ended the dialogue.")

    def quit(self) -> None:
        """Take leave; nothing is lost when that fails."""
        if self._dirty:  # in the middle of a mail, which the server then forgets
            self.drop()
        if not self.lost:
            try:
                self._sock.settimeout(5)
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self.lost = True

    def drop(self) -> None:
        """Hang up."""
        self.lost = True
        self._smtp.close()

    def _data_answer(self, code: int, text: str, recipients: int) -> bool:
        if code == 354 and not self._result:
            return True
        if code == 354 and recipients:  # a lone dot would send them an empty mail
            self.drop()
        elif code == 354:  # RFC 2920 §3.1: no recipient is left, end it empty
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

        A 5xx to MAIL speaks of the sender, later of the content; to RCPT it mostly
        speaks of the recipient; to RSET it does not speak of the mail.
        """
        if code == 421 or code < 400 or command == b"RSET\r\n":
            self.drop()
        if self._result:
            return
        if code < 500 or command == b"RSET\r\n":
            status = DEFERRED
        else:
            rcpt = command.startswith(b"RCPT")
            status = REFUSED if rcpt and _is_about_recipient(code, text) else FAILED
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
            if not 200 <= code < 600 or self._awaits_answer and 300 <= code < 400:
                raise smtplib.SMTPResponseException(code, text)
        except (*_LOST, smtplib.SMTPResponseException) as error:
            self._connection_lost(error)
            return -1, ""
        return code, text.decode("utf-8", "replace").replace("\n", " ")

    def _connection_lost(self, error: Exception) -> None:
        """Note that no answer can be had, or none that makes sense."""
        self.drop()
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


def _is_about_recipient(code: int, text: str) -> bool:
    """Return whether a 5xx to RCPT refuses the recipient rather than us.

    By the enhanced code (RFC 3463 §3) where there is one: 5.1.x is the address but
    5.1.7 and 5.1.8, which are the sender's; 5.2.x is the mailbox. Else by the code
    (RFC 5321 §4.2.3). "Relay access denied" and "authentication required" say nothing
    about the recipient.
    """
    if enhanced := re.match(r"5\.(\d{1,3})\.(\d{1,3})\b", text):
        subject, detail = map(int, enhanced.groups())
        return subject == 2 or subject == 1 and detail not in (7, 8)
    return code in (550, 551, 552, 553)


def _words(error: Exception) -> str:
    """Return the server's own words in ``error``, or the error's."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        if isinstance(words, bytes):
            words = words.decode("utf-8", "replace")
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__

"""Sending: one SMTP connection (RFC 5321) and the mail that is on it.

Where the server offers PIPELINING (RFC 2920) the commands of an envelope travel
together, and behind the content of the mail before: one write and one answer a mail.
"""

import re
import smtplib
import socket

from .base import (
    ACCEPTED,
    DEFERRED,
    FAILED,
    REFUSED,
    UNKNOWN,
    OutgoingEmail,
    SendResult,
)

_LOST = (OSError, smtplib.SMTPServerDisconnected)
_DATA = b"DATA\r\n"
_RESET = b"RSET\r\n"
_DOT = b".\r\n"
# What may stand between < and > in a command.
_ADDRESS = re.compile(r"[!-;=?-~]+")
_ANSWER = re.compile(rb"([2-5]\d\d)(?:([ -])(.*?))?\s*\n", re.DOTALL)
_LONGEST_ANSWER = 8192  # of a line; servers say less


class Connection:
    """One SMTP connection, on which one mail follows the other.

    The life of a mail on it: :meth:`offer`, :meth:`negotiate`, :meth:`hand_over`,
    :meth:`conclude`.

    :param smtp: connected, greeted and logged in.
    :param dot_timeout: how long to wait for the answer to a mail, in seconds.
    """

    def __init__(self, smtp: smtplib.SMTP, dot_timeout: float):
        self._smtp = smtp
        self._dot_timeout = dot_timeout
        self.pipelining = smtp.has_extn("pipelining")
        self._sock = smtp.sock
        # urllib3's TLS socket, which Odoo uses with client certificates, wraps one.
        plain = getattr(smtp.sock, "socket", smtp.sock)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout = plain.gettimeout()
        self._used = False  # has had a mail before this one
        self._dirty = False  # a transaction was left unfinished
        self._stale = False  # was closed before it saw anything of its mail
        self._error: Exception | None = None  # by which the connection was lost
        self.lost = False
        self.served = 0
        self._following: OutgoingEmail | None = None  # its envelope travels already
        self._begin(None)

    def _begin(self, mail: OutgoingEmail | None) -> None:
        self.mail = mail
        self._commands = _envelope(mail) if mail else []
        self._awaits_answer = False
        self._result: SendResult | None = None
        if mail and not self._commands:
            self._result = SendResult(
                mail.ref, FAILED, "An address cannot be put into an SMTP command."
            )

    # ------------------------------------------------------------
    # The life of a mail
    # ------------------------------------------------------------

    def offer(self, mail: OutgoingEmail) -> None:
        """Send the envelope; all of it at once where the server can take it so."""
        self._begin(mail)
        if not self._commands:
            return
        if self._dirty:
            self._commands.insert(0, _RESET)
        self._dirty = True
        if self.pipelining:
            self._write(b"".join(self._commands))
        else:
            self._write(self._commands[0])

    def negotiate(self) -> bool:
        """Read the answers to the envelope; True when the content may follow."""
        used, self._used = self._used, True
        recipients = 0
        for index, command in enumerate(self._commands):
            if index and not self.pipelining:
                if self._result:
                    return False
                self._write(command)
            code, text = self._read()
            if used and not index and (self.lost or code == 421):
                self._stale = True
            if self.lost:
                return False
            if command == _DATA:
                return self._data_answer(code, text, recipients)
            if not 200 <= code < 300:
                self._refuse(command, code, text)
            elif command.startswith(b"RCPT"):
                recipients += 1
        return False

    def hand_over(self, following: OutgoingEmail | None) -> None:
        """Send the mail up to the dot that ends it, and the envelope of the next.

        Until the dot is sent the server has nothing (RFC 5321 §4.1.1.4); from then on
        the outcome is unknown until it answers.
        """
        content = self.mail.data if self.mail.transparent else _stuffed(self.mail.data)
        self._following = following
        envelope = b"".join(_envelope(following)) if following else b""
        self._awaits_answer = True
        written = self._write(content + _DOT + envelope)
        self._awaits_answer = written >= len(content) + len(_DOT)

    def conclude(self) -> SendResult | None:
        """Return what became of the mail, None if the server saw nothing of it.

        Afterwards ``mail`` is the one whose turn it is: the next, or still the same.
        """
        if self._stale:
            return None
        if self._awaits_answer and not self.lost:
            self._sock.settimeout(self._dot_timeout)
            code, text = self._read()
            if not self.lost:
                self._sock.settimeout(self._timeout)
                self._dirty = False
                self.served += 1
                self._settle(code, text)
        result = self.abandon()
        following, self._following = self._following, None
        self._begin(following)
        self._dirty |= bool(self._commands)
        return result

    def abandon(self) -> SendResult:
        """Return what is known of the mail now."""
        if self._result:
            return self._result
        if self._awaits_answer:
            reason = "Sending was broken off."
            if self._error:
                reason = (
                    "The connection was lost before the mail server confirmed the "
                    f"mail: {words(self._error)}"
                )
            return SendResult(self.mail.ref, UNKNOWN, reason)
        reason = "The mail server ended the dialogue."
        if self._error:
            reason = f"The connection was lost: {words(self._error)}"
        return SendResult(self.mail.ref, DEFERRED, reason)

    # ------------------------------------------------------------
    # The end
    # ------------------------------------------------------------

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

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def _data_answer(self, code: int, text: str, recipients: int) -> bool:
        if code == 354 and not self._result:
            return True
        if code == 354 and recipients:  # a lone dot would send them an empty mail
            self.drop()
        elif code == 354:  # RFC 2920 §3.1: no recipient is left, end it empty
            self._write(_DOT)
            self._read()
        elif not self._result:
            self._refuse(_DATA, code, text)
        return False

    def _settle(self, code: int, text: str) -> None:
        if 200 <= code < 300:
            self._result = SendResult(self.mail.ref, ACCEPTED, provider_id=text[:200])
        else:
            self._refuse(b"content", code, text)

    def _refuse(self, command: bytes, code: int, text: str) -> None:
        """Keep the first refusal: 4xx is for now, 5xx for good.

        A 5xx to MAIL speaks of the sender, later of the content; to RCPT it mostly
        speaks of the recipient; to RSET it does not speak of the mail.
        """
        if code == 421 or code < 400 or command == _RESET:
            self.drop()
        if self._result:
            return
        if code < 500 or command == _RESET:
            status = DEFERRED
        else:
            rcpt = command.startswith(b"RCPT")
            status = REFUSED if rcpt and _is_about_recipient(code, text) else FAILED
        self._result = SendResult(self.mail.ref, status, f"{code} {text}"[:1000])

    # ------------------------------------------------------------
    # The socket
    # ------------------------------------------------------------

    def _write(self, data: bytes) -> int:
        """Send; return how many bytes the operating system took over."""
        written = 0
        if not self.lost:
            view = memoryview(data)
            try:
                while written < len(data):
                    written += self._sock.send(view[written:])
            except _LOST as error:
                self._connection_lost(error)
        return written

    def _read(self) -> tuple[int, str]:
        """Return code and text of the next answer, -1 when there is none to be had."""
        if self.lost:
            return -1, ""
        try:
            code, text = self._answer()
            if self._awaits_answer and 300 <= code < 400:
                raise smtplib.SMTPResponseException(code, text)
        except (*_LOST, smtplib.SMTPResponseException) as error:
            self._connection_lost(error)
            return -1, ""
        return code, text

    def _answer(self) -> tuple[int, str]:
        """Read an answer of one or more lines (RFC 5321 §4.2)."""
        texts = []
        while True:
            line = self._smtp.file.readline(_LONGEST_ANSWER)
            if not line:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            match = _ANSWER.fullmatch(line)
            if not match:
                raise smtplib.SMTPResponseException(-1, line)
            code, mark, text = match.groups()
            texts.append(text or b"")
            if mark != b"-":
                return int(code), b" ".join(texts).decode("utf-8", "replace")

    def _connection_lost(self, error: Exception) -> None:
        """Note that no answer can be had, or none that makes sense."""
        self._error = error
        self.drop()


def _envelope(mail: OutgoingEmail) -> list[bytes]:
    """Return the commands up to DATA; none when an address cannot be put into one."""
    addresses = (mail.sender or "-", *mail.recipients)
    if not mail.recipients or not all(map(_ADDRESS.fullmatch, addresses)):
        return []
    commands = [f"MAIL FROM:<{mail.sender}>\r\n".encode("ascii")]
    commands += [
        f"RCPT TO:<{address}>\r\n".encode("ascii") for address in mail.recipients
    ]
    return [*commands, _DATA]


def _stuffed(data: bytes) -> bytes:
    """Return the content with dots doubled at the beginning of lines.

    After bare line feeds too: there are servers that would take a dot on a line of its
    own for the end ("SMTP smuggling").
    """
    data = data.replace(b"\n.", b"\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"


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


def words(error: Exception) -> str:
    """Return the server's own words in ``error``, or the error's."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        if isinstance(said, bytes):
            said = said.decode("utf-8", "replace")
        return f"{error.smtp_code} {said}"
    return str(error) or type(error).__name__

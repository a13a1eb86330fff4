"""A mail server on this machine that misbehaves as a test tells it to."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """What the server does at a step instead of the proper thing.

    :param reply: the answer, one line or several; None: the proper one.
    :param drop: hang up, after the answer if there is one.
    :param silent: give no answer.
    :param store: keep the mail, or not, whatever the answer is.
    :param delay: seconds to wait first.
    """

    reply: str | None = None
    drop: bool = False
    silent: bool = False
    store: bool | None = None
    delay: float = 0


DROP = Act(drop=True, silent=True)
# The steps of a dialogue: banner, EHLO, AUTH, MAIL, RCPT, DATA, content (after its
# first line), dot, idle (after the answer to the dot). The script gets the step, the
# number of the connection and the step's argument.
Script = Callable[[str, int, str], Act | None]


class SmtpServer:
    """Listens on a free port until closed; use as a context manager.

    ``stored`` has (sender, recipients, content) of each mail that the server took;
    ``commands`` each command with the number of its connection.
    """

    # The lines that end a mail; careless servers know more of them.
    ends: tuple[bytes, ...] = (b".\r\n",)

    def __init__(self, script: Script | None = None, pipelining: bool = True):
        self.script = script or (lambda step, connection, argument: None)
        self.pipelining = pipelining
        self.stored: list[tuple[str, tuple[str, ...], bytes]] = []
        self.commands: list[tuple[int, str]] = []
        self.connections = 0
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "SmtpServer":
        self._start(self._accept)
        return self

    def __exit__(self, *_error) -> None:
        self.stop_listening()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def stop_listening(self) -> None:
        """Refuse further connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def recipients(self) -> list[str]:
        """Return the first recipient of each stored mail, sorted."""
        return sorted(to[0] if to else "" for _sender, to, _data in self.stored)

    def _start(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(sock)
                self.connections += 1
                self._start(self._serve, sock, self.connections)

    def _serve(self, sock: socket.socket, number: int) -> None:
        with sock, sock.makefile("rb") as lines, contextlib.suppress(OSError, _Gone):
            _Dialogue(self, sock, lines, number).run()


class _Gone(Exception):
    """The connection has ended."""


class _Dialogue:
    """One connection."""

    def __init__(self, server: SmtpServer, sock: socket.socket, lines, number: int):
        self._server = server
        self._sock = sock
        self._lines = lines
        self._number = number
        self._reset()

    def run(self) -> None:
        self._answer("banner", "", "220 ready")
        while line := self._lines.readline().decode("ascii").rstrip("\r\n"):
            self._server.commands.append((self._number, line))
            verb, _space, argument = line.partition(" ")
            getattr(self, f"_{verb.lower()}", self._unknown)(argument)

    def _answer(self, step: str, argument: str, proper: str) -> str:
        """Answer as the script says and return the code, "" when there was none."""
        act = self._server.script(step, self._number, argument) or Act()
        time.sleep(act.delay)
        reply = proper if act.reply is None else act.reply
        self._keep(act.store, not act.silent and reply.startswith("2"), step)
        if reply and not act.silent:
            self._sock.sendall(reply.encode() + b"\r\n")
        if act.drop:
            if step == "content":  # what is not read becomes a reset
                self._sock.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
            raise _Gone
        return "" if act.silent else reply[:3]

    def _keep(self, wanted: bool | None, positive: bool, step: str) -> None:
        if step == "dot" and (positive if wanted is None else wanted):
            self._server.stored.append(
                (self._sender or "", tuple(self._recipients), self._content)
            )

    def _reset(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._content = b""

    def _ehlo(self, _argument: str) -> None:
        offers = ["test.example", "AUTH PLAIN"]
        offers += ["PIPELINING"] * self._server.pipelining
        *first, last = offers
        proper = "\r\n".join([*(f"250-{offer}" for offer in first), f"250 {last}"])
        self._answer("EHLO", "", proper)

    def _auth(self, argument: str) -> None:
        self._answer("AUTH", argument, "235 welcome")

    def _rset(self, _argument: str) -> None:
        self._reset()
        self._answer("RSET", "", "250 forgotten")

    def _quit(self, _argument: str) -> None:
        self._sock.sendall(b"221 bye\r\n")
        raise _Gone

    def _unknown(self, argument: str) -> None:
        self._answer("unknown", argument, "500 what?")

    def _mail(self, argument: str) -> None:
        sender = argument.removeprefix("FROM:<").removesuffix(">")
        proper = "250 sender" if self._sender is None else "503 nested MAIL"
        if self._answer("MAIL", sender, proper) == "250":
            self._sender = sender

    def _rcpt(self, argument: str) -> None:
        recipient = argument.removeprefix("TO:<").removesuffix(">")
        proper = "503 MAIL first" if self._sender is None else "250 recipient"
        if self._answer("RCPT", recipient, proper) == "250":
            self._recipients.append(recipient)

    def _data(self, _argument: str) -> None:
        first = (self._recipients or [""])[0]
        proper = "354 go on" if self._recipients else "554 no recipients"
        if self._answer("DATA", first, proper) == "354":
            self._read_content(first)
            self._answer("dot", first, "250 queued")
            self._reset()
            self._answer("idle", first, "")

    def _read_content(self, first: str) -> None:
        content: list[bytes] = []
        while (line := self._lines.readline()) not in self._server.ends:
            if not line.endswith(b"\n"):
                raise _Gone
            content.append(line.removeprefix(b"."))
            if len(content) == 1:
                self._answer("content", first, "")
        self._content = b"".join(content)

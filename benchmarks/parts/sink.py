"""An SMTP server that writes down every mail it takes before it says so.

    python sink.py FOLDER [--seed N] [--delay SECONDS] [--faults JSON] [--keep]

It stands alone. In FOLDER it writes ``port`` when it listens and ``journal``, one JSON
line for each mail it took, each fault it made and each connection that ended without
a farewell. A line is with the operating system before the client hears anything, so
killing anybody leaves a true account. With ``--keep`` each mail is written to a file
``NUMBER.eml`` as well.

A file ``gate`` in FOLDER, when there is one at the start, holds a number: when so many
mails are taken the server falls silent, in the middle of its dialogues, until the file
says more. What is to happen in the middle of a campaign then does, on any machine.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import time
from pathlib import Path

# What the server may do to a mail; a fault's name says when. The last three leave the
# client in doubt (it may have written the dot before it noticed); only in the very last
# the server has the mail.
FAULTS = (
    "later at RCPT",
    "later at DATA",
    "later at dot",
    "refused at RCPT",
    "hang up at MAIL",
    "hang up at DATA",
    "hang up in content",
    "hang up after dot, mail dropped",
    "hang up after dot, mail kept",
)
# Where a dialogue waits at the gate, drawn anew each time the gate is moved.
STAGES = ("envelope", "content", "answer")
GATE_SECONDS = 0.005  # between two looks at the gate
GREETING = b"220 sink.desk.example ESMTP\r\n"
FEATURES = b"250-sink.desk.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.I | re.M)


class HangUp(Exception):
    """The server ends the connection on purpose."""


class Sink:
    """The server: its journal, its moods and the count of its connections."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        delay: float,
        faults: dict[str, float],
        keep: bool,
    ):
        self._folder = folder
        self._keep = keep
        self._taken = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._journal = os.open(folder / "journal", flags, 0o644)
        self._random = random.Random(seed)
        self._delay = delay
        self._faults = faults
        self._lines = 0
        self._open = 0
        self._gate = float("inf")
        self._stage = ""
        self._look_at_gate()

    def write(self, **facts: object) -> None:
        """Append one line to the journal."""
        os.write(self._journal, json.dumps(facts).encode() + b"\n")

    def take(self, content: bytes, recipients: list[str], line: int) -> None:
        """Write down that a mail is ours now; the mail too, if mails are kept."""
        self._taken += 1
        if self._keep:
            path = self._folder / f"{self._taken}.eml"
            mail = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
            path.write_bytes(mail)
        facts = {"id": _message_id(content), "to": recipients, "line": line}
        self.write(event="mail", **facts, at=time.time())

    async def pass_gate(self, stage: str) -> None:
        """Wait at this stage while the gate is closed."""
        while stage == self._stage and self._taken >= self._gate:
            self._look_at_gate()
            if self._taken >= self._gate:
                await asyncio.sleep(GATE_SECONDS)

    def _look_at_gate(self) -> None:
        gate = self._folder / "gate"
        limit = float(gate.read_text()) if gate.exists() else float("inf")
        if limit != self._gate:
            self._gate, self._stage = limit, self._random.choice(STAGES)

    def draw(self) -> str:
        """Return the fault that the next mail meets, or nothing."""
        place = self._random.random()
        for fault, share in self._faults.items():
            place -= share
            if place < 0:
                return fault
        return ""

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Talk to one client until it leaves."""
        self._lines += 1
        dialogue = Dialogue(self, self._lines, reader, writer)
        self._open += 1
        try:
            await dialogue.run(self._delay)
        except HangUp:
            self.write(event="fault", kind=dialogue.fault, line=dialogue.line)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.write(event="cut", line=dialogue.line, stage=dialogue.stage)
        finally:
            self._open -= 1
            writer.transport.abort()

    async def finish(self) -> None:
        """Wait until every client has left."""
        while self._open:
            await asyncio.sleep(GATE_SECONDS)


class Dialogue:
    """One connection and the mail that is on it."""

    def __init__(
        self,
        sink: Sink,
        line: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ):
        self.line = line
        self.stage = "idle"
        self.fault = ""
        self._sink = sink
        self._reader = reader
        self._writer = writer
        self._recipients: list[str] = []

    async def run(self, delay: float) -> None:
        """Answer commands until QUIT."""
        self._writer.write(GREETING)
        while True:
            command = await self._reader.readuntil(b"\n")
            verb = command[:4].upper().strip()
            if verb == b"QUIT":
                self._writer.write(b"221 bye\r\n")
                await self._writer.drain()
                return
            if verb == b"MAIL":
                await self._sink.pass_gate("envelope")
            if verb == b"DATA":
                await self._data(delay)
            else:
                self._writer.write(self._answer(verb, command))
            await self._writer.drain()

    def _answer(self, verb: bytes, command: bytes) -> bytes:
        if verb == b"EHLO":
            return FEATURES
        if verb == b"MAIL":
            self._recipients, self.stage = [], "envelope"
            self.fault = self._sink.draw()
            self._hang_up_if("hang up at MAIL")
        elif verb == b"RCPT":
            if self.fault == "later at RCPT":
                return self._refuse(b"451 4.3.0 come back later\r\n")
            if self.fault == "refused at RCPT":
                return self._refuse(b"550 5.1.1 nobody of that name\r\n")
            self._recipients.append(command.split(b"<")[1].split(b">")[0].decode())
        elif verb == b"RSET":
            self.stage = "idle"
        return b"250 2.0.0 ok\r\n"

    async def _data(self, delay: float) -> None:
        self._hang_up_if("hang up at DATA")
        if not self._recipients:
            self._writer.write(b"554 5.5.1 no valid recipients\r\n")
            return
        if self.fault == "later at DATA":
            self._writer.write(self._refuse(b"451 4.3.0 come back later\r\n"))
            return
        self._writer.write(b"354 go on\r\n")
        await self._writer.drain()
        self.stage = "content"
        content = await self._content()
        if delay:
            await asyncio.sleep(delay)
        self._hang_up_in_doubt_if("hang up after dot, mail dropped", content)
        if self.fault == "later at dot":
            self._writer.write(self._refuse(b"451 4.3.0 come back later\r\n"))
            return
        await self._sink.pass_gate("content")
        self._sink.take(content, self._recipients, self.line)
        self.stage = "taken"
        await self._sink.pass_gate("answer")
        self._hang_up_in_doubt_if("hang up after dot, mail kept", content)
        self._writer.write(b"250 2.0.0 taken\r\n")
        await self._writer.drain()
        self.stage = "idle"

    async def _content(self) -> bytes:
        """Read to the dot, or to the Message-ID and no further."""
        content = await self._reader.readuntil(b"\n")
        if self.fault == "hang up in content":
            while not MESSAGE_ID.search(content):
                content += await self._reader.readuntil(b"\n")
            self._hang_up_in_doubt_if(self.fault, content)
        if content != b".\r\n":
            content += await self._reader.readuntil(b"\r\n.\r\n")
        return content

    def _refuse(self, words: bytes) -> bytes:
        self._sink.write(event="fault", kind=self.fault, line=self.line)
        self.stage = "idle"
        return words

    def _hang_up_if(self, fault: str) -> None:
        if self.fault == fault:
            raise HangUp

    def _hang_up_in_doubt_if(self, fault: str, content: bytes) -> None:
        if self.fault == fault:
            self._sink.write(event="doubt", id=_message_id(content))
            raise HangUp


def _message_id(content: bytes) -> str:
    found = MESSAGE_ID.search(content)
    return found[1].decode() if found else ""


async def listen(sink: Sink, folder: Path) -> None:
    """Serve on a free port until asked to stop."""
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=1 << 25)
    port = folder / "port.new"
    port.write_text(str(server.sockets[0].getsockname()[1]))
    port.rename(folder / "port")
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    await sink.finish()


def main() -> None:
    """Read the command line and listen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--faults", type=json.loads, default={})
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.faults) - set(FAULTS):
        parser.error(f"unknown faults: {unknown}")
    sink = Sink(
        options.folder, options.seed, options.delay, options.faults, options.keep
    )
    asyncio.run(listen(sink, options.folder))


if __name__ == "__main__":
    main()

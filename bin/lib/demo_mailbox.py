"""The demonstration's SMTP server: it keeps every mail.

    python demo_mailbox.py FOLDER [COMMAND [ARGUMENT…]]

It listens on a free port of this computer, writes the number to ``FOLDER/port``, keeps
mails as ``FOLDER/000001.eml`` and so on, and adds one line of JSON for each to
``FOLDER/index.jsonl``. The mails are given to the command, too, one after another, as
other mail servers do for a pipe alias. It says nothing and stops on SIGTERM.
"""

import asyncio
import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path

INDEX = "index.jsonl"
PORT = "port"
END_OF_MAIL = b"\r\n.\r\n"
LONGEST_LINE = 4096
LONGEST_MAIL = 50_000_000
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", f"SIZE {LONGEST_MAIL}")
PATH = re.compile(rb"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)


class Mailbox:
    """A folder of received mails and its index."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.count = 0
        self.to_give: asyncio.Queue[bytes] | None = None
        # Line by line, so that whoever reads the index sees every mail accepted.
        self.index = (folder / INDEX).open("a", buffering=1, encoding="utf-8")

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Write one mail and its line of the index."""
        self.count += 1
        name = f"{self.count:06}.eml"
        with open(f"{self.folder}/{name}", "wb", buffering=0) as file:
            file.write(content)
        line = {"file": name, "from": sender, "to": recipients, "time": time.time()}
        self.index.write(json.dumps(line) + "\n")
        if self.to_give:
            self.to_give.put_nowait(content)

    async def give(self, command: list[str]) -> None:
        """Give the mails to a command, for ever."""
        self.to_give = asyncio.Queue()
        while True:
            content = await self.to_give.get()
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE
            )
            await process.communicate(content)


class Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, mailbox: Mailbox):
        self.mailbox = mailbox
        self.buffer = bytearray()
        self.replies: list[str] = []
        self.in_mail = False
        self.reset()

    def reset(self) -> None:
        """Forget the mail begun."""
        self.sender: str | None = None
        self.recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client."""
        self.transport = transport
        transport.write(b"220 localhost Campaign Desk demonstration mailbox\r\n")

    def data_received(self, data: bytes) -> None:
        """Take what arrived; answer all its commands in one write."""
        searched = max(0, len(self.buffer) - len(END_OF_MAIL))
        self.buffer += data
        while self.take_mail(searched) if self.in_mail else self.take_line():
            searched = 0
        if self.replies:
            text = "".join(f"{reply}\r\n" for reply in self.replies)
            self.transport.write(text.encode())
            self.replies.clear()
        if len(self.buffer) > (LONGEST_MAIL if self.in_mail else LONGEST_LINE):
            self.transport.write(b"552 too long\r\n")
            self.transport.close()

    def take_line(self) -> bool:
        """Answer the next command, if it has arrived."""
        end = self.buffer.find(b"\r\n")
        if end < 0 or self.transport.is_closing():
            return False
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        verb = line[:4].upper().decode("ascii", "replace").strip().lower()
        command = getattr(self, f"smtp_{verb}", None)
        self.replies.append(command(line) if command else "500 no such command")
        return True

    def take_mail(self, searched: int) -> bool:
        """Keep the mail, if its end has arrived."""
        if self.buffer.startswith(END_OF_MAIL[2:]):
            end, content = 3, b""
        else:
            found = self.buffer.find(END_OF_MAIL, searched)
            if found < 0:
                return False
            end, content = found + 5, bytes(self.buffer[: found + 2])
        del self.buffer[:end]
        if content.startswith(b"."):
            content = content[1:]
        content = content.replace(b"\r\n.", b"\r\n")
        self.mailbox.keep(self.sender, self.recipients, content)
        self.replies.append(f"250 kept as number {self.mailbox.count}")
        self.in_mail = False
        self.reset()
        return True

    def smtp_ehlo(self, line: bytes) -> str:
        """Say what the server can do."""
        self.reset()
        words = ["localhost", *EXTENSIONS]
        return "\r\n".join(
            f"250{' ' if word is words[-1] else '-'}{word}" for word in words
        )

    def smtp_helo(self, line: bytes) -> str:
        """Greet a client of the old kind."""
        self.reset()
        return "250 localhost"

    def smtp_mail(self, line: bytes) -> str:
        """Begin a mail."""
        path = PATH.search(line)
        if not path:
            return "501 use MAIL FROM:<address>"
        self.reset()
        self.sender = path[1].decode("utf-8", "replace")
        return "250 sender ok"

    def smtp_rcpt(self, line: bytes) -> str:
        """Add a recipient."""
        path = PATH.search(line)
        if self.sender is None:
            return "503 MAIL first"
        if not path or not path[1]:
            return "501 use RCPT TO:<address>"
        self.recipients.append(path[1].decode("utf-8", "replace"))
        return "250 recipient ok"

    def smtp_data(self, line: bytes) -> str:
        """Let the mail's text come."""
        if not self.recipients:
            return "503 RCPT first"
        self.in_mail = True
        return "354 end with a dot on a line of its own"

    def smtp_rset(self, line: bytes) -> str:
        """Drop the mail begun."""
        self.reset()
        return "250 ok"

    def smtp_noop(self, line: bytes) -> str:
        """Do nothing."""
        return "250 ok"

    def smtp_quit(self, line: bytes) -> str:
        """Close the connection once the answers are out."""
        asyncio.get_running_loop().call_soon(self.transport.close)
        return "221 bye"


def read_index(folder: Path) -> Iterator[dict]:
    """Yield a line of the index for each mail, with the mail's ``Message-ID``."""
    headers = BytesHeaderParser()
    with (folder / INDEX).open(encoding="utf-8") as index:
        for line in index:
            mail = json.loads(line)
            with (folder / mail["file"]).open("rb") as file:
                mail["message_id"] = headers.parse(file)["Message-ID"]
            yield mail


async def serve(folder: Path, command: list[str]) -> None:
    """Keep mails until SIGTERM."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    mailbox = Mailbox(folder)
    giving = asyncio.create_task(mailbox.give(command)) if command else None
    server = await loop.create_server(lambda: Session(mailbox), "127.0.0.1", 0)
    new = folder / f"{PORT}.new"
    new.write_text(str(server.sockets[0].getsockname()[1]))
    new.rename(folder / PORT)
    await stopped.wait()
    if giving:
        giving.cancel()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2:]))

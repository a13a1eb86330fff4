"""Recipients at their mails: many short connections to a web server."""

import itertools
import socket
import threading
import time
from collections.abc import Sequence

from lib.console import CommandError

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
TIME_LIMIT = 60


class Visitors:
    """Browsers that ask a server on this computer, several at the same time.

    Each request has a connection and, as a proxy would say, an address of its own.
    """

    def __init__(self, port: int, count: int):
        self._port = port
        self._count = count
        self._number = itertools.count()

    def ask_for(self, paths: Sequence[str], status: int) -> float:
        """Ask for each path once. Return the seconds from first to last.

        :raise CommandError: an answer has another status.
        """
        todo = iter(list(paths))
        wrong = []
        lock = threading.Lock()

        def browse():
            while True:
                with lock:
                    path = next(todo, None)
                if path is None or wrong:
                    return
                found = self._ask(path)
                if found != status:
                    wrong.append(found)

        threads = [threading.Thread(target=browse) for _ in range(self._count)]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begin
        if wrong:
            raise CommandError(f"the server answered {wrong[0]} instead of {status}.")
        return seconds

    def _ask(self, path: str) -> int:
        """Return the status of the answer, 0 if there was none."""
        number = next(self._number)
        request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"X-Forwarded-Host: 127.0.0.1:{self._port}\r\n"
            f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}"
            f".{number & 255}\r\n"
            f"User-Agent: {AGENT}\r\nAccept-Language: de\r\nConnection: close\r\n\r\n"
        )
        try:
            with socket.create_connection(
                ("127.0.0.1", self._port), TIME_LIMIT
            ) as connection:
                connection.sendall(request.encode())
                answer = connection.recv(4096)
                while connection.recv(65536):
                    pass
            return int(answer.split(b" ", 2)[1])
        except (OSError, IndexError, ValueError):
            return 0

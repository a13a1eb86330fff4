"""A real Odoo server with its jobs, and a web client that is logged in to it."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

from lib.console import CommandError
from lib.demo_processes import answers, spawn, stop, wait_until
from lib.environment import Environment
from lib.odoo_tests import free_port

from .odoo_process import log_of

TIME_LIMIT = 120


@contextmanager
def odoo_server(
    env: Environment, database: str, *options: str
) -> Iterator["WebClient"]:
    """Run Odoo as ``bin/odoo`` does: threads, two of them for jobs.

    :param options: of the command line, where it is to run otherwise.
    """
    port = free_port()
    command = env.odoo_command(
        f"--gevent-port={free_port()}", *options, database=database, port=port
    )
    with log_of(env, database).open("a") as output:
        process = spawn(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env.odoo_environ(),
        )
    try:
        client = WebClient(port)
        failure = f"Odoo did not start; {log_of(env, database)} says why."
        wait_until(lambda: answers(f"{client.url}/web/health"), process, failure)
        client.log_in(database)
        yield client
    finally:
        stop(process)


class WebClient:
    """Calls Odoo as the pages in a browser do."""

    def __init__(self, port: int):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def log_in(self, database: str) -> None:
        """Open a session as the administrator of a fresh database."""
        login = {"db": database, "login": "admin", "password": "admin"}
        self._post("/web/session/authenticate", login)

    def call(self, model: str, method: str, *args: object, **kwargs: object) -> object:
        """Call a method of a model and return its result."""
        call = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", call)

    def _post(self, path: str, params: dict) -> object:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        request = urllib.request.Request(
            self.url + path,
            data=body.encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=TIME_LIMIT) as response:
            reply = json.load(response)
        if "error" in reply:
            raise CommandError(f"Odoo refused {path}: {reply['error']['data']}")
        return reply.get("result")

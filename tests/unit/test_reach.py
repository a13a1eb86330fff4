"""Checking: asking whether pages answer, and never inside of the network."""

import socket
import threading
import time
import unittest
from contextlib import contextmanager
from unittest.mock import patch

from tools.preflight import reach
from tools.preflight.reach import check_all, is_public


class TestAddresses(unittest.TestCase):
    def test_private_ones(self):
        for address in (
            *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
            *("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1"),
            *("fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.1.1.1"),
            *("64:ff9b::a00:1", "2002:7f00:1::", "ff02::1"),
        ):
            with self.subTest(address):
                self.assertFalse(is_public(address))

    def test_public_ones(self):
        for address in ("8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"):
            self.assertTrue(is_public(address))

    def test_nothing_private_is_connected_to(self):
        urls = [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://169.254.169.254/latest/meta-data",
        ]
        with patch.object(socket, "create_connection") as connect:
            answers = check_all(urls, 5)
        self.assertEqual({one.verdict for one in answers}, {"private"})
        connect.assert_not_called()

    def test_a_name_with_one_private_address_is_private(self):
        found = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
        with (
            patch.object(socket, "getaddrinfo", return_value=found),
            patch.object(socket, "create_connection") as connect,
        ):
            [answer] = check_all(["http://both.example.org/"], 5)
        self.assertEqual(answer.verdict, "private")
        connect.assert_not_called()

    def test_the_connection_goes_to_the_address_that_was_judged(self):
        found = [(2, 1, 6, "", ("8.8.8.8", 80))]
        with (
            patch.object(socket, "getaddrinfo", return_value=found) as look_up,
            patch.object(socket, "create_connection", side_effect=OSError("no")) as go,
        ):
            check_all(["http://one.example.org/"], 5)
        self.assertEqual(look_up.call_count, 1)
        self.assertEqual(go.call_args.args[0], ("8.8.8.8", 80))

    def test_only_the_ports_of_the_web(self):
        with patch.object(socket, "create_connection") as connect:
            [answer] = check_all(["http://8.8.8.8:25/"], 5)
        self.assertEqual(answer.verdict, "private")
        connect.assert_not_called()


@contextmanager
def web_server(answer):
    """Run a server; ``answer`` gets the connection and the first line of a request."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def serve():
            while True:
                try:
                    line, _address = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(line,), daemon=True).start()

        def talk(line):
            with line:
                try:
                    answer(line, line.recv(4096).decode().splitlines()[0])
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def plain(line, request):
    method, path, _version = request.split()
    status = {
        "/fine": "200 OK",
        "/gone": "404 Not Found",
        "/guarded": "403 Forbidden",
        "/get-only": "200 OK" if method == "GET" else "405 Method Not Allowed",
        "/moved": "302 Found\r\nLocation: /fine",
        "/circle": "302 Found\r\nLocation: /circle",
        "/inside": "302 Found\r\nLocation: http://10.0.0.1/",
        "/file": "302 Found\r\nLocation: file:///etc/passwd",
        "/a%20b?c=%20d": "200 OK",
    }.get(path, "500 Oops")
    line.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


def drip(line, _request):
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-More: yes\r\n")
        time.sleep(0.05)


def on_this_computer(address):
    return address == "127.0.0.1"


class TestAnswers(unittest.TestCase):
    def test_verdicts(self):
        with web_server(plain) as base:
            verdicts = {
                "/fine": "ok",
                "/gone": "gone",
                "/guarded": "ok",
                "/get-only": "ok",
                "/moved": "ok",
                "/circle": "silent",
                "/inside": "private",
                "/file": "silent",
                "/a b?c= d": "ok",
                "/error": "gone",
            }
            answers = check_all(
                [base + path for path in verdicts], 10, on_this_computer
            )
        found = {one.url.removeprefix(base): one.verdict for one in answers}
        self.assertEqual(found, verdicts)

    def test_each_page_is_asked_once(self):
        with web_server(plain) as base:
            answers = check_all([f"{base}/fine"] * 3, 5, on_this_computer)
        self.assertEqual(len(answers), 1)

    def test_nobody_answers(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
            [answer] = check_all([url], 5, on_this_computer)
        self.assertEqual(answer.verdict, "silent")

    def test_a_server_that_never_ends_is_left(self):
        with web_server(drip) as slow, web_server(plain) as quick:
            begun = time.monotonic()
            urls = [f"{slow}/", f"{quick}/fine"]
            answers = check_all(urls, 1, on_this_computer)
        self.assertLess(time.monotonic() - begun, 3)
        self.assertEqual([one.verdict for one in answers], ["unasked", "ok"])

    def test_no_time(self):
        with patch.object(reach, "REQUEST_SECONDS", 0):
            [answer] = check_all(["http://8.8.8.8/"], 5)
        self.assertIn(answer.verdict, ("silent", "unasked"))

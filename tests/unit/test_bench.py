"""The benchmarks: a verdict must find what is wrong, and the gate must hold."""

import smtplib
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "bin"), str(ROOT / "benchmarks")]

from parts.sinks import recording  # noqa: E402
from parts.verdict import Verdict  # noqa: E402

SENT = ["sent", "", "1", ""]
UNKNOWN = ["error", "outcome_unknown", "1", "died"]


def mail(number, to=None):
    return {"event": "mail", "id": f"<{number}>", "to": [to or f"{number}@example.com"]}


class TestVerdict(unittest.TestCase):
    def _wrong(self, deliveries, journal, deaths=0):
        figures = Verdict(deliveries, journal).account(len(deliveries), deaths)
        return [
            figure.label.strip().split(":")[0] for figure in figures if figure.wrong
        ]

    def test_all_well(self):
        deliveries = {"<1>": SENT, "<2>": ["bounce", "mail_bounce", "1", "550"]}
        self.assertEqual(self._wrong(deliveries, [mail(1)]), [])

    def test_lost(self):
        self.assertEqual(self._wrong({"<1>": SENT}, []), ["LOST"])

    def test_denied(self):
        denied = {"<1>": ["bounce", "mail_bounce", "1", "550"]}
        self.assertEqual(self._wrong(denied, [mail(1)]), ["DENIED"])

    def test_twice(self):
        deliveries = {"<1>": SENT, "<2>": SENT}
        self.assertEqual(self._wrong({"<1>": SENT}, [mail(1), mail(1)]), ["TWICE"])
        same = [mail(1, "ann@example.com"), mail(2, "ann@example.com")]
        self.assertEqual(self._wrong(deliveries, same), ["TWICE"])

    def test_undecided_failed_or_never_planned(self):
        for status, label in (
            ("outgoing", "undecided"),
            ("process", "undecided"),
            ("cancel", "cancel"),
            ("error", "error, other"),
        ):
            self.assertEqual(self._wrong({"<1>": [status, "", "1", ""]}, []), [label])
        figures = Verdict({}, []).account(1, 0)
        self.assertEqual([one.label for one in figures if one.wrong], ["planned"])

    def test_unknown_needs_a_reason(self):
        deliveries = {f"<{number}>": UNKNOWN for number in range(3)}
        cut = {"event": "cut", "line": 1, "stage": "content"}
        doubt = {"event": "doubt", "id": "<2>"}
        self.assertEqual(
            self._wrong(deliveries, [cut, cut, doubt]), ["after a death (at most 0)"]
        )
        self.assertEqual(
            self._wrong(deliveries, [cut, doubt], deaths=1),
            ["after a death (at most 1)"],
        )
        self.assertEqual(self._wrong(deliveries, [cut, cut, doubt], deaths=1), [])


class TestGate(unittest.TestCase):
    """A real client and the real server."""

    def test_the_server_waits_at_the_gate(self):
        for seed in range(3):  # other stages of the dialogue
            with (
                self.subTest(seed=seed),
                tempfile.TemporaryDirectory() as folder,
                recording(Path(folder, "sink"), seed, gate=2) as sink,
            ):
                client = threading.Thread(target=self._send, args=(sink.port, 4))
                client.start()
                self._wait_for(lambda sink=sink: sink.taken >= 2)
                time.sleep(0.05)
                self.assertEqual(sink.taken, 2)
                self.assertTrue(client.is_alive())
                sink.move_gate(float("inf"))
                client.join(10)
                self.assertFalse(client.is_alive())
                self.assertEqual(sink.taken, 4)

    def _send(self, port, count):
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in range(count):
                text = f"Message-ID: <{number}>\r\n\r\nHello\r\n"
                client.sendmail("news@example.com", [f"{number}@example.com"], text)

    def _wait_for(self, condition):
        end = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.005)

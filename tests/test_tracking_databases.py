"""Tracking: one server, several databases: the token says which."""

import uuid
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..controllers import hit_store
from ..controllers.gate import Gate
from ..tools import tokens

_LOGGER = "odoo.addons.campaign_desk.controllers.hit_store"


@tagged("-at_install", "post_install")
class TestDatabases(TransactionCase):
    def setUp(self):
        super().setUp()
        # names and what signs their tokens; None is a database without the add-on
        self.keys = {"one": b"first", "other": b"second", "plain": None}
        self.hidden = set()
        self.searches = 0
        self.databases = hit_store.Databases()
        for target, name, fake in (
            (hit_store, "list_dbs", self._list),
            (hit_store, "_read_key", lambda name: self.keys[name]),
            (hit_store.http, "db_filter", self._filter),
        ):
            patcher = patch.object(target, name, fake)
            patcher.start()
            self.addCleanup(patcher.stop)

    def _list(self, _force):
        self.searches += 1
        return list(self.keys)

    def _filter(self, names, host=None):
        return [name for name in names if name not in self.hidden]

    def _find(self, key, purpose=tokens.OPEN):
        token = uuid.uuid4().hex
        signed = tokens.sign(key, tokens.OPEN, token)
        database, found = self.databases.find("example.com", purpose, signed)
        self.assertEqual(found, token if database else None)
        return database and database.name

    def test_who_has_signed_it(self):
        self.assertEqual(self._find(b"first"), "one")
        self.assertEqual(self._find(b"second"), "other")
        self.assertEqual(self.searches, 1, "it is known for a minute")
        self.assertIsNone(self._find(b"first", tokens.CLICK))
        self.assertIsNone(self._find(b"third"))

    def test_only_what_the_host_shows(self):
        self.hidden = {"one"}
        self.assertIsNone(self._find(b"first"))
        self.assertEqual(self._find(b"second"), "other")

    def test_pages_of_recipients(self):
        """Odoo is told whose page it is, and nobody's session is of use there."""
        gate = Gate()
        gate._databases = self.databases
        token = uuid.uuid4().hex
        for letter, purpose in (
            ("u", tokens.UNSUBSCRIBE),
            ("p", tokens.UNSUBSCRIBE),
            ("s", tokens.SIGN_UP),
            ("j", tokens.JOIN),
        ):
            signed = tokens.sign(b"second", purpose, token)
            for method in ("GET", "HEAD", "POST"):
                environ = {
                    "PATH_INFO": f"/campaign/{letter}/{signed}",
                    "REQUEST_METHOD": method,
                    "HTTP_HOST": "example.com",
                    "HTTP_COOKIE": "frontend_lang=de_DE",
                }
                self.assertIsNone(gate.answer(environ), "Odoo answers")
                self.assertEqual(environ["HTTP_X_ODOO_DATABASE"], "other")
                self.assertNotIn("HTTP_COOKIE", environ)
            environ["PATH_INFO"] = f"/campaign/{letter}/{signed[:-1]}g"
            environ.pop("HTTP_X_ODOO_DATABASE")
            gate.answer(environ)
            self.assertNotIn("HTTP_X_ODOO_DATABASE", environ)
            environ["PATH_INFO"] = f"/campaign/{letter}/{'0' * tokens.SIGNED_LENGTH}"
            self.assertEqual(gate.answer(environ)[0], "404 NOT FOUND")

    def test_tokens_of_nobody_cost_little(self):
        for _try in range(50):
            self.assertIsNone(self._find(b"third"))
        self.assertEqual(self.searches, 1)

    def test_a_new_database_is_found(self):
        self.assertEqual(self._find(b"first"), "one")
        self.keys["new"] = b"third"
        self.databases._searched_at -= hit_store.SEARCH_SECONDS
        self.assertEqual(self._find(b"third"), "new")

    def test_a_database_that_has_changed(self):
        self.assertEqual(self._find(b"first"), "one")
        database, _token = self.databases.find(
            "example.com", tokens.OPEN, tokens.sign(b"first", tokens.OPEN, "0" * 32)
        )
        self.keys["one"] = b"renewed"
        self.databases.forget(database)
        self.assertIsNone(self._find(b"first"))
        self.assertEqual(self._find(b"renewed"), "one")

    def test_twins(self):
        self.keys["copy"] = b"first"
        with self.assertLogs(_LOGGER, "WARNING") as log:
            self._find(b"second")
        self.assertIn("one, copy", log.output[0])
        with self.assertNoLogs(_LOGGER, "WARNING"):
            self.databases._fresh_until = 0
            self._find(b"second")

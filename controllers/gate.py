"""Tracking: the way past Odoo for the pixel and the links of mails.

Odoo opens a session, a transaction and an environment for each request, and needs to be
told which database it is about. A mail's pixel and links need neither: their token says
which database, and one statement does the rest. So Odoo's application is given a gate
that answers these itself. What needs a page goes on to Odoo, with the database's name.

With several databases at one address, the add-on has to be loaded with the server
(``server_wide_modules``).
"""

import base64
import functools
import logging
import socket
from contextlib import suppress

import psycopg2

from odoo import http
from odoo.tools import config

from ..tools import tokens
from ..tools.visits import request as visit_request
from .hit_store import Databases

_logger = logging.getLogger(__name__)

PIXEL = base64.b64decode("R0lGODlhAQABAIAAANvf7wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
NO_STORE = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("X-Content-Type-Options", "nosniff"),
]
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title}</title>
<style>body{{margin:15vh auto;max-width:34rem;padding:0 1.5rem;color:#374151;\
background:#f9fafb;font:1.05rem/1.6 system-ui,sans-serif}}h1{{font-size:1.5rem}}</style>
</head>
<body><h1>{title}</h1><p>{text}</p></body>
</html>
"""
_UNKNOWN = _PAGE.format(
    title="This link does not work any more",
    text="It may have been cut off on its way to you, or the mail it came with was "
    "deleted by its sender. If you copied the link, please copy all of it, or open it "
    "from the mail itself.",
).encode()
_LATER = _PAGE.format(
    title="Please try again in a moment",
    text="Our server is busy just now. Your link is all right.",
).encode()
_NOTHING = _PAGE.format(
    title="There is nothing here",
    text="This address is in the mail for programs that try all links. Please use the "
    "links that you can see.",
).encode()


class Gate:
    """Answers requests for tracked addresses, or lets them through."""

    def __init__(self):
        self._databases = Databases()

    def answer(self, environ):
        """Return status, headers and body; None when Odoo is to answer.

        ``environ`` then says which database it is about.
        """
        request = visit_request.read(environ, _is_proxied(environ))
        if not request or request.method not in ("GET", "HEAD", "POST"):
            return None
        host = _host(environ)
        database, token = self._databases.find(host, request.purpose, request.signed)
        if not database:
            # with one database Odoo says so, in the reader's language
            is_only_one = len(self._databases.names(host)) == 1
            return None if is_only_one else _page("404 NOT FOUND", _UNKNOWN)
        try:
            return self._serve(environ, request, database, token)
        except psycopg2.Error as error:
            _logger.warning(
                "A visit could not be written down: %s", type(error).__name__
            )
            self._databases.forget(database)
            if request.purpose == tokens.OPEN:
                return _pixel()
            return _page("503 SERVICE UNAVAILABLE", _LATER)

    def _serve(self, environ, request, database, token):
        is_visit = request.method != "POST"
        counts = tokens.neutral_number(token) is None or tokens.is_anonymous(token)
        user_id = _user_id(environ, database.name)
        if request.purpose == tokens.OPEN and is_visit:
            if counts:
                database.note(request, "open", token, user_id)
            return _pixel()
        if request.is_decoy:
            if counts and is_visit:
                database.note(request, "decoy", token, user_id)
            return _page("200 OK", _NOTHING)
        if request.purpose == tokens.CLICK and is_visit:
            url = database.follow(request, token, user_id)
            if url:
                return "302 FOUND", [("Location", url), *NO_STORE], b""
        elif request.purpose == tokens.VIEW and counts and is_visit:
            database.note(request, "view", token, user_id)
        self._name_database(environ, database.name)
        return None

    def _name_database(self, environ, name):
        """Tell Odoo the database, where it could not know.

        The token says all that such a page needs, so nobody's session is of use.
        """
        if len(self._databases.names(_host(environ))) > 1:
            environ["HTTP_X_ODOO_DATABASE"] = name
            environ.pop("HTTP_COOKIE", None)


def install():
    """Put the gate before Odoo's application, once."""
    if hasattr(http.Application, "campaign_gate"):
        return
    http.Application.campaign_gate = gate = Gate()
    beyond = http.Application.__call__

    @functools.wraps(beyond)
    def application(self, environ, start_response):
        answer = None
        if environ.get("PATH_INFO", "").startswith("/campaign/"):
            answer = gate.answer(environ)
        if not answer:
            return beyond(self, environ, start_response)
        _stop_reading(environ)
        status, headers, body = answer
        length = [("Content-Length", str(len(body)))]
        start_response(status, [*headers, *length])
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    http.Application.__call__ = application


def _stop_reading(environ):
    """Say that nothing more is read from the client.

    Werkzeug would wait ten milliseconds for the rest of the request, which has none; a
    worker process could not do anything else meanwhile.
    """
    if connection := environ.get("werkzeug.socket"):
        with suppress(OSError):  # it has hung up
            connection.shutdown(socket.SHUT_RD)


def _pixel():
    return "200 OK", [("Content-Type", "image/gif"), *NO_STORE], PIXEL


def _page(status, body):
    return status, [("Content-Type", "text/html; charset=utf-8"), *NO_STORE], body


def _is_proxied(environ):
    """Return whether a proxy says where requests come from, by Odoo's own rule."""
    return bool(config["proxy_mode"] and environ.get("HTTP_X_FORWARDED_HOST"))


def _host(environ):
    """Return the name by which we are asked, as Odoo will see it."""
    if _is_proxied(environ):
        return environ["HTTP_X_FORWARDED_HOST"].rpartition(",")[2].strip()
    return environ.get("HTTP_HOST", "")


def _user_id(environ, database):
    """Return the user who is logged in to this database with the same browser."""
    cookies = environ.get("HTTP_COOKIE", "")
    if "session_id=" not in cookies:
        return None
    session_id = cookies.partition("session_id=")[2].partition(";")[0].strip()
    store = http.root.session_store
    if not store.is_valid_key(session_id):
        return None
    session = store.get(session_id)
    return session.uid if session.db == database else None

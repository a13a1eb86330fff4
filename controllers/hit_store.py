"""Tracking: the databases behind this server, and the statements of tracked addresses.

Each hit is one statement in a transaction of its own, which does not wait for the disk:
what a crash of the database itself may take away is the last half second. The
connections are ours, because Odoo's pool resets each time.
"""

import logging
import threading
import time
from collections import defaultdict
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extras import Json
from werkzeug.urls import iri_to_uri

from odoo import SUPERUSER_ID, api, http, modules
from odoo.modules.registry import Registry
from odoo.service.db import list_dbs
from odoo.sql_db import connection_info_for

from ..tools import tokens

_logger = logging.getLogger(__name__)

# What is known of a database or a link is looked up again after this time.
FRESH_SECONDS = 60
# A token that no database knows makes us look for new databases, not more often.
SEARCH_SECONDS = 5
IDLE_CONNECTIONS = 4
MOST_LINKS = 10_000

_KEY = """
    SELECT value FROM ir_config_parameter
     WHERE key = 'database.secret' AND to_regclass('campaign_hit') IS NOT NULL
"""
_MAILING = "(SELECT mass_mailing_id FROM mailing_trace WHERE token = %(token)s)"
_INSERT = """
    INSERT INTO campaign_hit (
        at, kind, token, link_id, method, address, user_agent, headers, user_id)
    SELECT now() AT TIME ZONE 'UTC', %(kind)s, %(token)s, %(link_id)s, %(method)s,
           %(address)s, %(agent)s, %(headers)s, %(user_id)s
"""
# Trackers of the same address are shared between the mailings of a campaign and source,
# so the tracker's own mailing may be another version.
_LINK_IS_MAILINGS = """
      FROM mailing_mailing mailing
     WHERE mailing.id = {mailing}
       AND (mailing.id = %(link_mailing)s
            OR (mailing.source_id = %(link_source)s
                AND mailing.campaign_id IS NOT DISTINCT FROM %(link_campaign)s))
"""


class Link(NamedTuple):
    """A link tracker, as far as a click needs it."""

    id: int
    mailing_id: int | None
    source_id: int | None
    campaign_id: int | None
    url: str  # '' if no browser should go there


class Database:
    """A database with the add-on."""

    def __init__(self, name, key):
        self.name = name
        self.key = key
        self._lock = threading.Lock()
        self._idle = []
        self._links = {}

    def token(self, purpose, signed):
        """Return the token in ``signed`` if this database has signed it."""
        return tokens.verify(self.key, purpose, signed)

    def note(self, request, kind, token, user_id=None):
        """Write a hit down."""
        self._run(_INSERT, self._values(request, kind, token, user_id))

    def follow(self, request, token, user_id=None):
        """Return where a link leads if it is a link of the token's mailing, else ''.

        The click is written down by the same statement; that on a copy's link is not.
        """
        link = self._link(request.code)
        if not link or not link.url:
            return ""
        number = tokens.neutral_number(token)
        where = _LINK_IS_MAILINGS.format(
            mailing=_MAILING if number is None else "%(number)s"
        )
        is_copy = number is not None and not tokens.is_anonymous(token)
        values = {
            **self._values(request, "click", token, user_id),
            "number": number,
            "link_id": link.id,
            "link_mailing": link.mailing_id,
            "link_source": link.source_id,
            "link_campaign": link.campaign_id,
        }
        statement = "SELECT 1" if is_copy else _INSERT
        return link.url if self._run(statement + where, values) else ""

    def _values(self, request, kind, token, user_id):
        return {
            "kind": kind,
            "token": token,
            "link_id": None,
            "method": request.method,
            "address": request.address or None,
            "agent": request.agent or None,
            "headers": Json(request.headers) if request.headers else None,
            "user_id": user_id,
        }

    def _link(self, code):
        """Return the :class:`Link` with a code, from memory for a minute."""
        link, until = self._links.get(code, (None, 0))
        if until < time.monotonic():
            link = self._find_link(code)
            if len(self._links) >= MOST_LINKS:
                self._links.clear()
            self._links[code] = link, time.monotonic() + FRESH_SECONDS
        return link

    def _find_link(self, code):
        with Registry(self.name).check_signaling().cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            link = env["link.tracker.code"].search([("code", "=", code)]).link_id
            if not link:
                return None
            return Link(
                link.id,
                link.mass_mailing_id.id or None,
                link.source_id.id or None,
                link.campaign_id.id or None,
                _location(link.redirected_url),
            )

    # ------------------------------------------------------------
    # Connections
    # ------------------------------------------------------------

    def _run(self, statement, values):
        """Run a statement and return how many rows it gave or wrote."""
        if modules.module.current_test:  # what a test does is visible nowhere else
            with Registry(self.name).cursor() as cr:
                cr.execute(statement, values)
                return cr.rowcount
        connection = self._borrow()
        try:
            try:
                return _execute(connection, statement, values)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                connection.close()  # it may have died of old age: once more
                connection = connect(self.name)
                return _execute(connection, statement, values)
        finally:
            self._give_back(connection)

    def _borrow(self):
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect(self.name)

    def _give_back(self, connection):
        with self._lock:
            if not connection.closed and len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def close(self):
        """Close what nobody uses."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


class Databases:
    """The databases of this server, found by who has signed a token."""

    def __init__(self):
        self._lock = threading.Lock()
        self._known = {}
        self._names = []
        self._fresh_until = 0
        self._searched_at = 0
        self._twins = []

    def names(self, host):
        """Return the names of the databases that may be shown at ``host``."""
        self._refresh(force=False)
        return http.db_filter(self._names, host=host)

    def find(self, host, purpose, signed):
        """Return the :class:`Database` that has signed a token, and the token.

        (None, None) when nobody has, or when ``host`` shows other databases.
        """
        for force in (False, True):
            if self._refresh(force):
                for name in self.names(host):
                    database = self._known.get(name)
                    token = database and database.token(purpose, signed)
                    if token:
                        return database, token
        return None, None

    def forget(self, database):
        """Forget what is known of a database: it has changed or gone."""
        with self._lock:
            self._known.pop(database.name, None)
            self._fresh_until = 0
        database.close()

    def _refresh(self, force):
        """Look for databases and their keys. Return whether looking again makes sense.

        :param force: although it was done a moment ago; but only for new databases.
        """
        now = time.monotonic()
        if not force and now < self._fresh_until:
            return True
        with self._lock:
            if force and now < self._searched_at + SEARCH_SECONDS:
                return False
            self._searched_at = now
            self._names = list_dbs(True)
            for name in self._names:
                if not force or name not in self._known:
                    self._look_at(name)
            self._warn_of_twins()
            if not force:
                self._fresh_until = now + FRESH_SECONDS
        return True

    def _look_at(self, name):
        """Know a database by its key, or that it has none."""
        key = _read_key(name)
        known = self._known.get(name)
        if not known or known.key != key:
            self._known[name] = Database(name, key) if key else None

    def _warn_of_twins(self):
        """Say when databases sign with the same key: the first gets all their hits."""
        names = defaultdict(list)
        for name in self._names:
            if database := self._known.get(name):
                names[database.key].append(name)
        twins = sorted(same for same in names.values() if len(same) > 1)
        if twins and twins != self._twins:
            _logger.warning(
                "These databases have the same secret (database.secret), so a mail "
                "does not tell whose it is: %s. Give a copy a secret of its own.",
                "; ".join(map(", ".join, twins)),
            )
        self._twins = twins


def connect(name):
    """Open a connection whose statements are transactions and do not wait for disks."""
    _name, info = connection_info_for(name)
    connection = psycopg2.connect(**info)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    return connection


def _execute(connection, statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def _read_key(name):
    """Return the key that signs a database's tokens, None without the add-on."""
    try:
        if modules.module.current_test:
            with Registry(name).cursor() as cr:
                cr.execute(_KEY)
                row = cr.fetchone()
        else:
            connection = connect(name)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(_KEY)
                    row = cursor.fetchone()
            finally:
                connection.close()
    except psycopg2.Error as error:  # no Odoo in it, or not there at the moment
        _logger.debug("No tracking in %s: %s", name, type(error).__name__)
        return None
    return tokens.derive_key(row[0]) if row else None


def _location(url):
    """Return an address as a header holds it, '' if it leads to no page."""
    try:
        location = iri_to_uri(url)
        parts = urlsplit(location)
    except ValueError:
        return ""
    is_page = parts.scheme in ("http", "https") and parts.netloc
    return location if is_page and location.isascii() and location.isprintable() else ""

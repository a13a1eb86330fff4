"""Response: what the job does that understands replies; several may do it at once."""

import logging
import traceback
from contextlib import contextmanager
from datetime import timedelta

from psycopg2 import InterfaceError, OperationalError
from psycopg2.extensions import TransactionRollbackError

from odoo import fields, modules
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..sending.settlement import UTC_NOW

_logger = logging.getLogger(__name__)

# How many replies are taken at once: little enough to lose when a process dies.
PORTION = 20
# After this time replies that somebody has taken are taken again.
LEASE_MINUTES = 15
MOST_ATTEMPTS = 3
# How long to wait after the first and the second attempt.
PAUSES = timedelta(minutes=1), timedelta(minutes=10)


class AnalysisLane:
    """One run of the job: takes waiting replies, a transaction for each.

    A reply is taken by moving ``analysis_due_at``: when this process dies, it is due
    again. Attempts are counted, and committed, before they begin, so that a reply that
    kills the process is not tried for ever.
    """

    def __init__(self, env):
        self._env = env
        self._commit = env["ir.cron"]._commit_progress

    def run(self):
        """Process replies until none is due or the time is over."""
        self._give_up_dead()
        while ids := self._claim():
            for number, response_id in enumerate(ids, start=1):
                self._process(self._env["campaign.response"].browse(response_id))
                if not self._commit(1, remaining=1):
                    self._give_back(ids[number:])
                    return
        self._commit(0, remaining=0)

    def _give_up_dead(self):
        """Mark the replies with which a process died each time."""
        dead = self._env["campaign.response"].search(
            [
                ("analysis_state", "=", "waiting"),
                ("analysis_attempts", ">=", MOST_ATTEMPTS),
                ("analysis_due_at", "<=", fields.Datetime.now()),
            ]
        )
        if dead:
            dead._write_failure(
                self._env._("The server stopped each time that it read this reply.")
            )
        # What is read from now on must be as the claims leave it.
        self._commit()

    # ------------------------------------------------------------
    # Taking
    # ------------------------------------------------------------

    def _claim(self):
        """Take the next replies that are due; return their ids."""
        with self._session() as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE campaign_response
                       SET analysis_due_at = %(now)s + interval '1 minute' * %(lease)s
                     WHERE id IN (
                            SELECT id FROM campaign_response
                             WHERE analysis_state = 'waiting'
                               AND (analysis_due_at IS NULL
                                    OR analysis_due_at <= %(now)s)
                             ORDER BY id
                             LIMIT %(portion)s
                               FOR UPDATE SKIP LOCKED)
                    RETURNING id
                    """,
                    now=UTC_NOW,
                    lease=LEASE_MINUTES,
                    portion=PORTION,
                )
            )
            return sorted(id_ for (id_,) in cr.fetchall())

    def _give_back(self, ids):
        """Let others take these at once."""
        with self._session() as cr:
            cr.execute(
                SQL(
                    "UPDATE campaign_response SET analysis_due_at = NULL "
                    "WHERE id = ANY(%s) AND analysis_state = 'waiting'",
                    list(ids),
                )
            )

    @contextmanager
    def _session(self):
        """Give a short transaction of its own that sees what others have committed.

        In the ordinary one a claim fails as soon as two lanes meet.
        """
        if modules.module.current_test:  # what a test does is visible nowhere else
            self._env.flush_all()
            yield self._env.cr
            self._env.invalidate_all()
            return
        with self._env.registry.cursor() as cr:
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            yield cr

    # ------------------------------------------------------------
    # One reply
    # ------------------------------------------------------------

    def _process(self, response):
        """Take a reply to its end; whatever happens, it is kept, and others go on."""
        if not self._begin(response):
            return
        try:
            with self._env.cr.savepoint():
                response._process()
        except TransactionRollbackError:  # somebody has just changed it
            self._env.cr.rollback()
            self._put_off(response)
        except (OperationalError, InterfaceError):
            raise  # speaks of the database, not of the reply
        except Exception as error:  # one bad reply must not stop the others
            self._log(response, error)
            response._note_failed_attempt(self._explain(error))

    def _begin(self, response):
        """Count the attempt; return whether the reply is still there to be read."""
        with self._session() as cr:
            # nothing is lost with it but a count
            cr.execute("SET LOCAL synchronous_commit = off")
            cr.execute(
                SQL(
                    "UPDATE campaign_response "
                    "SET analysis_attempts = COALESCE(analysis_attempts, 0) + 1 "
                    "WHERE id = %s AND analysis_state = 'waiting'",
                    response.id,
                )
            )
            return bool(cr.rowcount)

    def _put_off(self, response):
        """Have the reply tried again, as if this attempt had not been."""
        with self._session() as cr:
            cr.execute(
                SQL(
                    "UPDATE campaign_response SET analysis_due_at = NULL, "
                    "analysis_attempts = analysis_attempts - 1 "
                    "WHERE id = %s AND analysis_state = 'waiting'",
                    response.id,
                )
            )

    def _explain(self, error):
        """Return in plain words what went wrong, without what the reply says."""
        if isinstance(error, UserError):
            return str(error)[:500]
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = place.filename.replace("\\", "/").rpartition("/")[2]
        return self._env._(
            "An error of the program (%(error)s in %(file)s, line %(line)s); the "
            "server's log has more.",
            error=type(error).__name__,
            file=name,
            line=place.lineno,
        )

    @staticmethod
    def _log(response, error):
        # The error's own words may hold the reply's.
        where = "".join(traceback.format_tb(error.__traceback__))
        name = type(error).__name__
        _logger.error("Response %s cannot be read: %s\n%s", response.id, name, where)

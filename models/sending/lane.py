"""Sending: what a worker does with a batch: claim, render, hand over, settle."""

import logging
import time
from contextlib import ExitStack, suppress

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL, config, groupby, split_every

from ...tools.providers.base import (
    ACCEPTED,
    DEFERRED,
    FAILED,
    REFUSED,
    UNKNOWN,
    Misconfigured,
    SendResult,
    Unreachable,
)
from ...tools.providers.smtp import DOT_TIMEOUT_SECONDS, SmtpProvider
from ..campaign.mailing_renderer import Delivery, MailingRenderer
from ..campaign.template_errors import explain
from .queue import open_queue
from .suppression import own_address_blocked, suppression

_logger = logging.getLogger(__name__)

# A batch of at least this many mails without a single acceptable one stops its mailing:
# a relay that refuses everything must not use up the list.
REFUSALS_THAT_STOP = 20


class LaneRun:
    """One run of a sending lane.

    Keeps what is dear from batch to batch: compiled mailings and open connections.
    Use as a context manager.
    """

    def __init__(self, env, lane):
        self._env = env
        self._lane = lane
        self._resources = ExitStack()
        self._renderers = {}
        self._providers = {}

    def __enter__(self):
        self._queue = self._resources.enter_context(open_queue(self._env))
        self._queue.recover()
        return self

    def __exit__(self, *_error):
        for provider in self._providers.values():
            provider.close()
        self._resources.close()

    def process_batch(self, limit, deadline):
        """Claim, render, hand over and settle up to ``limit`` deliveries.

        :param deadline: monotonic time after which nothing more is handed over.
        :return: how many deliveries were decided or put off; 0: nothing is due.
        """
        if self._env["ir.mail_server"]._disable_send():
            return 0
        for mailing_id in self._queue.due_mailings():
            lease_id, rows = self._queue.claim(mailing_id, self._lane, limit)
            if rows:
                batch = _Batch(lease_id, [Delivery(*row) for row in rows])
                self._process(mailing_id, batch, deadline)
                return len(rows)
        return 0

    # ------------------------------------------------------------
    # A batch
    # ------------------------------------------------------------

    def _process(self, mailing_id, batch, deadline):
        """Take a claimed batch to its end. Whatever happens, it is settled."""
        mailing = self._env["mailing.mailing"].browse(mailing_id)
        try:
            # See what was committed before the claim, not when the job started.
            self._env.cr.commit()
            self._send(mailing, batch, deadline)
        except Misconfigured as error:
            self._env.cr.rollback()
            self._hold(mailing, str(error))
        except TransactionRollbackError:  # another process was faster: next time
            self._env.cr.rollback()
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # speaks of the database, not of the mailing
        except Exception as error:  # one bad mailing must not stop the others
            _logger.exception("Mailing %s cannot be sent", mailing_id)
            self._env.cr.rollback()
            self._hold(mailing, explain(error, "Sending broke off"))
        finally:
            self._settle(batch)
        if batch.is_refused_altogether():
            self._hold(mailing, f"Every mail is refused: {batch.results[0].reason}")

    def _send(self, mailing, batch, deadline):
        """Render and hand over in slices, so that neither time nor memory run out."""
        if mailing.id not in self._renderers:
            self._renderers[mailing.id] = MailingRenderer(mailing._for_responsible())
        renderer = self._renderers[mailing.id]
        wanted = self._drop_suppressed(mailing, batch)
        for deliveries in split_every(renderer.slice_size(), wanted):
            if time.monotonic() >= deadline:
                break
            mails, failures = renderer.render(deliveries)
            batch.add(failures)
            # Links made for these mails must exist before anybody can follow them.
            self._env.cr.commit()
            self._hand_over(mails, batch, deadline)

    def _settle(self, batch):
        """Settle; over a new database session if the old one is lost."""
        batch.doubt_in_flight()
        for pause in (0, 1, 5, 10, 20, 30):
            try:
                self._queue.settle(
                    batch.lease_id,
                    batch.results,
                    batch.untouched(),
                    batch.suppressed,
                )
                return
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                _logger.warning("Lane %s lost its database session", self._lane)
                lost = error
            time.sleep(pause)
            with suppress(psycopg2.Error):
                self._queue = self._resources.enter_context(open_queue(self._env))
        raise lost  # the lease tells the next worker what is known

    def _drop_suppressed(self, mailing, batch):
        """Note in the batch who left since planning; return the others."""
        rows = self._env.execute_query(
            SQL(
                """
                SELECT id, reason
                  FROM (SELECT id, CASE WHEN %s THEN 'mail_bl' ELSE %s END AS reason
                          FROM mailing_trace
                         WHERE id = ANY(%s)) AS judged
                 WHERE reason IS NOT NULL
                """,
                own_address_blocked(mailing, SQL("mailing_trace.res_id")),
                suppression(mailing, SQL("mailing_trace.email")),
                [delivery.id for delivery in batch.deliveries],
            )
        )
        batch.suppressed = dict(rows)
        return [one for one in batch.deliveries if one.id not in batch.suppressed]

    def _hand_over(self, mails, batch, deadline):
        """Hand the mails over, server by server, keeping the lease up to date."""
        for _server, group in groupby(mails, key=lambda mail: mail[0].server_id):
            senders, group = zip(*group, strict=True)

            def journal(results, refs):
                batch.add(results)
                ours = self._queue.progress(batch.lease_id, *batch.news(), refs)
                batch.in_flight = refs if ours else ()
                return ours

            try:
                batch.add(self._provider(senders[0]).send(group, journal, deadline))
            except Unreachable as error:  # this server; the others may be fine
                batch.defer([mail.ref for mail in group], str(error))

    def _provider(self, sender):
        if sender.server_id not in self._providers:

            def connect():
                servers = self._env["ir.mail_server"]
                connection = servers._connect_campaign(sender)
                self._env.cr.commit()  # no open transaction while mails are handed over
                return connection

            self._providers[sender.server_id] = SmtpProvider(
                connect, dot_timeout=_dot_timeout()
            )
        return self._providers[sender.server_id]

    def _hold(self, mailing, reason):
        """Stop this mailing with an explanation on it; the others go on."""
        if mailing.exists():
            mailing._hold_sending(reason)
        self._env.cr.commit()


def _dot_timeout():
    """Return how long to wait for the answer to a mail, in seconds.

    RFC 5321 §4.5.3.2.6 wants ten minutes, but Odoo stops a job that takes longer than
    its limit, and then nobody knows what became of the mail.
    """
    limit = config["limit_time_real_cron"]
    if limit < 0:
        limit = config["limit_time_real"]
    return (
        min(DOT_TIMEOUT_SECONDS, max(limit - 60, 30)) if limit else DOT_TIMEOUT_SECONDS
    )


class _Batch:
    """A claimed batch and what has become of it so far."""

    def __init__(self, lease_id, deliveries):
        self.lease_id = lease_id
        self.deliveries = deliveries
        self.results = []
        self.suppressed = {}
        self.in_flight = ()
        self._known = set()
        self._noted = 0

    def add(self, results):
        """Take over results; those that are known already stay as they are."""
        for result in results:
            if result.ref not in self._known:
                self._known.add(result.ref)
                self.results.append(result)

    def news(self):
        """Return accepted ids and other results since the last call."""
        fresh, self._noted = self.results[self._noted :], len(self.results)
        accepted = [one.ref for one in fresh if one.status == ACCEPTED]
        return accepted, [one for one in fresh if one.status != ACCEPTED]

    def defer(self, refs, reason):
        """Put off the deliveries about which nothing is known."""
        self.add(SendResult(ref, DEFERRED, reason) for ref in refs)

    def doubt_in_flight(self):
        """Whatever broke off while mails were handed over, nobody resends them."""
        reason = "Sending broke off while the mail was handed over."
        self.add(SendResult(ref, UNKNOWN, reason) for ref in self.in_flight)

    def untouched(self):
        """Return the ids of the deliveries about which nothing is known."""
        return [
            one.id
            for one in self.deliveries
            if one.id not in self._known and one.id not in self.suppressed
        ]

    def is_refused_altogether(self):
        """Return whether so many mails were refused that the cause is on our side."""
        return len(self.results) >= REFUSALS_THAT_STOP and all(
            result.status in (FAILED, REFUSED) for result in self.results
        )

"""Sending: what a worker does with a batch: claim, render, hand over, settle."""

import logging
from contextlib import ExitStack

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL, groupby

from ...tools.providers.base import (
    ACCEPTED,
    DEFERRED,
    UNKNOWN,
    Misconfigured,
    SendResult,
    Unreachable,
)
from ...tools.providers.smtp import SmtpProvider
from ..campaign.mailing_renderer import Delivery, MailingRenderer
from .queue import open_queue
from .suppression import suppression

_logger = logging.getLogger(__name__)


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
            mails = self._render(mailing, batch)
            self._hand_over(mails, batch, deadline)
        except Misconfigured as error:
            self._hold(mailing, str(error))
        except Unreachable as error:
            batch.defer_untouched(str(error))
        except TransactionRollbackError:  # another process was faster: next time
            self._env.cr.rollback()
        except psycopg2.Error:  # speaks of the database, not of the mailing
            raise
        except Exception as error:  # one bad mailing must not stop the others
            _logger.exception("Mailing %s cannot be sent", mailing_id)
            self._hold(mailing, f"{type(error).__name__}: {error}")
        finally:
            self._settle(batch)

    def _settle(self, batch):
        """Settle, over a new database session if the old one is lost."""
        batch.doubt_in_flight()
        try:
            self._queue.settle(
                batch.lease_id, batch.results, batch.untouched(), batch.suppressed
            )
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            _logger.warning("Lane %s lost its database session", self._lane)
            self._queue = self._resources.enter_context(open_queue(self._env))
            self._queue.settle(
                batch.lease_id, batch.results, batch.untouched(), batch.suppressed
            )

    def _render(self, mailing, batch):
        """Render what may still be sent; note the rest in the batch."""
        # See what was committed before the claim, not what was when the job started.
        self._env.cr.commit()
        self._env.invalidate_all()
        if mailing.id not in self._renderers:
            self._renderers[mailing.id] = MailingRenderer(mailing._for_responsible())
        wanted = self._drop_suppressed(mailing, batch)
        mails, failures = self._renderers[mailing.id].render(wanted)
        batch.results += failures
        # Links made for this batch must exist before anybody can follow them.
        self._env.cr.commit()
        return mails

    def _drop_suppressed(self, mailing, batch):
        """Note in the batch who left since planning; return the others."""
        self._env.cr.execute(
            SQL(
                """
                SELECT id, reason
                  FROM (SELECT id, %s AS reason
                          FROM mailing_trace
                         WHERE id = ANY(%s)) AS judged
                 WHERE reason IS NOT NULL
                """,
                suppression(mailing, SQL("mailing_trace.email")),
                [delivery.id for delivery in batch.deliveries],
            )
        )
        batch.suppressed = dict(self._env.cr.fetchall())
        return [
            delivery
            for delivery in batch.deliveries
            if delivery.id not in batch.suppressed
        ]

    def _hand_over(self, mails, batch, deadline):
        """Hand the mails over, server by server, keeping the lease up to date."""
        mails.sort(key=lambda mail: mail[0].server_id)
        order = batch.order([mail.ref for _sender, mail in mails])
        if order != [one.id for one in batch.deliveries]:
            self._queue.arrange(batch.lease_id, order)
        for _server, group in groupby(mails, key=lambda mail: mail[0].server_id):
            senders, group = zip(*group, strict=True)

            def journal(results, refs):
                ours = self._queue.progress(*batch.note(results, refs))
                batch.in_flight = refs if ours else ()
                return ours

            provider = self._provider(senders[0])
            batch.add(provider.send(group, journal, deadline))

    def _provider(self, sender):
        if sender.server_id not in self._providers:
            servers = self._env["ir.mail_server"]
            self._providers[sender.server_id] = SmtpProvider(
                lambda: servers._connect_campaign(sender)
            )
        return self._providers[sender.server_id]

    def _hold(self, mailing, reason):
        """Stop this mailing with an explanation on it; the others go on."""
        self._env.cr.rollback()
        mailing._hold_sending(reason)
        self._env.cr.commit()


class _Batch:
    """A claimed batch and what has become of it so far."""

    def __init__(self, lease_id, deliveries):
        self.lease_id = lease_id
        self.deliveries = deliveries
        self.results = []
        self.suppressed = {}
        self.in_flight = ()
        self._known = set()
        self._position = 0  # in the order of handing over
        self._unnoted = []

    def order(self, refs):
        """Return the ids in the order of handing over, what is decided at the end."""
        first = set(refs)
        return [*refs, *(one.id for one in self.deliveries if one.id not in first)]

    def note(self, results, refs):
        """Return the arguments of :meth:`Queue.progress` for a provider's journal."""
        self.add(results)
        self._position += len(self._unnoted)
        exceptions = [result for result in self._unnoted if result.status != ACCEPTED]
        self._unnoted = []
        return self.lease_id, self._position, len(refs), exceptions

    def add(self, results):
        """Take over a provider's results; those that it told the journal are known."""
        for result in results:
            if result.ref not in self._known:
                self._known.add(result.ref)
                self._unnoted.append(result)
                self.results.append(result)

    def untouched(self):
        """Return the ids of the deliveries about which nothing is known."""
        known = {result.ref for result in self.results} | set(self.suppressed)
        return [one.id for one in self.deliveries if one.id not in known]

    def doubt_in_flight(self):
        """Whatever broke off while mails were handed over, nobody resends them."""
        known = {result.ref for result in self.results}
        reason = "Sending broke off while the mail was handed over."
        self.results += [
            SendResult(ref, UNKNOWN, reason)
            for ref in self.in_flight
            if ref not in known
        ]

    def defer_untouched(self, reason):
        """Put off what was not tried."""
        self.results += [SendResult(ref, DEFERRED, reason) for ref in self.untouched()]

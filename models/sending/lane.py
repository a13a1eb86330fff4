"""Sending: what a worker does with a batch: claim, render, hand over, settle."""

import logging
import time
import traceback
from collections import deque
from contextlib import ExitStack, suppress
from dataclasses import replace

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL, config, groupby, split_every

from ...tools.providers.base import (
    ACCEPTED,
    Misconfigured,
    SendError,
    Unreachable,
)
from ...tools.providers.smtp import DOT_TIMEOUT_SECONDS, SmtpProvider
from ..campaign.mailing_renderer import Delivery, MailingRenderer
from ..campaign.template_errors import explain
from .account_choice import AccountChoice
from .batch import Batch
from .campaign_sending_account import FIRST_REST_SECONDS
from .postponement import postpone
from .queue import open_queue
from .suppression import own_address_blocked, suppression

_logger = logging.getLogger(__name__)

# How often to look for mailings that have become due.
LOOK_SECONDS = 1
# How soon to look again at a flow whose deliveries another lane has just taken.
EMPTY_SECONDS = 0.2


class LaneRun:
    """One run of a sending lane.

    Keeps what is dear from batch to batch: compiled mailings, open connections, rules.
    Use as a context manager.
    """

    def __init__(self, env, lane):
        self._env = env
        self._lane = lane
        self._resources = ExitStack()
        self._prepared = {}
        self._providers = {}
        self._choice = AccountChoice(env)
        self._flows = deque()
        self._looked_at = float("-inf")
        self._waits = {}

    def __enter__(self):
        self._queue = self._resources.enter_context(open_queue(self._env))
        self._queue.recover()
        return self

    def __exit__(self, *_error):
        self._close_connections()
        self._resources.close()

    def _close_connections(self):
        for provider in self._providers.values():
            provider.close()

    @property
    def wait(self):
        """In how many seconds something that is due may be sent; None: nothing is."""
        if not self._waits:
            return None
        return max(min(self._waits.values()) - time.monotonic(), 0)

    def others_wait(self):
        """Return whether Odoo's other jobs want the thread on which this lane runs."""
        return self._queue.others_wait()

    def process_batch(self, limit, deadline):
        """Claim, render, hand over and settle up to ``limit`` deliveries.

        :param deadline: monotonic time after which nothing more is handed over.
        :return: how many deliveries were decided or put off; 0: nothing is due that may
            be sent now.
        """
        if self._env["ir.mail_server"]._disable_send():
            return 0
        while flow := self._next_flow():
            if handled := self._serve(flow, limit, deadline):
                if flow not in self._waits:
                    self._flows.append(flow)
                return handled
        return 0

    def _next_flow(self):
        """Return whose turn it is, or None when all are empty or have to wait."""
        now = time.monotonic()
        if not self._flows or now > self._looked_at + LOOK_SECONDS:
            self._looked_at = now
            # A mailing may have come since this transaction began.
            self._env.cr.commit()
            due = self._queue.due_flows()
            self._waits = {
                flow: until
                for flow, until in self._waits.items()
                if until > now and flow in due
            }
            self._flows = deque(flow for flow in due if flow not in self._waits)
            self._choice.find_ways(self._flows)
        return self._flows.popleft() if self._flows else None

    def _serve(self, flow, limit, deadline):
        """Send a batch of a flow over the account that may take it; return its size."""
        mailing = self._env["mailing.mailing"].browse(flow.mailing_id)
        ways = self._choice.ways(flow)
        if not ways:
            self._hold(mailing, self._choice.explain(mailing))
            return 0
        shortest, limited = None, None
        for way in ways:
            if limited is not None and way.fit < limited:
                break  # its own account is only busy: it waits for that
            claim = self._queue.claim(flow, way, self._lane, limit)
            if claim.rows:
                batch = Batch(claim, way, [Delivery(*row) for row in claim.rows])
                self._process(mailing, batch, deadline)
                if batch.is_server_unexpected():  # its rest is not found by the way
                    self._waits[flow] = time.monotonic() + FIRST_REST_SECONDS
                return len(batch.deliveries)
            if not claim.wait:
                shortest = EMPTY_SECONDS
                break
            shortest = min(shortest or claim.wait, claim.wait)
            if not claim.is_down:
                limited = way.fit
        self._waits[flow] = time.monotonic() + shortest
        return 0

    # ------------------------------------------------------------
    # A batch
    # ------------------------------------------------------------

    def _process(self, mailing, batch, deadline):
        """Take a claimed batch to its end. Whatever happens, it is settled."""
        try:
            # See what was committed before the claim, not when the job started.
            self._env.cr.commit()
            self._send(mailing, batch, deadline)
        except Misconfigured as error:
            self._env.cr.rollback()
            batch.trouble = str(error)
            batch.is_accounts_trouble = True
        except TransactionRollbackError:
            self._env.cr.rollback()
            _logger.info("Lane %s: another process was faster", self._lane)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # speaks of the database, not of the mailing
        except Exception as error:  # one bad mailing must not stop the others
            self._env.cr.rollback()
            # The error's own words may hold addresses.
            where = "".join(traceback.format_tb(error.__traceback__))
            name = type(error).__name__
            _logger.error("Mailing %s cannot be sent: %s\n%s", mailing.id, name, where)
            batch.trouble = explain(error, "Sending broke off")
        finally:
            if batch.way.terms.shared_connections:
                self._close_connections()  # others may use them when the lease ends
            self._settle(batch)
        try:
            self._learn(mailing, batch)
        except TransactionRollbackError:  # another lane has noted the same
            self._env.cr.rollback()

    def _learn(self, mailing, batch):
        """Draw conclusions from how it went."""
        if batch.is_refused_altogether():
            batch.trouble = f"Every mail is refused: {batch.results[0].reason}"
        if batch.trouble:
            self._give_up(mailing, batch)
        if batch.unreachable:
            self._choice.rest(batch.way, *batch.unreachable)
        elif batch.was_down and batch.has_accepted():
            self._choice.note_recovery(batch.way)
        if batch.advice:
            self._choice.obey(batch.way, batch.advice)
        if batch.has_failures():
            mailing.exists()._check_breaker()
        if batch.copy_error and mailing.exists():
            mailing._note_copy_error(batch.copy_error)
        self._env.cr.commit()

    def _send(self, mailing, batch, deadline):
        """Render and hand over in slices, so that neither time nor memory run out."""
        if mailing.id not in self._prepared:
            self._prepared[mailing.id] = _Prepared(mailing)
        prepared = self._prepared[mailing.id]
        renderer = prepared.renderer
        wanted = self._drop_suppressed(prepared, batch)
        batch.postponed = postpone(mailing, wanted)
        wanted = [one for one in wanted if one.id not in batch.postponed]
        for deliveries in split_every(renderer.slice_size(), wanted):
            if time.monotonic() >= deadline or batch.is_to_end:
                break
            mails, failures = renderer.render(deliveries, batch.way.fixed_server_id)
            batch.add(failures)
            # Links made for these mails must exist before anybody can follow them.
            self._env.cr.commit()
            self._hand_over(mails, batch, deadline)
            if prepared.copies:
                self._hand_over_copies(prepared, deliveries, batch)

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
                    postponed=batch.postponed,
                    copies=batch.copies,
                )
                return
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                _logger.warning("Lane %s lost its database session", self._lane)
                lost = error
            time.sleep(pause)
            with suppress(psycopg2.Error):
                self._queue = self._resources.enter_context(open_queue(self._env))
        raise lost  # the lease tells the next worker what is known

    def _drop_suppressed(self, prepared, batch):
        """Note in the batch who left since planning; return the others."""
        rows = self._env.execute_query(
            SQL(
                """
                SELECT id, reason
                  FROM (SELECT id, %s AS reason
                          FROM mailing_trace
                         WHERE id = ANY(%s)) AS judged
                 WHERE reason IS NOT NULL
                """,
                prepared.suppression,
                [delivery.id for delivery in batch.deliveries],
            )
        )
        batch.suppressed = {id_: (reason, None) for id_, reason in rows}
        return [one for one in batch.deliveries if one.id not in batch.suppressed]

    def _hand_over(self, mails, batch, deadline):
        """Hand the mails over, server by server, keeping the lease up to date."""
        for server_id, group in groupby(mails, key=lambda mail: mail[0].server_id):
            senders, group = zip(*group, strict=True)
            if address := batch.way.test_address:
                group = [replace(mail, recipients=(address,)) for mail in group]

            def journal(results, refs):
                batch.add(results)
                self._heed(results, batch)
                refs = () if batch.advice else refs
                ours = self._queue.progress(batch.lease_id, *batch.news(), refs)
                batch.in_flight = refs if ours else ()
                return ours and not batch.advice

            provider = self._provider(senders[0], batch)
            try:
                results = provider.send(group, journal, deadline)
            except Unreachable as error:  # this server; the others may be fine
                batch.unreachable = server_id, str(error)
            else:
                batch.add(results)
                self._heed(results, batch)

    def _hand_over_copies(self, prepared, deliveries, batch):
        """Hand over copies of what was accepted just now, each at most once.

        That the mails were accepted is on the disk before their copies leave, so that
        nothing sends those a second time.
        """
        originals, copies = batch.accepted_of(deliveries), prepared.copies
        if not originals or not self._is_noted(batch):
            return
        if not copies.is_each:
            prepared.copies, originals = None, originals[:1]
            if not self._queue.take_copy(copies.mailing_id):
                return
        drafts, failures = prepared.renderer.render(
            [copies.of(one) for one in originals], batch.way.fixed_server_id
        )
        self._env.cr.commit()
        batch.note_copies(failures)

        def journal(*_news):
            return self._queue.progress(batch.lease_id, (), (), ())

        mails = copies.mails(drafts, batch.way.test_address)
        for _server_id, group in groupby(mails, key=lambda mail: mail[0].server_id):
            senders, group = zip(*group, strict=True)
            try:
                results = self._provider(senders[0], batch).send(group, journal)
            except SendError as error:
                batch.copy_error = batch.copy_error or str(error)
            else:
                batch.copies += len(results)
                batch.note_copies(results)

    def _is_noted(self, batch):
        """Put all that is known on the disk; return False when the lease is lost."""
        self._queue.progress(batch.lease_id, *batch.news(), ())
        return self._queue.make_durable(batch.lease_id)

    def _heed(self, results, batch):
        """Note whether an answer wants us to slow down; the batch then ends early."""
        for result in results:
            if result.status != ACCEPTED and not batch.advice and result.reason:
                batch.advice = self._choice.advice(batch.way, result.reason)

    def _provider(self, sender, batch):
        """Return the connections to a sender's server, made with the first mail."""
        key = sender.server_id, batch.way.mails_per_connection
        if key not in self._providers:

            def connect():
                servers = self._env["ir.mail_server"]
                connection = servers._connect_campaign(sender)
                self._env.cr.commit()  # no open transaction while mails are handed over
                return connection

            self._providers[key] = SmtpProvider(
                connect,
                mails_per_connection=batch.way.mails_per_connection,
                dot_timeout=_dot_timeout(),
            )
        self._providers[key].width = batch.connections
        return self._providers[key]

    def _give_up(self, mailing, batch):
        """Stop what a person has to look after: the account, or else the mailing.

        An account without a server of its own is not to blame: the server is the
        mailing's.
        """
        if not (
            batch.is_accounts_trouble and self._choice.stop(batch.way, batch.trouble)
        ):
            self._hold(mailing, batch.trouble)

    def _hold(self, mailing, reason):
        """Stop this mailing with an explanation on it; the others go on."""
        if mailing.exists():
            mailing._hold_sending(reason)
        self._env.cr.commit()


class _Prepared:
    """What is read and compiled of a mailing once for all its batches.

    After every commit the ORM would read the mailing, its lists, its company and its
    user again.
    """

    def __init__(self, mailing):
        self.renderer = MailingRenderer(mailing._for_responsible())
        self.copies = self.renderer.copies
        self.suppression = SQL(
            "CASE WHEN %s THEN 'mail_bl' ELSE %s END",
            own_address_blocked(mailing, SQL("mailing_trace.res_id")),
            suppression(mailing, SQL("mailing_trace.email")),
        )


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

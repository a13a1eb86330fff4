"""Orders about replies: they come in as mails, and are read by the job."""

import time

from order_loop import order

from odoo import SUPERUSER_ID, api


@order
def answered(registry, mailing_id):
    """Return address and ``Message-ID`` of the mails that can be answered."""
    with _environment(registry) as env:
        traces = env["mailing.trace"].search_fetch(
            [("mass_mailing_id", "=", mailing_id), ("message_id", "!=", False)],
            ["email", "message_id"],
        )
        return [(trace.email, trace.message_id) for trace in traces]


@order
def take_in(registry, mails):
    """Hand raw mails to Odoo's gateway, each in a transaction, as a mail server does.

    Return how long each took, in seconds.
    """
    return [_timed(_gateway, registry, mail) for mail in mails]


def _gateway(registry, mail):
    with _environment(registry) as env:
        env["mail.thread"].message_process(False, mail)


@order
def store(registry, rows):
    """Store replies as the gateway leaves them, without it."""
    with _environment(registry) as env:
        company = env.company
        env["campaign.response"].create(
            [{**row, "company_id": company.id} for row in rows]
        )


@order
def choose_engine(registry, engine):
    """Have all replies read again by an engine; warm it up first."""
    with _environment(registry) as env:
        env["ir.config_parameter"].set_param("campaign_desk.analysis_engine", engine)
        responses = env["campaign.response"].search([])
        responses[:20]._understand()
        responses._read_again()
        env.cr.commit()
        env.cr.execute("ANALYZE campaign_response")
        return len(responses)


@order
def read_all(registry):
    """Read what waits, as the job does. Return how long each took, in seconds."""
    from odoo.addons.campaign_desk.models.response.analysis_lane import AnalysisLane

    taken = []

    class TimedLane(AnalysisLane):
        def _process(self, response):
            taken.append(_timed(super()._process, response))

    with _environment(registry) as env:
        TimedLane(env).run()
    return taken


def _timed(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


class _environment:
    """An environment as scheduled jobs have it, committed at the end."""

    def __init__(self, registry):
        self._cr = registry.cursor()

    def __enter__(self):
        return api.Environment(self._cr, SUPERUSER_ID, {})

    def __exit__(self, error, *_more):
        if error is None:
            self._cr.commit()
        self._cr.close()

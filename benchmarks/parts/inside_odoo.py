"""The part of the benchmarks that runs inside Odoo, in processes of their own.

Started with ``-c CONFIGURATION`` by Odoo's Python; follows orders, see
``order_loop.py``.
"""

import cProfile
import logging
import pstats
import select
import sys
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import reply_orders  # noqa: F401
from order_loop import follow_orders, keep_replies_apart, order

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

_logger = logging.getLogger("campaign_desk.benchmark")

SLICE_SECONDS = 4  # of a lane, as the add-on's scheduled jobs have it
IDLE_SECONDS = 0.02  # before a lane without work looks again


@contextmanager
def environment(registry):
    """Give an environment as scheduled jobs have it, committed at the end."""
    with registry.cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})
        cr.commit()


# ------------------------------------------------------------
# ORDERS
# ------------------------------------------------------------


@order
def prepare(registry, smtp_port):
    """Set the way out, and the domain of return paths."""
    with environment(registry) as env:
        env["mail.alias.domain"].create({"name": "desk.example"})
        create_server(env, "Sink", smtp_port)
        # Nothing else may send or take CPU: there is no server, only these processes.
        parameters = env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://desk.example")
        # and nobody outside is asked about recipients' domains
        parameters.set_param("campaign_desk.resolve_mx", "False")


def create_server(env, name, smtp_port):
    """Create a way out to a server on this computer."""
    values = {
        "name": name,
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "smtp_encryption": "none",
        "smtp_authentication": "login",
    }
    return env["ir.mail_server"].create(values)


@order
def add_server(registry, title, smtp_port):
    """Add a way out that is taken by those who ask for it. Return its id."""
    with environment(registry) as env:
        server = create_server(env, title, smtp_port)
        server.sequence = 100
        return server.id


@order
def move_server(registry, smtp_port):
    """Send to another port."""
    with environment(registry) as env:
        env["ir.mail_server"].search([]).smtp_port = smtp_port


@order
def contacts(registry, sql):
    """Create a mailing list and, by SQL, its contacts. Return its id."""
    with environment(registry) as env:
        mailing_list = env["mailing.list"].create({"name": "Benchmark"})
        env.cr.execute(sql, {"list": mailing_list.id})
        env.cr.commit()
        env.cr.execute("ANALYZE")
        return mailing_list.id


@order
def launch(registry, list_id, body, engine, server_id=False):
    """Create a mailing to a list and press Send. Return its id."""
    with environment(registry) as env:
        mailing = env["mailing.mailing"].create(
            {
                "subject": "{{ object.name }}, the autumn numbers are here",
                "preview": "Five things to read before the season starts",
                "email_from": '"Desk Weekly" <news@desk.example>',
                "reply_to": '"Desk Weekly" <news@desk.example>',
                "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [(6, 0, [list_id])],
                "body_arch": body,
                "body_html": body,
                "delivery_engine": engine,
                "mail_server_id": server_id,
            }
        )
        mailing.action_launch()
        return mailing.id


@order
def queue_mail(registry, values):
    """Leave a mail to Odoo's mail queue and call its job, as Odoo's own code does."""
    with environment(registry) as env:
        env["mail.mail"].create(values)
        env.ref("mail.ir_cron_mail_scheduler_action")._trigger()


@order
def plain_text(registry, html):
    """Return the plain text that the add-on makes of a mail."""
    del registry  # it is the same everywhere
    from odoo.addons.campaign_desk.tools.plain_text import html_to_text

    return html_to_text(html)


@order
def plan(registry):
    """Plan what is due, as the dispatcher's job does."""
    with environment(registry) as env:
        env["mailing.mailing"]._cron_dispatch()


@order
def pause(registry, mailing_id):
    """Pause a mailing, as its button does."""
    with environment(registry) as env:
        env["mailing.mailing"].browse(mailing_id).action_pause_sending()


@order
def resume(registry, mailing_id, limits):
    """Go on with a mailing under other limits."""
    with environment(registry) as env:
        rules = env["campaign.pacing.rule"]
        everything = [("account_id", "=", False), ("provider_group_id", "=", False)]
        if rule := rules.search(everything, limit=1):
            rule.write(limits)
        else:
            rules.create(limits)
        env["mailing.mailing"].browse(mailing_id).action_resume_sending()


@order
def work(registry, lane, mailing_id, planning=False):
    """Work on a lane, slice by slice, until the mailing is done.

    Return how many slices failed.
    """
    failed = 0
    if planning:
        plan(registry)
    while True:
        handled, done = lane_slice(registry, lane, mailing_id)
        failed += handled is None
        if done:
            return failed
        if not handled:
            time.sleep(IDLE_SECONDS)


@order
def serve(registry, lane):
    """Work on a lane until there is another order, or standard input ends."""
    while not select.select([sys.stdin], [], [], 0)[0]:
        if not lane_slice(registry, lane)[0]:
            time.sleep(IDLE_SECONDS)


def lane_slice(registry, lane, mailing_id=None):
    """Work on a lane for some seconds.

    A slice that fails, as when its database session is cut, ends like a scheduled
    job that fails: in the log, and the next one starts afresh.

    :return: how many deliveries were handled (None: it failed), and whether the
        mailing is done.
    """
    try:
        with environment(registry) as env:
            deadline = time.monotonic() + SLICE_SECONDS
            handled = env["mailing.trace"]._process_batch(lane, 10**9, deadline)
            env["mailing.mailing"]._finish_sent()
            env.cr.commit()
            return handled, env["mailing.mailing"].browse(mailing_id).state == "done"
    except psycopg2.Error:
        _logger.warning("A slice of lane %s failed", lane, exc_info=True)
        return None, False


@order
def standard(registry, mailing_id):
    """Send a mailing as Odoo itself does: its two jobs, until nothing is left."""
    del mailing_id  # it is the only one that waits
    from odoo.addons.link_tracker.models.link_tracker import LinkTracker

    # Odoo fetches the page of each link to read its title; here is no network, and
    # waiting for it is not what is measured.
    LinkTracker._get_title_from_url = lambda self, url: url
    with environment(registry) as env:
        env["mailing.mailing"]._process_mass_mailing_queue()
    waiting = True
    while waiting:
        with environment(registry) as env:
            mails = env["mail.mail"]
            if waiting := mails.search_count([("state", "=", "outgoing")], limit=1):
                mails.process_email_queue()
    with environment(registry) as env:
        env["mailing.mailing"]._process_mass_mailing_queue()


@order
def tracked_paths(registry, mailing_id):
    """Return the paths of the pixel and of the first link in each mail of a mailing."""
    from odoo.addons.campaign_desk.tools import tokens

    with environment(registry) as env:
        mailing = env["mailing.mailing"].browse(mailing_id)
        link = env["link.tracker"].search([("mass_mailing_id", "=", mailing_id)])[-1:]
        sent = mailing.mailing_trace_ids.filtered("sent_datetime")
        if mailing.delivery_engine == "desk":
            key = mailing._tracking_key()
            signed = [tokens.sign_all(key, trace.token) for trace in sent]
            return {
                "open": [f"/campaign/o/{one[tokens.OPEN]}.gif" for one in signed],
                "click": [
                    f"/campaign/c/{one[tokens.CLICK]}/{link.code}" for one in signed
                ],
            }
        pixel = env["mail.mail"]._generate_mail_recipient_token
        numbers = sent.mapped("mail_mail_id_int")
        return {
            "open": [
                f"/mail/track/{number}/{pixel(number)}/blank.gif" for number in numbers
            ],
            "click": [f"/r/{link.code}/m/{trace.id}" for trace in sent],
        }


@order
def fold(registry):
    """Make events of all hits, as the job does. Return how many there were."""
    from odoo.addons.campaign_desk.models.tracking import hit_folding

    total = 0
    with environment(registry) as env:
        rules = env["campaign.hit"]._rules()
        while taken := hit_folding.fold(env, rules):
            total += taken
    return total


@order
def profile(registry, path, **arguments):
    """Do :func:`work` under cProfile and write the report to a file."""
    profiler = cProfile.Profile()
    with timed_statements() as statements:
        profiler.runcall(work, registry, **arguments)
    with Path(path).open("w") as output:
        for words, (count, seconds) in sorted(
            statements.items(), key=lambda item: item[1][1], reverse=True
        )[:25]:
            print(f"{seconds:8.3f} s {count:6}  {words}", file=output)
        stats = pstats.Stats(profiler, stream=output)
        for key in ("tottime", "cumtime"):
            stats.sort_stats(key).print_stats(70)
        stats.sort_stats("tottime").print_callers(25)
    stats.dump_stats(f"{path}.pstats")


@contextmanager
def timed_statements():
    """Give a dictionary of SQL statements, each with its count and seconds."""
    statements = {}
    execute = sql_db.Cursor.execute

    def timed(cursor, query, *arguments, **options):
        start = time.perf_counter()
        try:
            return execute(cursor, query, *arguments, **options)
        finally:
            words = " ".join(getattr(query, "code", query).split())[:150]
            count, seconds = statements.get(words, (0, 0.0))
            seconds += time.perf_counter() - start
            statements[words] = count + 1, seconds

    sql_db.Cursor.execute = timed
    try:
        yield statements
    finally:
        sql_db.Cursor.execute = execute


def main():
    """Boot Odoo, then follow orders until there are no more."""
    replies = keep_replies_apart()
    config.parse_config([*sys.argv[1:], "--no-http"], setup_logging=True)
    warnings.simplefilter("ignore", DeprecationWarning)  # of Odoo's own code
    database = config["db_name"]
    database = database if isinstance(database, str) else database[0]
    threading.current_thread().dbname = database
    load_server_wide_modules()
    registry = Registry(database)
    follow_orders(replies, lambda: sql_db.sql_counter, registry)


if __name__ == "__main__":
    main()

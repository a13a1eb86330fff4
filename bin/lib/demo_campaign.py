"""The demonstration's part inside Odoo: contacts in, "Send" pressed, progress told.

``bin/demo`` feeds it to ``odoo shell`` with its orders in the environment variable
``ORDERS``; it answers with lines of JSON behind ``MARK``. It sends nothing itself: that
is the work of the running server.
"""

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from .console import CommandError
from .contact_file import read_contacts
from .demo_contacts import ContactImport
from .demo_processes import MARK, ORDERS

IMPORTED = "campaign_desk.demo_contacts"
MAIL_SERVER = "Mailbox of bin/demo"
DRAFT = "campaign_desk.mailing_pulse_2"
SENDER = "campaign_desk.user_marie"
DOMAIN = "campaign_desk.alias_domain"

PAUSE = 0.2
PATIENCE = 180


def main(env) -> None:
    """Carry out the orders."""
    orders = json.loads(os.environ[ORDERS])
    try:
        _connect_mailbox(env, orders["smtp_port"], orders["url"])
        lists = _import(env, Path(orders["contacts"]), orders["own_list"])
        mailing = _launch(env, lists)
        _tell("launched", id=mailing.id, subject=mailing.subject, time=time.time())
        _watch(mailing)
        _tell("done", time=time.time(), **_result(mailing))
    except CommandError as error:
        _tell("error", text=str(error))


def _tell(event: str, **values) -> None:
    """Write one line for ``bin/demo``."""
    print(f"{MARK}{json.dumps({'event': event, **values})}", flush=True)


def _connect_mailbox(env, port: int, url: str) -> None:
    """Let Odoo send through the local mailbox, and know its own address."""
    servers = env["ir.mail_server"].with_context(active_test=False)
    server = servers.search([("name", "=", MAIL_SERVER)], limit=1)
    values = {
        "name": MAIL_SERVER,
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_encryption": "none",
        "from_filter": env.ref(DOMAIN).name,
        "sequence": 1,
        "active": True,
    }
    if server:
        server.write(values)
    else:
        servers.create(values)
    env["ir.config_parameter"].set_param("web.base.url", url)
    env.cr.commit()


# ------------------------------------------------------------
# CONTACTS
# ------------------------------------------------------------


def _import(env, path: Path, own_list: bool):
    """Import the contacts; return the mailing list they came into if it is new."""
    parameters = env["ir.config_parameter"]
    if not own_list and parameters.get_param(IMPORTED):
        _tell("imported", report={})
        return None
    if own_list:
        target = env["mailing.list"].create({"name": _free_name(env, path.stem)})
    else:
        target = env.ref("campaign_desk.list_customers")
        # Committed with the first contacts.
        parameters.set_param(IMPORTED, "1")
    rows = read_contacts(path)
    report = ContactImport(env, target, own_list).run(rows, _tell_import)
    _tell("imported", report=report)
    return target if own_list else None


def _tell_import(done: int, total: int) -> None:
    """Tell how far the import is."""
    _tell("importing", done=done, total=total)


def _free_name(env, name: str) -> str:
    """Return a name for a new mailing list that no other list has."""
    taken = env["mailing.list"].search_count([("name", "=like", f"{name}%")])
    return f"{name} ({taken + 1})" if taken else name


# ------------------------------------------------------------
# CAMPAIGN
# ------------------------------------------------------------


def _launch(env, lists):
    """Copy the draft and press Send, as the marketing user."""
    draft = env.ref(DRAFT).with_user(env.ref(SENDER))
    mailing = draft.copy({"subject": draft.subject, "name": f"{draft.name}, sent"})
    if lists:
        mailing.contact_list_ids = lists
    mailing.action_launch()
    env.cr.commit()
    return mailing


def _watch(mailing) -> None:
    """Tell the progress until the server has settled every delivery that is due."""
    counts: dict[str, int] = {}
    changed = time.monotonic()
    while True:
        # A new transaction, to see what the server has done meanwhile.
        mailing.env.cr.rollback()
        mailing.env.invalidate_all()
        new = _count_by_status(mailing)
        if new != counts:
            counts, changed = new, time.monotonic()
            _tell("progress", counts=counts)
        if mailing.state == "done" or _rest_waits(mailing):
            return
        if error := _error(mailing):
            raise CommandError(f"Odoo stopped the campaign: {error}")
        if time.monotonic() - changed > PATIENCE:
            raise CommandError(
                f"Nothing was sent for {PATIENCE} seconds; "
                f"the mailing is in the state {mailing.state!r}."
            )
        time.sleep(PAUSE)


def _count_by_status(mailing) -> dict[str, int]:
    """Return how many deliveries are in which state."""
    groups = mailing.env["mailing.trace"]._read_group(
        [("mass_mailing_id", "=", mailing.id)], ["trace_status"], ["__count"]
    )
    return dict(groups)


def _rest_waits(mailing) -> bool:
    """Return whether all that is left waits for a later hour, as for who is away."""
    left = mailing.mailing_trace_ids.filtered(
        lambda trace: trace.trace_status in ("outgoing", "process")
    )
    later = mailing.env.cr.now() + timedelta(seconds=PATIENCE)
    return bool(left) and all(
        trace.waiting_for and trace.next_attempt_at > later for trace in left
    )


def _error(mailing) -> str:
    """Return why the engine stopped the mailing, if it did."""
    return "sending_error" in mailing and mailing["sending_error"] or ""


def _result(mailing) -> dict:
    """Return what Odoo says of each delivery."""
    traces = mailing.env["mailing.trace"].search([("mass_mailing_id", "=", mailing.id)])
    return {
        "deliveries": [_delivery(trace) for trace in traces],
        "mailing_id": mailing.id,
        "access": _access(mailing.env),
    }


def _access(env) -> dict:
    """Return an API key of the administrator, good for a day."""
    admin = env.ref("base.user_admin")
    keys = env["res.users.apikeys"].with_user(admin)
    until = datetime.now() + timedelta(days=1)
    key = keys._generate("rpc", "bin/demo", until)
    env.cr.commit()
    return {"user_id": admin.id, "key": key}


def _delivery(trace) -> dict:
    """Return what Odoo says of one delivery."""
    return {
        "message_id": (trace.message_id or "").strip("<> "),
        "sent": bool(trace.sent_datetime),
        "status": trace.trace_status,
        "failure": trace.failure_type or trace.waiting_for or "",
        "reason": trace.failure_reason or "",
    }

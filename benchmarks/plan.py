"""bin/bench plan: planning a campaign to a long list: speed, statements, memory."""

import argparse
from collections.abc import Sequence

from lib.console import CommandError, say
from parts import people
from parts.database import database
from parts.database_costs import database_seconds
from parts.facts import machine_facts
from parts.mail import BODY
from parts.odoo_process import OdooProcess
from parts.table import table, write_result

NO_SERVER = 9  # nothing is sent


def main(env, argv: Sequence[str]) -> int:
    """Plan, measure, print."""
    options = _options(argv)
    facts = machine_facts(env)
    rows, data = [], []
    with database(env, "plan", options.keep) as name:
        odoo = OdooProcess(env, name)
        try:
            odoo.call("prepare", smtp_port=NO_SERVER)
            # A small plan first: what is needed once is then in memory.
            for recipients in (1000, *options.recipients):
                costs = _plan(env, name, odoo, recipients)
                data.append({"recipients": recipients, **costs})
                rows.append(_row(recipients, costs))
                outcome = _outcome(env, name, costs["result"])
        finally:
            odoo.close()
    text = "\n\n".join([table(HEADER, rows), "The last plan: " + outcome])
    print(text)
    if options.save:
        folder = env.root / "benchmarks" / "results"
        print(f"\nwritten to {write_result(folder, 'plan', facts, text, data)}")
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench plan", description=__doc__)
    add = parser.add_argument
    add("--recipients", type=int, nargs="+", default=[100_000], help="of each plan")
    add("--no-save", dest="save", action="store_false", help="only print the table")
    add("--keep", action="store_true", help="keep the database")
    return parser.parse_args(argv)


HEADER = (
    "recipients",
    "seconds",
    "per second",
    "SQL per 1,000",
    "CPU s",
    "DB CPU s",
    "MB before",
    "MB peak",
)


def _row(recipients: int, costs: dict) -> tuple[str, ...]:
    return (
        f"{recipients:,}",
        f"{costs['seconds']:.1f}",
        f"{recipients / costs['seconds']:,.0f}",
        f"{costs['statements'] / recipients * 1000:.1f}",
        f"{costs['cpu_seconds']:.1f}",
        f"{costs['database_cpu_seconds']:.1f}",
        f"{costs['memory_before_mb']:.0f}",
        f"{costs['memory_peak_mb']:.0f}",
    )


def _plan(env, name: str, odoo: OdooProcess, recipients: int) -> dict:
    """Plan a new mailing to a new list; return its costs and, as result, its id."""
    say(f"planning {recipients:,} recipients")
    list_id = odoo.call("contacts", sql=people.mixed(recipients))["result"]
    launched = odoo.call("launch", list_id=list_id, body=BODY, engine="desk")
    database_cpu = database_seconds(env, name)
    costs = odoo.call("plan")
    costs["database_cpu_seconds"] = database_seconds(env, name) - database_cpu
    count = env.postgres.query(
        "SELECT count(*), count(DISTINCT res_id) FROM mailing_trace "
        f"WHERE mass_mailing_id = {launched['result']}",
        name,
    )
    if count != f"{recipients}|{recipients}":
        raise CommandError(f"{count} deliveries were planned for {recipients}.")
    return {**costs, "result": launched["result"]}


def _outcome(env, name: str, mailing_id: int) -> str:
    """Tell how many are to be sent and how many not, and why."""
    rows = env.postgres.query(
        "SELECT COALESCE(failure_type, trace_status), count(*) FROM mailing_trace "
        f"WHERE mass_mailing_id = {mailing_id} GROUP BY 1 ORDER BY 2 DESC",
        name,
    )
    return ", ".join(row.replace("|", " ") for row in rows.splitlines())

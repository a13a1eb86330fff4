"""Uninstall the add-on and look for what is left of it; read by ``odoo shell``."""

# ruff: noqa: F821
from odoo import api

MODULE = "campaign_desk"


def owned_records(model):
    """Return the records of a model that came with our module and with no other."""
    data = env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", model)])
    shared = env["ir.model.data"].search(
        [
            ("module", "!=", MODULE),
            ("model", "=", model),
            ("res_id", "in", data.mapped("res_id")),
        ]
    )
    owned = set(data.mapped("res_id")) - set(shared.mapped("res_id"))
    return env[model].browse(sorted(owned)).exists()


def existing(sql, names):
    """Return those of the names that a catalogue of PostgreSQL still knows."""
    env.cr.execute(sql, [tuple(names) or ("",)])
    return sorted(".".join(row) for row in env.cr.fetchall())


def check(title, left):
    """Print the outcome of one check for lib/suites.py to read."""
    print(f"CHECK {'failed' if left else 'ok'} {title}", *left, flush=True)


models = owned_records("ir.model")
fields = owned_records("ir.model.fields")
crons = owned_records("ir.cron").ids
constraints = env["ir.model.constraint"].search([("module.name", "=", MODULE)])
tables = [env[name]._table for name in models.mapped("model") if name in env]
columns = [
    (env[field.model]._table, field.name)
    for field in fields
    if field.store and field.model in env and field.model not in models.mapped("model")
]
names = constraints.mapped("name")

env["ir.module.module"].search([("name", "=", MODULE)]).button_immediate_uninstall()
env.cr.commit()
env = api.Environment(env.cr, env.uid, {})
env.transaction.reset()

check("tables", existing("SELECT relname FROM pg_class WHERE relname IN %s", tables))
check(
    "columns",
    existing(
        """SELECT table_name, column_name FROM information_schema.columns
            WHERE (table_name, column_name) IN %s""",
        columns or [("", "")],
    ),
)
check(
    "constraints and indexes",
    existing(
        """SELECT name
             FROM (SELECT conname::text AS name FROM pg_constraint
                    UNION SELECT relname::text FROM pg_class WHERE relkind = 'i') known
            WHERE name IN %s""",
        names,
    ),
)
check("scheduled actions", env["ir.cron"].browse(crons).exists().mapped("name"))
check(
    "records",
    env["ir.model.data"].search([("module", "=", MODULE)]).mapped("complete_name"),
)
for model in (
    "mailing.mailing",
    "utm.campaign",
    "mailing.trace",
    "res.config.settings",
):
    try:
        env[model].get_views([(False, "form"), (False, "search")])
        check(f"form of {model}", [])
    except Exception as error:
        check(f"form of {model}", [str(error)])

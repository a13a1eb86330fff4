"""Hygiene: subscriptions as they were, and written again."""

from odoo import fields
from odoo.tools import SQL


def snapshot(subscriptions):
    """Return subscriptions as values for JSON."""
    return [
        {
            "list_id": one.list_id.id,
            "opt_out": bool(one.opt_out),
            "opt_out_datetime": fields.Datetime.to_string(one.opt_out_datetime),
            "opt_out_reason_id": one.opt_out_reason_id.id,
            "create_date": fields.Datetime.to_string(one.create_date),
        }
        for one in subscriptions
    ]


def recreate(env, rows):
    """Write subscriptions as they were, but those that are there again.

    In SQL, so that nobody gets mails about it and the dates stay.

    :param rows: lists of :func:`snapshot`'s values, by the id of the contact.
    """
    env["mailing.subscription"].check_access("create")
    flat = [
        (
            contact_id,
            row["list_id"],
            row["opt_out"],
            row["opt_out_datetime"] or None,
            row["opt_out_reason_id"] or None,
            row["create_date"] or None,
        )
        for contact_id, own in rows.items()
        for row in own
    ]
    if not flat:
        return
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO mailing_subscription (
                contact_id, list_id, opt_out, opt_out_datetime, opt_out_reason_id,
                create_date, write_date, create_uid, write_uid)
            SELECT contact.id, list.id, row.opt_out, row.left_at, reason.id,
                   row.since, now() AT TIME ZONE 'UTC', %(uid)s, %(uid)s
              FROM unnest(%(contacts)s::integer[], %(lists)s::integer[],
                          %(opt_outs)s::boolean[], %(left_at)s::timestamp[],
                          %(reasons)s::integer[], %(since)s::timestamp[])
                   AS row(contact_id, list_id, opt_out, left_at, reason_id, since)
              JOIN mailing_contact contact ON contact.id = row.contact_id
              JOIN mailing_list list ON list.id = row.list_id
              LEFT JOIN mailing_subscription_optout reason ON reason.id = row.reason_id
                ON CONFLICT (contact_id, list_id) DO NOTHING
            """,
            uid=env.uid,
            **dict(
                zip(
                    ("contacts", "lists", "opt_outs", "left_at", "reasons", "since"),
                    map(list, zip(*flat, strict=True)),
                    strict=True,
                )
            ),
        )
    )
    env.invalidate_all()

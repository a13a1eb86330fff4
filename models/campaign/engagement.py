"""Campaign: what people did with the mails they got, as SQL.

The one place that says what *got*, *opened*, *clicked* and so on mean of a delivery
(``mailing.trace``, in the queries below ``delivery``).
"""

from dataclasses import dataclass

from odoo.tools import SQL

UTC_NOW = SQL("(now() AT TIME ZONE 'UTC')")

_SENT = SQL("delivery.sent_datetime IS NOT NULL AND delivery.is_test_trace IS NOT TRUE")
SENT_AT = SQL("delivery.sent_datetime")
# Reached its recipient as far as anybody knows.
_ARRIVED = SQL(
    "%s AND delivery.trace_status IN ('sent', 'pending', 'open', 'reply')", _SENT
)
# Arrived or came back. What a server refused at once was never sent.
_TRIED = SQL(
    "delivery.trace_status IN ('sent', 'pending', 'open', 'reply', 'bounce')"
    " AND delivery.is_test_trace IS NOT TRUE"
)
TRIED_AT = SQL("COALESCE(delivery.sent_datetime, delivery.write_date)")

OPENED = SQL(
    "(delivery.trace_status IN ('open', 'reply')"
    " OR delivery.links_click_datetime IS NOT NULL)"
)
CLICKED = SQL("(delivery.links_click_datetime IS NOT NULL)")
REPLIED = SQL("(delivery.trace_status = 'reply')")
BOUNCED = SQL("(delivery.trace_status = 'bounce')")


@dataclass(frozen=True, slots=True)
class Person:
    """A record in a search, as whom somebody got mails.

    :param model: the name of its model.
    :param record_id: SQL for its id.
    :param address: SQL for its normalized address; mails are found by it, because the
        same person may be a contact, a lead and a customer.
    """

    model: str
    record_id: SQL
    address: SQL


def mails_of(person, select, among, latest=0):
    """Return SQL for the mails that ``person`` got, the latest first.

    :param select: SQL for the columns.
    :param among: SQL that restricts them.
    :param latest: only so many; 0 means all.
    """
    return _mails(person, select, SQL("%s AND %s", _ARRIVED, among), SENT_AT, latest)


def mails_tried(person, select, among, latest=0):
    """Return SQL for the mails that ``person`` got, or that came back."""
    where = SQL("%s AND %s", _TRIED, among)
    return _mails(person, select, where, TRIED_AT, latest)


def _mails(person, select, where, order, latest):
    return SQL(
        "SELECT %s FROM mailing_trace delivery WHERE delivery.email = %s AND %s%s",
        select,
        person.address,
        where,
        SQL(
            " ORDER BY %s DESC LIMIT %s",
            order,
            latest,
        )
        if latest
        else SQL(),
    )


def happened(extent, mails):
    """Return SQL that tells whether something happened with mails.

    Written so that PostgreSQL asks for each person and uses the index on addresses.
    Otherwise it would go through all deliveries, and for each chunk of a plan again.

    :param extent: ``any``, ``all`` or ``none`` of them. Who got no mail did not let
        all pass either, so for them none of the three is true.
    :param mails: SQL that gives for each mail whether it happened, as ``fact``.
    """
    if extent == "any":
        return SQL("(SELECT TRUE FROM (%s) AS mail WHERE mail.fact LIMIT 1)", mails)
    aggregate = SQL(
        "bool_and(mail.fact)" if extent == "all" else "NOT bool_or(mail.fact)"
    )
    return SQL("(SELECT %s FROM (%s) AS mail)", SQL(aggregate), mails)

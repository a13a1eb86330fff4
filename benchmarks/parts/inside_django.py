"""The part of the benchmarks that runs django-post-office, in a process of its own.

    python inside_django.py SETTINGS

Runs in a Python of its own, see ``django_process.py``; SETTINGS are Django's, as JSON.
Follows orders, see ``order_loop.py``.
"""

import json
import sys
from itertools import islice

import django
from django.conf import settings
from order_loop import follow_orders, keep_replies_apart, order

SENDER = "Desk Weekly <news@desk.example>"
CHUNK = 1000  # mails that are put into the queue together

# The tables that the benchmarks' recipients are written to, as far as they need them.
_TABLES = """
    CREATE TABLE mailing_contact (
        id serial PRIMARY KEY, name text, company_name text, email text,
        email_normalized text, active bool, create_uid int, write_uid int,
        create_date timestamp, write_date timestamp);
    CREATE TABLE mailing_subscription (
        contact_id int, list_id int, opt_out boolean, create_uid int, write_uid int,
        create_date timestamp, write_date timestamp);
"""


class StatementCounter:
    """Counts the SQL statements of every connection."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, *arguments):
        """Execute a statement, counting it."""
        self.count += 1
        return execute(*arguments)

    def watch(self, connection, **_signal):
        """Be called for each statement of a new connection."""
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)


@order
def prepare(sql, subject, text, html):
    """Create the tables, the recipients and the template."""
    from django.core.management import call_command
    from django.db import connection
    from post_office.models import EmailTemplate

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(sql, {"list": 1})
        cursor.execute("ANALYZE")
    EmailTemplate.objects.create(
        name="newsletter", subject=subject, content=text, html_content=html
    )


@order
def queue_and_send(processes, lockfile):
    """Put a mail for every recipient into the queue and have the queue sent.

    Return how many it says are sent.
    """
    from django.core.management import call_command
    from django.db import connection
    from post_office.models import STATUS, Email

    people = iter(_people(connection))
    while chunk := list(islice(people, CHUNK)):
        _queue(chunk)
    call_command("send_queued_mail", processes=processes, lockfile=lockfile)
    return Email.objects.filter(status=STATUS.sent).count()


def _people(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, company_name, email FROM mailing_contact")
        yield from cursor.fetchall()


def _queue(chunk):
    from post_office import mail

    mail.send_many(
        {
            "sender": SENDER,
            "recipients": [f"{name} <{email}>"],
            "template": "newsletter",
            "context": {"name": name, "company_name": company, "key": email},
            "headers": {
                "List-Unsubscribe": f"<https://desk.example/unsubscribe/{email}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        }
        for name, company, email in chunk
    )


def main():
    """Set Django up, then follow orders."""
    replies = keep_replies_apart()
    settings.configure(**json.loads(sys.argv[1]))
    django.setup()
    from django.db.backends.signals import connection_created

    counter = StatementCounter()
    connection_created.connect(counter.watch)
    follow_orders(replies, lambda: counter.count)


if __name__ == "__main__":
    main()

"""A campaign over real mail servers, out and back; read by ``odoo shell``.

Out through Postfix. Back over IMAP: a report that Postfix makes of a recipient whom
nobody knows, and the answers of another one, from which an opportunity, a meeting and a
reminder follow.
"""

# ruff: noqa: F821
import email
import email.policy
import imaplib
import os
import smtplib
import time
from datetime import UTC, date, timedelta
from email.message import EmailMessage

from icalendar import Calendar, vCalAddress

SMTP_PORT = int(os.environ["CD_SMTP_PORT"])
IMAP_PORT = int(os.environ["CD_IMAP_PORT"])
PASSWORD = os.environ["CD_IMAP_PASSWORD"]
DOMAIN, CUSTOMERS = "desk.example", "customer.example"
PATIENCE_SECONDS = 60
BODY = """
<p>Dear <t t-out="object.name">reader</t>, come and see.</p>
<p><a href="/unsubscribe_from_list">Unsubscribe</a></p>
"""


def check(title, good, *facts):
    """Print the outcome of one check for lib/suites.py to read."""
    print(f"CHECK {'ok' if good else 'failed'} {title}", *facts, flush=True)


def wait(until):
    """Return what ``until`` returns as soon as that is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := until():
            return found
        time.sleep(0.3)
    return None


def mails_of(address):
    """Return the mails in a mailbox, over IMAP."""
    with imaplib.IMAP4("127.0.0.1", IMAP_PORT) as box:
        box.login(address, PASSWORD)
        box.select("INBOX", readonly=True)
        numbers = box.search(None, "ALL")[1][0].split()
        sources = [box.fetch(number, "(RFC822)")[1][0][1] for number in numbers]
    return [email.message_from_bytes(one, policy=email.policy.SMTP) for one in sources]


def run_jobs():
    """Plan and send what is due."""
    env["mailing.mailing"]._cron_dispatch()
    env["mailing.trace"]._cron_send(1)
    env.cr.commit()
    env.invalidate_all()


def send(*mails):
    """Hand mails to Postfix."""
    with smtplib.SMTP("127.0.0.1", SMTP_PORT) as smtp:
        for one in mails:
            smtp.send_message(one)


def answer_to(mail, number, words):
    """Return what Ann answers to a mail."""
    answer = EmailMessage(policy=email.policy.SMTP)
    answer["From"] = f"Ann <ann@{CUSTOMERS}>"
    answer["To"] = str(mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-ID"] = f"<answer-{number}@{CUSTOMERS}>"
    answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
    answer.set_content(words)
    return answer


def fetch_response(answer):
    """Have Odoo fetch its mail, and return the response that an answer became."""
    same = [("message_id", "=", answer["Message-ID"])]
    return fetch_until(lambda: responses.search(same))


def understand():
    """Read, route and act upon what came."""
    responses._cron_understand()
    env.cr.commit()
    env.invalidate_all()


def fetch_until(until):
    """Have Odoo fetch its mail until something is there."""

    def look():
        inbox.fetch_mail()
        env.cr.commit()
        env.invalidate_all()
        return until()

    return wait(look)


# ------------------------------------------------------------
# As an administrator sets it up
# ------------------------------------------------------------
company = env.company
domain = env["mail.alias.domain"].search([("name", "=", DOMAIN)])
domain = domain or env["mail.alias.domain"].create({"name": DOMAIN})
company.alias_domain_id = domain
env["ir.config_parameter"].set_param("campaign_desk.resolve_mx", "False")
env["ir.mail_server"].search([]).write({"active": False})
env["ir.mail_server"].create(
    {
        "name": "Postfix",
        "smtp_host": "127.0.0.1",
        "smtp_port": SMTP_PORT,
        "smtp_encryption": "none",
        "from_filter": DOMAIN,
    }
)
inbox = env["fetchmail.server"].create(
    {
        "name": "Dovecot",
        "server_type": "imap",
        "server": "127.0.0.1",
        "port": IMAP_PORT,
        "is_ssl": False,
        "user": f"odoo@{DOMAIN}",
        "password": PASSWORD,
    }
)
inbox.button_confirm_login()
check("Odoo logs in to Dovecot", inbox.state == "done")

# ------------------------------------------------------------
# Out
# ------------------------------------------------------------
readers = env["mailing.list"].create({"name": "Readers"})
ann, nobody = env["mailing.contact"].create(
    [
        {"name": name, "email": f"{name.lower()}@{CUSTOMERS}", "list_ids": readers.ids}
        for name in ("Ann", "Nobody")
    ]
)
mailing = env["mailing.mailing"].create(
    {
        "subject": "Come and see",
        "body_html": BODY,
        "body_arch": BODY,
        "email_from": f"News <news@{DOMAIN}>",
        "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
        "contact_list_ids": [(6, 0, readers.ids)],
    }
)
mailing.action_launch()
env.cr.commit()
wait(lambda: run_jobs() or mailing.state == "done")
to_ann = mailing.mailing_trace_ids.filtered(lambda one: one.res_id == ann.id)
to_nobody = mailing.mailing_trace_ids.filtered(lambda one: one.res_id == nobody.id)
statuses = mailing.mailing_trace_ids.mapped("trace_status")
check("Postfix takes both mails", statuses == ["sent", "sent"], statuses)

received = wait(lambda: mails_of(f"ann@{CUSTOMERS}"))
check("one mail is in the customer's mailbox", received and len(received) == 1)
mail = received[0]
check("it has the delivery's own reply address", to_ann.token in mail["Reply-To"])
check("and its own return path", to_ann.token in mail["Return-Path"])

# ------------------------------------------------------------
# Back: nobody is there
# ------------------------------------------------------------
fetch_until(lambda: to_nobody.trace_status == "bounce")
check("Postfix's report makes the delivery bounced", to_nobody.trace_status == "bounce")
check("with its class", to_nobody.bounce_class == "hard_bounce", to_nobody.bounce_class)
check("and its code", to_nobody.bounce_status == "5.1.1", to_nobody.bounce_status)
check("the other one is not touched", to_ann.trace_status == "sent")

# ------------------------------------------------------------
# Back: Ann answers
# ------------------------------------------------------------
admin = env.ref("base.user_admin")
admin.email = f"desk@{DOMAIN}"
team = env["campaign.team"].create(
    {"name": "Desk", "member_ids": [(0, 0, {"user_id": admin.id})]}
)
env["campaign.routing.rule"].create({"name": "All", "team_id": team.id})
env.cr.commit()
day = date.today() + timedelta(days=7)
answer = answer_to(
    mail,
    1,
    "Yes, this is what we have been looking for. Can we have a call on "
    f"{day.day} {day:%B} {day.year} at 10:30?",
)
absence = EmailMessage(policy=email.policy.SMTP)
absence["From"] = f"Ann <ann@{CUSTOMERS}>"
absence["To"] = str(mail["Return-Path"]).strip("<>")
absence["Subject"] = f"Automatic reply: {mail['Subject']}"
absence["Message-ID"] = "<absence@customer.example>"
absence["Auto-Submitted"] = "auto-replied"
absence.set_content("I am out of the office until further notice.")
send(absence, answer)
responses = env["campaign.response"]
response = fetch_response(answer)
check("the answer is a response", response and len(response) == 1)
if response:
    check("of its delivery", response.trace_id == to_ann, response.found_by)
    check("of its contact", response.contact_id == ann)
    check("with its words", "looking for" in (response.body_text or ""))
    check("which waits for the analysis", response.analysis_state == "waiting")
check("the delivery is answered", to_ann.trace_status == "reply", to_ann.trace_status)

machine = fetch_response(absence)
kind = machine and machine.kind
check("the absence notice is a machine's", kind == "out_of_office", kind)
check("and nobody has to answer it", machine and machine.state == "done")
inbox.fetch_mail()
env.cr.commit()
check(
    "what is fetched once stays one",
    responses.search_count([("trace_id", "=", to_ann.id)]) == 2,
)

# ------------------------------------------------------------
# What follows
# ------------------------------------------------------------
understand()
codes = response.intent_ids.mapped("code")
check("it is understood", "meeting_request" in codes, codes)
check("and given to somebody", response.user_id == admin, response.routed_because)
lead = response.lead_id
check("an opportunity is made", lead and lead.campaign_mailing_id == mailing)
named = [one for one in response.get_meeting_choices() if one["is_named"]]
check("the named time is offered", len(named) == 1, named)
response.with_user(admin).action_do("meeting", {"start": named[0]["start"]})
env["mail.mail"].process_email_queue()
env.cr.commit()
event = response.meeting_id
check("one click books the meeting", str(event.start) == named[0]["start"])


def invitation():
    """Return the calendar that came to Ann, if it has."""
    parts = (part for one in mails_of(f"ann@{CUSTOMERS}") for part in one.walk())
    found = [one for one in parts if one.get_content_type() == "text/calendar"]
    return found and Calendar.from_ical(found[0].get_payload(decode=True))


request = wait(invitation)
check("an invitation comes", request and request["METHOD"] == "REQUEST")
[meeting] = request.walk("VEVENT")
check("with its time", meeting["DTSTART"].dt == event.start.replace(tzinfo=UTC))
request["METHOD"] = "REPLY"
guest = vCalAddress(f"mailto:ann@{CUSTOMERS}")
guest.params["PARTSTAT"] = "ACCEPTED"
meeting["ATTENDEE"] = guest
accepted = EmailMessage(policy=email.policy.SMTP)
accepted["From"] = f"Ann <ann@{CUSTOMERS}>"
accepted["To"] = str(meeting["ORGANIZER"]).removeprefix("mailto:")
accepted["Subject"] = "Accepted: call"
accepted["Message-ID"] = f"<accepted@{CUSTOMERS}>"
accepted.set_content("Ann has accepted.")
accepted.add_alternative(
    request.to_ical().decode(), subtype="calendar", params={"method": "REPLY"}
)
later = date(date.today().year + 1, 3, 1)
not_now = answer_to(
    mail, 2, f"Thanks, but not now. Please contact me again on 1 March {later.year}."
)
send(accepted, not_now)
second = fetch_response(not_now)
guests = event.attendee_ids.filtered(lambda one: CUSTOMERS in (one.email or ""))
fetch_until(lambda: guests.state == "accepted")
check("Ann's calendar accepts", guests.state == "accepted", guests.state)
understand()
check("her next answer is of the same conversation", second.parent_id == response)
check("and with the same person", second.user_id == admin)
days = second.activity_ids.mapped("date_deadline")
check("a reminder stands on the day she named", later in days, days)
print("CHECKED", flush=True)

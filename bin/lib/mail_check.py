"""A campaign over real mail servers, out and back; read by ``odoo shell``.

Out through Postfix. Back over IMAP: a report that Postfix makes of a recipient whom
nobody knows, and the answer of another one.
"""

# ruff: noqa: F821
import email
import email.policy
import imaplib
import os
import smtplib
import time
from email.message import EmailMessage

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
answer = EmailMessage(policy=email.policy.SMTP)
answer["From"] = f"Ann <ann@{CUSTOMERS}>"
answer["To"] = str(mail["Reply-To"])
answer["Subject"] = f"Re: {mail['Subject']}"
answer["Message-ID"] = "<answer@customer.example>"
answer["In-Reply-To"] = answer["References"] = str(mail["Message-ID"])
answer.set_content("Yes, I would love to.")
absence = EmailMessage(policy=email.policy.SMTP)
absence["From"] = f"Ann <ann@{CUSTOMERS}>"
absence["To"] = str(mail["Return-Path"]).strip("<>")
absence["Subject"] = f"Automatic reply: {mail['Subject']}"
absence["Message-ID"] = "<absence@customer.example>"
absence["Auto-Submitted"] = "auto-replied"
absence.set_content("I am out of the office until further notice.")
with smtplib.SMTP("127.0.0.1", SMTP_PORT) as smtp:
    smtp.send_message(absence)
    smtp.send_message(answer)
responses = env["campaign.response"]
response = fetch_until(
    lambda: responses.search([("message_id", "=", answer["Message-ID"])])
)
check("the answer is a response", response and len(response) == 1)
if response:
    check("of its delivery", response.trace_id == to_ann, response.found_by)
    check("of its contact", response.contact_id == ann)
    check("with its words", "love to" in (response.body_text or ""))
    check("which waits for the analysis", response.analysis_state == "waiting")
check("the delivery is answered", to_ann.trace_status == "reply", to_ann.trace_status)

same = [("message_id", "=", absence["Message-ID"])]
machine = fetch_until(lambda: responses.search(same))
kind = machine and machine.kind
check("the absence notice is a machine's", kind == "out_of_office", kind)
check("and nobody has to answer it", machine and machine.state == "done")
inbox.fetch_mail()
env.cr.commit()
check(
    "what is fetched once stays one",
    responses.search_count([("trace_id", "=", to_ann.id)]) == 2,
)
print("CHECKED", flush=True)

"""What the tests share: a mailing on a list, and a real SMTP server to send it to."""

import email
import email.policy
import re
import socket
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.addons.mass_mailing.tests.common import MassMailCommon

from ..models.sending.account_choice import AccountChoice
from ..models.sending.lane import LaneRun

STRICT = email.policy.SMTP.clone(raise_on_defect=True)

BODY = """
<div>
    <p>Dear <t t-out="object.name">reader</t>,</p>
    <p><a href="https://shop.example.com/sale?a=1&amp;b=2">See the sale</a></p>
    <p><a href="/unsubscribe_from_list">Unsubscribe</a>
       <a href="/view">View in browser</a></p>
</div>
"""
# Without it a mailing to a list is not sent.
WAY_OUT = '<a href="/unsubscribe_from_list">Unsubscribe</a>'


def as_seen(page):
    """Return the HTML of a mail without the link that only machines follow."""
    return re.sub(r'<a href="[^"]*/d0" [^>]*></a>', "", page)


class Mailbox:
    """An SMTP server's handler: keeps the mailings that arrive, answers as told.

    Odoo's own mails (invitations and the like) are taken and forgotten; copies for
    others than the recipients are kept apart.
    ``answers`` maps a recipient's local part to the answer it gets at RCPT.
    """

    def __init__(self):
        self.mails = []
        self.copies = []
        self.answers = {}

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.answers.get(address.partition("@")[0], "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):
        content = envelope.original_content
        mail = envelope.mail_from, tuple(envelope.rcpt_tos), content
        if b"\r\nList-Unsubscribe:" in content:
            self.mails.append(mail)
        elif b"\r\nPrecedence: list\r\n" in content:
            self.copies.append(mail)
        return "250 2.0.0 Ok: queued as 4711"

    @property
    def recipients(self):
        return sorted(address for _from, to, _mail in self.mails for address in to)

    def message_to(self, address):
        """Return the one mail to ``address``, read by Python's strict parser."""
        [data] = [data for _from, to, data in self.mails if address in to]
        return email.message_from_bytes(data, policy=STRICT)


class DeskCommon(MassMailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = Mailbox()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            cls.port = probe.getsockname()[1]
        controller = Controller(cls.mailbox, hostname="127.0.0.1", port=cls.port)
        controller.start()
        cls.addClassCleanup(controller.stop)
        servers = cls.env["ir.mail_server"]
        cls.startClassPatcher(
            patch.object(type(servers), "_disable_send", lambda *_args: False)
        )
        # no scheduler runs beside a test: lanes would give way to jobs for ever
        cls.startClassPatcher(patch.object(LaneRun, "others_wait", lambda _run: False))
        servers.search([]).active = False
        # no look-up leaves this computer
        cls.env["ir.config_parameter"].set_param("campaign_desk.resolve_mx", "False")
        cls.server = servers.create(
            {
                "name": "Local",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.port,
                "from_filter": cls.alias_domain,
            }
        )
        cls.list_one, cls.list_two = cls.env["mailing.list"].create(
            [{"name": "One"}, {"name": "Two"}]
        )

    def setUp(self):
        super().setUp()
        self.mailbox.mails.clear()
        self.mailbox.copies.clear()
        self.mailbox.answers.clear()

    @classmethod
    def _contact(cls, name, address, lists=None, opted_out=()):
        """Create a contact on ``lists`` (the first one), out of some of them."""
        return cls.env["mailing.contact"].create(
            {
                "name": name,
                "email": address,
                "subscription_ids": [
                    (0, 0, {"list_id": one.id, "opt_out": one in opted_out})
                    for one in lists or cls.list_one
                ],
            }
        )

    @classmethod
    def _mailing(cls, **values):
        """Create a mailing to the first list."""
        return cls.env["mailing.mailing"].create(
            {
                "subject": "News for {{ object.name }}",
                "body_html": BODY,
                "email_from": f'"News" <news@{cls.alias_domain}>',
                "reply_to": f"news@{cls.alias_domain}",
                "mailing_model_id": cls.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [(4, cls.list_one.id)],
                **values,
            }
        )

    def _dispatch(self):
        """Run the job that plans."""
        self._run_job("campaign_desk.ir_cron_dispatch")

    def _run_lane(self):
        """Run a job that sends."""
        self._run_job("campaign_desk.ir_cron_lane_1")

    def _run_job(self, xmlid):
        job = self.env.ref(xmlid)
        if type(self)._registry_patched:  # as browser tests always are
            self.env.flush_all()
            job.method_direct_trigger()
            self.env.invalidate_all()
            return
        with self.enter_registry_test_mode():
            job.method_direct_trigger()

    def _send(self, mailing):
        """Press Send and have the jobs run."""
        mailing.action_launch()
        self._dispatch()
        self._run_lane()

    def _claim_batch(self, queue, mailing, limit=100):
        """Take deliveries of a mailing as a lane does; return the lease's id and rows.

        (None, []) when nothing is due.
        """
        self.env.flush_all()
        for flow in queue.due_flows():
            if flow.mailing_id == mailing.id:
                [way] = AccountChoice(self.env).ways(flow)
                claim = queue.claim(flow, way, 1, limit)
                return claim.lease_id, claim.rows
        return None, []

    def _judge_visits(self):
        """Run the job that judges visits, as if mails had come an hour before them."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE mailing_trace SET sent_datetime = now() - interval '1 hour'
             WHERE sent_datetime > now() - interval '10 minutes';
            UPDATE campaign_hit SET at = least(at, now()) - interval '1 minute';
            """
        )
        self._run_job("campaign_desk.ir_cron_fold")
        self.env.invalidate_all()

    def _states(self, mailing):
        """Return status and failure of each delivery, by the record's id."""
        return {
            trace.res_id: (trace.trace_status, trace.failure_type)
            for trace in mailing.mailing_trace_ids
        }

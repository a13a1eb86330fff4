"""What the tests of the analysis share: people who answer, and replies to read."""

from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, new_test_user


class ReadingCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.responder = new_test_user(
            cls.env, "responder", "campaign_desk.group_response_user"
        )
        cls.lead = new_test_user(
            cls.env, "lead", "campaign_desk.group_response_manager"
        )
        cls.administrator = new_test_user(cls.env, "administrator", "base.group_system")
        # what comes after reading has tests of its own
        for step in ("_route", "_act"):
            cls.startClassPatcher(
                patch.object(
                    type(cls.env["campaign.response"]),
                    step,
                    lambda _responses: None,
                    create=True,
                )
            )
        # no replies of others
        cls.env["campaign.response"].search([]).unlink()

    @classmethod
    def _reply(cls, text, **values):
        """Create a reply as the gateway leaves it, the responder's."""
        responses = cls.env["campaign.response"]
        return responses.with_context(mail_auto_subscribe_no_notify=True).create(
            {
                "company_id": cls.env.company.id,
                "received_at": fields.Datetime.now(),
                "subject": "Re: News",
                "email_from": "Ann <ann@example.com>",
                "email": "ann@example.com",
                "body_text": text,
                "user_id": cls.responder.id,
                **values,
            }
        )

    def _read_all(self):
        """Run the job that reads."""
        self._run_job("campaign_desk.ir_cron_understand")

    def _run_job(self, xmlid):
        job = self.env.ref(xmlid)
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()

    def _read(self, text, **values):
        """Return a reply that has been read."""
        reply = self._reply(text, **values)
        reply._understand()
        return reply

    def _codes(self, reply, axis):
        return reply._codes(axis)

"""What tests of acts share: replies as the analysis leaves them."""

import email
import email.policy
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import DeskCommon, Mailbox


class ActsCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {"response_meeting_notice": 0, "response_confirms_opt_out": False}
        )
        cls.company.resource_calendar_id.tz = "UTC"
        cls.posted = []
        cls.mailbox.handle_DATA = cls._keep_mail
        cls.responder = new_test_user(
            cls.env,
            "ben",
            "campaign_desk.group_response_user",
            name="Ben Host",
            email="ben@example.com",
            tz="UTC",
        )
        cls.stranger = new_test_user(
            cls.env, "olga", "campaign_desk.group_response_user", name="Olga"
        )
        cls.team = cls.env["campaign.team"].create(
            {"name": "Team", "member_ids": [(0, 0, {"user_id": cls.responder.id})]}
        )
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring"})
        cls.ann = cls.env["res.partner"].create(
            {"name": "Ann Guest", "email": "ann@customer.example", "tz": "UTC"}
        )

    @classmethod
    async def _keep_mail(cls, server, session, envelope):
        """Keep each mail that the server gets, also those that are no mailings."""
        cls.posted.append((tuple(envelope.rcpt_tos), envelope.original_content))
        return await Mailbox.handle_DATA(cls.mailbox, server, session, envelope)

    def setUp(self):
        super().setUp()
        self.posted.clear()

    def _mails_to(self, address):
        """Return the mails that arrived at an address, read by Python's parser."""
        return [
            email.message_from_bytes(content, policy=email.policy.default)
            for to, content in self.posted
            if address in to
        ]

    @staticmethod
    def _monday(hour, minute=0, days=0):
        """Return a time on the Monday after the next six days, as naive UTC."""
        today = fields.Date.today() + timedelta(days=7)
        monday = today + timedelta(days=-today.weekday() % 7 + days)
        return fields.Datetime.to_datetime(monday).replace(hour=hour, minute=minute)

    def _response(self, intents=(), text="Hello", *, act=True, **values):
        """Make an understood reply.

        :param intents: names, or a dictionary of names and confidences.
        """
        sure = intents if isinstance(intents, dict) else dict.fromkeys(intents, 0.95)
        known = self.env["campaign.intent"].search([("code", "in", list(sure))])
        response = (
            self.env["campaign.response"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "received_at": fields.Datetime.now(),
                    "subject": "Re: Spring news",
                    "email_from": '"Ann Guest" <ann@customer.example>',
                    "email": "ann@customer.example",
                    "author_name": "Ann Guest",
                    "partner_id": self.ann.id,
                    "campaign_id": self.campaign.id,
                    "kind": "human",
                    "language": "en",
                    "analysis_state": "done",
                    "clean_text": text,
                    "team_id": self.team.id,
                    "user_id": self.responder.id,
                    "intent_ids": [(6, 0, known.ids)],
                    "intent_id": known[:1].id,
                    "label_ids": [
                        (0, 0, {"axis": "intent", "code": code, "confidence": number})
                        for code, number in sure.items()
                    ],
                    **values,
                }
            )
        )
        if act:
            response._act()
        return response

    def _acts(self, response):
        """Return code and state of all acts upon a reply, the oldest first."""
        return [(act.code, act.state) for act in response.act_ids.sorted("id")]

    def _act_of(self, response, code):
        [act] = response.act_ids.filtered(
            lambda one: one.code == code and one.state in ("proposed", "done")
        )
        return act

    def _shown(self, response, code, user=None):
        """Return what :meth:`get_acts` tells somebody of one act."""
        acts = response.with_user(user or self.responder).get_acts()
        [act] = [act for act in acts if act["code"] == code]
        return act

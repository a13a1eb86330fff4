"""What the tests of the response desk share: two teams, people, and a reply."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import DeskCommon, Mailbox

REPLY = "Sounds good 👍. What does it cost for 20 people? Call me on Monday."


class AnswerMailbox(Mailbox):
    """Keeps what is no mailing: answers."""

    async def handle_DATA(self, _server, _session, envelope):
        mail = envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content
        self.mails.append(mail)
        return "250 2.0.0 Ok: queued as 4711"


class ResponseCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        group = "campaign_desk.group_response_user"
        lead = "campaign_desk.group_response_manager"
        domain = cls.alias_domain
        cls.rita, cls.ben, cls.olga, cls.mona = (
            new_test_user(cls.env, login, groups, name=name, email=f"{login}@{domain}")
            for login, name, groups in (
                ("rita", "Rita", group),
                ("ben", "Ben", group),
                ("olga", "Olga", group),
                ("mona", "Mona", lead),
            )
        )
        cls.sales, cls.support = cls.env["campaign.team"].create(
            [
                {"name": "Sales", "company_id": cls.company.id},
                {"name": "Support", "company_id": cls.company.id},
            ]
        )
        cls.env["campaign.team.member"].create(
            [
                {"team_id": team.id, "user_id": user.id}
                for team, user in (
                    (cls.sales, cls.rita),
                    (cls.sales, cls.ben),
                    (cls.support, cls.olga),
                )
            ]
        )
        cls.number = 0

    @classmethod
    def _intent(cls, code):
        return cls.env.ref(f"campaign_desk.intent_{code}")

    @classmethod
    def _response(cls, **values):
        """Create a reply to Rita's team, as the intake and the analysis leave it."""
        cls.number += 1
        name = values.get("author_name", "Anna Berg")
        text = values.pop("text", REPLY)
        address = f"{name.split()[0].lower()}@customer.example"
        return cls.env["campaign.response"].create(
            {
                "company_id": cls.company.id,
                "received_at": fields.Datetime.now() - timedelta(hours=2),
                "subject": "Re: News",
                "email_from": f"{name} <{address}>",
                "email": address,
                "author_name": name,
                "message_id": f"<{cls.number}.reply@customer.example>",
                "body_text": text,
                "body_html": f"<p>{text}</p>",
                "clean_text": text,
                "kind": "human",
                "analysis_state": "done",
                "language": "en",
                "sentiment": "positive",
                "intent_id": cls._intent("pricing_request").id,
                "intent_ids": [(4, cls._intent("pricing_request").id)],
                "team_id": cls.sales.id,
                **values,
            }
        )

    @classmethod
    def _label(cls, response, axis, code, words="", confidence=0.9):
        """Give a reply a label that stands on some of its words."""
        start = response.clean_text.find(words) if words else -1
        evidence = {
            "source": "word",
            "text": words,
            "weight": 1,
            "start": start,
            "end": start + len(words) if words else -1,
            "rule": "",
        }
        return cls.env["campaign.response.label"].create(
            {
                "response_id": response.id,
                "axis": axis,
                "code": code,
                "confidence": confidence,
                "evidence": [evidence],
            }
        )

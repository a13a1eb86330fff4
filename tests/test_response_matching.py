"""Response: answers in the formats of many mail programs find their delivery."""

import logging
from collections import Counter

from odoo.tests import tagged
from odoo.tools import mute_logger

from . import answer_corpus
from .test_response_intake import DESK, GATEWAY, INTAKE, IntakeCommon

_logger = logging.getLogger(__name__)
LEAST_ANSWERS = 200
LEAST_SHARE = 0.99


@tagged("-at_install", "post_install")
class TestMatching(IntakeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.programs = answer_corpus.programs()
        cls.people = [
            answer_corpus.People(number) for number in range(len(cls.programs))
        ]
        cls.lists = cls.env["mailing.list"].create({"name": "Corpus"})
        for people in cls.people:
            for address in people.recipients():
                cls._contact("Max Example", address, cls.lists)

    def _campaign(self, subject):
        """Send a mailing to all; return what each got, by address."""
        mailing = self._mailing(
            subject=subject, reply_to=False, contact_list_ids=[(6, 0, self.lists.ids)]
        )
        self.mailbox.mails.clear()
        self._send(mailing)
        sent = {}
        for trace in mailing.mailing_trace_ids:
            mail = self.mailbox.message_to(trace.email)
            sent[trace.email] = answer_corpus.Sent(
                trace.id,
                trace.message_id,
                mail["Reply-To"].addresses[0].addr_spec,
                str(mail["Subject"]),
                mail.get_body(("plain",)).get_content(),
                mail.get_body(("html",)).get_content(),
            )
        return sent

    @mute_logger(GATEWAY, INTAKE, DESK)
    def test_answers_find_their_delivery(self):
        sent = (
            self._campaign("Spring offers for {{ object.name }} and friends"),
            self._campaign("Invitation: our summer conference in Vienna"),
        )
        alias = self.company.campaign_reply_address
        mails = [
            answer
            for number, program in enumerate(self.programs)
            for answer in answer_corpus.answers(
                number, program, self.people[number], sent, alias
            )
        ]
        self.assertGreaterEqual(len(mails), LEAST_ANSWERS)
        found_by, wrong, none = Counter(), [], []
        for mail in mails:
            before = self._responses()
            self.env["mail.thread"].message_process("campaign.response", mail.source)
            response = self._responses() - before
            self.assertEqual(len(response), 1, mail.name)
            self.assertIn(answer_corpus.REPLY, response.body_text + response.body_html)
            found_by[response.found_by or "nothing"] += 1
            if response.trace_id.id != (mail.expected or False):
                (wrong if response.trace_id else none).append(mail.name)
        right = len(mails) - len(wrong) - len(none)
        _logger.info("%s of %s answers are right: %s", right, len(mails), found_by)
        self.assertFalse(wrong, "a wrong delivery is worse than none")
        self.assertGreaterEqual(right / len(mails), LEAST_SHARE, none)

"""Response: all that the reading view shows of a reply, in one answer."""

import logging

import psycopg2

from odoo import models
from odoo.fields import Domain

from ...tools import tokens
from ...tools.safe_page import policy, safe_page
from ..campaign.mailing_renderer import Delivery, MailingRenderer
from .colleague_answers import BY_MAIL

_logger = logging.getLogger(__name__)

# Older parts of a conversation are left out.
MOST_MESSAGES = 100
_KEYS_OF_CHOICES = ("human", "out_of_office", "left_company", "challenge", "auto_reply")


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def get_reading(self):
        """Return all that the reading view shows, and note that the user has read it.

        :return: a dict of

            ``can``
                what the user may do: ``answer``, ``correct``, ``act``, ``assign``
            ``conversation``
                the campaign's mail, replies and answers, oldest first; see
                ``_conversation_parts``
            ``labels``, ``choices``
                by axis: what holds, and what else could
            ``asks``
                questions and requests
            ``contact``, ``campaign``
                who wrote, and about what
            ``why``, ``clock``
                why it is here, and how long there is
            ``acts``
                what was done, is proposed and can be done
            ``answer``
                what an answer begins with; see ``_answer_start``
            ``people``
                who else has it on the screen
        """
        self.ensure_one()
        self.check_access("read")
        self.action_mark_read()
        may_write = self.has_access("write")
        return {
            "id": self.id,
            "subject": self.subject or "",
            "state": self.state,
            "kind": self.kind or "",
            "analysis_state": self.analysis_state,
            "analysis_error": self.analysis_error or "",
            "language": self.language or "",
            "low_support": self.low_support,
            "can": {
                "answer": may_write,
                "assign": may_write,
                "correct": may_write,
                "act": may_write,
            },
            "conversation": self._conversation_parts(),
            "labels": self._labels_by_axis(),
            "choices": self._label_choices(),
            "asks": self._asks_shown(),
            "contact": self._contact_shown(),
            "campaign": self._campaign_shown(),
            "why": self.routed_because or "",
            "clock": self._clock_shown(),
            "acts": self.get_acts(),
            "answer": self._answer_start(),
            "people": self._others_present(),
        }

    # ------------------------------------------------------------
    # The conversation
    # ------------------------------------------------------------

    def _conversation(self):
        """Return the replies that belong together, of those the user may read."""
        self.ensure_one()
        root = self.conversation_id.id or self.id
        domain = Domain("id", "=", root) | Domain("conversation_id", "=", root)
        domain &= Domain("company_id", "=", self.company_id.id)
        found = self.with_context(active_test=False).search(domain, limit=MOST_MESSAGES)
        return found | self

    def _conversation_parts(self):
        """Return the parts of the conversation, oldest first.

        Each is a dict with ``key``, ``type`` (``campaign``, ``reply``, ``answer``),
        ``id``, ``at``, ``author``, ``email``, ``subject``, ``text``, ``is_current`` and
        ``files``; replies have ``cut`` and ``has_page``, answers ``html``, ``to``,
        ``state`` (``sent``, ``sending``, ``failed``), ``reason`` and ``by_mail``. One
        by mail has ``text`` and ``cut`` instead of ``html``.
        """
        replies = self._conversation()
        answers = replies._answers()
        files = replies._files_of(answers)
        parts = [self._reply_part(reply, files) for reply in replies]
        parts += self._answer_parts(answers, files)
        parts.sort(key=lambda part: (part["at"] or "", part["id"]))
        # sudo: who may read a reply may read what it answers
        trace_sudo = self.sudo().trace_id
        if trace_sudo:
            parts.insert(0, self._campaign_part(trace_sudo))
        return parts

    def _campaign_part(self, trace_sudo):
        mailing_sudo = trace_sudo.mass_mailing_id
        at = trace_sudo.sent_datetime or mailing_sudo.sent_date
        return {
            "key": "campaign",
            "type": "campaign",
            "id": 0,
            "at": at and at.isoformat(" ", "seconds"),
            "author": mailing_sudo.email_from or "",
            "email": "",
            "subject": mailing_sudo.subject or "",
            "text": mailing_sudo.preview or "",
            "is_current": False,
            "files": [],
        }

    def _reply_part(self, reply, files):
        return {
            "key": f"reply-{reply.id}",
            "type": "reply",
            "id": reply.id,
            "at": reply.received_at.isoformat(" ", "seconds"),
            "author": reply.author_label or "",
            "email": reply.email_from or "",
            "subject": reply.subject or "",
            "text": reply.clean_text or reply.body_text or "",
            "cut": reply.cut or [],
            "has_page": bool(reply.body_html),
            "is_current": reply == self,
            "files": files.get(reply.id, []),
            "lost": reply.lost_files or "" if "lost_files" in reply._fields else "",
        }

    def _answer_parts(self, answers, files):
        # sudo: of the mail only its state, and why it could not be sent
        mails_sudo = self.env["mail.mail"].sudo()
        by_message = {
            mail.mail_message_id.id: mail
            for mail in mails_sudo.search([("mail_message_id", "in", answers.ids)])
        }
        parts = []
        for answer in answers:
            mail_sudo = by_message.get(answer.id, mails_sudo)
            page = safe_page(answer.body)
            parts.append(
                {
                    "key": f"answer-{answer.id}",
                    "type": "answer",
                    "id": answer.id,
                    "at": answer.date.isoformat(" ", "seconds"),
                    "author": answer.author_id.name or answer.email_from or "",
                    "email": "",
                    "to": answer.outgoing_email_to or "",
                    "subject": answer.subject or "",
                    "html": page.html,
                    "text": answer.preview or "",
                    "is_current": False,
                    "files": files.get(("answer", answer.id), []),
                    "by_mail": False,
                    **_mail_state(mail_sudo),
                    **self._answer_by_mail_shown(answer),
                }
            )
        return parts

    def _answers(self):
        """Return the answers of these replies, written here or in a mail program."""
        # sudo: who may read a reply may read what was answered
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("message_type", "in", ("email_outgoing", BY_MAIL)),
                ],
                order="id",
                limit=MOST_MESSAGES,
            )
        )

    # ------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------

    def get_page(self, pictures=False):
        """Return the reply as it came, made safe.

        :param pictures: load pictures from elsewhere, which tells their owner.
        :return: a dict of ``html``, ``policy`` and ``foreign_pictures``, a number.
        """
        self.ensure_one()
        self.check_access("read")
        page = safe_page(self.body_html, pictures=pictures)
        return self._page_shown(page, pictures)

    def get_campaign_mail(self):
        """Return the mail that is answered, as this person got it, made safe.

        Its links are switched off: they would count as this person's visits.

        :return: as of :meth:`get_page`, and ``error`` when it cannot be made any more.
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: who may read a reply may read what it answers
        page = self.sudo()._campaign_mail_page()
        shown = self._page_shown(safe_page(page, pictures=True, links=False), True)
        if not page:
            shown["error"] = self.env._(
                "This mail cannot be shown any more: the contact it was made for, or "
                "the mailing, has been deleted or changed."
            )
        return shown

    def _page_shown(self, page, pictures):
        return {
            "html": page.html,
            "policy": policy(pictures=pictures),
            "foreign_pictures": page.foreign_pictures,
            "error": "",
        }

    def _campaign_mail_page(self):
        trace, mailing = self.trace_id, self.trace_id.mass_mailing_id
        if not mailing:
            return ""
        delivery = Delivery(
            id=trace.id,
            res_id=trace.res_id,
            email=trace.email or "",
            token=trace.token or tokens.neutral(mailing.id),
            message_id=trace.message_id or "",
        )
        try:
            with self.env.cr.savepoint():
                return MailingRenderer(mailing._as_sent()).page(delivery) or ""
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # speaks of the database, not of the mailing
        except Exception as error:  # a template may raise anything
            _logger.info("The mail of delivery %s cannot be made: %r", trace.id, error)
            return ""

    # ------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------

    def _labels_by_axis(self):
        names = self._label_names()
        axes = {axis: [] for axis in names}
        for label in self.label_ids.sorted("confidence", reverse=True):
            name, color = names[label.axis].get(label.code, (label.code, 0))
            axes[label.axis].append(
                {
                    "code": label.code,
                    "name": name,
                    "color": color,
                    "confidence": label.confidence,
                    "source": label.source,
                    "evidence": label.evidence or [],
                }
            )
        return axes

    def _label_names(self):
        """Return name and colour of all labels, by axis and code."""
        selections = {
            "kind": dict(self._fields["kind"]._description_selection(self.env)),
            "sentiment": dict(
                self._fields["sentiment"]._description_selection(self.env)
            ),
        }
        return {
            "intent": {
                intent.code: (intent.name, intent.color)
                for intent in self.env["campaign.intent"].search([])
            },
            "sentiment": {
                code: (name, {"negative": 1, "neutral": 0, "positive": 10}[code])
                for code, name in selections["sentiment"].items()
            },
            "topic": {
                topic.code: (topic.name, topic.color)
                for topic in self.env["campaign.topic"].search([])
            },
            "kind": {code: (name, 0) for code, name in selections["kind"].items()},
        }

    def _label_choices(self):
        return {
            axis: [
                {"code": code, "name": name, "color": color}
                for code, (name, color) in names.items()
                if axis != "kind" or code in _KEYS_OF_CHOICES
            ]
            for axis, names in self._label_names().items()
        }

    def _asks_shown(self):
        return [
            {
                "id": ask.id,
                "kind": ask.kind,
                "sentence": ask.sentence,
                "start": ask.start,
                "is_done": ask.is_done,
                "user": {"id": ask.user_id.id, "name": ask.user_id.name or ""},
            }
            for ask in self.ask_ids
        ]

    def get_owners(self):
        """Return who a question can be given to: the team's members and the user."""
        self.ensure_one()
        self.check_access("read")
        users = self.team_id.member_ids.user_id | self.user_id | self.env.user
        return [{"id": user.id, "name": user.name} for user in users]


def _mail_state(mail_sudo):
    """Return how far an answer is; a mail that was sent is not kept."""
    if not mail_sudo or mail_sudo.state in ("sent", "received"):
        return {"state": "sent", "reason": ""}
    if mail_sudo.state in ("exception", "cancel"):
        return {"state": "failed", "reason": mail_sudo.failure_reason or ""}
    return {"state": "sending", "reason": ""}

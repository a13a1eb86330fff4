"""Response: answers that colleagues write in mail programs of their own.

A customer's mail may reach a colleague's mailbox, too, who answers it there and has one
of our reply addresses among the recipients:

=======================================  =============================================
a colleague's mail                       becomes
=======================================  =============================================
to the customer or others; it answers    an answer, as if written at the desk
a mail of the conversation, or has the
delivery's own address
the same, by who may not answer there    a response, with a note that says why
to nobody but us, such as a word to the  a response: it may be a new matter, which
desk or a customer's mail passed on      must not get lost
passed on to others                      a response: the customer has no answer yet
answers what the colleague got as the    a response: here the colleague is the customer
recipient of a campaign
=======================================  =============================================

Anybody can write a colleague's address into the line From. Who does, and got a mail of
the conversation, can add an answer that stops its clocks; a note tells in whose name.
Nothing else follows: no mail, no act, no opportunity.
"""

import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import html_to_inner_content

from ...tools import bounces, subjects
from ...tools.nlp import clean as cleaning
from .intake import RATE_MAILS, RATE_MINUTES, _addresses, _line
from .writer import original_text

_logger = logging.getLogger(__name__)

# Of Odoo's types of messages, that of what came in by mail.
BY_MAIL = "email"
_LONGEST_CUT = 20_000
# An answer stands above. A hostile mail of this length takes half a second.
_LONGEST_BODY = 100_000
# What is not understood yet, is taken for a person's.
_OF_PEOPLE = (False, bounces.HUMAN)


class CampaignResponse(models.Model):
    """Such an answer is a message on the response like others, of the type ``email``.

    It is kept whole; the reading view shows the colleague's own words.
    """

    _inherit = "campaign.response"

    words_by_mail = fields.Json(
        readonly=True, help="Of answers that came by mail: text and cut, by message."
    )

    @api.model
    def _take_in(self, message, message_dict, found, match):
        """Keep a colleague's answer as one of ours, and all else as a response.

        :return: the response, or the one that is answered.
        """
        message_id = self._message_id_of(message, message_dict)
        if known := self._answer_by_mail(message_id):
            # sudo: the gateway acts for whoever wrote the mail
            return self.sudo().browse(known.res_id)
        colleagues = answered = None
        if found.kind == bounces.HUMAN and not self._is_taken_in(message_id):
            colleagues = self._colleagues_at(message_dict)
            answered = colleagues and self._answered_by(message_dict, found, match)
        if not answered:
            return super()._take_in(message, message_dict, found, match)
        if user := colleagues.filtered(answered._may_be_answered_by)[:1]:
            return answered._keep_answer(user, message_id, message_dict)
        response = super()._take_in(message, message_dict, found, match)
        response._message_log(
            body=self.env._(
                "%s wrote this to a customer, but may not answer the response that it "
                "answers. So it did not count as an answer.",
                colleagues[0].name,
            )
        )
        return response

    # ------------------------------------------------------------
    # Whether it is one
    # ------------------------------------------------------------

    @api.model
    def _answer_by_mail(self, message_id):
        """Return the answer that a mail was kept as, if it was."""
        domain = Domain("message_id", "=", message_id) & self._by_mail_domain()
        # sudo: the gateway acts for whoever wrote the mail
        return self.env["mail.message"].sudo().search(domain, limit=1)

    @api.model
    def _by_mail_domain(self):
        return Domain("model", "=", self._name) & Domain("message_type", "=", BY_MAIL)

    @api.model
    def _is_taken_in(self, message_id):
        responses_sudo = self.sudo().with_context(active_test=False)
        same = [("message_id", "=", message_id)]
        return bool(responses_sudo.search_count(same, limit=1))

    @api.model
    def _colleagues_at(self, message_dict):
        """Return the users of our own who write from the address of a mail."""
        email = email_normalize(message_dict.get("email_from") or "")
        return email and self._internal_users([email])

    @api.model
    def _internal_users(self, addresses):
        # sudo: the gateway acts for whoever wrote the mail
        users_sudo = self.env["res.users"].sudo()
        return users_sudo.search(
            [("email_normalized", "in", list(addresses)), ("share", "=", False)]
        )

    @api.model
    def _answered_by(self, message_dict, found, match):
        """Return the response that a colleague's mail to others answers, or none.

        Only who got a mail of the conversation knows its id, or the delivery's address.
        """
        trace_sudo, found_by, _sure = match
        sender = email_normalize(message_dict["email_from"])
        recipients = _addresses(message_dict) - {sender}
        answered = self._find_answered_response(found.clues.references)
        if not answered and found_by == "reply_token":
            answered = self._find_answered_of(trace_sudo, recipients)
        mailed = (answered.trace_id | trace_sudo).mapped("email")
        is_customer = sender in [answered.email, *mailed]
        if not answered or is_customer or answered._gets_too_many_answers():
            return answered.browse()
        subject = message_dict.get("subject") or ""
        return answered.filtered(lambda one: one._goes_out(recipients, subject))

    @api.model
    def _find_answered_of(self, trace_sudo, recipients):
        """Return the last response to a delivery, of a recipient if there is one."""
        domain = [("trace_id", "=", trace_sudo.id), ("kind", "in", _OF_PEOPLE)]
        # sudo: the gateway acts for whoever wrote the mail
        responses = self.sudo().search(domain)
        theirs = responses.filtered(lambda one: one.email in recipients)
        return (theirs or responses)[:1]

    def _goes_out(self, recipients, subject):
        """Return whether a mail goes to the customer, or to others than us."""
        customers = {self.email, self.trace_id.email}
        customers.add(email_normalize(self._answer_recipient() or ""))
        if recipients & customers:
            return True
        return not subjects.is_forward(subject) and bool(self._strangers(recipients))

    def _strangers(self, addresses):
        """Return those of some addresses that are not ours."""
        domains_sudo = self.env["mail.alias.domain"].sudo()
        domains = set(domains_sudo.search([("name", "!=", False)]).mapped("name"))
        senders = {self.company_id.email, self.mailing_id.email_from}
        return {
            address
            for address in addresses
            if address.rpartition("@")[2] not in domains
        }.difference(
            self._internal_users(addresses).mapped("email_normalized"),
            (email_normalize(one or "") for one in senders),
        )

    def _gets_too_many_answers(self):
        """Return whether more answers come by mail than people write."""
        since = fields.Datetime.now() - timedelta(minutes=RATE_MINUTES)
        domain = self._by_mail_domain() & Domain("res_id", "=", self.id)
        domain &= Domain("create_date", ">", since)
        # sudo: the gateway acts for whoever wrote the mail
        messages_sudo = self.env["mail.message"].sudo()
        return messages_sudo.search_count(domain, limit=RATE_MAILS) >= RATE_MAILS

    def _may_be_answered_by(self, user):
        """Return whether a user could answer this response at the desk."""
        if self.company_id not in user.company_ids:
            return False
        return self.with_user(user).with_company(self.company_id).has_access("write")

    # ------------------------------------------------------------
    # What becomes of it
    # ------------------------------------------------------------

    def _keep_answer(self, user, message_id, message_dict):
        """Keep a mail as a user's answer, with all that an answer does."""
        # sudo: that the user may answer is checked; of the mail nobody else is told
        answered_sudo = self.with_user(user).sudo()
        answer = answered_sudo.message_post(
            body=Markup(message_dict.get("body") or ""),
            subject=_line(message_dict.get("subject")),
            message_type=BY_MAIL,
            subtype_xmlid="mail.mt_note",
            author_id=user.partner_id.id,
            email_from=_line(message_dict["email_from"]),
            reply_to=answered_sudo._own_reply_address() or False,
            incoming_email_to=message_dict.get("to"),
            incoming_email_cc=message_dict.get("cc"),
            message_id=message_id,
        )
        words = {str(answer.id): self._own_words(str(answer.body))}
        self.words_by_mail = {**(self.words_by_mail or {}), **words}
        files = self._keep_files(message_dict.get("attachments") or [])
        files.campaign_answer_id = answer
        self._message_log(
            body=self.env._(
                "%(user)s answered from their own mail program, to %(to)s.",
                user=user.name,
                to=_recipients(answer),
            )
        )
        state = "done" if self.state == "done" else "waiting"
        answered_sudo._answered(user, fields.Datetime.now(), state=state)
        _logger.info("Response %s answered by mail of user %s", self.id, user.id)
        return self

    def _own_words(self, body):
        """Return a colleague's own words in a mail, and what was cut around them."""
        known = [self.body_text or "", original_text(self.mailing_id)]
        try:
            cleaned = cleaning.clean(
                "", body[:_LONGEST_BODY], original="\n".join(known)
            )
        except Exception as error:  # whatever it is, the mail must not get lost
            _logger.warning("An answer by mail is shown whole: %r", error)
            return {"text": html_to_inner_content(body)[:_LONGEST_CUT], "cut": []}
        cut = [
            {"kind": one.kind, "text": one.text[:_LONGEST_CUT]} for one in cleaned.cut
        ]
        return {"text": cleaned.text, "cut": cut}

    def _answer_by_mail_shown(self, answer):
        """Return how the reading view shows an answer that came by mail.

        :return: a dict of ``text``, the colleague's own words, ``cut``, ``to`` and
            ``by_mail``; nothing for an answer from the desk.
        """
        if answer.message_type != BY_MAIL:
            return {}
        words = self.browse(answer.res_id).words_by_mail or {}
        return {
            "by_mail": True,
            "to": _recipients(answer),
            "html": "",
            **words.get(str(answer.id), {"text": answer.preview or "", "cut": []}),
        }


def _recipients(answer):
    """Return whom an answer that came by mail was sent to."""
    to = answer.incoming_email_to, answer.incoming_email_cc
    return ", ".join(filter(None, to))

"""Response: an answer, written at the desk and sent into the customer's thread."""

import re

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import (
    email_normalize,
    formataddr,
    html_sanitize,
    is_html_empty,
    plaintext2html,
)
from odoo.tools.mail import email_split_tuples
from odoo.tools.misc import format_datetime

THEN = ("open", "waiting", "done")
# "Re:" in the languages whose mail programs write it differently.
_RE = re.compile(r"\s*(?:re|aw|sv|vs|antw|rif|ref|res|odp|ynt|r)\s*(?:\[\d+\])?:", re.I)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
# Mail servers refuse longer lines of References.
MOST_REFERENCES = 12
MOST_QUOTED = 20_000


class CampaignResponse(models.Model):
    """Answers are mails of Odoo's, from a person, with nothing in them that tracks.

    An answer is a message on the reply, of the type ``email_outgoing``. Its quote
    travels with the mail alone.
    """

    _inherit = "campaign.response"

    # ------------------------------------------------------------
    # What an answer begins with
    # ------------------------------------------------------------

    def _answer_start(self):
        """Return what the composer begins with, and the user's draft if there is one.

        :return: a dict of ``from``, ``to``, ``cc``, ``subject``, ``signature``,
            ``quote`` (HTML), ``warning``, ``suggestions``, ``draft`` and ``last_id``,
            by which :meth:`action_answer` knows what the user has seen.
        """
        reader = self._readers_sudo().filtered(
            lambda reader: reader.user_id == self.env.user
        )
        try:
            sender, warning = self._answer_sender(), self._answer_warning()
        except UserError as error:  # the reply can be read all the same
            sender, warning = "", str(error)
        return {
            "from": sender,
            "to": self._answer_recipient(),
            "cc": "",
            "subject": self._answer_subject(),
            "signature": str(self.env.user.signature or ""),
            "quote": str(self._answer_quote()),
            "warning": warning,
            "suggestions": self._suggestions(),
            "draft": reader.draft or False,
            "last_id": self._conversation()._answers()[-1:].id or 0,
        }

    def _answer_recipient(self):
        """Return where the writer wants answers to."""
        reply_to = self._header("reply-to")
        return reply_to if email_normalize(reply_to) else self.email_from or self.email

    def _header(self, name):
        """Return a line of the header of the reply, or ""."""
        headers = self.headers if isinstance(self.headers, dict) else {}
        lines = {str(key).lower(): value for key, value in headers.items()}
        value = lines.get(name) or ""
        value = value[0] if isinstance(value, list) and value else value
        return value if isinstance(value, str) else ""

    def _answer_subject(self):
        subject = " ".join((self.subject or "").split())
        return subject if _RE.match(subject) else f"Re: {subject}".rstrip()

    def _answer_sender(self):
        """Return the user at an address of the company's.

        That is the user's own if it is of the company's domain, else the address that
        the campaign came from, which the customer knows.
        """
        user, company = self.env.user, self.company_id
        # sudo: of the mailing only its address
        campaign_address = email_normalize(self.sudo().mailing_id.email_from)
        company_address = email_normalize(company.email)
        # sudo: of the company only the name of its domain
        domains = {company.sudo().alias_domain_id.name} | {
            _domain(address) for address in (campaign_address, company_address)
        }
        own = email_normalize(user.email)
        address = own if own and _domain(own) in domains - {None, ""} else None
        address = address or campaign_address or company_address or own
        if not address:
            raise UserError(
                self.env._(
                    "There is no address to answer from. Enter the e-mail address of "
                    "your company, or your own."
                )
            )
        return formataddr((user.name, address))

    def _answer_quote(self):
        """Return what the writer wrote, as mail programs quote it."""
        words = self.env._(
            "On %(when)s, %(who)s wrote:",
            when=format_datetime(self.env, self.received_at),
            who=self.author_label or self.env._("somebody"),
        )
        text = plaintext2html((self.clean_text or self.body_text or "")[:MOST_QUOTED])
        return Markup(
            '<p>%s</p><blockquote style="margin: 0 0 0 0.8ex; border-left: 1px solid '
            '#ccc; padding-left: 1ex">%s</blockquote>'
        ) % (words, Markup(text))

    def _answer_warning(self):
        """Return what should be known before writing to this address, or ""."""
        if not (reason := self._suppressed_because()):
            return ""
        return self.env._(
            "This person gets no campaigns (%(reason)s). Answer only what they asked.",
            reason=reason,
        )

    # ------------------------------------------------------------
    # Drafts
    # ------------------------------------------------------------

    def save_draft(self, draft):
        """Keep an answer that is not sent yet, for this user alone.

        :param draft: a dict with ``body`` and the other values of the composer, or
            False to forget it.
        """
        self.ensure_one()
        self.check_access("read")
        if draft:
            draft = {
                name: draft[name]
                for name in ("body", "to", "cc", "subject", "with_quote", "files")
                if name in draft
            }
            draft["body"] = str(html_sanitize(draft.get("body") or "", silent=True))
        # sudo: these rows are nobody's to write but through here.
        self.env["campaign.response.reader"].sudo()._touch(self, draft=draft or None)
        return True

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def action_answer(
        self,
        body,
        attachment_ids=None,
        then="waiting",
        *,
        to=None,
        cc="",
        subject=None,
        with_quote=True,
        last_id=None,
    ):
        """Send an answer.

        :param body: HTML.
        :param then: the state that the reply has afterwards.
        :param last_id: as in :meth:`_answer_start`; when somebody answered since then,
            nothing is sent.
        :return: ``{"state": "sent", "message_id": …}``, or ``{"state": "overtaken",
            "who": …, "at": …, "text": …, "last_id": …}``.
        """
        self.ensure_one()
        self.check_access("write")
        if then not in THEN:
            raise ValidationError(self.env._("A reply cannot be “%s” then.", then))
        if is_html_empty(body):
            raise UserError(self.env._("Write your answer first."))
        to = self._check_addresses(to if to is not None else self._answer_recipient())
        if not to:
            raise UserError(self.env._("Say to whom the answer goes."))
        cc = self._check_addresses(cc)
        if last_id is not None and (news := self._answered_meanwhile(last_id)):
            return news
        message = self._post_answer(body, attachment_ids, to, cc, subject)
        self._mail_answer(message, to, cc, with_quote)
        self._note_answer(then)
        self.save_draft(False)
        return {"state": "sent", "message_id": message.id}

    def _note_answer(self, state):
        """Note that the user answered, and what becomes of the reply."""
        now = fields.Datetime.now()
        if not self.user_id:
            self.action_assign_to_me()
        self._answered(self.env.user, now, state=state)

    def _check_addresses(self, addresses):
        """Return addresses as they stand in a header.

        :raise UserError: one of them is none.
        """
        pairs = email_split_tuples(addresses or "")
        wrong = [
            part
            for part in re.split(r"[,;\n]", re.sub(r'"[^"]*"', "", addresses or ""))
            if part.strip() and not email_normalize(part, strict=False)
        ]
        if wrong:
            raise UserError(
                self.env._("“%s” is no e-mail address.", wrong[0].strip()[:80])
            )
        return ", ".join(
            formataddr((" ".join(name.split()), email_normalize(address)))
            for name, address in pairs
        )

    def _answered_meanwhile(self, last_id):
        """Return the last answer after ``last_id``, for who did not see it, or None."""
        answers = self._conversation()._answers()
        new = answers.filtered(
            lambda one: one.id > last_id and one.author_id != self.env.user.partner_id
        )[-1:]
        return new and {
            "state": "overtaken",
            "who": new.author_id.name or new.email_from,
            "at": new.date.isoformat(" ", "seconds"),
            "text": new.preview or "",
            "last_id": answers[-1].id,
        }

    def _post_answer(self, body, attachment_ids, to, cc, subject):
        """Write the answer into the history; nobody is told by that."""
        message = self.message_post(
            body=Markup(html_sanitize(body, sanitize_attributes=True)),
            subject=" ".join((subject or self._answer_subject()).split()),
            message_type="email_outgoing",
            subtype_xmlid="mail.mt_note",
            author_id=self.env.user.partner_id.id,
            email_from=self._answer_sender(),
            reply_to=self._answer_reply_to(),
            attachment_ids=attachment_ids or [],
        )
        # sudo: told while posting, Odoo would send a mail of its own to them.
        message.sudo().outgoing_email_to = f"{to}, {cc}" if cc else to
        return message

    def _answer_reply_to(self):
        """Return the address by which the next reply comes back here."""
        return self._notify_get_reply_to(default=self._answer_sender())[self.id]

    def _mail_answer(self, message, to, cc, with_quote):
        """Send the message as a mail to the customer, once all this is written."""
        quote = Markup("<br/>") + self._answer_quote() if with_quote else ""
        # sudo: a mail is nobody's to make; the right to answer is checked before.
        mail_sudo = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "body_html": (message.body or Markup()) + quote,
                    "email_to": to,
                    "email_cc": cc or False,
                    "references": self._answer_references(),
                    "headers": repr(self._answer_headers()),
                    "auto_delete": True,
                    "is_notification": True,  # the message stays when the mail goes
                }
            )
        )
        mail_sudo.send_after_commit()

    def _answer_headers(self):
        return {"In-Reply-To": self.message_id} if self.message_id else {}

    def take_suggested_files(self, attachment_ids):
        """Copy files of suggested answers, so that they can go with this answer.

        :return: a list of dicts of ``id``, ``name`` and ``size``.
        """
        self.ensure_one()
        self.check_access("write")
        allowed = {
            file
            for suggestion in self._suggestions()
            for file in suggestion.get("attachment_ids", [])
        }
        # sudo: that they were suggested to the user is checked.
        files_sudo = self.env["ir.attachment"].sudo().browse(attachment_ids).exists()
        copies = [
            file_sudo.copy({"res_model": "mail.compose.message", "res_id": 0})
            for file_sudo in files_sudo
            if file_sudo.id in allowed
        ]
        return [{"id": f.id, "name": f.name, "size": f.file_size} for f in copies]

    def _suggestions(self):
        return self.get_suggested_answers()

    def _answer_references(self):
        """Return the thread by which mail programs put the answer in its place."""
        # sudo: of the delivery only its id
        ids = _MESSAGE_ID.findall(self._header("references"))
        ids = ids or _MESSAGE_ID.findall(self.sudo().trace_id.message_id or "")
        ids += _MESSAGE_ID.findall(self.message_id or "")
        ids = list(dict.fromkeys(ids))
        # RFC 5322 §3.6.4 keeps the first, which began the thread
        if len(ids) > MOST_REFERENCES:
            ids = ids[:1] + ids[1 - MOST_REFERENCES :]
        return " ".join(ids) or False

    def action_retry_answer(self, message_id):
        """Try again to send an answer that could not be sent."""
        self.ensure_one()
        self.check_access("write")
        # sudo: a mail is nobody's to send; that it is one of this reply is checked.
        mail_sudo = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("mail_message_id", "=", message_id),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                    ("state", "=", "exception"),
                ]
            )
        )
        if not mail_sudo:
            raise UserError(
                self.env._("This answer is on its way or sent. Load the page again.")
            )
        mail_sudo.mark_outgoing()
        mail_sudo.send_after_commit()
        return True


def _domain(address):
    return (address or "").rpartition("@")[2]

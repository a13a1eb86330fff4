"""Response: a person's mail, taken in as it came. Nothing is analysed here."""

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ...tools import bounces, reply_mail

_logger = logging.getLogger(__name__)

_LONGEST_LINE = 500
# More than these in so many minutes from one address are no person's any more.
RATE_MAILS = 30
RATE_MINUTES = 60
# Surer than this, an answer counts as one to the delivery.
COUNTS = 0.6


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    mail_message_id = fields.Many2one(
        "mail.message",
        "Message on a Record",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="What Odoo keeps of the same mail on the record that it is about.",
    )

    # ------------------------------------------------------------
    # Ways in
    # ------------------------------------------------------------

    @api.model
    def _take_in(self, message, message_dict, found, match):
        """Keep a mail as a response that waits to be understood, once.

        :param found: what it is, a :class:`tools.bounces.Sorted`.
        :param match: as from :meth:`mail.thread._find_answered`.
        :return: the response; the one that is there when the mail came before.
        """
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        responses_sudo = self.sudo()
        values = responses_sudo._prepare_values(message, message_dict, found, match)
        same = [(name, "=", values[name]) for name in ("company_id", "message_id")]
        if known := responses_sudo.with_context(active_test=False).search(same):
            if self.env.context.get("campaign_as_person"):
                known._take_as_person()
            return known
        try:
            with self.env.cr.savepoint():
                response = responses_sudo.with_context(
                    mail_create_nosubscribe=True, mail_create_nolog=True
                ).create(values)
        except psycopg2.errors.UniqueViolation:  # came twice at the same moment
            self.env.invalidate_all()
            return responses_sudo.search(same)
        response._keep_files(message_dict.get("attachments") or [])
        if found.kind == bounces.HUMAN:
            response._count_reply()
        response._go_on_with_conversation()
        _logger.info(
            "Response %s taken in, delivery %s by %s",
            response.id,
            response.trace_id.id or "unknown",
            response.found_by or "nothing",
        )
        self._wake_processing()
        return response

    @api.model
    def _take_in_posted(self, source):
        """Take in a mail that a sending service posted as it came.

        :param source: the mail's bytes.
        :return: the response, or none when it is no person's mail.
        """
        # sudo: the service has no account; its signature was checked before.
        gateway_sudo = self.env["mail.thread"].sudo()
        return gateway_sudo._process_for_desk(source)

    @api.model
    def _wake_processing(self):
        """Have the job that understands, routes and acts start in a moment."""
        job = self.env.ref("campaign_desk.ir_cron_understand", raise_if_not_found=False)
        if job:
            job._trigger()

    # ------------------------------------------------------------
    # What is kept
    # ------------------------------------------------------------

    @api.model
    def _prepare_values(self, message, message_dict, found, match):
        """Return the values of a response."""
        trace, found_by, sure = match
        mail = reply_mail.read(message)
        email_from = message_dict.get("email_from") or ""
        email = email_normalize(email_from) or email_normalize(email_from, strict=False)
        company = self._company_of(message_dict, trace)
        return {
            "company_id": company.id,
            "received_at": fields.Datetime.now(),
            "subject": _line(message_dict.get("subject") or mail.subject),
            "email_from": _line(email_from),
            "email": email or False,
            "author_name": _line(_name_of(email_from)),
            "message_id": self._message_id_of(message, message_dict),
            "body_text": mail.text,
            "body_html": mail.html,
            "headers": mail.headers,
            "trace_id": trace.id,
            "mailing_id": trace.mass_mailing_id.id,
            "campaign_id": trace.mass_mailing_id.campaign_id.id,
            "found_by": found_by,
            "found_confidence": sure,
            **self._contact_of(trace, email, company),
            **self._conversation_of(found.clues.references, trace, email, company),
        }

    @api.model
    def _message_id_of(self, message, message_dict):
        """Return the id of a mail; of one without, always the same for the mail."""
        if reply_mail.has_id(message):
            return _line(message_dict["message_id"])
        return reply_mail.stand_in_id(message)

    @api.model
    def _company_of(self, message_dict, trace):
        """Return whose response a mail is: of the mailing, else of the address."""
        if company := trace.mass_mailing_id.company_id:
            return company
        if company := self._reply_companies(message_dict)[:1]:
            return company
        return self.env["campaign.inbound"]._company_of(message_dict)

    @api.model
    def _reply_companies(self, message_dict):
        """Return the companies to whose reply addresses a mail was sent."""
        names = set()
        for address in _addresses(message_dict):
            local, _at, domain = address.partition("@")
            names |= {address, f"{local.partition('+')[0]}@{domain}"}
        aliases_sudo = self.env["mail.alias"].sudo()
        aliases = aliases_sudo.search([("alias_full_name", "in", list(names))])
        companies_sudo = self.env["res.company"].sudo()
        return companies_sudo.search([("campaign_reply_alias_id", "in", aliases.ids)])

    @api.model
    def _contact_of(self, trace, email, company):
        """Return the contact who wrote: whom we mailed, or who has the address."""
        record = self.env[trace.model].browse(trace.res_id).exists() if trace else None
        partner = self.env["res.partner"]
        contact = self.env["mailing.contact"]
        if record and trace.email == email:
            if record._name == "mailing.contact":
                contact = record
            else:
                partner = record._mail_get_partners()[record.id][:1]
        if email and not partner:
            partner = partner.search(
                [
                    ("email_normalized", "=", email),
                    ("company_id", "in", (False, company.id)),
                ],
                order="company_id, id",
                limit=1,
            )
        if email and not contact:
            contact = contact.search([("email_normalized", "=", email)], limit=1)
        return {"partner_id": partner.id, "contact_id": contact.id}

    # ------------------------------------------------------------
    # What follows from it at once
    # ------------------------------------------------------------

    def _count_reply(self):
        """Have the delivery count as answered; who answers is there again."""
        for response in self:
            if response.trace_id and response.found_confidence >= COUNTS:
                response.trace_id.set_opened()
                response.trace_id.set_replied()
            if response.email:
                self.env["campaign.preference"]._set_absent(
                    response.email, response.company_id, None
                )

    @api.model
    def _writes_too_much(self, email):
        """Return whether more comes from an address than a person writes."""
        if not email:
            return False
        since = fields.Datetime.now() - timedelta(minutes=RATE_MINUTES)
        domain = [("email", "=", email), ("received_at", ">", since)]
        responses_sudo = self.sudo().with_context(active_test=False)
        return responses_sudo.search_count(domain, limit=RATE_MAILS) >= RATE_MAILS


def _addresses(message_dict):
    """Return all addresses that a mail was sent to, in lower case."""
    places = (message_dict.get(name) for name in ("to", "cc", "recipients"))
    pairs = email_split_tuples(", ".join(filter(None, places)))
    return {address.lower() for _name, address in pairs}


def _name_of(email_from):
    pairs = email_split_tuples(email_from)
    return pairs[0][0] if pairs else ""


def _line(value):
    """Return a text for one line, as the database takes it."""
    return " ".join((value or "").replace("\x00", "").split())[:_LONGEST_LINE]

"""Tracking: inbound mail, sorted before Odoo counts anything.

Odoo takes every report for a bounce and every answer for a person's. Here a mail first
meets :mod:`tools.bounces`. What it is about is looked for in the order return path,
``Message-ID``, sending service's id, returned part, mail it answers.

============================  ======================================================
what it is                    what becomes of it
============================  ======================================================
bounce of a delivery          the delivery is *bounced* with class and code; the
                              policies decide about the address
other bounce                  Odoo's rules
delayed, receipts             kept; nothing changes
complaint                     the address is mailed no more
automatic answer              kept; no reply, no lead. One that answers a thread of
                              Odoo's lands there, but makes no new record
person at the bounce address  goes on to the reply address of the delivery
no place for it               kept, for somebody to look at
============================  ======================================================
"""

import logging
from functools import partial

from odoo import api, models, tools
from odoo.fields import Domain

from ...tools import bounces
from .campaign_inbound import SURE

_logger = logging.getLogger(__name__)

# A machine's mail that is no answer to anything, such as a web shop's order, is its
# recipients' business.
_UNASKED = ("automatic:auto_generated", "automatic:from", "automatic:precedence")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _sort_inbound(self, message):
        """Return what a mail is; a person can say that it is a person's."""
        found = bounces.sort(message)
        if self.env.context.get("campaign_as_person"):
            return bounces.Sorted(
                bounces.HUMAN, "person", 1.0, clues=found.clues, text=found.text
            )
        return found

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        """Call a bounce only what reports that a mail was not delivered."""
        return self._sort_inbound(message).kind in bounces.BOUNCES

    @api.model
    def _message_parse_extract_payload(
        self, message, message_dict, save_original=False
    ):
        """Leave reports unopened: nobody reads the mail that is in them."""
        if self._sort_inbound(message).kind in (
            bounces.COMPLAINT,
            bounces.READ_RECEIPT,
        ):
            return {"body": "", "attachments": []}
        try:
            return super()._message_parse_extract_payload(
                message, message_dict, save_original
            )
        except Exception as error:
            # such as a charset that nobody knows: Odoo would lose the mail
            _logger.info("Inbound mail read as text only: %s", type(error).__name__)
            text = bounces.read_text(message)
            return {"body": tools.plaintext2html(text), "attachments": []}

    # ------------------------------------------------------------
    # Routing
    # ------------------------------------------------------------

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Let machines' mails have their effect, and people's find their way."""
        found = self._sort_inbound(message)
        match = self._find_answered(message_dict, found)
        is_answer = found.kind in bounces.ANSWERS
        is_stray = (
            is_answer
            and not match[0]
            and found.rule not in _UNASKED
            and found.confidence >= bounces.SURE_ENOUGH
        )
        # a stray answer is never answered: two machines would go on for ever
        is_awaited = is_answer or found.kind == bounces.HUMAN
        is_awaited = is_awaited and self._is_awaited(message_dict, match)
        gateway = self.with_context(campaign_no_answer=is_stray or is_awaited)
        odoos_routes = partial(
            super(MailThread, gateway).message_route,
            message,
            message_dict,
            model,
            thread_id,
            custom_values,
        )
        mail = (message, message_dict, found, match)
        if found.kind in bounces.BOUNCES and not match[0].token:
            return odoos_routes()
        if is_stray:
            return self._route_stray_answer(mail, odoos_routes)
        if found.kind == bounces.HUMAN or (is_answer and not match[0]):
            return self._route_person(mail, odoos_routes, custom_values)
        self._take_machine_mail(*mail)
        return []

    @api.model
    def _find_answered(self, message_dict, found):
        """Return the delivery that a mail is about, by what, and how sure that is."""
        return self.env["campaign.inbound"]._find_delivery(found.clues)

    @api.model
    def _is_awaited(self, message_dict, match):
        """Return whether we want a mail, so that Odoo must not send it back."""
        return bool(match[0])

    @api.model
    def _take_machine_mail(self, message, message_dict, found, match):
        """Keep a machine's mail, and do what follows from it."""
        inbound = self.env["campaign.inbound"]._keep(
            message, message_dict, found, match
        )
        trace_sudo = match[0]
        _logger.info(
            "Inbound mail: %s by %s, delivery %s",
            found.kind,
            found.rule,
            trace_sudo.id or "unknown",
        )
        if not inbound or not trace_sudo:
            return
        if found.kind == bounces.COMPLAINT:
            trace_sudo._set_complained()
        elif found.kind in bounces.BOUNCES:
            trace_sudo._set_returned(_failure_of(found, trace_sudo.email))
        elif found.kind == bounces.LEFT_COMPANY and found.confidence >= SURE:
            self.env["campaign.bounce.policy"]._judge(trace_sudo, found.kind)

    @api.model
    def _route_stray_answer(self, mail, odoos_routes):
        """Route an automatic answer that is about no delivery.

        It may land in a thread that is there, but makes no new record.
        """
        try:
            routes = [route for route in odoos_routes() if route[1]]
        except ValueError:
            routes = []
        if not routes:
            self._take_machine_mail(*mail)
        return routes

    @api.model
    def _routing_create_bounce_email(
        self, email_from, body_html, message, **mail_values
    ):
        if self.env.context.get("campaign_no_answer"):
            return None
        return super()._routing_create_bounce_email(
            email_from, body_html, message, **mail_values
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Have Odoo's rule of five bounces leave our deliveries out."""
        ruled = self.with_context(campaign_odoos_bounce_rule=True)
        return super(MailThread, ruled)._routing_handle_bounce(
            email_message, message_dict
        )

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    @api.model
    def _route_person(self, mail, odoos_routes, custom_values):
        """Return the routes of a person's mail; one that has none is kept.

        Odoo finds the record that an answer is about by the message it keeps of each
        mail. We keep none: the delivery knows it. All else is as in Odoo's own first
        rule: who writes to the alias of another model means that one, and the policy of
        an alias holds.
        """
        message, message_dict, found, match = mail
        if match[0] and self._is_to_return_path(message_dict, match[1]):
            self._redirect_to_reply_address(message_dict, match[0])
        record = self._find_mailed_record(message_dict, match)
        if record and not self._find_alias(message_dict["to"], "!=", record._name):
            return self._route_to_record(record, message, message_dict, custom_values)
        try:
            return odoos_routes()
        except ValueError:  # Odoo has no place for it
            self._keep_unrouted(*mail)
            return []

    @api.model
    def _keep_unrouted(self, message, message_dict, found, match):
        """Keep a mail without a place; a person's answer counts all the same."""
        _logger.info("Inbound mail without a place, delivery %s", match[0].id or "none")
        self.env["campaign.inbound"]._keep(
            message, message_dict, found, match, state="unrouted"
        )
        if match[0] and found.kind == bounces.HUMAN:
            match[0].set_opened()
            match[0].set_replied()

    @api.model
    def _is_to_return_path(self, message_dict, found_by):
        """Return whether a mail came to the address to which only reports should."""
        if found_by == "return_path":
            return True
        domains = self.env["mail.alias.domain"].search([("bounce_alias", "!=", False)])
        bounce_addresses = domains.mapped("bounce_email")
        recipients = (message_dict["to"] or "").lower()
        return any(address and address in recipients for address in bounce_addresses)

    @api.model
    def _redirect_to_reply_address(self, message_dict, trace_sudo):
        """Have a person's answer to the return path go where answers belong."""
        mailing_sudo = trace_sudo.mass_mailing_id
        references = message_dict["references"] or message_dict["in_reply_to"] or ""
        if trace_sudo.message_id not in references:
            message_dict["references"] = f"{references} {trace_sudo.message_id}".strip()
        reply_to = tools.email_normalize(mailing_sudo.reply_to or "")
        if mailing_sudo.reply_to_mode == "new" and reply_to:
            message_dict.update(to=reply_to, recipients=reply_to)

    @api.model
    def _route_to_record(self, record, message, message_dict, custom_values):
        self._routing_reset_bounce(message, message_dict)
        alias = self._find_alias(message_dict["recipients"], "=", record._name)
        email_from = message_dict["email_from"]
        user = self._mail_find_user_for_gateway(email_from, alias=alias)
        route = record._routing_check_route(
            message,
            message_dict,
            (record._name, record.id, custom_values, user.id or self.env.uid, alias),
            raise_exception=False,
        )
        return [route] if route else []

    @api.model
    def _find_alias(self, recipients, operator, model):
        """Return an alias among ``recipients`` for (or not for) a model."""
        addresses = [address.lower() for address in tools.email_split(recipients or "")]
        names = [address.partition("@")[0] for address in addresses]
        return self.env["mail.alias"].search(
            Domain("alias_model_id", operator, self.env["ir.model"]._get_id(model))
            & (
                Domain("alias_full_name", "in", addresses)
                | Domain("alias_name", "in", names)
                & Domain("alias_incoming_local", "=", True)
            ),
            limit=1,
        )

    @api.model
    def _find_mailed_record(self, message_dict, match):
        """Return the record that got the mailing which ``message_dict`` answers.

        None when Odoo's own rules find the thread: the mail answers a message that
        Odoo keeps, or the mailing wants answers elsewhere.
        """
        trace_sudo, _found_by, sure = match
        if sure < SURE or trace_sudo.mass_mailing_id.reply_to_mode != "update":
            return None
        references = message_dict["references"] or message_dict["in_reply_to"] or ""
        message_ids = tools.mail.mail_header_msgid_re.findall(references)[-32:]
        # sudo: the gateway acts for the sender of the mail, who has no rights here.
        kept_sudo = self.env["mail.message"].sudo()
        if kept_sudo.search_count([("message_id", "in", message_ids)], limit=1):
            return None
        return self.env[trace_sudo.model].browse(trace_sudo.res_id).exists()

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Count only what people answered: routing is done, references only count."""
        if routes and self._sort_inbound(message).kind != bounces.HUMAN:
            message_dict = dict(message_dict, references="", in_reply_to="")
        return super()._message_route_process(message, message_dict, routes)


def _failure_of(found, address):
    """Return what a report says about one recipient, else what it says first."""
    about = [failure for failure in found.failures if failure.address == address]
    failures = [
        each for each in (about or found.failures) if each.kind in bounces.BOUNCES
    ]
    return (failures or [bounces.Failure(found.kind, found.rule)])[0]

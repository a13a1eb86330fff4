"""Response: the way of people's mail from Odoo's gateway to the reply desk.

========================================  ============================================
a person's mail                           becomes
========================================  ============================================
to a reply address, or answers one of     a response; from a colleague perhaps an answer
ours, or from a mailbox for responses     (:mod:`.colleague_answers`)
answers a delivery and has a place in     a message there, as always in Odoo, and a
Odoo (a lead, a partner, an alias)        response that knows the message
answers a delivery, but has no place,     a response; nothing is sent back
or came to the catch-all address
from one of our own addresses, or by      nothing: two machines would go on for ever
the id one of our own mails
more than a person writes                 kept among inbound mail
anything else                             what Odoo makes of it
========================================  ============================================
"""

import email
import email.policy
import logging

from odoo import api, models
from odoo.tools import email_normalize

from ...tools import bounces, reply_mail
from .delivery_finder import DeliveryFinder
from .machine_answers import HEEDED

_logger = logging.getLogger(__name__)

# A mail of so many parts inside of each other is no reader's: Python cannot read it.
_MOST_BOUNDARIES = 80
_RESPONSE = "campaign.response"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Read what Python's parser cannot as far as it goes, instead of losing it."""
        # Odoo's mail gateway script wraps it for XML-RPC
        source = message if isinstance(message, (str, bytes)) else message.data
        if isinstance(source, str):
            source = source.encode("utf-8", "replace")
        source = bounces.readable(bytes(source), _MOST_BOUNDARIES)
        return super().message_process(model, source, *args, **kwargs)

    @api.model
    def _process_for_desk(self, source):
        """Process a mail, and return the response that it is, if it is one."""
        message = email.message_from_bytes(source, policy=email.policy.SMTP)
        responses_sudo = self.env[_RESPONSE].sudo()
        message_dict = {"message_id": message.get("Message-ID", "").strip()}
        message_id = responses_sudo._message_id_of(message, message_dict)
        self.message_process(_RESPONSE, source)
        return responses_sudo.search([("message_id", "=", message_id)], limit=1)

    # ------------------------------------------------------------
    # What it answers
    # ------------------------------------------------------------

    @api.model
    def _find_answered(self, message_dict, found):
        match = super()._find_answered(message_dict, found)
        if found.kind != bounces.HUMAN and found.kind not in bounces.ANSWERS:
            return match
        came_to_alias = bool(self.env[_RESPONSE]._reply_companies(message_dict))
        return DeliveryFinder(self.env, message_dict, found).find(match, came_to_alias)

    @api.model
    def _is_awaited(self, message_dict, match):
        return super()._is_awaited(message_dict, match) or bool(
            self.env[_RESPONSE]._reply_companies(message_dict)
        )

    # ------------------------------------------------------------
    # Where it goes
    # ------------------------------------------------------------

    @api.model
    def _route_person(self, mail, odoos_routes, custom_values):
        message, message_dict, _found, match = mail
        responses = self.env[_RESPONSE]
        if self._is_own_mail(message, message_dict):
            _logger.info("Inbound mail of our own is left alone")
            return []
        is_awaited = self._is_awaited(message_dict, match)
        gateway = self.with_context(campaign_takes_in=is_awaited)
        routes = super(MailThread, gateway)._route_person(
            mail, odoos_routes, custom_values
        )
        others = [route for route in routes if route[0] != _RESPONSE]
        if not is_awaited and others == routes:
            return routes
        if responses._writes_too_much(self._sender_of(message_dict)):
            _logger.warning("One address sends more than a person writes")
            self._keep_unrouted(*mail)
            return others
        responses._take_in(*mail)
        return others

    @api.model
    def _keep_unrouted(self, message, message_dict, found, match):
        """Leave alone what becomes a response."""
        if self.env.context.get("campaign_takes_in"):
            return
        super()._keep_unrouted(message, message_dict, found, match)

    @api.model
    def _take_machine_mail(self, message, message_dict, found, match):
        """Learn in the background more of what is said about a contact."""
        result = super()._take_machine_mail(message, message_dict, found, match)
        if match[0] and found.kind in HEEDED:
            self.env[_RESPONSE]._take_in_machine(message, message_dict, found, match)
        return result

    @api.model
    def _sender_of(self, message_dict):
        return email_normalize(message_dict.get("email_from") or "")

    @api.model
    def _is_own_mail(self, message, message_dict):
        """Return whether we wrote a mail ourselves, which then came back to us."""
        sender = self._sender_of(message_dict)
        if sender and self._is_own_address(sender):
            return True
        traces_sudo = self.env["mailing.trace"].sudo()
        return reply_mail.has_id(message) and bool(
            traces_sudo.search_count(
                [("message_id", "=", message_dict["message_id"])], limit=1
            )
        )

    @api.model
    def _is_own_address(self, address):
        """Return whether mail to an address comes to us, and nobody writes from it."""
        # sudo: addresses of all companies, which the gateway's user may not see
        aliases_sudo = self.env["mail.alias"].sudo()
        ours = [("alias_full_name", "=", address)]
        if aliases_sudo.search(ours, limit=1).alias_model_id.model == _RESPONSE:
            return True
        domains_sudo = self.env["mail.alias.domain"].sudo()
        same = [("name", "=", address.rpartition("@")[2])]
        return any(
            address in (domain.bounce_email, domain.catchall_email)
            for domain in domains_sudo.search(same)
        )

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Tell a response about the message that Odoo keeps of the same mail.

        A colleague's answer counts as no reply: routing is done, references only count.
        """
        message_id = message_dict.get("message_id")
        if routes and self.env[_RESPONSE]._answer_by_mail(message_id):
            message_dict = dict(message_dict, references="", in_reply_to="")
        result = super()._message_route_process(message, message_dict, routes)
        if routes and message_id:
            # sudo: the gateway acts for whoever wrote the mail
            responses_sudo = self.env[_RESPONSE].sudo()
            same = [("message_id", "=", message_id)]
            if response := responses_sudo.search(same, limit=1):
                kept = self.env["mail.message"].sudo().search(same, limit=1)
                response.mail_message_id = kept
        return result

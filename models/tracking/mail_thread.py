"""Tracking: inbound mail that concerns a delivery."""

import logging
import re

from odoo import api, models, tools
from odoo.fields import Domain

from ...tools import bounces, tokens

_logger = logging.getLogger(__name__)

_TAG = re.compile(rf"\+([0-9a-f]{{{tokens.SIGNED_LENGTH}}})@")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    # ------------------------------------------------------------
    # Bounces
    # ------------------------------------------------------------

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        """Know our per-recipient return paths (VERP) as the bounce address."""
        if self._is_complaint(message):
            return False
        untagged = dict(message_dict, to=_TAG.sub("@", message_dict["to"] or ""))
        return super()._detect_is_bounce(message, untagged)

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Find the delivery by the return path when the bounce does not quote it."""
        if not message_dict["bounced_msg_ids"]:
            delivery = self._find_bounced_delivery(message_dict["to"] or "")
            if delivery:
                message_dict["bounced_msg_ids"] = [delivery.message_id]
                message_dict["bounced_email"] = (
                    message_dict["bounced_email"] or delivery.email
                )
        return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _find_bounced_delivery(self, recipients):
        deliveries = self.env["mailing.trace"]
        for signed in _TAG.findall(recipients):
            deliveries |= deliveries._find_by_signed(tokens.RETURN_PATH, signed)
        return deliveries[:1]

    # ------------------------------------------------------------
    # Spam complaints
    # ------------------------------------------------------------

    @api.model
    def _is_complaint(self, message):
        return bounces.sort(message).rule in (
            "feedback_report",
            "junk_mail_report",
            "no_complaint",
        )

    @api.model
    def _message_parse_extract_payload(
        self, message, message_dict, save_original=False
    ):
        """Leave feedback reports unopened: nobody reads the mail that is in them."""
        if self._is_complaint(message):
            return {"body": "", "attachments": []}
        return super()._message_parse_extract_payload(
            message, message_dict, save_original
        )

    @api.model
    def _handle_feedback_report(self, message):
        """Note the complaint that a mailbox provider reports, if it is about our mail.

        Whoever knows the return path or the ``Message-ID`` of a mail has got it.
        """
        report = bounces.sort(message)
        delivery = self.env["mailing.trace"]
        if report.kind == bounces.COMPLAINT:
            delivery = self._find_reported_delivery(report.clues)
            delivery._set_complained()
        _logger.info(
            "Feedback report: %s", f"delivery {delivery.id}" if delivery else "ignored"
        )

    @api.model
    def _find_reported_delivery(self, clues):
        for signed in clues.tags:
            delivery = self.env["mailing.trace"]._find_by_signed(
                tokens.RETURN_PATH, signed
            )
            if delivery:
                return delivery
        # sudo: the gateway acts for a provider, which has no account.
        return (
            self.env["mailing.trace"]
            .sudo()
            .search(
                [
                    ("message_id", "in", clues.message_ids),
                    ("trace_type", "=", "mail"),
                ],
                limit=1,
                order="id desc",
            )
        )

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Thread answers to a mailing onto the record that was mailed.

        Odoo finds that record by the message it keeps of each mail. We keep none: the
        delivery knows it. All else is as in Odoo's own first rule: who writes to the
        alias of another model means that one, and the policy of an alias holds.
        """
        if self._is_complaint(message):
            self._handle_feedback_report(message)
            return []
        record = None
        if not message_dict.get("is_bounce"):
            record = self._find_mailed_record(message_dict)
        if not record or self._find_alias(message_dict["to"], "!=", record._name):
            return super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
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
    def _find_mailed_record(self, message_dict):
        """Return the record that got the mailing which ``message_dict`` answers.

        None when Odoo's own rules find the thread: the mail answers a message that
        Odoo keeps, or the mailing wants answers elsewhere.
        """
        references = message_dict["references"] or message_dict["in_reply_to"] or ""
        message_ids = tools.mail.mail_header_msgid_re.findall(references)[-32:]
        if not message_ids:
            return None
        # sudo: the gateway acts for the sender of the mail, who has no rights here.
        kept_sudo = self.env["mail.message"].sudo()
        if kept_sudo.search_count([("message_id", "in", message_ids)], limit=1):
            return None
        delivery_sudo = (
            self.env["mailing.trace"]
            .sudo()
            .search(
                [
                    ("message_id", "in", message_ids),
                    ("token", "!=", False),
                    ("mass_mailing_id.reply_to_mode", "=", "update"),
                ],
                limit=1,
                order="id desc",
            )
        )
        if not delivery_sudo:
            return None
        return self.env[delivery_sudo.model].browse(delivery_sudo.res_id).exists()

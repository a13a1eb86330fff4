"""Tracking: inbound mail that no person wrote, and mail that found no way."""

import base64
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ...tools import bounces, tokens

_logger = logging.getLogger(__name__)

KINDS = [
    (bounces.HARD_BOUNCE, "Hard bounce"),
    (bounces.SOFT_BOUNCE, "Soft bounce"),
    (bounces.MAILBOX_FULL, "Mailbox full"),
    (bounces.BLOCK, "Blocked"),
    (bounces.AUTHENTICATION, "Authentication failed"),
    (bounces.CONTENT, "Content refused"),
    (bounces.DELAYED, "Delayed"),
    (bounces.COMPLAINT, "Spam complaint"),
    (bounces.READ_RECEIPT, "Read receipt"),
    (bounces.DELIVERED, "Confirmed delivery"),
    (bounces.OUT_OF_OFFICE, "Out of office"),
    (bounces.LEFT_COMPANY, "Left the company"),
    (bounces.CHALLENGE, "Sender challenge"),
    (bounces.AUTO_REPLY, "Automatic reply"),
    (bounces.NOTICE, "Notice"),
    (bounces.HUMAN, "Person"),
]
FOUND_BY = [
    ("return_path", "Return path"),
    ("reply_token", "Reply address"),
    ("message_id", "Message-ID"),
    ("provider_id", "Sending service's id"),
    ("returned_part", "Link in the returned mail"),
    ("reference", "Mail it answers"),
    ("conversation", "Conversation it belongs to"),
    ("link", "Link in the quoted mail"),
    ("subject", "Sender and subject"),
    ("colleague", "Colleague's subject"),
    ("sender", "Sender"),
]
# What is done about somebody who left needs a sure sign.
SURE = 0.9
_LARGEST_RAW = 5 * 1024 * 1024
_EXCERPT = 2000


class CampaignInbound(models.Model):
    """One mail that came in and is no message of a person, or has no place in Odoo.

    Its text is an excerpt without attachments. The mail itself is kept for some days
    (a setting), so that somebody can say that a person wrote it after all.
    """

    _name = "campaign.inbound"
    _description = "Inbound Mail"
    _order = "received_at desc, id desc"
    _rec_name = "subject"

    received_at = fields.Datetime(
        default=fields.Datetime.now, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    state = fields.Selection(
        [("sorted", "Sorted"), ("unrouted", "Without a place"), ("seen", "Looked at")],
        required=True,
        readonly=True,
        default="sorted",
        help="Mail without a place: Odoo knows no record or address for it.",
    )
    subject = fields.Char(readonly=True)
    email_from = fields.Char("From", readonly=True)
    email_to = fields.Char("To", readonly=True)
    email = fields.Char(
        "About", readonly=True, index=True, help="The address that the mail is about."
    )
    message_id = fields.Char("Message-ID", readonly=True, index=True)
    body = fields.Text(
        "Text", readonly=True, help="The beginning, without attachments."
    )
    # how it was sorted
    rule = fields.Char(readonly=True, help="By what it was recognized.")
    confidence = fields.Float(readonly=True, aggregator="avg")
    evidence = fields.Char(readonly=True)
    status_code = fields.Char(readonly=True)
    diagnostic = fields.Text("Server's Words", readonly=True)
    remote_mta = fields.Char("Mail Server", readonly=True)
    # what it is about
    trace_id = fields.Many2one(
        "mailing.trace", "Delivery", readonly=True, ondelete="set null", index=True
    )
    mailing_id = fields.Many2one(
        related="trace_id.mass_mailing_id", store=True, string="Mailing"
    )
    campaign_id = fields.Many2one(related="trace_id.campaign_id", store=True)
    provider_group_id = fields.Many2one(
        related="trace_id.provider_group_id", string="Mailbox Provider", store=True
    )
    found_by = fields.Selection(FOUND_BY, "Delivery Found by", readonly=True)
    found_confidence = fields.Float("Delivery Sure", readonly=True, aggregator=None)
    raw = fields.Binary(
        "Mail as It Came", attachment=True, readonly=True, groups="base.group_system"
    )

    _left_idx = models.Index("(email, kind, received_at)")

    # ------------------------------------------------------------
    # The delivery that a mail is about
    # ------------------------------------------------------------

    @api.model
    def _find_delivery(self, clues):
        """Return the delivery that a mail is about, by what, and how sure that is.

        Nobody can guess a signed return path or a ``Message-ID`` of ours: whoever
        knows one has got the mail.
        """
        traces = self.env["mailing.trace"]
        for purpose, found_by in (
            (tokens.RETURN_PATH, "return_path"),
            (tokens.REPLY, "reply_token"),
        ):
            for tag in clues.tags:
                if trace := traces._find_by_signed(purpose, tag):
                    return trace, found_by, 0.99
        for name, values, found_by, sure in (
            ("message_id", clues.message_ids, "message_id", 0.97),
            ("provider_reference", clues.provider_ids, "provider_id", 0.9),
        ):
            if trace := self._find_trace(name, values):
                return trace, found_by, sure
        for signed in clues.signed:
            for purpose in (tokens.UNSUBSCRIBE, tokens.VIEW, tokens.CLICK, tokens.OPEN):
                if trace := traces._find_by_signed(purpose, signed):
                    return trace, "returned_part", 0.95
        for message_id in clues.references:
            if trace := self._find_trace("message_id", [message_id]):
                return trace, "reference", 0.95
        return traces.sudo(), False, 0

    @api.model
    def _find_trace(self, name, values):
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        traces_sudo = self.env["mailing.trace"].sudo()
        if not values:
            return traces_sudo
        domain = [(name, "in", list(values)), ("trace_type", "=", "mail")]
        return traces_sudo.search(domain, limit=1, order="id desc")

    # ------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------

    @api.model
    def _keep(self, message, message_dict, found, match, state="sorted"):
        """Keep a mail where people see it, once.

        :param found: what it is, a :class:`tools.bounces.Sorted`.
        :param match: as from :meth:`_find_delivery`.
        :return: the kept mail; nothing when it is known already.
        """
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        inbound_sudo = self.sudo()
        message_id = message_dict.get("message_id")
        if inbound_sudo.search_count([("message_id", "=", message_id)], limit=1):
            return inbound_sudo.browse()
        trace_sudo, found_by, sure = match
        sender = email_normalize(message_dict.get("email_from") or "") or ""
        about = trace_sudo.email or next(iter(found.recipients), "") or sender
        return inbound_sudo.create(
            {
                "company_id": (
                    trace_sudo.mass_mailing_id.company_id
                    or self._company_of(message_dict)
                ).id,
                "kind": found.kind,
                "state": state,
                "subject": (message_dict.get("subject") or "")[:500],
                "email_from": (message_dict.get("email_from") or "")[:500],
                "email_to": (message_dict.get("to") or "")[:500],
                "email": email_normalize(about) or about,
                "message_id": message_id,
                "body": found.text[:_EXCERPT],
                "rule": found.rule,
                "confidence": found.confidence,
                "evidence": found.evidence,
                "status_code": found.status,
                "diagnostic": found.diagnostic,
                "remote_mta": found.remote_mta,
                "trace_id": trace_sudo.id,
                "found_by": found_by,
                "found_confidence": sure,
                "raw": _raw(message),
            }
        )

    @api.model
    def _company_of(self, message_dict):
        """Return the company whose mail domain a mail was sent to, if one's."""
        recipients = (message_dict.get("recipients") or "").lower()
        # sudo: domains of all companies, which the gateway's user may not see.
        domains_sudo = self.env["mail.alias.domain"].sudo()
        domains_sudo = domains_sudo.search([("name", "!=", False)])
        companies = domains_sudo.filtered(
            lambda domain: f"@{domain.name}" in recipients
        ).company_ids
        return companies if len(companies) == 1 else self.env.company

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

    def action_seen(self):
        """Take these mails from the list of those to look at."""
        self._check_user()
        # sudo: nobody edits what came in, but its state is people's to change.
        self.filtered(lambda one: one.state == "unrouted").sudo().state = "seen"
        return True

    def action_treat_as_person(self):
        """Have Odoo take this mail as one that a person wrote."""
        self.ensure_one()
        self._check_user()
        inbound_sudo = self.sudo()  # for the mail itself, which only administrators see
        if not inbound_sudo.raw:
            raise UserError(
                self.env._("The mail itself is no longer kept: only its text is.")
            )
        source = base64.b64decode(inbound_sudo.raw)
        gateway = self.env["mail.thread"].sudo().with_context(campaign_as_person=True)
        # a new id: the old one is known as that of a kept mail
        message_id = inbound_sudo.message_id
        inbound_sudo.message_id = f"{message_id} (taken as a person's)"
        has_place = gateway.message_process(False, source)
        # sudo: only whether the reply desk has it
        responses_sudo = self.env["campaign.response"].sudo()
        same = [("message_id", "=", message_id)]
        if not has_place and not responses_sudo.search_count(same, limit=1):
            raise UserError(
                self.env._(
                    "Odoo has no place for this mail: nobody there is mailed at this "
                    "address. Make an alias for it, or answer it from your own mailbox."
                )
            )
        inbound_sudo.write({"state": "seen", "kind": bounces.HUMAN, "rule": "person"})
        return True

    def action_view_delivery(self):
        """Open the delivery that this mail is about."""
        self.ensure_one()
        return self.trace_id._get_records_action()

    def _check_user(self):
        if not self.env.user.has_groups(
            "mass_mailing.group_mass_mailing_user,base.group_system"
        ):
            raise AccessError(
                self.env._("Only Email Marketing users decide about inbound mail.")
            )
        self.check_access("read")

    # ------------------------------------------------------------
    # Forgetting
    # ------------------------------------------------------------

    @api.model
    def _days(self, name, default):
        # sudo: a setting, not a secret
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        value = parameters_sudo.get_param(f"campaign_desk.{name}", "")
        return int(value) if value.isdigit() else default

    @api.autovacuum
    def _gc_inbound(self):
        """Forget mails after some days, and all about them after some more."""
        now = fields.Datetime.now()
        kept = timedelta(days=self._days("inbound_days", 730))
        old = self.search([("received_at", "<", now - kept)], limit=1000)
        count = len(old)
        old.unlink()
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "raw"),
                (
                    "create_date",
                    "<",
                    now - timedelta(days=self._days("inbound_raw_days", 30)),
                ),
            ],
            limit=1000,
        )
        count += len(files)
        files.unlink()
        return count, int(count >= 1000)


def _raw(message):
    try:
        source = message.as_bytes()
    except Exception:  # some mails can be read, but not written again
        return False
    return base64.b64encode(source) if len(source) <= _LARGEST_RAW else False

"""Campaign: copies of a mailing's mails, for people who are not its recipients."""

import secrets
from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.tools import email_normalize, plaintext2html

from ...tools import mail_address, mime, tokens


@dataclass(frozen=True, slots=True)
class Copies:
    """Who gets copies of a mailing's mails, by addresses that servers accept."""

    mailing_id: int
    is_each: bool
    cc: tuple[str, ...]
    bcc: tuple[str, ...]

    def header(self):
        """Return the ``Cc`` header as a list of none or one."""
        return [mime.addresses_header("Cc", self.cc)] if self.cc else []

    def of(self, delivery):
        """Return what the renderer takes for a copy of a delivery's mail.

        Nothing in it leads back to the delivery: the token stands for none, and its
        number is negative.
        """
        domain = delivery.message_id.rpartition("@")[2]
        return replace(
            delivery,
            id=-delivery.id,
            token=tokens.neutral(self.mailing_id),
            message_id=f"<{secrets.token_hex(16)}@{domain}",
            is_copy=True,
        )

    def mails(self, drafts, test_address=""):
        """Return rendered copies, one for each address, so that none hurts another.

        Who gets the mail itself needs no copy.

        :param drafts: what the renderer returned, still addressed to the recipients.
        :param test_address: where all of them go instead.
        """
        mails = []
        for sender, draft in drafts:
            recipient = draft.recipients[0].lower()
            for address in (*self.cc, *self.bcc):
                if address.lower() != recipient:
                    where = (test_address or address,)
                    ref = -1 - len(mails)
                    mails.append((sender, replace(draft, ref=ref, recipients=where)))
        return mails


class MailingMailing(models.Model):
    _name = "mailing.mailing"
    _inherit = ["mailing.mailing", "campaign.copy.mixin"]

    email_cc = fields.Char(
        compute="_compute_copies",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    email_bcc = fields.Char(
        compute="_compute_copies",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    copy_mode = fields.Selection(
        compute="_compute_copies",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    copied_at = fields.Datetime(
        "Copy Sent", readonly=True, copy=False, help="When its one copy was sent."
    )
    copy_error = fields.Text(
        "Why a Copy Failed", readonly=True, copy=False, help="The first reason."
    )

    @api.depends("campaign_id")
    def _compute_copies(self):
        """Take over what the campaign has, where nothing is said yet."""
        for mailing in self:
            campaign = mailing.campaign_id
            is_open = mailing.state in (False, "draft") and not (
                mailing.email_cc or mailing.email_bcc
            )
            source = campaign if campaign and is_open else mailing
            mailing.email_cc = source.email_cc
            mailing.email_bcc = source.email_bcc
            mailing.copy_mode = source.copy_mode or "once"

    def _copies_of_each(self):
        """Return how many copies at most leave with each mail."""
        if self.copy_mode != "each":
            return 0
        addresses = f"{self.email_cc or ''},{self.email_bcc or ''}"
        return len(mail_address.split(addresses))

    def _copies(self):
        """Return the :class:`Copies` that are to be sent, or None.

        Who is on the blacklist gets none, and is not named as if.
        """
        if not self.email_cc and not self.email_bcc:
            return None
        if self.copy_mode == "once" and self.copied_at:
            return None
        cc, bcc = map(_by_normalized, (self.email_cc, self.email_bcc))
        # sudo: whoever sends the mailing may not read the list, but has to heed it.
        blacklist_sudo = self.env["mail.blacklist"].sudo()
        blocked = blacklist_sudo.search([("email", "in", [*cc, *bcc])]).mapped("email")
        cc = {key: one for key, one in cc.items() if key not in blocked}
        bcc = {key: one for key, one in bcc.items() if key not in (*blocked, *cc)}
        if not cc and not bcc:
            return None
        is_each = self.copy_mode == "each"
        return Copies(self.id, is_each, tuple(cc.values()), tuple(bcc.values()))

    def _note_copy_error(self, reason):
        """Tell once that a copy did not get through; it is not tried again."""
        if not self.copy_error:
            self.copy_error = reason
            self.message_post(
                body=plaintext2html(
                    self.env._(
                        "A copy of this mailing could not be sent. Copies are not "
                        "tried again. %s",
                        reason,
                    )
                )
            )

    @api.model
    def _find_by_copy(self, purpose, signed):
        """Return the mailing for a signed token of a copy, or an empty recordset.

        sudo: whoever holds the token got the copy and may have no account.
        """
        token = tokens.verify(self._tracking_key(), purpose, signed)
        number = tokens.neutral_number(token or "")
        return self.sudo().browse(number or []).exists()


def _by_normalized(text):
    """Return the addresses in ``text`` as servers accept them, by how Odoo knows them.

    :raise ValueError: one is none; the check of the field has been passed by.
    """
    found = {}
    for address in mail_address.split(text or ""):
        found.setdefault(email_normalize(address), mail_address.bare(address))
    return found

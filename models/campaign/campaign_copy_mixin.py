"""Campaign: who gets copies of mails besides their recipients."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import mail_address

MOST_ADDRESSES = 20


class CampaignCopyMixin(models.AbstractModel):
    """The addresses for copies, of a mailing or as the default of a campaign's."""

    _name = "campaign.copy.mixin"
    _description = "Copies of Mails"

    email_cc = fields.Char(
        "Cc",
        help="Who gets a copy, openly: addresses separated by commas. Links in a copy "
        "do not count, and nobody can be unsubscribed with it.",
    )
    email_bcc = fields.Char(
        "Bcc",
        help="Who gets a copy without being named in it: addresses separated by "
        "commas.",
    )
    copy_mode = fields.Selection(
        [("each", "A copy of each mail"), ("once", "One copy per mailing")],
        string="Copies",
        required=True,
        help="One copy is that of the first mail that is sent. With a copy of each, "
        "recipients see the Cc addresses on their mail.",
    )

    @api.constrains("email_cc", "email_bcc")
    def _check_copy_addresses(self):
        for record in self:
            addresses = [
                *mail_address.split(record.email_cc or ""),
                *mail_address.split(record.email_bcc or ""),
            ]
            for address in addresses:
                record._check_copy_address(address)
            if len(addresses) > MOST_ADDRESSES:
                raise ValidationError(
                    self.env._(
                        "Copies can go to %(most)s addresses, not to %(count)s.",
                        most=MOST_ADDRESSES,
                        count=len(addresses),
                    )
                )

    def _check_copy_address(self, address):
        try:
            mail_address.bare(address)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "Copies cannot go to “%s”. Write addresses alone, separated by "
                    "commas, such as anna@example.com, ben@example.com.",
                    address,
                )
            ) from error

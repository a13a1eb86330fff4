"""Sending: when a mailing may reach people, and what to do about uncertain mails."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .frequency_cap import FrequencyCap
from .settlement import UTC_NOW


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    send_window_id = fields.Many2one(
        "campaign.send.window",
        default=lambda self: self._default_send_window(),
        ondelete="restrict",
        tracking=True,
        help="Nothing is sent outside of these hours, by the clock of each recipient "
        "where it is known. Blank: at any time.",
    )
    ignore_frequency_cap = fields.Boolean(
        tracking=True,
        help="For what everybody must get. It goes also to who has got as many mails "
        "as the frequency cap of the settings allows.",
    )
    uncertain_policy = fields.Selection(
        [("keep", "Keep for a person"), ("resend", "Send again, once")],
        string="If the Outcome Is Unknown",
        default="keep",
        required=True,
        tracking=True,
        help="What to do with a mail that was being handed over when the connection or "
        "the process died. Sent again, it has the same Message-ID, by which many "
        "mailboxes notice that it has come twice. What is lost sight of a second time "
        "is kept for a person.",
    )
    uncertain_grace_minutes = fields.Integer(
        "Send Again After (Minutes)",
        default=30,
        required=True,
        help="Time for the mail server to tell what became of it.",
    )

    @api.model
    def _default_send_window(self):
        return self.env.company.campaign_send_window_id

    def _init_column(self, column_name):
        """Leave mailings that were there before the add-on without hours.

        Their company has none either, nor a column for them yet.
        """
        if column_name == "send_window_id":
            return None
        return super()._init_column(column_name)

    @api.constrains("uncertain_grace_minutes")
    def _check_uncertain_grace_minutes(self):
        if any(mailing.uncertain_grace_minutes < 1 for mailing in self):
            raise ValidationError(
                self.env._(
                    "Wait at least a minute before a mail with an unknown outcome is "
                    "sent again."
                )
            )

    def write(self, vals):
        """Look again at what waits when the reason to wait changes."""
        result = super().write(vals)
        if vals.keys() & {"send_window_id", "ignore_frequency_cap"}:
            self._look_again()
        return result

    def _frequency_cap(self):
        """Return the cap that holds for this mailing, or None."""
        companies = self.env["res.company"]
        if not companies._has_frequency_caps() or self.ignore_frequency_cap:
            return None
        company = self.company_id
        mails = company.campaign_cap_mails
        return FrequencyCap(mails, company.campaign_cap_days) if mails else None

    def _look_again(self):
        """Have the lanes judge anew what waits for a window or for the cap."""
        sending = self.filtered(lambda mailing: mailing.state == "sending")
        if not sending:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mailing_trace
                   SET next_attempt_at = %s
                 WHERE mass_mailing_id = ANY(%s)
                   AND trace_status = 'outgoing'
                   AND waiting_for IN ('window', 'cap')
                   AND token IS NOT NULL
                """,
                UTC_NOW,
                sending.ids,
            )
        )
        self.env["mailing.trace"].invalidate_model(["next_attempt_at"])
        self.env["mailing.trace"]._wake_lanes()

"""Response: one mail tells the guests that a meeting is off, not two."""

from odoo import models


class CalendarPopoverDeleteWizard(models.TransientModel):
    _inherit = "calendar.popover.delete.wizard"

    def action_send_mail_and_delete(self):
        """Send what was written in the dialog with the file that clears calendars."""
        if not self.calendar_event_id._invited_by_us():
            return super().action_send_mail_and_delete()
        told = {"subject": self.subject, "body": self.body}
        return self._on_event(campaign_cancellation=told)

    def action_delete(self):
        """Delete without a word, if that is what was chosen."""
        if self.env.context.keys() & {"campaign_no_cancel", "campaign_cancellation"}:
            return super().action_delete()
        return self._on_event(campaign_no_cancel=True)

    def _on_event(self, **context):
        return self.with_context(**context).action_delete()

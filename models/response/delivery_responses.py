"""Response: deliveries, and who answered them."""

from odoo import models


class MailingTrace(models.Model):
    _name = "mailing.trace"
    _inherit = ["mailing.trace", "campaign.response.links.mixin"]
    _response_field = "trace_id"

    def _take_back_reply(self):
        """Have a delivery count as not answered: it was a machine that did.

        A person who opened it before still has.
        """
        for trace in self.filtered("token"):
            if trace.trace_status != "reply":
                continue
            opened = trace.open_datetime
            was_opened = opened and opened < trace.reply_datetime
            trace.write(
                {
                    "trace_status": "open" if was_opened else "sent",
                    "open_datetime": opened if was_opened else False,
                    "reply_datetime": False,
                }
            )
            # sudo: the delivery's own events, which nobody else changes
            events_sudo = trace.sudo().event_ids
            events_sudo.filtered(lambda event: event.kind == "reply").write(
                {"verdict": "machine"}
            )

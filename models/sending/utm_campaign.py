"""Sending: how far a campaign is, over all its mails."""

from odoo import models

# Of mails that are at different points the campaign tells the first of these.
PHASES = (
    "sending",
    "waiting",
    "stopped",
    "paused",
    "cancelling",
    "queued",
    "done",
    "cancelled",
    "draft",
)
NUMBERS = (
    "planned",
    "sent",
    "waiting",
    "bounced",
    "failed",
    "uncertain",
    "suppressed",
    "mails_per_minute",
)


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    def get_sending_status(self):
        """Return how far this campaign is: its mails' statuses, taken together.

        :return: a dict as that of a mailing's ``get_sending_status()``; ``state`` is
            the campaign's.
        """
        self.ensure_one()
        self.check_access("read")
        mails = self.mailing_mail_ids.filtered(lambda mail: mail.state != "draft")
        statuses = [mail.get_sending_status() for mail in mails]
        if not statuses:  # with the words of a draft, and zeros
            statuses = [self.env["mailing.mailing"].new({}).get_sending_status()]
        leading = min(statuses, key=lambda status: PHASES.index(status["phase"]))
        ends = [status["finishes_at"] for status in statuses]
        return {
            **leading,
            "state": self.state,
            "is_planned": all(status["is_planned"] for status in statuses),
            **{name: sum(status[name] for status in statuses) for name in NUMBERS},
            "waiting_for": _together(
                group for status in statuses for group in status["waiting_for"]
            ),
            "finishes_at": max(filter(None, ends), default=False),
        }

    def action_view_deliveries(self, kind):
        """Open the deliveries of this campaign, as a mailing's method of this name."""
        self.ensure_one()
        action = self.mailing_mail_ids[:1].action_view_deliveries(kind)
        context = {
            name: value
            for name, value in action["context"].items()
            if name != "search_default_mass_mailing_id"
        }
        return action | {
            "context": context,
            "domain": [("campaign_id", "=", self.id)],
        }


def _together(groups):
    """Add up groups of waiting deliveries that wait for the same."""
    merged = {}
    for group in groups:
        same = merged.setdefault(group["reason"], {**group, "count": 0})
        same["count"] += group["count"]
        times = filter(None, (same["next_attempt_at"], group["next_attempt_at"]))
        same["next_attempt_at"] = min(times, default=False)
    return list(merged.values())

"""Campaign: the conditions of segments in words."""

from odoo import api, fields, models
from odoo.tools import format_date

from .campaign_segment_condition import TIMELESS


class CampaignSegmentCondition(models.Model):
    _inherit = "campaign.segment.condition"
    _rec_name = "summary"

    summary = fields.Char("Condition", compute="_compute_summary")

    @api.depends(lambda self: self._fields_that_say())
    def _compute_summary(self):
        for condition in self:
            words = [condition._describe(), condition._describe_period()]
            condition.summary = " ".join(word for word in words if word)

    def _describe(self):
        """Return in words what the condition asks for, without when."""
        lists = self._names(self.list_ids.mapped("name"))
        match self.kind:
            case "received":
                if self.comparison == "least":
                    return self.env._("Got at least %s mails", self.number)
                return self.env._("Got at most %s mails", self.number)
            case "score":
                if self.comparison == "least":
                    return self.env._(
                        "Has an engagement score of %s or more", self.score
                    )
                return self.env._("Has an engagement score of at most %s", self.score)
            case "never_mailed":
                return self.env._("Was never mailed")
            case "subscribed":
                return self.env._("Is subscribed to %s", lists or self.env._("a list"))
            case "unsubscribed":
                return (
                    self.env._("Has left %s", lists)
                    if lists
                    else self.env._("Has unsubscribed")
                )
        sentence = {
            "opened": self.env._("Opened %s", self._describe_mails()),
            "clicked": self.env._("Clicked in %s", self._describe_mails()),
            "replied": self.env._("Answered %s", self._describe_mails()),
            "bounced": self.env._("Did not take %s", self._describe_mails()),
        }.get(self.kind, "")
        if self.kind == "clicked" and self.url_contains:
            sentence += " " + self.env._("on a link with “%s”", self.url_contains)
        return sentence

    def _describe_mails(self):
        meant = [*self.mailing_ids, *self.campaign_ids]
        names = self._names([record.display_name for record in meant])
        if self.latest:
            mails = {
                "any": self.env._("one or more of the last %s mails", self.latest),
                "none": self.env._("none of the last %s mails", self.latest),
                "all": self.env._("all of the last %s mails", self.latest),
            }
        else:
            mails = {
                "any": self.env._("one or more mails"),
                "none": self.env._("none of their mails"),
                "all": self.env._("all of their mails"),
            }
        of = self.env._("of %s", names) if names else ""
        return f"{mails.get(self.extent, '')} {of}".strip()

    def _describe_period(self):
        if self.kind in TIMELESS:
            return ""
        day = format_date(self.env, self.day)
        return {
            "last": self.env._("in the last %s days", self.days),
            "older": self.env._("more than %s days ago", self.days),
            "since": self.env._("since %s", day),
            "before": self.env._("before %s", day),
        }.get(self.period, "")

    @staticmethod
    def _names(names):
        return ", ".join(names[:3]) + ("…" if len(names) > 3 else "")

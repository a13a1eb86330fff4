"""Response: from the understood reply to a team and a person."""

from datetime import timedelta

from odoo import fields, models

from .routing_run import RoutingRun

# After so long nobody remembers a contact.
MEMORY = timedelta(days=180)


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    routing_rule_ids = fields.Many2many(
        "campaign.routing.rule",
        string="Routing Rules",
        readonly=True,
        help="The rules that fit this reply; the last of them decided.",
    )

    _queue_idx = models.Index(
        "(team_id, received_at) WHERE user_id IS NULL AND state IN ('new', 'open')"
    )
    _load_idx = models.Index(
        "(user_id) WHERE user_id IS NOT NULL AND state IN ('new', 'open')"
    )

    def _route(self):
        """Give each reply that nobody has to a team and, if one is free, to a person.

        Replies that somebody has stay where they are: people know better.
        """
        run = RoutingRun(self.env, fields.Datetime.now())
        todo = self.filtered(lambda one: not one.user_id and one.state != "done")
        for response in todo.sorted(lambda one: (one.received_at, one.id)):
            run.route(response)
        self._apply_service_level()

    def _give(self, user, because, **values):
        """Give a reply to somebody, who hears of it within a minute or two."""
        self._quietly().write(
            {
                **values,
                "user_id": user.id,
                "routed_because": because,
                "is_to_announce": True,
            }
        )

    def _previous_owner(self):
        """Return who had the last reply of the same contact, if that is known."""
        self.ensure_one()
        whose = []
        if self.email:
            whose.append([("email", "=", self.email)])
        if self.partner_id:
            whose.append([("partner_id", "=", self.partner_id.id)])
        before = self.browse()
        for domain in whose:
            before |= self.search(
                [
                    *domain,
                    ("company_id", "=", self.company_id.id),
                    ("user_id", "!=", False),
                    ("received_at", ">", self.received_at - MEMORY),
                    ("id", "!=", self.id),
                ],
                order="received_at desc, id desc",
                limit=1,
            )
        return before.sorted(lambda one: (one.received_at, one.id))[-1:].user_id

    def action_route_again(self):
        """Take these replies through the rules once more, as if they had just come."""
        self.check_access("write")
        # sudo: rules look at leads and people that a manager of replies may not see
        responses_sudo = self.filtered(lambda one: one.state != "done").sudo()
        responses_sudo._quietly().write({"user_id": False, "team_id": False})
        responses_sudo._route()
        return True

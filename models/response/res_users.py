"""Response: users as responders."""

from odoo import models
from odoo.tools import SQL

OPEN_STATES = ("new", "open")


class ResUsers(models.Model):
    _inherit = "res.users"

    def _may_answer(self):
        """Return whether this user may look at replies at all."""
        self.ensure_one()
        # sudo: a team leader may not see what others may do
        user_sudo = self.sudo()
        return user_sudo.active and user_sudo.has_group(
            "campaign_desk.group_response_user"
        )

    def write(self, vals):
        """Give the open replies of who leaves the company back to their teams."""
        result = super().write(vals)
        if vals.get("active") is False:
            # sudo: users are archived by people who need not see replies
            responses_sudo = self.env["campaign.response"].sudo()
            left = responses_sudo.search(
                [("user_id", "in", self.ids), ("state", "!=", "done")]
            )
            for user, responses in left.grouped("user_id").items():
                because = self.env._("%s is no user any more.", user.name)
                responses._quietly().write(
                    {"user_id": False, "routed_because": because}
                )
        return result

    def _open_replies(self):
        """Return how many open replies these users have, by id; in all teams."""
        if not self.ids:
            return {}
        self.env["campaign.response"].flush_model(["user_id", "state", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, count(*) FROM campaign_response
                 WHERE user_id = ANY(%s) AND state = ANY(%s) AND active
                 GROUP BY user_id
                """,
                self.ids,
                list(OPEN_STATES),
            )
        )
        return dict(rows)

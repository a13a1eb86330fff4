"""Response: when people are on leave."""

import pytz

from odoo import models
from odoo.fields import Domain


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def _own_leaves(self, start, end):
        """Return the leaves of persons, by resource, as intervals in UTC.

        Whatever schedule they belong to: in a team, people may work by another.
        """
        leaves = self.env["resource.calendar.leaves"].search(
            Domain("resource_id", "in", self.ids)
            & Domain("time_type", "=", "leave")
            & Domain("date_from", "<", end)
            & Domain("date_to", ">", start)
        )
        return {
            resource: [
                (pytz.utc.localize(one.date_from), pytz.utc.localize(one.date_to), one)
                for one in of_resource
            ]
            for resource, of_resource in leaves.grouped("resource_id").items()
        }

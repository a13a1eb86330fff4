"""Response: working hours, in which replies are given out and deadlines run."""

from datetime import timedelta

import pytz

from odoo import models
from odoo.tools.intervals import Intervals


class ResourceCalendar(models.Model):
    """Without a record, the methods here count the hours around the clock."""

    _inherit = "resource.calendar"

    def _days_off_domain(self, company):
        """Return the domain of a company's holidays.

        Odoo takes those that belong to no schedule from all companies.
        """
        return [("time_type", "=", "leave"), ("company_id", "in", [False, company.id])]

    def _deadline(self, start, hours, company):
        """Return when so many working hours from ``start`` on are over.

        None if they never are, as the schedule has no hours.
        """
        if not self:
            return start + timedelta(hours=hours)
        end = self.plan_hours(
            hours, start, compute_leaves=True, domain=self._days_off_domain(company)
        )
        return end.replace(microsecond=0) if end else None

    def _hours_between(self, start, end, company):
        """Return how many working hours lie between two moments."""
        if start >= end:
            return 0.0
        if not self:
            return (end - start).total_seconds() / 3600
        return self.get_work_hours_count(
            start, end, domain=self._days_off_domain(company)
        )

    def _work_begins(self, resources, now, company, days=14):
        """Return when work begins, by resource id, as it is and as without own leave.

        It begins now while somebody is at work; None if not within so many days. Under
        False stands the schedule itself.
        """
        ids = [False, *resources.ids]
        if not self:
            return dict.fromkeys(ids, (now, now))
        start = pytz.utc.localize(now)
        end = start + timedelta(days=days)
        domain = self._days_off_domain(company)
        working = self._work_intervals_batch(start, end, domain=domain)[False]
        usually = _first(working, now)
        begins = dict.fromkeys(ids, (usually, usually))
        for resource, leaves in resources._own_leaves(
            now, end.replace(tzinfo=None)
        ).items():
            begins[resource.id] = (_first(working - Intervals(leaves), now), usually)
        return begins


def _first(intervals, now):
    """Return when the first of the intervals begins, in UTC; at the earliest now."""
    for start, _stop, _record in intervals:
        return max(start.astimezone(pytz.utc).replace(tzinfo=None), now)
    return None

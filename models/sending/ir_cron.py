"""Sending: the scheduled jobs that are lanes."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MOST_LANES = 16


class IrCron(models.Model):
    _inherit = "ir.cron"

    campaign_lane = fields.Integer(
        readonly=True, help="The number of the sending lane that this job runs."
    )

    @api.model
    def _campaign_lanes(self):
        """Return the jobs that are lanes and in use."""
        # sudo: jobs are the administrators' records, and whoever sends wakes them.
        return self.sudo().search([("campaign_lane", ">", 0)], order="campaign_lane")

    @api.model
    def _set_campaign_lanes(self, count):
        """Have as many lanes as wanted; those that are too many are archived.

        :raise ValidationError: the number makes no sense.
        """
        if not 1 <= count <= MOST_LANES:
            raise ValidationError(
                self.env._(
                    "There can be between 1 and %s sending lanes. Each needs a thread "
                    "of Odoo's scheduler (max_cron_threads) to run beside the others.",
                    MOST_LANES,
                )
            )
        lanes_sudo = self.with_context(active_test=False)._campaign_lanes()
        for job in lanes_sudo:
            if job.active != (job.campaign_lane <= count):  # a running one is locked
                job.active = not job.active
        missing = set(range(1, count + 1)) - set(lanes_sudo.mapped("campaign_lane"))
        lanes_sudo.create([self._lane_values(lane) for lane in sorted(missing)])

    @api.model
    def _lane_values(self, lane):
        return {
            "name": f"Campaign Desk: sending lane {lane}",
            "model_id": self.env["ir.model"]._get_id("mailing.trace"),
            "state": "code",
            "code": f"model._cron_send({lane})",
            "user_id": self.env.ref("base.user_root").id,
            "interval_number": 1,
            "interval_type": "hours",
            "priority": 20,
            "campaign_lane": lane,
        }

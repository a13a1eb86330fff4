"""Response: how a company meets people, and what it tells who opts out."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    response_meeting_minutes = fields.Integer("Length of Meetings", default=30)
    response_meeting_buffer = fields.Integer("Time Between Meetings", default=15)
    response_meeting_notice = fields.Integer("Hours of Notice", default=4)
    response_meeting_days = fields.Integer("Days to Look Ahead", default=10)
    response_meeting_video = fields.Boolean("Video Call for Meetings")
    response_confirms_opt_out = fields.Boolean("Confirm Opt-Outs by Mail")

    _response_meeting_sane = models.Constraint(
        "CHECK (response_meeting_minutes BETWEEN 5 AND 480"
        " AND response_meeting_buffer BETWEEN 0 AND 240"
        " AND response_meeting_notice BETWEEN 0 AND 720"
        " AND response_meeting_days BETWEEN 1 AND 60)",
        "Meetings last 5 to 480 minutes, with 0 to 240 minutes between them, 0 to 720 "
        "hours of notice, within 1 to 60 days.",
    )

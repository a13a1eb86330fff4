"""Response: the settings of meetings and opt-outs."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    response_meeting_minutes = fields.Integer(
        related="company_id.response_meeting_minutes", readonly=False
    )
    response_meeting_buffer = fields.Integer(
        related="company_id.response_meeting_buffer", readonly=False
    )
    response_meeting_notice = fields.Integer(
        related="company_id.response_meeting_notice", readonly=False
    )
    response_meeting_days = fields.Integer(
        related="company_id.response_meeting_days", readonly=False
    )
    response_meeting_video = fields.Boolean(
        related="company_id.response_meeting_video", readonly=False
    )
    response_confirms_opt_out = fields.Boolean(
        related="company_id.response_confirms_opt_out", readonly=False
    )

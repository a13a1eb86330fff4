"""Checking: a preview as a file, to open in a mail program."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class CampaignPreview(http.Controller):
    @http.route(
        "/campaign_desk/preview/<int:mailing_id>/<int:recipient_id>.eml",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,  # what making a mail writes is taken back, but written first
    )
    def campaign_preview(self, mailing_id, recipient_id, lang=False):
        """Serve the mail as it would be sent."""
        mailing = request.env["mailing.mailing"].browse(mailing_id).exists()
        data = mailing and mailing._preview_source(recipient_id, lang)
        if not data:
            raise NotFound()
        return request.make_response(
            data,
            headers=[
                ("Content-Type", "message/rfc822"),
                ("Content-Disposition", 'attachment; filename="preview.eml"'),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )

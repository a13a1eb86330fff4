"""Response: files that came with replies, to be downloaded and never opened here."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request


class CampaignResponseFile(http.Controller):
    @http.route(
        "/campaign_desk/response/<int:response_id>/file/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def campaign_response_file(self, response_id, file_id):
        """Serve a file of a conversation to who may read the reply."""
        response = request.env["campaign.response"].browse(response_id).exists()
        file_sudo = response and response._find_file(file_id)
        if not file_sudo:
            raise NotFound()
        stream = request.env["ir.binary"]._get_stream_from(file_sudo)
        stream.mimetype = "application/octet-stream"
        answer = stream.get_response(as_attachment=True, immutable=False)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        answer.headers["Cache-Control"] = "no-store"
        return answer

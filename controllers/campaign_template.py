"""Campaign: what templates look like."""

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

# A mail is somebody else's HTML. It is shown as a picture: nothing in it runs, and
# nothing it asks for is asked for in the name of the user.
_PICTURE = (
    "sandbox; default-src 'none'; img-src 'self' data: https:; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)


class CampaignTemplateController(http.Controller):
    @http.route(
        "/campaign_desk/template/<int:template_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def template(self, template_id, **_kwargs):
        return self._picture("campaign.template", template_id)

    @http.route(
        "/campaign_desk/template/version/<int:version_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def version(self, version_id, **_kwargs):
        return self._picture("campaign.template.version", version_id)

    def _picture(self, model, record_id):
        record = request.env[model].search([("id", "=", record_id)])
        if not record:
            raise NotFound()
        return request.make_response(
            record._picture(),
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", _PICTURE),
                ("Cache-Control", "private, max-age=3600"),
                ("Referrer-Policy", "no-referrer"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )

"""Tracking: the pages that the addresses in a mail lead to.

Each address stands for one delivery; those in a copy for somebody else for none. It
holds a signed token and nothing else. A token that is unknown or tampered with gets a
friendly page. Pixel and links do not come here, but to :mod:`.gate`.
"""

from odoo import SUPERUSER_ID, http
from odoo.http import request

from odoo.addons.mass_mailing.controllers.main import MassMailController

from ..models.campaign.mailing_renderer import Delivery, MailingRenderer
from ..tools import tokens
from .gate import NO_STORE

# The mail's own styles and pictures, and nothing that runs.
_MAIL_ONLY = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline' *; font-src *; "
    "media-src *; base-uri 'none'; form-action 'none'"
)


def address_in_mail(path, methods=("GET",), **options):
    """Return the decorator of a route that recipients of mails come to."""
    return http.route(
        path,
        type="http",
        auth="public",
        methods=list(methods),
        save_session=False,
        **options,
    )


class CampaignTracking(MassMailController):
    @address_in_mail("/campaign/<path:unknown>", methods=["GET", "POST"], csrf=False)
    def campaign_unknown(self, unknown, **_form):
        """Say that an address does not work (any more)."""
        return self._campaign_unknown()

    @address_in_mail("/campaign/v/<string:signed>")
    def campaign_view(self, signed):
        """Show the mail."""
        trace_sudo = request.env["mailing.trace"]._find_by_signed(tokens.VIEW, signed)
        if not trace_sudo:
            return self._campaign_no_delivery(tokens.VIEW, signed)
        # as the lanes render it
        mailing = trace_sudo.mass_mailing_id.with_user(SUPERUSER_ID)
        delivery = Delivery(
            id=trace_sudo.id,
            res_id=trace_sudo.res_id,
            email=trace_sudo.email,
            token=trace_sudo.token,
            message_id=trace_sudo.message_id,
        )
        page = MailingRenderer(mailing._for_responsible()).page(delivery)
        if page is None:
            return self._campaign_unknown()
        headers = [
            *NO_STORE,
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", _MAIL_ONLY),
        ]
        return request.make_response(page, headers=headers)

    @address_in_mail("/campaign_desk/file/<string:signed>")
    def campaign_file(self, signed):
        """Serve a file of a mailing to whoever has its link."""
        file_sudo, is_known = request.env["mailing.mailing"]._find_file(signed)
        if not is_known:
            return self._campaign_unknown()
        if not file_sudo:
            response = request.render("campaign_desk.page_file_gone", status=410)
            response.headers.update(NO_STORE)
            return response
        if file_sudo.url and not file_sudo.file_size:
            return self._lead_on(file_sudo.url)
        stream = request.env["ir.binary"]._get_stream_from(file_sudo)
        response = stream.get_response(as_attachment=True)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _lead_on(self, url):
        response = request.redirect(url, code=302, local=False)
        response.headers.update(NO_STORE)
        return response

    def _copied_mailing(self, purpose, signed):
        return request.env["mailing.mailing"]._find_by_copy(purpose, signed)

    def _campaign_no_delivery(self, purpose, signed):
        """Say that a copy's address does nothing, or that the address is unknown."""
        if not self._copied_mailing(purpose, signed):
            return self._campaign_unknown()
        response = request.render("campaign_desk.page_copy")
        response.headers.update(NO_STORE)
        return response

    def _campaign_unknown(self):
        response = request.render("campaign_desk.page_unknown_link", status=404)
        response.headers.update(NO_STORE)
        return response

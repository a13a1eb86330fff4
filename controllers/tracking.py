"""Tracking: the public addresses in a mail. Each stands for one delivery.

Those in a copy for somebody else stand for none: its links lead on, and no more.

An address holds a signed token and nothing else. What it leads to is looked up in our
own tables; a token that is unknown or tampered with gets a friendly page.
"""

import base64

from odoo import http
from odoo.http import request

from odoo.addons.mass_mailing.controllers.main import MassMailController

from ..tools import tokens

PIXEL = base64.b64decode("R0lGODlhAQABAIAAANvf7wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


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
    @address_in_mail("/campaign/o/<string:signed>.gif")
    def campaign_open(self, signed):
        """Serve the pixel, to anybody; count the delivery's opening."""
        if request.httprequest.method == "GET":
            request.env["mailing.trace"]._find_by_signed(
                tokens.OPEN, signed
            ).set_opened()
        headers = [*_NO_STORE.items(), ("Content-Type", "image/gif")]
        return request.make_response(PIXEL, headers=headers)

    @address_in_mail("/campaign/c/<string:signed>/<string:code>")
    def campaign_click(self, signed, code):
        """Lead on to a link of this very mailing; count the click."""
        trace_sudo = request.env["mailing.trace"]._find_by_signed(tokens.CLICK, signed)
        link_sudo = (
            request.env["link.tracker.code"]
            .sudo()
            .search([("code", "=", code)])
            .link_id
        )
        mailing_sudo = trace_sudo.mass_mailing_id or self._copied_mailing(
            tokens.CLICK, signed
        )
        if not mailing_sudo or not _is_link_of(link_sudo, mailing_sudo):
            return self._campaign_unknown()
        if trace_sudo and request.httprequest.method == "GET":
            request.env["link.tracker.click"].sudo().add_click(
                code,
                ip=request.httprequest.remote_addr,
                country_code=request.geoip.country_code,
                mailing_trace_id=trace_sudo.id,
            )
        response = request.redirect(link_sudo.redirected_url, code=302, local=False)
        response.headers.update(_NO_STORE)
        return response

    @address_in_mail("/campaign/v/<string:signed>")
    def campaign_view(self, signed):
        """Lead on to Odoo's page with the mail."""
        trace_sudo = request.env["mailing.trace"]._find_by_signed(tokens.VIEW, signed)
        if not trace_sudo:
            return self._campaign_no_delivery(tokens.VIEW, signed)
        mailing_sudo = trace_sudo.mass_mailing_id
        return self._lead_on(
            mailing_sudo._get_view_url(trace_sudo.email, trace_sudo.res_id)
        )

    @address_in_mail("/campaign_desk/file/<string:signed>")
    def campaign_file(self, signed):
        """Serve a file of a mailing to whoever has its link."""
        file_sudo, is_known = request.env["mailing.mailing"]._find_file(signed)
        if not is_known:
            return self._campaign_unknown()
        if not file_sudo:
            response = request.render("campaign_desk.page_file_gone", status=410)
            response.headers.update(_NO_STORE)
            return response
        if file_sudo.url and not file_sudo.file_size:
            return self._lead_on(file_sudo.url)
        stream = request.env["ir.binary"]._get_stream_from(file_sudo)
        response = stream.get_response(as_attachment=True)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    # Mail programs post here on behalf of their users, who have no session (RFC 8058).
    @address_in_mail("/campaign/u/<string:signed>", methods=["GET", "POST"], csrf=False)
    def campaign_unsubscribe(self, signed, **form):
        """Unsubscribe at one click (RFC 8058 §3.1); else lead on to Odoo's page."""
        trace_sudo = request.env["mailing.trace"]._find_by_signed(
            tokens.UNSUBSCRIBE, signed
        )
        if not trace_sudo:
            return self._campaign_no_delivery(tokens.UNSUBSCRIBE, signed)
        mailing_sudo = trace_sudo.mass_mailing_id
        one_click = form.get("List-Unsubscribe") == "One-Click"
        if request.httprequest.method != "POST" or not one_click:
            return self._lead_on(
                mailing_sudo._get_unsubscribe_url(trace_sudo.email, trace_sudo.res_id)
            )
        arguments = (mailing_sudo, str(trace_sudo.res_id), trace_sudo.email, None)
        if mailing_sudo.mailing_on_mailing_list:
            self._mailing_unsubscribe_from_list(*arguments)
        else:
            self._mailing_unsubscribe_from_document(*arguments)
        return request.make_response("", headers=list(_NO_STORE.items()))

    def _lead_on(self, url):
        response = request.redirect(url, code=302, local=False)
        response.headers.update(_NO_STORE)
        return response

    def _copied_mailing(self, purpose, signed):
        return request.env["mailing.mailing"]._find_by_copy(purpose, signed)

    def _campaign_no_delivery(self, purpose, signed):
        """Say that a copy's address does nothing, or that the address is unknown."""
        if not self._copied_mailing(purpose, signed):
            return self._campaign_unknown()
        response = request.render("campaign_desk.page_copy")
        response.headers.update(_NO_STORE)
        return response

    def _campaign_unknown(self):
        response = request.render("campaign_desk.page_unknown_link", status=404)
        response.headers.update(_NO_STORE)
        return response


def _is_link_of(link, mailing):
    """Return whether a link tracker belongs to a mailing.

    Trackers of the same address are shared between the mailings of a campaign and
    source, so the tracker's own mailing may be another version.
    """
    return bool(link) and (
        link.mass_mailing_id == mailing
        or (
            link.source_id == mailing.source_id
            and link.campaign_id == mailing.campaign_id
        )
    )

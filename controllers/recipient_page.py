"""Tracking: what the pages for recipients have in common."""

from odoo import fields
from odoo.http import request

from ..models.tracking.recipient_choices import latest_pause_day
from ..tools import visits
from .gate import NO_STORE
from .tracking import CampaignTracking

# Pages of text and forms. Nothing runs, nothing is fetched, nobody frames them.
_PAGE_ONLY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class RecipientPage(CampaignTracking):
    def _recipient_page(self, name, status=200, **values):
        """Return a page, in the language of the request's context."""
        response = request.render(f"campaign_desk.{name}", values, status=status)
        response.headers.update(NO_STORE)
        response.headers["Content-Security-Policy"] = _PAGE_ONLY
        return response

    def _network(self):
        return visits.address_prefix(request.httprequest.remote_addr) or ""

    def _is_post(self):
        return request.httprequest.method == "POST"

    @staticmethod
    def _words(form, name):
        """Return a text that somebody has sent, or ''; it may be anything."""
        value = form.get(name)
        return value.replace("\0", "").strip() if isinstance(value, str) else ""

    def _number(self, form, name):
        return _number(self._words(form, name))

    @staticmethod
    def _numbers(name):
        """Return all numbers that were sent under a name."""
        return [_number(text) for text in request.httprequest.form.getlist(name)]

    def _day(self, form, name):
        """Return a day to come, None if it is none or too far away."""
        try:
            day = fields.Date.to_date(self._words(form, name)[:10])
        except ValueError:
            return None
        return day if day and fields.Date.today() < day <= latest_pause_day() else None


def _number(text):
    """Return a record's id as somebody wrote it, 0 if it is none."""
    is_id = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_id else 0

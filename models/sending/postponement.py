"""Sending: for which recipients of a batch it is not the time."""

from odoo import fields

from ...tools.send_windows import next_opening
from .recipient_zones import recipient_zones


def postpone(mailing, deliveries):
    """Return what deliveries wait for, and until when, by id. The others may leave now.

    Asks the database for nothing about windows, caps and absences that there are not.

    :param deliveries: a claimed batch, as the renderer gets it.
    :return: pairs of a value of ``mailing.trace.waiting_for`` and a time in UTC.
    """
    cap = mailing._frequency_cap()
    heeds_absences = mailing._heeds_absences()
    if not mailing.send_window_id and not cap and not heeds_absences:
        return {}
    now = fields.Datetime.now()
    openings = _Openings(mailing, deliveries, now)
    postponed = {}
    if heeds_absences:
        emails = [one.email for one in deliveries]
        absent = mailing._absent_among(emails)
        for one in deliveries:
            if until := absent.get(one.email):
                postponed[one.id] = ("absence", openings.after(one, until))
    for delivery in deliveries:
        if delivery.id in postponed:
            continue
        opening = openings.after(delivery, now)
        if opening > now:
            postponed[delivery.id] = ("window", opening)
    if cap:
        others = [one for one in deliveries if one.id not in postponed]
        waiting = cap.postpone(mailing, others, now)
        for delivery in others:
            if until := waiting.get(delivery.id):
                postponed[delivery.id] = ("cap", openings.after(delivery, until))
    return postponed


class _Openings:
    """When a mailing's window opens for each of its recipients."""

    def __init__(self, mailing, deliveries, now):
        self._window = mailing.send_window_id and mailing.send_window_id._as_window(now)
        self._zones = {}
        if self._window:
            res_ids = [delivery.res_id for delivery in deliveries]
            self._zones = recipient_zones(mailing, res_ids, now.year)
        self._known = {}

    def after(self, delivery, moment):
        """Return the first moment from ``moment`` on that suits the recipient."""
        if not self._window:
            return moment
        key = self._zones[delivery.res_id], moment
        if key not in self._known:
            self._known[key] = next_opening(self._window, *key)
        return self._known[key]

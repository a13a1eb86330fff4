"""Sending: for which recipients of a batch it is not the time."""

from datetime import timedelta

from odoo import fields

from ...tools.send_windows import next_opening
from .frequency_cap import SHORTLY_SECONDS, FrequencyCap
from .recipient_zones import recipient_zones
from .suppression import FREQUENCY_DAYS

_NO_WISH = (None, None)


def postpone(mailing, deliveries):
    """Return what deliveries wait for, and until when, by id. The others may leave now.

    :param deliveries: a claimed batch, as the renderer gets it.
    :return: pairs of a value of ``mailing.trace.waiting_for`` and a time in UTC.
    """
    cap = mailing._frequency_cap()
    now = fields.Datetime.now()
    openings = _Openings(mailing, deliveries, now)
    wishes = mailing._timing_wishes_among([one.email for one in deliveries])
    waits_for_absent = mailing._is_marketing()  # else everybody must get it
    postponed = {}
    for delivery in deliveries:
        opening = openings.after(delivery, now)
        _frequency, back = wishes.get(delivery.email, _NO_WISH)
        if back and back > now and waits_for_absent:
            postponed[delivery.id] = ("absence", openings.after(delivery, back))
        elif opening > now:
            postponed[delivery.id] = ("window", opening)
    others = [one for one in deliveries if one.id not in postponed]
    waiting = cap.postpone(mailing, others, now) if cap else {}
    for delivery_id, until in _own_caps(mailing, others, wishes, now).items():
        waiting[delivery_id] = max(until, waiting.get(delivery_id, until))
    for delivery in others:
        if until := waiting.get(delivery.id):
            postponed[delivery.id] = ("cap", openings.after(delivery, until))
    return postponed


def _own_caps(mailing, deliveries, wishes, now):
    """Return until when deliveries wait whose owners want fewer mails, by id.

    Who had a mail lately has been left out already (see ``suppression``). This is about
    a mail that another worker has in hand: when it has left, the owner is left out.
    """
    waiting = {}
    for frequency, days in FREQUENCY_DAYS.items() if wishes else ():
        wanted = [
            one for one in deliveries if wishes.get(one.email, _NO_WISH)[0] == frequency
        ]
        if wanted:
            cap = FrequencyCap(1, days)
            shortly = now + timedelta(seconds=max(SHORTLY_SECONDS))
            for delivery_id, until in cap.postpone(mailing, wanted, now).items():
                waiting[delivery_id] = min(until, shortly)
    return waiting


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

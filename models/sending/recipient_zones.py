"""Sending: on which clock a recipient lives."""

from datetime import datetime
from functools import lru_cache

import pytz


def recipient_zones(mailing, res_ids, year):
    """Return the time zone of each recipient, by the record's id.

    Where it is not known it is that of who is responsible for the mailing, or of their
    company. Two or three queries, however many recipients.
    """
    model = mailing.env[mailing.mailing_model_real]
    country_field = model._fields.get("country_id")
    has_country = country_field and country_field.comodel_name == "res.country"
    records = model.with_context(active_test=False).search_fetch(
        [("id", "in", res_ids)],
        [
            name
            for name in ("tz", "country_id", *model._mail_get_partner_fields())
            if name in model._fields
        ],
        order="id",
    )
    people = records._mail_get_partners()
    default = _default_zone(mailing, year)
    zones = dict.fromkeys(res_ids, default)
    for record in records:
        person = people[record.id][:1]
        country = person.country_id
        if not country and has_country:
            country = record.country_id
        zones[record.id] = known_zone(person.tz, country.code, year) or default
    return {res_id: pytz.timezone(zone) for res_id, zone in zones.items()}


def _default_zone(mailing, year):
    seat = mailing.company_id.partner_id
    return (
        mailing.user_id.tz or known_zone(seat.tz, seat.country_id.code, year) or "UTC"
    )


@lru_cache(maxsize=4096)
def known_zone(name, country_code, year):
    """Return the name of a person's time zone, or None when it cannot be known.

    Odoo gives a new contact the time zone of whoever enters it. So a zone is believed
    only if clocks in the contact's country may show its time. Else it is the country's,
    if that has but one time.
    """
    in_country = pytz.country_timezones.get(country_code or "", [])
    times = {_offsets(zone, year): zone for zone in reversed(in_country)}
    if name and (not times or _offsets(name, year) in times):
        return name
    return times.popitem()[1] if len(times) == 1 else None


@lru_cache(maxsize=4096)
def _offsets(zone, year):
    """Return how far the clocks of a zone are from UTC in winter and in summer."""
    tz = pytz.timezone(zone)
    return tuple(tz.utcoffset(datetime(year, month, 1)) for month in (1, 7))

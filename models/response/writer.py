"""Response: what is known of who wrote a reply, and of the mail that it answers."""

from functools import lru_cache

from ...tools.plain_text import html_to_text
from ..sending.recipient_zones import known_zone, recipient_zones

_LONGEST_ORIGINAL = 200_000


def writer_zone(response):
    """Return the name of the time zone in which the writer of a reply lives.

    That of the contact; else as for the delivery that is answered, which falls back on
    whoever is responsible for the mailing; else the company's.
    """
    year = response.received_at.year
    person, seat = response.partner_id, response.company_id.partner_id
    if zone := known_zone(person.tz, person.country_id.code, year):
        return zone
    mailing, trace_sudo = response.mailing_id, response.trace_id.sudo()
    if mailing and trace_sudo.model == mailing.mailing_model_real:
        zones = recipient_zones(mailing, [trace_sudo.res_id], year)
        return zones[trace_sudo.res_id].zone
    return known_zone(seat.tz, seat.country_id.code, year) or "UTC"


def original_text(mailing):
    """Return what a mailing says, in all its languages, as plain text."""
    if not mailing:
        return ""
    bodies = [mailing.body_html, *mailing.translation_ids.mapped("body_html")]
    return "\n".join(_as_text(str(body)) for body in bodies if body)


@lru_cache(maxsize=64)
def _as_text(body):
    return html_to_text(body[:_LONGEST_ORIGINAL])

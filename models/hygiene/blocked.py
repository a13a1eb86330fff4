"""Hygiene: why an address gets no mail anyway, in SQL."""

from odoo.tools import SQL

from ..sending.settlement import UTC_NOW
from ..sending.suppression import hashed


def blocked(company_id, list_id=None):
    """Return SQL for why no mail reaches ``contact.address``; '' if mails do.

    :param list_id: whose mails; None: any mail of the company.
    """
    return SQL(
        """
        CASE
            WHEN EXISTS (
                SELECT FROM mail_blacklist
                 WHERE active AND email = contact.address) THEN 'blacklist'
            WHEN EXISTS (
                SELECT FROM campaign_suppression
                 WHERE address_hash = %(hash)s AND active
                   AND (expires_at IS NULL OR expires_at > %(now)s)
                   AND (scope = 'global'
                        OR scope = 'company' AND company_id = %(company)s
                        OR scope = 'list' AND list_id = %(list)s))
                THEN 'suppressed'
            WHEN %(opted_out)s THEN 'opted_out'
            ELSE '' END
        """,
        hash=hashed(SQL("contact.address")),
        now=UTC_NOW,
        company=company_id,
        list=list_id,
        opted_out=_has_left(list_id) if list_id else _has_left_all(),
    )


def _has_left(list_id):
    return SQL(
        """
        EXISTS (
            SELECT FROM mailing_contact other
              JOIN mailing_subscription member ON member.contact_id = other.id
             WHERE other.email_normalized = contact.address
               AND member.opt_out AND member.list_id = %s)
        """,
        list_id,
    )


def _has_left_all():
    return SQL(
        """
        (SELECT bool_and(COALESCE(member.opt_out, FALSE))
           FROM mailing_contact other
           JOIN mailing_subscription member ON member.contact_id = other.id
          WHERE other.email_normalized = contact.address) IS TRUE
        """
    )

"""Sending: who must not be mailed, as one SQL expression.

The same expression judges recipients when they are planned and again when they are
about to be sent, because people unsubscribe in between.
"""

from odoo.tools import SQL

# How many days a mail holds back the next one, for who asked for fewer mails.
FREQUENCY_DAYS = {"week": 7, "month": 30}


def suppression(mailing, email):
    """Return SQL for the failure type that keeps ``email`` from a mailing, or NULL.

    The look-ups are scalar sub-queries with a limit, not EXISTS: PostgreSQL would turn
    that into a hash of the whole black list and of all contacts, for every chunk.

    :param mailing: a mailing of the Campaign Desk engine.
    :param email: SQL for a normalized address.
    """
    cases = []
    if mailing.use_exclusion_list:
        blacklisted = SQL(
            "(SELECT TRUE FROM mail_blacklist WHERE active AND email = %s LIMIT 1)",
            email,
        )
        cases.append(SQL("WHEN %s THEN 'mail_bl'", blacklisted))
    if opted_out := _opted_out(mailing, email):
        cases.append(SQL("WHEN %s THEN 'mail_optout'", opted_out))
    cases.append(SQL("WHEN %s THEN 'suppressed'", _suppressed(mailing, email)))
    cases.append(SQL("WHEN %s THEN 'frequency'", _has_enough(mailing, email)))
    return SQL("CASE %s END", SQL(" ").join(cases))


def own_address_blocked(mailing, record_id):
    """Return SQL that tells whether a record's own address is on the black list.

    As in Odoo, who is blocked is not mailed at another address either, such as their
    company's.

    :param record_id: SQL for the id of a recipient's record.
    """
    model = mailing.env[mailing.mailing_model_real]
    field = model._fields.get("email_normalized")
    itself = model._name in ("mailing.contact", "res.partner")  # has no other address
    if itself or not mailing.use_exclusion_list or not field or not field.store:
        return SQL("FALSE")
    return SQL(
        """
        (SELECT TRUE
           FROM %s record
           JOIN mail_blacklist blocked ON blocked.email = record.email_normalized
          WHERE record.id = %s AND blocked.active
          LIMIT 1)
        """,
        SQL.identifier(model._table),
        record_id,
    )


def _suppressed(mailing, email):
    """Return SQL that tells whether ``email`` is suppressed where the mailing belongs.

    That there are suppressions at all is looked up once for the whole statement, so
    that nothing is hashed for nothing.
    """
    return SQL(
        """
        (SELECT EXISTS (SELECT FROM campaign_suppression WHERE active))
        AND (SELECT TRUE
               FROM campaign_suppression
              WHERE address_hash = %s
                AND active
                AND (expires_at IS NULL OR expires_at > now() AT TIME ZONE 'UTC')
                AND (scope = 'global'
                     OR scope = 'company' AND company_id = %s
                     OR scope = 'list' AND list_id = ANY(%s)
                     OR scope = 'campaign' AND campaign_id = %s)
              LIMIT 1)
        """,
        hashed(email),
        mailing.company_id.id or None,
        mailing.contact_list_ids.ids if mailing.mailing_on_mailing_list else [],
        mailing.campaign_id.id or None,
    )


def _has_enough(mailing, email):
    """Return SQL that tells whether ``email`` had a mail in the time it wants one in.

    That is what people have asked for themselves, so that no mailing is exempt.
    """
    return SQL(
        """
        (SELECT EXISTS (SELECT FROM campaign_preference WHERE frequency IS NOT NULL))
        AND (SELECT TRUE
               FROM campaign_preference wish
               JOIN mailing_trace mailed ON mailed.email = wish.email
               JOIN mailing_mailing other ON other.id = mailed.mass_mailing_id
              WHERE wish.email = %(email)s
                AND wish.company_id = %(company)s
                AND wish.frequency IS NOT NULL
                AND other.company_id = wish.company_id
                AND mailed.mass_mailing_id <> %(mailing)s
                AND mailed.token IS NOT NULL
                AND mailed.sent_datetime > now() AT TIME ZONE 'UTC'
                    - CASE wish.frequency WHEN 'week' THEN %(week)s ELSE %(month)s END
                      * interval '1 day'
              LIMIT 1)
        """,
        email=email,
        company=mailing.company_id.id or None,
        mailing=mailing._origin.id or 0,
        week=FREQUENCY_DAYS["week"],
        month=FREQUENCY_DAYS["month"],
    )


def hashed(email):
    """Return SQL for the SHA-256 of an address, in hexadecimal digits."""
    return SQL("encode(sha256(convert_to(%s, 'UTF8')), 'hex')", email)


def _opted_out(mailing, email):
    """Return SQL that tells whether ``email`` has opted out of what the mailing is.

    Whoever has opted out of one of the targeted lists is left out, even if another
    one (or another contact with the same address) is still subscribed: Odoo would
    mail them. Whoever is mailed because of a segment, and has left all of their
    lists, is left out as well.
    """
    parts = []
    if mailing._heeds_leavers():
        parts.append(_left_all_lists(email))
    if mailing.mailing_on_mailing_list:
        if list_ids := mailing.contact_list_ids.ids:
            parts.append(_left_a_list(email, list_ids))
    elif addresses := list(mailing._get_opt_out_list()):
        parts.append(SQL("%s = ANY(%s)", email, addresses))
    return SQL("(%s)", SQL(" OR ").join(parts)) if parts else None


def _left_a_list(email, list_ids):
    return SQL(
        """
            (SELECT TRUE
               FROM mailing_contact contact
               JOIN mailing_subscription subscription
                 ON subscription.contact_id = contact.id
              WHERE contact.email_normalized = %s
                AND subscription.opt_out
                AND subscription.list_id = ANY(%s)
              LIMIT 1)
            """,
        email,
        list_ids,
    )


def _left_all_lists(email):
    return SQL(
        """
        (SELECT bool_and(COALESCE(subscription.opt_out, FALSE))
           FROM mailing_contact contact
           JOIN mailing_subscription subscription
             ON subscription.contact_id = contact.id
          WHERE contact.email_normalized = %s)
        """,
        email,
    )

"""Checking: how long sending a mailing will take, before it begins."""

from odoo.tools import SQL

from ..sending.outlook import Outlook
from ..sending.settlement import UTC_NOW

# The speed is taken from mailings that had so many mails lately.
LEAST_MAILS = 200


def seconds_to_send(mailing, count):
    """Return how long sending takes, and whether limits decide that.

    None when there is neither a limit nor a measured speed.

    :param count: the :class:`~.audience.Count` of the recipients.
    """
    share = count.total / count.looked_at if count.looked_at else 1
    if mailing.ab_testing_enabled and not mailing.ab_testing_is_winner_mailing:
        share *= mailing.ab_testing_pc / 100
    # sudo: limits are the administrators' records and hold for everybody.
    mailing_sudo = mailing.sudo()
    other = mailing_sudo.env["campaign.mail.domain"]._other_group_id()
    counts = {}
    for group_id, number in count.providers.items():
        group_id = group_id or other
        counts[group_id] = counts.get(group_id, 0) + round(number * share)
    by_size = sorted(counts.items(), key=lambda one: -one[1])
    limited = Outlook(mailing_sudo, by_size).seconds
    speed = _mails_per_second(mailing.env)
    if not limited and not speed:
        return None, False
    by_speed = count.mailed * share / speed if speed else 0
    return max(limited, by_speed), limited >= by_speed


def _mails_per_second(env):
    """Return how fast the last large mailings left, or None.

    From the first batch to the last; the first one's own time is reckoned. Batches of
    past days are kept hour by hour, so only mailings with several tell anything.
    """
    [(mails, seconds)] = env.execute_query(
        SQL(
            """
            SELECT sum(mails), sum(seconds)
              FROM (SELECT sum(mails) AS mails,
                           extract(epoch FROM max(settled_at) - min(settled_at))
                           ::float * count(*) / (count(*) - 1) AS seconds
                      FROM campaign_sending_batch
                     WHERE settled_at > %s - interval '30 days'
                     GROUP BY mailing_id
                    HAVING sum(mails) >= %s
                       AND count(*) >= 3
                     ORDER BY max(settled_at) DESC
                     LIMIT 5) AS mailing
            """,
            UTC_NOW,
            LEAST_MAILS,
        )
    )
    return mails / max(seconds, 1) if mails else None

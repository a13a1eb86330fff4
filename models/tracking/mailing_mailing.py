"""Tracking: whether a mailing is tracked, and its figures with machines and without."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, consteq, email_normalize, float_round

TRACKING = [
    ("personal", "Each recipient"),
    ("anonymous", "Anonymous"),
    ("off", "Off"),
]
TRACKING_HELP = (
    "Each recipient: who opens the mail and follows which link. Anonymous: how many "
    "do; all recipients have the same links. Off: links lead straight to their pages, "
    "there is no hidden picture."
)
# What chooses the winner of an A/B test and is only known where people are tracked.
_TRACKED_RATIOS = ("opened_ratio", "clicks_ratio")


class MailingMailing(models.Model):
    """Odoo's own figures count people; those named ``any`` count machines, too."""

    _inherit = "mailing.mailing"

    tracking = fields.Selection(
        TRACKING,
        default=lambda self: self._default_tracking(),
        required=True,
        tracking=True,
        help=TRACKING_HELP,
    )
    untracked_links = fields.Text(
        "Links Not to Track",
        help="Addresses of pages, one a line. Links that begin with one of them lead "
        "straight there and are not counted.",
    )
    any_opened = fields.Integer(compute="_compute_any_figures")
    any_opened_ratio = fields.Float(
        "Opened by Anybody (%)",
        compute="_compute_any_figures",
        help="With machines: picture proxies, scanners, previews.",
    )
    any_clicked = fields.Integer(compute="_compute_any_figures")
    any_clicks_ratio = fields.Float(
        "Clicked by Anybody (%)",
        compute="_compute_any_figures",
        help="With machines: scanners, previews.",
    )
    anonymous_opens = fields.Integer(
        "Anonymous Openings",
        compute="_compute_anonymous",
        help="How often people opened it; who, is not known.",
    )
    anonymous_clicks = fields.Integer(compute="_compute_anonymous")

    @api.constrains("tracking", "ab_testing_enabled", "campaign_id")
    def _check_ab_tracking(self):
        """Raise where openings or clicks that nobody knows are to choose a version."""
        for mailing in self.filtered("ab_testing_enabled")._desk_mailings():
            chosen_by = mailing.campaign_id.ab_testing_winner_selection
            if mailing.tracking != "personal" and chosen_by in _TRACKED_RATIOS:
                raise ValidationError(
                    self.env._(
                        "“%s” is a version of an A/B test, whose winner is chosen by "
                        "openings or clicks. For that each recipient has to be "
                        "tracked: change the tracking, or have the winner chosen by "
                        "replies, leads, quotations, revenue or by hand.",
                        mailing.subject,
                    )
                )

    @api.model
    def _default_tracking(self):
        # sudo: a setting, not a secret
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("campaign_desk.tracking") or "personal"

    @api.depends("mailing_trace_ids.trace_status")
    def _compute_any_figures(self):
        """Count deliveries that anybody opened or clicked, from partial indexes.

        Deliveries of Odoo's own engine count as Odoo counts them: it knows no machines.
        """
        self.env["mailing.trace"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mass_mailing_id, sum(opened), sum(clicked)
                  FROM (
                    SELECT mass_mailing_id, count(*) AS opened, 0 AS clicked
                      FROM mailing_trace
                     WHERE mass_mailing_id = ANY(%(ids)s)
                       AND trace_status IN ('open', 'reply')
                     GROUP BY mass_mailing_id
                     UNION ALL
                    SELECT mass_mailing_id, count(*), 0
                      FROM mailing_trace
                     WHERE mass_mailing_id = ANY(%(ids)s)
                       AND any_open_at IS NOT NULL
                       AND trace_status NOT IN ('open', 'reply')
                     GROUP BY mass_mailing_id
                     UNION ALL
                    SELECT mass_mailing_id, 0, count(*)
                      FROM mailing_trace
                     WHERE mass_mailing_id = ANY(%(ids)s)
                       AND (any_click_at IS NOT NULL
                            OR links_click_datetime IS NOT NULL)
                     GROUP BY mass_mailing_id) figure
                 GROUP BY mass_mailing_id
                """,
                ids=self._origin.ids,
            )
        )
        counts = {mailing_id: numbers for mailing_id, *numbers in rows}
        for mailing in self:
            opened, clicked = map(int, counts.get(mailing._origin.id, (0, 0)))
            left_out = mailing.canceled + mailing.bounced + mailing.failed
            reached = mailing.expected - left_out
            mailing.any_opened = opened
            mailing.any_clicked = clicked
            mailing.any_opened_ratio = _percent(opened, reached)
            mailing.any_clicks_ratio = _percent(clicked, reached)

    @api.depends("tracking")
    def _compute_anonymous(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mailing_id, count(*) FILTER (WHERE kind = 'open'),
                       count(*) FILTER (WHERE kind = 'click')
                  FROM campaign_event
                 WHERE mailing_id = ANY(%s)
                   AND trace_id IS NULL
                   AND kind IN ('open', 'click')
                   AND verdict = 'human'
                 GROUP BY mailing_id
                """,
                self._origin.ids,
            )
        )
        counts = {mailing_id: numbers for mailing_id, *numbers in rows}
        for mailing in self:
            opens, clicks = counts.get(mailing._origin.id, (0, 0))
            mailing.anonymous_opens = opens
            mailing.anonymous_clicks = clicks

    def action_view_visits(self):
        """Show who opened these mails and followed their links, with machines."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_event_action"
        )
        return {
            **action,
            "domain": [("mailing_id", "in", self.ids)],
            "context": {"of_mailing": len(self) == 1},
        }

    def _wishes_among(self, emails):
        """Return which addresses' owners do not want to be tracked.

        And in which language some want their mails, by address.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT email, is_untracked, lang FROM campaign_preference
                 WHERE (is_untracked OR lang IS NOT NULL)
                   AND email = ANY(%s) AND company_id = %s
                """,
                emails,
                self.company_id.id,
            )
        )
        untracked = frozenset(
            email for email, is_untracked, _lang in rows if is_untracked
        )
        return untracked, {email: lang for email, _is_untracked, lang in rows if lang}

    def _timing_wishes_among(self, emails):
        """Return how often owners of addresses want a mail, and until when they wait.

        :return: pairs of a frequency and of when somebody is back, in UTC, by address;
            either may be None.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT email, frequency, absent_until FROM campaign_preference
                 WHERE (frequency IS NOT NULL
                        OR absent_until > now() AT TIME ZONE 'UTC')
                   AND email = ANY(%s) AND company_id = %s
                """,
                emails,
                self.company_id.id or None,
            )
        )
        return {email: (frequency, back) for email, frequency, back in rows}

    def _delivery_of_keys(self, document_id=None, email=None, hash_token=None):
        """Return the delivery that a valid link of Odoo's own kind is about.

        :raise ValueError: Odoo could not read such a link.
        """
        nobody = self.env["mailing.trace"]
        if not (document_id and email and hash_token):
            return nobody
        is_number = document_id.isascii() and document_id.isdigit()
        if not is_number or len(document_id) > 9 or not hash_token.isascii():
            raise ValueError("This is no link of a mail.")
        expected = self._generate_mailing_recipient_token(document_id, email)
        if not consteq(expected, hash_token):
            return nobody
        return self.env["mailing.trace"].search(
            [
                ("mass_mailing_id", "=", self.id),
                ("res_id", "=", int(document_id)),
                ("email", "=", email_normalize(email)),
                ("token", "!=", False),
            ],
            limit=1,
        )

    def _is_tracked_link(self, url):
        """Return whether a link may lead over us and be counted."""
        untracked = (self.untracked_links or "").split()
        return self.tracking != "off" and not url.startswith(tuple(untracked))


def _percent(part, whole):
    return float_round(100.0 * part / whole, precision_digits=2) if whole > 0 else 0.0

"""Tracking: the clicks of a link, by people and by anybody."""

from odoo import fields, models


class LinkTracker(models.Model):
    _inherit = "link.tracker"

    count = fields.Integer(
        help="In mails of Campaign Desk those by people: without scanners, previews "
        "and other machines.",
    )
    any_click_count = fields.Integer(
        "Clicks with Machines",
        readonly=True,
        copy=False,
        help="Clicks in mails of Campaign Desk, by people, by machines, and those of "
        "which nobody knows. Odoo's own engine cannot tell them apart.",
    )


class LinkTrackerClick(models.Model):
    """A click: by a person, where Campaign Desk counts.

    Odoo's reports are made of these rows. Each that Campaign Desk makes belongs to an
    event; it goes when the event turns out to be a machine's.
    """

    _inherit = "link.tracker.click"

    event_id = fields.Many2one(
        "campaign.event", readonly=True, index="btree_not_null", ondelete="set null"
    )

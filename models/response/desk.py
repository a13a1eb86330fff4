"""Response: the desk, where people work through replies."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

OPEN_STATES = ("new", "open")
MOST_IN_QUEUE = 200


class CampaignResponse(models.Model):
    """What the lists and buttons of the desk show and do."""

    _inherit = "campaign.response"

    reader_ids = fields.One2many("campaign.response.reader", "response_id")
    is_unread = fields.Boolean(
        "Unread", compute="_compute_is_unread", search="_search_is_unread"
    )
    is_mine = fields.Boolean(
        "Mine", compute="_compute_is_mine", search="_search_is_mine"
    )
    is_late = fields.Boolean(
        "Overdue", compute="_compute_is_late", search="_search_is_late"
    )
    author_label = fields.Char("Who", compute="_compute_author_label")
    snippet = fields.Char("Reply in Short", compute="_compute_snippet")
    open_ask_count = fields.Integer("Open Questions", compute="_compute_open_ask_count")

    # ------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------

    @api.depends("reader_ids.read_at")
    @api.depends_context("uid")
    def _compute_is_unread(self):
        # sudo: what the user has read is the user's to know.
        readers_sudo = self.env["campaign.response.reader"].sudo()
        read = readers_sudo.search(
            [
                ("response_id", "in", self.ids),
                ("user_id", "=", self.env.uid),
                ("read_at", "!=", False),
            ]
        ).response_id.ids
        for response in self:
            response.is_unread = response.id not in read

    @api.model
    def _search_is_unread(self, operator, value):
        if operator != "in":
            return NotImplemented
        read = Domain("user_id", "=", self.env.uid) & Domain("read_at", "!=", False)
        # sudo: what the user has read is the user's to know.
        readers = self.env["campaign.response.reader"].sudo()._search(read)
        is_read = Domain("id", "in", readers.subselect("response_id"))
        return Domain.OR(~is_read if one else is_read for one in value)

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for response in self:
            response.is_mine = response.user_id == self.env.user

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = Domain("user_id", "=", self.env.uid)
        return Domain.OR(mine if one else ~mine for one in value)

    @api.depends("follow_up_date", "state")
    def _compute_is_late(self):
        # by the database, as the search: deadlines may hang on other records
        late = self.search(Domain("id", "in", self.ids) & self._overdue_domain())
        for response in self:
            response.is_late = response._origin in late

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self._overdue_domain()
        return Domain.OR(late if one else ~late for one in value)

    @api.depends("author_name", "email", "email_from")
    def _compute_author_label(self):
        for response in self:
            response.author_label = (
                response.author_name or response.email or response.email_from
            )

    @api.depends("author_name", "email", "email_from", "subject")
    def _compute_display_name(self):
        for response in self:
            parts = (response.author_label, response.subject)
            response.display_name = ": ".join(filter(None, parts)) or "…"

    @api.depends("clean_text", "body_text")
    def _compute_snippet(self):
        for response in self:
            text = response.clean_text or response.body_text or ""
            response.snippet = " ".join(text[:400].split())[:200]

    @api.depends("ask_ids.is_done")
    def _compute_open_ask_count(self):
        for response in self:
            response.open_ask_count = len(
                response.ask_ids.filtered(lambda ask: not ask.is_done)
            )

    # ------------------------------------------------------------
    # Reading and ending
    # ------------------------------------------------------------

    def action_mark_read(self):
        """Note that the user has read these replies."""
        self.check_access("read")
        # sudo: these rows are nobody's to write but through here.
        readers_sudo = self.env["campaign.response.reader"].sudo()
        readers_sudo._touch(self, read_at=fields.Datetime.now())
        self._opened()
        return True

    def action_mark_unread(self):
        """Have these replies stand among the unread ones of the user again."""
        self.check_access("read")
        # sudo: these rows are nobody's to write but through here.
        self.env["campaign.response.reader"].sudo()._touch(self, read_at=None)
        return True

    def action_done(self):
        """Close these replies."""
        self.filtered(lambda response: response.state != "done").state = "done"
        return True

    def action_reopen(self):
        """Take these replies up again."""
        done = self.filtered(lambda response: response.state in ("done", "waiting"))
        done.state = "open"
        return True

    def action_take(self):
        """Give these replies to the user; of several, only those that nobody has."""
        return self.action_assign_to_me()

    def action_bulk(self):
        """Open the window in which several replies are changed at once."""
        if not self:
            raise UserError(self.env._("Choose the replies that you want to change."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change %s Responses", len(self)),
            "res_model": "campaign.response.bulk",
            "view_mode": "form",
            "target": "new",
            "context": {"default_response_ids": self.ids},
        }

    # ------------------------------------------------------------
    # The list's heading
    # ------------------------------------------------------------

    @api.model
    def get_desk(self):
        """Return what the heading of the lists shows.

        :return: a dict of

            ``counts``
                how many replies are open, and of these, unread, mine, unassigned and
                overdue, by the names of the search's filters
            ``setup``
                what has to be set up before replies come in, see ``_desk_setup``
        """
        self.check_access("read")
        open_ones = Domain(self._from_person()) & Domain("state", "in", OPEN_STATES)
        filters = {
            "unread": Domain("is_unread", "=", True),
            "mine": Domain("user_id", "=", self.env.uid),
            "unassigned": Domain("user_id", "=", False),
            "overdue": Domain("is_late", "=", True),
        }
        counts = {
            name: self.search_count(open_ones & domain)
            for name, domain in filters.items()
        }
        counts["open"] = self.search_count(open_ones)
        return {"counts": counts, "setup": self._desk_setup()}

    @api.model
    def get_queue(self, ids):
        """Return what the reading view lists beside it of these replies.

        :return: dicts of ``id``, ``author``, ``snippet``, ``at``, ``is_unread``,
            ``is_late``, ``sentiment``, ``intent``, ``state`` and ``user``.
        """
        responses = self.browse(ids[:MOST_IN_QUEUE])._filtered_access("read")
        return [
            {
                "id": response.id,
                "author": response.author_label or "",
                "snippet": response.snippet,
                "at": fields.Datetime.to_string(response.received_at),
                "is_unread": response.is_unread,
                "is_late": response.is_late,
                "sentiment": response.sentiment or "",
                "intent": response.intent_id.name or "",
                "state": response.state,
                "user": response.user_id.name or "",
            }
            for response in responses.exists()
        ]

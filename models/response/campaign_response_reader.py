"""Response: what one person has to do with one reply."""

from odoo import api, fields, models
from odoo.tools import SQL

# Columns that a touch may change, with their types.
_COLUMNS = {
    "read_at": "timestamp",
    "open_until": "timestamp",
    "writing_until": "timestamp",
    "draft": "jsonb",
}


class CampaignResponseReader(models.Model):
    """That a person has read a reply, looks at it, or is writing an answer.

    Written only by :meth:`_touch`: two people, or two tabs of one, never wait for or
    fail because of each other. Drafts are their writer's alone.
    """

    _name = "campaign.response.reader"
    _description = "Reader of a Response"
    _rec_name = "user_id"
    _log_access = False

    response_id = fields.Many2one(
        "campaign.response", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", index=True
    )
    read_at = fields.Datetime(help="Blank: unread.")
    open_until = fields.Datetime(help="Till when it counts as being looked at.")
    writing_until = fields.Datetime(help="Till when an answer counts as being written.")
    draft = fields.Json(help="An answer that is not sent yet.")

    _reader_unique = models.Constraint(
        "UNIQUE(response_id, user_id)", "Each person is there once."
    )

    @api.model
    def _touch(self, responses, **values):
        """Set columns of the user's rows for ``responses``; they need not be there."""
        if not responses:
            return
        columns = [SQL.identifier(name) for name in values]
        given = [
            SQL("%s::" + _COLUMNS[name], fields.Json().convert_to_column(value, self))
            if name == "draft"
            else SQL("%s::" + _COLUMNS[name], value or None)
            for name, value in values.items()
        ]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO campaign_response_reader (response_id, user_id, %(columns)s)
                SELECT response, %(user)s, %(given)s
                  FROM unnest(%(responses)s) AS response
                 ORDER BY response
                ON CONFLICT (response_id, user_id) DO UPDATE SET %(changes)s
                """,
                columns=SQL(", ").join(columns),
                user=self.env.uid,
                given=SQL(", ").join(given),
                responses=responses.ids,
                changes=SQL(", ").join(
                    SQL("%s = excluded.%s", column, column) for column in columns
                ),
            )
        )
        self.invalidate_model()
        responses.invalidate_recordset(["is_unread", "reader_ids"])

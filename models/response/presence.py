"""Response: who else looks at a reply, or is writing an answer."""

from datetime import timedelta

from odoo import fields, models

# The screen tells every 20 seconds that it is still there; two may get lost.
PRESENT_SECONDS = 50
# What the screens of the others listen to.
NOTICE = "campaign_desk.presence"


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def note_presence(self, is_writing=False):
        """Note that the user has this reply on the screen; return who else has.

        Whoever does not say so again is gone after a while.

        :return: a list of dicts of ``id``, ``name`` and ``is_writing``.
        """
        self.ensure_one()
        self.check_access("read")
        until = fields.Datetime.now() + timedelta(seconds=PRESENT_SECONDS)
        return self._set_presence(until, until if is_writing else None)

    def end_presence(self):
        """Note that the user has gone on; return who is still there."""
        self.ensure_one()
        self.check_access("read")
        return self._set_presence(None, None)

    def _set_presence(self, open_until, writing_until):
        # sudo: these rows are nobody's to write but through here.
        readers_sudo = self.env["campaign.response.reader"].sudo()
        mine_sudo = self._readers_sudo().filtered(
            lambda reader: reader.user_id == self.env.user
        )
        before = _state(mine_sudo)
        readers_sudo._touch(self, open_until=open_until, writing_until=writing_until)
        after = "writing" if writing_until else "open" if open_until else ""
        if before != after:
            self._tell_presence()
        return self._others_present()

    def _readers_sudo(self):
        # sudo: what one knows of the others is only that they are there.
        return (
            self.env["campaign.response.reader"]
            .sudo()
            .search([("response_id", "in", self.ids)])
        )

    def _present_readers_sudo(self):
        now = fields.Datetime.now()
        return self._readers_sudo().filtered(
            lambda reader: reader.open_until and reader.open_until > now
        )

    def _others_present(self):
        return [
            {
                "id": reader.user_id.id,
                "name": reader.user_id.name,
                "is_writing": _state(reader) == "writing",
            }
            for reader in self._present_readers_sudo()
            if reader.user_id != self.env.user
        ]

    def _tell_presence(self):
        """Have the screens of the others ask who is there."""
        for reader in self._present_readers_sudo():
            if reader.user_id != self.env.user:
                reader.user_id._bus_send(NOTICE, {"id": self.id})


def _state(reader):
    now = fields.Datetime.now()
    if not reader or not reader.open_until or reader.open_until <= now:
        return ""
    is_writing = reader.writing_until and reader.writing_until > now
    return "writing" if is_writing else "open"

"""Hygiene: two contacts with one address become one, and two again."""

from odoo import Command, fields

from .hygiene_deeds import DEEDS, Deed
from .hygiene_subscriptions import recreate, snapshot

# What the contact that stays takes over where it has nothing itself.
FILLED = (
    "name",
    "first_name",
    "last_name",
    "company_name",
    "country_id",
    "lang",
    "partner_id",
)


class Merge(Deed):
    """Move what a duplicate has to the contact that stays, and archive it.

    Whoever has left a list as one of them has left it as both.
    """

    settles_contact = True

    def __init__(self, action):
        super().__init__(action)
        self._created = {}  # values of new subscriptions, by contact and list

    def _do(self, changes):
        done = self.env["mailing.contact"]
        self._created = {}
        for change in changes:
            finding, contact = change.finding_id, change.contact_id
            kept = finding.kept_contact_id
            if contact in done:
                self._done(change)
            elif finding.kind != "duplicate":
                self._skipped(change, self.env._("Is no duplicate."))
            elif (
                not kept.active
                or not contact.active
                or kept.email_normalized != contact.email_normalized
            ):
                self._skipped(change, self.env._("They are no duplicates any more."))
            else:
                self._done(change, self._merge(contact, kept))
                done |= contact
        # all at once: one by one takes ten times as long
        self.env["mailing.subscription"].create(list(self._created.values()))
        done.subscription_ids.unlink()
        done.active = False
        self.env.flush_all()
        self.env.invalidate_all()

    def _merge(self, contact, kept):
        before = {
            "kept_id": kept.id,
            "subscriptions": snapshot(contact.subscription_ids),
            **self._move_subscriptions(contact, kept),
            "filled": {},
        }
        for name in FILLED:
            if contact[name] and not kept[name]:
                value = contact._fields[name].convert_to_write(contact[name], contact)
                kept[name] = value
                before["filled"][name] = value
        tags = contact.tag_ids - kept.tag_ids
        before["tags"] = tags.ids
        if tags:
            kept.tag_ids = [Command.link(tag.id) for tag in tags]
        return before

    def _move_subscriptions(self, contact, kept):
        """Return which lists the one that stays was put on, and which it has left."""
        own = {one.list_id: one for one in kept.subscription_ids}
        created, left = [], {}
        for one in contact.subscription_ids:
            values = {
                "opt_out": one.opt_out,
                "opt_out_datetime": one.opt_out_datetime,
                "opt_out_reason_id": one.opt_out_reason_id.id,
            }
            place = (kept, one.list_id)
            if place in self._created:  # another duplicate was on it as well
                if one.opt_out:
                    self._created[place] |= values
            elif one.list_id not in own:
                place_ids = {"contact_id": kept.id, "list_id": one.list_id.id}
                self._created[place] = {**place_ids, **values}
                created.append(one.list_id.id)
            elif one.opt_out and not own[one.list_id].opt_out:
                own[one.list_id].write(values)
                left[one.list_id.id] = fields.Datetime.to_string(
                    own[one.list_id].opt_out_datetime
                )
        return {"created": created, "left": left}

    def _undo(self, changes):
        rows = {}
        for change in changes:
            contact, before = change.contact_id, change.before
            if not before:  # another finding about a contact that was merged
                self._undone(change)
                continue
            if contact.active:
                self._kept(change, self.env._("The contact is no longer archived."))
                continue
            contact.active = True
            rows[contact.id] = before["subscriptions"]
            kept = contact.browse(before["kept_id"]).exists()
            if kept:
                self._give_back(kept, before)
            self._undone(change)
        recreate(self.env, rows)

    def _give_back(self, kept, before):
        opted_out = {
            row["list_id"] for row in before["subscriptions"] if row["opt_out"]
        }
        for one in kept.subscription_ids:
            left_at = before["left"].get(str(one.list_id.id))
            if one.list_id.id in before["created"]:
                if not one.opt_out or one.list_id.id in opted_out:
                    one.unlink()  # else they have left since: that stays
            elif left_at and left_at == fields.Datetime.to_string(one.opt_out_datetime):
                one.write(
                    {
                        "opt_out": False,
                        "opt_out_datetime": False,
                        "opt_out_reason_id": False,
                    }
                )
        for name, value in before["filled"].items():
            if kept._fields[name].convert_to_write(kept[name], kept) == value:
                kept[name] = False
        kept.tag_ids = [Command.unlink(tag_id) for tag_id in before["tags"]]
        kept.invalidate_recordset(["subscription_ids", "list_ids"])


DEEDS["merge"] = Merge

"""Response: reminders, and telling who is responsible."""

from datetime import date, timedelta

from odoo import fields, models
from odoo.exceptions import UserError

_FARTHEST = timedelta(days=3 * 366)


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def write(self, vals):
        """Have reminders follow the day and the person."""
        result = super().write(vals)
        if vals.get("user_id") or vals.get("follow_up_date"):
            for response in self:
                response._move_reminders(vals)
        return result

    def _move_reminders(self, vals):
        # sudo: the activities that our acts made are not always the user's own
        acts_sudo = self.sudo().act_ids
        waiting = acts_sudo.filtered(lambda act: act.state == "proposed")
        for act in acts_sudo.filtered(lambda act: act.state == "done"):
            if act.res_model != "mail.activity" or not (activity := act._target()):
                continue
            if vals.get("user_id"):
                activity.user_id = self.user_id
            if vals.get("follow_up_date") and act.code == "reminder":
                activity.date_deadline = self.follow_up_date
        if vals.get("user_id") and waiting:
            # sudo: whoever hands it on may not see it any more
            self.sudo()._act()  # some of it may have waited for somebody responsible

    # ------------------------------------------------------------
    # Reminder
    # ------------------------------------------------------------

    def _offers_reminder(self):
        today = fields.Date.context_today(self)
        day = self.follow_up_date
        if day and day > today:
            return [{"key": "-", "params": {"date": day.isoformat()}}]
        day = today + timedelta(days=7)
        return [{"key": "-", "params": {"date": day.isoformat()}, "by_hand": True}]

    def _do_reminder(self, act, params):
        [offer] = self._offers_reminder()
        day = self._read_day(params.get("date") or offer["params"]["date"])
        person = self._responsible() or self._clicker()
        summary = self.env._("Write again: %s", self.author_name or self.email or "")
        activity = self._plan_activity("mail_activity_data_todo", summary, day, person)
        return {
            "res_model": "mail.activity",
            "res_id": activity.id,
            "summary": self.env._(
                "Reminder for %(person)s on %(day)s",
                person=person.name,
                day=self.env["ir.qweb.field.date"].value_to_html(day, {}),
            ),
        }

    def _read_day(self, written):
        try:
            day = date.fromisoformat(str(written)[:10])
        except ValueError:
            raise UserError(self.env._("“%s” is no day. Choose one.", written))
        today = fields.Date.context_today(self)
        if not today <= day <= today + _FARTHEST:
            raise UserError(self.env._("Choose a day from today on, within 3 years."))
        return day

    def _undo_reminder(self, act):
        if activity := act._target():
            activity.unlink()

    # ------------------------------------------------------------
    # Telling who is responsible
    # ------------------------------------------------------------

    def _offers_notify(self):
        return [{"key": "-"}]

    def _do_notify(self, act, params):
        person = self._responsible() or self._clicker()
        summary = self.env._("Look at this first: %s", act.intent_id.name or "")
        today = fields.Date.context_today(self)
        activity = self._plan_activity(
            "mail_activity_data_warning", summary.strip(" :"), today, person
        )
        memory = {"priority": self.priority}
        if self.priority != "2":
            self.sudo().priority = "2"  # sudo: by itself, or checked before
        return {
            "res_model": "mail.activity",
            "res_id": activity.id,
            "summary": self.env._("%s was told", person.name),
            "memory": memory,
        }

    def _undo_notify(self, act):
        self._undo_reminder(act)
        self.sudo().priority = (act.memory or {}).get("priority") or "0"

    def _plan_activity(self, kind, summary, day, person):
        # sudo: the right to change the response is the right to plan for its people
        return self.sudo().activity_schedule(
            f"mail.{kind}", date_deadline=day, summary=summary, user_id=person.id
        )

    def _clicker(self):
        """Return who is at work here.

        :raise UserError: it is nobody.
        """
        if self.env.user._is_internal() and not self.env.user._is_superuser():
            return self.env.user
        raise UserError(
            self.env._("nobody is responsible yet. It follows with the assignment.")
        )

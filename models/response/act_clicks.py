"""Response: acts as people see them: what was done, what is proposed, at one click."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .act_kinds import ACTS, ICONS

LIVE = ("proposed", "done")


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def get_acts(self):
        """Return what was done, is proposed and can be done about this reply.

        :return: a list of dictionaries: ``code``, ``key``, ``label``, ``icon``,
            ``state`` (``done``, ``proposed``, ``possible``), ``reason``, ``act_id``,
            ``summary``, ``by_itself``, ``confirm`` (what to ask first, or ""),
            ``params`` (the values that a click sends, to be edited), ``choices`` and
            ``target`` (model, id and name, for those who may see it).
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the log of acts, which readers of the response may read
        acts_sudo = self.sudo().act_ids
        live = acts_sudo.filtered(lambda act: act.state in LIVE).sorted("id")
        codes = acts_sudo._fields["code"]._description_selection(self.env)
        shown = []
        for code, label in codes:
            offers = {offer["key"]: offer for offer in self._offers(code)}
            for act in live.filtered(lambda act, code=code: act.code == code):
                shown.append(self._shown_act(act, label, offers.pop(act.key, {})))
            shown += [
                self._shown_offer(code, label, offer) for offer in offers.values()
            ]
        order = {"proposed": 0, "done": 1, "possible": 2}
        return sorted(shown, key=lambda act: order[act["state"]])

    def _shown_act(self, act_sudo, label, current):
        target = act_sudo.with_env(self.env)._target()
        may_see = target is not None and target.has_access("read")
        offer = {**(act_sudo.offer or {}), "key": act_sudo.key}
        if act_sudo.state == "done":
            offer.update(choices=[], confirm="")
        else:  # what could be found since then counts
            offer.update(current)
        return {
            **self._shown_offer(act_sudo.code, label, offer),
            "state": act_sudo.state,
            "reason": act_sudo.reason or "",
            "act_id": act_sudo.id,
            "summary": act_sudo.summary or "",
            "by_itself": act_sudo.by_itself,
            "target": {
                "model": target._name,
                "id": target.id,
                "name": target.display_name,
            }
            if may_see
            else False,
        }

    def _current_offer(self, code, key):
        return next((o for o in self._offers(code) if o["key"] == key), None)

    def _shown_offer(self, code, label, offer):
        return {
            "code": code,
            "key": offer["key"],
            "label": offer.get("label") or label,
            "icon": ICONS[code],
            "state": "possible",
            "reason": offer.get("reason", ""),
            "act_id": False,
            "summary": "",
            "by_itself": False,
            "confirm": offer.get("confirm", ""),
            "params": offer.get("params", {}),
            "choices": offer.get("choices", []),
            "target": False,
        }

    def action_do(self, code, params=None):
        """Do one act.

        :param code: as in :meth:`get_acts`.
        :param params: its ``params``, edited, and its ``key`` if there are several.
        :return: the acts, as :meth:`get_acts`.
        """
        self.ensure_one()
        self._check_may_act()
        params = dict(params or {})
        if code not in dict(ACTS):
            raise UserError(self.env._("There is no act “%s”.", code))
        self._lock_acts()
        key = str(params.pop("key", "") or "-")
        # sudo: the log of acts is written by us alone; the right to change this
        # response, which is checked above, is the right to act upon it
        acts_sudo = self.env["campaign.response.act"].sudo()
        act = acts_sudo.search(
            [
                ("response_id", "=", self.id),
                ("code", "=", code),
                ("key", "=", key),
                ("state", "in", LIVE),
            ]
        )
        if act.state == "done":
            return self.get_acts()
        if not act:
            offer = self._current_offer(code, key)
            if offer is None:
                raise UserError(self._hindrance(code))
            act = acts_sudo.create(
                {
                    "response_id": self.id,
                    "code": code,
                    "key": key,
                    "offer": offer,
                    "reason": self.env._("%s decided it.", self.env.user.name),
                }
            )
        self.with_company(self.company_id)._carry_out(act, params)
        return self.get_acts()

    def _hindrance(self, code):
        """Return why an act is not possible, in words that say what to do."""
        special = {
            "meeting": self.env._("A meeting needs somebody to meet and an address."),
            "reschedule": self.env._("Nobody asks for another time."),
            "reminder": self.env._("Set the day to follow up first."),
            "ticket": self.env._("No help desk is installed."),
            "referral": self.env._("Say who was named: enter an address."),
            "opt_out": self.env._("The address of this person is not known."),
        }
        return special.get(code) or self.env._("This is not possible here.")

    def _check_may_act(self):
        """Let those act who may change the response.

        :raise AccessError: it is none of the user's responses.
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only colleagues act upon responses."))
        self.check_access("write")

    def action_undo(self, act_id):
        """Take an act back.

        :return: the acts, as :meth:`get_acts`.
        """
        act_sudo = self._own_act(act_id)
        if act_sudo.state == "done":
            self.with_company(self.company_id)._take_back(act_sudo)
        return self.get_acts()

    def _take_back(self, act_sudo):
        getattr(self, f"_undo_{act_sudo.code}")(act_sudo)
        if (act_sudo.memory or {}).get("closed"):
            # sudo: as for the act itself
            self.sudo().write({"state": "new", "closed_at": False})
        act_sudo.write(
            {
                "state": "undone",
                "undone_at": fields.Datetime.now(),
                "undone_by_id": self.env.user.id,
            }
        )
        self._note_act(self.env._("Undone: %s", act_sudo.display_name))

    def action_dismiss(self, act_id):
        """Do not propose an act again.

        :return: the acts, as :meth:`get_acts`.
        """
        act_sudo = self._own_act(act_id)
        if act_sudo.state == "proposed":
            act_sudo.write(
                {
                    "state": "dismissed",
                    "undone_at": fields.Datetime.now(),
                    "undone_by_id": self.env.user.id,
                }
            )
        return self.get_acts()

    def _own_act(self, act_id):
        """Return an act upon this response, for those who may act."""
        self.ensure_one()
        self._check_may_act()
        self._lock_acts()
        # sudo: the log of acts is written by us alone
        act_sudo = self.env["campaign.response.act"].sudo().browse(int(act_id)).exists()
        if act_sudo.response_id != self:
            raise UserError(self.env._("This act belongs to another response."))
        return act_sudo

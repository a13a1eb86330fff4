"""Response: acts upon a reply: by itself where that is safe, at one click otherwise.

    policies ─▶ wishes ─▶ proposed ─▶ done ─▶ undone
                              └─▶ dismissed

Each act has three methods: ``_offers_<code>()`` returns what a reply has for it (a list
of offers, each with a key), ``_do_<code>(act, params)`` does it and returns the values
to keep, ``_undo_<code>(act)`` takes it back. They live in the ``act_*.py`` beside this.
"""

import logging
from dataclasses import dataclass

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .act_kinds import ABSENT, ACTS, HOLDING, ICONS

_logger = logging.getLogger(__name__)

LIVE = ("proposed", "done")


@dataclass(slots=True)
class Wish:
    """An act that a policy wants for one reply."""

    policy: models.BaseModel
    confidence: float
    is_exact: bool
    evidence: str

    @property
    def is_auto(self):
        return self.policy._allows(self.confidence, self.is_exact)

    def rank(self):
        return self.policy.mode != "never", self.is_auto, self.confidence


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    act_ids = fields.One2many("campaign.response.act", "response_id", "Acts")

    def _process(self):
        """Have something follow from absences, too."""
        result = super()._process()
        absent = [kind for kind, _label in ABSENT]
        self.filtered(lambda one: one.kind in absent)._act()
        return result

    # ------------------------------------------------------------
    # By itself
    # ------------------------------------------------------------

    def _act(self):
        """Do and propose what the policies say; twice does no more than once."""
        for response in self.filtered(lambda one: one.analysis_state == "done"):
            lang = response.company_id.partner_id.lang
            own = response.with_company(response.company_id).with_context(lang=lang)
            own._lock_acts()
            own._follow_policies()

    def _lock_acts(self):
        """Have acts upon one reply happen one after the other."""
        self.env.cr.execute(
            SQL("SELECT id FROM campaign_response WHERE id = %s FOR UPDATE", self.id)
        )

    def _follow_policies(self):
        # sudo: policies and the log of acts are the same for everybody
        acts_sudo = self.act_ids.sudo()
        known = {(act.code, act.key): act for act in acts_sudo.sorted("id")}
        wanted = {}
        for wish in self._wishes():
            for offer in self._offers(wish.policy.code):
                if not offer.get("by_hand"):
                    wanted[wish.policy.code, offer["key"]] = wish, offer
        stale = acts_sudo.filtered(
            lambda act: act.state == "proposed"
            and (act.intent_id or act.kind)  # so a policy proposed it
            and (act.code, act.key) not in wanted
        )
        stale.unlink()
        for case, (wish, offer) in wanted.items():
            act = known.get(case)
            if not act or act.state == "proposed":
                self._propose(act, wish, offer)
        self._raise_priority()

    def _propose(self, act, wish, offer):
        """Write a proposal down, and carry it out if that is allowed."""
        policy = wish.policy
        values = {
            "intent_id": policy.intent_id.id,
            "kind": policy.kind,
            "confidence": wish.confidence,
            "reason": self._reason(wish),
            "offer": offer,
        }
        if act:
            act.write(values)
        else:
            # sudo: the log of acts is written by us alone
            acts_sudo = self.env["campaign.response.act"].sudo()
            act = acts_sudo.create(
                {
                    "response_id": self.id,
                    "code": policy.code,
                    "key": offer["key"],
                    **values,
                }
            )
        if not wish.is_auto or self._is_held(policy.code):
            return
        try:
            with self.env.cr.savepoint():
                self._carry_out(act, {}, by_itself=True)
        except UserError as error:
            # such as: nobody is responsible yet
            act.reason = self.env._(
                "%(reason)s Not by itself: %(hindrance)s",
                reason=act.reason,
                hindrance=error.args[0],
            )
            return
        if policy.closes and self._asks_nothing_else(policy):
            self.sudo().write({"state": "done", "closed_at": fields.Datetime.now()})
            act.memory = {**(act.memory or {}), "closed": True}

    def _wishes(self):
        """Return the strongest wish for each act that a policy speaks of."""
        # sudo: settings, which everybody's replies obey
        policies_sudo = self.env["campaign.act.policy"].sudo()._of(self.company_id)
        # sudo: labels are part of the response
        labels = {label.code: label for label in self.label_ids.sudo()}
        given = {intent.code for intent in self.intent_ids}
        best = {}
        for policy in policies_sudo:
            name = policy.kind or policy.intent_id.code
            holds = self.kind == policy.kind if policy.kind else name in given
            if not holds:
                continue
            wish = self._wish(policy, labels.get(name))
            if policy.code not in best or wish.rank() > best[policy.code].rank():
                best[policy.code] = wish
        return [wish for wish in best.values() if wish.policy.mode != "never"]

    def _wish(self, policy, label):
        evidence = (label and label.evidence) or []
        is_exact = any(why.get("rule") == "exact" for why in evidence)
        if label and label.source == "person":
            return Wish(policy, 1.0, True, self.env._("a person says so"))
        said = next((why["text"] for why in evidence if why.get("text")), "")
        return Wish(policy, label.confidence if label else 0.0, is_exact, said[:80])

    def _offers(self, code):
        """Return what this reply has for an act."""
        return getattr(self, f"_offers_{code}")()

    def _is_held(self, code):
        """Return whether an act must not happen by itself for what else is said."""
        if code in ("opt_out", "notify"):
            return False
        return bool({intent.code for intent in self.intent_ids} & set(HOLDING))

    def _asks_nothing_else(self, policy):
        others = self.intent_ids - policy.intent_id
        return not self.ask_ids and all(one.code == "thanks" for one in others)

    def _raise_priority(self):
        """Put first who wants no more mail and still waits for a person."""
        # sudo: the log of acts
        waits = self.act_ids.sudo().filtered(
            lambda act: act.code == "opt_out" and act.state == "proposed"
        )
        if waits and self.priority != "2":
            self.sudo().priority = "2"

    def _reason(self, wish):
        """Return why, in one sentence."""
        values = {
            "what": wish.policy._trigger_label(),
            "sure": round(100 * wish.confidence),
            "said": wish.evidence,
        }
        if wish.evidence:
            return self.env._("%(what)s, %(sure)s %% sure: “%(said)s”.", **values)
        return self.env._("%(what)s, %(sure)s %% sure.", **values)

    # ------------------------------------------------------------
    # By a person
    # ------------------------------------------------------------

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
        acts_sudo = self.act_ids.sudo()
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
        offer = {**(act_sudo.offer or {}), **current, "key": act_sudo.key}
        if act_sudo.state == "done":
            offer.update(choices=[], confirm="")
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

    def _carry_out(self, act_sudo, params, by_itself=False):
        """Do an act and write it down."""
        done = getattr(self, f"_do_{act_sudo.code}")(act_sudo, params) or {}
        act_sudo.write(
            {
                "state": "done",
                "by_itself": by_itself,
                "user_id": False if by_itself else self.env.user.id,
                "done_at": fields.Datetime.now(),
                **done,
            }
        )
        _logger.info(
            "Response %s: %s%s", self.id, act_sudo.code, " by itself" * by_itself
        )
        self._note_act(act_sudo.summary or act_sudo.display_name)

    def _note_act(self, text):
        """Write what was done into the history of the response."""
        # sudo: readers of a response may log on it, but not change its messages
        self.sudo()._message_log(body=text)

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

    # ------------------------------------------------------------
    # What all acts need
    # ------------------------------------------------------------

    def _responsible(self):
        """Return who has this reply: its person, else the leader of its team."""
        return self.user_id or self.team_id.user_id

    def _address(self):
        """Return the address of the writer."""
        # sudo: whoever may see the response may see whom it answers
        return self.email or self.sudo().trace_id.email or False

    def _person_sudo(self, create=True):
        """Return the contact who wrote, made from the address if there is none."""
        # sudo: responders need not have rights on contacts
        partner_sudo = self.sudo().partner_id
        address = self._address()
        if partner_sudo or not address:
            return partner_sudo
        partners_sudo = self.env["res.partner"].sudo()
        partner_sudo = partners_sudo.search(
            [
                ("email_normalized", "=", address),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        )
        if not partner_sudo and create:
            contact_sudo = self.sudo().contact_id
            partner_sudo = partners_sudo.create(
                {
                    "name": self.author_name or contact_sudo.name or address,
                    "email": address,
                    "company_name": contact_sudo.company_name,
                    "country_id": contact_sudo.country_id.id,
                }
            )
        if partner_sudo and create:
            self.sudo().partner_id = partner_sudo
        return partner_sudo

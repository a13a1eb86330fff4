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
from odoo.exceptions import UserError
from odoo.tools import SQL

from .act_kinds import ABSENT, HOLDING

_logger = logging.getLogger(__name__)


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

    def _correct_label(self, axis, codes):
        """Have proposals follow what a person says that a reply is."""
        result = super()._correct_label(axis, codes)
        if axis in ("intent", "kind"):
            self._act()
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
        acts_sudo = self.sudo().act_ids
        known = {(act.code, act.key): act for act in acts_sudo.sorted("id")}
        wanted = {}
        for wish in self._wishes():
            for offer in self._offers(wish.policy.code):
                if not offer.get("by_hand"):
                    wanted[wish.policy.code, offer["key"]] = wish, offer
        stale = acts_sudo.filtered(
            lambda act: (
                act.state == "proposed"
                and (act.intent_id or act.kind)  # so a policy proposed it
                and (act.code, act.key) not in wanted
            )
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
                "%(reason)s – not by itself: %(hindrance)s",
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
        labels = {(one.axis, one.code): one for one in self.sudo().label_ids}
        given = {intent.code for intent in self.intent_ids}
        best = {}
        for policy in policies_sudo:
            name = policy.kind or policy.intent_id.code
            holds = self.kind == policy.kind if policy.kind else name in given
            if not holds:
                continue
            axis = "kind" if policy.kind else "intent"
            wish = self._wish(policy, labels.get((axis, name)))
            if policy.code not in best or wish.rank() > best[policy.code].rank():
                best[policy.code] = wish
        return [wish for wish in best.values() if wish.policy.mode != "never"]

    def _wish(self, policy, label):
        evidence = (label and label.evidence) or []
        is_exact = any(why.get("rule") == "exact" for why in evidence)
        if label and label.source == "person":
            return Wish(policy, 1.0, True, self.env._("a person says so"))
        said = next((why["text"] for why in evidence if why.get("text")), "")
        return Wish(
            policy, label.confidence if label else 0.0, is_exact, said[:80].strip()
        )

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
        waits = self.sudo().act_ids.filtered(
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
            return self.env._("%(what)s, %(sure)s %% sure: “%(said)s”", **values)
        return self.env._("%(what)s, %(sure)s %% sure", **values)

    # ------------------------------------------------------------
    # What all acts need
    # ------------------------------------------------------------

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
                    "name": _line(self.author_name or contact_sudo.name or address),
                    "email": address,
                    "company_name": contact_sudo.company_name,
                    "country_id": contact_sudo.country_id.id,
                }
            )
        if partner_sudo and create:
            self.sudo().partner_id = partner_sudo
        return partner_sudo


def _line(text):
    """Return a stranger's words without line breaks, which end headers of mails."""
    return " ".join((text or "").split())[:200]

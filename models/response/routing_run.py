"""Response: takes replies through the rules of their company to a team and a person."""

from dataclasses import dataclass, field

from .dealer import Dealers
from .reply_facts import ReplyFacts
from .routing_reason import RoutingReason


@dataclass
class Decision:
    """What the rules say about one reply."""

    priority: str
    rule: object = None  # the one that decided; none: the fallback
    team: object = None
    applied: list = field(default_factory=list)  # ids of all rules that fit
    tags: list = field(default_factory=list)


class RoutingRun:
    """One run over any number of replies: rules and figures are read once."""

    def __init__(self, env, now):
        # sudo: a reply is routed by what is known about it, whoever may see that
        self._env = env(su=True)
        self._dealers = Dealers(self._env, now)
        self._rules = {}

    def decide(self, response, trace=None):
        """Ask the rules; tell ``trace`` each rule and why it does not fit."""
        facts = ReplyFacts(response.with_env(self._env))
        decision = Decision(priority=response.priority or "0")
        for rule in self._rules_of(response.company_id):
            mismatch = rule._mismatch(facts, decision.priority)
            if trace:
                trace(rule, mismatch)
            if mismatch:
                continue
            decision.applied.append(rule.id)
            decision.tags += rule.tag_ids.ids
            decision.priority = rule.priority or decision.priority
            if not rule.is_continue:
                decision.rule, decision.team = rule, rule.team_id
                break
        if not decision.team:
            decision.team = self._env["campaign.team"]._fallback(response.company_id)
        return decision, facts

    def route(self, response):
        """Route one reply: write what the rules say, and give it to somebody."""
        response = response.with_env(self._env)
        decision, facts = self.decide(response)
        if response.team_id.active:  # the team that has the conversation
            decision.rule, decision.team = None, response.team_id
        user, because = self._place(response, decision, facts)
        values = {
            "team_id": decision.team.id,
            "priority": decision.priority,
            "tag_ids": [(4, id_) for id_ in decision.tags],
            "routing_rule_ids": [(6, 0, decision.applied)],
        }
        if user:
            response._give(user, because, **values)
        else:
            response._quietly().write({**values, "routed_because": because})

    def _rules_of(self, company):
        if company not in self._rules:
            self._rules[company] = self._env["campaign.routing.rule"]._of_company(
                company
            )
        return self._rules[company]

    def _place(self, response, decision, facts):
        """Return who gets a reply, if anybody, and why."""
        team, rule = decision.team, decision.rule
        reason = RoutingReason(response, team)
        dealer = self._dealers.of(team)
        named, is_owner = self._named(rule, facts)
        if named and self._is_there(named, dealer, response):
            if dealer:
                dealer.note(named)
            return named, reason.routed(rule, reason.named(named, is_owner))
        user, part = self._deal(response, team, dealer, reason)
        if rule and rule.assign_to != "team":
            part = reason.instead(named, part)
        return user, reason.routed(rule, part)

    def _named(self, rule, facts):
        """Return whom the rule itself names, and whether as the account owner."""
        if rule and rule.assign_to == "owner":
            return facts.owner, True
        return (rule.user_id if rule and rule.assign_to == "person" else None), False

    def _is_there(self, user, dealer, response):
        """Return whether somebody whom a rule names can take a reply."""
        return (
            user._may_answer()
            and response.company_id in user.company_ids
            and user not in response.passed_user_ids
            and not (dealer and dealer.is_away(user))
        )

    def _deal(self, response, team, dealer, reason):
        """Have the team choose."""
        if team.mode == "manual":
            return None, reason.by_hand()
        if not dealer:
            team._wake_hand_out()
            return None, reason.busy()
        choice = dealer.choose(response)
        user = dealer.user_of(choice) if choice.candidate else None
        if user:
            dealer.note(user)
        return user, reason.chosen(choice, user)

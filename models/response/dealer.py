"""Response: gives the replies of a team to its members, one after the other."""

from dataclasses import replace

from ...tools.assignment import choose


class Dealers:
    """The dealers of all teams in one transaction.

    They share what people have to do: who is in two teams has one load.
    """

    def __init__(self, env, now):
        self._env = env
        self._now = now
        self._loads = {}
        self._dealers = {}

    def of(self, team):
        """Return the team's dealer; None when another process gives out its replies."""
        if team.id not in self._dealers:
            is_ours = team._lock_turns()
            self._dealers[team.id] = is_ours and Dealer(team, self._now, self._loads)
        return self._dealers[team.id] or None


class Dealer:
    """One team's, as things stand at one moment.

    What it gives out it counts itself, so that a hundred replies need no more queries
    than one.
    """

    def __init__(self, team, now, loads):
        self.team = team
        self._now = now
        self._loads = loads
        members = team.member_ids.filtered(
            lambda member: member.is_taking and member.user_id._may_answer()
        )
        self._members = {member.id: member for member in members}
        self._candidates = {one.id: one for one in members._candidates(now)}
        for member in members:
            loads.setdefault(member.user_id.id, self._candidates[member.id].load)

    @property
    def is_exhausted(self):
        """Whether nobody takes anything more for now."""
        if self.team.mode == "manual":
            return True
        there = [one for one in self._as_it_is() if not one.is_away]
        if any(one.begins_at <= self._now for one in there):
            return not any(one.is_free for one in there)
        return self.team.off_hours == "wait" or not any(one.is_free for one in there)

    def user_of(self, choice):
        """Return the person that was chosen."""
        return self._members[choice.candidate.id].user_id

    def is_away(self, user):
        """Return whether this person is in the team, and away."""
        return any(
            self._candidates[member.id].is_away
            for member in self._members.values()
            if member.user_id == user
        )

    def choose(self, response, passed=None):
        """Choose a member for a reply; who has passed it on is not asked again."""
        passed = response.passed_user_ids | (passed or response.user_id.browse())
        able = {
            id_
            for id_, member in self._members.items()
            if member.user_id not in passed
            and response.company_id in member.user_id.company_ids
        }
        return choose(
            [one for one in self._as_it_is() if one.id in able],
            now=self._now,
            by_load=self.team.mode == "load",
            waits=self.team.off_hours == "wait",
            language=response.language,
            previous=self._previous(response),
        )

    def _previous(self, response):
        """Return the id of the member who had the contact before, if they keep it."""
        user = self.team.keep_owner and response._previous_owner()
        members = self._members.items()
        return next((id_ for id_, one in members if user and one.user_id == user), None)

    def note(self, user):
        """Count a reply that this person has been given."""
        self._loads[user.id] = self._loads.get(user.id, 0) + 1
        for id_, member in self._members.items():
            if member.user_id == user:
                turn = self.team._next_turn(member)
                self._candidates[id_] = replace(self._candidates[id_], turn=turn)

    def _as_it_is(self):
        """Return the candidates with what they have been given meanwhile."""
        return [
            replace(one, load=self._loads[self._members[id_].user_id.id])
            for id_, one in self._candidates.items()
        ]

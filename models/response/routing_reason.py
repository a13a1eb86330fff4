"""Response: why a reply is with whom it is, in one plain sentence."""

from babel import Locale, UnknownLocaleError

from odoo.tools import format_datetime

from ...tools.assignment import (
    AWAY,
    CLOSED,
    EMPTY,
    FIRST_BACK,
    FULL,
    LOAD,
    PREVIOUS,
    TURN,
)


class RoutingReason:
    """The reasons for one reply in one team, in the language of its company."""

    def __init__(self, response, team):
        lang = response.company_id.partner_id.lang or response.env.lang
        self._env = response.with_context(lang=lang).env
        self._response = response
        self._team = team

    def routed(self, rule, part):
        """Say which rule chose the team, and what happened there."""
        if self._response.team_id == self._team:
            head = self._env._("It stays with team %s", self._team.name)
        elif rule:
            head = self._env._(
                "Rule “%(rule)s” → team %(team)s", rule=rule.name, team=self._team.name
            )
        else:
            head = self._env._("No rule takes it → team %(team)s", team=self._team.name)
        return f"{head}; {part}"

    def from_queue(self, choice, user):
        """Say why it was given to somebody after it had waited in the queue."""
        return self._env._(
            "From the queue of team %(team)s; %(part)s",
            team=self._team.name,
            part=self.chosen(choice, user),
        )

    def passed_on(self, before, user):
        """Say from whom it was taken."""
        return self._env._(
            "Passed on from %(before)s to %(user)s: neither opened nor answered for "
            "%(hours)g working hours.",
            before=before.name,
            user=user.name,
            hours=self._team.silence_hours,
        )

    def by_hand(self):
        return self._env._("the team gives out its replies by hand.")

    def busy(self):
        return self._env._("the team's next free member gets it.")

    def named(self, user, is_owner):
        """Say that the rule itself names a person."""
        if is_owner:
            return self._env._("%s is the account owner.", user.name)
        return self._env._("the rule names %s.", user.name)

    def instead(self, user, part):
        """Say that the one whom the rule names cannot take it."""
        if not user:
            return self._env._("there is no account owner; %s", part)
        return self._env._(
            "%(user)s cannot take it now; %(part)s", user=user.name, part=part
        )

    def chosen(self, choice, user):
        """Say why this member was chosen, or why none."""
        part = self._why(choice, user)
        if not choice.is_spoken:
            return self._env._(
                "nobody there speaks %(language)s; %(part)s",
                language=self._language(),
                part=part,
            )
        return part

    def _why(self, choice, user):
        if not choice.candidate:
            return self._why_nobody()[choice.reason]
        name, those = user.name, self._those(choice)
        if choice.reason == LOAD:
            return self._env._(
                "%(name)s has the fewest open replies (%(count)s) of those %(those)s.",
                name=name,
                count=choice.candidate.load,
                those=those,
            )
        if choice.reason == FIRST_BACK:
            return self._env._(
                "nobody is at work; %(name)s's hours begin first (%(time)s).",
                name=name,
                time=self._time(choice.candidate.begins_at, user),
            )
        if choice.reason == TURN:
            return self._env._(
                "it was %(name)s's turn of those %(those)s.", name=name, those=those
            )
        if choice.reason == PREVIOUS:
            return self._env._("%s had this contact before.", name)
        if choice.candidate.languages and self._response.language:
            return self._env._(
                "only %(name)s speaks %(language)s and is free.",
                name=name,
                language=self._language(),
            )
        return self._env._("only %s is free.", name)

    def _why_nobody(self):
        env = self._env
        return {
            FULL: env._("all who could take it are at capacity, so it waits."),
            CLOSED: env._("nobody is at work, so it waits in the team's queue."),
            AWAY: env._("everybody is away, so it waits in the team's queue."),
            EMPTY: env._("nobody there takes replies, so it waits."),
        }

    def _those(self, choice):
        """Say among whom it was chosen."""
        limited = any(self._team.member_ids.mapped("capacity"))
        if self._response.language and choice.candidate.languages:
            return (
                self._env._("who speak %s, are at work and have room", self._language())
                if limited
                else self._env._("who speak %s and are at work", self._language())
            )
        return (
            self._env._("who are at work and have room")
            if limited
            else self._env._("who are at work")
        )

    def _language(self):
        """Return the name of the reply's language."""
        code = self._response.language
        try:
            return Locale(code).get_language_name(self._env.lang or "en_US") or code
        except (UnknownLocaleError, ValueError):
            return code

    def _time(self, moment, user):
        return format_datetime(
            self._env, moment, tz=user.tz or "UTC", dt_format="EEE HH:mm"
        )

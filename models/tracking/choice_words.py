"""Tracking: what the pages of a mail say; it is kept as proof of what was chosen."""

from odoo.tools import format_date

PAUSES = (30, 90, 180)


class ChoiceWords:
    """The sentences of one company's pages, in the language of ``env``.

    :param lists: those that the mail was sent to.
    """

    def __init__(self, env, company, lists):
        self.env = env
        self.company = company.name
        self._names = ", ".join(
            one.name for one in lists.with_env(env).sudo() if one.is_public
        )

    def unsubscribe(self):
        if self._names:
            return self.env._("Send me no more mails of: %(lists)s.", lists=self._names)
        return self.env._("Send me no more mails like this one.")

    def undo(self):
        return self.env._("That was a mistake: keep sending me these mails.")

    def everything(self):
        return self.env._(
            "Send me no more mailings at all, whatever they are about. I may come back "
            "at any time."
        )

    def unblock(self):
        return self.env._("I want to get mails again.")

    def mailing_list(self, one):
        return self.env._(
            "I want to get the mails of “%(list)s” from %(company)s.",
            list=one.with_env(self.env).sudo().name,
            company=self.company,
        )

    def frequency(self, value):
        return {
            "week": self.env._("At most one mail a week"),
            "month": self.env._("At most one mail a month"),
        }.get(value) or self.env._("As many as there are")

    def pause(self, days):
        return {
            30: self.env._("No mails for a month"),
            90: self.env._("No mails for three months"),
            180: self.env._("No mails for half a year"),
        }[days]

    def pause_until(self, day=None):
        if not day:
            return self.env._("No mails until the day:")
        return self.env._("No mails until %s", format_date(self.env, day))

    def no_pause(self):
        return self.env._("No pause")

    def language(self):
        return self.env._("Send me mails in this language, where they exist in it:")

    def untracked(self):
        return self.env._(
            "Do not note which mails I open and which of their links I follow."
        )

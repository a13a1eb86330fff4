"""Response: what has to be there before replies come in."""

from odoo import api, models
from odoo.fields import Domain


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    @api.model
    def _desk_setup(self):
        """Return what is missing on the way of a reply to this user.

        :return: a dict of

            ``steps``
                for managers: dicts of ``code``, ``is_done``, ``title``, ``text`` and
                ``action`` (the id of where to do it; False for who may not)
            ``ask``
                for a responder in no team: whom to ask, in words; else False
        """
        is_manager = self.env.user.has_group("campaign_desk.group_response_manager")
        return {
            "steps": self._desk_setup_steps() if is_manager else [],
            "ask": False if is_manager else self._whom_to_ask(),
        }

    def _whom_to_ask(self):
        members = self.env["campaign.team.member"]
        if members.search_count([("user_id", "=", self.env.uid)], limit=1):
            return False
        # sudo: the names of who may help are no secret.
        managers_sudo = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("campaign_desk.group_response_manager").id,
                    ),
                    ("share", "=", False),
                    ("company_ids", "in", self.env.company.ids),
                ],
                limit=4,
            )
        )
        names = ", ".join(managers_sudo.mapped("name"))
        if not names:
            return self.env._(
                "You are in no team yet, so you see only replies that somebody gives "
                "to you. Ask your administrator to put you into a team."
            )
        return self.env._(
            "You are in no team yet, so you see only replies that somebody gives to "
            "you. Ask to be put into a team: %s.",
            names,
        )

    def _desk_setup_steps(self):
        return [
            {
                "code": "alias",
                "is_done": self._has_reply_address(),
                "title": self.env._("An address for replies"),
                "text": self.env._(
                    "Campaigns ask recipients to answer to it. It needs an e-mail "
                    "domain of your company."
                ),
                "action": self._setup_action("base_setup.action_general_configuration"),
            },
            {
                "code": "mailbox",
                "is_done": self._has_mailbox(),
                "title": self.env._("A mailbox that Odoo reads"),
                "text": self.env._(
                    "An incoming mail server (IMAP or POP) that gets what is sent to "
                    "this address. Not needed if your mail server hands mail to Odoo."
                ),
                "action": self._setup_action("mail.action_email_server_tree"),
            },
            {
                "code": "team",
                "is_done": bool(
                    self.env["campaign.team.member"].search_count(
                        [("company_id", "in", (False, self.env.company.id))], limit=1
                    )
                ),
                "title": self.env._("A team that answers"),
                "text": self.env._("People who see replies and share them."),
                "action": self._setup_action("campaign_desk.campaign_team_action"),
            },
        ]

    def _has_reply_address(self):
        # sudo: that there is an address, not which, for who may not see aliases.
        aliases_sudo = self.env["mail.alias"].sudo()
        model = self.env["ir.model"]._get_id("campaign.response")
        is_there = Domain("alias_model_id", "=", model) & Domain(
            "alias_domain_id", "!=", False
        )
        return bool(aliases_sudo.search_count(is_there, limit=1))

    def _has_mailbox(self):
        # sudo: that there is one, for who may not see servers.
        servers_sudo = self.env["fetchmail.server"].sudo()
        if servers_sudo.search_count([("state", "=", "done")], limit=1):
            return True
        # mail that came in by another way shows that there is one
        return bool(self.sudo().search_count([], limit=1))

    def _setup_action(self, xmlid):
        """Return the id of an action that is there and that the user may open."""
        action = self.env.ref(xmlid, raise_if_not_found=False)
        if not action:
            return False
        model = getattr(action.sudo(), "res_model", False)
        needs_system = model in ("res.config.settings", "fetchmail.server")
        if needs_system and not self.env.user.has_group("base.group_system"):
            return False
        return action.id

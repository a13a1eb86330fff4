"""Response: the answers that suit a reply, best first. Nothing is sent here."""

from markupsafe import Markup, escape

from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date

_MOST = 6


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def get_suggested_answers(self):
        """Return the team's texts that suit this reply, filled in, best first.

        :return: a list of dictionaries: ``id``, ``name``, ``body`` (safe HTML),
            ``reason`` and ``attachment_ids``.
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: texts of all teams, of which only those of this one are taken
        templates_sudo = self.env["campaign.answer.template"].sudo()
        found = templates_sudo.search(self._answer_domain())
        ranked = sorted(found, key=self._answer_rank)
        best = [one for one in ranked if self._suits(one)][:_MOST]
        values = self._answer_values()
        if any("times" in (one.body_html or "") for one in best):
            values["times"] = self._times_to_offer(self._writer_lang())
        return [
            {
                "id": template.id,
                "name": template.name,
                "body": template._fill_in(values),
                "reason": self._answer_reason(template),
                "attachment_ids": template.attachment_ids.ids,
            }
            for template in best
        ]

    def _answer_domain(self):
        teams = Domain("team_ids", "=", False)
        if self.team_id:
            teams |= Domain("team_ids", "in", self.team_id.ids)
        languages = Domain("language", "=", False)
        if self.language:
            languages |= Domain("language", "=", self.language)
        companies = Domain("company_id", "in", [False, self.company_id.id])
        return companies & teams & languages

    def _suits(self, template):
        return not template.intent_ids or bool(template.intent_ids & self.intent_ids)

    def _answer_rank(self, template):
        """Return what templates are sorted by; the smallest suits best."""
        common = template.intent_ids & self.intent_ids
        return (
            self.intent_id not in common if self.intent_id else True,
            -len(common),
            not template.language,
            not template.team_ids,
            len(template.intent_ids),
            template.sequence,
            template.id,
        )

    def _answer_reason(self, template):
        common = template.intent_ids & self.intent_ids
        return ", ".join(common.mapped("name")) or self.env._("For any reply")

    def _answer_values(self):
        """Return what texts are filled in with, as safe HTML by name."""
        # sudo: the contact and the campaign are what the reply is about
        response_sudo = self.sudo()
        person_sudo = response_sudo.partner_id
        name = person_sudo.name or response_sudo.contact_id.name or self.author_name
        name = "" if "@" in (name or "") else name or ""
        lang = self._writer_lang()
        day = self.follow_up_date
        asked = self.ask_ids[:1].sentence or ""
        values = {
            "first_name": name.split()[0] if name else "",
            "name": name,
            "company": person_sudo.commercial_company_name,
            "question": asked,
            "follow_up_date": day and format_date(self.env, day, lang_code=lang),
            "campaign": response_sudo.campaign_id.title,
            "my_name": self.env.user.name,
            "my_company": self.company_id.name,
        }
        return {key: escape(value or "") for key, value in values.items()}

    def _times_to_offer(self, lang):
        """Return free times as a list for the writer, on the writer's clock."""
        host = self.user_id or self.env.user
        own = self.with_context(lang=lang)
        free = [one for one in own._meeting_choices(host) if one["is_free"]][:3]
        lines = [own._time_for_writer(one["start"], host) for one in free]
        if not lines:
            return Markup()
        return Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s</li>") % line for line in lines
        )

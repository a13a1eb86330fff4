"""Response: an opportunity made of a reply, or the open one of the same contact."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_LONGEST_TEXT = 10_000


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    def _offers_lead(self):
        open_sudo = self._open_lead_sudo()
        if not open_sudo:
            return [{"key": "-"}]
        own = open_sudo.with_env(self.env)
        name = own.display_name if own.has_access("read") else ""
        return [
            {
                "key": "-",
                "label": self.env._("Add to the open opportunity"),
                "reason": name and self.env._("“%s” is open with this contact.", name),
            }
        ]

    def _open_lead_sudo(self):
        """Return the newest opportunity with this contact that is not won or lost."""
        address = self._address()
        person_sudo = self._person_sudo(create=False)
        who = Domain.OR(
            [
                *([Domain("email_normalized", "=", address)] if address else []),
                *([Domain("partner_id", "=", person_sudo.id)] if person_sudo else []),
            ]
        )
        # sudo: responders need not have rights in CRM
        return (
            self.env["crm.lead"]
            .sudo()
            .search(
                who
                & Domain("won_status", "=", "pending")
                & Domain("company_id", "in", [False, self.company_id.id]),
                order="id desc",
                limit=1,
            )
        )

    def _do_lead(self, act, params):
        lead_sudo = self._open_lead_sudo()
        is_new = not lead_sudo
        if is_new:
            # sudo: responders need not have rights in CRM; all values are the reply's
            leads_sudo = self.env["crm.lead"].sudo()
            lead_sudo = leads_sudo.create(self._prepare_lead_values())
            text = self.env._("Opportunity “%s” made", lead_sudo.name)
        else:
            text = self.env._("Added to the opportunity “%s”", lead_sudo.name)
        message_sudo = lead_sudo._message_log(
            body=Markup("<p>%s</p>%s")
            % (self.env._("A reply came in: %s", self.subject or ""), self._digest())
        )
        self.sudo().lead_id = lead_sudo
        return {
            "res_model": "crm.lead",
            "res_id": lead_sudo.id,
            "summary": text,
            "memory": {
                "is_new": is_new,
                "stage": lead_sudo.stage_id.id,
                "message": message_sudo.id,
            },
        }

    def _undo_lead(self, act):
        lead_sudo = self.sudo().lead_id
        memory = act.memory or {}
        if lead_sudo and memory.get("is_new"):
            if self._is_worked_on(lead_sudo, memory):
                raise UserError(
                    self.env._(
                        "Somebody has worked on this opportunity since. Open it, and "
                        "mark it as lost if it is none."
                    )
                )
            lead_sudo.unlink()
        elif lead_sudo:
            note_sudo = self.env["mail.message"].sudo().browse(memory.get("message"))
            note_sudo.exists().filtered(lambda one: one.model == "crm.lead").unlink()
        self.sudo().lead_id = False

    def _is_worked_on(self, lead_sudo, memory):
        said = lead_sudo.message_ids.filtered(
            lambda one: one.message_type in ("comment", "email", "email_outgoing")
        )
        return (
            lead_sudo.stage_id.id != memory.get("stage")
            or bool(said)
            or bool(lead_sudo.activity_ids)
            or bool(lead_sudo.calendar_event_ids)
            or bool(lead_sudo.order_ids)
        )

    def _prepare_lead_values(self):
        # sudo: the delivery, its mailing and the contact are what the reply is about
        response_sudo = self.sudo()
        person_sudo = self._person_sudo()
        seller_sudo = response_sudo.user_id
        # who does not sell would not even see it: CRM's own rules find somebody
        seller_sudo = seller_sudo.filtered(
            lambda user: user.has_group("sales_team.group_sale_salesman")
        )
        mailing_sudo = response_sudo.mailing_id
        return {
            "type": "opportunity",
            "name": self._lead_name(person_sudo),
            "partner_id": person_sudo.id,
            "contact_name": person_sudo.name or self.author_name,
            "email_from": self._address(),
            "user_id": seller_sudo.id,
            "company_id": self.company_id.id,
            "campaign_id": response_sudo.campaign_id.id,
            "source_id": mailing_sudo.source_id.id,
            "medium_id": mailing_sudo.medium_id.id,
            "campaign_mailing_id": mailing_sudo.id,
            "campaign_intent_ids": [(6, 0, response_sudo.intent_ids.ids)],
            "description": self._digest(),
        }

    def _lead_name(self, person_sudo):
        company = person_sudo.commercial_company_name or person_sudo.name
        who = company or self.author_name or self._address() or ""
        about = self.sudo().campaign_id.title or self.subject or ""
        return " – ".join(filter(None, (who, about)))[:200] or self.env._("Reply")

    def _digest(self):
        """Return what a colleague has to know of this reply, as safe HTML."""
        text = (self.clean_text or self.body_text or "")[:_LONGEST_TEXT]
        lines = Markup("<br/>").join(text.splitlines())
        page = Markup("<blockquote>%s</blockquote>") % lines
        if self.intent_ids:
            names = ", ".join(self.intent_ids.mapped("name"))
            page = Markup("<p>%s</p>") % self.env._("Wants: %s", names) + page
        if self.sudo().mailing_id:
            mailing = self.sudo().mailing_id.display_name
            page += Markup("<p>%s</p>") % self.env._("Answers: %s", mailing)
        if self.ask_ids:
            asks = Markup().join(
                Markup("<li>%s</li>") % ask.sentence for ask in self.ask_ids
            )
            page += Markup("<p>%s</p><ul>%s</ul>") % (self.env._("Asked:"), asks)
        return page

    def action_view_lead(self):
        """Open the opportunity, for those who may see it."""
        self.ensure_one()
        self.check_access("read")
        self.lead_id.check_access("read")
        return self.lead_id._get_records_action()

"""Response: who wrote, about which campaign, and how long there is to answer."""

from odoo import fields, models


class CampaignResponse(models.Model):
    _inherit = "campaign.response"

    def _contact_shown(self):
        # sudo: who answers somebody has to know who it is
        partner_sudo = self.sudo().partner_id
        contact_sudo = self.sudo().contact_id
        person_sudo = partner_sudo or contact_sudo
        company = (
            partner_sudo.commercial_company_name
            if partner_sudo
            else contact_sudo.company_name
        )
        return {
            "name": person_sudo.name or self.author_label or "",
            "email": self.email or self.email_from or "",
            "company": company or "",
            "function": partner_sudo.function or "",
            "phone": partner_sudo.phone or "",
            "country": person_sudo.country_id.name or "",
            "records": [
                {
                    "model": record._name,
                    "id": record.id,
                    "name": self.env["ir.model"]._get(record._name).name,
                }
                for record in (self.partner_id, self.contact_id)
                if record and record.has_access("read")
            ],
            "other_count": self._other_responses_count(),
            "suppressed": self._suppressed_because(),
        }

    def _other_responses_count(self):
        if not self.email:
            return 0
        return self.search_count([("email", "=", self.email), ("id", "!=", self.id)])

    def action_view_others(self):
        """Show what else this person wrote."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "campaign_desk.campaign_response_action_all"
        )
        return {**action, "domain": [("email", "=", self.email)], "context": {}}

    def _suppressed_because(self):
        """Return why campaigns leave this person out, in words, or ""."""
        if not self.email:
            return ""
        # sudo: that, and why, but not the lists themselves
        suppressions_sudo = self.env["campaign.suppression"].sudo()
        found = suppressions_sudo._find_all(self.email).filtered(
            lambda one: (
                one.state == "in_force"
                and (
                    one.scope == "global" or one.company_id in (self.company_id, False)
                )
            )
        )
        if found:
            reasons = dict(found._fields["reason"]._description_selection(self.env))
            return reasons.get(found[0].reason, "")
        black_list_sudo = self.env["mail.blacklist"].sudo()
        if black_list_sudo.search_count([("email", "=", self.email)], limit=1):
            return self.env._("On the black list")
        return ""

    def _campaign_shown(self):
        # sudo: what this person did with the mail that they answer
        trace_sudo, mailing_sudo = self.sudo().trace_id, self.sudo().mailing_id
        campaign_sudo = self.sudo().campaign_id
        times = {
            "sent_at": trace_sudo.sent_datetime,
            "opened_at": trace_sudo.open_datetime,
            "clicked_at": trace_sudo.links_click_datetime,
        }
        return {
            "name": campaign_sudo.name or "",
            "mailing": mailing_sudo.subject or "",
            "found_by": self.found_by or "",
            "found_confidence": self.found_confidence,
            **{
                name: at and fields.Datetime.to_string(at) for name, at in times.items()
            },
            "record": next(
                (
                    {"model": record._name, "id": record.id}
                    for record in (self.campaign_id, self.mailing_id)
                    if record and record.has_access("read")
                ),
                False,
            ),
        }

    def _clock_shown(self):
        """Return how long there is for an answer.

        :return: a list of dicts of ``label``, ``at`` (the deadline), ``state``
            (``running``, ``warned``, ``late``, ``met``), ``reason`` and ``is_paused``.
        """
        states = {"ok": "running", "warning": "warned", "breached": "late"}
        kinds = self.clock_ids._fields["kind"]._description_selection(self.env)
        clocks = [
            {
                "label": dict(kinds)[clock.kind],
                "at": fields.Datetime.to_string(clock.deadline),
                "state": states.get(clock.status, "met"),
                "reason": clock.level_id.name or "",
                "is_paused": bool(clock.paused_at),
            }
            for clock in self.clock_ids
            if not clock.stopped_at and clock.deadline
        ]
        if self.follow_up_date:
            clocks.append(self._follow_up_shown())
        return clocks

    def _follow_up_shown(self):
        is_over = self.follow_up_date < fields.Date.context_today(self)
        return {
            "label": self.env._("Wants to hear again"),
            "at": fields.Date.to_string(self.follow_up_date),
            "state": "late" if is_over and self.state != "done" else "running",
            "reason": "",
            "is_paused": False,
        }

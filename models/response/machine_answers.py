"""Response: what follows from what a machine answered in somebody's name.

An absence notice, and that somebody has left, are kept twice. ``campaign.inbound`` has
the mail and how it was sorted, as of every machine. A response of that kind, which
nobody has to answer, goes through the same analysis as people's: it tells the day of
return and the colleague who is named. So whatever turns out in the background to be a
machine's, though the gateway took it for a person's, is treated the same.
"""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.tools import plaintext2html

from ...tools import bounces
from ..tracking.campaign_inbound import SURE

# Kinds that mean something about the contact.
HEEDED = (bounces.OUT_OF_OFFICE, bounces.LEFT_COMPANY)
# Of who does not say when they are back.
DAYS_AWAY = 7
# A mail does not wait for longer: who is away for long is left out until then.
LONGEST_WAIT_DAYS = 30
LONGEST_DAYS_AWAY = 550


class CampaignResponse(models.Model):
    """
    =============  ==============================================================
    kind           what follows, in the background
    =============  ==============================================================
    out of office  mails of campaigns wait until the business day after the
                   return; of who is away for more than a month, they are left out
    left company   the bounce policy decides about the address, the responsible is
                   asked for the successor
    other machine  nothing
    =============  ==============================================================

    All of them are done from the beginning, count as no reply, and offer the persons
    whom they name.
    """

    _inherit = "campaign.response"

    absent_until = fields.Datetime(
        "Away Until", readonly=True, help="Mails of campaigns wait until then."
    )
    is_heeded = fields.Boolean(
        readonly=True, help="What follows from a machine's answer has been done."
    )

    @api.model
    def _take_in_machine(self, message, message_dict, found, match):
        """Keep what a machine says about somebody, to learn more of it later."""
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        machine_sudo = self.sudo().with_context(campaign_machine=True)
        return machine_sudo._take_in(message, message_dict, found, match)

    @api.model
    def _prepare_values(self, message, message_dict, found, match):
        values = super()._prepare_values(message, message_dict, found, match)
        if found.kind == bounces.HUMAN:
            return values
        for name in ("team_id", "user_id", "assigned_at", "routed_because"):
            values.pop(name, None)
        now = fields.Datetime.now()
        return {**values, "kind": found.kind, "state": "done", "closed_at": now}

    def _take_as_person(self):
        """Have what was taken for a machine's answer gone through as a person's."""
        machines = self.filtered(lambda one: one.kind not in (False, bounces.HUMAN))
        for response in machines:
            response.label_ids.filtered(lambda label: label.axis == "kind").unlink()
            label = {"axis": "kind", "code": bounces.HUMAN, "source": "person"}
            response.write(
                {
                    "kind": bounces.HUMAN,
                    "state": "new",
                    "closed_at": False,
                    "absent_until": False,
                    "analysis_state": "waiting",
                    "label_ids": [Command.create({**label, "confidence": 1.0})],
                }
            )
        machines._count_reply()
        machines._wake_processing()

    def _process(self):
        """Understand, route and act; then heed what was a machine's."""
        taken_for_human = self.filtered(
            lambda response: not response.kind or response.kind == bounces.HUMAN
        )
        result = super()._process()
        understood = self.filtered(lambda one: one.analysis_state != "waiting")
        (taken_for_human & understood)._settle_machines()
        understood._heed_machines()
        return result

    def _settle_machines(self):
        """Close what was taken for a person's and is none; it counts as no reply."""
        machines = self.filtered(
            lambda response: response.kind and response.kind != bounces.HUMAN
        )
        machines.write({"state": "done", "closed_at": fields.Datetime.now()})
        for response in machines:
            others = [
                ("trace_id", "=", response.trace_id.id),
                ("kind", "in", (False, bounces.HUMAN)),
                ("id", "!=", response.id),
            ]
            if response.trace_id and not self.search_count(others, limit=1):
                response.trace_id._take_back_reply()

    def _heed_machines(self):
        """Have absences and departures their effects, once."""
        for response in self:
            if response.kind not in HEEDED or response.is_heeded:
                continue
            response.is_heeded = True
            if not response.email:
                continue
            if response.kind == bounces.OUT_OF_OFFICE:
                response._park_contact()
            else:
                response._ask_for_successor()

    # ------------------------------------------------------------
    # Away
    # ------------------------------------------------------------

    def _address_about(self):
        """Return the address that a notice is about: the one that we mailed.

        A colleague, of theirs or of ours, may have got the mail in copy.
        """
        is_of_another = self.found_by == "colleague" or self._internal_users(
            [self.email]
        )
        return self.email if is_of_another else self.trace_id.email or self.email

    def _park_contact(self):
        """Have campaigns wait for somebody until the business day after the return."""
        today = self.received_at.date()
        back_on = self.follow_up_date or today + timedelta(days=DAYS_AWAY)
        back_on = min(max(back_on, today), today + timedelta(days=LONGEST_DAYS_AWAY))
        day = self._business_day_after(back_on)
        until = fields.Datetime.to_datetime(day)
        self.absent_until = until
        if until <= fields.Datetime.now():
            return
        address = self._address_about()
        if day - today <= timedelta(days=LONGEST_WAIT_DAYS):
            self.env["campaign.preference"]._set_absent(address, self.company_id, until)
            return
        # sudo: what the owner of the address says, who has no account
        self.env["campaign.suppression"].sudo()._suppress(
            {address: self.trace_id.id or None},
            {"scope": "company", "company_id": self.company_id.id},
            reason=bounces.OUT_OF_OFFICE,
            source="answer",
            note=(self.subject or "")[:200],
            expires_at=until,
        )

    def _business_day_after(self, day):
        """Return the first day after ``day`` on which people work."""
        windows = self.env["campaign.send.window"]
        calendar = self.company_id.resource_calendar_id
        holidays = windows.new({"calendar_id": calendar.id})._days_off(
            fields.Datetime.to_datetime(day)
        )
        day += timedelta(days=1)
        while day.weekday() >= 5 or day in holidays:
            day += timedelta(days=1)
        return day

    # ------------------------------------------------------------
    # Left
    # ------------------------------------------------------------

    def _ask_for_successor(self):
        """Stop mail to who has left, and ask who has taken their place."""
        # sudo: what the gateway sorted, it has judged already
        inbound_sudo = self.env["campaign.inbound"].sudo()
        same = [("message_id", "=", self.message_id)]
        is_judged = inbound_sudo.search_count(same, limit=1)
        if self.trace_id and not is_judged and self._kind_confidence() >= SURE:
            policies = self.env["campaign.bounce.policy"]
            policies._judge(self.trace_id, bounces.LEFT_COMPANY)
        owner = self.mailing_id.user_id or self.campaign_id.user_id
        where = self.campaign_id or self.partner_id
        if not owner.active or not where:
            return
        address = self._address_about()
        where.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Who follows %s?", self.author_name or address),
            note=plaintext2html(
                self.env._(
                    "The owner of %(address)s has left, as an automatic answer says. "
                    "If it names somebody, the response offers to make a contact of "
                    "them:\n%(url)s",
                    address=address,
                    url=f"{self.get_base_url()}/odoo/{self._name}/{self.id}",
                )
            ),
            user_id=owner.id,
        )

    def _kind_confidence(self):
        """Return how sure the kind is; what the gateway sorted is sure enough."""
        labels = self.label_ids.filtered(
            lambda label: label.axis == "kind" and label.code == self.kind
        )
        return max(labels.mapped("confidence"), default=1.0)

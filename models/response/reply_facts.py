"""Response: what routing rules ask about a reply, looked up when a rule asks."""

from functools import cached_property

from odoo.fields import Domain


class ReplyFacts:
    """Facts about one reply, and about the contact who wrote it.

    The contact is the partner, else the lead that was mailed, else the mailing contact.
    """

    def __init__(self, response_sudo):
        self._env = response_sudo.env
        self.response = response_sudo

    @cached_property
    def partner(self):
        response = self.response
        return (
            response.partner_id or self._mailed("res.partner") or self.lead.partner_id
        )

    @cached_property
    def lead(self):
        """The lead that was mailed."""
        return self._mailed("crm.lead")

    def _mailed(self, model):
        trace = self.response.trace_id
        records = self._env[model]
        return records.browse(trace.res_id if trace.model == model else ()).exists()

    @cached_property
    def domain(self):
        """The domain of the address, in lower case."""
        return (self.response.email or "").rpartition("@")[2].lower()

    @cached_property
    def language(self):
        return (self.response.language or "").partition("_")[0].lower()

    @cached_property
    def country(self):
        return (
            self.partner.country_id
            or self.lead.country_id
            or self.response.contact_id.country_id
        )

    @cached_property
    def state(self):
        return self.partner.state_id or self.lead.state_id

    @cached_property
    def zip(self):
        return (self.partner.zip or self.lead.zip or "").replace(" ", "").upper()

    @cached_property
    def owner(self):
        """The salesperson of the contact, of its company, or of its open deal."""
        partner = self.partner
        owner = partner.user_id or partner.commercial_partner_id.user_id
        if not owner:
            newest = (self.lead | self._deals).filtered("user_id").sorted("id")[-1:]
            owner = newest.user_id
        return owner.filtered(lambda user: user.active and not user.share)

    @cached_property
    def deal_value(self):
        """What the open opportunities of the contact may bring, all together."""
        company = self.response.company_id
        opportunities = self._deals.filtered(lambda lead: lead.type == "opportunity")
        return sum(
            lead.company_currency._convert(
                lead.expected_revenue,
                company.currency_id,
                company,
                self.response.received_at.date(),
            )
            for lead in opportunities
        )

    @cached_property
    def _deals(self):
        """Return open leads and opportunities of this contact's company or address."""
        whose = Domain.FALSE
        if self.partner:
            commercial = self.partner.commercial_partner_id
            whose |= Domain("partner_id", "child_of", commercial.id)
        if self.response.email:
            whose |= Domain("email_normalized", "=", self.response.email)
        return self._env["crm.lead"].search(
            whose
            & Domain("company_id", "in", [False, self.response.company_id.id])
            & Domain("won_status", "=", "pending")
        )

"""Tracking: what a person wants of a company's mails, by address."""

from odoo import api, fields, models
from odoo.tools import email_normalize

_PROVED = ("is_untracked", "frequency", "lang")


class CampaignPreference(models.Model):
    """What the owner of an address has asked one company for.

    It holds for every mailing of that company, whatever its recipients are. Who asked
    for nothing has no row.
    """

    _name = "campaign.preference"
    _description = "Mail Preference"
    _rec_name = "email"
    _order = "write_date desc, id desc"

    email = fields.Char("Address", required=True, help="Normalized.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    is_untracked = fields.Boolean(
        "Do Not Track",
        help="What this person opens and follows is counted, but not whose it was.",
    )

    absent_until = fields.Datetime(
        "Away Until",
        readonly=True,
        help="An automatic answer says so. Mails of campaigns wait until then.",
    )
    frequency = fields.Selection(
        [("week", "At most one mail a week"), ("month", "At most one mail a month")],
        "How Often",
        help="Mails beyond that are left out for this person, not sent later. Blank: "
        "as many as there are.",
    )
    lang = fields.Selection(
        selection=lambda self: self._installed_languages(),
        string="Language",
        help="In which this person wants the mails, whatever their contact says. "
        "Blank: as the contact says.",
    )

    _owner_uniq = models.UniqueIndex("(email, company_id)")
    _untracked_idx = models.Index("(email) WHERE is_untracked")
    _frequency_idx = models.Index("(email) WHERE frequency IS NOT NULL")

    @api.model
    def _installed_languages(self):
        return self.env["res.lang"].get_installed()

    @api.model_create_multi
    def create(self, vals_list):
        preferences = super().create([_normalized(vals) for vals in vals_list])
        nothing = dict.fromkeys(_PROVED, False)
        preferences._note_consent(dict.fromkeys(preferences.ids, nothing))
        return preferences

    def write(self, vals):
        before = {one.id: {name: one[name] for name in _PROVED} for one in self}
        result = super().write(_normalized(vals))
        self._note_consent(before)
        return result

    def _note_consent(self, before):
        """Write down the proof of what has changed.

        :param before: the old values, by id.
        """
        rows = []
        for one in self:
            old = before[one.id]
            common = {"address": one.email, "company_id": one.company_id.id}
            if one.is_untracked != old["is_untracked"]:
                decision = "withdrawn" if one.is_untracked else "given"
                rows.append({**common, "kind": "tracking", "decision": decision})
            for name, kind in (("frequency", "frequency"), ("lang", "language")):
                if one[name] != old[name]:
                    labels = dict(self._fields[name]._description_selection(self.env))
                    chosen = labels.get(one[name]) or self.env._("As it was")
                    rows.append(
                        {**common, "kind": kind, "decision": "changed"}
                        | {"detail": chosen}
                    )
        self.env["campaign.consent"]._record(rows)

    @api.model
    def _of(self, email, company):
        """Return the row of an address for a company, or an empty recordset."""
        domain = [
            ("email", "=", email_normalize(email) or ""),
            ("company_id", "=", company.id),
        ]
        return self.search(domain, limit=1)

    @api.model
    def _set(self, email, company, **values):
        """Write down what the owner of an address wants."""
        preference = self._of(email, company)
        if preference:
            preference.write(values)
            return preference
        return self.create({"email": email, "company_id": company.id, **values})

    @api.model
    def _set_absent(self, email, company, until):
        """Have the mails of campaigns to an address wait; None: no more.

        :param until: in UTC.
        """
        # sudo: what the owner of the address says, who has no account
        preference_sudo = self.sudo()._of(email, company)
        if preference_sudo.absent_until == (until or False):
            return
        if not until:
            preference_sudo.absent_until = False
            self.env["mailing.trace"]._stop_waiting_for(email, company)
        else:
            self.sudo()._set(email, company, absent_until=until)


def _normalized(vals):
    if "email" not in vals:
        return vals
    return {**vals, "email": email_normalize(vals["email"]) or vals["email"]}

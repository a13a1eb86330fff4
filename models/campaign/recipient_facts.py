"""Campaign: what is known of recipients beyond their address."""


class RecipientFacts:
    """The names, languages and companies of the recipients of some mails."""

    def __init__(self, mailing, records):
        self._partners = records._mail_get_partners() if records else {}
        company = (mailing.user_id or mailing.env.user).company_id
        self._alias_domains = records._mail_get_alias_domains(default_company=company)
        self._reply_tos = {}
        if mailing.reply_to_mode == "update" and records:
            self._reply_tos = records._notify_get_reply_to_batch(
                defaults=dict.fromkeys(records.ids, mailing.email_from),
                author_ids=dict.fromkeys(records.ids, mailing.user_id.partner_id.id),
            )

    def alias_domain(self, record):
        return self._alias_domains[record.id]

    def lang(self, record):
        return self._partners[record.id][:1].lang

    def name(self, record):
        """Return a person's name; other records' names are not for an address."""
        if record._name in ("mailing.contact", "res.partner"):
            return record.name or ""
        return self._partners[record.id][:1].name or ""

    def reply_to(self, record):
        return self._reply_tos.get(record.id)

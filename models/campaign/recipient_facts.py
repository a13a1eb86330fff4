"""Campaign: what is known of recipients beyond their address."""


def language_of(record, partners):
    """Return the language of a recipient, or False.

    :param partners: the contacts that the record is about.
    """
    if partners:
        return partners[:1].lang
    for name in ("lang", "lang_code"):
        if name in record._fields:
            return record[name]
    return False


class RecipientFacts:
    """The names, languages and companies of the recipients of a mailing.

    What is the same for all is read here, the rest by :meth:`collect`, batch by batch.

    :param lang: the language of all, for a look at what others will get.
    """

    def __init__(self, mailing, model, lang=False):
        self._lang = lang
        self._languages = {
            code for code, _name in model.env["res.lang"].get_installed()
        }
        self._company = mailing.company_id
        self._author_id = mailing.user_id.partner_id.id
        self._email_from = mailing.email_from
        self._answers_to_records = mailing.reply_to_mode == "update"
        self._has_companies = bool(model._mail_get_company_field())
        self._partners = self._alias_domains = self._reply_tos = {}

    def collect(self, records):
        """Collect the facts of ``records``; those of others are forgotten."""
        self._partners = records._mail_get_partners()
        if self._has_companies or not self._alias_domains:
            self._alias_domains = records._mail_get_alias_domains(
                default_company=self._company
            )
        if self._answers_to_records and records.ids:
            self._reply_tos = records._notify_get_reply_to_batch(
                defaults=dict.fromkeys(records.ids, self._email_from),
                author_ids=dict.fromkeys(records.ids, self._author_id),
            )

    def alias_domain(self, record):
        if not self._has_companies:
            return next(iter(self._alias_domains.values()))
        return self._alias_domains[record.id]

    def lang(self, record, wish=None):
        """Return the language of a recipient, or False.

        :param wish: the one that the owner of the address has asked for.
        """
        if self._lang:
            return self._lang
        if wish in self._languages:
            return wish
        lang = language_of(record, self._partners[record.id])
        return lang if lang in self._languages else False

    def name(self, record):
        """Return a person's name; other records' names are not for an address."""
        if record._name in ("mailing.contact", "res.partner"):
            return record.name or ""
        return self._partners[record.id][:1].name or ""

    def reply_to(self, record):
        return self._reply_tos.get(record.id)

"""Tracking: what recipients choose on the pages of their mails, and how it is kept."""

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, Command, fields
from odoo.tools import email_normalize

from ..campaign.recipient_facts import language_of
from .evidence import Evidence, with_evidence

LONGEST_PAUSE_DAYS = 730
_LONGEST_WORDS = 1000
_MOST_LISTS = 50


class RecipientChoices:
    """Acts for whoever has a delivery's token: the owner of its address.

    Everything is done as the superuser, because a recipient has no account, and touches
    nothing but what belongs to the address.

    :param trace: the delivery.
    :param evidence: the :class:`.Evidence` of the request, without its text.
    """

    def __init__(self, trace, evidence):
        self.trace = trace.with_user(SUPERUSER_ID)
        self.mailing = self.trace.mass_mailing_id
        self.company = self.mailing.company_id
        self.email = email_normalize(self.trace.email) or ""
        self.env = self.trace.with_company(self.company).env
        self._evidence = replace(
            evidence,
            company_id=self.company.id,
            trace_id=self.trace.id,
            mailing_id=self.mailing.id,
        )

    # ------------------------------------------------------------
    # What holds now
    # ------------------------------------------------------------

    @property
    def contacts(self):
        contacts = self.env["mailing.contact"].with_context(active_test=False)
        return contacts.search([("email_normalized", "=", self.email)])

    @property
    def preference(self):
        return self.env["campaign.preference"]._of(self.email, self.company)

    @property
    def lang(self):
        """Return the language that the recipient reads, or False."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        record = self.env[self.trace.model].browse(self.trace.res_id).exists()
        lang = self.preference.lang
        if not lang and record:
            lang = language_of(record, record._mail_get_partners()[record.id])
        return lang if lang in installed else False

    @property
    def mailing_lists(self):
        """Return the lists that the mail was sent to."""
        mailing = self.mailing
        lists = mailing.contact_list_ids
        return lists if mailing.mailing_on_mailing_list else lists.browse()

    @property
    def public_lists(self):
        """Return what anybody may join, and of it what the recipient is on."""
        lists = self.env["mailing.list"].search(
            [("is_public", "=", True)], limit=_MOST_LISTS, order="name, id"
        )
        subscriptions = self.contacts.subscription_ids
        is_on = subscriptions.filtered(lambda one: not one.opt_out).list_id & lists
        return lists, is_on

    @property
    def blocked(self):
        """Return the entry in the blacklist."""
        return self.env["mail.blacklist"].search([("email", "=", self.email)])

    @property
    def is_blocked(self):
        """Return whether the recipient gets no mailings at all, by their own wish."""
        return bool(self.blocked or self._without_end())

    @property
    def left(self):
        """Return the lists that were left by this mail and not joined again.

        And whether its recipient left everything by it.
        """
        consents = self.env["campaign.consent"].search(
            [("trace_id", "=", self.trace.id), ("decision", "=", "withdrawn")]
        )
        gone = self.contacts.subscription_ids.filtered("opt_out").list_id
        is_blocked = self.is_blocked and "all" in consents.mapped("kind")
        return consents.list_id & gone & self.mailing_lists, is_blocked

    @property
    def pause(self):
        """Return the pause that the recipient has asked for."""
        return self.env["campaign.suppression"].search(
            [
                ("id", "in", self._suppressions().ids),
                ("expires_at", "!=", False),
                ("state", "=", "in_force"),
            ],
            limit=1,
        )

    def _without_end(self):
        return self._suppressions().filtered(lambda one: not one.expires_at)

    def _suppressions(self):
        suppressions = self.env["campaign.suppression"]._find_all(self.email)
        return suppressions.filtered(
            lambda one: (
                one.active
                and one.source == "recipient"
                and one.company_id == self.company
            )
        )

    # ------------------------------------------------------------
    # Unsubscribe
    # ------------------------------------------------------------

    def unsubscribe(self, text, reason_id=None, words=""):
        """Take the recipient off the lists of the mail, or off everything.

        Who is on none of its lists got it for another reason (a segment, a document)
        and is put on the blacklist.

        :return: the lists that were left now, and whether the blacklist was used.
        """
        left, is_blocked = self.mailing_lists.browse(), False
        subscriptions = self.contacts.subscription_ids.filtered(
            lambda one: one.list_id in self.mailing_lists
        )
        if subscriptions:
            left = subscriptions.filtered(lambda one: not one.opt_out).list_id
            self._proved(left, text)._update_subscription_from_email(
                self.email, opt_out=True
            )
        elif not self.is_blocked:
            self._block(text)
            is_blocked = True
        self._keep_reason(subscriptions, reason_id, words)
        if not self.trace.event_ids.filtered(lambda one: one.kind == "unsubscribe"):
            self._note_event()
        return left, is_blocked

    def unsubscribe_from_all(self, text):
        if not self.is_blocked:
            self._block(text)
            self._note_event()

    def undo(self, text, lists, is_blocked):
        """Take back what :meth:`unsubscribe` has done.

        :param lists: of the mail's lists, those to be on again.
        """
        left = self.contacts.subscription_ids.filtered("opt_out").list_id
        back = lists & self.mailing_lists & left
        self._proved(back, text)._update_subscription_from_email(
            self.email, opt_out=False
        )
        if is_blocked:
            self.unblock(text)
        return back

    def unblock(self, text):
        """Take back that the recipient gets no mailings at all."""
        self._without_end()._lift(self.env._("By the recipient"))
        if self.blocked:
            self._proved(self.blocked, text)._remove(self.email)

    def _block(self, text):
        """Put the recipient on the blacklist.

        As well as among the suppressions if the mailing does not heed the blacklist.
        """
        if not self.mailing.use_exclusion_list:
            self._suppress(False)
        words = self.env._("Unsubscribed from “%s”.", self.mailing.display_name)
        blacklist = self._proved(self.env["mail.blacklist"], text)
        blacklist._add(self.email, message=Markup("<p>%s</p>") % words)

    def _keep_reason(self, subscriptions, reason_id, words):
        reason = self.env["mailing.subscription.optout"].browse(reason_id).exists()
        if reason:
            subscriptions.filtered("opt_out").opt_out_reason_id = reason
            self.blocked.opt_out_reason_id = reason
        words = words.strip()[:_LONGEST_WORDS]
        if not words:
            return
        note = Markup("<p>%s<br/>%s</p>") % (
            self.env._("Unsubscribed, and wrote:"),
            words,
        )
        for record in self.contacts or self.blocked:
            record.message_post(body=note, subtype_xmlid="mail.mt_note")

    # ------------------------------------------------------------
    # Other wishes
    # ------------------------------------------------------------

    def choose_lists(self, wanted, text_of):
        """Join and leave public lists.

        :param wanted: what the recipient wants to be on.
        :param text_of: returns what was shown about a list.
        """
        shown, is_on = self.public_lists
        for one in shown:
            if (one in wanted) == (one in is_on):
                continue
            if one in wanted:
                self._join(one, text_of(one))
            else:
                self._proved(one, text_of(one))._update_subscription_from_email(
                    self.email, opt_out=True
                )

    def _join(self, mailing_list, text):
        mailing_list = self._proved(mailing_list, text)
        if self.contacts:
            mailing_list._update_subscription_from_email(self.email, opt_out=False)
            return
        record = self.env[self.trace.model].browse(self.trace.res_id).exists()
        mailing_list.env["mailing.contact"].create(
            {
                "name": record.display_name if record._name == "res.partner" else False,
                "email": self.email,
                "lang": self.lang,
                "subscription_ids": [Command.create({"list_id": mailing_list.id})],
            }
        )

    def choose(self, text, **values):
        """Keep what is said about frequency, language and tracking."""
        preferences = self._proved(self.env["campaign.preference"], text)
        preferences._set(self.email, self.company, **values)

    def pause_until(self, day, text):
        """Mail the recipient no more until a day; an earlier wish is forgotten."""
        self._end_pause()
        self._suppress(fields.Datetime.to_datetime(day))
        self._note_pause("withdrawn", text, fields.Date.to_string(day))

    def _suppress(self, until):
        self.env["campaign.suppression"]._suppress(
            {self.email: self.trace.id},
            {"scope": "company", "company_id": self.company.id},
            reason="request",
            source="recipient",
            expires_at=until,
        )

    def resume(self, text):
        if self._end_pause():
            self._note_pause("given", text)

    def _end_pause(self):
        pauses = self._suppressions().filtered("expires_at")
        if pauses:
            pauses._lift(self.env._("By the recipient"))
            pauses.flush_recordset()  # the next one is written by a statement
        return pauses

    def _note_pause(self, decision, text, detail=False):
        self._proved(self.env["campaign.consent"], text)._record(
            [
                {
                    "address": self.email,
                    "kind": "pause",
                    "decision": decision,
                    "detail": detail,
                }
            ]
        )

    # ------------------------------------------------------------
    # Tools
    # ------------------------------------------------------------

    def _proved(self, records, text):
        return with_evidence(records, replace(self._evidence, text=text))

    def _note_event(self):
        self.trace._note_event(
            "unsubscribe",
            verdict="human",
            rule="person",
            address_prefix=self._evidence.address_prefix or False,
        )


def evidence_of_request(asks, prefix, source="form"):
    """Return the :class:`.Evidence` of a request for one of our pages.

    The token in its address is a key, so only the kind of page is kept.
    """
    page = "/".join(asks.path.split("/")[:3])
    return Evidence(source, page=page, address_prefix=prefix)


def latest_pause_day():
    return fields.Date.today() + timedelta(days=LONGEST_PAUSE_DAYS)

"""Tracking: unsubscribing, and the page on which recipients say what they want.

No GET and no HEAD changes anything. The signed token in the address is the key of the
recipient, and there is no session that another page could abuse: forms need no other
proof.
"""

from datetime import timedelta

from odoo import fields, http
from odoo.http import request
from odoo.tools import format_date

from ..models.sending.suppression import FREQUENCY_DAYS
from ..models.tracking.choice_words import PAUSES, ChoiceWords
from ..models.tracking.recipient_choices import (
    RecipientChoices,
    evidence_of_request,
    latest_pause_day,
)
from ..tools import tokens
from .gate import NO_STORE
from .recipient_page import RecipientPage
from .tracking import address_in_mail


class CampaignUnsubscribe(RecipientPage):
    # Mail programs post here on behalf of their users, who have no session (RFC 8058).
    @address_in_mail("/campaign/u/<string:signed>", methods=["GET", "POST"], csrf=False)
    def campaign_unsubscribe(self, signed, **form):
        """Unsubscribe at one click (RFC 8058 §3.1), or ask whether and why."""
        is_one_click = self._is_post() and form.get("List-Unsubscribe") == "One-Click"
        choices = self._choices(signed, "one_click" if is_one_click else "form")
        if not choices:
            return self._campaign_no_delivery(tokens.UNSUBSCRIBE, signed)
        if is_one_click:
            choices.unsubscribe("")
            return request.make_response("", headers=NO_STORE)
        words = self._prepare(choices)
        do = self._words(form, "do") if self._is_post() else ""
        if do == "unsubscribe":
            return self._unsubscribe(signed, choices, words, form)
        if do == "undo":
            return self._undo(signed, choices, words, form)
        left, is_blocked = choices.left
        if left or is_blocked:
            return self._unsubscribed(signed, choices, words, left, is_blocked)
        return self._question(signed, choices, words)

    @address_in_mail("/campaign/p/<string:signed>", methods=["GET", "POST"], csrf=False)
    def campaign_preferences(self, signed, **form):
        """Show what the recipient wants, and keep what is changed."""
        choices = self._choices(signed)
        if not choices:
            return self._campaign_no_delivery(tokens.UNSUBSCRIBE, signed)
        words = self._prepare(choices)
        do = self._words(form, "do") if self._is_post() else ""
        act = {
            "save": self._save,
            "lists": self._save_lists,
            "frequency": self._save_frequency,
            "pause": self._save_pause,
            "all": self._leave_all,
            "unblock": self._come_back,
        }.get(do)
        error = act(choices, words, form) if act else ""
        if act and not error and choices.lang:  # it may be another one now
            words = self._prepare(choices)
        return self._recipient_page(
            "page_preferences",
            status=400 if error else 200,
            error=error,
            is_saved=bool(act and not error),
            **self._values(signed, choices, words),
        )

    @http.route("/mail_preferences", type="http", auth="public", sitemap=False)
    def campaign_preferences_example(self):
        """Say where this link of a mail leads to, to who writes one."""
        return self._recipient_page("page_example")

    # ------------------------------------------------------------
    # Odoo's own addresses
    # ------------------------------------------------------------

    @http.route()
    def mailing_unsubscribe(
        self, mailing_id, document_id=None, email=None, hash_token=None, **_post
    ):
        """Ask first, where Odoo would unsubscribe whoever looks at the page."""
        keys = {"document_id": document_id, "email": email, "hash_token": hash_token}
        if not self._is_post() and self._desk_mailing(mailing_id):
            return self.mailing_confirm_unsubscribe(mailing_id, **keys)
        return super().mailing_unsubscribe(mailing_id, **keys)

    @http.route()
    def mailing_confirm_unsubscribe(
        self, mailing_id, document_id=None, email=None, hash_token=None
    ):
        """Lead on to our page, for a mail of ours whose link is valid."""
        keys = {"document_id": document_id, "email": email, "hash_token": hash_token}
        mailing_sudo = self._desk_mailing(mailing_id)
        try:
            trace_sudo = mailing_sudo and mailing_sudo._delivery_of_keys(**keys)
        except ValueError:
            return self._campaign_unknown()
        if trace_sudo:
            key = mailing_sudo._tracking_key()
            signed = tokens.sign(key, tokens.UNSUBSCRIBE, trace_sudo.token)
            return self._lead_on(f"/campaign/u/{signed}")
        return super().mailing_confirm_unsubscribe(mailing_id, **keys)

    def _desk_mailing(self, mailing_id):
        """Return a mailing of the Campaign Desk engine, or an empty recordset."""
        # sudo: recipients have no account
        mailing_sudo = request.env["mailing.mailing"].sudo().browse(mailing_id).exists()
        return mailing_sudo._desk_mailings()

    # ------------------------------------------------------------
    # Unsubscribe
    # ------------------------------------------------------------

    def _choices(self, signed, source="form"):
        trace_sudo = request.env["mailing.trace"]._find_by_signed(
            tokens.UNSUBSCRIBE, signed
        )
        if not trace_sudo:
            return None
        evidence = evidence_of_request(request.httprequest, self._network(), source)
        return RecipientChoices(trace_sudo, evidence)

    def _prepare(self, choices):
        """Speak the recipient's language; return the words of the pages."""
        if choices.lang:
            request.update_context(lang=choices.lang)
        return ChoiceWords(request.env, choices.company, choices.mailing_lists)

    def _question(self, signed, choices, words):
        reasons = request.env["mailing.subscription.optout"].sudo().search([])
        values = self._values(signed, choices, words)
        return self._recipient_page("page_unsubscribe", reasons=reasons, **values)

    def _unsubscribe(self, signed, choices, words, form):
        left, is_blocked = choices.unsubscribe(
            words.unsubscribe(),
            self._number(form, "reason"),
            self._words(form, "words"),
        )
        return self._unsubscribed(signed, choices, words, left, is_blocked)

    def _unsubscribed(self, signed, choices, words, left, is_blocked):
        return self._recipient_page(
            "page_unsubscribed",
            left=left,
            is_blocked=is_blocked,
            **self._values(signed, choices, words),
        )

    def _undo(self, signed, choices, words, form):
        lists = choices.mailing_lists.filtered(
            lambda one: one.id in self._numbers("left")
        )
        choices.undo(words.undo(), lists, self._words(form, "blocked") == "1")
        values = self._values(signed, choices, words)
        return self._recipient_page("page_resubscribed", **values)

    # ------------------------------------------------------------
    # What the recipient wants; each returns what is wrong, or ""
    # ------------------------------------------------------------

    def _save(self, choices, words, form):
        error = self._save_pause(choices, words, form)
        if error:
            return error
        self._save_lists(choices, words, form)
        self._save_frequency(choices, words, form)
        lang = self._words(form, "lang")
        if lang in dict(request.env["res.lang"].get_installed()):
            if lang != (choices.lang or request.env.lang):
                choices.choose(words.language(), lang=lang)
        is_untracked = self._words(form, "untracked") == "1"
        if is_untracked != choices.preference.is_untracked:
            choices.choose(words.untracked(), is_untracked=is_untracked)
        return ""

    def _save_lists(self, choices, words, _form):
        shown, _is_on = choices.public_lists
        wanted = shown.filtered(lambda one: one.id in self._numbers("list"))
        choices.choose_lists(wanted, words.mailing_list)
        return ""

    def _save_frequency(self, choices, words, form):
        value = self._words(form, "frequency")
        frequency = value if value in FREQUENCY_DAYS else False
        if frequency != choices.preference.frequency:
            choices.choose(words.frequency(frequency), frequency=frequency)
        return ""

    def _save_pause(self, choices, words, form):
        chosen = self._words(form, "pause")
        if chosen in map(str, PAUSES):
            day = fields.Date.today() + timedelta(days=int(chosen))
            choices.pause_until(day, words.pause(int(chosen)))
        elif chosen == "day":
            day = self._day(form, "until")
            if not day:
                return request.env._(
                    "Choose a day between tomorrow and %s.",
                    format_date(request.env, latest_pause_day()),
                )
            choices.pause_until(day, words.pause_until(day))
        elif chosen == "none":
            choices.resume(words.no_pause())
        return ""

    def _leave_all(self, choices, words, _form):
        choices.unsubscribe_from_all(words.everything())
        return ""

    def _come_back(self, choices, words, _form):
        choices.unblock(words.unblock())
        return ""

    # ------------------------------------------------------------
    # Tools
    # ------------------------------------------------------------

    def _values(self, signed, choices, words):
        lists, is_on = choices.public_lists
        pause = choices.pause
        return {
            "words": words,
            "company": choices.company,
            "email": choices.email,
            "unsubscribe_url": f"/campaign/u/{signed}",
            "preferences_url": f"/campaign/p/{signed}",
            "lists": lists.with_context(lang=request.env.lang),
            "is_on": is_on,
            "is_blocked_now": choices.is_blocked,
            "preference": choices.preference,
            "pauses": PAUSES,
            "pause_day": pause and pause.expires_at.date(),
            "tomorrow": fields.Date.today() + timedelta(days=1),
            "latest": latest_pause_day(),
            "languages": request.env["res.lang"].get_installed(),
            "lang": choices.lang or request.env.lang,
        }

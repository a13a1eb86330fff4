"""Response: which delivery a mail answers, when no report says so.

A token or an id that only the recipient of a mail can know decides. Without one, who
wrote when under which subject may tell; what is left open stays open, because an
answer with the wrong campaign is worse than one with none.

=============  =====  =========================================================
found by       sure   what tells
=============  =====  =========================================================
reply token    0.99   the reply address of the delivery among the recipients
reference      0.95   ``In-Reply-To``, then ``References``, the nearest first
conversation   0.95   a reply or an answer of ours that it answers
provider id    0.9    a service's id for the mail in the references
link           0.9    a signed link of the delivery in the quoted mail
subject        0.85   sent to this address, and the subject is the mailing's
colleague      0.7    the same, sent to the one other address of the domain
sender         0.6    came to the reply address; one mail was sent lately
=============  =====  =========================================================
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL, email_domain_normalize, email_normalize

from ...tools import bounces, subjects, tokens
from ...tools.addresses import MAILBOX_DOMAINS

_PURPOSES = {
    "o": tokens.OPEN,
    "c": tokens.CLICK,
    "u": tokens.UNSUBSCRIBE,
    "v": tokens.VIEW,
}
# Answers come late; who writes without any reference, only while they remember.
_SUBJECT_DAYS = 90
_SENDER_DAYS = 30
_LATEST = 30
# All deliveries of a mailing are looked through for a domain: not of larger ones.
_LARGEST_MAILING = 50_000


class DeliveryFinder:
    """Finds what one mail answers.

    :param found: what it is, a :class:`tools.bounces.Sorted`.
    """

    def __init__(self, env, message_dict, found):
        self._env = env
        # sudo: the gateway acts for whoever wrote the mail, who has no account.
        self._traces_sudo = env["mailing.trace"].sudo()
        self._responses_sudo = env["campaign.response"].sudo()
        self._subject = message_dict.get("subject") or ""
        self._sender = email_normalize(message_dict.get("email_from") or "") or ""
        self._found = found
        self._clues = found.clues

    def find(self, match, came_to_alias):
        """Return the delivery, by what it was found, and how sure that is.

        :param match: what :meth:`campaign.inbound._find_delivery` knows.
        :param came_to_alias: whether the mail was sent to a reply address of ours.
        """
        return (
            self._nearest(match)
            or self._by_conversation()
            or self._by_provider_id()
            or self._by_link()
            or (self._sender and self._by_sender(came_to_alias))
            or match
        )

    def _nearest(self, match):
        """Return the match, or the delivery that is answered itself.

        A person who copies an old reply address into an answer to a new mail answers
        the new one.
        """
        trace, found_by, _sure = match
        if found_by == "reply_token" and self._clues.references:
            answered = self._by_message_id(self._clues.references[0])
            if answered and answered.email == trace.email and answered != trace:
                return answered, "reference", 0.95
        return match if trace else None

    def _by_message_id(self, message_id):
        domain = [("message_id", "=", message_id), ("trace_type", "=", "mail")]
        return self._traces_sudo.search(domain, limit=1, order="id desc")

    def _by_conversation(self):
        parent = self._responses_sudo._find_answered_response(self._clues.references)
        return parent.trace_id and (parent.trace_id, "conversation", 0.95)

    def _by_provider_id(self):
        """Look for ids that a service put in the place of ours."""
        ids = [each.strip("<>") for each in self._clues.references]
        ids += [each.partition("@")[0] for each in ids]
        if not ids:
            return None
        domain = [("provider_reference", "in", ids), ("trace_type", "=", "mail")]
        trace = self._traces_sudo.search(domain, limit=1, order="id desc")
        return trace and (trace, "provider_id", 0.9)

    def _by_link(self):
        for letter, signed in self._clues.links:
            if trace := self._traces_sudo._find_by_signed(_PURPOSES[letter], signed):
                return trace, "link", 0.9
        return None

    # ------------------------------------------------------------
    # Who wrote when under which subject
    # ------------------------------------------------------------

    def _by_sender(self, came_to_alias):
        is_answer = bool(self._clues.references) or subjects.is_answer(self._subject)
        is_answer |= self._found.kind in bounces.ANSWERS
        sent = self._traces_sudo.search(
            [
                ("email", "=", self._sender),
                ("sent_datetime", ">", _days_ago(_SUBJECT_DAYS)),
                ("token", "!=", False),
            ],
            limit=_LATEST,
            order="sent_datetime desc, id desc",
        )
        if is_answer or came_to_alias:
            for trace in sent:
                if self._fits(trace.mass_mailing_id):
                    return trace, "subject", 0.85
        if is_answer and (trace := self._by_colleague(sent)):
            return trace, "colleague", 0.7
        lately = sent.filtered(
            lambda trace: trace.sent_datetime > _days_ago(_SENDER_DAYS)
        )
        is_person = self._found.kind == bounces.HUMAN
        if came_to_alias and is_person and not is_answer and len(lately) == 1:
            return lately, "sender", 0.6
        return None

    def _fits(self, mailing, is_telling=False):
        """Return whether the subject is that of a mailing, in any language of it."""
        subjects_of = [mailing.subject, *mailing.translation_ids.mapped("subject")]
        for template in subjects_of:
            pattern = subjects.SubjectPattern(template or "")
            if is_telling and not pattern.is_telling:
                continue
            if pattern.fits(self._subject):
                return True
        return False

    def _by_colleague(self, own):
        """Return the only delivery of a fitting mailing to the sender's domain."""
        domain = email_domain_normalize(self._sender.rpartition("@")[2])
        if own or not domain or domain in MAILBOX_DOMAINS:
            return None
        mailings_sudo = self._env["mailing.mailing"].sudo()
        mailings = mailings_sudo.search(
            [
                ("delivery_engine", "=", "desk"),
                ("mailing_type", "=", "mail"),
                ("state", "in", ("sending", "done")),
                ("write_date", ">", _days_ago(_SENDER_DAYS)),
            ],
            limit=200,
            order="id desc",
        )
        mailings = mailings.filtered(
            lambda mailing: (
                self._fits(mailing, is_telling=True)
                and mailing.expected <= _LARGEST_MAILING
            )
        )
        if not mailings:
            return None
        self._env.flush_all()
        rows = self._env.execute_query(
            SQL(
                """
                SELECT id FROM mailing_trace
                 WHERE mass_mailing_id = ANY(%s)
                   AND sent_datetime > %s
                   AND token IS NOT NULL
                   AND split_part(email, '@', 2) = %s
                 LIMIT 2
                """,
                mailings.ids,
                _days_ago(_SENDER_DAYS),
                domain,
            )
        )
        return self._traces_sudo.browse(rows[0]) if len(rows) == 1 else None


def _days_ago(days):
    return fields.Datetime.now() - timedelta(days=days)

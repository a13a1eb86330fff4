"""Checking: test mails, which go where a person wants them."""

import secrets
from dataclasses import replace

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...tools.mail_address import bare
from ...tools.providers.base import ACCEPTED, SendError
from ...tools.providers.smtp import SmtpProvider
from ..campaign.mailing_renderer import MailingRenderer
from ..campaign.template_errors import explain
from ..sending.account_choice import AccountChoice
from ..sending.delivery_plan import message_id_domain

MOST_ADDRESSES = 20
# A person waits for the answer, so a server may not take its time.
ANSWER_SECONDS = 30
MARK = "[Test] "


class MailingMailing(models.Model):
    """A test takes the way of the real mails: account, server, renderer.

    It differs in its token, which is nobody's: its links lead on and count nothing, and
    who unsubscribes in it is told that it is a copy. No delivery is written.
    """

    _inherit = "mailing.mailing"

    def send_test(self, addresses, recipient_id=None, lang=False, mark=True):
        """Send this mailing to addresses as a recipient would get it.

        :param addresses: up to 20.
        :param recipient_id: whose mail it is; see :meth:`get_preview`.
        :param lang: code of a language; False: the recipient's own.
        :param mark: begin the subject with "[Test]".
        :return: a list of dicts of ``address``, ``accepted`` and ``words``: what the
            server said, or why nothing was sent.
        :raise UserError: too many addresses, or the mail cannot be made.
        """
        self._check_may_preflight()
        self._check_may_preview(recipient_id)
        if len(addresses) > MOST_ADDRESSES:
            raise UserError(
                self.env._(
                    "Test mails go to %s addresses at the most. For more, make a "
                    "mailing list.",
                    MOST_ADDRESSES,
                )
            )
        if recipient_id is None:
            recipient_id = self._neighbor(0, ">")
        self._preview_recipient(recipient_id)
        test = _Test(self._as_sent(), recipient_id, lang, MARK if mark else "")
        try:
            return [self._send_one_test(test, address) for address in addresses]
        finally:
            test.close()

    def _send_one_test(self, test, text):
        """Send one test mail; return what became of it."""
        result = {"address": text.strip(), "accepted": False}
        address = email_normalize(text) or ""
        try:
            address = result["address"] = bare(address)
        except (ValueError, UnicodeError):
            return {**result, "words": self.env._("This is no e-mail address.")}
        # sudo: whoever sends may not read the list, but has to heed it.
        blacklist_sudo = self.env["mail.blacklist"].sudo()
        if blacklist_sudo.search_count([("email", "=", address)], limit=1):
            words = self.env._(
                "This address is on the blacklist: nothing was sent. Take it off the "
                "list, or test with another one."
            )
            return {**result, "words": words}
        accepted, words = test.send(address)
        return {**result, "accepted": accepted, "words": words}

    def _log_tests(self, results):
        """Note in the history to whom tests went."""
        lines = Markup().join(
            Markup("<li>%s: %s</li>") % (one["address"], one["words"])
            for one in results
        )
        self._message_log(
            body=Markup("%s<ul>%s</ul>") % (self.env._("Test mails:"), lines)
        )


class _Test:
    """One mailing's test mails: renders, and keeps connections until they are sent."""

    def __init__(self, mailing, recipient_id, lang, mark):
        self._mailing = mailing
        self._env = mailing.env
        self._recipient_id = recipient_id
        self._choice = AccountChoice(self._env)
        self._providers = {}
        try:
            self._renderer = MailingRenderer(mailing, lang, subject_mark=mark)
        except UserError:
            raise
        except Exception as error:  # a template may raise anything
            raise UserError(explain(error)) from error

    def close(self):
        for provider in self._providers.values():
            provider.close()

    def send(self, address):
        """Send the mail to ``address``; return whether it was taken, and the words."""
        way = self._mailing._way_for(self._choice, address)
        if not way:
            return False, self._choice.explain(self._mailing)
        [delivery] = self._mailing._preview_deliveries([self._recipient_id])
        domain = message_id_domain(self._mailing)
        number = f"<{secrets.token_hex(16)}@{domain}>"
        delivery = replace(delivery, email=address, message_id=number)
        mails, failures = self._renderer.render([delivery], way.fixed_server_id)
        if failures:
            return False, failures[0].reason
        [(sender, mail)] = mails
        # Should this transaction clash with another one, it does so before the mail
        # leaves, and not after it: it would be sent again.
        self._env.flush_all()
        return self._hand_over(sender, mail, way)

    def _hand_over(self, sender, mail, way):
        if way.test_address:
            mail = replace(mail, recipients=(way.test_address,))
        try:
            results = self._provider(sender).send([mail], lambda *_news: True)
        except SendError as error:
            return False, str(error)
        [result] = results
        if result.status != ACCEPTED:
            return False, result.reason
        words = result.provider_id or self._env._("Accepted.")
        if way.test_address:
            words = self._env._(
                "%(words)s (to %(address)s: the sending account is in test mode)",
                words=words,
                address=way.test_address,
            )
        return True, words

    def _provider(self, sender):
        if sender.server_id not in self._providers:
            servers = self._env["ir.mail_server"]
            self._providers[sender.server_id] = SmtpProvider(
                lambda: servers._connect_campaign(sender),
                width=1,
                dot_timeout=ANSWER_SECONDS,
            )
        return self._providers[sender.server_id]

"""Campaign: the mails of a mailing, rendered; what is the same for all only once."""

import re
import time
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property, lru_cache
from itertools import chain

import idna
import psycopg2
from markupsafe import Markup

from odoo import tools
from odoo.exceptions import UserError
from odoo.tools import safe_eval
from odoo.tools.misc import file_open

from ...tools import mime, tokens
from ...tools.languages import best_language
from ...tools.providers.base import FAILED, WITHHELD, OutgoingEmail, SendResult
from ...tools.visits.request import DECOY_CODE
from .inline_text import InlineText
from .mail_version import MailVersion, body_source
from .mailing_files import MailingFiles
from .mailing_links import MailingLinks
from .merge_errors import for_people
from .merge_functions import EmptyMergeField
from .recipient_facts import RecipientFacts
from .recipient_report import RecipientReport
from .template_errors import explain, raise_database_error

_MAX_BYTES = 32 * 1024 * 1024
_LINK_PURPOSES = (tokens.OPEN, tokens.CLICK, tokens.UNSUBSCRIBE, tokens.VIEW)
_AUTOMATIC = (
    mime.raw_header("Precedence", "list"),
    mime.raw_header("X-Auto-Response-Suppress", "OOF"),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the renderer needs of a claimed delivery."""

    id: int
    res_id: int
    email: str
    token: str
    message_id: str
    is_copy: bool = False  # for others than the recipient, see mailing_copies


class MailingRenderer:
    """Renders the mails of one mailing with the full meaning of QWeb.

    Each language of the mail is compiled once. Links, pixel and unsubscribe address
    hold placeholders for the recipient's tokens until the very last step.

    :param lang: the language of all, whatever the recipients' is.
    :param subject_mark: what the subjects begin with, for tests.
    :raise Exception: what Odoo raises for a template that cannot be compiled.
    """

    def __init__(self, mailing, lang=False, subject_mark=""):
        self._mailing = mailing
        self._model = mailing.env[mailing.mailing_model_real]
        self._key = mailing._tracking_key()
        self._base_url = mailing.get_base_url()
        self._placeholders = {
            purpose: mime.new_placeholder() for purpose in _LINK_PURPOSES
        }
        self._encoded_placeholders = [
            (purpose, placeholder.encode())
            for purpose, placeholder in self._placeholders.items()
        ]
        self._links = MailingLinks(mailing, self._placeholders[tokens.CLICK])
        self._files = MailingFiles(mailing)
        self._report = mailing.attachment_report_id and RecipientReport(mailing)
        self._is_personal = mailing.tracking == "personal"
        self._nobody = tokens.sign_all(self._key, tokens.anonymous(mailing.id))
        self._untracked, self._languages = frozenset(), {}
        self._qwebs = {}
        self._quoted = mime.QuotedPrintable(self._placeholders.values())
        self._before, self._after = self._layout()
        self._quoted.remember((self._before, self._after))
        self._subject_mark = subject_mark
        with for_people(mailing.env):
            rules = mailing._merge_rules()
            self._email_from = InlineText(rules.line(mailing.email_from), self._model)
            self._reply_to = InlineText(rules.line(mailing.reply_to), self._model)
            self._reply_address = mailing._reply_address()
            self._version = self._compile(mailing)
            self._translations = {
                one.lang: self._compile(one) for one in mailing.translation_ids
            }
        self._versions = {}
        self.copies = mailing._copies()
        self._skeleton = self._make_skeleton(self._common_headers())
        self._facts = RecipientFacts(mailing, self._model, lang)
        self._senders = {}
        self._server = mailing.mail_server_id
        self._check_addresses()

    # ------------------------------------------------------------
    # Once per mailing
    # ------------------------------------------------------------

    def _compile(self, content):
        """Return the mail in one language, from the mailing or its translation."""
        pages = {
            "unsubscribe_from_list": self._own_link(tokens.UNSUBSCRIBE),
            "view": self._own_link(tokens.VIEW),
            "mail_preferences": self._own_link(tokens.UNSUBSCRIBE, "p"),
        }
        source = body_source(self._mailing, content, self._files, self._base_url, pages)
        qweb = self._qweb(False)[0]
        return MailVersion(content, source, self._links, self._quoted, qweb)

    def _version_for(self, lang):
        """Return the mail for who speaks a language."""
        if lang not in self._versions:
            best = best_language(lang, self._translations)
            self._versions[lang] = self._translations.get(best, self._version)
        return self._versions[lang]

    def _qweb(self, lang):
        """Return the ``ir.qweb`` and the variables for recipients of a language."""
        if lang not in self._qwebs:
            mailing = self._mailing.with_context(lang=lang) if lang else self._mailing
            variables = mailing._render_eval_context()
            values = dict(variables)
            qweb = mailing.env["ir.qweb"].with_context(
                preserve_comments=True, campaign_links=self._links
            )
            qweb = qweb._prepare_environment(values).with_context(
                __qweb_loaded_functions={},
                __qweb_loaded_codes={},
                __qweb_loaded_options={},
                _qweb_error_path_xml=[None, None, None],
            )
            safe_eval.check_values(values)
            self._qwebs[lang] = qweb, values, variables
        return self._qwebs[lang]

    def _check_addresses(self):
        """Say now what would be wrong with every mail.

        :raise UserError: the sender or the reply address is none.
        """
        for label, line in (("sender", self._email_from), ("reply", self._reply_to)):
            if not line.constant:  # each mail has its own, or the record's
                continue
            try:
                _address_header("Reply-To", line.constant)
            except ValueError as error:
                raise UserError(
                    self._mailing.env._(
                        "The %(label)s address “%(address)s” cannot be used.",
                        label=label,
                        address=line.constant,
                    )
                ) from error

    def _layout(self):
        """Return what stands before and after the body, with what nobody sees in it."""
        with file_open("mass_mailing/static/src/scss/mass_mailing_mail.scss") as file:
            style = Markup("<style>%s</style>") % Markup(file.read())
        mark = mime.new_placeholder()
        page = self._mailing.env["ir.qweb"]._render(
            "mass_mailing.mass_mailing_mail_layout",
            {"body": Markup(mark), "mailing_style": style},
            minimal_qcontext=True,
            raise_if_not_found=False,
        )
        before, _mark, after = str(page or mark).strip().partition(mark)
        hidden = self._hidden()
        if "</body>" in after:
            return before, after.replace("</body>", f"{hidden}</body>", 1)
        return before, after + hidden

    def _hidden(self):
        """Return the pixel, and a link that only machines follow."""
        if self._mailing.tracking == "off":
            return ""
        pixel = f"{self._own_link(tokens.OPEN)}.gif"
        decoy = f"{self._own_link(tokens.CLICK)}/{DECOY_CODE}"
        return (
            f'<img src="{pixel}" alt="" width="1" height="1"/><a href="{decoy}" '
            f'aria-hidden="true" tabindex="-1" style="display:none"></a>'
        )

    def _own_link(self, purpose, page=""):
        placeholder = self._placeholders[purpose]
        return f"{self._base_url}/campaign/{page or purpose[0]}/{placeholder}"

    def _common_headers(self):
        """Return the headers that are the same for every recipient.

        ``Feedback-ID`` names, for Gmail's feedback loop, campaign, mailing and
        company, and the sender last.
        """
        mailing = self._mailing
        sender = parseaddr(mailing.email_from or "")[1].rpartition("@")[2] or "desk"
        company_id = mailing.company_id.id
        feedback = f"{mailing.campaign_id.id or 0}:{mailing.id}:{company_id}:{sender}"
        unsubscribe = self._own_link(tokens.UNSUBSCRIBE)
        return [
            *(self.copies.header() if self.copies and self.copies.is_each else ()),
            mime.raw_header("List-Unsubscribe", f"<{unsubscribe}>"),
            mime.raw_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            mime.header("Feedback-ID", feedback),
            *_AUTOMATIC,
        ]

    @cached_property
    def _copy_skeleton(self):
        """What copies have in common: nothing that acts for the recipient."""
        return self._make_skeleton([*self.copies.header(), *_AUTOMATIC])

    def _make_skeleton(self, headers):
        return mime.Skeleton(
            headers,
            self._files.attachments(),
            self._placeholders.values(),
            has_own_files=bool(self._report),
        )

    # ------------------------------------------------------------
    # Once per batch
    # ------------------------------------------------------------

    def slice_size(self):
        """Return how many mails may be held in memory at once."""
        if self._report:  # each takes a while, and the lane looks at the clock between
            return 5
        return max(1, min(200, _MAX_BYTES // (self._skeleton.size + 64 * 1024)))

    def render(self, deliveries, server_id=0):
        """Render a slice of a batch.

        :param server_id: the mail server they leave by; 0: as Odoo chooses.
        :return: the finished mails with their senders, ``[(Sender, OutgoingEmail)]``,
            and a :class:`SendResult` for each delivery that cannot be rendered.
        """
        self._server = self._mailing.env["ir.mail_server"].browse(server_id or None)
        try:
            with self._mailing.env.cr.savepoint():
                return self._render_together(deliveries)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise
        except psycopg2.Error:  # a template that fails in the database: whose?
            return self._render_one_by_one(deliveries)

    def _render_one_by_one(self, deliveries):
        mails, failures = [], []
        for delivery in deliveries:
            try:
                with self._mailing.env.cr.savepoint():
                    more_mails, more_failures = self._render_together([delivery])
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                raise
            except psycopg2.Error as error:
                failures.append(SendResult(delivery.id, FAILED, explain(error)))
            else:
                mails += more_mails
                failures += more_failures
        return mails, failures

    def _render_together(self, deliveries):
        records = self._model.browse([delivery.res_id for delivery in deliveries])
        present = {record.id: record for record in records.exists()}
        self._facts.collect(records.browse(present))
        self._untracked, self._languages = self._mailing._wishes_among(
            [delivery.email for delivery in deliveries]
        )
        drafts, failures = [], []
        for delivery in deliveries:
            record = present.get(delivery.res_id)
            if not record:
                reason = "The recipient's record has been deleted."
                failures.append(SendResult(delivery.id, FAILED, reason))
                continue
            if lang := self._facts.lang(record, self._languages.get(delivery.email)):
                record = record.with_context(lang=lang)
            try:
                drafts.append((delivery, record, lang, self._chunks(record, lang)))
            except Exception as error:  # a template may raise anything
                failures.append(self._failure(delivery, error))
        codes = self._links.resolve()
        mails = []
        for delivery, record, lang, chunks in drafts:
            try:
                chunks = _fill(chunks, codes)
                mails.append(self._mail(delivery, record, lang, chunks))
            except Exception as error:  # as above: subject and addresses are templates
                failures.append(self._failure(delivery, error))
        return mails, failures

    def _failure(self, delivery, error):
        """Return the result for a mail that its template does not make."""
        raise_database_error(error)
        if isinstance(error, EmptyMergeField):
            words = self._mailing._empty_merge_field_words(error.path)
            return SendResult(delivery.id, WITHHELD, words)
        return SendResult(delivery.id, FAILED, explain(error))

    def _chunks(self, record, lang):
        """Return the pieces that the body's template puts out for ``record``."""
        qweb, base, _variables = self._qweb(lang)
        values = dict(base, object=record)
        root = dict(values)
        values["__qweb_root_values"] = root["__qweb_root_values"] = root
        version = self._version_for(lang)
        body, constants = version.body, version.constants
        functions = qweb.env.context["__qweb_loaded_functions"]
        functions.update(body.functions)
        return [
            chunk
            if chunk in constants or "<" not in chunk
            else self._links.rewrite_html(chunk)
            for chunk in qweb._render_iterall(body, body.name, values)
        ]

    # ------------------------------------------------------------
    # Once per recipient
    # ------------------------------------------------------------

    def _mail(self, delivery, record, lang, chunks):
        facts, version = self._facts, self._version_for(lang)
        variables = self._qweb(lang)[2]
        email_from = self._email_from.render(record, variables)
        sender = self._sender(email_from, facts.alias_domain(record))
        address = _ascii_address(delivery.email)
        reply_to = facts.reply_to(record) or self._reply_to.render(record, variables)
        subject = self._subject_mark + version.subject.render(record, variables)
        signed = self._sign(delivery)
        headers = [
            sender.header,
            self._reply_header(reply_to, email_from, signed),
            mime.address_header("To", facts.name(record), address),
            mime.header("Subject", subject),
            mime.date_header(int(time.time())),
            mime.raw_header("Message-ID", delivery.message_id),
        ]
        values = {
            placeholder: signed[purpose].encode()
            for purpose, placeholder in self._encoded_placeholders
        }
        page = map(self._quoted.encode, (self._before, *chunks, self._after))
        skeleton = self._copy_skeleton if delivery.is_copy else self._skeleton
        data = skeleton.message(
            headers,
            version.text.encode(chunks),
            chain.from_iterable(page),
            values,
            self._report.files_for(record, lang) if self._report else (),
        )
        envelope = sender.return_path
        if not delivery.is_copy:
            envelope = sender.envelope(signed[tokens.RETURN_PATH])
        mail = OutgoingEmail(delivery.id, envelope, (address,), data, transparent=True)
        return sender, mail

    def _reply_header(self, reply_to, email_from, signed):
        """Return the Reply-To line: as the mailing says, else the delivery's own."""
        if reply_to or not self._reply_address:
            return _address_header("Reply-To", reply_to or email_from)
        return self._reply_address.header(email_from, signed[tokens.REPLY])

    def _sign(self, delivery):
        """Return the signed tokens of a delivery; where nobody is tracked, all's."""
        signed = tokens.sign_all(self._key, delivery.token)
        if delivery.is_copy or (
            self._is_personal and delivery.email not in self._untracked
        ):
            return signed
        return {
            **signed,
            tokens.OPEN: self._nobody[tokens.OPEN],
            tokens.CLICK: self._nobody[tokens.CLICK],
        }

    def page(self, delivery):
        """Return the HTML of a delivery's mail, for a browser; None without a record.

        It is the mail but for the pixel: the visit to the page tells as much.
        """
        record = self._model.browse(delivery.res_id).exists()
        if not record:
            return None
        self._facts.collect(record)
        self._untracked, wishes = self._mailing._wishes_among([delivery.email])
        if lang := self._facts.lang(record, wishes.get(delivery.email)):
            record = record.with_context(lang=lang)
        chunks = self._chunks(record, lang)
        chunks = _fill(chunks, self._links.resolve())
        after = self._after.replace(self._hidden(), "")
        page = "".join([self._before, *chunks, after])
        signed = self._sign(delivery)
        for purpose, placeholder in self._placeholders.items():
            page = page.replace(placeholder, signed[purpose])
        return page

    def _sender(self, email_from, alias_domain):
        key = email_from, alias_domain.id, self._server.id
        if key not in self._senders:
            self._senders[key] = self._server._resolve_campaign_sender(
                email_from, self._server, alias_domain
            )
        return self._senders[key]


def _fill(chunks, codes):
    """Put the codes of links that were shortened for this batch into the chunks."""
    if not codes:
        return chunks
    pattern = re.compile("|".join(codes))
    return [pattern.sub(lambda match: codes[match[0]], chunk) for chunk in chunks]


@lru_cache(maxsize=1024)
def _address_header(header, value):
    name, address = parseaddr(mime.clean_header(value))
    if "@" not in address:  # a name with quotes of its own: keep what can be used
        name, address = "", tools.email_normalize(value, strict=False) or address
    return mime.address_header(header, name, _ascii_address(address))


def _ascii_address(address):
    """Return the address with its domain in ASCII (IDNA, RFC 5891).

    :raise ValueError: the part before the @ is not ASCII, or it is no address.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local.isascii() or re.search(r"[\s<>\x00-\x1f\x7f]", address):
        raise ValueError(f"“{address}” is not an address that mail servers accept.")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local}@{domain}"

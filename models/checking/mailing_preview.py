"""Checking: what a mailing looks like, as any of its recipients will get it."""

import re
from contextlib import closing
from dataclasses import asdict, dataclass, field

import psycopg2

from odoo import SUPERUSER_ID, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools import tokens
from ...tools.mail_reading import MailReading
from ..campaign.mailing_renderer import Delivery, MailingRenderer
from ..campaign.template_errors import explain
from ..sending.account_choice import AccountChoice
from ..sending.delivery_plan import message_id_domain
from ..sending.flow import Flow
from .audience import Audience
from .plain_words import in_plain_words

# The address of a recipient of whom nothing else is known.
NOBODY = "somebody@example.com"
MOST_SUGGESTIONS = 12


@dataclass
class Rendered:
    """Mails as they would be sent, and why some cannot be made, by the record's id.

    ``links`` tells for the code of a tracked link where it leads: the address as it
    was written, and with what is added for statistics.
    """

    mails: dict = field(default_factory=dict)
    failures: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    error: str = ""

    def shown(self, page, base_url):
        """Return a page whose tracked links lead where they will lead in the end.

        So that who looks at it sees where, and no click counts.
        """
        return tracked_links(base_url).sub(
            lambda match: escape_url(self.links.get(match[1], (match[0],) * 2)[1]), page
        )


def tracked_links(base_url):
    """Return a pattern of tracked links; its group is the link's code."""
    signed = f"[0-9a-f]{{{tokens.SIGNED_LENGTH}}}"
    return re.compile(rf"{re.escape(base_url)}/campaign/c/{signed}/(\w+)")


def escape_url(url):
    return url.replace("&", "&amp;").replace('"', "%22").replace("'", "%27")


class MailingMailing(models.Model):
    """A preview is made by what makes the mails, with the same rights and settings.

    It differs from the mail in what is drawn for each: token, ``Message-ID``, date,
    boundaries and the codes of shortened links. Nothing of it remains: the links that
    were shortened for it are taken back.
    """

    _inherit = "mailing.mailing"

    def action_preview(self):
        """Open the preview."""
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "campaign_desk_preview",
            "name": self.env._("Preview"),
            "params": {"mailing_id": self.id},
        }

    # ------------------------------------------------------------
    # For the dialog and other programs
    # ------------------------------------------------------------

    def get_preview(self, recipient_id=None, lang=False):
        """Return this mailing as a recipient would get it if it were sent now.

        :param recipient_id: id of a record of the recipients' model; 0: somebody of
            whom only the address is known; None: the first recipient.
        :param lang: code of a language; False: the recipient's own.
        :return: a dict of

            ``recipient``
                ``id``, ``name`` and ``email``
            ``previous``, ``next``
                ids of the recipients before and after, or 0
            ``note``
                why this recipient would get nothing, or False
            ``error``, ``detail``
                why the mail cannot be made, in plain words and exactly, or False
            ``headers``
                ``from``, ``to``, ``reply_to``, ``subject``
            ``html``
                the page; its tracked links lead straight to their pages
            ``text``, ``source``
                the plain text; the mail as it travels, but for the middle of files
            ``attachments``
                a list of dicts of ``name``, ``mimetype`` and ``size`` in bytes
            ``size``, ``html_size``
                of the whole mail and of its page, in bytes
            ``mailings``, ``languages``
                what else there is to look at: pairs of id or code, and name
        """
        self._check_may_preview(recipient_id)
        if recipient_id is None:
            recipient_id = self._neighbor(0, ">")
        recipient, note = self._preview_recipient(recipient_id)
        found = {
            "recipient": recipient,
            "note": note,
            "previous": self._neighbor(recipient_id, "<"),
            "next": self._neighbor(recipient_id, ">"),
            "mailings": self._preview_mailings(),
            "languages": self.env["res.lang"].get_installed(),
            "error": False,
            "detail": False,
        }
        rendered = self._render_previews([recipient_id], lang)
        reason = rendered.error or rendered.failures.get(recipient_id)
        if reason:
            found["error"] = in_plain_words(self.env, reason) or reason
            found["detail"] = reason if found["error"] != reason else False
            return found
        return found | self._in_parts(rendered, rendered.mails[recipient_id])

    def _preview_source(self, recipient_id, lang=False):
        """Return the bytes of the mail to a recipient, or None when it has none."""
        self._check_may_preview(recipient_id)
        self._preview_recipient(recipient_id)
        return self._render_previews([recipient_id], lang).mails.get(recipient_id)

    def find_preview_recipients(self, text=""):
        """Return recipients whose name or address contains ``text``.

        :return: some dicts of ``id``, ``name`` and ``email``.
        """
        self._check_may_preview(None)
        if not self._sees_recipients():
            return []
        model = self.env[self.mailing_model_real]
        domain = self._get_recipients_domain()
        if text:
            names = [Domain("display_name", "ilike", text)]
            names += [
                Domain(name, "ilike", text)
                for name in ("email", "email_from", "email_normalized")
                if name in model._fields and model._fields[name].store
            ]
            domain &= Domain.OR(names)
        records = model.search(domain, limit=MOST_SUGGESTIONS)
        return self._names_of(records, Audience(self.sudo()).addresses(records.ids))

    def _in_parts(self, rendered, data):
        reading = MailReading(data)
        return {
            "headers": {
                name: reading.header(name.replace("_", "-"))
                for name in ("from", "to", "reply_to", "subject", "cc")
            },
            "html": rendered.shown(reading.html, self.get_base_url()),
            "text": reading.text,
            "source": reading.source,
            "attachments": [asdict(file) for file in reading.attachments],
            "size": reading.size,
            "html_size": reading.html_size,
        }

    # ------------------------------------------------------------
    # As whom, and which
    # ------------------------------------------------------------

    def _sees_recipients(self):
        return self.env.user.has_group("campaign_desk.group_campaign_author")

    def _check_may_preview(self, recipient_id):
        """Raise unless the user may see this mailing, and recipients if one is asked.

        :raise AccessError: a viewer wants to see a recipient.
        """
        self.ensure_one()
        self.check_access("read")
        if self.mailing_type != "mail":
            raise UserError(self.env._("Only e-mails have a preview."))
        if recipient_id and not self._sees_recipients():
            raise AccessError(
                self.env._("You may see campaigns, but not who their recipients are.")
            )

    def _neighbor(self, record_id, side):
        """Return the id of the recipient before (<) or after (>) a record, or 0."""
        if not self._sees_recipients() or (not record_id and side == "<"):
            return 0
        model = self.env[self.mailing_model_real]
        domain = self._get_recipients_domain() & Domain("id", side, record_id)
        order = "id" if side == ">" else "id desc"
        return model.search(domain, order=order, limit=1).id or 0

    def _preview_recipient(self, recipient_id):
        """Return who it is, and why the mailing would not reach them.

        :raise UserError: there is no such record.
        :raise AccessError: the user may not read it.
        """
        if not recipient_id:
            somebody = self.env._("Somebody without a name")
            return {"id": 0, "name": somebody, "email": NOBODY}, False
        record = self.env[self.mailing_model_real].browse(recipient_id).exists()
        if not record:
            raise UserError(self.env._("This recipient has been deleted."))
        record.check_access("read")
        if self.attachment_report_id:  # is shown with the mail
            # sudo: a field leaves out what may not be seen, and it would be printed.
            document_sudo = self._document_of(record.sudo())
            document_sudo.sudo(False).check_access("read")
        # sudo: the black list and such are not for everybody to read.
        addresses = Audience(self.sudo()).addresses(record.ids)
        [person], failure = self._names_of(record, addresses), addresses[record.id][1]
        if not failure:
            return person, False
        return person, self.env._(
            "%(name)s would not get this mail: %(reason)s.",
            name=person["name"],
            reason=self._in_failure_words(failure),
        )

    def _names_of(self, records, addresses):
        # The name alone: some records' display names hold more than that.
        return [
            {
                "id": record.id,
                "name": ("name" in record._fields and record.name)
                or record.display_name
                or "",
                "email": addresses[record.id][0] or "",
            }
            for record in records
        ]

    def _in_failure_words(self, failure_type):
        """Return what a failure type means, for people."""
        field = self.env["mailing.trace"]._fields["failure_type"]
        return dict(field._description_selection(self.env)).get(failure_type, "")

    def _preview_mailings(self):
        """Return the mailings of the same campaign, among which one can change."""
        mailings = self.campaign_id.mailing_mail_ids if self.campaign_id else self
        mails = (mailings | self)._desk_mailings() | self
        return [(mailing.id, mailing.display_name) for mailing in mails.sorted("id")]

    # ------------------------------------------------------------
    # The mail itself
    # ------------------------------------------------------------

    def _as_sent(self):
        """Return the mailing as a lane has it: nobody's rights, language or company.

        Who may write a mailing has what its template says sent by the engine, so that
        seeing it reveals nothing more. Whose record it is made for is checked before.
        """
        bare = self.env(user=SUPERUSER_ID, context={})
        return self.with_env(bare)._for_responsible()

    def _render_previews(self, res_ids, lang=False):
        """Return the mails to these records as they would be sent; see Rendered.

        Ids of 0 stand for somebody of whom only the address is known.
        """
        if lang and lang not in dict(self.env["res.lang"].get_installed()):
            raise UserError(self.env._("The language “%s” is not installed.", lang))
        mailing, rendered = self._as_sent(), Rendered()
        try:
            with closing(self.env.cr.savepoint()):
                renderer = MailingRenderer(mailing, lang)
                deliveries = mailing._preview_deliveries(res_ids)
                way = mailing._way_for(AccountChoice(mailing.env), deliveries[0].email)
                server_id = way.fixed_server_id if way else mailing.mail_server_id.id
                mails, failures = renderer.render(deliveries, server_id or 0)
                rendered.mails = {res_ids[mail.ref]: mail.data for _, mail in mails}
                rendered.failures = {res_ids[one.ref]: one.reason for one in failures}
                rendered.links = mailing._links_in(rendered.mails.values())
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # speaks of the database, not of the mailing
        except Exception as error:  # a template may raise anything
            rendered.error = explain(error)
        return rendered

    def _preview_deliveries(self, res_ids):
        """Return what the renderer takes for deliveries; their tokens are nobody's."""
        domain, token = message_id_domain(self), tokens.neutral(self.id)
        addresses = Audience(self).addresses([one for one in res_ids if one])
        somebody = self.env[self.mailing_model_real].new({"name": False})
        return [
            Delivery(
                number,
                res_id or somebody.id,
                addresses.get(res_id, ("",))[0] or NOBODY,
                token,
                f"<{token}@{domain}>",
            )
            for number, res_id in enumerate(res_ids)
        ]

    def _way_for(self, choice, address):
        """Return the way that mails to the provider of an address take, or None."""
        domains = self.env["campaign.mail.domain"]
        known = domains.search([("name", "=", address.rpartition("@")[2])], limit=1)
        group_id = known.provider_group_id.id or domains._other_group_id()
        flow = Flow(self.id, self.campaign_id.id or None, group_id)
        return next(iter(choice.ways(flow)), None)

    def _links_in(self, mails):
        """Return where the tracked links in ``mails`` lead, by their codes."""
        pattern = tracked_links(self.get_base_url())
        codes = {
            code for data in mails for code in pattern.findall(MailReading(data).html)
        }
        found = self.env["link.tracker.code"].search([("code", "in", list(codes))])
        return {
            one.code: (one.link_id.url, one.link_id.redirected_url) for one in found
        }

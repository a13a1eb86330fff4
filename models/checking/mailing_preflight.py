"""Checking: the list of what is wrong, shown before a mailing is sent."""

from email.utils import parseaddr

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import str2bool

from ...tools.preflight import size
from ...tools.preflight.finding import INFO, LEVELS, Finding
from ..campaign.mailing_files import MailingFiles
from ..sending.account_choice import AccountChoice
from .preflight import Preflight
from .preflight_words import PLACES, words_of

# Of what a finding is about so many are named.
MOST_ITEMS = 8


def open_preflight(record, then):
    """Return the action that shows the list for a mailing or a campaign.

    :param then: the record's method that its button goes on with.
    """
    return {
        "type": "ir.actions.client",
        "tag": "campaign_desk_preflight",
        "name": record.env._("Before you send"),
        "params": {"model": record._name, "id": record.id, "then": then},
    }


class MailingMailing(models.Model):
    """What keeps a mailing of the Campaign Desk engine from being sent:

    ===========  ==================================================================
    error        it cannot leave, or must not. Stops every way to send it: the
                 button, the schedule, other programs.
    warning      a person decides. The button asks; other programs read
                 :meth:`preflight` and decide themselves.
    info         good to know, no reason to wait
    ===========  ==================================================================
    """

    _inherit = "mailing.mailing"

    # ------------------------------------------------------------
    # For the dialog and other programs
    # ------------------------------------------------------------

    def preflight(self, ask_pages=False):
        """Return what should be known before this mailing is sent.

        Changes nothing. Takes a second or two for 100,000 recipients.

        :param ask_pages: also ask whether the linked pages answer, for up to 15
            seconds. Nothing is asked when the setting forbids it.
        :return: a list of dicts, what stops it first, of

            ``code``
                what it is, for programs: ``no_recipients``, ``link_broken`` …
            ``level``
                ``error`` (it is not sent), ``warning`` (somebody has to decide),
                ``info``, or ``ok`` (looked at, and fine)
            ``title``, ``detail``
                the same for people
            ``items``
                what it is about, such as addresses of links
            ``action``
                an Odoo action that leads to where it is changed, with a ``name`` for
                its button, or False
        """
        self._check_may_preflight()
        look = Preflight(self)
        findings = look.findings()
        if ask_pages and self._may_ask_pages():
            findings += look.reachability()
        findings.sort(key=lambda one: LEVELS.index(one.level))
        return [self._preflight_line(one) for one in findings]

    def get_preflight(self, ask_pages=False):
        """Return what the dialog shows: the lines, and what there is to do.

        :return: a dict of ``lines`` (see :meth:`preflight`), ``can_ask_pages`` and
            ``name``.
        """
        return {
            "lines": self.preflight(ask_pages),
            "can_ask_pages": self._may_ask_pages(),
            "name": self.display_name,
        }

    def action_preflight(self, then="action_launch"):
        """Open the list; its button goes on with the method ``then``."""
        self.ensure_one()
        if then not in ("action_launch", "action_schedule"):
            raise UserError(self.env._("A pre-flight leads to sending, not to this."))
        return open_preflight(self, then)

    def action_preflight_schedule(self):
        """Open the list; its button goes on to the choice of a time."""
        return self.action_preflight("action_schedule")

    def action_view_sending_accounts(self):
        """Open the sending accounts."""
        return self.env["ir.actions.actions"]._for_xml_id(
            "campaign_desk.campaign_sending_account_action"
        )

    def _check_may_preflight(self):
        """Raise unless the user may see who gets what this mailing is.

        :raise UserError: Odoo's own engine sends it, or it is none of e-mail.
        """
        self.ensure_one()
        self.check_access("read")
        if not self._sees_recipients():
            raise AccessError(
                self.env._("You may see campaigns, but not who their recipients are.")
            )
        if not self._is_desk():
            raise UserError(
                self.env._("Only mailings that Campaign Desk sends are looked at.")
            )

    @api.model
    def _may_ask_pages(self):
        """Return whether the pages of other people may be asked for (a setting)."""
        # sudo: the choice is the administrators', everybody follows it.
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters_sudo.get_param("campaign_desk.ask_pages", "True"))

    # ------------------------------------------------------------
    # A line
    # ------------------------------------------------------------

    def _preflight_line(self, finding):
        title, detail, where = words_of(self.env, finding)
        more = len(finding.items) - MOST_ITEMS
        items = list(finding.items[:MOST_ITEMS])
        if more > 0:
            items.append(self.env._("and %s more", more))
        return {
            "code": finding.code,
            "level": finding.level,
            "title": title,
            "detail": detail,
            "items": items,
            "action": self._way_to(where),
        }

    def _way_to(self, where):
        """Return an action that leads to a field of the form, or to another screen."""
        if not where:
            return False
        if where.startswith("action_"):
            return getattr(self, where)()
        return {
            "type": "ir.actions.client",
            "tag": "campaign_desk_go_to",
            "name": self.env._(PLACES[where]),
            "params": {"mailing_id": self.id, "field": where},
        }

    # ------------------------------------------------------------
    # What others know
    # ------------------------------------------------------------

    def _is_marketing(self):
        """Return whether recipients must be able to unsubscribe.

        Lists always; other records as long as the exclusion list holds, which is
        switched off for what everybody must get.
        """
        return self.mailing_on_mailing_list or self.use_exclusion_list

    def _why_no_account(self):
        return AccountChoice(self.env).explain(self)

    def _preflight_authentication(self):
        """Return findings about SPF, DKIM and DMARC of the sender's domain."""
        domain = parseaddr(self.email_from or "")[1].rpartition("@")[2]
        return [Finding("authentication_unknown", INFO, {"domain": domain})]

    def _preflight_gaps(self):
        """Return findings about recipients who lack what the mail needs.

        To be extended by what knows merge fields: ``merge_gap``, with ``name`` (of the
        field), ``count`` and ``words``.
        """
        return []

    def _why_files_are_refused(self):
        found = self._check_files()
        files = MailingFiles(self)
        sizes = files.attached_sudo.mapped("file_size")
        mails = self.env["mail.mail"]
        mail_bytes = mails._estimate_email_size({}, self.body_html or "", sizes)
        if files.attached_sudo:
            found += size.check_mail(mail_bytes, self._max_mail_bytes())
        return [self._in_one_line(one) for one in found]

    # ------------------------------------------------------------
    # Nothing is sent past an error
    # ------------------------------------------------------------

    def _check_may_be_sent(self):
        """Raise when one of these mailings cannot or must not be sent.

        :raise UserError: names everything that is to be corrected.
        """
        result = super()._check_may_be_sent()
        for mailing in self._desk_mailings():
            errors = Preflight(mailing).errors()
            if errors:
                lines = "\n".join(mailing._in_one_line(one) for one in errors)
                raise UserError(
                    self.env._(
                        "“%(name)s” cannot be sent yet:\n%(errors)s",
                        name=mailing.display_name,
                        errors=lines,
                    )
                )
        return result

    def _in_one_line(self, finding):
        title, detail, _where = words_of(self.env, finding)
        return f"- {title}. {detail}".strip()

"""Checking: a mailing as it would be sent now, looked at from every side."""

import re
import time
from datetime import timedelta
from functools import cached_property

from odoo import fields
from odoo.fields import Domain
from odoo.tools import format_datetime, human_size

from ...tools.mail_reading import MailReading
from ...tools.preflight import images, leftovers, links, reach, size, subject, wording
from ...tools.preflight.finding import ERROR, INFO, OK, WARNING, Finding
from ...tools.preflight.page import Page
from ..campaign.mailing_files import MailingFiles
from .audience import Audience
from .finish import seconds_to_send
from .mailing_preview import tracked_links
from .plain_words import in_plain_words

# So many recipients' mails are made, to find templates that fail for some.
SAMPLE = 20
# From these shares on, in percent, a list deserves a look.
MANY_INVALID, MANY_ROLES = 5, 10
# With fewer recipients the versions of a test hardly differ by more than chance.
LEAST_FOR_A_TEST = 200
LONG_SECONDS = 6 * 3600
# Pages are asked for no longer than this.
REACH_SECONDS = 15
_IMAGE = re.compile(r"/web/(?:image|content)/(?:ir\.attachment/)?(\d+)")


class Preflight:
    """Looks at one mailing; reads what it needs once.

    :param mailing: a mailing of the Campaign Desk engine.
    """

    def __init__(self, mailing):
        self._mailing = mailing
        self._env = mailing.env
        self._base_url = mailing.get_base_url()
        self._env.flush_all()  # much of it is asked in SQL

    # ------------------------------------------------------------
    # What is looked at
    # ------------------------------------------------------------

    @cached_property
    def _recipient_ids(self):
        model = self._env[self._mailing.mailing_model_real].sudo()
        domain = self._mailing._get_recipients_domain()
        sample = 1 if self._mailing.attachment_report_id else SAMPLE
        return model.search(domain, limit=sample, order="id").ids

    @cached_property
    def _rendered(self):
        begun = time.monotonic()
        rendered = self._mailing._render_previews(self._recipient_ids or [0])
        seconds = time.monotonic() - begun
        self._seconds_a_mail = seconds / (len(self._recipient_ids) or 1)
        return rendered

    @cached_property
    def _nobody(self):
        return self._mailing._render_previews([0])

    @cached_property
    def _reading(self):
        """The mail to the first recipient for whom it can be made, or None."""
        data = next(iter(self._rendered.mails.values()), None)
        return data and MailReading(data)

    @cached_property
    def _page(self):
        """Its page, with the addresses of links as they were written."""
        known = self._rendered.links
        written = tracked_links(self._base_url).sub(
            lambda match: known.get(match[1], (match[0],))[0].replace("&", "&amp;"),
            self._reading.html,
        )
        return Page(written)

    @cached_property
    def _count(self):
        return Audience(self._mailing.sudo()).count()

    # ------------------------------------------------------------
    # What keeps a mailing from being sent
    # ------------------------------------------------------------

    def errors(self):
        """Return what no "send anyway" passes; quick, whatever the list's length."""
        return [one for one in self._obstacles() if one.level == ERROR]

    def _obstacles(self):
        yield from self._recipients_at_all()
        yield from self._template()
        if self._reading:
            yield from subject.check(
                self._reading.header("Subject"), self._mailing.preview or ""
            )
            yield from self._way_out()
        yield from self._mailing._check_files()
        if not self._mailing._can_print():
            report_sudo = self._mailing.sudo().attachment_report_id
            yield Finding("report_engine", ERROR, {"report": report_sudo.display_name})

    def findings(self):
        """Return everything that is to be said, in the order of a mail."""
        found = [*self._obstacles()]
        if self._recipient_ids:
            found += self._recipients()
        if self._reading:
            found += self._content()
        found += self._files()
        found += [*self._account(), *self._sender()]
        found += self._mailing._preflight_replies()
        found += self._mailing._preflight_authentication()
        found += self._ab_test()
        found += self._mailing._preflight_gaps()
        if self._recipient_ids:
            found += self._finish()
        return found

    def _recipients_at_all(self):
        if not self._recipient_ids:
            yield Finding("no_recipients", ERROR)

    def _template(self):
        """Make the first mails, and one to somebody without a name."""
        rendered = self._rendered
        reasons = [rendered.error, *rendered.failures.values()]
        reason = next(filter(None, reasons), "")
        if not rendered.mails:
            yield Finding("template_error", ERROR, {"words": self._say(reason)})
            return
        if reason:
            values = {
                "count": len(rendered.failures),
                "looked_at": len(self._recipient_ids),
                "words": self._say(reason),
            }
            yield Finding("some_fail", WARNING, values)

    def _say(self, reason):
        words = in_plain_words(self._env, reason)
        return f"{words} ({reason})" if words else reason

    def _way_out(self):
        """Marketing needs a way out; what must reach everybody is a person's choice."""
        for finding in links.check_way_out(self._page, self._base_url):
            if finding.level == ERROR and not self._mailing._is_marketing():
                finding = Finding(finding.code, WARNING)
            yield finding

    def _account(self):
        # sudo: accounts are the administrators' records.
        accounts_sudo = self._env["campaign.sending.account"].sudo()
        if not accounts_sudo._candidates(self._mailing, None):
            words = self._mailing._why_no_account()
            yield Finding("no_account", WARNING, {"words": words})

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    def _content(self):
        reading, page = self._reading, self._page
        first_words = reading.header("Subject")
        text = f"{first_words}\n{self._mailing.preview or ''}\n{page.text}"
        yield from links.check(page, self._base_url)
        yield from images.check(page, self._base_url, self._image_sizes())
        yield from leftovers.check(text)
        yield from self._to_nobody()
        yield from wording.check(first_words, page.text)
        yield from size.check_page(reading.html_size)
        yield from size.check_mail(reading.size, self._mailing._max_mail_bytes())

    def _files(self):
        files = MailingFiles(self._mailing)
        sizes = sum((files.attached_sudo + files.linked_sudo).mapped("file_size"))
        values = {"size": human_size(sizes)}
        if files.linked_sudo and self._mailing.attachment_mode == "automatic":
            yield Finding("files_linked", INFO, values)
        elif files.attached_sudo or files.linked_sudo:
            count = len(files.attached_sudo + files.linked_sudo)
            yield Finding("files", OK, {**values, "count": count})
        yield from self._reports()

    def _reports(self):
        """Look for recipients who have no document, and how long printing takes."""
        report_sudo = self._mailing.sudo().attachment_report_id
        path = self._mailing.attachment_report_path
        if report_sudo and path:
            domain = self._mailing._get_recipients_domain() & Domain(path, "=", False)
            model = self._env[self._mailing.mailing_model_real].sudo()
            if missing := model.search_count(domain):
                values = {"name": report_sudo.name, "count": _number(missing)}
                yield Finding("report_missing", WARNING, values)
        if report_sudo and self._reading and self._seconds_a_mail > 0.5:
            seconds = self._seconds_a_mail
            values = {
                "seconds": round(seconds, 1),
                "time": self._duration(seconds * self._count.total),
            }
            yield Finding("report_slow", INFO, values)

    def _to_nobody(self):
        reason = self._nobody.error or self._nobody.failures.get(0)
        if reason:
            yield Finding("nobody_fails", WARNING, {"words": self._say(reason)})
            return
        reading = MailReading(self._nobody.mails[0])
        text = f"{reading.header('Subject')}\n{Page(reading.html).text}"
        yield from leftovers.check_greeting(text)

    def _image_sizes(self):
        """Return the bytes of pictures that lie in this database, by address."""
        page = self._page
        sources = {image.source for image in page.images} | set(page.backgrounds)
        ids = {}
        for source in sources:
            is_own = source.startswith(("/", self._base_url))
            if is_own and (match := _IMAGE.search(source)):
                ids[source] = int(match[1])
        # sudo: only how many bytes a picture has, which its readers load anyway.
        files_sudo = self._env["ir.attachment"].sudo().browse(set(ids.values()))
        sizes = {file.id: file.file_size for file in files_sudo.exists()}
        return {one: sizes[id_] for one, id_ in ids.items() if sizes.get(id_)}

    def pages_to_ask(self):
        """Return the addresses of other people's pages that the mail links to."""
        if not self._reading:
            return []
        found = (link.href for link in self._page.links if link.href)
        return [
            href
            for href in dict.fromkeys(found)
            if href.startswith(("http://", "https://"))
            and not links.is_under(href, self._base_url)
            and not (links.is_broken(href) or links.is_local(href))
        ]

    def reachability(self):
        """Ask whether the linked pages answer."""
        answers = reach.check_all(self.pages_to_ask(), REACH_SECONDS)
        for code, level, verdicts in (
            ("link_gone", WARNING, ("gone",)),
            ("link_silent", WARNING, ("silent",)),
            ("link_local", WARNING, ("private",)),
            ("link_unasked", INFO, ("unasked",)),
        ):
            found = [one for one in answers if one.verdict in verdicts]
            items = tuple(
                f"{one.url} ({one.detail})" if one.detail else one.url for one in found
            )
            if found:
                yield Finding(code, level, {"count": len(found)}, items)
        fine = sum(one.verdict == "ok" for one in answers)
        if fine:
            yield Finding("links_answer", OK, {"count": fine})

    # ------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------

    def _recipients(self):
        count = self._count
        share = count.total / count.looked_at if count.looked_at else 0
        values = {
            "count": _number(count.total),
            "mailed": _number(count.mailed * share),
            "looked_at": _number(count.looked_at),
        }
        if not count.mailed:
            yield Finding("nobody_mailed", WARNING, values)
        elif share > 1:
            yield Finding("recipients_sample", OK, values)
        else:
            yield Finding("recipients", OK, values)
        yield from self._left_out()
        yield from self._quality()

    def _left_out(self):
        failures = self._count.failures
        if twice := failures["mail_dup"]:
            yield Finding("duplicates", INFO, {"count": _number(twice)})
        others = {
            kind: number for kind, number in failures.items() if kind != "mail_dup"
        }
        if others:
            items = tuple(
                f"{self._mailing._in_failure_words(kind)}: {_number(number)}"
                for kind, number in sorted(others.items(), key=lambda one: -one[1])
            )
            total = _number(sum(others.values()))
            yield Finding("left_out", INFO, {"count": total}, items)

    def _quality(self):
        count = self._count
        bad = (
            count.failures["mail_email_invalid"] + count.failures["mail_email_missing"]
        )
        if (percent := _percent(bad, count.looked_at)) >= MANY_INVALID:
            yield Finding("many_invalid", WARNING, {"percent": percent})
        if (percent := _percent(count.roles, count.mailed)) >= MANY_ROLES:
            yield Finding("role_addresses", WARNING, {"percent": percent})
        if count.throwaways:
            number = _number(count.throwaways)
            yield Finding("throwaway_addresses", WARNING, {"count": number})

    # ------------------------------------------------------------
    # Way out, test, time
    # ------------------------------------------------------------

    def _sender(self):
        if words := self._mailing._explain_sender():
            yield Finding("sender_replaced", WARNING, {"words": words})
        else:
            yield Finding("sender", OK)

    def _ab_test(self):
        mailing = self._mailing
        if not mailing.ab_testing_enabled or mailing.ab_testing_is_winner_mailing:
            return
        versions = mailing._get_ab_testing_siblings_mailings() | mailing
        percent = sum(versions.mapped("ab_testing_pc"))
        mine = self._count.mailed * mailing.ab_testing_pc / 100
        if len(versions) < 2:
            yield Finding("ab_alone", WARNING)
        elif percent > 100:
            yield Finding("ab_too_much", WARNING, {"percent": percent})
        elif mine < LEAST_FOR_A_TEST:
            values = {"count": _number(mine), "least": LEAST_FOR_A_TEST}
            yield Finding("ab_small", WARNING, values)
        else:
            yield Finding("ab_test", OK, {"count": _number(mine)})

    def _finish(self):
        """Reckon when the last mail leaves, by limits and by the speed of late."""
        seconds, is_limited = seconds_to_send(self._mailing, self._count)
        window = self._mailing.send_window_id
        if window:
            yield Finding("window", INFO, {"name": window.name})
        if seconds is None:
            yield Finding("finish_unknown", INFO)
            return
        start = self._mailing.schedule_date or fields.Datetime.now()
        end = max(start, fields.Datetime.now()) + timedelta(seconds=seconds)
        values = {
            "when": format_datetime(self._env, end, dt_format="short"),
            "time": self._duration(seconds),
        }
        if is_limited and seconds > LONG_SECONDS:
            yield Finding("finish_long", WARNING, values)
        else:
            yield Finding("finish_limits" if is_limited else "finish", INFO, values)

    def _duration(self, seconds):
        """Return a time for people: minutes, hours or days."""
        if seconds < 90:
            return self._env._("a minute")
        if seconds < 2 * 3600:
            return self._env._("%s minutes", round(seconds / 60))
        if seconds < 2 * 86400:
            return self._env._("%s hours", round(seconds / 3600))
        return self._env._("%s days", round(seconds / 86400))


def _number(value):
    return f"{round(value):,}".replace(",", "\u202f")


def _percent(part, whole):
    return round(100 * part / whole) if whole else 0

"""Checking: the preview is the mail."""

import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools.mail_reading import MailReading
from .common import BODY, DeskCommon, as_seen

LOCAL = f"{BODY}<p>In <t t-out=\"format_date(object.create_date, 'MMMM')\"/></p>"


class PreviewCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls._contact("Ann", "ann@example.com")
        cls.bo = cls._contact("Bo Ünal", "bo@example.com")
        cls.author = new_test_user(
            cls.env, "author", "campaign_desk.group_campaign_author"
        )
        cls.viewer = new_test_user(
            cls.env, "viewer", "campaign_desk.group_campaign_viewer"
        )

    def _file(self, name="Prices.pdf", content=b"%PDF " + bytes(range(256)) * 40):
        return self.env["ir.attachment"].create({"name": name, "raw": content})


def without_ids(data, codes):
    """Return a mail with what is drawn for each mail made the same."""
    for pattern, same in (
        (rb"\r\nDate: [^\r]*", b"\r\nDate: now"),
        (rb"cd-[0-9a-f]{24}", b"cd-boundary"),
        (rb"[0-9a-f]{48}", b"signed-token"),
        (rb"<[0-9a-f]{32}@", b"<token@"),
        (rb"(signed-token=\r\n)/(%s)" % b"|".join(codes), rb"\1/code"),
        (rb"(signed-token)/(%s)" % b"|".join(codes), rb"\1/code"),
    ):
        data = re.sub(pattern, same, data)
    return data


@tagged("-at_install", "post_install")
class TestPreview(PreviewCommon, HttpCase):
    def test_what_is_shown_is_what_is_sent(self):
        mailing = self._mailing(
            preview="For {{ object.name }} alone",
            email_cc="chief@example.com",
            copy_mode="each",
            attachment_ids=[(4, self._file().id)],
            body_html=f"{LOCAL}<t t-set='where' t-value=\"'a/%s' % object.name\"/>"
            "<a t-attf-href='https://shop.example.com/{{ where }}'>Own page</a>"
            "<p>by <t t-out='user.name'/> of <t t-out='user.company_id.name'/></p>",
        )
        previews = mailing.with_user(self.user_marketing)._render_previews(
            [self.ann.id, self.bo.id]
        )
        self.assertFalse(previews.failures or previews.error)
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 2)
        trackers = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", mailing.id)]
        )
        codes = [*previews.links, *trackers.mapped("code")]
        codes = [code.encode() for code in codes]
        sent = {to[0]: data for _from, to, data in self.mailbox.mails}
        for contact in (self.ann, self.bo):
            shown = previews.mails[contact.id]
            mail = sent[contact.email]
            self.assertEqual(len(shown), len(mail))
            self.assertNotEqual(shown, mail)
            self.assertEqual(without_ids(shown, codes), without_ids(mail, codes))
            self.assertIn(b"Own page", mail)

    def test_a_preview_leaves_nothing_behind(self):
        mailing = self._mailing()
        mailing.get_preview(self.ann.id)
        mailing.get_preview(0)
        self.assertFalse(
            self.env["link.tracker"].search([("mass_mailing_id", "=", mailing.id)])
        )
        self.assertFalse(mailing.mailing_trace_ids)
        self.assertEqual(mailing.state, "draft")
        self.assertFalse(self.mailbox.mails)

    def test_links_lead_to_their_pages_and_count_nothing(self):
        mailing = self._mailing()
        preview = mailing.get_preview(self.ann.id)
        self.assertIn(
            'href="https://shop.example.com/sale?a=1&amp;b=2', preview["html"]
        )
        self.assertNotIn("/campaign/c/", as_seen(preview["html"]))
        self.assertIn("/campaign/c/", preview["source"])
        for purpose in ("o", "v", "u"):
            [path] = set(
                re.findall(rf"/campaign/{purpose}/[0-9a-f]+(?:\.gif)?", preview["html"])
            )
            self.assertEqual(self.url_open(path).status_code, 200)
        self.assertFalse(mailing.mailing_trace_ids)

    def test_from_recipient_to_recipient(self):
        mailing = self._mailing().with_user(self.author)
        first = mailing.get_preview()
        self.assertEqual(first["recipient"]["email"], "ann@example.com")
        self.assertEqual(first["headers"]["to"], "Ann <ann@example.com>")
        self.assertEqual(first["headers"]["subject"], "News for Ann")
        self.assertFalse(first["previous"])
        second = mailing.get_preview(first["next"])
        self.assertEqual(second["recipient"]["name"], "Bo Ünal")
        self.assertIn("Dear Bo Ünal!", second["text"].replace(",", "!"))
        self.assertEqual(second["previous"], self.ann.id)
        self.assertFalse(second["next"])

    def test_somebody_without_a_name(self):
        preview = self._mailing(
            subject="News for {{ object.name ||| you }}"
        ).get_preview(0)
        self.assertEqual(preview["headers"]["subject"], "News for you")
        self.assertIn("Dear reader", preview["text"])
        self.assertEqual(preview["headers"]["to"], "somebody@example.com")

    def test_nobody_to_send_to(self):
        mailing = self._mailing(contact_list_ids=[(6, 0, self.list_two.ids)])
        preview = mailing.get_preview()
        self.assertEqual(preview["recipient"]["id"], 0)
        self.assertEqual(mailing.find_preview_recipients("a"), [])

    def test_find_a_recipient(self):
        mailing = self._mailing().with_user(self.author)
        for text in ("ünal", "bo@exa"):
            [found] = mailing.find_preview_recipients(text)
            self.assertEqual(
                found,
                {"id": self.bo.id, "name": "Bo Ünal", "email": "bo@example.com"},
            )
        self.assertEqual(len(mailing.find_preview_recipients()), 2)

    def test_a_recipient_without_a_name(self):
        nameless = self._contact(False, "nameless@example.com")
        preview = self._mailing().get_preview(nameless.id)
        self.assertEqual(
            preview["recipient"],
            {"id": nameless.id, "name": "", "email": "nameless@example.com"},
        )

    def test_who_would_get_nothing(self):
        self.env["mail.blacklist"]._add("bo@example.com")
        preview = self._mailing().get_preview(self.bo.id)
        self.assertIn("Bo Ünal would not get this mail", preview["note"])
        self.assertTrue(preview["html"])

    def test_other_records_than_contacts(self):
        lead = self.env["crm.lead"].create(
            {"name": "Big deal", "email_from": "lead@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
        )
        preview = mailing.get_preview()
        self.assertEqual(preview["recipient"]["email"], "lead@example.com")
        self.assertEqual(preview["headers"]["subject"], "News for Big deal")
        [found] = mailing.find_preview_recipients("lead@")
        self.assertEqual(found["id"], lead.id)
        nobody = mailing.get_preview(0)
        self.assertFalse(nobody["error"], nobody["detail"])

    def test_other_mails_of_the_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        one = self._mailing(campaign_id=campaign.id)
        two = self._mailing(campaign_id=campaign.id, subject="Second")
        ids = [mailing_id for mailing_id, _name in one.get_preview()["mailings"]]
        self.assertEqual(ids, [one.id, two.id])

    def test_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.cr.execute(
            "UPDATE mailing_contact SET create_date = '2026-03-01' WHERE id = %s",
            [self.ann.id],
        )
        self.ann.invalidate_recordset()
        mailing = self._mailing(body_html=LOCAL)
        self.assertIn("In March", mailing.get_preview(self.ann.id)["text"])
        french = mailing.get_preview(self.ann.id, "fr_FR")
        self.assertIn("In mars", french["text"])
        self.assertIn("fr_FR", dict(french["languages"]))
        with self.assertRaisesRegex(UserError, "not installed"):
            mailing.get_preview(self.ann.id, "de_DE")

    def test_errors_in_plain_words(self):
        for body, words in (
            ("<p t-out='object.nam'/>", "“nam” is no field of “Mailing Contact”"),
            ("<p t-out='object.company_name.upper()'/>", "empty for this recipient"),
            ("<p t-out='1 / 0'/>", "divides by a number that is zero"),
            ("<p t-out='recipient.name'/>", "“recipient”, which does not exist"),
            ("<p t-out='object.name +'/>", "cannot be read"),
        ):
            with self.subTest(body):
                mailing = self._mailing()
                self.env.cr.execute(
                    "UPDATE mailing_mailing SET body_html = %s WHERE id = %s",
                    [body, mailing.id],
                )
                mailing.invalidate_recordset()
                preview = mailing.get_preview(self.ann.id)
                self.assertIn(words, preview["error"])
                self.assertIn("template", preview["detail"])
                self.assertNotIn("html", preview)

    def test_by_the_server_that_the_recipients_provider_gets(self):
        group = self.env["campaign.provider.group"].search([], limit=1)
        domains = self.env["campaign.mail.domain"]
        domains.search([("name", "=", "one.io")]).unlink()
        domains.create(
            {"name": "one.io", "state": "resolved", "provider_group_id": group.id}
        )
        self.env["campaign.sending.account"].create(
            {
                "name": "For one provider",
                "mail_server_id": self.server.id,
                "provider_group_ids": [(4, group.id)],
            }
        )
        one = self._contact("One", "one@one.io")
        mailing = self._mailing(email_from="news@elsewhere.io")
        # a chosen server takes any sender; Odoo's choice replaces one that fits none
        shown = mailing.get_preview(one.id)["headers"]["from"]
        self.assertIn("news@elsewhere.io", shown)
        shown = mailing.get_preview(self.ann.id)["headers"]["from"]
        self.assertIn(f"@{self.alias_domain}", shown)

    def test_sender_that_is_none(self):
        preview = self._mailing(email_from="nobody").get_preview(self.ann.id)
        self.assertEqual(
            preview["error"], "The sender address “nobody” cannot be used."
        )

    def test_files_and_sizes(self):
        mailing = self._mailing(attachment_ids=[(4, self._file().id)])
        preview = mailing.get_preview(self.ann.id)
        size = 5 + 256 * 40
        self.assertEqual(
            preview["attachments"],
            [{"name": "Prices.pdf", "mimetype": "application/pdf", "size": size}],
        )
        self.assertRegex(preview["source"], r"\[\.\.\. \d+ more lines \.\.\.\]")
        data = mailing._preview_source(self.ann.id)
        self.assertEqual(len(data), preview["size"])
        self.assertEqual(len(MailReading(data).html), preview["html_size"])

    def test_as_a_file(self):
        mailing = self._mailing()
        self.authenticate("author", "author")
        path = f"/campaign_desk/preview/{mailing.id}/{self.ann.id}.eml"
        response = self.url_open(path)
        self.assertEqual(response.headers["Content-Type"], "message/rfc822")
        self.assertEqual(
            MailReading(response.content).header("Subject"), "News for Ann"
        )
        self.assertEqual(
            self.url_open(path.replace("preview/", "preview/9")).status_code, 404
        )
        self.authenticate("viewer", "viewer")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(path).status_code, 403)

    def test_viewers_see_no_recipient(self):
        mailing = self._mailing().with_user(self.viewer)
        preview = mailing.get_preview()
        self.assertEqual(preview["recipient"]["id"], 0)
        self.assertFalse(preview["next"])
        self.assertEqual(mailing.find_preview_recipients("ann"), [])
        with self.assertRaises(AccessError):
            mailing.get_preview(self.ann.id)

    def test_records_that_the_user_may_not_read(self):
        lead = self.env["crm.lead"].create(
            {"name": "Secret", "email_from": "lead@example.com"}
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("crm.lead"),
            mailing_domain=repr([("id", "=", lead.id)]),
        )
        with self.assertRaises(AccessError):
            mailing.with_user(self.author).get_preview(lead.id)

"""Campaign: a mail in several languages, chosen by the recipient's."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ..models.campaign.mailing_renderer import Delivery, MailingRenderer
from .common import WAY_OUT, DeskCommon

LINK = '<a href="https://shop.example.com/{}">{}</a>'


@tagged("-at_install", "post_install")
class TestLanguages(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("fr_FR", "fr_BE", "de_DE"):
            cls.env["res.lang"]._activate_lang(code)
        cls.people = {
            lang: cls._contact(
                lang or "nobody", f"{lang or 'none'}@example.com".lower()
            )
            for lang in ("en_US", "fr_FR", "fr_BE", "de_DE", False)
        }
        for lang, contact in cls.people.items():
            contact.lang = lang

    def _several(self, **values):
        mailing = self._mailing(
            subject="Sale, {{ object.name }}",
            preview="Only today",
            body_html=f"<p>Good day</p>{LINK.format('sale', 'See')}{WAY_OUT}",
            **values,
        )
        self.env["campaign.mail.translation"].create(
            [
                {
                    "mailing_id": mailing.id,
                    "lang": "fr_FR",
                    "subject": "Soldes, {{ object.name }}",
                    "preview": "Aujourd'hui",
                    "body_html": '<p>Bonjour, <t t-out="format_date(object.create_date,'
                    f" 'MMMM')\"/></p>{LINK.format('soldes', 'Voir')}{WAY_OUT}",
                },
                {
                    "mailing_id": mailing.id,
                    "lang": "de_DE",
                    "subject": "Rabatt, {{ object.name }}",
                    "preview": False,
                    "body_html": f"<p>Guten Tag</p>{WAY_OUT}",
                },
            ]
        )
        return mailing

    def test_everybody_gets_their_own_language(self):
        mailing = self._several(delivery_engine="desk")
        self._send(mailing)
        self.assertEqual(len(self.mailbox.mails), 5)
        for lang, greeting, subject in (
            ("en_US", "Good day", "Sale, en_US"),
            ("fr_FR", "Bonjour", "Soldes, fr_FR"),
            ("fr_BE", "Bonjour", "Soldes, fr_BE"),
            ("de_DE", "Guten Tag", "Rabatt, de_DE"),
            (False, "Good day", "Sale, nobody"),
        ):
            with self.subTest(lang):
                mail = self.mailbox.message_to(self.people[lang].email)
                self.assertEqual(mail["Subject"], subject)
                page = mail.get_body(("html",)).get_content()
                text = mail.get_body(("plain",)).get_content()
                self.assertIn(greeting, page)
                self.assertIn(greeting, text)
                self.assertEqual("Only today" in page, greeting == "Good day")
                self.assertNotIn("shop.example.com", page)
                self.assertIn("/campaign/u/", text)
        urls = self.env["link.tracker"].search([("mass_mailing_id", "=", mailing.id)])
        self.assertEqual(
            sorted(urls.mapped("url")),
            ["https://shop.example.com/sale", "https://shop.example.com/soldes"],
        )

    def test_values_are_in_the_recipients_language(self):
        mailing = self._several(delivery_engine="desk")
        contact = self.people["fr_BE"]
        self.env.cr.execute(
            "UPDATE mailing_contact SET create_date = '2026-03-01' WHERE id = %s",
            [contact.id],
        )
        contact.invalidate_recordset()
        self._send(mailing)
        mail = self.mailbox.message_to(contact.email)
        self.assertIn("Bonjour, mars", mail.get_body(("html",)).get_content())

    def test_odoos_engine_sends_the_same_languages(self):
        mailing = self._several(delivery_engine="standard")
        with self.mock_mail_gateway(mail_unlink_sent=False):
            mailing.action_send_mail()
        subjects = {
            mail.email_to or mail.recipient_ids.email: mail.subject
            for mail in self._new_mails
        }
        self.assertEqual(
            sorted(subjects.values()),
            [
                "Rabatt, de_DE",
                "Sale, en_US",
                "Sale, nobody",
                "Soldes, fr_BE",
                "Soldes, fr_FR",
            ],
        )
        for mail in self._new_mails:
            self.assertEqual("Bonjour" in mail.body_html, "Soldes" in mail.subject)
            self.assertEqual("Guten Tag" in mail.body_html, "Rabatt" in mail.subject)

    def test_the_browsers_page_is_in_the_recipients_language(self):
        mailing = self._several()
        [page] = mailing._render_field("body_html", self.people["fr_BE"].ids).values()
        self.assertIn("Bonjour", page)
        [subject] = mailing._render_field("subject", self.people["de_DE"].ids).values()
        self.assertEqual(subject, "Rabatt, de_DE")
        [page] = mailing._render_field("body_html", self.people[False].ids).values()
        self.assertIn("Good day", page)

    def test_a_look_at_one_language(self):
        """The preview and test mails name a language; the mail comes in it."""
        mailing = self._several()
        delivery = Delivery(
            1, self.people[False].id, "x@example.com", "0" * 32, "<1@x>"
        )
        with self.enter_registry_test_mode():
            mails, _none = MailingRenderer(mailing, "fr_FR").render([delivery])
        self.assertIn(b"Subject: Soldes, nobody", mails[0][1].data)

    # ------------------------------------------------------------
    # Made by people
    # ------------------------------------------------------------

    def test_a_language_begins_with_what_the_mail_says(self):
        mailing = self._several()
        mailing.body_arch = mailing.body_html
        action = mailing.action_add_language()
        with Form(
            self.env["campaign.mail.translation"].with_context(**action["context"]),
            view="campaign_desk.campaign_mail_translation_view_add",
        ) as form:
            form.lang = "fr_BE"
        translation = form.record
        self.assertEqual(translation.subject, mailing.subject)
        self.assertEqual(translation.body_html, mailing.body_html)
        self.assertEqual(translation.state, "copied")
        self.assertEqual(translation.action_open()["res_id"], translation.id)
        translation.body_arch = "<p>Bien le bonjour</p>"
        self.assertEqual(translation.state, "current")
        mailing.preview = "Only tomorrow"
        self.assertEqual(translation.state, "outdated")
        translation.action_mark_current()
        self.assertEqual(translation.state, "current")

    def test_a_campaign_shows_the_languages_of_its_only_mail(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        with self.assertRaisesRegex(UserError, "Write the mail first"):
            campaign.action_add_language()
        mailing = self._several(campaign_id=campaign.id)
        self.assertEqual(campaign.translation_ids, mailing.translation_ids)
        context = campaign.action_add_language()["context"]
        self.assertEqual(context["default_mailing_id"], mailing.id)
        self._several(campaign_id=campaign.id)
        self.assertFalse(campaign.translation_ids)

    def test_a_language_is_there_once(self):
        mailing = self._several()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.env["campaign.mail.translation"].create(
                {"mailing_id": mailing.id, "lang": "fr_FR"}
            )

    def test_a_copy_of_a_mailing_has_its_languages(self):
        copy = self._several().copy()
        self.assertEqual(set(copy.translation_ids.mapped("lang")), {"de_DE", "fr_FR"})
        self.assertEqual(
            set(copy.translation_ids.mapped("state")),
            set(self._several().translation_ids.mapped("state")),
        )

    def test_authors_translate_their_own_mails_and_only_with_merge_fields(self):
        author, other = (
            mail_new_test_user(
                self.env, login=login, groups="campaign_desk.group_campaign_author"
            )
            for login in ("lang_author", "lang_other")
        )
        mailing = self._several(user_id=author.id)
        translation = mailing.translation_ids[0].with_user(author)
        translation.subject = "{{ object.company_name ||| x }}"
        self.assertEqual(translation.content_author_id, author)
        group = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= group
        for name, text in (
            ("subject", "{{ env.user.name }}"),
            ("preview", "{{ object.name.upper() }}"),
            ("body_html", '<t t-set="x" t-value="env"/>'),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                translation[name] = text
        with self.assertRaises(AccessError):
            translation.with_user(other).subject = "x"

    def test_an_approval_is_about_every_language(self):
        mailing = self._several()
        before = mailing._content_digest()
        mailing.translation_ids[0].subject = "Something else"
        self.assertNotEqual(mailing._content_digest(), before)

    def test_an_approval_ends_with_a_language_and_covers_copies(self):
        self.env.company.campaign_approval = True
        manager = mail_new_test_user(
            self.env,
            login="lang_manager",
            groups="campaign_desk.group_campaign_manager",
        )
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        mailing = self._several(campaign_id=campaign.id, delivery_engine="desk")
        campaign.action_request_approval()
        campaign.with_user(manager).action_approve()
        self.assertEqual(mailing.state, "in_queue")
        self.assertEqual(mailing.copy()._content_digest(), mailing._content_digest())
        self.assertEqual(campaign.approval_state, "approved")
        mailing.translation_ids[0].subject = "Something else"
        self.assertFalse(campaign.approval_state)
        self.assertEqual(mailing.state, "draft")

    def test_what_the_server_copies_stays_its_authors(self):
        author = mail_new_test_user(
            self.env, login="lang_writer", groups="campaign_desk.group_campaign_author"
        )
        mailing = self._several(user_id=author.id)
        mailing.with_user(author).subject = "By the author"
        mailing.translation_ids.with_user(author).write({"subject": "Par lui"})
        copy = mailing.with_user(self.env.ref("base.user_root")).copy()
        self.assertEqual(copy.content_author_id, author)
        self.assertEqual(copy.translation_ids.content_author_id, author)
        copy = mailing.with_user(self.user_marketing).copy()
        self.assertEqual(copy.content_author_id, self.user_marketing)

    def test_a_translation_that_cannot_be_made_stops_the_mailing_with_a_reason(self):
        mailing = self._several(delivery_engine="desk")
        mailing.action_put_in_queue()
        # past every check
        self.env.cr.execute(
            "UPDATE campaign_mail_translation SET body_html = %s WHERE mailing_id = %s",
            ['<t t-out="object.compny"/>', mailing.id],
        )
        author = mail_new_test_user(
            self.env, login="lang_late", groups="base.group_user"
        )
        self.env.cr.execute(
            "UPDATE campaign_mail_translation SET content_author_id = %s", [author.id]
        )
        group = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= group
        self.env.invalidate_all()
        self._dispatch()
        self.assertIn("object.compny", mailing.sending_error)
        self.assertFalse(mailing.mailing_trace_ids)

    def test_a_language_that_is_not_installed_any_more(self):
        mailing = self._several(delivery_engine="desk")
        self.env.cr.execute("UPDATE res_lang SET active = FALSE WHERE code = 'de_DE'")
        self.env.registry.clear_cache("stable")
        self.env.invalidate_all()
        self._send(mailing)
        mail = self.mailbox.message_to("de_de@example.com")
        self.assertEqual(mail["Subject"], "Sale, de_DE")

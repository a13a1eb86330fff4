"""The library of templates: what is kept, what mails get, and who may what."""

import base64
import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models.campaign.campaign_template import CONTENT, TEXTS
from ..tools.preflight import leftovers
from .common import BODY
from .test_campaign_record import CampaignCommon

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)
CODE = '<p><t t-out="object.env.user.password"/></p>'


class TemplateCommon(CampaignCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, "colleague", "campaign_desk.group_campaign_author"
        )
        cls.viewer = new_test_user(
            cls.env, "viewer", "campaign_desk.group_campaign_viewer"
        )

    @classmethod
    def _template(cls, user=None, **values):
        """Create a template to lists."""
        templates = cls.env["campaign.template"].with_user(user or cls.author)
        return templates.create(
            {
                "name": "Spring",
                "subject": "Spring is here",
                "preview": "And so are we",
                "body_arch": BODY,
                "body_html": BODY,
                **values,
            }
        )

    def _rich_template(self):
        """Create a template with a picture in its body and an attachment."""
        template = self._template()
        picture, file = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": raw,
                    "res_model": template._name,
                    "res_id": template.id,
                }
                for name, raw in (("pixel.png", PIXEL), ("prices.txt", b"1 EUR"))
            ]
        )
        picture.generate_access_token()
        address = f"/web/image/{picture.id}?access_token={picture.access_token}"
        body = f'{BODY}<img src="{address}" alt="A pixel">'
        template.write(
            {
                "body_arch": body,
                "body_html": body,
                "attachment_ids": [Command.set(file.ids)],
            }
        )
        return template

    def _versions(self, template):
        """Return the versions, the last one first."""
        template.invalidate_recordset(["version_ids"])
        return template.version_ids

    def _pictures(self, body):
        """Return the attachments that ``body`` shows."""
        ids = re.findall(r"/web/image/(\d+)\?access_token=", body)
        return self.env["ir.attachment"].browse(map(int, dict.fromkeys(ids)))


@tagged("-at_install", "post_install")
class TestTemplateVersions(TemplateCommon):
    def _numbers(self, template):
        return self._versions(template).mapped("number")

    def test_a_sitting_is_a_version(self):
        with freeze_time("2026-03-02 08:00") as clock:
            template = self._template()
            self.assertEqual(self._numbers(template), [1])
            clock.tick(timedelta(minutes=9))
            template.subject = "Later in the sitting"
            clock.tick(timedelta(minutes=9))
            template.subject = "Still at it"
            self.assertEqual(self._numbers(template), [1])
            self.assertEqual(template.version_ids.subject, "Still at it")
            clock.tick(timedelta(minutes=11))
            template.subject = "After lunch"
            self.assertEqual(self._numbers(template), [2, 1])
            template.with_user(self.manager).subject = "Somebody else"
            self.assertEqual(self._numbers(template), [3, 2, 1])
        self.assertEqual(
            template.version_ids.mapped("subject"),
            ["Somebody else", "After lunch", "Still at it"],
        )
        self.assertEqual(template.version_ids.user_id, self.manager + self.author)

    def test_only_content_makes_versions(self):
        with freeze_time("2026-03-02 08:00") as clock:
            template = self._template()
            clock.tick(timedelta(days=1))
            template.write({"name": "Other", "category": "offer"})
            template.subject = "Spring is here"  # as it is
            self.assertEqual(self._numbers(template), [1])

    def test_a_note_closes_a_version(self):
        template = self._template()
        template.version_ids.note = "As sent in spring"
        template.subject = "For summer"
        self.assertEqual(self._numbers(template), [2, 1])
        self.assertEqual(template.version_ids[1].subject, "Spring is here")

    def test_versions_stay_as_saved(self):
        template = self._template()
        version = template.version_ids
        for values in ({"body_html": CODE}, {"subject": "x", "note": "y"}):
            with self.assertRaises(AccessError):
                version.write(values)
        with self.assertRaises(AccessError):
            version.create({"template_id": template.id, "number": 9})
        with self.assertRaises(AccessError):
            version.unlink()

    def test_restore(self):
        template = self._rich_template()
        first = template.version_ids
        first.note = "Good"
        texts = {name: template[name] for name in TEXTS}
        file = template.attachment_ids
        template.write(
            {**dict.fromkeys(TEXTS, "Changed"), "attachment_ids": [Command.clear()]}
        )
        self.assertEqual(self._numbers(template), [2, 1])
        first.action_restore()
        self.assertEqual({name: template[name] for name in TEXTS}, texts)
        self.assertEqual(template.attachment_ids, file)
        self.assertEqual(self._pictures(template.body_html).raw, PIXEL)
        self.assertEqual(self._numbers(template), [3, 2, 1])
        last = template.version_ids[0]
        self.assertTrue(last.is_current)
        self.assertEqual(last.note, "Restored from version 1")
        self.assertIn("Changed", template.version_ids[1].body_html, "nothing is lost")

    def test_compare(self):
        template = self._template()
        first = template.version_ids
        first.note = "First"
        template.write(
            {
                "subject": "Summer is here",
                "body_html": BODY.replace("See the sale", "See the <b>garden</b>"),
            }
        )
        action = first.action_compare()
        compare = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(compare.old_id, first)
        self.assertEqual(compare.new_id, self._versions(template)[0])
        for word in (
            '<del class="o_campaign_desk_removed">Spring</del>',
            '<ins class="o_campaign_desk_added">Summer</ins>',
            '<ins class="o_campaign_desk_added">garden</ins>',
        ):
            self.assertIn(word, compare.changes)
        self.assertNotIn("Preview Text", compare.changes)
        compare.new_id = first
        self.assertIn("Only the looks", compare.changes)

    def test_comparison_shows_no_html_of_others(self):
        template = self._template(subject="<script>alert(1)</script>")
        template.version_ids.note = "First"
        template.subject = "<img src=x onerror=alert(1)>"
        action = self._versions(template)[1].action_compare()
        changes = self.env[action["res_model"]].browse(action["res_id"]).changes
        self.assertNotRegex(changes, "<(script|img)")


@tagged("-at_install", "post_install")
class TestTemplateUse(TemplateCommon):
    def _content(self, record):
        pictures = self._pictures(record.body_html)
        return {
            **{name: str(record[name]) for name in TEXTS},
            "pictures": [(one.id, one.raw) for one in pictures],
            "files": [(one.id, one.name, one.raw) for one in record.attachment_ids],
        }

    def test_a_queued_mail_stays_byte_for_byte(self):
        template = self._rich_template()
        campaign = self._campaign(body_arch=False, body_html=False)
        mail = campaign.mail_id
        mail.write(template._prepare_mailing_values())
        campaign.action_send()
        self.assertEqual(mail.state, "in_queue")
        before = self._content(mail)
        self.assertEqual(before["pictures"][0][1], PIXEL)
        self.assertEqual(before["files"][0][1:], ("prices.txt", b"1 EUR"))
        pictures, files = self._pictures(template.body_html), template.attachment_ids
        self.assertNotIn(before["pictures"][0][0], pictures.ids)
        self.assertNotIn(before["files"][0][0], files.ids)
        pictures.raw = files.raw = b"changed"
        template.write(
            {
                **dict.fromkeys(TEXTS, "<p>Changed</p>"),
                "attachment_ids": [Command.clear()],
            }
        )
        self.env.invalidate_all()
        self.assertEqual(self._content(mail), before)
        template.unlink()
        self.env.invalidate_all()
        self.assertEqual(self._content(mail), before)
        self.assertFalse(mail.template_id)
        self._run_jobs()
        received = self.mailbox.message_to("ann@example.com")
        self.assertEqual(received["Subject"], "Spring is here")
        self.assertIn("See the sale", received.get_body(("html",)).get_content())
        [attached] = received.iter_attachments()
        self.assertEqual(attached.get_content(), "1 EUR")

    def test_two_unsaved_mails_share_no_picture(self):
        template = self._rich_template()
        one, two = (template._prepare_mailing_values() for _mail in range(2))
        for values in (one, two):
            self.assertEqual(
                self._pictures(values["body_arch"]), self._pictures(values["body_html"])
            )
        self.assertFalse(
            self._pictures(one["body_html"]) & self._pictures(two["body_html"])
        )
        mail = self.env["mailing.mailing"].with_user(self.author).create(one)
        picture = self._pictures(mail.body_html)
        self.assertEqual((picture.res_model, picture.res_id), (mail._name, mail.id))

    def test_use_in_campaign(self):
        template = self._rich_template()
        action = template.action_use()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.author)
            .with_context(**action["context"])
            .create(
                {
                    "campaign_id": self.env["utm.campaign"]
                    .with_user(self.author)
                    .create({"title": "New"})
                    .id
                }
            )
        )
        opened = wizard.action_use()
        campaign = wizard.campaign_id
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), (campaign._name, campaign.id)
        )
        self.assertEqual(campaign.subject, "Spring is here")
        self.assertEqual(campaign.preview, "And so are we")
        self.assertEqual(campaign.template_id, template)
        self.assertEqual(template.usage_count, 1)
        again = wizard.action_use()
        self.assertEqual(again["res_model"], "mailing.mailing")
        self.assertEqual(len(campaign.mailing_mail_ids), 2)

    def test_what_is_written_is_not_overwritten(self):
        template = self._template()
        mail = self.env["mailing.mailing"].create(
            {"template_id": template.id, "subject": "My own"}
        )
        self.assertEqual(mail.subject, "My own")
        self.assertEqual(mail.body_html, template.body_html)
        mail = self.env["mailing.mailing"].create(
            {
                "template_id": template.id,
                "subject": "My own",
                "body_html": "<p>Mine</p>",
            }
        )
        self.assertEqual(mail.body_html, "<p>Mine</p>")

    def test_save_as_template(self):
        source = self._rich_template()
        campaign = self._campaign(
            **source._prepare_mailing_values() | {"subject": "News {{ object.name }}"}
        )
        for record in (campaign, campaign.mail_id):
            action = record.action_save_as_template()
            template = self.env["campaign.template"].browse(action["res_id"])
            self.assertEqual(template.name, "News")
            self.assertEqual(template.subject, "News {{ object.name }}")
            self.assertEqual(template.user_id, self.author)
            picture = self._pictures(template.body_html)
            self.assertEqual(picture.raw, PIXEL)
            self.assertEqual(picture.res_model, "campaign.template")
            self.assertEqual(picture.res_id, template.id)
            self.assertNotEqual(template.attachment_ids, campaign.attachment_ids)
            self.assertEqual(template.attachment_ids.raw, b"1 EUR")

    def test_words_of_the_company(self):
        mark = '<p><span data-company="{}">[{}]</span></p>'
        body = mark.format("name", "x") + mark.format("address", "Address")
        template = self._template(body_arch=body, body_html=body)
        company = self.env.company
        company.name = 'Bolt & Nut "Ltd" <b>'
        company.partner_id.street = False
        mails = self.env["mailing.mailing"]
        mail = mails.create({"template_id": template.id})
        self.assertIn("Bolt &amp; Nut", mail.body_html)
        self.assertNotIn("<b>", mail.body_html)
        self.assertIn("[Address]", mail.body_html, "to be filled in")
        company.partner_id.write({"street": "1 Main Street", "city": "Oslo"})
        mail = mails.create({"template_id": template.id})
        self.assertIn("1 Main Street, ", mail.body_html)
        self.assertIn("[x]", template.body_html)

    def test_choice(self):
        """Templates are offered to mails that can say what they say."""
        plain = self._template(body_html="<p>Hello</p>", body_arch="<p>Hello</p>")
        personal = self._template()
        empty = self._template(body_html=False, body_arch=False)
        lead = self.env["ir.model"]._get("crm.lead")
        to_leads = self._template(mailing_model_id=lead.id)
        ours = plain + personal + empty + to_leads
        templates = self.env["campaign.template"].with_user(self.author)
        for model, expected in {
            "mailing.list": plain + personal,
            "mailing.contact": plain + personal,
            "res.partner": plain + personal,
            "crm.lead": plain + to_leads,
            False: plain,
        }.items():
            model_id = self.env["ir.model"]._get_id(model) if model else False
            offered = {one["id"] for one in templates.get_choice(model_id)}
            with self.subTest(model=model):
                self.assertEqual(offered & set(ours.ids), set(expected.ids))
        [choice] = [
            one for one in templates.get_choice(lead.id) if one["id"] == plain.id
        ]
        self.assertEqual((choice["name"], choice["category"]), ("Spring", "Other"))
        self.assertIn(f"/campaign_desk/template/{plain.id}?", choice["preview_url"])


@tagged("-at_install", "post_install")
class TestTemplateRights(TemplateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's switch that keeps code to those who edit dynamic templates
        cls.env["ir.config_parameter"].set_param(
            "mail.restrict.template.rendering", "True"
        )

    def test_authors_change_their_own(self):
        template = self._template()
        for user in (self.colleague, self.viewer):
            theirs = template.with_user(user)
            self.assertEqual(theirs.subject, "Spring is here")
            self.assertTrue(theirs.version_ids.subject)
            for change in (
                lambda one: one.write({"subject": "Mine now"}),
                lambda one: one.unlink(),
                lambda one: one.version_ids.write({"note": "x"}),
                lambda one: one.version_ids.action_restore(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    change(theirs)
            self.assertFalse(theirs.may_change or theirs.version_ids.may_change)
        self.assertTrue(template.may_change and template.version_ids.may_change)
        user = new_test_user(self.env, "user", "mass_mailing.group_mass_mailing_user")
        template.with_user(user).subject = "Better"
        with self.assertRaises(AccessError):
            self._template(user=self.viewer)
        with self.assertRaises(AccessError):
            template.with_user(self.viewer).get_mailing_values()
        with self.assertRaises(AccessError):
            self._template(user_id=self.colleague.id)

    def test_authors_use_what_others_wrote(self):
        template = self._rich_template().with_user(self.colleague)
        mail = self.env["mailing.mailing"].with_user(self.colleague)
        mail = mail.create({"template_id": template.id})
        self.assertEqual(self._pictures(mail.body_html).raw, PIXEL)

    def test_a_copy_is_whose_who_makes_it(self):
        template = self._rich_template()
        action = template.with_user(self.colleague).action_duplicate()
        copy = template.browse(action["res_id"])
        self.assertEqual(copy.name, "Spring (copy)")
        self.assertEqual(copy.user_id, self.colleague)
        self.assertEqual(copy.version_count, 1)
        picture = self._pictures(copy.body_html)
        self.assertEqual(picture.raw, PIXEL)
        self.assertEqual(picture.res_id, copy.id)
        self.assertEqual(copy.attachment_ids.res_id, copy.id)

    def test_companies_do_not_see_each_other(self):
        template = self._template(company_id=self.env.company.id)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "campaign_desk.group_campaign_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for record in (template, template.version_ids):
            theirs = record.with_user(stranger)
            self.assertFalse(theirs.search([("id", "in", record.ids)]))
            with self.assertRaises(AccessError):
                theirs.check_access("read")
        with self.assertRaises(AccessError):
            self.env["mailing.mailing"].with_user(stranger).create(
                {"subject": "x", "template_id": template.id}
            )
        template.company_id = False
        self.assertTrue(template.with_user(stranger).subject)

    def test_authors_bring_in_no_code(self):
        """What Odoo lets only editors of dynamic templates write stays theirs."""
        bad = {
            "subject": "{{ object.env.user.password }}",
            "preview": "{{ object.env.user.password }}",
            "body_arch": CODE,
            "body_html": CODE,
        }
        for name, value in bad.items():
            with self.subTest(field=name, how="create"), self.assertRaises(AccessError):
                self._template(**{name: value})
            template = self._template()
            with self.subTest(field=name, how="write"), self.assertRaises(AccessError):
                template.write({name: value})
            code = self._template(user=self.env.ref("base.user_admin"), **{name: value})
            with self.subTest(field=name, how="copy"), self.assertRaises(AccessError):
                code.with_user(self.author).copy()
            if name == "body_arch":
                continue  # on a mail it is no template: only a browser reads it
            # no such right, or no such field
            with self.subTest(field=name, how="use"), self.assertRaises(UserError):
                self.env["mailing.mailing"].with_user(self.author).create(
                    {"template_id": code.id}
                )

    def test_authors_restore_no_code(self):
        admin = self.env.ref("base.user_admin")
        template = self._template(user=admin, user_id=self.author.id, body_html=CODE)
        template.version_ids.note = "By an administrator"
        template.body_html = BODY
        code = self._versions(template)[1]
        self.assertIn("password", code.body_html)
        with self.assertRaises(AccessError):
            code.with_user(self.author).action_restore()
        self.assertNotIn("password", template.body_html)
        code.action_restore()
        self.assertIn("password", template.body_html)


@tagged("-at_install", "post_install")
class TestTemplatePictures(TemplateCommon, HttpCase):
    def test_picture(self):
        template = self._template(
            body_html=f"{BODY}<script>alert(1)</script>", user=self.env.user
        )
        for record in (template, template.version_ids):
            self.authenticate("viewer", "viewer")
            answer = self.url_open(record.preview_url)
            self.assertEqual(answer.status_code, 200)
            self.assertIn("See the sale", answer.text)
            self.assertNotIn("<script", answer.text)
            policy = answer.headers["Content-Security-Policy"]
            self.assertTrue(policy.startswith("sandbox; default-src 'none'"))
            self.authenticate(None, None)
            answer = self.url_open(record.preview_url, allow_redirects=False)
            self.assertEqual(answer.status_code, 303)

    def test_picture_of_another_company(self):
        template = self._template(
            user=self.env.user,
            company_id=self.env["res.company"].create({"name": "Other"}).id,
        )
        self.authenticate("viewer", "viewer")
        self.assertEqual(self.url_open(template.preview_url).status_code, 404)


@tagged("-at_install", "post_install")
class TestTemplateLibrary(TemplateCommon):
    """The templates that come with the program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ids = cls.env["ir.model.data"].search(
            [("module", "=", "campaign_desk"), ("model", "=", "campaign.template")]
        )
        cls.library = cls.env["campaign.template"].browse(ids.mapped("res_id"))

    def test_one_of_each_category(self):
        categories = dict(self.library._fields["category"].selection)
        self.assertEqual(
            sorted(self.library.mapped("category")),
            sorted(categories.keys() - {"other"}),
        )
        for template in self.library:
            with self.subTest(template=template.name):
                self.assertTrue(all(template[name] for name in CONTENT[:-1]))
                self.assertTrue(template.description)
                self.assertFalse(template.user_id or template.company_id)

    def test_bodies(self):
        for template in self.library:
            with self.subTest(template=template.name):
                self._check_body(template)

    def _check_body(self, template):
        body, arch = str(template.body_html), str(template.body_arch)
        for text in (body, arch):
            self.assertIn('href="/unsubscribe_from_list"', text)
            for image in re.findall("<img[^>]*>", text):
                self.assertRegex(image, r'\balt="[^"]{5,}"')
            self.assertNotRegex(text, r"(src|href)=\"(http:|data:)")
            self.assertNotIn("<script", text)
        self.assertLess(len(body.encode()), 60_000)
        # what the editor wants to find, and makes columns stack and mails shrink with
        self.assertRegex(
            arch, r'^<div data-name="Mailing" class="o_layout [^"]*_theme"'
        )
        self.assertIn("max-width: 720px" if "o_mail_wrapper" in arch else "<p", body)
        self.assertEqual(self._words(arch), self._words(body))

    @staticmethod
    def _words(body):
        """Return the words of ``body``, without what only some programs read."""
        text = re.sub("<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
        return re.sub("<[^>]+>|&nbsp;", " ", text).split()

    def test_blocks_are_those_of_the_editor(self):
        """It does not call one of them outdated."""
        for template in self.library:
            blocks = re.findall(
                r'data-snippet="(\w+)"(?:[^>]*data-vxml="(\d+)")?',
                str(template.body_arch),
            )
            for name, version in blocks:
                block = self.env.ref(f"mass_mailing.{name}").arch_db
                current = re.findall(r'data-vxml="(\d+)"', block)[:1]
                with self.subTest(template=template.name, block=name):
                    self.assertEqual(current or [""], [version])

    def test_what_is_to_be_filled_in_is_not_forgotten(self):
        """The look at a mail before it is sent knows every bracket."""
        for template in self.library:
            text = " ".join(
                [template.subject, template.preview, *self._words(template.body_html)]
            )
            brackets = re.findall(r"\[[^]]+\]", text)
            self.assertTrue(brackets)
            for bracket in brackets:
                with self.subTest(template=template.name, bracket=bracket):
                    [found] = leftovers.check(bracket)
                    self.assertEqual(found.code, "leftover")

    def test_sent_as_they_are(self):
        for template in self.library:
            with self.subTest(template=template.name):
                self.mailbox.mails.clear()
                mail = self.env["mailing.mailing"].with_user(self.author)
                mail = mail.create(
                    {
                        "template_id": template.id,
                        "contact_list_ids": [Command.set(self.list_one.ids)],
                        "email_from": f"news@{self.alias_domain}",
                    }
                )
                mail.action_launch()
                self._run_jobs()
                received = self.mailbox.message_to("ann@example.com")
                page = received.get_body(("html",)).get_content()
                self.assertRegex(page, r"Hello (<[^>]+>)?Ann(<[^>]+>)?,")
                self.assertNotIn('src="/', page, "pictures have a full address")
                self.assertLess(len(page.encode()), 102_000, "Gmail clips it")
                self.assertIn("Ann", received.get_body(("plain",)).get_content())

    def test_saved_when_opened(self):
        """They are what Odoo's cleaning of mails leaves."""
        for template in self.library:
            before = {name: str(template[name]) for name in TEXTS}
            template.with_user(self.manager).write(before)
            with self.subTest(template=template.name):
                self.assertEqual({name: str(template[name]) for name in TEXTS}, before)
                self.assertEqual(len(template.version_ids), 1)
                self.assertLess(
                    template.version_ids.saved_at,
                    fields.Datetime.now() + timedelta(seconds=1),
                )

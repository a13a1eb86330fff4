"""Campaign: our mails say what Odoo's own rendering says."""

import email
import html
import re

from lxml import html as lxml_html

from odoo.tests import tagged

from ..models.campaign.mailing_renderer import Delivery, MailingRenderer
from ..tools.plain_text import html_to_text
from .common import STRICT, WAY_OUT, DeskCommon, as_seen

TEMPLATES = {
    "text": "<p>No values at all, ünïcode &amp; entities &lt;b&gt; &nbsp;.</p>",
    "value": '<p>Dear <t t-out="object.name"/>!</p>',
    "default": '<p>Dear <t t-out="object.company_name">friend &amp; foe</t>!</p>',
    "tag": '<p>Dear <b t-out="object.name" class="x">nobody</b>!</p>',
    "condition": (
        "<p t-if=\"object.name == 'Ann'\">Ann</p>"
        '<p t-elif="object.company_name">Firm</p><p t-else="">Other</p>'
    ),
    "loop": (
        '<ul><li t-foreach="object.list_ids" t-as="one">'
        '<t t-out="one_index"/>: <t t-out="one.name"/></li></ul>'
    ),
    "variable": (
        '<t t-set="greeting" t-value="\'Hi %s\' % object.name"/><p t-out="greeting"/>'
        '<t t-set="block"><i t-out="object.email"/></t><p><t t-out="block"/></p>'
    ),
    "attribute": (
        '<p t-att-title="object.name" t-attf-class="a-{{ object.id }} #{1 + 1}"'
        " t-att-style=\"'color: red' if object.name == 'Ann' else None\">x</p>"
    ),
    "format": (
        '<p t-out="format_date(object.create_date)"/>'
        '<p t-out="(object.name or \'x\').upper()[:2]"/><p t-out="user.name"/>'
    ),
    "outlook": "<!--[if mso]><p><![endif]--><p>x</p><!--[if mso]></p><![endif]-->",
    "picture": '<img src="/web/image/1"/><td background="/a.png">x</td>',
    "hostile value": '<p t-att-title="object.name"><t t-out="object.name"/></p>',
}


@tagged("-at_install", "post_install")
class TestRender(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        both = cls.list_one + cls.list_two
        cls.contacts = (
            cls._contact("Ann", "ann@example.com", both)
            + cls._contact('Bo "<script>" & Söhne\'s', "bo@example.com")
            + cls._contact(False, "nameless@example.com")
        )
        cls.contacts[1].company_name = "Bo & Co"

    def _render(self, mailing):
        deliveries = [
            Delivery(
                number, contact.id, contact.email, f"{number:032}", f"<{number}@x>"
            )
            for number, contact in enumerate(self.contacts)
        ]
        with self.enter_registry_test_mode():
            mails, failures = MailingRenderer(mailing).render(deliveries)
        self.assertFalse(failures)
        return [self._parse(mail.data) for _sender, mail in mails]

    def _parse(self, data):
        return email.message_from_bytes(data, policy=STRICT)

    def test_templates_mean_what_they_mean_in_odoo(self):
        for name, body in TEMPLATES.items():
            with self.subTest(name):
                mailing = self._mailing(body_html=body)
                # straight into the column: the field's sanitizer is not the subject
                self.env.cr.execute(
                    "UPDATE mailing_mailing SET body_html = %s WHERE id = %s",
                    [body, mailing.id],
                )
                mailing.invalidate_recordset()
                odoos = mailing._render_field(
                    "body_html",
                    self.contacts.ids,
                    options={"preserve_comments": True},
                )
                for contact, mail in zip(
                    self.contacts, self._render(mailing), strict=True
                ):
                    page = mail.get_body(("html",)).get_content()
                    self.assertEqual(
                        self._body(page), self._normal(odoos[contact.id]), contact.name
                    )
                    text = mail.get_body(("plain",)).get_content()
                    self.assertEqual(
                        text.replace("\r\n", "\n").strip(),
                        html_to_text(self._inner(page)),
                    )

    def _inner(self, page):
        page = as_seen(page)
        inner = re.search(r"<body>(.*)<img [^>]*/></body>", page, re.DOTALL)[1]
        return inner.replace("\r\n", "\n")

    def _body(self, page):
        return self._normal(self._inner(page))

    def _normal(self, source):
        """Return the HTML as a parser understands it, with single spaces."""
        root = lxml_html.fragment_fromstring(str(source), create_parent="div")
        text = lxml_html.tostring(root, encoding="unicode", method="xml")
        return re.sub(r"\s+", " ", text).replace("> <", "><").strip()

    def test_subject_and_addresses_are_templates(self):
        mailing = self._mailing(
            subject="{{ object.name |||you}}: {{ object.name and len(object.name) }}",
            reply_to='"{{ object.name ||| Desk }}" <desk@example.com>',
        )
        ann, bo, nameless = self._render(mailing)
        self.assertEqual(ann["Subject"], "Ann: 3")
        self.assertEqual(bo["Subject"], 'Bo "<script>" & Söhne\'s: 23')
        self.assertEqual(nameless["Subject"], "you:")
        self.assertEqual(ann["Reply-To"], "Ann <desk@example.com>")

    def test_preview_text_comes_first_and_is_hidden(self):
        mailing = self._mailing(preview="For {{ object.name |||you}} only")
        ann, _bo, nameless = self._render(mailing)
        page = ann.get_body(("html",)).get_content()
        self.assertRegex(page, r"display:none[^>]*>\s*For Ann only")
        self.assertNotIn("For Ann only", ann.get_body(("plain",)).get_content())
        self.assertIn("For you only", nameless.get_body(("html",)).get_content())

    def test_value_with_html_keeps_its_links_tracked(self):
        user = self.user_marketing
        user.signature = '<p>Me, <a href="https://me.example.com/">my page</a></p>'
        mailing = self._mailing(
            user_id=user.id,
            body_html=f"<t t-out=\"env['res.users'].browse({user.id}).signature\"/>",
        )
        page = self._render(mailing)[0].get_body(("html",)).get_content()
        self.assertIn("/campaign/c/", page)
        self.assertNotIn("me.example.com", page)
        tracker = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", mailing.id)]
        )
        self.assertEqual(tracker.url, "https://me.example.com/")

    def test_links_that_stay_as_they_are(self):
        body = (
            '<a href="mailto:a@example.com">m</a><a href="tel:+123">t</a>'
            '<a href="#top">top</a><a href="/cards/1">card</a>'
            "<a t-att-href=\"'mailto:' + object.email\">m</a>"
        )
        page = self._render(self._mailing(body_html=body))[0]
        source = page.get_body(("html",)).get_content()
        root = lxml_html.fromstring(html.unescape(as_seen(source)))
        base = self._mailing().get_base_url()
        self.assertEqual(
            [link.get("href") for link in root.iter("a")],
            [
                "mailto:a@example.com",
                "tel:+123",
                "#top",
                f"{base}/cards/1",
                "mailto:ann@example.com",
            ],
        )

    def test_languages_of_partners(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        partners = self.env["res.partner"].create(
            [
                {"name": "E", "email": "e@example.com", "lang": "en_US"},
                {"name": "F", "email": "f@example.com", "lang": "fr_FR"},
            ]
        )
        mailing = self._mailing(
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
            mailing_domain=repr([("id", "in", partners.ids)]),
            body_html=(
                "<p t-out=\"format_date(datetime.date(2026, 3, 1), 'MMMM')\"/>"
                + WAY_OUT
            ),
        )
        self._send(mailing)
        english = self.mailbox.message_to("e@example.com")
        french = self.mailbox.message_to("f@example.com")
        self.assertIn("March", english.get_body(("html",)).get_content())
        self.assertIn("mars", french.get_body(("html",)).get_content())

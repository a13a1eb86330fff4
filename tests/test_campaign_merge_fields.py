"""Campaign: merge fields, for whoever may use them, the same in both engines."""

from datetime import date, datetime

from lxml import html as lxml_html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import mail_new_test_user

from ..models.campaign.merge_rules import MergeRules
from .common import WAY_OUT, DeskCommon

# What everybody may write about a lead, and what two leads make of it.
BODY = """
<p id="name">Dear <t t-out="object.contact_name">customer</t>,</p>
<p id="partner"><t t-out="object.partner_id"/></p>
<p id="country"><t t-out="object.partner_id.country_id">nowhere</t></p>
<p id="type"><t t-out="object.type"/></p>
<p id="tags"><t t-out="object.tag_ids">none</t></p>
<p id="deadline"><t t-out="object.date_deadline">soon</t></p>
<p id="month"><t t-out="format_date(object.date_deadline, 'MMMM') or 'soon'"/></p>
<p id="closed"><t t-out="object.date_closed"/></p>
<p id="hour"><t t-out="format_datetime(object.date_closed, tz=object.partner_id.tz,
    dt_format='HH:mm')"/></p>
<p id="revenue"><t t-out="object.expected_revenue">a lot</t></p>
<p id="amount"><t t-out="format_amount(object.expected_revenue,
    object.company_id.currency_id)"/></p>
<p id="round"><t t-out="format_number(object.expected_revenue, 0)"/></p>
<p id="chance"><t t-out="object.probability"/></p>
<p id="number"><t t-out="object.color">0</t></p>
<div id="about"><t t-out="object.description"/></div>
<p id="who" t-if="object.partner_id.country_id.code in ('BE', 'FR')">neighbour</p>
<p id="who" t-elif="object.expected_revenue &gt;= 5000 and not object.city">rich</p>
<p id="who" t-else="">other</p>
<p id="found" t-if="object.filtered_domain([('contact_name', '=like', 'Ann%')])">Ann</p>
<p id="late" t-if="object.date_deadline &lt; '2026-06-01'">late</p>
<p><a t-att-href="object.website" t-att-title="object.contact_name">own page</a></p>
<p><a
t-attf-href="https://shop.example.com/in/{{ object.city }}?q={{ object.contact_name }}"
    >shop</a></p>
"""
SUBJECT = (
    "{{ object.contact_name ||| You }}: {{ object.type }}, {{ object.description }}"
)


@tagged("-at_install", "post_install")
class TestMergeFields(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = mail_new_test_user(
            cls.env,
            login="merge_author",
            name="Mia",
            groups="campaign_desk.group_campaign_author,"
            "sales_team.group_sale_salesman_all_leads",
        )
        cls.editor = mail_new_test_user(
            cls.env,
            login="merge_editor",
            groups="mass_mailing.group_mass_mailing_user,"
            "mail.group_mail_template_editor,sales_team.group_sale_salesman_all_leads",
        )
        cls.env["ir.config_parameter"].set_param(
            "mail.restrict.template.rendering", "True"
        )
        template_editors = cls.env.ref("mail.group_mail_template_editor")
        cls.env.ref("base.group_user").implied_ids -= template_editors
        cls.env["res.lang"]._activate_lang("fr_FR")
        belgium = cls.env.ref("base.be")
        belgium.with_context(lang="fr_FR").name = "Belgique"
        opportunity = cls.env.ref("crm.selection__crm_lead__type__opportunity")
        opportunity.with_context(lang="fr_FR").name = "Opportunité"
        ann, bo = cls.env["res.partner"].create(
            [
                {
                    "name": "Ann <b>& Co",
                    "email": "ann@example.com",
                    "lang": "fr_FR",
                    "tz": "Asia/Tokyo",
                    "country_id": belgium.id,
                },
                {"name": "Bo", "email": "bo@example.com", "tz": "UTC"},
            ]
        )
        tags = cls.env["crm.tag"].create([{"name": "Blue"}, {"name": "Green <i>"}])
        cls.leads = cls.env["crm.lead"].create(
            [
                {
                    "name": "One",
                    "type": "opportunity",
                    "contact_name": 'Ann "<script>x</script>\r\nBcc: evil@example.com',
                    "email_from": "ann@example.com",
                    "partner_id": ann.id,
                    "tag_ids": [(6, 0, tags.ids)],
                    "date_deadline": date(2026, 3, 1),
                    "date_closed": datetime(2026, 3, 1, 20, 30),
                    "expected_revenue": 1234.5,
                    "probability": 12.25,
                    "color": 7,
                    "city": "Rome & <Co>",
                    "website": "https://ann.example.com/?a=1&b=<x>",
                    "description": '<p onclick="x()">All <b>good</b></p><p>Two</p>',
                },
                {
                    "name": "Two",
                    "type": "lead",
                    "contact_name": False,
                    "email_from": "bo@example.com",
                    "partner_id": bo.id,
                    "expected_revenue": 0,
                    "probability": 0,
                    "website": "java\tscript:alert(1)",
                },
            ]
        )
        cls.leads[0].contact_name = 'Ann "<script>x</script>\r\nBcc: evil@example.com'
        cls.leads[1].contact_name = False
        cls.leads[1].website = "java\tscript:alert(1)"
        cls.leads[0].website = "https://ann.example.com/?a=1&b=<x>"

    def _lead_mailing(self, user, **values):
        """Create a mailing to the leads, written by a user."""
        if body := values.get("body_html"):
            values["body_html"] = body + WAY_OUT
        return (
            self.env["mailing.mailing"]
            .with_user(user)
            .create(
                {
                    "subject": "News",
                    "body_html": f"<p>Hello</p>{WAY_OUT}",
                    "email_from": f'"News" <news@{self.alias_domain}>',
                    "reply_to": f"news@{self.alias_domain}",
                    "mailing_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "mailing_domain": repr([("id", "in", self.leads.ids)]),
                    **values,
                }
            )
        )

    # ------------------------------------------------------------
    # Who may write what
    # ------------------------------------------------------------

    def test_an_author_may_write_every_merge_field(self):
        mailing = self._lead_mailing(self.author, body_html=BODY, subject=SUBJECT)
        self.assertEqual(mailing.content_author_id, self.author)
        mailing.preview = "{{ required(object.city) }} {{ object.name ||| x }}"
        mailing.email_from = '"{{ object.user_id.name }}" <news@example.com>'

    def test_the_form_of_the_mailing(self):
        with Form(self.env["mailing.mailing"].with_user(self.author)) as form:
            form.subject = "For {{ object.company_name ||| you }}"
            form.contact_list_ids.add(self.list_one)
        form.save()

    def test_other_code_is_for_template_editors(self):
        code = (
            ("body_html", "<t t-out=\"env['res.users'].search([])\"/>"),
            ("body_html", '<t t-set="x" t-value="1"/>'),
            ("body_html", '<p t-att-onclick="object.name">x</p>'),
            ("subject", "{{ object.env.user.name }}"),
            ("preview", "{{ object.name.upper() }}"),
            ("email_from", "{{ env.user.email }}"),
            ("reply_to", "{{ object._cr }}"),
            ("lang", "{{ env.cr.execute('SELECT 1') }}"),
        )
        mine, theirs = self._lead_mailing(self.author), self._lead_mailing(self.editor)
        for name, value in code:
            with self.subTest(value):
                with self.assertRaises(UserError) as caught:
                    mine[name] = value
                self.assertRegex(str(caught.exception), "cannot be used|not a merge")
                with self.assertRaises(UserError):
                    self._lead_mailing(self.author, **{name: value})
        for name, value in code[:4]:
            theirs[name] = value

    def test_fields_that_nobody_gets_to_see(self):
        self.env["ir.model.fields"].create(
            {
                "name": "x_door_code_token",
                "ttype": "char",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
            }
        )
        mailing = self._lead_mailing(self.author)
        for path in (
            "object.x_door_code_token",
            "object.partner_id.signup_type",
            "object.partner_id.image_1920",
            "object.partner_id.user_ids",
            "object.user_id.password",
            "object.user_id.login",
            "object.user_id.totp_secret",
            "object.user_id.group_ids",
            "object.user_id.api_key_ids",
            "object.company_id.partner_id.bank_ids",
            "object.message_ids",
            "object.duplicate_lead_ids.name",
            "object.tag_ids.name",
            "object.lead_properties",
            "object.campaign_id.mailing_mail_ids",
            "object.is_automated_probability",
        ):
            for write in ("<t t-out='{}'/>", "<p t-if='{} == 1'>x</p>"):
                with self.subTest(path, write=write), self.assertRaises(UserError):
                    mailing.body_html = write.format(path)
        domain = "[('user_id.password', '=like', 'a%')]"
        with self.assertRaises(AccessError):
            mailing.body_html = f'<p t-if="object.filtered_domain({domain})">x</p>'

    def test_a_field_for_a_group_is_only_for_that_group(self):
        field = self.env["crm.lead"]._fields["referred"]
        self.patch(field, "groups", "base.group_system")
        with self.assertRaises(AccessError):
            self._lead_mailing(self.author, subject="{{ object.referred }}")
        self.author.group_ids += self.env.ref("base.group_system")
        self._lead_mailing(self.author, subject="{{ object.referred }}")

    def test_records_of_others_models_are_closed_to_who_may_not_read_them(self):
        mailer = mail_new_test_user(
            self.env,
            login="merge_mailer",
            groups="campaign_desk.group_campaign_author",
        )
        rules = MergeRules(self.env["crm.lead"], mailer)
        self.assertTrue(rules.is_strict)
        with self.assertRaises(AccessError) as caught:
            self._lead_mailing(mailer, subject="{{ object.name }}")
        self.assertIn("object.name", str(caught.exception))

    def test_errors_say_what_to_do(self):
        mailing = self._lead_mailing(self.author)
        for text, words in (
            ("{{ object.compny }}", "there is no field “compny”"),
            ("{{ object.name.x }}", "“object.name” does not lead to one record"),
            ("{{ object.is_rainbowman_x }}", "there is no field"),
            ("{{ format_date(object.name) }}", "cannot be formatted so"),
            ("{{ format_date(object.date_deadline, 'QQQQQQQQ') }}", "formatted so"),
            ("{{ format_datetime(object.date_closed, tz='Mars/One') }}", "Mars/One"),
            ("{{ object.active }}", "on condition of it"),
            ("{{ object.a.b.c.d.e }}", "goes too far"),
        ):
            with self.subTest(text), self.assertRaises(ValidationError) as caught:
                mailing.subject = text
            self.assertIn(words, str(caught.exception))
        for condition, words in (
            ("object.expected_revenue == 'x'", "compares what cannot be compared"),
            ("object.partner_id == 1", "compares what cannot be compared"),
            ("object.filtered_domain(['|', ('name', '=', 1)])", "cannot be"),
            ("object.filtered_domain([('compny', '=', 1)])", "there is no field"),
        ):
            with self.subTest(condition), self.assertRaises(UserError) as caught:
                mailing.body_html = f'<p t-if="{condition}">x</p>'
            self.assertIn(words, str(caught.exception))

    def test_the_author_cannot_be_chosen(self):
        mailing = self._lead_mailing(self.author, content_author_id=self.editor.id)
        self.assertEqual(mailing.content_author_id, self.author)
        mailing.content_author_id = self.editor
        self.assertEqual(mailing.content_author_id, self.author)
        self.assertEqual(mailing.copy().content_author_id, self.author)

    def test_the_recipients_model_is_part_of_what_is_checked(self):
        mailing = self._lead_mailing(self.author, subject="{{ object.contact_name }}")
        with self.assertRaises(ValidationError):
            mailing.mailing_model_id = self.env["ir.model"]._get("mailing.list")

    # ------------------------------------------------------------
    # What comes another way
    # ------------------------------------------------------------

    def test_code_that_came_another_way_is_not_run(self):
        for engine in ("desk", "standard"):
            mailing = self._lead_mailing(self.author, delivery_engine=engine)
            mailing.sudo().body_html = (
                "<t t-out=\"env['res.users'].search([]).login\"/>"
            )
            self.assertEqual(mailing.content_author_id, self.author)
            with (
                self.subTest(engine),
                mute_logger(
                    "odoo.addons.mass_mailing.models.mailing",
                    "odoo.addons.base.models.ir_cron",
                ),
            ):
                mailing = mailing.sudo()
                with self.assertRaises(UserError):
                    mailing._render_field("body_html", self.leads.ids)
                if engine == "desk":
                    with self.assertRaises(UserError):
                        mailing.action_launch()
                else:
                    with self.assertRaises(AccessError):
                        mailing.action_send_mail()
            self.assertFalse(self.mailbox.mails)

    def test_a_composer_does_not_lend_the_rights_of_a_mailing(self):
        mailing = self._lead_mailing(self.editor, delivery_engine="standard")
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.author)
            .create(
                {
                    "composition_mode": "mass_mail",
                    "model": "crm.lead",
                    "res_ids": repr(self.leads.ids),
                    "mass_mailing_id": mailing.id,
                    "subject": "x",
                    "body": "<t t-out=\"env['res.users'].sudo().search([])\"/>",
                }
            )
        )
        with self.assertRaises(AccessError):
            composer._action_send_mail()

    # ------------------------------------------------------------
    # Values
    # ------------------------------------------------------------

    def _sent(self, engine, **values):
        """Send to both leads; return the pages and subjects by address."""
        mailing = self._lead_mailing(self.author, delivery_engine=engine, **values)
        self.mailbox.mails.clear()
        if engine == "desk":
            self._send(mailing.sudo())
            mails = {
                address: self.mailbox.message_to(address)
                for address in self.mailbox.recipients
            }
            return mailing, {
                address: (
                    mail["Subject"],
                    mail.get_body(("html",)).get_content().replace("\r\n", "\n"),
                )
                for address, mail in mails.items()
            }
        with self.mock_mail_gateway(mail_unlink_sent=False):
            mailing.sudo().action_send_mail()
        return mailing, {
            mail.recipient_ids.email or mail.email_to: (
                mail.subject,
                str(mail.body_html),
            )
            for mail in self._new_mails
        }

    def _values(self, page):
        """Return the texts of the paragraphs that have a name."""
        texts = lxml_html.fromstring(page).xpath("//*[@id]")
        return {one.get("id"): " ".join(one.text_content().split()) for one in texts}

    def test_both_engines_show_the_same_values(self):
        # Odoo's own mails would find that Bo's lead is a duplicate: none is
        pages = {}
        for engine in ("desk", "standard"):
            _mailing, mails = self._sent(engine, body_html=BODY, subject=SUBJECT)
            self.assertEqual(set(mails), {"ann@example.com", "bo@example.com"}, engine)
            pages[engine] = {
                address: (subject, self._values(page))
                for address, (subject, page) in mails.items()
            }
        self.assertEqual(pages["desk"], pages["standard"])
        subject, ann = pages["desk"]["ann@example.com"]
        self.assertIn("All good Two", subject.replace("*", ""))
        self.assertEqual(
            ann,
            {
                "name": 'Dear Ann "<script>x</script> Bcc: evil@example.com,',
                "partner": "Ann <b>& Co",
                "country": "Belgique",
                "type": "Opportunité",
                "tags": "Blue, Green <i>",
                "deadline": "01/03/2026",
                "month": "mars",
                "closed": "02/03/2026 05:30:00",
                "hour": "05:30",
                "revenue": "$ 1 234,50",
                "amount": "$ 1 234,50",
                "round": "1 234",
                "chance": "12,25",
                "number": "7",
                "about": "All goodTwo",
                "who": "neighbour",
                "found": "Ann",
                "late": "late",
            },
        )
        _subject, bo = pages["desk"]["bo@example.com"]
        self.assertEqual(
            {
                name: bo[name]
                for name in ("name", "country", "tags", "deadline", "month")
            },
            {
                "name": "Dear customer,",
                "country": "nowhere",
                "tags": "none",
                "deadline": "soon",
                "month": "soon",
            },
        )
        self.assertEqual((bo["revenue"], bo["chance"]), ("a lot", "0.00"))
        self.assertEqual((bo["who"], bo["type"]), ("other", "Lead"))
        self.assertNotIn("found", bo)
        self.assertNotIn("late", bo)

    def test_nothing_from_data_gets_out_of_its_place(self):
        for engine in ("desk", "standard"):
            _mailing, mails = self._sent(engine, body_html=BODY, subject=SUBJECT)
            subject, page = mails["ann@example.com"]
            with self.subTest(engine):
                self.assertNotIn("<script", page)
                self.assertNotIn("onclick", page)
                self.assertNotRegex(subject, r"[\r\n]")
                self.assertIn("All", subject)
                self.assertNotIn("<b>good", subject)
                self.assertIn("<b>good</b>", page)
                self.assertNotIn("alert(1)", mails["bo@example.com"][1])
        urls = self.env["link.tracker"].search([]).mapped("url")
        self.assertIn(
            "https://shop.example.com/in/Rome%20&%20%3CCo%3E?q=Ann%20%22%3Cscript%3Ex"
            "%3C%2Fscript%3E%0D%0ABcc%3A%20evil%40example.com",
            urls,
        )

    # ------------------------------------------------------------
    # Required fields
    # ------------------------------------------------------------

    def test_who_lacks_a_required_field_gets_no_mail_and_the_others_do(self):
        for engine in ("desk", "standard"):
            for values in (
                {"subject": "For {{ required(object.city) }}"},
                {"body_html": '<p t-out="required(object.city)"/>'},
                {"body_html": '<p t-out="required(object.partner_id.country_id)"/>'},
                {"body_html": '<a t-att-href="required(object.city)">x</a>'},
            ):
                with self.subTest(engine, **values):
                    mailing, mails = self._sent(engine, **values)
                    self.assertEqual(set(mails), {"ann@example.com"})
                    traces = mailing.sudo().mailing_trace_ids
                    [trace] = traces.filtered(
                        lambda one: one.res_id == self.leads[1].id
                    )
                    self.assertEqual(trace.trace_status, "cancel")
                    self.assertEqual(trace.failure_type, "merge_empty")
                    self.assertRegex(
                        trace.failure_reason,
                        "^A required merge field is empty: (City|.* › Country)$",
                    )
                    if engine == "desk":
                        self.assertEqual(mailing.state, "done")

    def test_a_required_field_of_what_is_not_shown_stops_nothing(self):
        body = (
            '<p t-if="object.city"><t t-out="required(object.city)"/></p>'
            '<p t-else="">x</p>'
        )
        for engine in ("desk", "standard"):
            _mailing, mails = self._sent(engine, body_html=body)
            self.assertEqual(len(mails), 2, engine)

    def test_a_test_mail_says_what_is_missing(self):
        mailing = self._lead_mailing(self.author, subject="{{ required(object.city) }}")
        with self.assertRaises(UserError) as caught:
            mailing._render_field("subject", self.leads[1].ids)
        self.assertIn("A required merge field is empty: City", str(caught.exception))

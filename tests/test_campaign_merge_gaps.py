"""Campaign: before a mail leaves it is known who lacks what it says."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WAY_OUT, DeskCommon


@tagged("-at_install", "post_install")
class TestMergeGaps(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.ann = cls._contact("Ann", "ann@example.com")
        cls.bo = cls._contact("Bo", "bo@example.com")
        cls.cy = cls._contact(False, "cy@example.com")
        cls.stranger = cls._contact(False, "stranger@example.com", cls.list_two)
        cls.ann.country_id = cls.env.ref("base.be")
        cls.ann.company_name = "Ann & Co"
        cls.bo.country_id = cls.env["res.country"].create(
            {"name": "Nowhere", "code": "XN"}
        )
        cls.bo.country_id.currency_id = cls.env.ref("base.EUR")
        cls.ann.country_id.currency_id = False
        cls.ann.tag_ids = cls.env["res.partner.category"].create({"name": "Blue"})

    def _gaps(self, body, **values):
        mailing = self._mailing(body_html=body + WAY_OUT, subject="News", **values)
        return mailing, {gap["path"]: gap for gap in mailing._merge_field_gaps()}

    def test_who_lacks_what(self):
        mailing, gaps = self._gaps(
            '<t t-out="object.name">you</t><t t-out="required(object.company_name)"/>'
            '<t t-out="object.country_id.currency_id"/><t t-out="object.tag_ids"/>'
            "<t t-out=\"format_date(object.create_date) or 'soon'\"/>"
            '<a t-attf-href="https://example.com/{{ object.country_id.code }}">x</a>'
            '<p t-if="object.is_blacklisted">x</p>',
            preview="{{ object.name }}",
        )
        self.assertEqual(
            {
                path: (gap["has_fallback"], gap["is_required"], gap["count"])
                for path, gap in gaps.items()
            },
            {
                "name": (False, False, 1),
                "company_name": (False, True, 2),
                "country_id.currency_id": (False, False, 2),
                "tag_ids": (False, False, 2),
                "create_date": (True, False, 0),
                "country_id.code": (False, False, 1),
            },
        )
        self.assertEqual(gaps["country_id.code"]["label"], "Country › Country Code")
        action = mailing.action_view_merge_gap("country_id.currency_id")
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.ann + self.cy)
        with self.assertRaises(UserError):
            mailing.action_view_merge_gap("email")

    def test_every_language_counts(self):
        mailing, gaps = self._gaps('<t t-out="object.name">you</t>')
        self.assertTrue(gaps["name"]["has_fallback"])
        self.env["campaign.mail.translation"].create(
            {"mailing_id": mailing.id, "lang": "fr_FR", "subject": "{{ object.name }}"}
        )
        [gap] = mailing._merge_field_gaps()
        self.assertFalse(gap["has_fallback"])

    def test_what_cannot_be_searched_for_is_told_to_be_unknown(self):
        mailing, gaps = self._gaps(
            '<t t-out="object.parent_id.contact_address"/>',
            mailing_model_id=self.env["ir.model"]._get_id("res.partner"),
        )
        self.assertIsNone(gaps["parent_id.contact_address"]["count"])
        with self.assertRaises(UserError):
            mailing.action_view_merge_gap("parent_id.contact_address")

    def test_numbers_and_yes_or_no(self):
        self.ann.message_bounce = 3
        _mailing, gaps = self._gaps('<t t-out="object.message_bounce"/>')
        self.assertEqual(gaps["message_bounce"]["count"], 2)

    def test_the_pre_flight_tells(self):
        mailing, _gaps = self._gaps(
            '<t t-out="object.name"/><t t-out="required(object.company_name)"/>'
            "<t t-out=\"object.country_id.name or 'x'\"/>"
        )
        self.env["campaign.mail.translation"].create(
            {"mailing_id": mailing.id, "lang": "fr_FR"}
        )
        found = mailing._preflight_gaps()
        self.assertEqual(
            [(one.code, one.level, one.values.get("count")) for one in found],
            [
                ("merge_gap", "warning", 1),
                ("merge_gap", "warning", 2),
                ("merge_gap", "info", 1),
                ("language_copied", "warning", None),
            ],
        )
        [line] = (one for one in mailing.preflight() if "Company Name" in one["title"])
        people = self.env[line["action"]["res_model"]].search(line["action"]["domain"])
        self.assertEqual(people, self.bo + self.cy)

    def test_problems_are_said_not_raised(self):
        mailing, _gaps = self._gaps('<t t-out="object.name"/>')
        self.assertEqual(mailing._merge_field_problems(), [])
        self.env.cr.execute(
            "UPDATE mailing_mailing SET subject = '{{ object.compny }}',"
            " content_author_id = %s WHERE id = %s",
            [self.user_marketing.id, mailing.id],
        )
        mailing.invalidate_recordset()
        group = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= group
        [problem] = mailing._merge_field_problems()
        self.assertIn("there is no field “compny”", problem)
        self.assertEqual(mailing._merge_field_gaps(), [])

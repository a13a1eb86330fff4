"""Merge fields and languages, in a browser, by an author without other rights."""

from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import WAY_OUT
from .test_ui import ScreenCommon

BODY = (
    '<div class="o_layout oe_unremovable oe_unmovable o_basic_theme" '
    f'data-name="Mailing"><p>Since</p>{WAY_OUT}</div>'
)


@tagged("-at_install", "post_install")
class TestMergeScreens(ScreenCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.config_parameter"].set_param(
            "mail.restrict.template.rendering", "True"
        )
        template_editors = cls.env.ref("mail.group_mail_template_editor")
        cls.env.ref("base.group_user").implied_ids -= template_editors
        cls.author = mail_new_test_user(
            cls.env,
            login="merge_screen_author",
            password="merge_screen_author",
            groups="campaign_desk.group_campaign_author",
        )

    def test_a_field_with_a_fallback_and_a_language(self):
        mailing = self._mailing(
            subject="News for", body_arch=BODY, body_html=BODY, user_id=self.author.id
        )
        self.start_tour(
            f"/odoo/action-mass_mailing.mailing_mailing_action_mail/{mailing.id}",
            "campaign_desk_merge_fields",
            login=self.author.login,
        )
        self.assertEqual(
            mailing.subject, "News for {{ object.company_name ||| your company }}"
        )
        field = (
            "required(format_datetime(object.create_date, tz=object.partner_id.tz, "
            "dt_format='y'))"
        )
        self.assertIn(field, mailing.body_html)
        self.assertEqual(mailing.content_author_id, self.author)
        translation = mailing.translation_ids
        self.assertEqual(
            (translation.lang, translation.subject), ("fr_FR", "Nouvelles")
        )
        self.assertIn(field, translation.body_html)
        self.assertEqual(translation.state, "current")

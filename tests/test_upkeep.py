"""Settings, access rights, and copies of a database."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..hooks import pre_init_hook
from ..tools.delivery import FAILURE_UNKNOWN
from .common import DeskCommon


@tagged("-at_install", "post_install")
class TestUpkeep(DeskCommon):
    def test_engine_of_new_mailings(self):
        self.assertEqual(self._mailing().delivery_engine, "desk")
        settings = self.env["res.config.settings"].create(
            {"campaign_delivery_engine": "standard"}
        )
        settings.execute()
        self.assertEqual(self._mailing().delivery_engine, "standard")

    def test_mailings_of_the_composer_are_odoos(self):
        partner = self.env["res.partner"].create({"name": "P", "email": "p@x.example"})
        composer = (
            self.env["mail.compose.message"]
            .with_context(active_ids=partner.ids, active_model="res.partner")
            .create(
                {
                    "composition_mode": "mass_mail",
                    "mass_mailing_name": "By the way",
                    "model": "res.partner",
                    "subject": "S",
                    "body": "<p>B</p>",
                }
            )
        )
        with self.mock_mail_gateway():
            composer._action_send_mail()
        self.assertEqual(composer.mass_mailing_id.delivery_engine, "standard")

    def test_leases_are_for_administrators(self):
        lease = self.env["campaign.sending.lease"].create(
            {"mailing_id": self._mailing().id}
        )
        for user in (self.user_marketing, self.user_employee):
            with self.assertRaises(AccessError):
                lease.with_user(user).read(["lane"])
        administrator = lease.with_user(self.user_admin)
        self.assertTrue(administrator.read(["lane"]))
        for operation in (
            lambda: administrator.write({"lane": 1}),
            administrator.unlink,
            lambda: administrator.create({"mailing_id": lease.mailing_id.id}),
        ):
            with self.assertRaises(AccessError):
                operation()

    def test_only_marketing_people_retry(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        trace = mailing.mailing_trace_ids
        trace.trace_status = "error"
        with self.assertRaises(AccessError):
            trace.with_user(self.user_employee).action_retry()
        with self.assertRaises(AccessError):
            mailing.with_user(self.user_employee).action_retry_sending()
        trace.with_user(self.user_marketing).action_retry()
        self.assertEqual(trace.trace_status, "outgoing")

    def test_marketing_user_sends(self):
        self._contact("C", "c@example.com")
        mailing = self._mailing(user_id=self.user_marketing.id)
        mailing.with_user(self.user_marketing).action_launch()
        self._dispatch()
        self._run_lane()
        self.assertEqual(mailing.state, "done")
        self.assertEqual(self.mailbox.recipients, ["c@example.com"])

    def test_mailings_that_odoo_began_stay_with_odoo(self):
        begun, draft = self._mailing(state="sending"), self._mailing()
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE mailing_mailing DROP COLUMN delivery_engine")
        pre_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(begun.delivery_engine, "standard")
        self.assertEqual(draft.delivery_engine, "desk")

    def test_neutralized_copy_sends_nothing(self):
        waiting = self._contact("Waiting", "waiting@example.com")
        taken = self._contact("Taken", "taken@example.com")
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        traces = {trace.res_id: trace for trace in mailing.mailing_trace_ids}
        traces[taken.id].trace_status = "process"
        self.env.flush_all()
        with file_open("campaign_desk/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(mailing.state, "draft")
        self.assertEqual(self._states(mailing), {taken.id: ("error", FAILURE_UNKNOWN)})
        self._dispatch()
        self._run_lane()
        self.assertFalse(self.mailbox.mails)
        # sent again on purpose, it reaches who was not mailed, with Odoo's engine too
        mailing.delivery_engine = "standard"
        self.assertEqual(mailing._get_remaining_recipients(), waiting.ids)

"""Who may do what: every model × role × operation, and whose records."""

from itertools import zip_longest

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_campaign_record import CampaignCommon

OPERATIONS = {"c": "create", "r": "read", "u": "write", "d": "unlink"}
ROLES = {
    "employee": "base.group_user",
    "viewer": "campaign_desk.group_campaign_viewer",
    "author": "campaign_desk.group_campaign_author",
    "user": "mass_mailing.group_mass_mailing_user",
    "manager": "campaign_desk.group_campaign_manager",
    "admin": "base.group_system",
    "responder": "campaign_desk.group_response_user",
    "lead": "campaign_desk.group_response_manager",
}

# What each role may do with each model, in the order of ROLES. Every model of ours has
# to stand here, and those of Odoo's that are about mails and their recipients. Roles
# that a line leaves out may do nothing.
RIGHTS = {
    # campaign
    "utm.campaign": "cru cru crud crud crud crud cru cru",
    "mailing.mailing": "- r crud crud crud crud",
    "mailing.list": "- r cru crud crud -",
    "mailing.contact": "- - cru crud crud -",
    "mailing.subscription": "- - cru crud crud -",
    "campaign.calendar.entry": "- r ru ru ru -",
    "campaign.template": "- r crud crud crud crud",
    "campaign.template.version": "- r ru ru ru ru",
    "campaign.mail.translation": "- r crud crud crud crud",
    "campaign.segment": "- r crud crud crud -",
    "campaign.segment.condition": "- r crud crud crud -",
    "campaign.contact.import": "- - crud crud crud -",
    "campaign.contact.import.column": "- - crud crud crud -",
    "campaign.contact.import.line": "- - r r r -",
    # sending
    "mailing.trace": "- - cru crud crud -",
    "mailing.trace.report": "- r r r r -",
    "campaign.sending.account": "- r r r cru crud",
    "campaign.warmup.step": "- - r r crud crud",
    "campaign.pacing.rule": "- - r r crud crud",
    "campaign.provider.group": "- r r r crud crud",
    "campaign.answer.rule": "- - r r crud crud",
    "campaign.send.window": "- - r r crud crud",
    "campaign.sending.pace": "- - r r rd rd",
    "campaign.sending.batch": "- r r r r r",
    "campaign.sending.lease": "- - - - - r",
    "campaign.mail.domain": "- - - - - r",
    # tracking
    "campaign.inbound": "- - - r r rd",
    "campaign.bounce.policy": "- - r r crud crud",
    "campaign.suppression": "- - r cru cru crud",
    "campaign.hit": "- - - - - r",
    "campaign.event": "- - r r r rd",
    "campaign.engagement": "- - r r r -",
    "campaign.preference": "- - cru cru cru crud",
    # response
    "campaign.response": "- - - - - rud ru rud",
    "campaign.response.reader": "- - - - - r r r",
    "campaign.response.label": "- - - - - r r r",
    "campaign.response.ask": "- - - - - ru ru ru",
    "campaign.intent": "- - - - - ru r ru",
    "campaign.topic": "- - - - - crud r crud",
    "campaign.topic.word": "- - - - - crud r crud",
    "campaign.response.correction": "- - - - - r - r",
    "campaign.label.report": "- - - - - r - r",
    "campaign.nlp.model": "- - - - - r - r",
    "campaign.nlp.figure": "- - - - - r - r",
    "campaign.theme": "- - - - - r - r",
    "campaign.analysis.service": "- - - - - crud",
    "campaign.response.tag": "- - - - - crud cr crud",
    "campaign.team": "- - - - - crud ru crud",
    "campaign.team.member": "- - - - - crud crud crud",
    "campaign.routing.rule": "- - - - - crud r crud",
    "campaign.service.level": "- - - - - crud r crud",
    "campaign.service.clock": "- - - - - r r r",
    "campaign.service.level.report": "- - - - - r - r",
    "campaign.act.policy": "- - - - - crud r crud",
    "campaign.response.act": "- - - - - r r r",
    "campaign.answer.template": "- - - - - crud r crud",
    "campaign.consent": "- - r r r r",
    "campaign.signup": "- - r r r rd",
    "campaign.provider.day": "- - - - - r",
    "campaign.provider.report": "- r r r r -",
    # hygiene
    "campaign.hygiene.check": "- - r crud crud -",
    "campaign.hygiene.finding": "- - r r r -",
    "campaign.hygiene.action": "- - r r r -",
    "campaign.hygiene.change": "- - r r r -",
    "campaign.sunset.policy": "- - r r crud -",
    "campaign.sunset.case": "- - r r r -",
}


@tagged("-at_install", "post_install")
class TestRoles(CampaignCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: new_test_user(cls.env, f"role_{role}", group)
            for role, group in ROLES.items()
        }
        cls.colleague = new_test_user(
            cls.env, "colleague", "campaign_desk.group_campaign_author"
        )

    def test_every_model(self):
        for name, expected in RIGHTS.items():
            granted_to = zip_longest(ROLES, expected.split(), fillvalue="-")
            for role, rights in granted_to:
                model = self.env[name].with_user(self.users[role])
                granted = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if model.has_access(operation)
                )
                with self.subTest(model=name, role=role):
                    self.assertEqual(granted or "-", rights)

    def test_no_model_is_forgotten(self):
        ours = {
            name
            for name, model in self.env.items()
            if model._original_module == "campaign_desk"
            and not model._abstract
            and not model._transient
        }
        self.assertFalse(ours - RIGHTS.keys(), "These models have no line in RIGHTS.")

    def test_authors_change_their_own(self):
        campaign = self._campaign()
        campaign.action_send()
        self._dispatch()
        mailing = campaign.mail_id
        for other in (self.colleague, self.users["employee"], self.users["viewer"]):
            with self.subTest(other=other.login):
                theirs = campaign.with_user(other)
                self.assertTrue(theirs.title)
                for change in (
                    lambda one: one.write({"title": "Mine now"}),
                    lambda one: one.action_pause_sending(),
                    lambda one: one.action_cancel_campaign(),
                    lambda one: one.unlink(),
                ):
                    with self.assertRaises(AccessError):
                        change(theirs)
        with self.assertRaises(AccessError):
            mailing.with_user(self.colleague).subject = "Mine now"
        with self.assertRaises(AccessError):
            mailing.with_user(self.colleague).action_cancel_sending()
        with self.assertRaises(AccessError):
            mailing.mailing_trace_ids.with_user(self.colleague).action_retry()
        campaign.with_user(self.users["user"]).title = "Better"
        campaign.action_pause_sending()
        self.assertEqual(campaign.state, "paused")

    def test_viewers_see_figures_and_no_address(self):
        campaign = self._campaign()
        campaign.action_send()
        self._run_jobs()
        viewer = self.users["viewer"]
        seen = campaign.with_user(viewer)
        self.assertEqual(seen.delivery_count, 1)
        self.assertEqual(seen.get_sending_status()["sent"], 1)
        self.assertEqual(seen.mailing_mail_ids.received_ratio, 100)
        for name in ("mailing.contact", "mailing.trace", "mailing.subscription"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(viewer).search([])
        with self.assertRaises(AccessError):
            seen.mailing_mail_ids.mailing_trace_ids.mapped("email")
        form = seen.get_view(view_type="form")["arch"]
        self.assertNotIn("action_view_recipients", form)
        self.assertNotIn('name="action_send"', form)

    def test_companies_do_not_see_each_other(self):
        campaign = self._campaign()
        campaign.action_send()
        self._run_jobs()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "campaign_desk.group_campaign_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for record in (campaign, campaign.mail_id, campaign.mail_id.mailing_trace_ids):
            found = record.with_user(stranger).search([("id", "in", record.ids)])
            self.assertFalse(found, record._name)
            with self.assertRaises(AccessError):
                record.with_user(stranger).check_access("read")
        entries = self.env["campaign.calendar.entry"].with_user(stranger)
        self.assertFalse(entries.search([("campaign_id", "=", campaign.id)]))

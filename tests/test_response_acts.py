"""Response: what follows from replies by itself, at one click, and back again."""

from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .response_case import ActsCommon


@tagged("-at_install", "post_install")
class TestActPolicies(ActsCommon):
    def test_by_itself_where_it_is_sure_else_proposed(self):
        for sure, state in ((0.95, "done"), (0.8, "done"), (0.79, "proposed")):
            with self.subTest(sure):
                response = self._response({"interested": sure}, email=f"{sure}@x.test")
                self.assertEqual(
                    self._act_of(response, "lead").state, state, self._acts(response)
                )
                act = self._act_of(response, "lead")
                self.assertIn("Interested", act.reason)
                self.assertIn(str(round(sure * 100)), act.reason)
                self.assertEqual(act.by_itself, state == "done")

    def test_twice_does_no_more_than_once(self):
        response = self._response(["interested", "meeting_request", "objection_timing"])
        before = self._acts(response)
        leads = self.env["crm.lead"].search_count([])
        response._act()
        response._act()
        self.assertEqual(self._acts(response), before)
        self.assertEqual(self.env["crm.lead"].search_count([]), leads)

    def test_what_a_person_took_back_is_not_done_again(self):
        response = self._response(["interested"])
        act = self._act_of(response, "lead")
        response.with_user(self.responder).action_undo(act.id)
        response._act()
        self.assertIn(("lead", "undone"), self._acts(response))
        self.assertFalse(response.lead_id)
        self.assertEqual(self._shown(response, "lead")["state"], "possible")

    def test_what_a_person_dismissed_is_not_proposed_again(self):
        response = self._response({"interested": 0.6})
        act = self._act_of(response, "lead")
        response.with_user(self.responder).action_dismiss(act.id)
        response._act()
        self.assertEqual(act.state, "dismissed")
        self.assertFalse(
            [
                one
                for one in self._acts(response)
                if one[1] == "proposed" and one[0] == "lead"
            ]
        )

    def test_proposals_follow_a_correction(self):
        response = self._response({"interested": 0.6})
        self.assertIn(("lead", "proposed"), self._acts(response))
        response.label_ids.unlink()
        response.intent_ids = self.env.ref("campaign_desk.intent_not_interested")
        response._act()
        self.assertFalse(response.act_ids)

    def test_a_person_s_word_is_sure(self):
        response = self._response({"interested": 0.3}, act=False)
        response.label_ids.source = "person"
        response._act()
        self.assertEqual(self._act_of(response, "lead").state, "done")

    def test_exact_rules_only(self):
        policy = self.env.ref("campaign_desk.act_policy_unsubscribe_opt_out")
        policy.exact_only = True
        response = self._response({"unsubscribe": 0.97})
        self.assertEqual(self._act_of(response, "opt_out").state, "proposed")
        exact = self._response({"unsubscribe": 0.99}, "STOP", act=False)
        exact.label_ids.evidence = [
            {"source": "rule", "text": "STOP", "weight": 1, "rule": "exact"}
        ]
        exact._act()
        self.assertEqual(self._act_of(exact, "opt_out").state, "done")
        self.assertIn("STOP", self._act_of(exact, "opt_out").reason)

    def test_never(self):
        self.env["campaign.act.policy"].search([("code", "=", "lead")]).mode = "never"
        response = self._response(["interested"])
        self.assertNotIn("lead", [code for code, _state in self._acts(response)])

    def test_a_company_s_own_row_counts(self):
        other = self.env["res.company"].create({"name": "Other"})
        policies = self.env["campaign.act.policy"]
        values = {
            "intent_id": self.env.ref("campaign_desk.intent_interested").id,
            "code": "lead",
            "mode": "never",
        }
        policies.create({**values, "company_id": other.id})
        self.assertIn(("lead", "done"), self._acts(self._response(["interested"])))
        own = policies.create({**values, "company_id": self.company.id})
        self.assertNotIn("lead", dict(self._acts(self._response(["interested"]))))
        own.active = False
        self.assertIn("lead", dict(self._acts(self._response(["interested"]))))

    def test_selling_waits_for_a_person_where_somebody_is_angry(self):
        response = self._response(["interested", "complaint"])
        self.assertEqual(self._act_of(response, "lead").state, "proposed")

    def test_what_is_not_understood_has_nothing_follow(self):
        response = self._response(["interested"], analysis_state="failed")
        self.assertFalse(response.act_ids)

    def test_bold_policies_are_refused(self):
        policy = self.env.ref("campaign_desk.act_policy_unsubscribe_opt_out")
        with self.assertRaisesRegex(ValidationError, "0.8"):
            policy.min_confidence = 0.5
        policy.write({"min_confidence": 0.5, "exact_only": True})
        with self.assertRaisesRegex(ValidationError, "0.8"):
            self.env.ref("campaign_desk.act_policy_meeting_meeting").write(
                {"mode": "auto", "min_confidence": 0.7}
            )

    @mute_logger("odoo.sql_db")
    def test_one_row_for_each_case(self):
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env.ref("campaign_desk.act_policy_interested_lead").copy()

    @mute_logger("odoo.sql_db")
    def test_one_act_is_live(self):
        response = self._response(["interested"])
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._act_of(response, "lead").copy()

    def test_hindrance_is_told(self):
        response = self._response(
            ["objection_timing"],
            user_id=False,
            follow_up_date=fields.Date.today() + timedelta(days=30),
        )
        act = self._act_of(response, "reminder")
        self.assertEqual(act.state, "proposed")
        self.assertIn("nobody is responsible", act.reason)
        response.user_id = self.responder  # then it happens by itself
        self.assertEqual(act.state, "done")

    def test_absence_proposes_the_stand_in(self):
        response = self._response(
            kind="out_of_office",
            text="I am away. Please contact Eva Stand, eva.stand@customer.example",
        )
        act = self._act_of(response, "referral")
        self.assertEqual((act.state, act.kind), ("proposed", "out_of_office"))
        self.assertEqual(act.key, "eva.stand@customer.example")


@tagged("-at_install", "post_install")
class TestActRights(ActsCommon):
    def test_who_may_act(self):
        response = self._response({"interested": 0.6})
        act = self._act_of(response, "lead")
        employee = new_test_user(self.env, "emp", "base.group_user")
        portal = new_test_user(self.env, "portal", "base.group_portal")
        for user in (self.stranger, employee, portal):
            theirs = response.with_user(user)
            for attempt in (
                lambda one: one.action_do("lead"),
                lambda one: one.action_undo(act.id),
                lambda one: one.action_dismiss(act.id),
                lambda one: one.get_acts(),
                lambda one: one.get_meeting_choices(),
                lambda one: one.get_suggested_answers(),
            ):
                with self.assertRaises(AccessError):
                    attempt(theirs)
        self.assertEqual(act.state, "proposed")
        own = response.with_user(self.responder)
        self.assertFalse(
            self.env["crm.lead"].with_user(self.responder).has_access("read")
        )
        own.action_do("lead")
        self.assertTrue(response.lead_id)
        # made for them, but CRM is still not theirs to see
        self.assertFalse(self._shown(response, "lead")["target"])
        with self.assertRaises(AccessError):
            own.action_view_lead()

    def test_acts_of_other_responses(self):
        one = self._response({"interested": 0.6})
        other = self._response({"interested": 0.6}, user_id=False, team_id=False)
        act = self._act_of(other, "lead")
        with self.assertRaises(UserError):
            one.with_user(self.responder).action_undo(act.id)
        with self.assertRaises(UserError):
            one.with_user(self.responder).action_dismiss(act.id)
        self.assertFalse(act.with_user(self.responder).has_access("read"))

    def test_in_the_list_of_acts(self):
        response = self._response({"interested": 0.95})
        act = self._act_of(response, "lead")
        self.assertEqual(act.state, "done")
        mine = act.with_user(self.responder)
        # the opportunity is not theirs to see, so it opens the reply
        for action in (mine.action_open(), mine.action_open_response()):
            shown = action["res_model"], action["res_id"]
            self.assertEqual(shown, (response._name, response.id))
        self.assertEqual(act.action_open()["res_model"], "crm.lead")
        for attempt in ("action_open", "action_open_response", "action_undo"):
            with self.subTest(attempt), self.assertRaises(AccessError):
                getattr(act.with_user(self.stranger), attempt)()
        self.assertEqual(act.state, "done")
        mine.action_undo()
        self.assertEqual((act.state, act.undone_by_id), ("undone", self.responder))
        self.assertFalse(response.lead_id)

    def test_the_log_is_written_by_acts_only(self):
        response = self._response({"interested": 0.6})
        act = self._act_of(response, "lead").with_user(self.responder)
        self.assertEqual(act.state, "proposed")
        with self.assertRaises(AccessError):
            act.state = "done"
        with self.assertRaises(AccessError):
            act.unlink()

    def test_unknown_acts(self):
        response = self._response().with_user(self.responder)
        for code in ("unlink", "", "lead_id", None, "__class__"):
            with self.assertRaises(UserError):
                response.action_do(code)


@tagged("-at_install", "post_install")
class TestActLead(ActsCommon):
    def test_lead(self):
        mailing = self._mailing(campaign_id=self.campaign.id)
        response = self._response(
            ["interested", "pricing_request"],
            "Sounds good <script>alert(1)</script>\nWhat does it cost?",
            mailing_id=mailing.id,
            ask_ids=[(0, 0, {"kind": "question", "sentence": "What does <it> cost?"})],
        )
        lead = response.lead_id
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.partner_id, self.ann)
        self.assertEqual(lead.email_normalized, "ann@customer.example")
        self.assertEqual(lead.campaign_id, self.campaign)
        self.assertEqual(lead.source_id, mailing.source_id)
        self.assertEqual(lead.medium_id, mailing.medium_id)
        self.assertEqual(lead.campaign_mailing_id, mailing)
        self.assertEqual(lead.campaign_intent_ids, response.intent_ids)
        self.assertIn("What does &lt;it&gt; cost?", lead.description)
        self.assertNotIn("<script", lead.description)
        self.assertEqual(lead.campaign_response_count, 1)
        # Ben does not sell: CRM's own rules find somebody
        self.assertNotEqual(lead.user_id, self.responder)
        self.assertEqual(lead.campaign_response_ids, response)

    def test_owner_who_sells(self):
        self.responder.group_ids += self.env.ref("sales_team.group_sale_salesman")
        response = self._response(["interested"])
        self.assertEqual(response.lead_id.user_id, self.responder)
        self.assertEqual(
            self._shown(response, "lead")["target"]["id"], response.lead_id.id
        )

    def test_open_one_is_used_again(self):
        first = self._response(["interested"])
        second = self._response(["pricing_request"])
        self.assertEqual(second.lead_id, first.lead_id)
        self.assertIn("Added to", self._act_of(second, "lead").summary)
        notes = first.lead_id.message_ids
        second.with_user(self.responder).action_undo(self._act_of(second, "lead").id)
        self.assertFalse(second.lead_id)
        self.assertEqual(len(first.lead_id.message_ids), len(notes) - 1)
        for how in ("action_set_lost", "action_set_won"):
            lead = self._response(["interested"]).lead_id
            getattr(lead, how)()
            self.assertNotEqual(self._response(["interested"]).lead_id, lead)

    def test_somebody_else_s_is_not(self):
        self.env["crm.lead"].create({"name": "Other", "email_from": "bob@x.test"})
        nobody = self.env["crm.lead"].create({"name": "Without address"})
        response = self._response(
            ["interested"], partner_id=False, email=False, email_from=False
        )
        self.assertNotEqual(response.lead_id, nobody)

    def test_undo(self):
        response = self._response(["interested"])
        lead = response.lead_id
        act = self._act_of(response, "lead")
        response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(lead.exists())
        self.assertEqual((act.state, act.undone_by_id), ("undone", self.responder))
        response.with_user(self.responder).action_do("lead")
        self.assertTrue(response.lead_id)
        response.lead_id.message_post(body="Called them", message_type="comment")
        with self.assertRaisesRegex(UserError, "worked on"):
            response.with_user(self.responder).action_undo(
                self._act_of(response, "lead").id
            )
        self.assertTrue(response.lead_id)

    def test_contact_is_made_when_there_is_none(self):
        response = self._response(
            ["interested"], partner_id=False, email="new@x.test", author_name="New One"
        )
        self.assertEqual(response.partner_id.name, "New One")
        self.assertEqual(response.lead_id.partner_id.email, "new@x.test")

    def test_what_was_done_keeps_its_name(self):
        self.responder.group_ids += self.env.ref("sales_team.group_sale_salesman")
        response = self._response({"interested": 0.6})
        self.assertEqual(self._shown(response, "lead")["label"], "Make an opportunity")
        response.with_user(self.responder).action_do("lead")
        shown = self._shown(response, "lead")
        self.assertEqual(
            (shown["state"], shown["label"]), ("done", "Make an opportunity")
        )
        other = self._response({"interested": 0.6})
        self.assertIn("open opportunity", self._shown(other, "lead")["label"])


@tagged("-at_install", "post_install")
class TestActReminder(ActsCommon):
    def setUp(self):
        super().setUp()
        self.day = fields.Date.today() + timedelta(days=40)

    def test_reminder(self):
        response = self._response(["objection_timing"], follow_up_date=self.day)
        [activity] = response.activity_ids
        self.assertEqual(activity.date_deadline, self.day)
        self.assertEqual(activity.user_id, self.responder)
        response.follow_up_date = self.day + timedelta(days=3)
        self.assertEqual(activity.date_deadline, self.day + timedelta(days=3))
        response.user_id = self.stranger
        self.assertEqual(activity.user_id, self.stranger)
        response.user_id = self.responder
        act = self._act_of(response, "reminder")
        response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(response.activity_ids)

    def test_no_day_nothing_by_itself(self):
        response = self._response(["objection_timing"])
        self.assertFalse(response.activity_ids)
        shown = self._shown(response, "reminder")
        self.assertEqual(shown["state"], "possible")
        response.with_user(self.responder).action_do(
            "reminder", {"date": self.day.isoformat()}
        )
        self.assertEqual(response.activity_ids.date_deadline, self.day)

    def test_bad_days(self):
        response = self._response().with_user(self.responder)
        past = fields.Date.today() - timedelta(days=1)
        for day in ("soon", past.isoformat(), "2999-01-01", "<b>", 7):
            with self.assertRaises(UserError):
                response.action_do("reminder", {"date": day})
        self.assertFalse(response.activity_ids)

    def test_day_that_is_over(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        response = self._response(["objection_timing"], follow_up_date=yesterday)
        self.assertFalse(response.act_ids)


@tagged("-at_install", "post_install")
class TestActTicket(ActsCommon):
    def test_hidden_without_help_desk(self):
        self.assertNotIn("helpdesk.ticket", self.env)
        response = self._response(["question"])
        codes = [a["code"] for a in response.with_user(self.responder).get_acts()]
        self.assertNotIn("ticket", codes)
        with self.assertRaisesRegex(UserError, "help desk"):
            response.with_user(self.responder).action_do("ticket")

    def test_ticket(self):
        # No help desk is here to test with; a model with some of its fields will do.
        self.patch(
            type(self.env["campaign.response"]),
            "_ticket_model",
            lambda _self: "crm.lead",
        )
        response = self._response(["question"], "It <b>broke</b>")
        self.assertEqual(self._act_of(response, "ticket").state, "proposed")
        response.with_user(self.responder).action_do("ticket")
        act = self._act_of(response, "ticket")
        ticket = act._target()
        self.assertEqual((ticket.name, ticket.partner_id), (response.subject, self.ann))
        self.assertIn("It &lt;b&gt;broke", ticket.description)
        response.with_user(self.responder).action_undo(act.id)
        self.assertFalse(ticket.exists())

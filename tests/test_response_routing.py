"""Response: rules, the choice among a team, and why."""

from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .response_common import RoutingCommon


@tagged("-at_install", "post_install")
class TestRoutingRules(RoutingCommon):
    def _takes(self, rule, **values):
        """Return whether a rule takes a reply with these values."""
        reply = self._reply(**values)
        reply._route()
        return rule in reply.routing_rule_ids

    def test_first_match_wins(self):
        other = self._team("Sales", self.ann)
        self._rule("Later", sequence=20)
        self._rule(
            "Prices",
            sequence=10,
            team_id=other.id,
            intent_ids=[(4, self._intent("pricing_request").id)],
        )
        price, hello = self._reply(), self._reply()
        price.intent_ids = self._intent("pricing_request")
        (price | hello)._route()
        self.assertEqual(price.team_id, other)
        self.assertEqual(price.user_id, self.ann)
        self.assertEqual(hello.team_id, self.team)
        self.assertEqual(
            price.routed_because, "Rule “Prices” → team Sales; only Ann is free."
        )

    def test_what_goes_on_adds_and_does_not_decide(self):
        tag = self.env["campaign.response.tag"].create({"name": "VIP"})
        urgent = self._rule(
            "Urgent", sequence=1, is_continue=True, team_id=False, priority="2"
        )
        urgent.tag_ids = tag
        high = self._rule("If urgent", sequence=2, priority_from="2")
        reply = self._reply()
        reply._route()
        self.assertEqual(reply.priority, "2")
        self.assertEqual(reply.tag_ids, tag)
        self.assertEqual(reply.routing_rule_ids, urgent | high)
        self.assertEqual(reply.team_id, self.team)
        self.assertEqual(urgent.match_count, 1)

    def test_conditions_on_what_it_says(self):
        campaign, other = self.env["utm.campaign"].create(
            [{"title": "Spring"}, {"title": "Autumn"}]
        )
        topic = self.env["campaign.topic"].search([], limit=1)
        german = (
            self.env["res.lang"]
            .with_context(active_test=False)
            .search([("code", "=", "de_DE")])
        )
        for condition, fits, misses in (
            (
                {"campaign_ids": campaign.ids},
                {"campaign_id": campaign.id},
                {"campaign_id": other.id},
            ),
            (
                {"intent_ids": self._intent("thanks").ids},
                {"intent_ids": self._intent("thanks").ids},
                {"intent_ids": self._intent("other").ids},
            ),
            (
                {"sentiment": "negative"},
                {"sentiment": "negative"},
                {"sentiment": "positive"},
            ),
            ({"topic_ids": topic.ids}, {"topic_ids": topic.ids}, {}),
            ({"language_ids": german.ids}, {"language": "de"}, {"language": "en"}),
            ({"language_ids": german.ids}, {"language": "de"}, {"language": False}),
            ({"priority_from": "1"}, {"priority": "2"}, {"priority": "0"}),
        ):
            with self.subTest(condition=condition):
                rule = self._rule(**condition)
                self.assertTrue(self._takes(rule, **fits))
                self.assertFalse(self._takes(rule, **misses))
                rule.active = False

    def test_conditions_on_who_writes(self):
        germany, france = self.env.ref("base.de"), self.env.ref("base.fr")
        bavaria = self.env.ref("base.state_de_by")
        munich = self.env["res.partner"].create(
            {
                "name": "M",
                "country_id": germany.id,
                "state_id": bavaria.id,
                "zip": "80331",
                "user_id": self.ann.id,
            }
        )
        nice = self.env["res.partner"].create(
            {"name": "N", "country_id": france.id, "zip": "06000"}
        )
        for condition in (
            {"country_ids": germany.ids},
            {"state_ids": bavaria.ids},
            {"zip_prefixes": "81, 80"},
            {"owner_ids": self.ann.ids},
            {"is_owned": True},
        ):
            with self.subTest(condition=condition):
                rule = self._rule(**condition)
                self.assertTrue(self._takes(rule, partner_id=munich.id))
                self.assertFalse(self._takes(rule, partner_id=nice.id))
                self.assertFalse(self._takes(rule))
                rule.active = False

    def test_domain_with_its_subdomains_only(self):
        rule = self._rule(sender_domains="Example.COM, @acme.example")
        self.assertTrue(self._takes(rule, email="a@example.com"))
        self.assertTrue(self._takes(rule, email="a@mail.example.com"))
        self.assertTrue(self._takes(rule, email="a@acme.example"))
        self.assertFalse(self._takes(rule, email="a@badexample.com"))
        self.assertFalse(self._takes(rule, email="a@example.com.evil.example"))
        self.assertFalse(self._takes(rule, email=False))
        with self.assertRaisesRegex(ValidationError, "write it like"):
            rule.sender_domains = "https://example.com"

    def test_value_of_open_deals(self):
        company, other = self.env["res.partner"].create(
            [
                {"name": "Acme", "is_company": True},
                {"name": "Other", "is_company": True},
            ]
        )
        writer = self.env["res.partner"].create({"name": "W", "parent_id": company.id})
        self.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {value}",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "expected_revenue": value,
                    "user_id": self.cleo.id,
                }
                for partner, value in ((company, 600), (writer, 500), (other, 9000))
            ]
        )
        rule = self._rule(deal_value_from=1100)
        self.assertTrue(self._takes(rule, partner_id=writer.id))
        rule.deal_value_from = 1101
        self.assertFalse(self._takes(rule, partner_id=writer.id))

    def test_the_account_owner(self):
        partner = self.env["res.partner"].create({"name": "P", "user_id": self.ann.id})
        rule = self._rule("Owners", assign_to="owner")
        reply = self._reply(partner_id=partner.id)
        reply._route()
        self.assertEqual(reply.user_id, self.ann)
        self.assertEqual(
            reply.routed_because,
            "Rule “Owners” → team DACH; Ann is the account owner.",
        )
        stranger = self._reply()
        stranger._route()
        self.assertIn(stranger.user_id, self.ben | self.cleo)
        self.assertIn("there is no account owner; it was", stranger.routed_because)
        # who cannot open replies is given none
        partner.user_id = self.env.ref("base.public_user")
        rule.flush_recordset()
        later = self._reply(partner_id=partner.id)
        later._route()
        self.assertIn(later.user_id, self.ben | self.cleo)

    def test_a_person_who_is_away_is_stood_in_for(self):
        self._rule("Ben's", assign_to="person", user_id=self.ben.id)
        reply = self._reply()
        reply._route()
        self.assertEqual(reply.user_id, self.ben)
        self._member(self.ben).away_until = fields.Date.today() + timedelta(days=3)
        later = self._reply()
        later._route()
        self.assertEqual(later.user_id, self.cleo)
        self.assertEqual(
            later.routed_because,
            "Rule “Ben's” → team DACH; Ben cannot take it now; only Cleo is free.",
        )

    def test_rules_have_a_result(self):
        with self.assertRaisesRegex(ValidationError, "needs a team"):
            self._rule(team_id=False)
        with self.assertRaisesRegex(ValidationError, "needs a person"):
            self._rule(assign_to="person", user_id=False)
        employee = self.env.ref("base.public_user")
        with self.assertRaisesRegex(ValidationError, "role “Responder”"):
            self._rule(assign_to="person", user_id=employee.id)
        company = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "another company"):
            self._rule(company_id=company.id)

    def test_other_companies_have_their_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        rule = self._rule()
        reply = self._reply(company_id=other.id)
        reply._route()
        self.assertFalse(reply.routing_rule_ids)
        self.assertNotEqual(reply.team_id, self.team)
        self.assertTrue(reply.team_id.is_fallback)
        self.assertEqual(reply.team_id.company_id, other)
        self.assertEqual(rule.match_count, 0)

    def test_nothing_is_lost_without_set_up(self):
        [team] = self.env["campaign.team"].search(
            [("is_fallback", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertTrue(team.user_id)
        self.assertIn(team.user_id, team.member_ids.user_id)
        reply = self._reply()
        reply._route()
        self.assertEqual(reply.team_id, team)
        self.assertIn("No rule takes it → team", reply.routed_because)

    def test_fallback_is_always_there(self):
        team = self.env["campaign.team"]._fallback(self.company)
        with self.assertRaisesRegex(ValidationError, "Choose another team"):
            team.active = False
        with self.assertRaisesRegex(UserError, "Choose another team"):
            team.unlink()
        self.team.is_fallback = True
        self.assertFalse(team.is_fallback)
        team.active = False
        reply = self._reply()
        reply._route()
        self.assertEqual(reply.team_id, self.team)

    def test_archived_team_gets_nothing_and_gives_up_its_queue(self):
        other = self._team("Old", self.ann, mode="manual")
        self._rule("To the old one", team_id=other.id)
        reply = self._reply()
        reply._route()
        self.assertEqual(reply.team_id, other)
        other.active = False
        self.assertEqual(
            reply.team_id, self.env["campaign.team"]._fallback(self.company)
        )
        late = self._reply()
        late._route()
        self.assertNotEqual(late.team_id, other)

    def test_trial_says_which_rule_and_changes_nothing(self):
        self._rule("Prices", intent_ids=self._intent("pricing_request").ids)
        self._rule("The rest", sequence=20)
        reply = self._reply(intent_ids=self._intent("thanks").ids)
        with Form(self.env["campaign.routing.trial"].with_user(self.boss)) as form:
            form.response_id = reply
            trial = form.save()
        self.assertEqual(
            trial.line_ids.mapped("mismatch"), ["its intents are Thanks", False]
        )
        self.assertEqual(
            trial.result, "“The rest” takes it: team DACH, who it is the turn of."
        )
        self.assertFalse(reply.team_id)
        self.assertFalse(reply.user_id)


@tagged("-at_install", "post_install")
class TestGivingOut(RoutingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule()

    def _routed(self, **values):
        reply = self._reply(**values)
        reply._route()
        return reply

    def test_in_turn(self):
        replies = [self._routed() for _number in range(4)]
        users = [reply.user_id for reply in replies]
        self.assertEqual(users[:2], users[2:])
        self.assertNotEqual(users[0], users[1])
        self.assertEqual(
            replies[0].routed_because,
            "Rule “All” → team DACH; it was Ben's turn of those who are at work.",
        )

    def test_fewest_open_who_speak_it(self):
        german = (
            self.env["res.lang"]
            .with_context(active_test=False)
            .search([("code", "=", "de_DE")])
        )
        self.team.mode = "load"
        self.team.member_ids.language_ids = german
        for _number in range(2):
            self._reply(team_id=self.team.id, user_id=self.ben.id)
        for _number in range(3):
            self._reply(team_id=self.team.id, user_id=self.cleo.id)
        self._reply(team_id=self.team.id, user_id=self.ben.id, state="done")
        reply = self._routed(language="de")
        self.assertEqual(reply.user_id, self.ben)
        self.assertEqual(
            reply.routed_because,
            "Rule “All” → team DACH; Ben has the fewest open replies (2) of those who "
            "speak German and are at work.",
        )
        other = self._routed(language="pt")
        self.assertIn("nobody there speaks Portuguese; ", other.routed_because)
        self.assertTrue(other.user_id)

    def test_a_batch_needs_few_queries(self):
        """What one portion gives out counts for the rest of it."""
        self.team.mode = "load"
        replies = self.env["campaign.response"].concat(
            *(self._reply() for _number in range(20))
        )
        replies._route()
        self.assertEqual(len(replies.filtered(lambda r: r.user_id == self.ben)), 10)
        self.assertEqual(len(replies.filtered(lambda r: r.user_id == self.cleo)), 10)

    def test_a_thousand_replies(self):
        """With capacity and hours of their own: fair, and nobody has too much."""
        crew = self.ben | self.cleo | self.ann
        team = self._team("Crew", crew, keep_owner=False, calendar_id=self.calendar.id)
        self.rule.team_id = team
        self._member(self.ann, team).capacity = 20
        afternoon = self.calendar.copy({"name": "Afternoon"})
        afternoon.attendance_ids.hour_from = 13
        self._member(self.cleo, team).calendar_id = afternoon
        responses = self.env["campaign.response"]
        start = datetime(2026, 11, 23, 8)  # Monday, 9:00 in Berlin
        for portion in range(40):
            with freeze_time(start + timedelta(minutes=12 * portion)):
                replies = responses.create(
                    [
                        {
                            "company_id": self.company.id,
                            "received_at": fields.Datetime.now(),
                            "email": f"p{portion}n{number}@example.com",
                            "kind": "human",
                        }
                        for number in range(25)
                    ]
                )
                replies._route()
        given = dict(
            responses._read_group([("team_id", "=", team.id)], ["user_id"], ["__count"])
        )
        self.assertEqual(sum(given.values()), 1000)
        self.assertNotIn(responses.user_id.browse(), given, "somebody always has room")
        self.assertEqual(given[self.ann], 20)
        # 20 portions before 13:00 (with Ann's 20), 20 from then on
        self.assertAlmostEqual(given[self.cleo], 250, delta=2)
        self.assertAlmostEqual(given[self.ben], 730, delta=2)

    def test_same_person_for_the_same_contact(self):
        first = self._routed(email="x@example.com")
        other = self._routed()
        self.assertNotEqual(first.user_id, other.user_id)
        again = self._routed(email="x@example.com")
        self.assertEqual(again.user_id, first.user_id)
        self.assertIn(
            f"{first.user_id.name} had this contact before.", again.routed_because
        )
        self.team.keep_owner = False
        turn = self._routed(email="x@example.com")
        self.assertIn("turn of those", turn.routed_because)

    def test_off_hours(self):
        self.team.calendar_id = self.calendar
        early = self.calendar.copy({"name": "Early"})
        early.attendance_ids.hour_from = 7
        self._member(self.cleo).calendar_id = early
        with freeze_time("2026-11-27 20:00:00"):  # a Friday evening
            night = self._routed()
            self.assertEqual(night.user_id, self.cleo)
            self.assertEqual(
                night.routed_because,
                "Rule “All” → team DACH; nobody is at work; Cleo's hours begin first "
                "(Mon 07:00).",
            )
            self.team.off_hours = "wait"
            waiting = self._routed()
            self.assertFalse(waiting.user_id)
            self.assertIn("nobody is at work, so it waits", waiting.routed_because)
        with freeze_time("2026-11-30 06:30:00"):  # Monday, 7:30 in Berlin
            self._hand_out()
        self.assertEqual(waiting.user_id, self.cleo)
        self.assertEqual(
            waiting.routed_because, "From the queue of team DACH; only Cleo is free."
        )

    def test_leave(self):
        self.team.calendar_id = self.calendar
        resource = self.env["resource.resource"].create(
            {
                "name": "Ben",
                "user_id": self.ben.id,
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Skiing",
                "resource_id": resource.id,
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-23 00:00:00",
                "date_to": "2026-11-25 23:59:59",
            }
        )
        with freeze_time("2026-11-24 10:00:00"):
            self.assertEqual(self._member(self.ben).availability, "away")
            self.assertEqual(self._routed().user_id, self.cleo)
            self.assertEqual(self._routed().user_id, self.cleo)
            self._member(self.cleo).away_until = "2026-11-25"
            self.assertFalse(self._routed().user_id)
        with freeze_time("2026-11-25 10:00:00"):
            self.assertEqual(self._routed().user_id, self.cleo)
        with freeze_time("2026-11-26 10:00:00"):
            self.env.invalidate_all()
            self.assertEqual(self._member(self.ben).availability, "here")

    def test_who_takes_none(self):
        self._member(self.ben).is_taking = False
        self.assertEqual([self._routed().user_id for _n in range(2)], [self.cleo] * 2)
        self.cleo.active = False
        reply = self._routed()
        self.assertFalse(reply.user_id)
        self.assertIn("nobody there takes replies", reply.routed_because)

    def test_by_hand(self):
        self.team.mode = "manual"
        reply = self._routed()
        self.assertEqual(reply.team_id, self.team)
        self.assertFalse(reply.user_id)
        self._hand_out()
        self.assertFalse(reply.user_id)

    def test_oldest_first_when_somebody_frees(self):
        self.team.member_ids.capacity = 1
        first, second = self._routed(), self._routed()
        now = fields.Datetime.now()
        newer = self._routed(received_at=now - timedelta(hours=1))
        older = self._routed(received_at=now - timedelta(hours=2))
        urgent = self._routed(priority="1")
        self.assertFalse((newer | older | urgent).user_id)
        self.assertIn("at capacity", older.routed_because)
        self._hand_out()
        self.assertFalse((newer | older | urgent).user_id)
        first.state = "done"
        self._hand_out()
        self.assertEqual(urgent.user_id, first.user_id)
        self.assertFalse(older.user_id)
        second.state = "waiting"
        self._hand_out()
        self.assertEqual(older.user_id, second.user_id)
        self.assertFalse(newer.user_id)
        self._member(self.ben).capacity = 2
        self._hand_out()
        self.assertEqual(newer.user_id, self.ben)

    def test_freeing_wakes_the_job(self):
        self.team.member_ids.capacity = 1
        first, _second, waiting = self._routed(), self._routed(), self._routed()
        self.assertFalse(waiting.user_id)
        job = self.env.ref("campaign_desk.ir_cron_hand_out")
        for change in (
            lambda: first.with_user(first.user_id).write({"state": "done"}),
            lambda: self._member(self.ben).write({"capacity": 5}),
            lambda: self.team.write({"mode": "load"}),
        ):
            triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
            triggers.unlink()
            change()
            self.assertTrue(triggers.search_count([("cron_id", "=", job.id)]))

    def test_another_process_gives_out(self):
        """Then it stays in the queue, and the job finds somebody."""
        with patch.object(type(self.team), "_lock_turns", lambda _team: False):
            reply = self._routed()
        self.assertFalse(reply.user_id)
        self.assertEqual(reply.team_id, self.team)
        self.assertIn("next free member gets it", reply.routed_because)
        self._hand_out()
        self.assertTrue(reply.user_id)

    def test_a_conversation_stays_with_its_team(self):
        other = self._team("Sales", self.ann)
        reply = self._routed(team_id=other.id)
        self.assertEqual(reply.team_id, other)
        self.assertEqual(reply.user_id, self.ann)
        self.assertEqual(
            reply.routed_because, "It stays with team Sales; only Ann is free."
        )

    def test_who_has_one_keeps_it(self):
        reply = self._reply(user_id=self.ann.id)
        reply._route()
        self.assertEqual(reply.user_id, self.ann)
        self.assertFalse(reply.team_id)
        reply.with_user(self.boss).action_route_again()
        self.assertEqual(reply.team_id, self.team)
        self.assertIn(reply.user_id, self.ben | self.cleo)


@tagged("-at_install", "post_install")
class TestSilence(RoutingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule()
        cls.team.write({"silence_hours": 4, "calendar_id": cls.calendar.id})

    def test_passed_on_after_working_hours(self):
        with freeze_time("2026-11-27 14:00:00"):  # Friday, 15:00 in Berlin
            reply = self._reply()
            reply._route()
            before = reply.user_id
            self.assertEqual(reply.silence_at, datetime(2026, 11, 30, 10))
        with freeze_time("2026-11-30 09:59:00"):
            self._hand_out()
            self.assertEqual(reply.user_id, before)
        with freeze_time("2026-11-30 10:00:00"):
            self._hand_out()
        self.assertNotEqual(reply.user_id, before)
        self.assertIn(reply.user_id, self.ben | self.cleo)
        self.assertEqual(reply.reassign_count, 1)
        note = f"Passed on from {before.name} to {reply.user_id.name}"
        self.assertIn(note, reply.routed_because)
        self.assertIn(note, "".join(reply.message_ids.mapped("body")))
        with freeze_time("2026-11-30 15:00:00"):
            self._hand_out()  # there is nobody else
            [activity] = reply.activity_ids
            self.assertEqual(activity.user_id, self.ann)
            self.assertIn("nobody to pass it on to", str(activity.note))
            self._hand_out()
            self.assertEqual(len(reply.activity_ids), 1)

    def test_who_looks_at_it_keeps_it(self):
        with freeze_time("2026-11-24 09:00:00"):
            opened, begun, ours = (self._reply() for _number in range(3))
            (opened | begun | ours)._route()
            owner = opened.user_id
            opened.with_user(self.boss)._opened()
            self.assertTrue(opened.silence_at)
            opened.with_user(owner)._opened()
            self.assertFalse(opened.silence_at)
            begun.with_user(begun.user_id).state = "open"
            ours._answered(ours.user_id, fields.Datetime.now())
        owners = [one.user_id for one in (opened, begun, ours)]
        with freeze_time("2026-11-26 09:00:00"):
            self._hand_out()
        self.assertEqual([one.user_id for one in (opened, begun, ours)], owners)

    def test_limit(self):
        self.team.reassign_limit = 0
        with freeze_time("2026-11-24 09:00:00"):
            reply = self._reply()
            reply._route()
            owner = reply.user_id
        with freeze_time("2026-11-26 09:00:00"):
            self._hand_out()
        self.assertEqual(reply.user_id, owner)
        self.assertEqual(reply.activity_ids.user_id, self.ann)

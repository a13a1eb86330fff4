"""Response: who has a reply, who may change that, and who sees it."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, Command, api, fields, sql_db
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tests.common import BaseCase, get_db_name

from .response_common import RoutingCommon


@tagged("-at_install", "post_install")
class TestAssigning(RoutingCommon):
    def test_take(self):
        reply = self._reply(team_id=self.team.id)
        reply.with_user(self.ben).action_assign_to_me()
        self.assertEqual(reply.user_id, self.ben)
        self.assertTrue(reply.assigned_at)
        self.assertEqual(reply.routed_because, "Taken by Ben.")
        reply.with_user(self.ben).action_assign_to_me()  # twice is as good as once
        with self.assertRaisesRegex(UserError, "Ben took this first"):
            reply.with_user(self.cleo).action_assign_to_me()
        self.assertEqual(reply.user_id, self.ben)

    def test_take_many(self):
        taken = self._reply(team_id=self.team.id, user_id=self.cleo.id)
        free = self._reply(team_id=self.team.id) | self._reply(team_id=self.team.id)
        notice = (taken | free).with_user(self.ben).action_assign_to_me()
        self.assertEqual(free.user_id, self.ben)
        self.assertEqual(taken.user_id, self.cleo)
        self.assertIn(
            "2 replies are yours now, 1 were not", notice["params"]["message"]
        )

    def test_give(self):
        reply = self._reply(team_id=self.team.id)
        reply.with_user(self.ben).action_assign(self.cleo.id)
        self.assertEqual(reply.user_id, self.cleo)
        self.assertEqual(reply.routed_because, "Assigned by Ben.")
        stranger = new_test_user(self.env, "stranger", "base.group_user", name="Eve")
        with self.assertRaisesRegex(UserError, "Eve cannot open replies"):
            reply.with_user(self.ben).action_assign(stranger.id)
        with self.assertRaises(UserError):
            reply.with_user(self.ben).action_assign(0)
        abroad = self.env["res.company"].create({"name": "Abroad"})
        far = new_test_user(
            self.env,
            "far",
            "campaign_desk.group_response_user",
            company_id=abroad.id,
            company_ids=[Command.set(abroad.ids)],
        )
        with self.assertRaisesRegex(UserError, "does not work for"):
            reply.with_user(self.ben).action_assign(far.id)

    def test_release_goes_to_another(self):
        self._rule()
        reply = self._reply()
        reply._route()
        owner = reply.user_id
        reply.with_user(owner).action_release()
        self.assertFalse(reply.user_id)
        self.assertEqual(reply.routed_because, f"Released by {owner.name}.")
        self._hand_out()
        self.assertTrue(reply.user_id)
        self.assertNotEqual(reply.user_id, owner)

    def test_leaving_gives_back(self):
        reply = self._reply(team_id=self.team.id, user_id=self.ben.id)
        done = self._reply(team_id=self.team.id, user_id=self.ben.id, state="done")
        self._member(self.ben).unlink()
        self.assertFalse(reply.user_id)
        self.assertEqual(done.user_id, self.ben)
        self._hand_out()
        self.assertEqual(reply.user_id, self.cleo)
        self.cleo.active = False
        self.assertFalse(reply.user_id)


@tagged("-at_install", "post_install")
class TestAnnouncing(RoutingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.ben.notification_type = "inbox"
        cls._member(cls.cleo).unlink()
        cls._rule()

    def _told(self):
        return self.env["mail.notification"].search_count(
            [("res_partner_id", "=", self.ben.partner_id.id)]
        )

    def _route(self, count):
        for _number in range(count):
            self._reply()._route()
        self.env.cr.execute(
            "UPDATE campaign_response SET assigned_at = now() - interval '2 minutes'"
            " WHERE is_to_announce"
        )
        self.env.invalidate_all()

    def test_few_one_by_one(self):
        self._route(3)
        self.assertEqual(self._told(), 0, "told a minute later, with what comes after")
        self._hand_out()
        self.assertEqual(self._told(), 3)
        self._hand_out()
        self.assertEqual(self._told(), 3)

    def test_many_at_once(self):
        self._route(12)
        self._hand_out()
        self.assertEqual(self._told(), 1)
        message = self.env["mail.message"].search(
            [("notification_ids.res_partner_id", "=", self.ben.partner_id.id)]
        )
        self.assertEqual(message.subject, "You have 12 new replies")
        self.assertIn("and 2 more", str(message.body))

    def test_by_a_colleague(self):
        reply = self._reply(team_id=self.team.id)
        reply.with_user(self.ben).action_assign_to_me()
        self.assertEqual(self._told(), 0, "who takes one knows it")
        other = self._reply(team_id=self.team.id)
        other.with_user(self.boss).action_assign(self.ben.id)
        self.assertEqual(self._told(), 1)

    def test_hostile_subjects_are_shown_as_text(self):
        for _number in range(5):
            self._reply(subject="<img src=x onerror=alert(1)>")._route()
        self._route(0)
        self._hand_out()
        message = self.env["mail.message"].search(
            [("notification_ids.res_partner_id", "=", self.ben.partner_id.id)]
        )
        self.assertNotIn("<img", str(message.body))


@tagged("-at_install", "post_install")
class TestTeamRoles(RoutingCommon):
    def _seen_by(self, user):
        return self.env["campaign.response"].with_user(user).search([])

    def test_leaving_takes_the_view_away(self):
        ours = self._reply(team_id=self.team.id)
        theirs = self._reply(team_id=self._team("Other", self.ann).id)
        self.assertIn(ours, self._seen_by(self.ben))
        self.assertNotIn(theirs, self._seen_by(self.ben))
        self._member(self.ben).is_taking = False
        self.assertIn(ours, self._seen_by(self.ben))
        self._member(self.ben).unlink()
        self.assertNotIn(ours, self._seen_by(self.ben))
        with self.assertRaises(AccessError):
            ours.with_user(self.ben).check_access("read")
        self.assertIn(theirs, self._seen_by(self.boss))

    def test_leaders_see_and_manage_their_team(self):
        reply = self._reply(team_id=self.team.id)
        self.assertIn(reply, self._seen_by(self.ann))
        team = self.team.with_user(self.ann)
        team.silence_hours = 2
        team.member_ids[0].capacity = 7
        new = new_test_user(self.env, "dora", "campaign_desk.group_response_user")
        team.member_ids = [Command.create({"user_id": new.id})]
        self.assertIn(new, self.team.member_ids.user_id)
        other = self._team("Other", self.ben)
        for change in (
            lambda: other.with_user(self.ann).write({"name": "Mine"}),
            lambda: other.member_ids.with_user(self.ann).write({"capacity": 1}),
            lambda: other.member_ids.with_user(self.ann).unlink(),
            lambda: other.with_user(self.ann).write(
                {"member_ids": [Command.create({"user_id": self.ann.id})]}
            ),
            lambda: self.team.with_user(self.ben).write({"silence_hours": 1}),
            lambda: self._member(self.cleo).with_user(self.ben).write({"capacity": 1}),
            lambda: self.team.with_user(self.ann).unlink(),
            lambda: self._rule().with_user(self.ann).write({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                change()
        other.with_user(self.boss).name = "Better"

    def test_everybody_says_when_they_are_away(self):
        member = self._member(self.ben)
        until = fields.Date.add(fields.Date.today(), days=4)
        member.with_user(self.ben).action_set_away(until)
        self.assertEqual(member.away_until, until)
        with self.assertRaises(AccessError):
            member.with_user(self.cleo).action_set_away(False)
        with self.assertRaisesRegex(ValidationError, "has come already"):
            member.with_user(self.ben).action_set_away("2020-01-01")
        member.with_user(self.ann).action_set_away(False)
        self.assertFalse(member.away_until)

    def test_members_have_the_role(self):
        employee = new_test_user(self.env, "employee", "base.group_user", name="Eve")
        with self.assertRaisesRegex(ValidationError, "Eve cannot see replies"):
            self._team("Wrong", employee)
        with self.assertRaisesRegex(ValidationError, "Eve cannot lead"):
            self.team.user_id = employee

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "campaign_desk.group_response_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        rule = self._rule()
        self.env["campaign.service.level"].create(
            {"name": "L", "first_answer_hours": 1}
        )
        for records in (
            self.team,
            self.team.member_ids,
            rule,
            self.env["campaign.service.level"].search([("name", "=", "L")]),
            self._reply(team_id=self.team.id),
        ):
            with self.subTest(model=records._name):
                found = records.with_user(stranger).search([("id", "in", records.ids)])
                self.assertFalse(found)

    def test_figures(self):
        now = fields.Datetime.now()
        self._reply(team_id=self.team.id, user_id=self.ben.id)
        self._reply(team_id=self.team.id)
        self._reply(team_id=self.team.id, state="done")
        self._reply(team_id=self.team.id, kind="out_of_office")
        for hours in (2, 4):
            answered = self._reply(team_id=self.team.id, state="waiting")
            answered.write({"first_answered_at": now, "first_answer_hours": hours})
        team = self.team.with_user(self.ben)
        self.assertEqual(team.open_count, 2)
        self.assertEqual(team.unassigned_count, 1)
        self.assertEqual(team.mine_count, 1)
        self.assertEqual(team.first_answer_hours, 3)
        self.assertEqual(team.member_count, 2)
        self.assertTrue(team.is_mine)
        self.assertTrue(team.sees_replies)
        other = self._team("Other", self.ann)
        self.assertFalse(other.with_user(self.ben).sees_replies)
        self.assertTrue(other.with_user(self.boss).sees_replies)
        self.assertIn(team, team.search([("is_mine", "=", True)]))
        self.assertNotIn(team, team.search([("is_mine", "=", False)]))
        action = team.action_view_unassigned()
        self.assertEqual(action["domain"][0], ("team_id", "=", team.id))
        self.assertEqual(self._member(self.ben).open_count, 1)


@tagged("-at_install", "post_install")
class TestAtTheSameTime(BaseCase):
    """With sessions of its own: in a test's transaction nobody comes in between."""

    def setUp(self):
        super().setUp()
        with self._session() as env:
            group = env.ref("campaign_desk.group_response_user")
            self.users = env["res.users"].create(
                [
                    {
                        "name": name,
                        "login": f"{name}@race",
                        "group_ids": [(4, group.id)],
                    }
                    for name in ("Racer One", "Racer Two")
                ]
            )
            team = env["campaign.team"].create(
                {
                    "name": "Race",
                    "calendar_id": False,
                    "member_ids": [(0, 0, {"user_id": one.id}) for one in self.users],
                }
            )
            replies = env["campaign.response"].create(
                [
                    {
                        "company_id": env.company.id,
                        "received_at": fields.Datetime.now(),
                        "subject": "Race",
                        "kind": "human",
                        "team_id": team.id,
                    }
                    for _number in range(4)
                ]
            )
            self.team_id, self.reply_ids = team.id, replies.ids
            self.user_ids = self.users.ids
            env.cr.commit()
        self.addCleanup(self._remove)

    @contextmanager
    def _session(self, user_id=SUPERUSER_ID):
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, user_id, {"tracking_disable": True})
            cr.rollback()

    def _remove(self):
        with self._session() as env:
            env["campaign.response"].browse(self.reply_ids).unlink()
            env["campaign.team"].browse(self.team_id).unlink()
            partners = env["res.users"].browse(self.user_ids).partner_id
            env["res.users"].browse(self.user_ids).unlink()
            partners.unlink()
            env.cr.commit()

    def test_two_take_the_same_reply(self):
        one_id, two_id = self.user_ids
        with self._session(one_id) as one, self._session(two_id) as two:
            mine = one["campaign.response"].browse(self.reply_ids[0])
            theirs = two["campaign.response"].browse(self.reply_ids[0])
            self.assertFalse(theirs.user_id)  # what the second one sees on the screen
            mine.action_assign_to_me()
            one.flush_all()
            with self.assertRaisesRegex(UserError, "colleague is just taking"):
                theirs.action_assign_to_me()
            one.cr.commit()
            # As Odoo does for every request that comes too late: it tries again.
            with (
                self.assertLogs("odoo.sql_db", "ERROR"),
                self.assertRaisesRegex(UserError, "Racer One took this first"),
            ):
                retrying(theirs.action_assign_to_me, two)
            two.invalidate_all()
            self.assertEqual(theirs.sudo().user_id.id, one_id)

    def test_who_takes_one_is_faster_than_the_job(self):
        with self._session(self.user_ids[0]) as person, self._session() as job:
            job.cr.execute("SELECT 1")  # from here on it does not see what others do
            person["campaign.response"].browse(self.reply_ids[0]).action_assign_to_me()
            person.cr.commit()
            person["campaign.response"].browse(self.reply_ids[1]).action_assign_to_me()
            person.flush_all()
            team = job["campaign.team"].browse(self.team_id)
            with self.assertNoLogs("odoo.sql_db"):
                self.assertEqual(team._hand_out(), 2)
            job.cr.commit()
            person.cr.commit()
            person.invalidate_all()
            replies = person["campaign.response"].sudo().browse(self.reply_ids)
            self.assertEqual(
                replies[:2].mapped("user_id.id"), [self.user_ids[0]], "both are theirs"
            )
            self.assertTrue(all(reply.user_id for reply in replies))

    def test_two_processes_give_out_of_one_team(self):
        """The second one gives out nothing, whether the first has committed or not."""
        with self._session() as one, self._session() as two:
            two.cr.execute("SELECT 1")  # from here on it does not see what others do
            team = one["campaign.team"].browse(self.team_id)
            late = two["campaign.team"].browse(self.team_id)
            self.assertEqual(team._hand_out(), 4)
            one.flush_all()
            self.assertEqual(late._hand_out(), 0)
            one.cr.commit()
            with self.assertNoLogs("odoo.sql_db"):
                self.assertEqual(late._hand_out(), 0)
            two.cr.execute("SELECT 1")  # the transaction goes on
            two.cr.rollback()
            two.invalidate_all()
            shares = two["campaign.response"]._read_group(
                [("id", "in", self.reply_ids)], ["user_id"], ["__count"]
            )
            self.assertEqual(sorted(count for _user, count in shares), [2, 2])
            self.assertEqual(late.turn, 4)

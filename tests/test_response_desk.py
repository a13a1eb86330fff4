"""Response: lists, what is unread, who is there, and what the desk says of set-up."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.response.presence import PRESENT_SECONDS
from ..models.response.protecting import FACTS
from .response_desk import ResponseCommon


@tagged("-at_install", "post_install")
class TestResponseDesk(ResponseCommon):
    # ------------------------------------------------------------
    # Unread, mine, late
    # ------------------------------------------------------------

    def test_unread_is_each_persons_own(self):
        response = self._response()
        of_rita, of_ben = response.with_user(self.rita), response.with_user(self.ben)
        self.assertTrue(of_rita.is_unread)
        of_rita.get_reading()
        self.assertFalse(of_rita.is_unread)
        self.assertTrue(of_ben.is_unread)
        model = self.env["campaign.response"]
        unread = [("is_unread", "=", True)]
        read = [("is_unread", "=", False)]
        self.assertNotIn(response, model.with_user(self.rita).search(unread))
        self.assertIn(response, model.with_user(self.rita).search(read))
        self.assertIn(response, model.with_user(self.ben).search(unread))
        of_rita.action_mark_unread()
        self.assertTrue(of_rita.is_unread)
        self.assertIn(response, model.with_user(self.rita).search(unread))

    def test_nobody_changes_what_came(self):
        """Acts upon others' records are found by it, with more rights than a user's."""
        mine = self._response(user_id=self.rita.id).with_user(self.rita)
        other = self._response(email="eve@other.example")
        for name in sorted(FACTS):
            with self.subTest(name), self.assertRaises(AccessError):
                mine.write({name: other.sudo()[name] or False})
        mine.write({"state": "open", "priority": "1", "follow_up_date": "2037-01-01"})
        self.assertEqual(mine.priority, "1")

    def test_who_may_not_see_it_cannot_touch_it(self):
        response = self._response().with_user(self.olga)
        for name, arguments in (
            ("get_reading", ()),
            ("get_page", ()),
            ("get_campaign_mail", ()),
            ("get_owners", ()),
            ("note_presence", ()),
            ("end_presence", ()),
            ("save_draft", ({"body": "x"},)),
            ("action_mark_read", ()),
            ("action_mark_unread", ()),
            ("action_answer", ("<p>x</p>",)),
            ("action_retry_answer", (1,)),
            ("take_suggested_files", ([1],)),
            ("action_done", ()),
            ("action_take", ()),
            ("action_view_others", ()),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(response, name)(*arguments)
        self.assertEqual(response.get_queue(response.ids), [])
        self.assertFalse(self.env["campaign.response.reader"].search([]))

    def test_counts(self):
        before = self._counts(self.rita)
        self._response()
        self._response(user_id=self.rita.id, state="open")
        self._response(
            user_id=self.ben.id,
            state="open",
            follow_up_date=fields.Date.today() - timedelta(days=2),
        )
        self._response(state="done")
        self._response(kind="auto_reply")
        self._response(team_id=self.support.id)
        after = self._counts(self.rita)
        gained = {name: after[name] - before[name] for name in after}
        self.assertEqual(gained["open"], 3)
        self.assertEqual(gained["unread"], 3)
        self.assertEqual(gained["mine"], 1)
        self.assertEqual(gained["unassigned"], 1)

    def _counts(self, user):
        return self.env["campaign.response"].with_user(user).get_desk()["counts"]

    def test_late(self):
        late, done = self._response(), self._response(state="done")
        (late | done).sla_status = "breached"
        self.assertTrue(late.is_late)
        self.assertFalse(done.is_late)
        both = late | done
        found = both.search([("id", "in", both.ids), ("is_late", "=", True)])
        self.assertEqual(found, late)
        found = both.search([("id", "in", both.ids), ("is_late", "=", False)])
        self.assertEqual(found, done)

    def test_queue(self):
        one, two = self._response(), self._response(author_name="Bo")
        lines = two.with_user(self.rita).get_queue([two.id, one.id])
        self.assertEqual([line["id"] for line in lines], [two.id, one.id])
        self.assertEqual(lines[0]["author"], "Bo")
        self.assertTrue(lines[0]["is_unread"])
        self.assertEqual(lines[0]["intent"], self._intent("pricing_request").name)

    def test_done_and_again(self):
        response = self._response().with_user(self.rita)
        response.action_done()
        self.assertEqual(response.state, "done")
        self.assertTrue(response.closed_at)
        response.action_reopen()
        self.assertEqual(response.state, "open")
        self.assertFalse(response.closed_at)

    # ------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------

    def test_bulk(self):
        responses = self._response() | self._response()
        responses = responses.with_user(self.rita)
        tag = self.env["campaign.response.tag"].create({"name": "Fair"})
        action = responses.action_bulk()
        form = Form(
            self.env["campaign.response.bulk"]
            .with_user(self.rita)
            .with_context(**action["context"])
        )
        form.user_id = self.ben
        form.tag_ids.add(tag)
        form.state = "waiting"
        form.save().action_apply()
        self.assertEqual(responses.user_id, self.ben)
        self.assertEqual(responses.tag_ids, tag)
        self.assertEqual(set(responses.mapped("state")), {"waiting"})
        self.assertFalse(
            any(responses.mapped("priority")) and responses[0].priority != "0"
        )

    def test_bulk_on_others_replies(self):
        response = self._response()
        wizard = self.env["campaign.response.bulk"].with_user(self.olga).create({})
        wizard.sudo().response_ids = response
        wizard.state = "done"
        with self.assertRaises(UserError):  # she sees none of them there
            wizard.action_apply()
        self.assertEqual(response.state, "new")
        with self.assertRaises(UserError):
            self.env["campaign.response"].with_user(self.rita).action_bulk()

    # ------------------------------------------------------------
    # Who else is there
    # ------------------------------------------------------------

    def test_presence(self):
        response = self._response()
        of_rita, of_ben = response.with_user(self.rita), response.with_user(self.ben)
        self.assertEqual(of_rita.note_presence(), [])
        [person] = of_ben.note_presence(is_writing=True)
        self.assertEqual((person["name"], person["is_writing"]), ("Rita", False))
        [person] = of_rita.note_presence()
        self.assertEqual((person["name"], person["is_writing"]), ("Ben", True))
        self.assertEqual(of_rita.get_reading()["people"], [person])
        of_ben.end_presence()
        self.assertEqual(of_rita.note_presence(), [])

    def test_presence_ends_by_itself(self):
        response = self._response()
        response.with_user(self.ben).note_presence(is_writing=True)
        reader = self.env["campaign.response.reader"].search([])
        gone = fields.Datetime.now() - timedelta(seconds=1)
        self.assertLess(
            reader.open_until - fields.Datetime.now(),
            timedelta(seconds=PRESENT_SECONDS + 1),
        )
        self.env.cr.execute(
            "UPDATE campaign_response_reader SET open_until = %s, writing_until = %s",
            (gone, gone),
        )
        self.env.invalidate_all()
        self.assertEqual(response.with_user(self.rita).note_presence(), [])

    def test_presence_tells_the_others_only(self):
        response = self._response()
        response.with_user(self.rita).note_presence()
        self._reset_bus()
        response.with_user(self.ben).note_presence()
        self.assertEqual(self._told(), [(self.rita.partner_id.id, response.id)])
        self._reset_bus()
        response.with_user(self.ben).note_presence()  # nothing new
        self.assertEqual(self._told(), [])
        response.with_user(self.ben).note_presence(is_writing=True)
        self.assertEqual(len(self._told()), 1)

    def _told(self):
        """Return who was told about which reply."""
        self.env.cr.precommit.run()
        found = []
        for line in self.env["bus.bus"].search([]):
            message = json.loads(line.message)
            if message["type"] == "campaign_desk.presence":
                found.append((json.loads(line.channel)[2], message["payload"]["id"]))
        return found

    def test_drafts_are_ones_own(self):
        response = self._response()
        hostile = '<p onclick="x()">Dear Anna<script>x()</script></p>'
        response.with_user(self.rita).save_draft({"body": hostile, "evil": 1})
        draft = response.with_user(self.rita).get_reading()["answer"]["draft"]
        self.assertIn("Dear Anna", draft["body"])
        self.assertNotIn("script", draft["body"])
        self.assertNotIn("onclick", draft["body"])
        self.assertNotIn("evil", draft)
        self.assertFalse(response.with_user(self.ben).get_reading()["answer"]["draft"])
        readers = self.env["campaign.response.reader"]
        self.assertFalse(readers.with_user(self.ben).search([("draft", "!=", False)]))
        response.with_user(self.rita).save_draft(False)
        self.assertFalse(response.with_user(self.rita).get_reading()["answer"]["draft"])

    # ------------------------------------------------------------
    # Set-up
    # ------------------------------------------------------------

    def test_without_a_team(self):
        alone = self.env["campaign.response"].with_user(self.olga)
        self.assertFalse(alone.get_desk()["setup"]["ask"])
        self.support.member_ids.unlink()
        words = alone.get_desk()["setup"]["ask"]
        self.assertIn("Mona", words)
        self.assertFalse(alone.get_desk()["setup"]["steps"])

    def test_steps(self):
        self.env["campaign.team.member"].search([]).unlink()
        desk = self.env["campaign.response"].with_user(self.mona).get_desk()
        steps = {step["code"]: step for step in desk["setup"]["steps"]}
        self.assertEqual(list(steps), ["alias", "mailbox", "team"])
        self.assertFalse(steps["team"]["is_done"])
        # she may not open the settings, and is not led there
        self.assertFalse(steps["alias"]["action"])
        admin = self.env["campaign.response"].with_user(self.env.ref("base.user_admin"))
        steps = {s["code"]: s for s in admin.get_desk()["setup"]["steps"]}
        self.assertTrue(steps["alias"]["action"])

    # ------------------------------------------------------------
    # From other records
    # ------------------------------------------------------------

    def test_smart_buttons(self):
        partner = self.env["res.partner"].create({"name": "Anna"})
        contact = self._contact("Anna", "anna@customer.example")
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        mailing = self._mailing(campaign_id=campaign.id)
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": contact._name,
                "res_id": contact.id,
                "email": contact.email,
            }
        )
        response = self._response(
            partner_id=partner.id,
            contact_id=contact.id,
            campaign_id=campaign.id,
            mailing_id=mailing.id,
            trace_id=trace.id,
        )
        self._response(team_id=self.support.id, partner_id=partner.id)
        self._response(kind="auto_reply", partner_id=partner.id)
        self.rita.group_ids += self.env.ref("mass_mailing.group_mass_mailing_user")
        for record in (partner, contact, campaign, mailing, trace):
            record = record.with_user(self.rita)
            with self.subTest(record._name):
                self.assertEqual(record.campaign_response_count, 1)
                action = record.action_view_responses()
                found = response.with_user(self.rita).search(action["domain"])
                self.assertIn(response, found)
                self.assertEqual(set(found.team_id.ids), {self.sales.id})

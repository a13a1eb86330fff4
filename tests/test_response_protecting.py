"""Response: what the analysis said, and what was noted, is not written over."""

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import Form, tagged

from ..models.response.protecting import FACTS, FINDINGS, NOTES
from .response_desk import ResponseCommon

# Of these Odoo takes no values.
_ODOOS = {"id", "create_uid", "create_date", "write_uid", "write_date"}


@tagged("-at_install", "post_install")
class TestResponseProtecting(ResponseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.env.ref("base.user_admin")
        cls.reply = cls._response(
            user_id=cls.rita.id, analysed_at="2026-11-01 10:00:00"
        )
        cls.label = cls._label(cls.reply, "intent", "pricing_request", "cost")
        cls.people = {"responder": cls.rita, "manager": cls.mona, "admin": cls.root}

    def _call(self, user, model, method, *args, **kwargs):
        """Call a method as a program of the user's does."""
        return call_kw(self.env[model].with_user(user), method, list(args), kwargs)

    def _on_reply(self, user, method, *args, **kwargs):
        ids = self.reply.ids
        return self._call(user, "campaign.response", method, ids, *args, **kwargs)

    def test_every_field_is_peoples_or_protected(self):
        """A new field that people do not write has to stand in one of the lists."""
        readonly = {
            name
            for name, field in self.reply._fields.items()
            if field.store and field.readonly
        }
        protected = FACTS | FINDINGS | NOTES
        self.assertEqual(readonly - _ODOOS, protected - {"label_ids"})

    def test_nobody_writes_what_was_found_or_noted(self):
        values = {
            "sentiment": "negative",
            "sentiment_score": -1.0,
            "kind": "auto_reply",
            "language": "fr",
            "analysis_state": "failed",
            "intent_id": self._intent("complaint").id,
            "intent_ids": [(6, 0, self._intent("complaint").ids)],
            "label_ids": [(5, 0, 0)],
            "routed_because": "I say so.",
            "first_answered_at": "2026-11-01 10:00:00",
            "sla_status": "met",
        }
        before = self.reply.read(list(values))
        for role, user in self.people.items():
            for name in sorted(FINDINGS | NOTES):
                with self.subTest(name, role=role), self.assertRaises(AccessError):
                    self._on_reply(user, "write", {name: values.get(name, False)})
            with self.subTest("web_save", role=role), self.assertRaises(AccessError):
                self._on_reply(user, "web_save", {"kind": "auto_reply"}, {"kind": {}})
        self.assertEqual(self.reply.read(list(values)), before)

    def test_the_error_says_what_to_do(self):
        for values, words in (
            ({"subject": "x", "kind": "human"}, "note"),
            (
                {"sentiment": "negative", "priority": "2"},
                "Sentiment. Correct the label",
            ),
            ({"routed_because": "x"}, "Why Here. Assign"),
        ):
            with self.subTest(values), self.assertRaisesRegex(AccessError, words):
                self._on_reply(self.rita, "write", values)
        self.assertEqual(self.reply.priority, "0")

    def test_nobody_writes_labels_corrections_and_acts(self):
        act = self.env["campaign.response.act"].create(
            {"response_id": self.reply.id, "code": "notify"}
        )
        self._on_reply(self.rita, "action_correct", "sentiment", ["negative"])
        correction = self.reply.correction_ids
        for role, user in self.people.items():
            for record, name, value in (
                (self.label, "code", "complaint"),
                (act, "state", "done"),
                (correction, "after", []),
            ):
                model = record._name
                for method, args in (
                    ("write", (record.ids, {name: value})),
                    ("unlink", (record.ids,)),
                    ("create", ([{"response_id": self.reply.id, name: value}],)),
                ):
                    with (
                        self.subTest(model, method=method, role=role),
                        self.assertRaises(AccessError),
                    ):
                        self._call(user, model, method, *args)
            for name in ("act_ids", "clock_ids", "reader_ids"):
                with self.subTest(name, role=role), self.assertRaises(AccessError):
                    self._on_reply(user, "write", {name: [(0, 0, {"key": "x"})]})

    def test_questions_are_ticked_off_and_given_only(self):
        ask = self.env["campaign.response.ask"].create(
            {
                "response_id": self.reply.id,
                "kind": "question",
                "sentence": "What does it cost?",
            }
        )
        other = self._response(team_id=self.support.id)
        for role, user in self.people.items():
            for name, value in (
                ("sentence", "Nothing"),
                ("kind", "request"),
                ("response_id", other.id),
                ("company_id", False),
            ):
                with self.subTest(name, role=role), self.assertRaises(AccessError):
                    self._call(user, ask._name, "write", ask.ids, {name: value})
            for method, args in (
                ("unlink", (ask.ids,)),
                ("create", ([{"response_id": self.reply.id, "sentence": "x"}],)),
            ):
                with self.subTest(method, role=role), self.assertRaises(AccessError):
                    self._call(user, ask._name, method, *args)
        values = {"is_done": True, "user_id": self.ben.id}
        self._call(self.rita, ask._name, "write", ask.ids, values)
        self.assertEqual((ask.is_done, ask.user_id), (True, self.ben))

    # ------------------------------------------------------------
    # What stays possible
    # ------------------------------------------------------------

    def test_corrections_go_on_by_one_click(self):
        for user, mood in ((self.rita, "negative"), (self.mona, "neutral")):
            with self.subTest(user.name):
                self._on_reply(user, "action_correct", "sentiment", [mood])
                self.assertEqual(self.reply.sentiment, mood)
                correction = self.reply.correction_ids
                self.assertEqual(correction.user_id, user)
                self.assertEqual(correction.after, [mood])

    def test_topics_teach_whatever_the_context_says(self):
        demo = self.env.ref("campaign_desk.topic_demo")
        self._on_reply(
            self.rita,
            "write",
            {"topic_ids": [(6, 0, demo.ids)]},
            context={"campaign_sums_up": True},
        )
        self.assertEqual(self.reply._codes("topic"), ["demo"])
        self.assertEqual(self.reply.correction_ids.axis, "topic")

    def test_reasons_are_noted_whatever_the_context_says(self):
        self._on_reply(
            self.rita,
            "write",
            {"user_id": self.ben.id},
            context={"campaign_desk_quietly": True},
        )
        self.assertEqual(self.reply.routed_because, "Assigned by Rita.")

    def test_who_has_it_is_changed_and_noted(self):
        self._on_reply(self.rita, "action_release")
        self.assertEqual(self.reply.passed_user_ids, self.rita)
        self.assertFalse(self.reply.user_id)
        self._on_reply(self.ben, "action_take")
        self.assertEqual(self.reply.routed_because, "Taken by Ben.")
        self._on_reply(self.ben, "get_reading")
        self.assertTrue(self.reply.opened_at)
        self._on_reply(self.ben, "action_assign", self.rita.id)
        self.assertEqual(self.reply.user_id, self.rita)
        self.assertEqual(self.reply.routed_because, "Assigned by Ben.")
        self._on_reply(self.rita, "action_done")
        self.assertTrue(self.reply.closed_at)
        self._on_reply(self.rita, "action_reopen")
        self.assertFalse(self.reply.closed_at)
        self._on_reply(self.mona, "action_analyse_again")
        self.assertEqual(self.reply.analysis_state, "waiting")

    def test_who_gives_it_to_another_team_may_see_it_no_more(self):
        self.sales.silence_hours = 4
        values = {"user_id": self.olga.id, "team_id": self.support.id}
        self._on_reply(self.rita, "write", values)
        self.assertEqual(self.reply.user_id, self.olga)
        self.assertFalse(self.reply.with_user(self.rita).has_access("read"))

    def test_the_form_saves(self):
        with Form(self.reply.with_user(self.rita)) as form:
            form.priority = "1"
            form.state = "open"
            form.user_id = self.ben
        self.assertEqual(self.reply.user_id, self.ben)
        self.assertEqual(self.reply.priority, "1")

    def test_several_at_once(self):
        other = self._response()
        both = self.reply | other
        bulk = self.env["campaign.response.bulk"].with_user(self.rita)
        bulk.create(
            {
                "response_ids": [(6, 0, both.ids)],
                "user_id": self.ben.id,
                "priority": "2",
                "state": "done",
            }
        ).action_apply()
        self.assertEqual(both.user_id, self.ben)
        self.assertEqual(both.mapped("priority"), ["2", "2"])
        self.assertTrue(all(both.mapped("closed_at")))

    def test_import_changes_what_people_decide_and_no_more(self):
        def load(header, value):
            rows = [[str(self.reply.id), value]]
            return self._call(
                self.mona, "campaign.response", "load", [".id", header], rows
            )

        self.assertEqual(load("priority", "High")["ids"], self.reply.ids)
        self.assertEqual(self.reply.priority, "1")
        refused = load("sentiment", "Negative")
        self.assertFalse(refused["ids"])
        self.assertIn("Correct the label", refused["messages"][0]["message"])
        self.assertEqual(self.reply.sentiment, "positive")

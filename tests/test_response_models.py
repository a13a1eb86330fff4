"""Response: corrections make a version of the model, in use only if it is better."""

import base64
import json
import random
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ..models.response.analysis_reader import reader_of
from ..tools.nlp.base import Reply
from .response_reading import ReadingCommon

SAMPLES = "campaign_desk/tests/samples/replies/wine_club.jsonl"
LEARNING = "odoo.addons.campaign_desk.models.response.model_learning"
READER = "odoo.addons.campaign_desk.models.response.analysis_reader"
PHRASE = "A mixed case and my usual allocation"


@tagged("-at_install", "post_install")
class TestModels(ReadingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.versions = cls.env["campaign.nlp.model"]
        cls.versions.search([("number", ">", 0)]).unlink()
        cls.shipped = cls.versions.search(
            [("engine", "=", "hybrid"), ("number", "=", 0)]
        )
        cls.shipped._activate()
        with file_open(SAMPLES) as file:
            cls.rows = [json.loads(line) for line in file]
        random.Random(3).shuffle(cls.rows)

    def _correct(self, rows, at=None):
        """Have the responder correct replies with these labels."""
        replies = self.env["campaign.response"]
        for row in rows:
            reply = self._read(row["text"], kind="human")
            reply = reply.with_user(self.responder)
            reply._correct_label("kind", ["human"])
            reply._correct_label("intent", row["intents"])
            reply._correct_label("sentiment", [row["sentiment"]])
            replies |= reply
        if at:
            replies.sudo().correction_ids.corrected_at = at
        return replies

    def _learn(self):
        """Press the button and have the job run; return the newest version."""
        self.versions.with_user(self.lead).action_learn()
        self._run_job("campaign_desk.ir_cron_learn")
        return self.versions.search([("engine", "=", "hybrid")], limit=1)

    def test_shipped_versions_are_there(self):
        shipped = self.versions.search([("number", "=", 0)])
        self.assertEqual(set(shipped.mapped("engine")), {"hybrid", "hybrid_e5"})
        self.assertTrue(all(one.is_shipped and one.is_usable for one in shipped))
        self.versions._register_shipped()  # with each update
        self.assertEqual(self.versions.search([("number", "=", 0)]), shipped)

    def test_corrections_make_a_better_model_and_one_click_goes_back(self):
        self._correct(self.rows[:50])
        version = self._learn()
        self.assertEqual((version.state, version.number), ("active", 1))
        self.assertEqual(self.shipped.state, "retired")
        self.assertEqual(version.parent_id, self.shipped)
        self.assertEqual(version.correction_count, 50)
        self.assertEqual(version.measured_count, 50)
        self.assertGreaterEqual(version.intents_after, version.intents_before + 0.05)
        self.assertGreaterEqual(
            version.kept_intents_after, version.kept_intents_before - 0.01
        )
        labels = version.figure_ids.filtered(
            lambda figure: figure.measured_on == "corrections"
        )
        self.assertIn("complaint", labels.mapped("label"))
        self.assertIn("Complaint", labels.mapped("name"))
        # replies are read by it, and its name is on them
        sure = self._sure_of_interest()
        self.assertTrue(self._read(PHRASE).engine.endswith(version.version))
        self.assertTrue(version.with_user(self.lead).action_roll_back())
        self.assertEqual((version.state, self.shipped.state), ("retired", "active"))
        self.assertLess(self._sure_of_interest(), sure)
        self.assertFalse(self._read(PHRASE).engine.endswith(version.version))
        self.assertTrue(version.with_user(self.lead).action_activate())
        self.assertEqual(self._sure_of_interest(), sure)

    def _sure_of_interest(self):
        said = reader_of(self.env).engine.predict(Reply(PHRASE, "en"))
        return said.intents["interested"].confidence

    def test_a_version_must_beat_the_one_in_use_on_what_both_have_not_seen(self):
        past = fields.Datetime.now() - timedelta(hours=1)
        self._correct(self.rows[:30], at=past)
        first = self._learn()
        self.assertEqual(first.state, "active")
        self.assertEqual(first.learned_until, past.replace(microsecond=0))
        self._correct(self.rows[30:50])
        second = self._learn()
        self.assertEqual(second.parent_id, first)
        self.assertEqual(second.measured_count, 20)
        self.assertEqual(second.correction_count, 50)
        self.assertIn(second.state, ("active", "candidate"))
        better = (
            second.intents_after + second.sentiment_after
            > second.intents_before + second.sentiment_before
        )
        self.assertEqual(second.state == "active", better)

    def test_what_is_not_better_is_kept_to_look_at(self):
        for row in self.rows[:24]:  # people confirm: there is nothing to be learned
            reply = self._read(row["text"], kind="human")
            codes = reply._codes("intent"), reply._codes("sentiment")
            reply._correct_label("intent", codes[0])
            reply._correct_label("sentiment", codes[1])
        version = self._learn()
        if version.state == "active":
            self.fail(f"{version.intents_before} → {version.intents_after}")
        self.assertEqual(version.state, "candidate")
        self.assertTrue(version.reason)
        self.assertTrue(version.figure_ids)
        self.assertEqual(self.shipped.state, "active")
        # a person may know better
        version.with_user(self.lead).action_activate()
        self.assertEqual(version.state, "active")

    def test_there_must_be_enough_to_learn_from(self):
        self._correct(self.rows[:9])
        with self.assertRaisesRegex(UserError, "there are 9"):
            self.versions.with_user(self.lead).action_learn()

    def test_the_schedule_waits_for_enough_new_ones(self):
        self._correct(self.rows[:19])
        self._run_job("campaign_desk.ir_cron_learn")
        self.assertFalse(self.versions.search([("number", ">", 0)]))
        self._correct(self.rows[19:20])
        self._run_job("campaign_desk.ir_cron_learn")
        version = self.versions.search([("number", ">", 0)])
        self.assertEqual(version.number, 1)
        self.assertFalse(version.user_id)
        self._run_job("campaign_desk.ir_cron_learn")  # nothing new
        self.assertEqual(self.versions.search([("number", ">", 0)]), version)

    def test_a_failure_is_told_and_replies_are_read_as_before(self):
        self._correct(self.rows[:10])
        self.patch(type(self.versions), "_learned", lambda _self: 1 / 0)
        with self.assertLogs(LEARNING, "ERROR"):
            version = self._learn()
        self.assertEqual(version.state, "failed")
        self.assertIn("ZeroDivisionError", version.reason)
        with self.assertRaisesRegex(UserError, "not been learned"):
            version.with_user(self.lead).action_activate()
        self.assertEqual(self._read("Thanks!").analysis_state, "done")

    def test_tables_that_were_changed_are_refused(self):
        self._correct(self.rows[:50])
        version = self._learn()
        data = json.loads(base64.b64decode(version.with_context(bin_size=False).data))
        data["heads"]["interested"]["threshold"] += 1
        for number, changed in enumerate(
            (
                json.dumps(data).encode(),
                b"\x80\x04\x95",  # as pickles begin
                b"[" * 100_000,
                b"{}",
            )
        ):
            with self.subTest(changed=changed[:10]):
                version.data = base64.b64encode(changed)
                self.env.registry.clear_cache()
                version.checksum = f"{number:064}"
                with self.assertLogs(READER, "WARNING"):
                    reply = self._read("Could you call me tomorrow?")
                self.assertEqual(reply.intent_id.code, "meeting_request")
                self.assertIn(version.version, reader_of(self.env).health())
        self.shipped._activate()
        with self.assertRaisesRegex(UserError, "cannot be used"):
            version.with_user(self.lead).action_activate()

    def test_old_tables_are_not_kept_for_ever(self):
        for number in range(1, 14):
            self.versions.create(
                {
                    "engine": "hybrid",
                    "number": number,
                    "version": f"v{number}",
                    "state": "candidate",
                    "data": base64.b64encode(b"{}"),
                    "checksum": "x",
                }
            )
        self.versions._gc_tables()
        kept = self.versions.search([("number", ">", 0), ("checksum", "!=", False)])
        self.assertEqual(sorted(kept.mapped("number")), list(range(4, 14)))
        self.assertTrue(self.shipped.checksum)

    @mute_logger("odoo.sql_db")
    def test_one_is_in_use(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.versions.create(
                {"engine": "hybrid", "number": 7, "version": "v", "state": "active"}
            ).flush_recordset()

    def test_managers_decide(self):
        version = self.shipped.with_user(self.responder)
        for act in (version.action_learn, version.action_activate):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            self.shipped.with_user(self.lead).write({"state": "retired"})
        with self.assertRaises(AccessError):
            self.shipped.with_user(self.lead).mapped("data")
        with self.assertRaisesRegex(UserError, "before this one"):
            self.shipped.with_user(self.lead).action_roll_back()

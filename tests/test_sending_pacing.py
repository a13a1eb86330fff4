"""Sending: limits as the lanes meet them, in PostgreSQL and on a clock of our own."""

import heapq
import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.sending.account_choice import AccountChoice
from ..models.sending.lane import LaneRun
from ..models.sending.queue import Queue
from ..tools.providers.base import ACCEPTED, SendResult
from .common import DeskCommon

PAST = "2020-01-01 00:00:00"
DAY = 86400


class PacingCommon(DeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env.ref("campaign_desk.sending_account_default")
        cls.rules = cls.env["campaign.pacing.rule"]
        cls.google = cls.env.ref("campaign_desk.provider_group_google")
        cls.yahoo = cls.env.ref("campaign_desk.provider_group_yahoo")

    def _rule(self, **values):
        return self.rules.create(values)

    def _people(self, domain, count):
        self.env["mailing.contact"].create(
            [
                {
                    "name": f"P{number}",
                    "email": f"p{number}@{domain}",
                    "list_ids": [(4, self.list_one.id)],
                }
                for number in range(count)
            ]
        )

    def _sent(self, mailing):
        self.env.invalidate_all()
        return mailing.mailing_trace_ids.filtered(lambda t: t.trace_status == "sent")


@tagged("-at_install", "post_install")
class TestPacing(PacingCommon):
    def test_a_limit_holds_and_the_rest_waits(self):
        self._rule(mails_per_hour=5, is_spread=False)
        self._people("example.com", 12)
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(len(self._sent(mailing)), 5)
        self.assertEqual(mailing.state, "sending")
        self._run_lane()
        self.assertEqual(len(self._sent(mailing)), 5)
        self.env["campaign.sending.batch"].search([]).settled_at = PAST
        self._run_lane()
        self.assertEqual(len(self._sent(mailing)), 10)
        self.assertEqual(set(mailing.mailing_trace_ids.mapped("attempt_count")), {0, 1})

    def test_a_slow_provider_holds_up_nobody_else(self):
        self._rule(provider_group_id=self.yahoo.id, mails_per_hour=2, is_spread=False)
        self._people("yahoo.com", 6)
        self._people("gmail.com", 6)
        mailing = self._mailing()
        self._send(mailing)
        providers = self._sent(mailing).mapped("provider_group_id.name")
        self.assertEqual(len(self._sent(mailing)), 8)
        self.assertIn(self.google.name, providers)

    def test_each_provider_by_itself(self):
        self._rule(each_provider=True, mails_per_day=3, is_spread=False)
        self._people("yahoo.com", 5)
        self._people("gmail.com", 5)
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(len(self._sent(mailing)), 6)

    def test_a_campaigns_limit_is_its_own(self):
        campaign = self.env["utm.campaign"].create({"name": "Slow"})
        self._rule(campaign_id=campaign.id, mails_per_day=2, is_spread=False)
        self._people("example.com", 5)
        slow, fast = self._mailing(campaign_id=campaign.id), self._mailing()
        slow.action_launch()
        self._send(fast)
        self.assertEqual((len(self._sent(slow)), len(self._sent(fast))), (2, 5))

    def test_all_rules_hold(self):
        self._rule(mails_per_hour=4, is_spread=False)
        self._rule(
            account_id=self.account.id,
            provider_group_id=self.google.id,
            mails_per_day=1,
            is_spread=False,
        )
        self._people("gmail.com", 5)
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(len(self._sent(mailing)), 1)

    def test_a_change_of_a_rule_holds_at_once(self):
        rule = self._rule(mails_per_hour=5, is_spread=False)
        self._people("example.com", 12)
        mailing = self._mailing()
        self._send(mailing)
        rule.mails_per_hour = 7
        self._run_lane()
        self.assertEqual(len(self._sent(mailing)), 7)
        rule.active = False
        self._run_lane()
        self.assertEqual(mailing.state, "done")

    def test_what_left_counts_although_its_mailing_is_deleted(self):
        self._rule(mails_per_hour=5, is_spread=False)
        self._people("example.com", 5)
        campaign = self.env["utm.campaign"].create({"name": "Short-lived"})
        mailing = self._mailing(campaign_id=campaign.id)
        self._send(mailing)
        self.assertEqual(len(self._sent(mailing)), 5)
        mailing.unlink()
        campaign.unlink()
        another = self._mailing()
        self._send(another)
        self.assertFalse(self._sent(another))

    def test_what_another_worker_holds_counts(self):
        self._rule(mails_per_hour=5, is_spread=False)
        self._people("example.com", 12)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        queue = Queue(self.env.cr, own_session=False)
        _lease, rows = self._claim_batch(queue, mailing)
        self.assertEqual(len(rows), 5)
        self.assertEqual(self._claim_batch(queue, mailing), (None, []))

    def test_connections_are_shared_by_all_lanes(self):
        self.account.connections = 4
        self._rule(connections=5)
        self._people("example.com", 6)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        queue = Queue(self.env.cr, own_session=False)
        [flow] = queue.due_flows()
        [way] = AccountChoice(self.env).ways(flow)
        widths = [queue.claim(flow, way, 1, 2).connections for _claim in range(2)]
        self.assertEqual(widths, [4, 1])
        third = queue.claim(flow, way, 1, 2)
        self.assertEqual(third.rows, [])
        self.assertGreater(third.wait, 0)

    def test_shared_connections_are_given_back_with_the_batch(self):
        self._people("example.com", 4)
        still_open, settle = [], LaneRun._settle

        def spy(run, batch):
            [provider] = run._providers.values()
            still_open.append(bool(provider._connections))
            return settle(run, batch)

        with patch.object(LaneRun, "_settle", spy):
            self._send(self._mailing())
            self._rule(connections=5)
            self._send(self._mailing())
        self.assertEqual(still_open, [True, False])

    def test_a_relays_connections_are_not_the_providers(self):
        self._rule(provider_group_id=self.google.id, connections=1)
        self._people("gmail.com", 3)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        [flow] = Queue(self.env.cr, own_session=False).due_flows()
        for relay, narrowest in ((True, None), (False, 1)):
            self.account.is_relay = relay
            [way] = AccountChoice(self.env).ways(flow)
            shared = [number for _scope, number in way.terms.shared_connections]
            self.assertEqual(min(shared, default=None), narrowest)

    def test_an_answer_that_slows_down(self):
        self.env["campaign.answer.rule"].create(
            {
                "name": "Slow",
                "sequence": 0,
                "pattern": "slow please",
                "action": "slow",
                "minutes": 30,
                "mails_per_minute": 1,
            }
        )
        self._people("gmail.com", 4)
        self.mailbox.answers["p0"] = "451 4.7.0 slow please"
        mailing = self._mailing()
        self._send(mailing)
        pace = self.account.pace_ids
        self.assertEqual(
            (pace.provider_group_id, pace.mails_per_minute), (self.google, 1)
        )
        self.mailbox.answers.clear()
        mailing.mailing_trace_ids.next_attempt_at = PAST
        before = len(self._sent(mailing))
        self.env["campaign.sending.batch"].search([]).settled_at = PAST
        self._run_lane()
        self.assertEqual(len(self._sent(mailing)), min(before + 1, 4))
        pace.slow_until = PAST  # recovers by itself
        self._run_lane()
        self.assertEqual(mailing.state, "done")

    def test_a_rule_without_a_limit_is_refused(self):
        with self.assertRaises(ValidationError):
            self._rule(mails_per_hour=0)

    def test_past_batches_are_added_up(self):
        batches = self.env["campaign.sending.batch"]
        at = datetime.now() - timedelta(days=3)
        at = at.replace(minute=10)
        batches.create(
            [
                {
                    "account_id": self.account.id,
                    "settled_at": at + timedelta(minutes=number),
                    "mails": 2,
                    "accepted": 1,
                }
                for number in range(5)
            ]
        )
        batches._gc_batches()
        self.env.invalidate_all()
        batch = batches.search([("account_id", "=", self.account.id)])
        self.assertEqual((len(batch), batch.mails, batch.accepted), (1, 10, 5))


@tagged("-at_install", "post_install")
class TestDay(PacingCommon):
    """A day on a clock of its own: three lanes, hand-overs of any length."""

    START = datetime(2026, 3, 28, 12)

    def test_no_limit_is_passed_in_any_stretch_of_a_day(self):
        self.rules.search([]).active = False
        rules = {
            None: self._rule(mails_per_second=9, mails_per_hour=90, mails_per_day=600),
            self.yahoo: self._rule(
                provider_group_id=self.yahoo.id, mails_per_hour=20, mails_per_day=150
            ),
        }
        self._people("gmail.com", 600)
        self._people("yahoo.com", 200)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        self.env.cr.execute(
            "UPDATE mailing_trace SET next_attempt_at = %s WHERE mass_mailing_id = %s",
            [self.START, mailing.id],
        )
        sent = self._live_a_day(mailing)
        for group, rule in rules.items():
            times = sorted(at for at, one in sent if group in (None, one))
            for limit in rule._limits():
                self.assertLessEqual(self._most(times, limit.seconds), limit.mails)
        times = [at for at, group in sent if group == self.yahoo]
        self.assertGreater(len(sent), 0.95 * 600)
        self.assertGreater(len(times), 100)

    def _live_a_day(self, mailing):
        """Return when each mail left and to which provider."""
        chance, sent = random.Random(7), []
        events = [(0.0, lane, None) for lane in range(3)]
        choice = AccountChoice(self.env)
        while events[0][0] < DAY:
            now, lane, batch = heapq.heappop(events)
            moment = self.START + timedelta(seconds=now)
            queue = Queue(
                self.env.cr, own_session=False, now=SQL("%s::timestamp", moment)
            )
            if batch:
                lease_id, rows = batch
                results = [SendResult(row[0], ACCEPTED) for row in rows]
                queue.settle(lease_id, results, [])
            claim, wait = None, 60.0
            flows = queue.due_flows()  # in an order of chance
            flows.sort(key=lambda flow: flow.provider_group_id or 0)
            chance.shuffle(flows)
            for flow in flows:
                [way] = choice.ways(flow)
                claim = queue.claim(flow, way, lane, 200)
                if claim.rows:
                    break
                wait = min(wait, claim.wait or 60.0)
            if not claim or not claim.rows:
                heapq.heappush(events, (now + wait + 0.01, lane, None))
                continue
            service = chance.choice((0.05, 2, 8)) * chance.random()
            group = self.env["campaign.provider.group"].browse(flow.provider_group_id)
            sent += [(now + service * chance.random(), group) for _row in claim.rows]
            done = claim.lease_id, claim.rows
            heapq.heappush(events, (now + service, lane, done))
        return sent

    @staticmethod
    def _most(times, seconds):
        """Return the most mails in any stretch of so many seconds."""
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


@tagged("-at_install", "post_install")
class TestWarmup(PacingCommon):
    def setUp(self):
        super().setUp()
        self.account.warmup_step_ids = [
            (0, 0, {"day": day, "mails": mails})
            for day, mails in ((1, 24), (2, 48), (3, 96))
        ]
        self.account.action_start_warmup()

    def _a_day_passes(self, mails=0, **counts):
        """Write down what left in the last day, and begin the next."""
        batches = self.env["campaign.sending.batch"]
        batches.search([]).settled_at = PAST
        if mails:
            batches.create(
                {
                    "account_id": self.account.id,
                    "settled_at": self.env.cr.now() - timedelta(hours=2),
                    "mails": mails,
                    **counts,
                }
            )
        self.account.warmup_advanced_at = self.env.cr.now() - timedelta(days=1, hours=1)
        self.accounts._advance_warmups()

    @property
    def accounts(self):
        return self.env["campaign.sending.account"]

    def test_the_schedule_limits_and_grows(self):
        self._people("example.com", 60)
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(len(self._sent(mailing)), 2)  # a twelfth of the day's 24
        self._a_day_passes(mails=24)
        self.assertEqual(self.account.warmup_day, 2)
        self._a_day_passes(mails=48)
        self._a_day_passes(mails=96)
        self.assertEqual(self.account.warmup_state, "done")
        self._run_lane()
        self.assertEqual(mailing.state, "done")

    def test_who_opens_mails_has_the_first_turn(self):
        self.account.action_stop_warmup()
        self._people("example.com", 30)
        earlier = self._mailing()
        self._send(earlier)
        readers = earlier.mailing_trace_ids.filtered(
            lambda trace: trace.email in ("p17@example.com", "p23@example.com")
        )
        self.env["campaign.event"]._record(
            [
                {"kind": "click", "trace_id": reader.id, "verdict": "human"}
                for reader in readers
            ]
        )
        self.env["campaign.engagement"]._refresh()
        self.env["campaign.sending.batch"].search([]).settled_at = PAST
        self.account.action_start_warmup()
        mailing = self._mailing()
        self._send(mailing)
        self.assertEqual(
            set(self._sent(mailing).mapped("email")),
            {"p17@example.com", "p23@example.com"},
        )

    def test_a_day_that_was_not_used_does_not_count(self):
        self._a_day_passes(mails=5)
        self.assertEqual(self.account.warmup_day, 1)

    def test_idle_accounts_begin_again(self):
        self.account.warmup_day = 3
        self._a_day_passes()
        self.assertEqual(
            (self.account.warmup_day, self.account.warmup_state), (1, "running")
        )

    def test_bounces_hold_it_and_a_better_day_lets_it_go_on(self):
        self._people("example.com", 30)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        bounced = mailing.mailing_trace_ids[:3]
        bounced.write({"trace_status": "bounce", "sending_account_id": self.account.id})
        self.env["campaign.sending.batch"].create(
            {
                "account_id": self.account.id,
                "mailing_id": mailing.id,
                "settled_at": self.env.cr.now(),
                "mails": 24,
            }
        )
        self.accounts._advance_warmups()
        self.assertEqual(self.account.warmup_state, "held")
        self.assertIn("bounced", self.account.warmup_hold_reason)
        self.assertTrue(self.account.activity_ids)
        self._run_lane()
        self.assertFalse(self._sent(mailing))
        self.account.action_resume_warmup()
        self.accounts._advance_warmups()
        self.assertEqual(self.account.warmup_state, "running", "a person has looked")
        self.account.warmup_resumed_at = False
        self.accounts._advance_warmups()
        self.assertEqual(self.account.warmup_state, "held")
        self._a_day_passes()
        self.assertEqual(self.account.warmup_state, "running")
        self.account.action_stop_warmup()
        self._run_lane()
        self.assertEqual(mailing.state, "done")


@tagged("-at_install", "post_install")
class TestOutlook(PacingCommon):
    def test_what_waits_for_a_limit_and_when_it_ends(self):
        self._rule(mails_per_hour=5, is_spread=False)
        self._people("example.com", 12)
        mailing = self._mailing()
        self._send(mailing)
        status = mailing.get_sending_status()
        self.assertEqual((status["sent"], status["waiting"]), (5, 7))
        self.assertEqual(status["phase"], "waiting")
        [waiting] = status["waiting_for"]
        self.assertEqual((waiting["reason"], waiting["count"]), ("limit", 7))
        self.assertIn("limit", status["words"])
        now = self.env.cr.now()
        first = datetime.fromisoformat(waiting["next_attempt_at"]) - now
        self.assertTrue(3500 < first.total_seconds() < 3700, first)
        end = datetime.fromisoformat(status["finishes_at"]) - now
        self.assertTrue(7 / 5 * 3600 - 60 < end.total_seconds() < 6000, end)

    def test_a_server_that_is_down(self):
        self._people("example.com", 3)
        self.server.smtp_port = 1
        mailing = self._mailing()
        self._send(mailing)
        status = mailing.get_sending_status()
        self.assertEqual(status["waiting_for"][0]["reason"], "server")
        self.assertIn("does not answer", status["words"])

    def test_without_limits_there_is_nothing_to_say(self):
        self._people("example.com", 3)
        mailing = self._mailing()
        mailing.action_launch()
        self._dispatch()
        status = mailing.get_sending_status()
        self.assertEqual([one["reason"] for one in status["waiting_for"]], ["due"])

"""Sending and tracking: the life of a delivery, in every order of arrival."""

import unittest
from itertools import combinations, permutations, product

from tools import delivery
from tools.delivery import FAILURE_UNKNOWN, UNKNOWN, advance

STATUSES = ("outgoing", "process", "sent", "open", "reply", "bounce", "error", "cancel")
STATES = (*STATUSES, UNKNOWN)
WORKER = (
    *("accepted", "deferred", "released", "refused", "failed", "lost"),
    *("suppressed", "postponed"),
)
OUTSIDE = ("bounced", "opened", "replied")
PERSON = ("cancelled", "retried", "confirmed", "resent")
CORRECTION = "disproved"
EVENTS = ("claimed", *WORKER, *OUTSIDE, *PERSON, CORRECTION)
RANK = {status: rank for rank, status in enumerate(STATUSES[:5])}

# The same life as the table, told from the other side: what each status listens to.
# A capital letter stands for a status, below.
LETTERS = dict(zip("OPSKRBECU", STATES, strict=True))
EXPECTED = {
    #           cla acc def rel ref fai los sup pos bou ope rep can ret con res dis
    "outgoing": "P   .   .   .   .   E   .   .   .   B   K   R   C   .   .   .   .",
    "process":  ".   S   O   O   B   E   U   C   O   B   K   R   .   .   .   .   .",
    "sent":     ".   .   .   .   .   .   .   .   .   B   K   R   .   .   .   .   .",
    "open":     ".   .   .   .   .   .   .   .   .   .   .   R   .   .   .   .   S",
    "reply":    ".   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .",
    "bounce":   ".   .   .   .   .   .   .   .   .   .   K   R   .   .   .   .   .",
    "error":    ".   .   .   .   .   .   .   .   .   .   K   R   .   O   .   .   .",
    "cancel":   ".   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .   .",
    "unknown":  ".   S   O   O   B   E   .   .   .   B   K   R   .   .   S   O   .",
}  # fmt: skip


def step(state: str, event: str) -> str:
    """Return the state after ``event``, an unknown outcome as a state of its own."""
    if state == UNKNOWN:
        status, changed = advance("error", event, FAILURE_UNKNOWN)
    else:
        status, changed = advance(state, event)
    if not changed:
        return state
    return UNKNOWN if event == delivery.LOST else status


def walks(length: int, events=EVENTS):
    """Yield the states on the way of every order of ``length`` different events."""
    for start, order in product(STATES, permutations(events, length)):
        states = [start]
        for event in order:
            states.append(step(states[-1], event))
        yield order, states


class TestTable(unittest.TestCase):
    def test_every_event_in_every_state(self):
        for state, row in EXPECTED.items():
            for event, letter in zip(EVENTS, row.split(), strict=True):
                with self.subTest(state, event=event):
                    self.assertEqual(step(state, event), LETTERS.get(letter, state))

    def test_nothing_is_forgotten(self):
        self.assertEqual(set(delivery.TRANSITIONS), set(EVENTS))
        for moves in delivery.TRANSITIONS.values():
            self.assertLessEqual({*moves, *moves.values()}, set(STATES))

    def test_only_status_values_of_odoo_come_out(self):
        failures = (None, "mail_smtp", FAILURE_UNKNOWN)
        for status, event, failure in product(STATUSES, EVENTS, failures):
            after, changed = advance(status, event, failure)
            self.assertIn(after, STATUSES)
            if not changed:
                self.assertEqual(after, status)

    def test_failure_matters_only_to_errors(self):
        for status, event in product(set(STATUSES) - {"error"}, EVENTS):
            self.assertEqual(
                advance(status, event), advance(status, event, FAILURE_UNKNOWN)
            )

    def test_event_that_does_not_exist(self):
        with self.assertRaises(KeyError):
            advance("sent", "delivered")


class TestOrders(unittest.TestCase):
    """What holds for any events in any order, late and out of turn."""

    def test_never_backwards(self):
        """Only the worker that has a delivery puts it back, only a person retries.

        And an open that was a machine's is none.
        """
        back = {("process", event) for event in ("deferred", "released", "postponed")}
        back.add(("open", CORRECTION))
        for order, states in walks(4):
            for event, before, after in zip(order, states, states[1:], strict=False):
                if before in RANK and after in RANK and (before, event) not in back:
                    self.assertGreaterEqual(RANK[after], RANK[before], order)

    def test_accepted_stays_accepted(self):
        """What a server took over, or a person saw, is never sent again."""
        for order, states in walks(4):
            for before, after in zip(states, states[1:], strict=False):
                if before in ("sent", "open", "reply", "bounce"):
                    self.assertIn(after, ("sent", "open", "reply", "bounce"), order)

    def test_final(self):
        for order, states in walks(4):
            if states[0] in ("reply", "cancel"):
                self.assertEqual(set(states), {states[0]}, order)

    def test_unknown_is_sent_again_only_by_its_own_worker_or_a_person(self):
        for order, states in walks(4):
            for event, before, after in zip(order, states, states[1:], strict=False):
                if before == UNKNOWN and after in ("outgoing", "process"):
                    own_or_person = ("deferred", "released", "resent")
                    self.assertIn(event, own_or_person)

    def test_unknown_waits_for_facts(self):
        facts = {"accepted", "deferred", "released", "refused", "failed", *OUTSIDE}
        facts |= {"confirmed", "resent"}  # a person's word
        for event in EVENTS:
            self.assertEqual(step(UNKNOWN, event) != UNKNOWN, event in facts, event)

    def test_events_arriving_twice_change_nothing_more(self):
        for state, event in product(STATES, EVENTS):
            once = step(state, event)
            self.assertEqual(step(once, event), once, (state, event))

    def test_a_reply_wins_in_any_order(self):
        for start in ("process", "sent", "open", UNKNOWN):
            for order in permutations(("accepted", "opened", "replied", "bounced")):
                state = start
                for event in order:
                    state = step(state, event)
                self.assertEqual(state, "reply", (start, order))

    def test_the_last_word_does_not_depend_on_the_order(self):
        for start in ("outgoing", "process", "sent", UNKNOWN):
            for count in (2, 3):
                for events in combinations(OUTSIDE, count):
                    ends = set()
                    for order in permutations(events):
                        state = start
                        for event in order:
                            state = step(state, event)
                        ends.add(state)
                    self.assertEqual(len(ends), 1, (start, events))

    def test_settling_late_does_not_hide_what_happened(self):
        for late, order in product(WORKER, permutations(OUTSIDE)):
            for events in (order[:1], order[:2], order):
                state = "process"
                for event in events:
                    state = step(state, event)
                self.assertEqual(step(state, late), state, (events, late))

    def test_only_outgoing_is_claimed(self):
        """Two workers never have the same delivery."""
        for order, states in walks(5, ("claimed", "lost", *WORKER[:4])):
            for event, before, after in zip(order, states, states[1:], strict=False):
                if after == "process" != before:
                    self.assertEqual((before, event), ("outgoing", "claimed"))


class TestRetries(unittest.TestCase):
    def test_pauses_add_up_to_about_sixteen_hours(self):
        pauses = [
            min(
                delivery.FIRST_RETRY_SECONDS * 2**attempt,
                delivery.LONGEST_RETRY_SECONDS,
            )
            for attempt in range(delivery.MAX_ATTEMPTS - 1)
        ]
        self.assertAlmostEqual(sum(pauses) / 3600, 16, delta=1)

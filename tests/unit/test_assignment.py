"""Response: to whom of a team a reply goes."""

import random
import unittest
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from tools.assignment import (
    AWAY,
    BREAK,
    CLOSED,
    EMPTY,
    FIRST_BACK,
    FULL,
    LOAD,
    ONLY,
    PREVIOUS,
    TURN,
    Candidate,
    choose,
)

NOW = datetime(2026, 11, 25, 10)
HOUR = timedelta(hours=1)


class TestChoice(unittest.TestCase):
    def choose(self, *candidates, **terms):
        choice = choose(candidates, now=NOW, **terms)
        return choice.reason, choice.candidate and choice.candidate.id

    def test_in_turn(self):
        one, two = Candidate(1, turn=7), Candidate(2, turn=3, load=50)
        self.assertEqual(self.choose(one, two), (TURN, 2))

    def test_fewest_open(self):
        one, two = Candidate(1, load=2, turn=9), Candidate(2, load=3, turn=1)
        self.assertEqual(self.choose(one, two, by_load=True), (LOAD, 1))

    def test_as_many_open_replies_go_by_turn(self):
        one, two = Candidate(1, load=2, turn=9), Candidate(2, load=2, turn=1)
        self.assertEqual(self.choose(one, two, by_load=True), (LOAD, 2))

    def test_only_who_has_room(self):
        full = Candidate(1, load=5, capacity=5)
        room = Candidate(2, load=4, capacity=5, turn=99)
        self.assertEqual(self.choose(full, room), (ONLY, 2))
        self.assertEqual(self.choose(full), (FULL, None))

    def test_language_comes_first(self):
        german = Candidate(1, turn=9, languages=frozenset({"de"}))
        french = Candidate(2, languages=frozenset({"fr"}))
        self.assertEqual(self.choose(german, french, language="de"), (ONLY, 1))
        self.assertEqual(self.choose(german, french, language="fr"), (ONLY, 2))

    def test_who_names_no_language_speaks_all(self):
        german = Candidate(1, turn=9, languages=frozenset({"de"}))
        anyone = Candidate(2, turn=1)
        self.assertEqual(self.choose(german, anyone, language="de"), (TURN, 2))
        self.assertEqual(self.choose(german, anyone, language="pt"), (ONLY, 2))

    def test_nobody_speaks_it(self):
        choice = choose(
            [Candidate(1, languages=frozenset({"de"}))], now=NOW, language="pt"
        )
        self.assertEqual(choice.candidate.id, 1)
        self.assertFalse(choice.is_spoken)

    def test_a_speaker_at_capacity_is_waited_for(self):
        german = Candidate(1, load=1, capacity=1, languages=frozenset({"de"}))
        french = Candidate(2, languages=frozenset({"fr"}))
        self.assertEqual(self.choose(german, french, language="de"), (FULL, None))

    def test_a_speaker_on_leave_is_not_waited_for(self):
        german = Candidate(1, is_away=True, languages=frozenset({"de"}))
        french = Candidate(2, languages=frozenset({"fr"}))
        self.assertEqual(self.choose(german, french, language="de"), (ONLY, 2))

    def test_off_hours(self):
        early = Candidate(1, begins_at=NOW + 2 * HOUR, turn=9)
        late = Candidate(2, begins_at=NOW + 3 * HOUR)
        self.assertEqual(self.choose(early, late), (FIRST_BACK, 1))
        self.assertEqual(self.choose(early, late, waits=True), (CLOSED, None))
        self.assertEqual(self.choose(replace(early, capacity=1, load=1)), (FULL, None))

    def test_who_begins_at_the_same_time_shares(self):
        begins = NOW + 15 * HOUR
        one = Candidate(1, begins_at=begins, turn=2)
        two = Candidate(2, begins_at=begins, turn=1)
        self.assertEqual(self.choose(one, two), (FIRST_BACK, 2))

    def test_nobody(self):
        self.assertEqual(self.choose(), (EMPTY, None))
        self.assertEqual(self.choose(Candidate(1, is_away=True)), (AWAY, None))

    def test_previous_owner(self):
        mine, other = Candidate(1, turn=9), Candidate(2)
        self.assertEqual(self.choose(mine, other, previous=1), (PREVIOUS, 1))
        lunch = replace(mine, begins_at=NOW + BREAK)
        self.assertEqual(self.choose(lunch, other, previous=1), (PREVIOUS, 1))
        for absent in (
            replace(mine, begins_at=NOW + BREAK + HOUR),
            replace(mine, is_away=True),
            replace(mine, load=3, capacity=3),
        ):
            self.assertEqual(self.choose(absent, other, previous=1), (ONLY, 2))


class Team:
    """A team that works off its replies, for a simulation."""

    def __init__(self, *candidates):
        self.candidates = {one.id: one for one in candidates}
        self.got = Counter()
        self.turn = 0

    def give(self, **terms):
        choice = choose(self.candidates.values(), now=NOW, **terms)
        if one := choice.candidate:
            self.turn += 1
            self.got[one.id] += 1
            self.candidates[one.id] = replace(one, load=one.load + 1, turn=self.turn)
        return choice

    def finish(self, id_, count=1):
        one = self.candidates[id_]
        self.candidates[id_] = replace(one, load=max(one.load - count, 0))

    def change(self, id_, **values):
        self.candidates[id_] = replace(self.candidates[id_], **values)


class TestFairness(unittest.TestCase):
    """A thousand replies."""

    def test_in_turn_all_get_as_many(self):
        team = Team(*(Candidate(number) for number in range(7)))
        for _reply in range(1000):
            team.give()
        self.assertLessEqual(max(team.got.values()) - min(team.got.values()), 1)
        self.assertEqual(sum(team.got.values()), 1000)

    def test_unequal_hours_share_what_comes_in_theirs(self):
        """One works half of the time: a third of the half, and nothing to catch up."""
        team = Team(*(Candidate(number) for number in range(3)))
        for number in range(1000):
            is_morning = number // 50 % 2 == 0
            team.change(2, begins_at=NOW if is_morning else NOW + 9 * HOUR)
            team.give()
        self.assertAlmostEqual(team.got[2], 500 / 3, delta=15)
        self.assertAlmostEqual(team.got[0], team.got[1], delta=15)

    def test_leave_is_not_made_up_for(self):
        team = Team(*(Candidate(number) for number in range(4)))
        team.change(0, is_away=True)
        for _reply in range(500):
            team.give()
        self.assertEqual(team.got[0], 0)
        team.change(0, is_away=False)
        before = Counter(team.got)
        for _reply in range(500):
            team.give()
        since = team.got - before
        self.assertLessEqual(max(since.values()) - min(since.values()), 1)

    def test_capacity_is_never_exceeded_and_nothing_is_lost(self):
        dice = random.Random(4711)
        team = Team(
            *(Candidate(number, capacity=3 + 2 * number) for number in range(5))
        )
        waiting = given = 0
        for _reply in range(1000):
            waiting += 1
            while waiting and team.give(by_load=True).candidate:
                waiting -= 1
                given += 1
            for one in team.candidates.values():
                self.assertLessEqual(one.load, one.capacity)
            team.finish(dice.randrange(5))
        self.assertEqual(given + waiting, 1000)
        self.assertEqual(sum(team.got.values()), given)

    def test_fewest_open_keeps_loads_level(self):
        """Who works faster gets more, and nobody sits on a heap."""
        dice = random.Random(4711)
        team = Team(*(Candidate(number) for number in range(4)))
        for _reply in range(1000):
            team.give(by_load=True)
            done = dice.choices(range(4), weights=[4, 3, 2, 1])[0]
            team.finish(done)
            loads = [one.load for one in team.candidates.values()]
            self.assertLessEqual(max(loads) - min(loads), 12)
        self.assertGreater(team.got[0], team.got[3])

"""People and machines told apart: each rule, and all of them on labelled visits."""

import json
import unittest
from collections import Counter
from pathlib import Path

from tools.visits import (
    CLICK,
    DECOY,
    HUMAN,
    MACHINE,
    OPEN,
    UNKNOWN,
    Judgement,
    Visit,
    address_prefix,
    detectors,
    judge,
    signatures,
)

SAMPLES = Path(__file__).parents[1] / "samples" / "visits"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
GMAIL = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 "
    "(via ggpht.com GoogleImageProxy)"
)


def visit(ref=1, kind=CLICK, at=1000.0, **values):
    """Return a visit by a person with a browser, a quarter of an hour later."""
    return Visit(
        **{
            "ref": ref,
            "kind": kind,
            "delivery": "mail",
            "at": at,
            "link": "a" if kind == CLICK else None,
            "domain": "example.com",
            "address": "203.0.113.7",
            "agent": FIREFOX,
            "headers": {"accept-language": "de"},
            "since_delivery": at - 100,
            **values,
        }
    )


def alone(**values):
    return judge([visit(**values)])[1]


class TestOneVisit(unittest.TestCase):
    def check(self, verdict, rule, **values):
        self.assertEqual(alone(**values), Judgement(verdict, rule))

    def test_person(self):
        self.check(HUMAN, "reader")
        self.check(HUMAN, "reader", kind=OPEN, headers={})
        self.check(HUMAN, "reader", agent=CHROME.replace("Win64; x64", "CUBOT X19"))

    def test_method(self):
        self.check(MACHINE, "head", method="HEAD")
        self.check(MACHINE, "head", method="HEAD", kind=OPEN)

    def test_prefetch_headers(self):
        for name, value in (
            ("purpose", "prefetch"),
            ("purpose", "preview"),
            ("sec-purpose", "prefetch;anonymous-client-ip"),
            ("sec-purpose", "prefetch;prerender"),
            ("x-purpose", "Preview"),
            ("x-moz", "prefetch"),
        ):
            headers = {"accept-language": "de", name: value}
            self.check(MACHINE, "prefetch", headers=headers)
        self.check(HUMAN, "reader", headers={"accept-language": "de", "purpose": "x"})

    def test_decoy(self):
        self.check(MACHINE, "decoy", kind=DECOY)

    def test_internal(self):
        self.check(UNKNOWN, "internal", is_internal=True)
        self.check(UNKNOWN, "internal", is_internal=True, kind=OPEN)

    def test_programs(self):
        for agent in (
            "curl/8.5.0",
            "python-requests/2.32",
            "Googlebot/2.1",
            "Slackbot",
        ):
            self.check(MACHINE, "known_program", agent=agent)
        self.check(MACHINE, "no_agent", agent=" ")
        self.check(UNKNOWN, "app", agent="Dalvik/2.1.0 (Linux; U; Android 14)")
        self.check(UNKNOWN, "unknown_agent", agent="Something/1.0")

    def test_networks(self):
        self.check(MACHINE, "known_network", address="40.94.31.5")
        self.check(MACHINE, "known_network", address="2a01:111:f400:7c00::1")
        self.check(MACHINE, "known_network", address="148.163.130.9", kind=OPEN)
        self.check(HUMAN, "reader", address="40.80.0.1")
        self.check(HUMAN, "reader", address="nonsense")

    def test_picture_proxies(self):
        self.check(UNKNOWN, "gmail_proxy", agent=GMAIL, kind=OPEN)
        self.check(UNKNOWN, "apple_privacy", agent="Mozilla/5.0", kind=OPEN)
        # Apple's own network fetches pictures too, but follows no links
        self.check(
            UNKNOWN,
            "apple_privacy",
            agent="Mozilla/5.0",
            kind=OPEN,
            address="17.58.1.2",
        )
        self.check(MACHINE, "known_network", address="17.58.1.2")

    def test_a_browser_without_a_language(self):
        self.check(UNKNOWN, "half_a_browser", headers={})

    def test_before_anybody_could(self):
        self.check(MACHINE, "too_early", since_delivery=-3)
        self.check(MACHINE, "too_early", since_delivery=-3, kind=OPEN)
        self.check(MACHINE, "too_early", since_delivery=1.5)
        self.check(HUMAN, "reader", since_delivery=1.5, kind=OPEN)
        self.check(HUMAN, "reader", since_delivery=2.5)
        self.check(HUMAN, "reader", since_delivery=None)

    def test_rules_have_names(self):
        given = {
            "reader",
            "unknown_agent",
            *(rule for rule, _ in signatures._IMAGE_PROXIES),
        }
        given |= {detector.__name__ for detector in detectors.DETECTORS}
        given -= {"image_proxy", "not_a_get"}
        self.assertEqual(given | {"head"}, set(detectors.RULES))


class TestTogether(unittest.TestCase):
    def rules(self, *visits):
        return [found.rule for _ref, found in sorted(judge(visits).items())]

    def test_the_third_link_tells_of_the_first_two(self):
        first, second, third = (visit(n, at=1000 + n, link=n) for n in range(3))
        self.assertEqual(self.rules(first, second), ["reader"] * 2)
        self.assertEqual(self.rules(first, second, third), ["link_burst"] * 3)

    def test_two_links_at_the_same_moment(self):
        pair = visit(1, link="a"), visit(2, at=1000.4, link="b")
        self.assertEqual(self.rules(*pair), ["link_burst"] * 2)

    def test_open_and_click_at_once_is_a_person(self):
        pair = visit(1, kind=OPEN), visit(2, at=1000.1)
        self.assertEqual(self.rules(*pair), ["reader"] * 2)

    def test_a_double_click_is_a_person(self):
        self.assertEqual(self.rules(visit(1), visit(2, at=1000.2)), ["reader"] * 2)

    def test_three_links_of_three_mails(self):
        visits = [visit(n, at=1000 + n / 10, link=n, delivery=n) for n in range(3)]
        self.assertEqual(self.rules(*visits), ["reader"] * 3)

    def test_what_comes_with_the_decoy(self):
        visits = [
            visit(1, at=996, link="a", address="198.51.100.1"),
            visit(2, at=1000, kind=DECOY),
            visit(3, at=1090, link="b"),
            visit(4, at=1091, link="c", address="198.51.100.9"),
        ]
        self.assertEqual(self.rules(*visits), ["decoy", "decoy", "decoy", "reader"])

    def test_pictures_make_an_early_click_possible(self):
        early = [
            visit(1, kind=OPEN, at=101.0, since_delivery=1.0),
            visit(2, at=101.5, since_delivery=1.5),
        ]
        self.assertEqual(self.rules(*early), ["reader"] * 2)
        self.assertEqual(self.rules(early[1]), ["too_early"])

    def test_many_of_one_company_at_once(self):
        def at_once(count, **values):
            return [
                visit(n, at=1000 + n, delivery=n, **{"since_delivery": 20, **values})
                for n in range(count)
            ]

        self.assertEqual(self.rules(*at_once(6)), ["domain_burst"] * 6)
        self.assertEqual(self.rules(*at_once(5)), ["reader"] * 5)
        # later: a room in which all are asked to look
        self.assertEqual(self.rules(*at_once(6, since_delivery=900)), ["reader"] * 6)

    def test_an_echo_from_elsewhere(self):
        pair = visit(1), visit(2, at=1012, address="198.51.100.1", agent=CHROME)
        self.assertEqual(self.rules(*pair), ["reader", "echo"])
        same_machine = visit(1), visit(2, at=1012)
        self.assertEqual(self.rules(*same_machine), ["reader"] * 2)

    def test_long_bursts_are_found_as_a_whole(self):
        many = [visit(n, at=1000 + n / 10, link=n) for n in range(50)]
        late = visit(99, at=1100, link="late")
        self.assertEqual(self.rules(*many, late), ["link_burst"] * 50 + ["reader"])

    def test_the_order_does_not_matter(self):
        visits = [visit(n, at=1000 + n, link=n) for n in range(4)]
        self.assertEqual(judge(visits), judge(reversed(visits)))


class TestPrefix(unittest.TestCase):
    def test_prefix(self):
        self.assertEqual(address_prefix("203.0.113.77"), "203.0.113.0/24")
        self.assertEqual(address_prefix("::ffff:203.0.113.77"), "203.0.113.0/24")
        self.assertEqual(address_prefix("2001:db8:1:2::3"), "2001:db8:1::/48")
        self.assertEqual(address_prefix("fe80::1%eth0"), "fe80::/48")
        self.assertEqual(address_prefix("1.2.3.4, 5.6.7.8"), "")


class TestLabelledVisits(unittest.TestCase):
    """All rules on all samples: who is called a person is one."""

    @classmethod
    def setUpClass(cls):
        cls.sequences = [
            json.loads(line)
            for file in sorted(SAMPLES.glob("*.jsonl"))
            for line in file.read_text().splitlines()
        ]
        cls.counts = Counter()
        cls.wrong = []
        for sequence in cls.sequences:
            for label, kind, found in _judged(sequence):
                cls.counts[kind, label, found.verdict] += 1
                if kind == CLICK and label == MACHINE and found.verdict == HUMAN:
                    cls.wrong.append(sequence["name"])

    def test_number(self):
        self.assertGreaterEqual(len(self.sequences), 300)

    def test_precision_and_recall_on_clicks(self):
        human = self.counts[CLICK, HUMAN, HUMAN]
        taken_for_human = self.counts[CLICK, MACHINE, HUMAN]
        people = sum(
            self.counts[CLICK, HUMAN, one] for one in (HUMAN, UNKNOWN, MACHINE)
        )
        precision = human / (human + taken_for_human)
        recall = human / people
        print(f"\nhuman clicks: precision {precision:.4f}, recall {recall:.4f}")
        self.assertGreaterEqual(precision, 0.98, self.wrong)
        self.assertGreaterEqual(recall, 0.97)

    def test_only_the_hard_ones_pass_for_people(self):
        hard = SAMPLES / "gateway_hard.jsonl"
        names = {json.loads(line)["name"] for line in hard.read_text().splitlines()}
        self.assertLessEqual(set(self.wrong), names)

    def test_no_machine_open_is_a_persons(self):
        self.assertGreater(self.counts[OPEN, HUMAN, HUMAN], 100)
        self.assertEqual(self.counts[OPEN, MACHINE, HUMAN], 0)


def _judged(sequence):
    """Yield label, kind and judgement of each visit of a sequence."""
    visits, labels = [], {}
    for ref, (mail, at, kind, link, who, label, *method) in enumerate(
        sequence["visits"]
    ):
        visitor = sequence["visitors"][who]
        labels[ref] = label
        visits.append(
            Visit(
                ref=ref,
                kind=kind,
                delivery=mail,
                at=at,
                link=link,
                domain=sequence["domain"],
                address=visitor["address"],
                agent=visitor["agent"],
                headers=visitor["headers"],
                method=method[0] if method else "GET",
                since_delivery=at - sequence["deliveries"][mail],
            )
        )
    found = judge(visits)
    for one in visits:
        yield labels[one.ref], one.kind, found[one.ref]

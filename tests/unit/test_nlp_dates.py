"""Response: the dates and times in replies, in four languages."""

import json
import random
import time
import unittest
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from tools.nlp import dates

# A Thursday.
ARRIVED = datetime(2026, 1, 15, 10)
SAMPLES = Path(__file__).parents[1] / "samples" / "replies" / "times.jsonl"
HOURS = {"morning": range(5, 12), "afternoon": range(12, 18), "evening": range(17, 23)}


def found(text, lang, arrived=ARRIVED):
    """Return the dates in a text, as the beginnings of ISO 8601."""
    return [
        point.start.isoformat()[: 10 if point.precision == "day" else 16]
        for point in dates.find_dates(text, arrived, lang)
    ]


def proposed(text, lang, arrived=ARRIVED):
    """Return the times proposed for a meeting, in the same form."""
    return [
        point.start.isoformat()[: 10 if point.precision == "day" else 16]
        for point in dates.meeting_times(text, arrived, lang)
    ]


def is_right(point, accepted):
    """Return whether a time is one of those that a labelled reply means."""
    for right in accepted:
        start = datetime.fromisoformat(right["start"])
        if right["precision"] == "day" and point.start.date() == start.date():
            return True
        if point.precision == "day" or point.start.date() != start.date():
            continue
        hours = HOURS.get(right.get("part"), ())
        if point.start == start or point.start.hour in hours:
            return True
    return False


class TestRealReplies(unittest.TestCase):
    """270 replies that name times as people do, labelled by others than the grammar's.

    The grammar has learned from them since: the floors keep what was reached.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lines = SAMPLES.read_text(encoding="utf-8").splitlines()
        cls.replies = [json.loads(line) for line in lines]

    def test_the_first_time_that_is_proposed(self):
        right, wanted, false, others = 0, 0, 0, 0
        for reply in self.replies:
            arrived = datetime.fromisoformat(reply["date"])
            points = dates.meeting_times(reply["text"], arrived, reply["lang"])
            if reply["meeting"]:
                wanted += 1
                right += bool(points) and any(
                    is_right(points[0], one["accept"]) for one in reply["meeting"]
                )
            elif not reply["follow_up"]:
                others += 1
                false += bool(points)
        self.assertGreaterEqual(right / wanted, 0.92)
        self.assertLessEqual(false / others, 0.1)

    def test_the_day_to_come_back_on(self):
        right, wanted, false, others = 0, 0, 0, 0
        for reply in self.replies:
            text, language = reply["text"], reply["lang"]
            arrived = datetime.fromisoformat(reply["date"])
            found = dates.follow_up(text, arrived, language) or dates.return_date(
                text, arrived, language
            )
            if span := reply["follow_up"]:
                wanted += 1
                right += bool(found) and (
                    span["from"] <= found.day.isoformat() <= span["to"]
                )
            elif not reply["meeting"]:
                others += 1
                false += bool(found)
        self.assertGreaterEqual(right / wanted, 0.9)
        self.assertLessEqual(false / others, 0.05)


class TestDates(unittest.TestCase):
    """What the words of a date mean."""

    def check(self, lang, table):
        for text, expected in table.items():
            with self.subTest(text=text):
                self.assertEqual(found(text, lang), [expected])

    def test_english(self):
        self.check(
            "en",
            {
                "tomorrow": "2026-01-16",
                "the day after tomorrow": "2026-01-17",
                "Monday": "2026-01-19",
                "Thursday": "2026-01-22",
                "next Tuesday": "2026-01-20",
                "Tuesday next week": "2026-01-20",
                "a week on Monday": "2026-01-26",
                "Feb 3rd": "2026-02-03",
                "the 3rd of February": "2026-02-03",
                "3 March 2027": "2027-03-03",
                "2026-03-09": "2026-03-09",
                "10/03": "2026-03-10",
                "03/25": "2026-03-25",
                "in ten days": "2026-01-25",
                "Monday at 2.30": "2026-01-19T14:30",
                "Monday at 10": "2026-01-19T10:00",
                "tomorrow 3pm": "2026-01-16T15:00",
                "Friday, half past four": "2026-01-16T16:30",
                "half four tomorrow": "2026-01-16T16:30",
                "a quarter to three on Monday": "2026-01-19T14:45",
                "noon on Friday": "2026-01-16T12:00",
                "Monday between 2 and 4": "2026-01-19T14:00",
                "tomorrow 14:00-15:00": "2026-01-16T14:00",
                "in two hours": "2026-01-15T12:00",
            },
        )

    def test_german(self):
        self.check(
            "de",
            {
                "morgen": "2026-01-16",
                "übermorgen": "2026-01-17",
                "kommenden Dienstag": "2026-01-20",
                "nächste Woche Mittwoch": "2026-01-21",
                "am 3. Februar": "2026-02-03",
                "3.2.": "2026-02-03",
                "03.02.2027": "2027-02-03",
                "in zehn Tagen": "2026-01-25",
                "Montag um 15 Uhr": "2026-01-19T15:00",
                "morgen um halb zwölf": "2026-01-16T11:30",
                "Freitag Viertel nach zwei": "2026-01-16T14:15",
                "Montag 9:30 Uhr": "2026-01-19T09:30",
                "morgen Mittag": "2026-01-16T12:00",
                "Dienstag zwischen 14 und 16 Uhr": "2026-01-20T14:00",
                "in zwei Stunden": "2026-01-15T12:00",
            },
        )

    def test_french(self):
        self.check(
            "fr",
            {
                "demain": "2026-01-16",
                "après-demain": "2026-01-17",
                "mardi prochain": "2026-01-20",
                "mercredi de la semaine prochaine": "2026-01-21",
                "le 3 février": "2026-02-03",
                "le 1er mars": "2026-03-01",
                "03/02/2027": "2027-02-03",
                "dans dix jours": "2026-01-25",
                "lundi à 15h": "2026-01-19T15:00",
                "demain à 14h30": "2026-01-16T14:30",
                "vendredi à midi": "2026-01-16T12:00",
                "lundi, trois heures et demie": "2026-01-19T15:30",
                "mardi entre 14h et 16h": "2026-01-20T14:00",
            },
        )

    def test_spanish(self):
        self.check(
            "es",
            {
                "mañana": "2026-01-16",
                "pasado mañana": "2026-01-17",
                "el próximo martes": "2026-01-20",
                "el miércoles de la semana que viene": "2026-01-21",
                "el 3 de febrero": "2026-02-03",
                "03/02/2027": "2027-02-03",
                "dentro de diez días": "2026-01-25",
                "el lunes a las 15:00": "2026-01-19T15:00",
                "mañana a las tres y media": "2026-01-16T15:30",
                "el viernes a mediodía": "2026-01-16T12:00",
                "el martes entre las 14 y las 16": "2026-01-20T14:00",
            },
        )

    def test_a_part_of_the_day_keeps_its_name(self):
        for text, lang, part, hours in (
            ("tomorrow morning", "en", "morning", range(5, 13)),
            ("Freitag Nachmittag", "de", "afternoon", range(12, 19)),
            ("lundi matin", "fr", "morning", range(5, 13)),
            ("mañana por la tarde", "es", "afternoon", range(12, 19)),
            ("Tuesday evening", "en", "evening", range(17, 24)),
        ):
            (point,) = dates.find_dates(text, ARRIVED, lang)
            self.assertEqual((point.precision, point.part), ("part", part), text)
            self.assertIn(point.start.hour, hours)

    def test_a_date_knows_its_words(self):
        text = "Well, what about Tuesday at 3pm CET, in your office?"
        (point,) = dates.find_dates(text, ARRIVED, "en")
        self.assertEqual(text[slice(*point.span)], point.expression)
        self.assertEqual(point.expression, "Tuesday at 3pm CET")
        self.assertEqual(point.zone, "CET")
        self.assertEqual(point.start, datetime(2026, 1, 20, 15))

    def test_a_range_has_an_end(self):
        (point,) = dates.find_dates("Monday 14:00 - 15:30", ARRIVED, "en")
        self.assertEqual(point.end, datetime(2026, 1, 19, 15, 30))

    def test_what_is_no_date(self):
        for text, lang in (
            ("It costs 12.50 for 3 seats, 20% off", "en"),
            ("Call 01632 960 001 or +49 30 901820", "en"),
            ("Version 10.2 and ISO 9001", "en"),
            ("Order 4711-23, invoice 2026/118", "en"),
            ("We may be late, I sat down", "en"),
            ("Das kostet 12,50 € für 3 Plätze", "de"),
            ("Guten Morgen und guten Tag", "de"),
            ("Les 3 postes à 12,50 €", "fr"),
            ("Son 12,50 € por 3 puestos", "es"),
        ):
            with self.subTest(text=text):
                self.assertEqual(found(text, lang), [])

    def test_figures_are_read_in_any_language(self):
        self.assertEqual(found("Kunnen we 3.2.2026 bellen?", "nl"), ["2026-02-03"])

    def test_the_language_is_that_of_most_dates(self):
        for text, lang in (("in zwei Stunden", "de"), ("Thu at 8", "en")):
            self.assertEqual(dates.language_of(text, ARRIVED, "und"), lang)
        self.assertEqual(dates.language_of("no date", ARRIVED, "fr"), "fr")

    def test_every_day_of_a_year_is_found(self):
        for number in range(0, 366):
            day = ARRIVED.date() + timedelta(days=number)
            for text, lang in (
                (f"{day:%Y-%m-%d}", "en"),
                (f"{day.day}.{day.month}.{day.year}", "de"),
                (f"{day:%d/%m/%Y}", "fr"),
                (f"{day:%B} {day.day}, {day.year}", "en"),
            ):
                self.assertEqual(found(text, lang), [day.isoformat()], text)


class TestMeetingTimes(unittest.TestCase):
    """Which times are proposed."""

    def test_proposals(self):
        for text, lang, expected in (
            ("Could we talk on Tuesday at 3?", "en", ["2026-01-20T15:00"]),
            (
                "I can do Monday 10am or Wednesday 2pm.",
                "en",
                ["2026-01-19T10:00", "2026-01-21T14:00"],
            ),
            ("Tuesday 10am?", "en", ["2026-01-20T10:00"]),
            ("Monday is no good, Tuesday at 11 works.", "en", ["2026-01-20T11:00"]),
            ("Passt Ihnen Dienstag um 14 Uhr?", "de", ["2026-01-20T14:00"]),
            ("Montag geht nicht, aber Dienstag um 9.", "de", ["2026-01-20T09:00"]),
            ("Êtes-vous disponible mardi à 15h ?", "fr", ["2026-01-20T15:00"]),
            ("¿Podemos hablar el martes a las 10?", "es", ["2026-01-20T10:00"]),
        ):
            with self.subTest(text=text):
                self.assertEqual(proposed(text, lang), expected)

    def test_what_is_no_proposal(self):
        for text, lang in (
            ("I saw your mail on Monday.", "en"),
            ("The contract ends on 31 March.", "en"),
            ("I am out of office until Monday.", "en"),
            ("Please get back to me in September.", "en"),
            ("We decide by Friday.", "en"),
            ("Our shop opens at 9 on Monday.", "en"),
            ("Wir hatten am Montag telefoniert.", "de"),
            ("Der Vertrag endet am 31. März.", "de"),
            ("Nous avons reçu votre message lundi.", "fr"),
            ("El contrato vence el 31 de marzo.", "es"),
        ):
            with self.subTest(text=text):
                self.assertEqual(proposed(text, lang), [])

    def test_a_time_with_a_zone_is_taken_to_the_writer(self):
        arrived = datetime(2026, 1, 15, 23, 30, tzinfo=timezone.utc)
        (point,) = dates.meeting_times(
            "Can we talk tomorrow at 3pm?", arrived, "en", ZoneInfo("Europe/Berlin")
        )
        # It is the 16th already where they are.
        self.assertEqual(point.start, datetime(2026, 1, 17, 15))


class TestFollowUp(unittest.TestCase):
    """When somebody wants to hear from us again."""

    def check(self, table):
        for (text, lang), (first, last) in table.items():
            with self.subTest(text=text):
                day = dates.follow_up(text, ARRIVED, lang)
                self.assertIsNotNone(day)
                self.assertLessEqual(date.fromisoformat(first), day.day)
                self.assertLessEqual(day.day, date.fromisoformat(last))
                self.assertEqual(text[slice(*day.span)], day.expression)

    def test_days(self):
        self.check(
            {
                ("Please try me again in March.", "en"): ("2026-03-01", "2026-03-31"),
                ("Get back to me in two weeks.", "en"): ("2026-01-28", "2026-01-30"),
                ("Call me next quarter.", "en"): ("2026-04-01", "2026-06-30"),
                ("Touch base after Easter.", "en"): ("2026-04-06", "2026-04-30"),
                ("Ask again in Q3.", "en"): ("2026-07-01", "2026-09-30"),
                ("Reach out early next year.", "en"): ("2027-01-01", "2027-03-31"),
                ("Ping me on 2 February.", "en"): ("2026-02-02", "2026-02-02"),
                ("Melden Sie sich im März nochmal.", "de"): (
                    "2026-03-01",
                    "2026-03-31",
                ),
                ("Bitte in drei Wochen wieder melden.", "de"): (
                    "2026-02-04",
                    "2026-02-06",
                ),
                ("Recontactez-moi en septembre.", "fr"): ("2026-09-01", "2026-09-30"),
                ("Rappelez-moi dans un mois.", "fr"): ("2026-02-13", "2026-02-17"),
                ("Escríbame de nuevo en marzo.", "es"): ("2026-03-01", "2026-03-31"),
                ("Llámenme dentro de dos meses.", "es"): ("2026-03-13", "2026-03-18"),
            }
        )

    def test_no_day(self):
        for text, lang in (
            ("We are not interested.", "en"),
            ("I bought it in March.", "en"),
            ("Let's meet on Tuesday at 3.", "en"),
            ("Wir haben im März gekauft.", "de"),
        ):
            self.assertIsNone(dates.follow_up(text, ARRIVED, lang), text)

    def test_return(self):
        for text, lang, first, last in (
            ("I am out of office, back on Monday 2 February.", "en", "02-02", "02-02"),
            ("I am on leave until 30 January.", "en", "01-30", "02-02"),
            ("I'm away from 10 to 20 February.", "en", "02-20", "02-23"),
            ("Ich bin abwesend und am 2.2. wieder da.", "de", "02-02", "02-02"),
            ("Bin bis einschließlich 30.1. im Urlaub.", "de", "01-31", "02-02"),
            ("Je suis absent, de retour le 2 février.", "fr", "02-02", "02-02"),
            ("Estoy de vacaciones hasta el 30 de enero.", "es", "01-30", "02-02"),
        ):
            with self.subTest(text=text):
                day = dates.return_date(text, ARRIVED, lang)
                self.assertIsNotNone(day)
                self.assertLessEqual(f"2026-{first}", day.day.isoformat())
                self.assertLessEqual(day.day.isoformat(), f"2026-{last}")

    def test_no_return(self):
        self.assertIsNone(dates.return_date("See you on Monday.", ARRIVED, "en"))


class TestHostile(unittest.TestCase):
    """Nothing raises, and time is bounded."""

    FUNCTIONS = (
        dates.find_dates,
        dates.meeting_times,
        dates.follow_up,
        dates.return_date,
    )

    def test_random(self):
        lot = random.Random(4)
        pieces = "31 30.2. 99/99 0 24:60 in after next Monday Feb 29 9999 Q9 year weeks"
        pieces = [
            *pieces.split(),
            "half",
            "-",
            ":",
            "th",
            "\n",
            "12345678901",
            "é",
            "5h",
        ]
        for _ in range(1500):
            text = " ".join(lot.choices(pieces, k=lot.randrange(12)))
            for lang in ("en", "de", "fr", "es", "und"):
                for function in self.FUNCTIONS:
                    function(text, ARRIVED, lang)

    def test_the_ends_of_time(self):
        for arrived in (datetime.min, datetime.max, datetime(2024, 2, 29)):
            for text in (
                "yesterday tomorrow next week",
                "in 999 years",
                "in 99999 days",
                "in 12 months on the 31st, call me in 2 hours",
                "last year, next year, Q4, Christmas, after Easter",
                "31.12. at 24:00",
                "29 February",
            ):
                for function in self.FUNCTIONS:
                    function(text, arrived, "en")

    def test_time_is_bounded(self):
        for unit in (
            *("on monday at 3 or tuesday ", "3pm ", "10/03 ", "1.", "1/", "10:", "3 "),
            *("not monday. ", "next ", "between 3 and ", "in 3 days ", "half ", "at "),
            *("\n", "(", "'", "mo", "from monday to ", "9" * 50),
        ):
            text = unit * (100_000 // len(unit))
            begin = time.process_time()
            for function in self.FUNCTIONS:
                function(text, ARRIVED, "en")
            with self.subTest(unit=unit):
                self.assertLess(time.process_time() - begin, 3)


if __name__ == "__main__":
    unittest.main()

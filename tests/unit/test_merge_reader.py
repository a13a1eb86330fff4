"""Campaign: what marketers may write is understood, and nothing else ever runs."""

import ast
import re
import unittest
from pathlib import Path

from tools import merge_fields as merge
from tools.merge_fields import MergeFieldError, Scope
from tools.merge_reader import MOST_CHARACTERS, read_condition, read_value

KINDS = {
    "name": merge.TEXT,
    "city": merge.TEXT,
    "partner_id": merge.RECORD,
    "partner_id.name": merge.TEXT,
    "partner_id.tz": merge.SELECTION,
    "kind": merge.SELECTION,
    "age": merge.INTEGER,
    "score": merge.FLOAT,
    "revenue": merge.MONETARY,
    "currency_id": merge.CURRENCY,
    "born": merge.DATE,
    "seen": merge.DATETIME,
    "is_vip": merge.BOOLEAN,
    "tag_ids": merge.RECORDS,
    "note": merge.HTML,
}

# What people tried, and what they might try, to run code or to see what is not theirs.
ATTACKS = (
    # names that are not the record
    *("user.password", "env['res.users']", "self", "ctx", "request.env", "values"),
    *("object", "objects.name", "Object.name", "оbject.name", "object2.name"),
    # ways into Python
    *("object.__class__", "object.name.__class__.__mro__", "object._cr", "object.a__b"),
    *("object._fields", "object.env.cr.execute", "object.partner_id._table"),
    *("__import__('os').system('id')", "getattr(object, 'name')", "eval('1')"),
    *("object.unlink()", "object.name.upper()", "object.sudo().name", "object.name()"),
    *("object['name']", "object.ids[0]", "object.name[0]", "[object.name][0]"),
    *("object.mapped('name')", "object.filtered(lambda one: one.name)"),
    *("lambda: object.name", "[one for one in object.child_ids]", "{object.name}"),
    *("{'a': object.name}", "(yield object.name)", "object.name := 1", "await object"),
    *("*object.name", "**object", "object.name; object.unlink()", "import os"),
    *("object.name = 'x'", "del object.name", "object.name if 1 else 2", "None"),
    *("not object.name", "object.name == 'x'", "-object.age", "~object.age"),
    # texts that are computed
    *("f'{object.env}'", "f'{object.name!r}'", "'%s' % object.name", "'x' * 9**9"),
    *("'{0.env}'.format(object)", "object.name + 'x'", "object.age + 1", "9 ** 9 ** 9"),
    *("b'x' or object.name", "'x'", "0", "1", "object.age or 0", "object.name or None"),
    # formats
    *("format_date()", "format_date(object)", "format_date('2026-01-01')"),
    *("format_date(object.born, env)", "format_date(object.born, object.name)"),
    *("format_date(object.born, 'd', 'en_US', 'x')", "format_date(object.born, x='d')"),
    *("format_date(object.born, 'd', date_format='d')", "format_date(*object.name)"),
    *("format_date(object.born, **{'date_format': 'd'})", "format_date(object.born)()"),
    *("format_date(format_date(object.born))", "format_date(object.sudo().born)"),
    *("format_date(object.born, f'{object}')", "format_amount(object.revenue)"),
    *("format_number(object.age, 99)", "format_number(object.age, True)"),
    *("format_number(object.age, -1)", "format_addr(object.name)", "slug(object)"),
    *("str(object.name)", "len(object.name)", "quote(object.name)", "max(object.name)"),
    "format_datetime(object.seen, tz=env.user.tz)",
    # required
    *("required()", "required(object)", "required('x')", "required(object.name, 1)"),
    *("required(required(object.name))", "required(object.name or 'x')"),
    *("required(value=object.name)", "merge.required(object.name)", "required(env)"),
    # too much
    *("(" * 90 + "object.name" + ")" * 90 + " or " + "1", "object." + "a." * 50 + "b"),
    *("object.name or " * 300 + "'x'", "not " * 2000 + "object.name"),
    *("object.name" + " if object.name else object.name" * 20, "'" + "x" * 5000 + "'"),
    # characters
    *("object.name\x00", "object\u200b.name", "object.na\u200bme", "object.nаme"),
    *("object．name", "\ufeffobject.name.", "object..name", ""),
    *("object.name\nimport os", "object.name\\", " ", "object.name)", "(object.name"),
)

CONDITION_ATTACKS = (
    *("env", "user.has_group('x')", "object", "1 if object.name else 0", "'x'"),
    *("object.unlink()", "object.name.startswith('a')", "len(object.name) > 3"),
    *("object.__class__ == 'x'", "object.name == object", "object.name == env"),
    *("object.name == f'{env}'", "object.age > 10 ** 9", "object.age > 1e999"),
    *("object.age > 1j", "object.name == ...", "object.name == b'x'"),
    *("object.name in 'x'", "object.name in {1}", "object.name in [env]"),
    *("object.name == ['x']", "object.name in range(9)", "object.name in (1, (2,))"),
    *("1 < object.age < 9", "1 == 1", "'a' in 'b'", "all(object.name)", "0", "1"),
    *("required(object.name)", "format_date(object.born)", "object.name or 'x'"),
    *("[] == []", "[x for x in object.name]", "(lambda: 1)()", "object.name is env"),
    *("not", "object.name and", "object.name &", "object.age & 1"),
    *("(object.name := 1)", "object.name == 'x'.upper()", "false or env"),
    # the search of the editor
    "object.filtered_domain(env)",
    "object.filtered_domain([])()",
    "object.sudo().filtered_domain([])",
    "object.partner_id.filtered_domain([])",
    "object.filtered_domain([('name', '=', env)])",
    "object.filtered_domain([('name', '=', object.name)])",
    "object.filtered_domain([('name', '=', f'{env}')])",
    "object.filtered_domain([('name', 'any!', [('x', '=', 1)])])",
    "object.filtered_domain([('__class__', '=', 1)])",
    "object.filtered_domain([('_table', '=', 1)])",
    "object.filtered_domain([('a.b.c.d.e.f', '=', 1)])",
    "object.filtered_domain([('name; DROP', '=', 1)])",
    "object.filtered_domain([('name', '= 1 OR 1 =', 1)])",
    "object.filtered_domain([('name', '=')])",
    "object.filtered_domain([('name', 'any', 'x')])",
    "object.filtered_domain([(2, '=', 1)])",
    "object.filtered_domain([True])",
    "object.filtered_domain(['^'])",
    "object.filtered_domain([one for one in []])",
    "object.filtered_domain(*[])",
    "object.filtered_domain(domain=[])",
    "object.filtered_domain([], 1)",
    "object.filtered_domain("
    + "[('a', 'any', " * 20
    + "[('b', '=', 1)]"
    + ")]" * 20
    + ")",
)


class ReaderCase(unittest.TestCase):
    def assertRefused(self, read, source):
        with self.assertRaises(MergeFieldError, msg=source) as caught:
            node = read(source)
            for use in node.uses():
                if use.path not in KINDS:  # as the models do
                    raise MergeFieldError(merge.NO_FIELD, source, use.path)
            node.shown(Scope(KINDS)), node.truth(Scope(KINDS))
        self.assertLessEqual(len(caught.exception.expression), 120)


class TestValues(ReaderCase):
    def _shown(self, source, **scope):
        return read_value(source).shown(Scope(KINDS, **scope))

    def test_fields_are_printed_as_people_read_them(self):
        self.assertEqual(self._shown(" object.name "), "object.name")
        self.assertEqual(
            self._shown("object.partner_id.name"), "object.partner_id.name"
        )
        for path, record, name in (
            ("object.partner_id", "object", "partner_id"),
            ("object.kind", "object", "kind"),
            ("object.revenue", "object", "revenue"),
            ("object.tag_ids", "object", "tag_ids"),
            ("object.note", "object", "note"),
            ("object.partner_id.tz", "object.partner_id", "tz"),
        ):
            self.assertEqual(
                self._shown(path), f"merge.value({record}, '{name}', False)"
            )
        self.assertEqual(
            self._shown("object.note", is_line=True),
            "merge.value(object, 'note', True)",
        )

    def test_formats_take_literals_and_fields_of_their_kind(self):
        for source, written in (
            ("format_date(object.born)", "format_date(object.born)"),
            (
                "format_date(object.born, 'd MMM')",
                "format_date(object.born, date_format='d MMM')",
            ),
            (
                "format_datetime(object.seen, tz=object.partner_id.tz)",
                "format_datetime(object.seen, tz=object.partner_id.tz)",
            ),
            (
                "format_amount(object.revenue, object.currency_id)",
                "merge.amount(object.revenue, currency=object.currency_id)",
            ),
            ("format_number(object.score, 1)", "merge.number(object.score, digits=1)"),
            ("format_duration(object.score)", "format_duration(object.score)"),
        ):
            self.assertEqual(self._shown(source), written)

    def test_what_is_empty_gives_way_to_what_follows(self):
        self.assertEqual(self._shown("object.name or 'you'"), "(object.name or 'you')")
        self.assertEqual(
            self._shown("format_date(object.born) or object.city or 'x'"),
            "((object.born and format_date(object.born)) or object.city or 'x')",
        )
        self.assertEqual(
            self._shown("required(object.partner_id)"),
            "merge.required((object.partner_id and "
            "merge.value(object, 'partner_id', False)), 'partner_id')",
        )

    def test_texts_stay_texts(self):
        for text in ("it's", 'a "quote"', "\\", "é\u2028<b>", "%s {x} {{ y }}", "\x07"):
            shown = self._shown(f"object.name or {text!r}")
            tree = ast.parse(shown, mode="eval").body
            self.assertEqual(tree.values[1].value, text)
            self.assertTrue(shown.isascii())

    def test_spelling_does_not_matter(self):
        # the same identifiers to Python, so written out in their plain form
        self.assertEqual(self._shown("ｏbject.ｎame"), "object.name")
        self.assertEqual(self._shown("(object . name)  # who?"), "object.name")

    def test_what_cannot_be_printed(self):
        for source in ("object.is_vip", "object.is_vip or 'x'"):
            self.assertRefused(read_value, source)
        with self.assertRaises(MergeFieldError) as caught:
            self._shown("object.partner_id", is_address=True)
        self.assertEqual(caught.exception.reason, merge.NOT_IN_ADDRESS)

    def test_attacks(self):
        for source in ATTACKS:
            with self.subTest(source[:80]):
                self.assertRefused(read_value, source)

    def test_attacks_inside_of_what_is_allowed(self):
        for source in ATTACKS:
            for frame in (
                "({}) or 'y'",
                "required({})",
                "({}) if object.name else 'y'",
            ):
                if source != "'x'" or frame == "required({})":
                    with self.subTest(frame.format(source)[:80]):
                        self.assertRefused(read_value, frame.format(source))

    def test_limits(self):
        deepest = "object.a.b.c.d"
        self.assertEqual(len(list(read_value(deepest).uses())), 1)
        with self.assertRaises(MergeFieldError) as caught:
            read_value(f"{deepest}.e")
        self.assertEqual(caught.exception.reason, merge.TOO_DEEP)
        with self.assertRaises(MergeFieldError) as caught:
            read_value("object.name" + " " * MOST_CHARACTERS)
        self.assertEqual(caught.exception.reason, merge.TOO_LONG)


class TestConditions(ReaderCase):
    # what of a record makes each condition true, and what makes it false
    CASES = (
        ("object.name", {"name": "Ann"}, {"name": False}),
        ("not object.name", {"name": False}, {"name": "Ann"}),
        ("object.is_vip == True", {"is_vip": True}, {"is_vip": False}),
        ("object.is_vip is not True", {"is_vip": False}, {"is_vip": True}),
        ("object.name == None", {"name": False}, {"name": "x"}),
        ("object.name != False", {"name": "x"}, {"name": False}),
        ("object.age == 1", {"age": 1}, {"age": 2}),
        ("object.age >= -1.5", {"age": 0}, {"age": -2}),
        ("object.city == 'Rome'", {"city": "Rome"}, {"city": False}),
        ("object.city > 'M'", {"city": "Rome"}, {"city": False}),
        ("object.city in ('Rome', 'Oslo')", {"city": "Oslo"}, {"city": False}),
        ("object.city not in ['Rome']", {"city": False}, {"city": "Rome"}),
        ("object.age in (1,)", {"age": 1}, {"age": 2}),
        ("'om' in object.city", {"city": "Rome"}, {"city": False}),
        ("object.name == object.city", {"name": "a", "city": "a"}, {"name": "b"}),
        ("object.born < '2000-01-01'", {"born": "1999-12-31"}, {"born": False}),
        ("object.born >= '2000-01-01'", {"born": "2000-01-01"}, {"born": False}),
        ("object.born == '2000-01-01'", {"born": "2000-01-01"}, {"born": False}),
        (
            "object.age > 17 and (object.is_vip or object.city == 'Rome')",
            {"age": 18, "city": "Rome", "is_vip": False},
            {"age": 18, "city": "Oslo", "is_vip": False},
        ),
    )

    def test_conditions_mean_what_they_say(self):
        empty = {"name": False, "city": False, "age": 0, "is_vip": False, "born": False}
        for source, true, false in self.CASES:
            code = read_condition(source).truth(Scope(KINDS))
            for values, expected in ((true, True), (false, False)):
                record = type("Record", (), {**empty, **values})
                with self.subTest(source, **values):
                    result = eval(code, {"object": record})  # noqa: S307  what is tested
                    self.assertEqual(bool(result), expected)

    def test_what_cannot_be_compared(self):
        for source in (
            "object.name == 1",
            "object.age == '1'",
            "object.age > True",
            "object.born > 2000",
            "object.partner_id == 3",
            "object.tag_ids == 'x'",
            "'x' in object.tag_ids",
            "'x' in object.born",
            "object.name == object.age",
            "object.name in ('a', 1)",
            "object.note == 'x'",
        ):
            with self.subTest(source), self.assertRaises(MergeFieldError) as caught:
                read_condition(source).truth(Scope(KINDS))
            self.assertEqual(caught.exception.reason, merge.BAD_COMPARISON)

    def test_searches(self):
        source = (
            "object.filtered_domain(['&', ('name', 'ilike', 'x'), '!', "
            "('partner_id', 'any', [('city', 'in', ['a', 'b']), (1, '=', 1)])])"
        )
        node = read_condition(source)
        self.assertEqual(
            [use.path for use in node.uses()], ["name", "partner_id", "partner_id.city"]
        )
        self.assertEqual(
            node.truth(Scope({})),
            "bool(object.filtered_domain(['&', ('name', 'ilike', 'x'), '!', "
            "('partner_id', 'any', [('city', 'in', ['a', 'b']), (1, '=', 1)])]))",
        )
        self.assertEqual(read_condition("false").truth(Scope({})), "False")

    def test_the_guide_tells_what_is_read(self):
        guide = Path(__file__).parents[2] / "docs" / "user" / "merge-fields.md"
        rows = re.findall(r"^\| `([^`]+)` ", guide.read_text(), re.MULTILINE)
        self.assertGreater(len(rows), 15)
        values = rows[: rows.index("object.city")]
        for source in values:
            with self.subTest(source):
                read_value(source)
        for source in rows[len(values) :]:
            with self.subTest(source):
                read_condition(source)

    def test_attacks(self):
        for source in (*CONDITION_ATTACKS, *ATTACKS):
            allowed = ("not object.name", "object.name == 'x'")
            if source in (*allowed, "object.age or 0", "object.name or None"):
                continue
            with self.subTest(source[:80]):
                self.assertRefused(read_condition, source)

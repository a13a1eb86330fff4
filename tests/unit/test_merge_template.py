"""Campaign: merge fields are found in bodies and lines, and nothing else is let in."""

import unittest

from lxml import html

from tools import merge_fields as merge
from tools.languages import best_language
from tools.merge_fields import MergeFieldError
from tools.merge_template import read_body, read_line

KINDS = {
    "name": merge.TEXT,
    "email": merge.TEXT,
    "website": merge.TEXT,
    "partner_id": merge.RECORD,
    "age": merge.INTEGER,
    "born": merge.DATE,
}

ATTACKS = (
    *('<t t-foreach="object.child_ids" t-as="one"/>', '<t t-set="x" t-value="1"/>'),
    *('<t t-call="web.login"/>', '<t t-call-assets="web.assets_backend"/>'),
    *(
        '<t t-esc="object.name"/>',
        '<t t-raw="object.name"/>',
        '<p t-field="object.name"/>',
    ),
    *('<t t-lang="object.lang"/>', '<t t-debug="pdb"/>', '<p t-options="{}">x</p>'),
    '<p t-out="object.name" t-options="{\'widget\': env}"/>',
    '<p t-out="object.name" t-options-widget="env"/>',
    *('<p t-att="env"/>', "<p t-att=\"{'onclick': object.name}\"/>", '<p t-tag="x"/>'),
    *('<p t-att-onclick="object.name"/>', '<p t-attf-onclick="{{ object.name }}"/>'),
    *('<p t-att-style="object.name"/>', '<p t-att-class="object.name"/>'),
    *('<p t-att-id="object.name"/>', '<p t-att-href.translate="object.name"/>'),
    *('<a t-att-xlink:href="object.name"/>', '<p title.translate="{{ env }}"/>'),
    *('<p groups="base.group_system">x</p>', '<p t-groups="base.group_user">x</p>'),
    *('<p T-SET="x" T-VALUE="env"/>', '<P T-Out="env"/>', '<p t-out=" "/>'),
    *('<p t-out="env"/>', "<p t-out='object.name\nor env'/>", '<p t-out="0"/>'),
    *('<p t-out="object.name&#32;or&#32;env"/>', '<p t-out="&#101;nv"/>'),
    '<p t-out="&amp;#101;nv"/>',
    *('<p t-if="env">x</p>', '<p t-if="">x</p>', '<p t-if="1">x</p>', "<p t-if>x</p>"),
    *("<p t-else=''>x</p>", '<p>x</p><p t-elif="object.name">x</p>'),
    '<p t-if="object.name">x</p>text<p t-else="">y</p>',
    '<p t-if="object.name">x</p><br><p t-else="">y</p>',
    '<p t-if="object.name">x</p><p t-elif="env">y</p>',
    *('<style t-out="object.name"></style>', '<script t-if="object.name">x</script>'),
    *('<a t-att-href="env"/>', '<a t-attf-href="{{ env }}"/>', '<a t-att-href=""/>'),
    *('<a t-attf-href="x#{env}"/>', '<a t-attf-href="{{ object.name }}{{ env }}"/>'),
    *(
        '<a t-attf-href="{{ {{ object.name }} }}"/>',
        '<a t-attf-href="{{ object.name + 1 }}"/>',
    ),
    '<p t-inner-content="env"/>',
    '<p t-qweb-skip="True">x</p>',
    '<p t-else-valid="True">x</p>',
    '<t t-consumed-options="True" t-out="object.name"/>',
    '<t t-out="object.name"><t t-out="env"/></t>',
    '<t t-out="object.name"><p t-set="x" t-value="env"/></t>',
    '<t t-name="x">x</t>',
    '<t t-snippet="x">x</t>',
    '<p t-cache="x">x</p>',
)


def parse(source):
    return html.fragment_fromstring(source, create_parent="div")


class TestBodies(unittest.TestCase):
    def _written(self, source):
        root = parse(source)
        for found in read_body(root):
            found.put_python(KINDS)
        return html.tostring(root, encoding="unicode")[len("<div>") : -len("</div>")]

    def test_fields_and_conditions(self):
        for source, written in (
            ('<t t-out="object.name"></t>', '<t t-out="object.name"></t>'),
            (
                '<t t-out="object.name">you</t>',
                '<t t-out="(object.name or None)">you</t>',
            ),
            (
                '<b t-out="object.partner_id">you</b>',
                '<b t-out="((object.partner_id and merge.value(object, '
                "'partner_id', False)) or None)\">you</b>",
            ),
            (
                '<p t-if="object.age &gt; 3">a</p> <!-- x --> '
                '<p t-elif="object.name">b</p><p t-else="">c</p>',
                '<p t-if="(object.age &gt; 3)">a</p> <!-- x --> '
                '<p t-elif="object.name">b</p><p t-else="">c</p>',
            ),
            (
                '<p t-if="object.name" t-out="object.name" '
                't-att-title="object.name"></p>',
                '<p t-if="object.name" t-out="object.name" '
                't-att-title="merge.joined(object.name)"></p>',
            ),
        ):
            self.assertEqual(self._written(source), written)

    def test_addresses_are_put_together_piece_by_piece(self):
        written = self._written(
            '<a t-attf-href="{{ object.website }}/{{object.name}}?a=#{object.email}'
            '&amp;b={{ object.born }}"></a>'
        )
        self.assertEqual(
            html.fragment_fromstring(written).get("t-att-href"),
            "merge.address(object.website, '/', merge.part(object.name, False), '?a=', "
            "merge.part(object.email, True), '&b=', merge.part(object.born, True))",
        )

    def test_what_is_no_template_is_left_alone(self):
        for source in (
            '<p>{{ object.name }} #{env} t-out="env"</p>',
            '<p data-t-out="env" title="{{ env }}">x</p>',
            '<!-- <t t-out="env"/> --><p>x</p>',
            '<p>&lt;t t-out="env"/&gt;</p>',
        ):
            self.assertEqual(read_body(parse(source)), [])

    def test_attacks(self):
        for source in ATTACKS:
            with self.subTest(source), self.assertRaises(MergeFieldError):
                for found in read_body(parse(source)):
                    found.put_python(KINDS)

    def test_who_may_write_code_has_merge_fields_all_the_same(self):
        root = parse(
            '<t t-foreach="object.child_ids" t-as="one"><t t-out="one.name"/></t>'
            '<t t-out="object.name"/><p t-att-class="object.name" t-if="env"/>'
        )
        [found] = read_body(root, is_strict=False)
        self.assertEqual(found.source, "object.name")

    def test_what_is_known_of_each(self):
        [name, born, condition, link] = read_body(
            parse(
                '<t t-out="required(object.name)"/>'
                "<t t-out=\"format_date(object.born) or 'soon'\"/>"
                '<p t-if="object.age">x</p><a t-att-href="object.website">x</a>'
            )
        )
        self.assertEqual((name.required, name.has_fallback), ("name", False))
        self.assertEqual((born.required, born.has_fallback), ("", True))
        self.assertEqual((name.printed(), born.printed()), (["name"], ["born"]))
        self.assertEqual((condition.printed(), link.printed()), ([], ["website"]))


class TestLines(unittest.TestCase):
    def test_expressions_and_fallbacks(self):
        first, second = read_line(
            [("Dear ", "object.name", "you"), (", ", "object.age", ""), ("!", "", "")]
        )
        self.assertTrue(first.has_fallback)
        self.assertEqual(first.python(KINDS), "object.name")
        self.assertFalse(second.has_fallback)
        self.assertEqual(second.python(KINDS), "merge.value(object, 'age', True)")

    def test_attacks(self):
        for source in ("env", "object.name or env", "object.name }} {{ env", "{{ x"):
            with self.subTest(source), self.assertRaises(MergeFieldError):
                read_line([("", source, "")])
            self.assertEqual(read_line([("", source, "")], is_strict=False), [])


class TestLanguages(unittest.TestCase):
    def test_the_language_itself_or_another_kind_of_it(self):
        for wanted, available, best in (
            ("fr_FR", ["fr_BE", "fr_FR"], "fr_FR"),
            ("fr_BE", ["fr_CA", "fr_FR"], "fr_FR"),
            ("fr_BE", ["fr_CH", "fr_CA"], "fr_CA"),
            ("sr@latin", ["sr@Cyrl", "sr"], "sr"),
            ("es_MX", ["es", "es_ES"], "es"),
            ("de_DE", ["fr_FR", "den_DE"], ""),
            ("", ["fr_FR"], ""),
            ("fr_FR", [], ""),
        ):
            with self.subTest(wanted, available=available):
                self.assertEqual(best_language(wanted, available), best)

"""Campaign: the plain-text part, from what e-mail designs really consist of."""

import time
import unittest

from tools.plain_text import html_to_text


class TestPlainText(unittest.TestCase):
    def check(self, source: str, expected: str):
        with self.subTest(source[:60]):
            self.assertEqual(html_to_text(source), expected)

    def test_nothing(self):
        for source in (
            "",
            " \n\t",
            "\u00a0",
            "<!-- a -->",
            "<!DOCTYPE html>",
            "<p></p>",
        ):
            self.check(source, "")
        self.check("<html><head><title>t</title><style>p{}</style></head></html>", "")
        self.check("<table><tr><td>&nbsp;</td></tr></table>", "")

    def test_paragraphs_and_lines(self):
        self.check("<p>one</p><p>two</p>", "one\n\ntwo")
        self.check("one<br>two<br/><br/>three", "one\ntwo\n\nthree")
        self.check("<div>one</div><div>two</div>", "one\n\ntwo")
        self.check("<h1>Title</h1>text<h2>Next</h2>", "Title\n\ntext\n\nNext")
        self.check("<p>a</p>\n\n\n<p>b</p><p> </p><p></p><p>c</p>", "a\n\nb\n\nc")
        self.check("a<hr>b", "a\n\n" + "-" * 20 + "\n\nb")

    def test_words_stay_together(self):
        self.check("one\n   two\t<b>th</b>r<i>ee</i>", "one two three")
        self.check("<b>a</b> <i>b</i>", "a b")

    def test_lists(self):
        self.check("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n\n- two")
        self.check("<ol>\n<li>one</li>\n<li>two</li>\n</ol>", "- one\n\n- two")

    def test_links(self):
        self.check('<a href="https://x/">Visit</a> us', "Visit [ https://x/ ] us")
        self.check('<a href=" https://x/ ">https://x/</a>', "https://x/")
        self.check('<a href="https://x/"></a>', "https://x/")
        self.check('<a href="https://x/?a=1&amp;b=2">x</a>', "x [ https://x/?a=1&b=2 ]")
        self.check('<a href="#top">up</a> <a name="top">here</a>', "up here")

    def test_button(self):
        button = """
            <table role="presentation"><tbody><tr><td style="padding: 8px">
                <a href="https://x/go" class="b"><span>Order <b>now</b></span></a>
            </td></tr></tbody></table>after"""
        self.check(button, "Order now [ https://x/go ]\n\nafter")

    def test_pictures(self):
        self.check('<img src="a.png" alt="A  cat">', "A cat")
        self.check('a<img src="pixel.gif" alt="" width="1">b<img src="c.png">c', "abc")
        self.check(
            '<a href="https://x/"><img src="a.png" alt="Logo"></a>',
            "Logo [ https://x/ ]",
        )
        self.check('<a href="https://x/"><img src="a.png"></a>', "https://x/")

    def test_nested_tables(self):
        inner = (
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>"
        )
        outer = f"<table><tr><td>a</td><td>{inner}</td></tr></table>z"
        self.assertEqual(
            [line for line in html_to_text(outer).split("\n") if line],
            ["a", "1 2", "3 4", "z"],
        )

    def test_hidden(self):
        preview = "Preview text " + "&zwnj;&nbsp;" * 50
        for style in (
            "display:none",
            "color:red;DISPLAY : NONE !important;font-size:1px",
        ):
            self.check(f'<div style="{style}">{preview}<p>x</p></div>tail', "tail")
        self.check('<p hidden="hidden">a</p>b', "b")
        self.check('<img alt="a" style="display:none">b', "b")
        for tag in ("style", "script", "template", "noscript"):
            self.check(f"a<{tag}>hidden</{tag}>b", "ab")

    def test_visible_preview_padding(self):
        self.check(
            "<div>Preview" + "&nbsp;&zwnj;" * 50 + "</div><p>a</p>", "Preview\n\na"
        )
        self.check("<div>" + "&zwnj;&nbsp;&#847;&shy;" * 50 + "</div><p>a</p>", "a")

    def test_comments(self):
        self.check("a<!-- no -->b", "ab")
        self.check("<!--[if mso]><table><tr><td>Outlook</td></tr><![endif]-->a", "a")
        self.check("<!--[if !mso]><!--><p>b</p><!--<![endif]-->", "b")
        self.check("<?php echo 1 ?>a", "a")

    def test_characters(self):
        self.check("a&nbsp;&amp;&lt;b&gt;&euro;&#128578;&copy;", "a &<b>€🙂©")
        self.check("a & b < c > d", "a & b < c > d")
        self.check("שלום <b>עולם</b>", "שלום עולם")
        self.check("a\0b\ud800c", "a b?c")
        self.check("\ue0000\ue001 and \ue0001\ue001", "\ue0000\ue001 and \ue0001\ue001")

    def test_invisible_characters_do_not_part_words(self):
        self.check("Donau&shy;dampf\u200bschiff\ufefffahrt", "Donaudampfschifffahrt")
        self.check("می\u200cخواهم", "می\u200cخواهم")

    def test_malformed(self):
        self.check("<p>a<b>c</p><a href=x>d<table><tr><td>e", "ac\n\nd [ x ]\n\ne")
        self.check("</div></td>a</p>", "a")
        self.check("<p", "")
        self.check("a<unknown foo=>b</unknown>c<o:p></o:p>", "abc")

    def test_whole_documents(self):
        head = "<html><head><meta charset='iso-8859-1'><style>x</style></head>"
        self.check(f"<!DOCTYPE html>{head}<body><p>é</p></body></html>", "é")
        self.check(f'<?xml version="1.0" encoding="utf-16"?>{head}<body>é</body>', "é")

    def test_deep_nesting(self):
        for tag in ("div", "span", "b", "blockquote"):
            for depth in (300, 1000, 5000):
                source = f"<{tag}>" * depth + "x" + f"</{tag}>" * depth + "<p>tail</p>"
                text = html_to_text(source)
                self.assertIn("tail", text)
                if depth <= 1000:
                    self.assertEqual(text.split(), ["x", "tail"])
        html_to_text("<table><tr><td>" * 5000 + "x")

    def test_large(self):
        row = (
            "<tr><td><p>Hello <a href='https://x/y'>world</a>&nbsp;&shy;é</p></td></tr>"
        )
        sources = [
            f"<table>{row * 13_000}</table>",
            "word " * 200_000,
            "<br>" * 250_000,
        ]
        sources += [
            "\u200b " * 300_000,
            "a" + "&shy;" * 200_000,
            "<a href='u'>" * 80_000,
        ]
        sources += ["\u200c" * 1_000_000, "\u00a0" * 1_000_000 + "x", "<" * 1_000_000]
        for source in sources:
            started = time.process_time()
            html_to_text(source)
            self.assertLess(time.process_time() - started, 5, source[:20])

"""Checking: what the pre-flight finds in a mail."""

import io
import unittest
import zipfile

from tools.preflight import (
    files,
    images,
    leftovers,
    links,
    size,
    subject,
    wording,
)
from tools.preflight.finding import ERROR, INFO, OK, WARNING
from tools.preflight.page import Page

BASE = "https://desk.acme.io"


def codes(findings, *levels):
    return [one.code for one in findings if not levels or one.level in levels]


class TestPage(unittest.TestCase):
    def test_text_is_what_readers_see(self):
        page = Page(
            "<html><head><title>t</title><style>p{}</style></head><body><!-- c -->One"
            "<div style='color:red; display : none'>hidden<p>too</p></div>two"
            "<p>Three <b>f</b>our</p><table><tr><td>five</td><td>six</td></tr></table>"
            "<script>x()</script></body></html>"
        )
        self.assertEqual(page.text, "One two Three four five six")

    def test_anything_can_be_read(self):
        for source in ("", "<", "\x00", "<!-- -->", "<p" * 3000, "plain", "<a><a>"):
            with self.subTest(source[:10]):
                page = Page(source)
                self.assertIsInstance(page.text, str)
                self.assertIsInstance(page.links, list)

    def test_words_of_links_are_their_pictures_too(self):
        [link] = Page('<a href="/x"><img alt="Our shop"/></a>').links
        self.assertEqual(link.words, "Our shop")

    def test_places_are_no_links(self):
        page = Page('<a name="top"></a><a id="end">x</a><a>Click</a>')
        self.assertEqual(len(page.links), 1)
        self.assertEqual(page.places, {"top", "end"})

    def test_pictures_behind_the_text(self):
        page = Page(
            '<td background="/a.png"><div style="background: url(\'/b.png\')">x</div>'
        )
        self.assertEqual(page.backgrounds, ["/a.png", "/b.png"])


class TestLinks(unittest.TestCase):
    def found(self, source, base=BASE):
        return {one.code: one for one in links.check(Page(source), base)}

    def test_nothing_wrong(self):
        found = self.found(
            '<a href="https://shop.acme.io/x?a=1&b=%20">Shop</a>'
            '<a href="mailto:hi@acme.io?subject=x">Mail</a><a href="tel:+4912">Call</a>'
            f'<a href="{BASE}/campaign/v/1">View</a>'
            '<a href="#top">Up</a><a id="top"></a>'
            '<a href="https://münchen.de/straße">IDN</a><a href="https://8.8.8.8/">IP</a>'
        )
        self.assertEqual(list(found), ["links"])
        self.assertEqual(found["links"].level, OK)
        self.assertEqual(found["links"].values["count"], 7)

    def test_empty(self):
        source = (
            '<a href="#">One</a><a href="">Two</a><a>Three</a><a href="http://">Four</a>'
            '<a href="JavaScript:void(0)">Five</a><a href=" # ">Six</a>'
        )
        found = self.found(source)
        self.assertEqual(list(found), ["link_empty"])
        self.assertEqual(found["link_empty"].values["count"], 6)
        self.assertIn("Three", found["link_empty"].items)

    def test_broken(self):
        for href in (
            "htp://shop.acme.io",
            "https:/shop.acme.io",
            "https//shop.acme.io",
            "https://shop",
            "https://shop acme.io",
            "https://shop.acme.io/a b",
            "https://shop..acme.io",
            "https://[bad",
            "https://shop.acme.io:port/",
            "https://-shop-.io",
            "mailto:nobody",
            "www.acme.io",
        ):
            with self.subTest(href):
                self.assertTrue(links.is_broken(href))

    def test_local(self):
        for href in (
            "http://localhost:8069/shop",
            "http://127.0.0.1/",
            "https://10.1.2.3/x",
            "https://192.168.0.5",
            "https://[::1]/",
            "https://printer.local/",
            "https://wiki.lan/",
        ):
            with self.subTest(href):
                self.assertEqual(
                    list(self.found(f'<a href="{href}">x</a>')), ["link_local"]
                )
        self.assertFalse(links.is_local("https://localhost.acme.io/"))

    def test_samples(self):
        for host in (
            "www.example.com",
            "example.org",
            "yourwebsite.com",
            "your-company.com",
        ):
            with self.subTest(host):
                found = self.found(f'<a href="https://{host}/">x</a>')
                self.assertEqual(list(found), ["link_example"])
        self.assertFalse(links.is_example("https://goodexample.com"))

    def test_places_in_the_mail(self):
        found = self.found('<a href="#offer">x</a>')
        self.assertEqual(found["link_anchor"].items, ("#offer",))

    def test_not_encrypted(self):
        found = self.found('<a href="http://shop.acme.io">x</a>')
        self.assertEqual(found["link_http"].level, WARNING)

    def test_without_words(self):
        found = self.found('<a href="https://a.io/"><img src="x"/></a>')
        self.assertEqual(found["link_wordless"].level, INFO)

    def test_own_pages(self):
        for base, code in (
            ("http://localhost:8069", "own_pages_local"),
            ("http://desk.acme.io", "own_pages_http"),
        ):
            found = self.found(f'<a href="{base}/campaign/u/1">x</a>', base)
            self.assertEqual(list(found), [code])
        # only the whole host is ours
        self.assertFalse(links.is_under(f"{BASE}.evil.io/", BASE))

    def test_way_out(self):
        for source, is_there in (
            (f'<a href="{BASE}/campaign/u/123">x</a>', True),
            (f'<a href="{BASE}/campaign/v/123">x</a>', False),
            ('<a href="https://acme.io/unsubscribe?u=1">here</a>', True),
            ('<a href="https://acme.io/p">Newsletter abbestellen</a>', True),
            ('<a href="https://acme.io/p">Se désabonner</a>', True),
            ('<a href="https://acme.io/p">Darme de baja</a>', True),
            (f'<a href="{BASE}/mailing/my">Settings</a>', True),
            ('<a href="#">Unsubscribe</a>', False),
            ("<p>unsubscribe</p>", False),
            ("", False),
        ):
            with self.subTest(source):
                [finding] = links.check_way_out(Page(source), BASE)
                self.assertEqual(finding.level, OK if is_there else ERROR)


class TestImages(unittest.TestCase):
    WORDS = "word " * 80

    def found(self, source, sizes=None):
        page = Page(f"<p>{self.WORDS}</p>{source}")
        return {one.code: one for one in images.check(page, BASE, sizes or {})}

    def test_nothing_wrong(self):
        found = self.found(
            '<img src="https://a.io/x.png" alt="A house" width="600"/>'
            f'<img src="{BASE}/campaign/o/1.gif" alt="" width="1" height="1"/>'
            '<img src="https://a.io/dot.png" alt="" width="20"/>'
        )
        self.assertEqual(list(found), ["images"])

    def test_alternative_texts(self):
        found = self.found('<img src="https://a.io/p/house.png?x=1"/>')
        self.assertEqual(found["alt_missing"].level, WARNING)
        self.assertEqual(found["alt_missing"].items, ("house.png",))
        found = self.found('<img src="https://a.io/p/house.png" alt=" "/>')
        self.assertEqual(found["alt_empty"].level, INFO)
        found = self.found('<img src="https://a.io/line.png" role="presentation"/>')
        self.assertEqual(list(found), ["images"])

    def test_weight(self):
        source = "".join(
            f'<img src="/web/image/{number}" alt="x"/>' for number in range(5)
        )
        sizes = {f"/web/image/{number}": 450 * 1024 for number in range(5)}
        found = self.found(source, sizes)
        self.assertEqual(found["images_heavy"].values, {"megabytes": 2.2})
        self.assertNotIn("image_heavy", found)
        found = self.found(source, {"/web/image/1": 900 * 1024})
        self.assertEqual(found["image_heavy"].items, ("1 (900 kB)",))

    def test_sources(self):
        for source, code in (
            ("", "image_broken"),
            ("http://192.168.1.7/x.png", "image_local"),
            ("data:image/png;base64,AAAA", "image_data"),
            ("https://a.io/logo.svg?v=2", "image_format"),
        ):
            with self.subTest(code):
                self.assertIn(code, self.found(f'<img src="{source}" alt="x"/>'))

    def test_nothing_but_pictures(self):
        page = Page('<img src="https://a.io/x.png" alt="x"/><p>Buy now</p>')
        self.assertIn("images_without_words", codes(images.check(page, BASE, {})))


class TestSubject(unittest.TestCase):
    def test_fine(self):
        for line in (
            "News for Ann",
            "Nur heute: 20 % auf NASA-Shirts!",
            "OK?",
            "東京の天気",
        ):
            with self.subTest(line):
                self.assertEqual(codes(subject.check(line, "Look inside")), ["subject"])

    def test_what_is_wrong(self):
        for line, preview, code in (
            (" ", "x", "subject_missing"),
            ("x" * 71, "y", "subject_long"),
            ("BIG SALE TODAY", "y", "subject_capitals"),
            ("ГРАНДИОЗНАЯ РАСПРОДАЖА", "y", "subject_capitals"),
            ("Sale!!", "y", "subject_marks"),
            ("A! B! C!", "y", "subject_marks"),
            ("Re: your order", "y", "subject_reply"),
            ("AW: Angebot", "y", "subject_reply"),
            ("News", " ", "preview_missing"),
            ("News", "news ", "preview_same"),
        ):
            with self.subTest(line):
                self.assertEqual(codes(subject.check(line, preview)), [code])


class TestWords(unittest.TestCase):
    def test_honest_mails_pass(self):
        for text in (
            "Our spring sale: 20 % discount on all sensors. Order now, free trial.",
            "Im März sind alle Sensoren im Sonderangebot. Jetzt bestellen.",
            "We guarantee delivery; the winner of the design award is on page 2.",
        ):
            with self.subTest(text):
                self.assertEqual(codes(wording.check("News", text), WARNING), [])

    def test_spam_does_not(self):
        for text, phrase in (
            (
                "You have won! Claim your prize, act now, no strings attached.",
                "you have won",
            ),
            (
                "Sie haben gewonnen! Passives Einkommen ohne Risiko",
                "sie haben gewonnen",
            ),
            ("Vous avez gagné, cliquez ici, argent facile", "vous avez gagné"),
            ("Gane dinero sin riesgo, haga clic aquí", "gane dinero"),
        ):
            with self.subTest(phrase):
                [finding] = wording.check("News", text)
                self.assertEqual(finding.level, WARNING)
                self.assertIn(phrase, finding.items)

    def test_the_subject_weighs_twice(self):
        [inside] = wording.check("News", "Click here")
        [outside] = wording.check("Click here", "News")
        self.assertEqual([inside.level, outside.level], [OK, INFO])

    def test_whole_words_only(self):
        [finding] = wording.check("Surgently guaranteedly", "cheapest clickhere")
        self.assertEqual(finding.level, OK)

    def test_lists_are_in_order(self):
        weights = wording.phrases()
        self.assertGreater(len(weights), 180)
        for phrase, weight in weights.items():
            self.assertIn(weight, (1, 2, 3))
            self.assertEqual(phrase, phrase.casefold().strip())
            self.assertNotIn("’", phrase)


class TestLeftovers(unittest.TestCase):
    def test_found(self):
        for text in (
            "Lorem ipsum dolor",
            "Dear [First name],",
            "Visit [Company Name]!",
            "Your text here",
            "Write your content here",
            "Price: TBD",
            "Hello {{ object.name }}",
            "Hello ${object.name}",
            "Hi *|FNAME|*",
            "Hi %firstname%",
            "Hallo [Vorname]",
            "Your code: [CODE]",
            "[The one thing that people take home from it, in one short sentence]",
        ):
            with self.subTest(text):
                self.assertEqual(codes(leftovers.check(text)), ["leftover"])

    def test_not_found(self):
        for text in ("see [1] and [sic]", "todo el mundo", "100 % name", "{ a }", ""):
            with self.subTest(text):
                self.assertEqual(codes(leftovers.check(text)), ["leftovers"])

    def test_greeting(self):
        self.assertEqual(
            codes(leftovers.check_greeting("Dear , we")), ["bare_greeting"]
        )
        self.assertEqual(codes(leftovers.check_greeting("Hello, we")), [])
        self.assertEqual(codes(leftovers.check_greeting("Dear reader, we")), [])


class TestSize(unittest.TestCase):
    def test_gmail(self):
        for kilobytes, code in (
            (50, "page_size"),
            (95, "page_large"),
            (103, "page_clipped"),
        ):
            self.assertEqual(codes(size.check_page(kilobytes * 1024)), [code])

    def test_server(self):
        self.assertEqual(codes(size.check_mail(10, 9)), ["mail_too_large"])
        self.assertEqual(codes(size.check_mail(9, 9)), [])


class TestFiles(unittest.TestCase):
    def found(self, name, content=b"%PDF-1.7", length=None):
        return codes(files.check(files.File(name, length or len(content), content)))

    def test_fine(self):
        for name in ("Prices.pdf", "a.b.c.xlsx", "README", "photo.JPG", "notes.txt."):
            with self.subTest(name):
                self.assertEqual(self.found(name), [])

    def test_dangerous(self):
        for name in (
            "a.exe",
            "invoice.pdf.EXE",
            "x.js",
            "x.bat . ",
            "x.scr",
            "x.lnk",
            "x.jar",
        ):
            with self.subTest(name):
                self.assertEqual(self.found(name), ["file_dangerous"])

    def test_programs_by_another_name(self):
        for content in (b"MZ\x90\x00", b"\x7fELF\x02", b"#!/bin/sh\n"):
            self.assertEqual(self.found("prices.pdf", content), ["file_program"])

    def test_names_that_hide(self):
        self.assertEqual(self.found("invoice\u202efdp.exe"), ["file_name"])

    def test_empty(self):
        self.assertEqual(self.found("a.pdf", b""), ["file_empty"])

    def test_archives(self):
        for inner, expected in (("run.vbs", ["file_archive"]), ("a/b.pdf", [])):
            data = io.BytesIO()
            with zipfile.ZipFile(data, "w") as archive:
                archive.writestr("readme.txt", "x")
                archive.writestr(inner, "x")
            self.assertEqual(self.found("all.zip", data.getvalue()), expected)
        self.assertEqual(self.found("all.zip", b"PK\x03\x04 not really"), [])

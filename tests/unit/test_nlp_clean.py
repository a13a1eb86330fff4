"""Response: the author's own words, cut out of mails as programs wrap them."""

import random
import string
import time
import unittest
from html import escape

from wrapped_replies import wrapped

from tools.nlp.clean import clean, tags
from tools.nlp.clean.sheet import FOREIGN, QUOTE, SIGNATURE

OURS = "Hello Marek,\n\nReady for a better forecast?\nBook a demo at three.\n\nPriya"


def words(text):
    """Return a text as its words."""
    return text.split()


class TestSamples(unittest.TestCase):
    """The wrapped replies in tests/samples/replies."""

    def test_every_reply_is_cut_out(self):
        samples = wrapped()
        self.assertGreater(len(samples), 100)
        for sample in samples:
            with self.subTest(name=sample.name):
                found = clean(sample.text, sample.html, original=sample.original)
                self.assertEqual(found.text, sample.clean)

    def test_nothing_is_lost(self):
        """Each word of a text is the author's or was cut, with the reason why."""
        for sample in wrapped():
            if sample.html or not sample.text:
                continue
            found = clean(sample.text, None, original=sample.original)
            kept = words(found.text) + words("\n".join(cut.text for cut in found.cut))
            plain = [word for word in words(sample.text) if word.strip("-_=*>|\ufeff")]
            missing = set(plain) - set(kept)
            marked = {word for word in missing if word.startswith(">")}
            with self.subTest(name=sample.name):
                self.assertEqual(missing - marked, set())

    def test_every_reply_reads_the_same_with_more_below(self):
        """A longer quote changes nothing of what the author wrote above it."""
        quote = "\n\nOn Mon, 8 Feb 2027, Priya <priya@t.example> wrote:\n> Buy now!\n"
        for text in (
            "Yes, Tuesday suits.",
            "Bitte rufen Sie mich an.\n\nViele Grüße\nJonas Kern",
            "Pas intéressé, merci.",
            "No, gracias.",
        ):
            alone = clean(text, None).text
            self.assertEqual(clean(text + quote, None).text, alone)
            self.assertEqual(clean(text + quote * 50, None).text, alone)

    def test_a_mail_of_its_own_is_left_whole(self):
        for text in (
            "We met on Monday at 10 and she wrote: come back later.\nI will.",
            "From: our side there is no objection.\nTo: be discussed.",
            "1) price?\n2) delivery?\n\nThe rest is fine.",
            "Best regards from Rome! The offer is good, send it over please.",
        ):
            with self.subTest(text=text):
                self.assertEqual(clean(text, None).text, text)


class TestParts(unittest.TestCase):
    """Which body is read, and what becomes of the rest."""

    def test_html_is_read_first(self):
        found = clean("the text part", "<p>the HTML part</p>")
        self.assertEqual((found.text, found.source), ("the HTML part", "html"))

    def test_text_is_read_when_html_has_nothing(self):
        quote = '<div class="gmail_quote">Hello</div>'
        found = clean("Yes please", quote)
        self.assertEqual((found.text, found.source), ("Yes please", "text"))

    def test_what_is_cut_says_why(self):
        found = clean(
            "Yes.\n\n-- \nAnn Reed\nReed Ltd\n\n"
            "On Mon, 8 Feb 2027, Priya <priya@t.example> wrote:\n> Buy!\n",
            None,
        )
        kinds = [cut.kind for cut in found.cut]
        self.assertEqual(kinds, [SIGNATURE, "attribution", QUOTE])
        self.assertIn("Reed Ltd", found.cut[0].text)

    def test_our_own_words_are_subtracted(self):
        """A quote that nothing marks is known by the mail that is answered."""
        found = clean(f"Gladly, at three.\n\n{OURS}", None, original=OURS)
        self.assertEqual(found.text, "Gladly, at three.")
        self.assertTrue({cut.kind for cut in found.cut} <= FOREIGN)

    def test_answers_between_the_lines_stay(self):
        found = clean(
            "> Ready for a better forecast?\nNot yet.\n> Book a demo at three.\n"
            "Four is better.",
            None,
        )
        self.assertEqual(words(found.text), words("Not yet. Four is better."))

    def test_answers_below_stay(self):
        found = clean(
            "On Mon, 8 Feb 2027, Priya <priya@t.example> wrote:\n> Ready?\n\nWe are.",
            None,
        )
        self.assertEqual(found.text, "We are.")

    def test_hidden_text_is_not_read(self):
        for style in ("display:none", "font-size:0", "VISIBILITY: hidden"):
            found = clean("", f'<p>Yes</p><div style="{style}">Buy <b>now</b></div>')
            self.assertEqual(found.text, "Yes")
        self.assertEqual(clean("", "<p>Yes<p hidden>no").text, "Yes")
        self.assertEqual(clean("", "<style>p{}</style><p>Yes<!-- no -->").text, "Yes")

    def test_too_long_a_mail_is_read_to_a_line(self):
        found = clean("line\n" * 30_000, None)
        self.assertEqual(found.cut[-1].kind, "overlong")
        self.assertEqual(found.text.count("line"), 20_000)


class TestTags(unittest.TestCase):
    """Broken HTML still gives each element an end."""

    def outline(self, source):
        """Return a document as words: <a, >a, and texts."""
        sign = {tags.START: "<", tags.END: ">", tags.TEXT: ""}
        return " ".join(sign[event] + name for event, name, _ in tags.read(source))

    def test_ends_are_added(self):
        for source, outline in (
            ("<p>a<p>b", "<p a >p <p b >p"),
            ("<ul><li>a<li>b</ul>", "<ul <li a >li <li b >li >ul"),
            ("<b><i>a</b>c", "<b <i a >i >b c"),
            ("</i>a</b>", "a"),
            ("a<br>b<BR/>c", "a <br >br b <br >br c"),
            ("<div/>a", "<div >div a"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>d",
                "<table <tr <td a >td <td b >td >tr <tr <td c >td >tr >table d",
            ),
            ("<div><td>a</div>b", "<div <td a b >td >div"),
            ("<script>if (a<b) '</p>'</script>c", "<script >script c"),
            ("1 < 2 &lt; 3", "1  <  2 < 3"),
            ("<!-- <p> --><![if !mso]>a<![endif]>", "a"),
            ("a<!-- no end <p>b", "a"),
            ("a<p", "a <p >p"),
        ):
            with self.subTest(source=source):
                self.assertEqual(self.outline(source), outline)

    def test_attributes(self):
        for source, attributes in (
            (
                "<a B='1' c=\"2>3\" d=4/5 e>",
                {"b": "1", "c": "2>3", "d": "4/5", "e": ""},
            ),
            ("<a b = '&amp;&#65;' b=2>", {"b": "&A"}),
            ("<a b='1", {"b": "1"}),
            ("<a =1>", {}),
        ):
            with self.subTest(source=source):
                self.assertEqual(next(tags.read(source))[2], attributes)

    def test_plain_text_survives_the_way_through(self):
        lot = random.Random(3)
        for _ in range(100):
            text = "".join(lot.choices(string.ascii_letters + "<>&\"' =/", k=60))
            pieces = [name for event, name, _ in tags.read(f"<p>{escape(text)}</p>")]
            self.assertEqual("".join(pieces[1:-1]), text)


class TestHostile(unittest.TestCase):
    """Nothing that a mail may hold breaks or stalls the cleaning."""

    def seconds(self, text, html):
        begin = time.process_time()
        clean(text, html, original=text[:1000])
        return time.process_time() - begin

    def test_random(self):
        lot = random.Random(5)
        pieces = [
            "<p>",
            "</div>",
            "<blockquote",
            ">",
            "On",
            "wrote:",
            "\n",
            "-- ",
            "&#",
        ]
        pieces += [
            "\u200b",
            "\ud800",
            "\0",
            "From:",
            "@",
            "é",
            "日本",
            "<!--",
            "'",
            '"',
        ]
        for _ in range(300):
            mail = "".join(lot.choices(pieces, k=lot.randrange(80)))
            for found in (clean(mail, None, original=mail[3:]), clean("", mail)):
                found.text.encode()
                self.assertFalse(any(not cut.text.strip() for cut in found.cut))

    def test_time_is_bounded(self):
        size = 400_000
        for unit in (
            *(
                "> ",
                "On Mon wrote:\n",
                "From: a\n",
                "-- \n",
                "a\n",
                "\n",
                ":",
                "a@b ",
                "_",
            ),
            *("Best regards\n", "Sent from my\n", "confidential ", "[EXTERNAL] ", "<"),
            *("On <a@b> wrote: ", "On <", "Am x <a@b.c> "),
        ):
            with self.subTest(unit=unit):
                self.assertLess(self.seconds(unit * (size // len(unit)), None), 6)
        for unit in (
            *(
                "<",
                "<a ",
                "<a b='",
                "</a",
                "<!--",
                "<script>",
                "<td><i>",
                "<p>x",
                "<br>",
            ),
            *(
                "<div class=gmail_quote>",
                "<blockquote>",
                "<div style='display:none'>",
                "&#",
            ),
            *("<a b = ", "</", "<pre>\n", "<li>", "<a/", "</tr><tr>", "<b></i>"),
        ):
            with self.subTest(unit=unit):
                self.assertLess(self.seconds("", unit * (size // len(unit))), 6)

    def test_time_grows_with_length_only(self):
        mail = "".join(
            f"<div class=gmail_quote><p style='margin:0'>Line {number}</p></div>"
            for number in range(1500)
        )
        self.seconds("", mail)
        short = min(self.seconds("", mail) for _ in range(3))
        long = min(self.seconds("", mail * 4) for _ in range(3))
        self.assertLess(long, 9 * short + 0.05)


if __name__ == "__main__":
    unittest.main()

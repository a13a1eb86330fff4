"""Sending: messages, read back by Python's own strict parser."""

import email
import random
import re
import unittest
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

from tools import mime

STRICT = policy.SMTP.clone(raise_on_defect=True)
ALPHABET = [
    *(
        "a",
        "b",
        " ",
        "  ",
        ".",
        "..",
        "=",
        "=20",
        "\t",
        "\n",
        "\n.",
        "\r\n",
        " \n",
        "-",
    ),
    *(
        "é",
        "ß",
        "日本",
        "🙂",
        "👩‍👩‍👧",
        "שלום",
        "\u202e",
        "\u00a0",
        "\0",
        "\x7f",
        "\ud800",
    ),
    *(
        "<b>",
        "&amp;",
        '"',
        "\\",
        ",",
        ";",
        "?=",
        "=?utf-8?q?x?=",
        "From ",
        "--",
        "x" * 80,
    ),
]
UNSAFE = ["\r\nBcc: evil@x.example", "\nX: y", "\rX: y", "\u2028X: y", "\x85X: y", "\0"]
PLAIN = "Plain words, and some more of them"


def random_text(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(ALPHABET) for _ in range(length))


def as_sent(text: str) -> str:
    """Return what a body's text looks like to its reader."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.encode("utf-8", "replace").decode()


def parse(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=STRICT)
    for part in message.walk():
        for header in part.values():
            str(header)
            if getattr(header, "defects", None):
                raise AssertionError(header.defects)
    return message


class MimeCase(unittest.TestCase):
    def assert_wire(self, data: bytes, header_width: int = 998):
        """Check what SMTP demands of the bytes, and the length of the lines."""
        self.assertTrue(data.isascii())
        self.assertEqual(re.findall(rb"(?<!\r)\n|\r(?!\n)", data), [])
        head, _empty, body = data.partition(b"\r\n\r\n")
        self.assertLessEqual(max(map(len, head.split(b"\r\n"))), header_width)
        self.assertNotIn(b"\0", data)
        self.assertNotIn(b"\n.", data)
        lines = re.sub(rb"(?m)^Content-Type: .*", b"", body).split(b"\r\n")
        self.assertLessEqual(max(map(len, lines)), 76)

    def build(self, text="", html="", headers=(), attachments=(), values=None):
        """Return a message; ``values`` are those of placeholders, as text."""
        values = values or {}
        common = [mime.raw_header("Precedence", " ".join(["list", *values]))]
        quoted = mime.QuotedPrintable(values)
        skeleton = mime.Skeleton(common, attachments, values)
        return skeleton.message(
            headers,
            quoted.encode(text),
            quoted.encode(html),
            {word.encode(): value.encode() for word, value in values.items()},
        )


class TestHeader(MimeCase):
    def read(self, line: bytes, width: int = 78) -> EmailMessage:
        """Return the message whose only header is ``line``."""
        data = line + b"\r\n"
        self.assert_wire(data, width)
        message = parse(data)
        self.assertEqual(len(message.keys()), 1)
        self.assertFalse(message.get_payload())
        return message

    def check(self, text: str):
        longest = max(map(len, text.split(" ")))
        message = self.read(
            mime.header("Subject", text), max(78, longest + 10 if longest <= 900 else 0)
        )
        clean = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()
        self.assertEqual(message["Subject"], clean.encode("utf-8", "replace").decode())

    def test_lengths(self):
        samples = ("word ", "é", "日本", "🙂", "שלום ", "a,b; ", "x", "two  spaces ")
        for sample in samples:
            for length in (*range(80), 120, 998, 1200, 3000):
                with self.subTest(sample, length=length):
                    self.check((sample * length)[:length])

    def test_words_longer_than_a_line(self):
        for length in (60, 61, 66, 67, 68, 69, 70, 76, 77, 78, 998, 1005):
            for text in (
                "x" * length,
                f"a {'x' * length} b",
                "https://x/" + "y" * length,
            ):
                with self.subTest(length=length, text=text[:9]):
                    self.check(text)

    def test_text_that_looks_encoded(self):
        for text in (
            "=?utf-8?q?a?=",
            "a =?utf-8?b?YQ==?= b",
            "=?x?q?=0D=0A?=",
            "=?",
            "?=",
        ):
            self.check(text)
            self.check(text + " and more words" * 10)

    def test_injection(self):
        for unsafe in UNSAFE:
            for text in (unsafe, f"a{unsafe}", f"é{unsafe}", PLAIN * 4 + unsafe):
                with self.subTest(text):
                    self.check(text)
                    self.read(
                        mime.raw_header(
                            "X-Raw", f"b{unsafe}".encode("ascii", "ignore").decode()
                        )
                    )

    def test_random(self):
        chance = random.Random(19)
        for length in range(300):
            text = random_text(chance, length % 60)
            with self.subTest(text):
                self.check(text)

    def test_encoded_words_end_at_column_76(self):
        for name in ("Subject", "X-" + "Y" * 20):
            for length in range(60, 90):
                line = mime.header(name, "é" + "a" * length)
                self.assertLessEqual(max(map(len, line.split(b"\r\n"))), 76)

    def test_raw_header_is_never_changed(self):
        value = "<https://x.example/" + "u" * 100 + ">"
        line = mime.raw_header("List-Unsubscribe", value)
        self.assertEqual(line, f"List-Unsubscribe: {value}\r\n".encode())
        with self.assertRaises(ValueError):
            mime.raw_header("List-Unsubscribe", "<https://é/>")

    def test_date(self):
        message = parse(mime.date_header(1_700_000_000) + b"\r\n")
        self.assertEqual(message["Date"].datetime.timestamp(), 1_700_000_000)


class TestMailbox(MimeCase):
    ADDRESS = "ann.o'neill+tag@mail.example"

    def check(self, name: str, address: str = ADDRESS, header: str = "From"):
        line = mime.address_header(header, name, address)
        self.assert_wire(line + b"\r\n", max(78, len(address) + 10))
        message = parse(line + b"\r\n")
        self.assertEqual(message.keys(), [header])
        [found] = message[header].addresses
        clean = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", name).strip()
        self.assertEqual(found.addr_spec, address)
        clean = clean.encode("utf-8", "replace").decode()
        shown = found.display_name
        if b"=?utf-8" in line:  # Python's new parser puts spaces between the words
            self.assertTrue(shown)
            shown = str(make_header(decode_header(parseaddr(line.decode())[0])))
        # and makes one space of several in a quoted name
        self.assertEqual(shown.split(), clean.split())

    def test_names(self):
        names = [
            "",
            "Ann",
            "Ann O'Neill",
            'Ann "the" \\ Boss',
            "Neill, Ann",
            "a@b.example",
        ]
        names += [
            "Ann (boss)",
            "Müller",
            "李小龍",
            "🙂",
            "שלום עולם",
            "\u202egnp",
            "<x>",
            "a:b;c",
        ]
        names += [
            "=?utf-8?q?a?=",
            "a =?utf-8?b?YQ==?= b",
            'é,"\\',
            ".",
            "\ud800",
            "\\",
            '"',
        ]
        for name in names:
            for header in ("From", "To", "Reply-To"):
                with self.subTest(name, header=header):
                    self.check(name, header=header)

    def test_lengths(self):
        for sample in ("a", "a b", "é", "日本", "🙂", '"', "\\", "x, "):
            for length in (1, 2, 10, 20, *range(50, 72), 998, 1200):
                name = (sample * length)[:length].strip()
                with self.subTest(sample, length=length):
                    self.check(name)

    def test_long_address(self):
        address = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + ".example"
        for name in ("", "Ann", "Ann " * 12, "é" * 30):
            self.check(name, address)

    def test_injection_by_name(self):
        for unsafe in UNSAFE:
            for name in (unsafe, f"Ann{unsafe}", f"é{unsafe}", PLAIN * 4 + unsafe):
                with self.subTest(name):
                    self.check(name)
        self.check('Ann" <evil@x.example>, "')

    def test_injection_by_address(self):
        bad = [f"a{unsafe}@x.example" for unsafe in UNSAFE]
        bad += [
            "a@x.example>, <b@x.example",
            "a@x.example, b@x.example",
            "a b@x.example",
        ]
        bad += ["a@x.example\r\n", "ü@x.example", "a@x.example;b@x.example"]
        for address in bad:
            for name in ("", "Ann", "é"):
                with self.subTest(address, name=name), self.assertRaises(ValueError):
                    mime.address_header("To", name, address)


class TestBodies(MimeCase):
    def check(self, text: str, **options):
        data = self.build(text=text, html=text, **options)
        self.assert_wire(data)
        plain, html = parse(data).get_payload()[:2]
        for part in (plain, html):
            got = part.get_payload(decode=True).decode()
            self.assertEqual(got.replace("\r\n", "\n"), as_sent(text))
        self.assertEqual(plain.get_content_type(), "text/plain")
        self.assertEqual(html.get_content_type(), "text/html")

    def test_awkward_lines(self):
        samples = ["", " ", "\t", "\n", "\n\n", "a\n", "a ", "a\t", " a", "a \nb\t\nc "]
        samples += [".", ".\n", "..", "\n.\n", "a\n.\n.b", "=", "==\n=", "=3D", "a=\n"]
        samples += ["\r\n", "\r", "a\r\nb\rc", "\0", "\x7f", "é", "🙂" * 40, "From me"]
        samples += ["\ud800", "\u2028", "--", "x" * 10_000, "é" * 5_000, " " * 200]
        samples += ["." * 200, "\t" * 200, "=" * 200]
        for text in samples:
            with self.subTest(text[:20]):
                self.check(text)

    def test_lines_of_all_lengths(self):
        for length in (*range(71, 79), *range(147, 153)):
            for edge in ("", ".", " ", "=", "é", "\n", "\t"):
                for text in (edge + "x" * length, "x" * length + edge):
                    with self.subTest(text):
                        self.check(text)
                        self.check(f"a\n{text}\nb")

    def test_random(self):
        chance = random.Random(2045)
        for length in range(0, 300, 2):
            text = random_text(chance, length)
            with self.subTest(text):
                self.check(text)

    def test_pieces_are_joined_unchanged(self):
        chance = random.Random(7)
        for _round in range(100):
            pieces = [random_text(chance, chance.randrange(6)) for _ in range(8)]
            # a CR and an LF that stand in two pieces are two line ends
            pieces = [piece.replace("\r", "") for piece in pieces]
            quoted = mime.QuotedPrintable()
            quoted.remember(pieces[:3])
            encoded = [part for piece in pieces for part in quoted.encode(piece)]
            data = mime.Skeleton([]).message([], encoded, [], {})
            self.assert_wire(data)
            part = parse(data).get_payload()[0]
            got = part.get_payload(decode=True).decode().replace("\r\n", "\n")
            self.assertEqual(got, as_sent("".join(pieces)))

    def test_remembered_is_the_same(self):
        chance = random.Random(8)
        for length in range(100):
            text = random_text(chance, length) or "x"
            quoted = mime.QuotedPrintable()
            encoded = quoted.encode(text)
            quoted.remember([text])
            again = quoted.encode(text)
            message = mime.Skeleton([]).message([], encoded, again, {})
            plain, html = parse(message).get_payload()
            self.assertEqual(
                plain.get_payload(decode=True), html.get_payload(decode=True)
            )


class TestPlaceholders(MimeCase):
    def check(self, pattern: str):
        """Put two placeholders into ``pattern``, values of 75 characters for them."""
        first, second = mime.new_placeholder(), mime.new_placeholder()
        text = pattern.format(first, second)
        values = {first: "v" * 75, second: "w" * 75}
        data = self.build(text, text, values=values)
        for placeholder in values:
            self.assertNotIn(placeholder.encode(), data)
        self.assert_wire(data)
        message = parse(data)
        self.assertEqual(message["Precedence"], f"list {'v' * 75} {'w' * 75}")
        part = message.get_payload()[1]
        got = part.get_payload(decode=True).decode().replace("\r\n", "\n")
        self.assertEqual(got, pattern.format("v" * 75, "w" * 75))

    def test_places(self):
        patterns = ["{0}{1}", "{0}", "x{0}", "{0}x", "{0}\n{1}", "\n{0}\n", " {0} {1} "]
        patterns += [
            "{0}{0}{1}{1}",
            "https://x.example/c/{0}",
            "é{0}é{1}é",
            ".{0}.{1}.",
        ]
        patterns += ["={0}=", "{0}\t\n{1} ", f"{'x' * 75}{{0}}{'y' * 76}{{1}}"]
        patterns += [
            f"[ https://x.example/campaign/{'p' * n}/{{0}} ]" for n in range(60)
        ]
        for pattern in patterns:
            with self.subTest(pattern):
                self.check(pattern)

    def test_words_do_not_repeat(self):
        words = {mime.new_placeholder() for _ in range(1000)}
        self.assertEqual(len(words), 1000)
        for word in words:
            self.assertRegex(word, r"\Acd[0-9a-f]{20}x\Z")


class TestAttachments(MimeCase):
    def check(self, name="a.txt", mimetype="text/plain", content=b"content"):
        """Return the type of the attachment after the way through the wire."""
        file = mime.Attachment(name, mimetype, content)
        data = self.build("text", "<p>html</p>", attachments=[file, file])
        self.assert_wire(data)
        message = parse(data)
        self.assertEqual(message.get_content_type(), "multipart/mixed")
        alternative, *parts = message.iter_parts()
        self.assertEqual(alternative.get_content_type(), "multipart/alternative")
        self.assertEqual(len(parts), 2)
        for part in parts:
            self.assertEqual(part.get_payload(decode=True), content)
            self.assertEqual(part.get_content_disposition(), "attachment")
            clean = re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", name).strip()
            clean = clean.encode("utf-8", "replace").decode() or "attachment"
            self.assertEqual(part.get_filename(), clean)
        return parts[0].get_content_type()

    def test_contents(self):
        for content in (b"", b"\0", b"\r\n.\r\n", bytes(range(256)) * 50, b"x" * 57):
            self.check(content=content)

    def test_names(self):
        names = ["", "a b.pdf", 'a"b.pdf', "a\\b.pdf", "a;b.pdf", "a'b%20.pdf", "ä.pdf"]
        names += [
            "日本語" * 30 + ".pdf",
            "x" * 300,
            "🙂",
            "שלום.pdf",
            "\ud800.pdf",
            "../x",
        ]
        names += ["=?utf-8?q?a?=.pdf", "a*b", 'a"' * 40 + "a", "\\" * 60]
        names += [f"a{unsafe}.pdf" for unsafe in UNSAFE]
        for name in names:
            with self.subTest(name):
                self.check(name)

    def test_types_that_stay(self):
        for mimetype in ("application/pdf", "image/svg+xml", "text/x-python"):
            self.assertEqual(self.check(mimetype=mimetype), mimetype)
        self.assertEqual(
            self.check(mimetype="Text/Calendar; charset=x"), "text/calendar"
        )

    def test_types_that_cannot_be(self):
        bad = [
            "",
            "nonsense",
            "a/b/c",
            "multipart/mixed",
            "message/rfc822",
            "a/b c",
            "/",
        ]
        bad += ["Message/RFC822", "MULTIPART/mixed", "tëxt/plain", "a/" + "b" * 2000]
        bad += [f"text/plain{unsafe}" for unsafe in UNSAFE]
        for mimetype in bad:
            with self.subTest(mimetype):
                self.assertEqual(
                    self.check(mimetype=mimetype), "application/octet-stream"
                )


class TestOwnFiles(MimeCase):
    """Files that only one recipient gets."""

    def names(self, shared, own, has_own_files=True):
        skeleton = mime.Skeleton([], shared, has_own_files=has_own_files)
        quoted = mime.QuotedPrintable()
        data = skeleton.message(
            [], quoted.encode("text"), quoted.encode("<p>x</p>"), {}, own
        )
        self.assert_wire(data)
        self.assertGreaterEqual(len(data), skeleton.size)
        return [part.get_filename() for part in parse(data).iter_attachments()]

    def test_beside_shared_ones(self):
        shared = [mime.Attachment("all.pdf", "application/pdf", b"x" * 100)]
        own = [mime.Attachment("own.pdf", "application/pdf", b".y" * 100)]
        self.assertEqual(self.names(shared, own), ["all.pdf", "own.pdf"])
        self.assertEqual(self.names([], own), ["own.pdf"])

    def test_not_everybody_has_one(self):
        self.assertEqual(self.names([], []), [])
        shared = [mime.Attachment("all.pdf", "application/pdf", b"x")]
        self.assertEqual(self.names(shared, []), ["all.pdf"])


class TestWholeMessage(MimeCase):
    def test_headers_stand_once_and_in_front(self):
        headers = [
            mime.address_header("From", "Zoë", "zoe@x.example"),
            mime.address_header("To", "", "ann@x.example"),
            mime.header("Subject", "Grüße " * 30),
            mime.raw_header("Message-ID", "<1@x.example>"),
        ]
        data = self.build("a", "b", headers)
        self.assert_wire(data, 78)
        message = parse(data)
        self.assertEqual(
            message.keys(),
            ["From", "To", "Subject", "Message-ID", "Precedence", "MIME-Version"]
            + ["Content-Type"],
        )
        self.assertEqual(message["Message-ID"], "<1@x.example>")
        self.assertEqual(message["MIME-Version"], "1.0")

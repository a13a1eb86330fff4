"""Response: a corpus of raw answers: mail programs × what becomes of them on the way.

``samples/answers`` has an answer in the format of each mail program. Each goes through
every situation below, which takes away some of what tells the delivery that it answers.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).parent / "samples" / "answers"
REPLY = "Sounds good. Could you send me the price list?"
# The marks that programs put before a subject, by turns.
MARKS = (
    *("Re: ", "AW: ", "RE: ", "Antw: ", "SV: ", "RES: ", "Rif: ", "R: ", "Odp: "),
    *("Ynt: ", "回复：", "Ответ: ", "Re[2]: ", "RE: [EXTERNAL] ", "[EXT] Re: ", "VS: "),
    *("Réf : ", "Vá: ", "AW: WG: ", "Re: Re: Re: ", "ΑΠ: ", "YNT: ", "Trả lời: "),
)


@dataclass(frozen=True)
class Sent:
    """What is known of a mail that went out: the delivery's id and what it had."""

    trace_id: int
    message_id: str
    reply_to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Answer:
    """One raw mail, and the delivery that it answers, None for none."""

    name: str
    source: bytes
    expected: int | None


class People:
    """The recipients of the corpus for one mail program, each of them by an address."""

    def __init__(self, number):
        self.person = f"max@firm{number}.example"
        self.private = f"max.example.{number}@gmail.com"
        self.colleague = f"maria@firm{number}.example"
        self.shared = f"info@shared{number}.example"
        self.of_shared = f"jo@shared{number}.example"
        self.two = (f"one@duo{number}.example", f"two@duo{number}.example")
        self.third = f"three@duo{number}.example"

    def recipients(self):
        return [self.person, self.shared, *self.two]


def programs():
    """Return the names of the mail programs."""
    return sorted(path.stem for path in FOLDER.glob("*.eml"))


def answers(number, program, people, sent, alias):
    """Return the answers that people write with one program, in all situations.

    :param sent: a dict of :class:`Sent` by address, for each of two mailings, the
        older one first.
    :param alias: the plain reply address.
    """
    mark = MARKS[number % len(MARKS)]
    older, newer = (mails[people.person] for mails in sent)
    shared = sent[1][people.shared]
    write = Writer(program, number)
    return [
        write("whole", newer, people.person, newer.reply_to, mark, {"ids", "quote"}),
        write("token only", newer, people.person, newer.reply_to, mark, set()),
        write("other address", newer, people.private, newer.reply_to, mark, {"quote"}),
        write("no token", newer, people.person, alias, mark, {"ids"}),
        write("ids rewritten", newer, people.private, alias, mark, {"quote"}),
        write("subject", newer, people.person, alias, mark, set()),
        write("older subject", older, people.person, alias, mark, set()),
        write("older", older, people.person, older.reply_to, mark, {"ids"}),
        write("forwarded", newer, people.colleague, newer.reply_to, "WG: ", {"quote"}),
        write("by IMAP", newer, people.person, "news@desk.example", mark, {"ids"}),
        write("old address", newer, people.person, older.reply_to, mark, {"ids"}),
        write("long thread", newer, people.person, alias, mark, {"thread"}),
        write("shared mailbox", shared, people.of_shared, alias, mark, set()),
        write("one of two", newer, people.third, alias, mark, set(), is_none=True),
        write(
            *("other matter", newer, people.person, alias, mark, set()),
            subject="Invoice 4711",
            is_none=True,
        ),
    ]


class Writer:
    """Writes answers with one mail program."""

    def __init__(self, program, number):
        self._template = (FOLDER / f"{program}.eml").read_text()
        self._program = program
        self._number = number
        self._count = 0

    def __call__(
        self, name, mail, sender, to, mark, left, *, subject=None, is_none=False
    ):
        """Return an answer to ``mail``.

        :param left: what the way leaves of it: ids, a thread of them, the quote.
        """
        self._count += 1
        own_id = f"<{self._number}.{self._count}@mailer{self._number}.example>"
        about = subject or mail.subject
        has_quote = "quote" in left
        values = {
            "FROM": f'"Max Example" <{sender}>',
            "TO": f'"News" <{to}>',
            "SUBJECT": f"{mark}{about}",
            "PLAIN_SUBJECT": about,
            "ID": own_id,
            "REFERENCES": self._references(mail, left),
            "CITED": mail.message_id.strip("<>") if "ids" in left else "x@y.example",
            "REPLY": REPLY,
            "PLAIN": mail.text if has_quote else "",
            "QUOTE": re.sub("(?m)^", "> ", mail.text) if has_quote else "",
            "HTML": mail.html if has_quote else "",
            "SAFELINKS": wrap(mail.html, _safe_link) if has_quote else "",
            "PROOFPOINT": wrap(mail.html, _proofpoint) if has_quote else "",
        }
        text = re.sub(r"%([A-Z_]+)%", lambda found: values[found[1]], self._template)
        source = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        expected = None if is_none else mail.trace_id
        return Answer(f"{self._program}: {name}", source, expected)

    def _references(self, mail, left):
        if "ids" in left:
            ids = mail.message_id, mail.message_id
        elif "thread" in left:
            strangers = [f"<t{n}.{self._number}@thread.example>" for n in range(6)]
            ids = strangers[-1], " ".join([mail.message_id, *strangers])
        elif "quote" in left:  # Exchange put others in their place
            ids = (f"<AM0PR04MB{self._number}@eur.prod.example>",) * 2
        else:
            return ""
        return f"In-Reply-To: {ids[0]}\nReferences: {ids[1]}\n"


def wrap(page, by):
    """Return a page whose links go over a security gateway."""
    return re.sub(r'href="(http[^"]+)"', lambda found: f'href="{by(found[1])}"', page)


def _safe_link(url):
    at = "https://eur05.safelinks.protection.outlook.example/?url="
    return f"{at}{quote(url, safe='')}&amp;data=05%7C02"


def _proofpoint(url):
    encoded = quote(url, safe="").replace("%", "-")
    return f"https://urldefense.proofpoint.example/v2/url?u={encoded}&amp;d=DwMF"

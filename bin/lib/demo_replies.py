"""The demonstration's replies: what people answer, in the formats of their programs.

Each is made from a mail that is in the mailbox, as a mail program makes it: with its
``In-Reply-To``, its way to quote, and sent to the address that the mail names.
"""

import email
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, localtime, make_msgid, parseaddr
from html import escape
from pathlib import Path

WROTE = {
    "en": "On {date}, {name} wrote:",
    "de": "Am {date} schrieb {name}:",
    "fr": "Le {date}, {name} a écrit :",
    "es": "El {date}, {name} escribió:",
}
HEADER = {
    "en": ("From:", "Sent:", "To:", "Subject:"),
    "de": ("Von:", "Gesendet:", "An:", "Betreff:"),
    "fr": ("De :", "Envoyé :", "À :", "Objet :"),
    "es": ("De:", "Enviado:", "Para:", "Asunto:"),
}
FROM_PHONE = {
    "en": "Sent from my iPhone",
    "de": "Von meinem iPhone gesendet",
    "fr": "Envoyé de mon iPhone",
    "es": "Enviado desde mi iPhone",
}
PREFIX = {"de": "AW"}
ABSENT = {
    "en": "Automatic reply",
    "de": "Automatische Antwort",
    "fr": "Réponse automatique",
}
# The languages of the sample's contacts who write in one of ours.
LANGUAGE_OF = {"pl": "en", "nl": "en", "sv": "en", "it": "en", "cs": "en", "ga": "en"}


@dataclass(frozen=True)
class Text:
    """What somebody wrote, in which language and program."""

    language: str
    program: str
    words: str


def read_texts(path: Path) -> list[Text]:
    """Return the texts of a file; its days count from today."""
    texts = []
    for part in path.read_text(encoding="utf-8").split("\n%% ")[1:]:
        head, _, words = part.partition("\n")
        language, program = head.split()
        texts.append(Text(language, program, _with_days(words.strip(), language)))
    return texts


def _with_days(words: str, language: str) -> str:
    """Fill in the days that a text names."""
    for name, days in (("in_one_week", 7), ("in_two_weeks", 14)):
        day = date.today() + timedelta(days=days)
        shown = f"{day:%d.%m.%Y}" if language == "de" else f"{day:%d/%m/%Y}"
        if language == "en":
            shown = f"{day:%B} {day.day}, {day.year}"
        words = words.replace(f"{{{name}}}", shown)
    return words


class Reply:
    """One reply to one mail."""

    def __init__(self, text: Text, mail: EmailMessage):
        self.text = text
        self.mail = mail
        self.name, self.address = parseaddr(str(mail["To"]))
        self.sender, _address = parseaddr(str(mail["From"]))
        self.page = mail.get_body(("html",)).get_content()
        self.plain = mail.get_body(("plain",)).get_content()

    @property
    def to(self) -> str:
        """The address that the reply goes to."""
        asked = self.mail["Reply-To"] or self.mail["From"]
        if self.text.program in ("out_of_office", "left_company"):
            # machines answer the envelope's sender, RFC 3834 §4
            asked = self.mail["Return-Path"] or asked
        return getaddresses([str(asked)])[0][1]

    def message(self) -> EmailMessage:
        """Return the reply as its program writes it."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = self.mail["To"]
        message["To"] = self.to
        prefix = PREFIX.get(self.text.language, "RE")
        message["Subject"] = f"{prefix}: {self.mail['Subject']}"
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = make_msgid(domain=self.address.partition("@")[2])
        message["In-Reply-To"] = self.mail["Message-ID"]
        message["References"] = self.mail["Message-ID"]
        getattr(self, f"_{self.text.program}")(message)
        return message

    # ------------------------------------------------------------
    # PROGRAMS
    # ------------------------------------------------------------

    def _gmail(self, message: EmailMessage) -> None:
        wrote = self._wrote()
        message.set_content(f"{self._signed()}\n\n{wrote}\n\n{self._quoted()}\n")
        message.add_alternative(
            f'<div dir="ltr">{self._lines(self._signed())}</div><br>'
            '<div class="gmail_quote gmail_quote_container">'
            f'<div dir="ltr" class="gmail_attr">{escape(wrote)}<br></div>'
            '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">'
            f"{self.page}</blockquote></div>",
            subtype="html",
        )

    def _outlook(self, message: EmailMessage) -> None:
        message["X-Mailer"] = "Microsoft Outlook 16.0"
        message["Thread-Topic"] = str(self.mail["Subject"])
        values = self.mail["From"], self.mail["Date"], self.mail["To"]
        values = [str(value) for value in (*values, self.mail["Subject"])]
        block = list(zip(HEADER[self.text.language], values, strict=True))
        head = "\n".join(f"{name} {value}" for name, value in block)
        page_head = "<br>".join(
            f"<b>{name}</b> {escape(value)}" for name, value in block
        )
        message.set_content(f"{self._signed()}\n\n{'_' * 32}\n{head}\n\n{self.plain}")
        message.add_alternative(
            '<html><body lang="EN-US"><div class="WordSection1">'
            f'<p class="MsoNormal">{self._lines(self._signed())}</p>'
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt">'
            f'<p class="MsoNormal">{page_head}</p></div>{self.page}'
            "</div></body></html>",
            subtype="html",
        )

    def _apple(self, message: EmailMessage, after: str = "") -> None:
        wrote = self._wrote()
        words = f"{self.text.words}\n\n{after or self.name}"
        message["X-Mailer"] = "Apple Mail (2.3774)"
        message.set_content(f"{words}\n\n> {wrote}\n> \n{self._quoted()}\n")
        message.add_alternative(
            f'<html><body dir="auto">{self._lines(words)}<br>'
            f'<div><br><blockquote type="cite"><div>{escape(wrote)}</div><br>'
            f"<div>{self.page}</div></blockquote></div></body></html>",
            subtype="html",
        )

    def _iphone(self, message: EmailMessage) -> None:
        self._apple(message, FROM_PHONE[self.text.language])
        message.replace_header("X-Mailer", "iPhone Mail (22B83)")

    def _thunderbird(self, message: EmailMessage) -> None:
        message["User-Agent"] = "Mozilla Thunderbird"
        message.set_content(
            f"{self._wrote()}\n{self._quoted()}\n\n{self.text.words}\n\n-- \n"
            f"{self.name}\n"
        )

    def _plain(self, message: EmailMessage) -> None:
        message["User-Agent"] = "Mutt/2.2.12"
        message.set_content(f"{self.text.words}\n\n{self._wrote()}\n{self._quoted()}\n")

    def _gmx(self, message: EmailMessage) -> None:
        values = self.mail["From"], self.mail["Date"], self.mail["To"]
        head = "<br>".join(
            f"<b>{name}</b> {escape(str(value))}"
            for name, value in zip(HEADER[self.text.language], values, strict=False)
        )
        message.set_content(
            '<html><body><div style="font-family: Verdana;font-size: 12.0px;">'
            f"<div>{self._lines(self._signed())}</div>"
            '<div name="quote" style="margin:10px 5px 5px 10px">'
            f"{head}<br>{self.page}</div>"
            "</div></body></html>",
            subtype="html",
        )

    def _out_of_office(self, message: EmailMessage) -> None:
        words = ABSENT[self.text.language]
        message.replace_header("Subject", f"{words}: {self.mail['Subject']}")
        message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(f"{self.text.words}\n")

    def _left_company(self, message: EmailMessage) -> None:
        self._out_of_office(message)

    # ------------------------------------------------------------
    # PARTS
    # ------------------------------------------------------------

    def _signed(self) -> str:
        return f"{self.text.words}\n{self.name}"

    def _wrote(self) -> str:
        wrote = WROTE[self.text.language]
        return wrote.format(date=self.mail["Date"], name=self.mail["From"])

    def _quoted(self) -> str:
        return "\n".join(f"> {line}".rstrip() for line in self.plain.splitlines())

    def _lines(self, words: str) -> str:
        return "<br>\n".join(escape(line) for line in words.splitlines())


def make_replies(texts: list[Text], mails: Iterator[tuple[str, bytes]]) -> list[Reply]:
    """Return the replies; each is by another recipient, of the text's language.

    :param mails: the recipients' languages and their mails.
    """
    by_language: dict[str, list[EmailMessage]] = {}
    for language, content in mails:
        mail = email.message_from_bytes(content, policy=policy.default)
        language = LANGUAGE_OF.get(language, language)
        by_language.setdefault(language, []).append(mail)
    replies = []
    for text in texts:
        if waiting := by_language.get(text.language):
            replies.append(Reply(text, waiting.pop(0)))
    return replies


def send(replies: list[Reply], port: int) -> None:
    """Send the replies to this computer's mail server."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for reply in replies:
            server.send_message(reply.message(), reply.address, [reply.to])

"""Response: subjects, and whether one answers another.

Mail programs put a mark before the subject of an answer, each in its user's language,
security gateways one of their own, and both again and again. What is left is compared
letter by letter, without regard to case, marks and spaces.
"""

import re
import unicodedata

_LONGEST = 500
_MOST_MARKS = 12
# Of answers, of forwarded mails, and of what machines and calendars answer.
_ANSWER = """
    re, r, aw, antw, antwort, ant, sv, vs, vá, válasz, rv, res, resp, rif, ris, odp, od,
    ynt, yanıt, cevap, bls, balas, balasan, tl, trả lời, atb, ats, отв, ответ, відп, на,
    απ, σχετ, θέμα, השב, תשובה, رد, 回复, 回覆, 答复, 答覆, 返信, 답장, 회신,
    réf, ref, reply, réponse, respuesta, resposta, risposta
"""
_FORWARD = """
    fw, fwd, wg, weitergeleitet, tr, trans, transf, enc, i, inoltro, doorst,
    doorgestuurd, vl, vb, vbs, pd, il, ilt, iletildi, továbbítás, tov, přep, fs, vid,
    videresend, πρθ, προώθ, הועבר, إعادة توجيه, 转发, 轉寄, 轉發, 転送, 전달, flt, rnvd,
    пер, пересл
"""
_MACHINE = """
    automatic reply, auto, auto reply, autoreply, auto-reply, automatische antwort,
    réponse automatique, respuesta automática, risposta automatica, autosvar,
    automatisch antwoord, automaattinen vastaus, resposta automática, abwesend,
    abwesenheitsnotiz, out of office, ooo, automatická odpověď, odpowiedź automatyczna,
    accepted, declined, tentative, angenommen, abgelehnt, accepté, refusé, aceptado,
    rechazado
"""


def _any_of(words: str) -> str:
    found = [re.escape(" ".join(word.split())) for word in words.split(",")]
    return "|".join(sorted(found, key=len, reverse=True))


_REPEATED = r"\s*(?:[\[(^]?\d{1,3}[\])]?)?"
_MARK = re.compile(
    rf"\s*(?:(?P<answer>{_any_of(_ANSWER)})|(?P<forward>{_any_of(_FORWARD)})"
    rf"|(?:{_any_of(_MACHINE)})){_REPEATED}\s*[:：]",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*(?:\[[^\[\]]{1,30}\]|\{[^{}]{1,20}\}|\*{2,5}[^*]{1,30}\*{2,5})")
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NO_LETTERS = re.compile(r"[\W_]+")
# From so many letters on a subject tells something by itself.
_TELLING_LETTERS = 12
_TELLING_WORDS = 2


def strip_marks(subject: str) -> str:
    """Return a subject without what mail programs and gateways put before it."""
    rest = unicodedata.normalize("NFC", subject[:_LONGEST])
    for _mark in range(_MOST_MARKS):
        found = _MARK.match(rest) or _TAG.match(rest)
        if not found:
            break
        rest = rest[found.end() :]
    return rest.strip()


def is_answer(subject: str) -> bool:
    """Return whether a subject says that the mail answers or forwards another."""
    found = _first_mark(subject)
    return bool(found and (found["answer"] or found["forward"]))


def is_forward(subject: str) -> bool:
    """Return whether a subject says that the mail forwards another."""
    found = _first_mark(subject)
    return bool(found and found["forward"])


def _first_mark(subject: str) -> re.Match | None:
    rest = unicodedata.normalize("NFC", subject[:_LONGEST])
    while tag := _TAG.match(rest):
        rest = rest[tag.end() :]
    return _MARK.match(rest)


def letters(subject: str) -> str:
    """Return what of a subject is compared: its letters and digits, folded."""
    folded = unicodedata.normalize("NFKC", subject).casefold()
    return _NO_LETTERS.sub("", folded)


class SubjectPattern:
    """The subject of a mailing, whose merge fields may stand for anything."""

    def __init__(self, template: str):
        pieces = _PLACEHOLDER.split(strip_marks(template or ""))
        own = [letters(piece) for piece in pieces]
        words = sum(len(_NO_LETTERS.sub(" ", piece).split()) for piece in pieces)
        self.is_telling = (
            len("".join(own)) >= _TELLING_LETTERS and words >= _TELLING_WORDS
        )
        self._pieces = own

    def fits(self, subject: str) -> bool:
        """Return whether a subject, with whatever marks, is this one."""
        first, *others = self._pieces
        rest = letters(strip_marks(subject or ""))
        if not others:
            return bool(first) and rest == first
        *middle, last = others
        if not any(self._pieces) or not rest.startswith(first):
            return False
        rest = rest[len(first) :]
        for piece in middle:
            _before, found, rest = rest.partition(piece) if piece else ("", "-", rest)
            if not found:
                return False
        return rest.endswith(last)
